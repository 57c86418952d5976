/// Normalisation as modules.
#pragma once

#include <xgrad/nn/functional/normalization.hpp>
#include <xgrad/nn/modules/configured.hpp>

namespace xgrad::nn {

namespace detail {

/// Scales, shifts and running statistics of channels: "weight", "bias", "running_mean", "running_var" and
/// "num_batches_tracked", undefined where the options ask for none.
template <class Derived, class OptionsType>
class NormBase : public Cloneable<Derived, Module> {
 public:
  using Options = OptionsType;

  explicit NormBase(const Options& given) : options(given) { NormBase::reset(); }
  /// Without parameters yet.
  NormBase(Lazily, const Options& given) : options(given) {}
  template <class First, class... Rest>
  requires(LooseArguments<Options, First, Rest...> && !ModuleType<First>) explicit NormBase(First&& first,
                                                                                            Rest&&... rest)
      : NormBase(options_of<Options>(std::forward<First>(first), std::forward<Rest>(rest)...)) {}

  void reset() override;
  /// Weight 1, bias 0, and no statistics yet.
  void reset_parameters();
  void reset_running_stats();
  std::string extra_repr() const override;
  /// Zero for num_batches_tracked, which files of PyTorch 0.4 and before do not have.
  Tensor value_if_missing(const std::string& name) const override;

  Options options;
  Tensor weight, bias, running_mean, running_var, num_batches_tracked;
};

template <std::size_t N, class Derived>
class BatchNorm : public NormBase<Derived, BatchNormOptions> {
 public:
  using NormBase<Derived, BatchNormOptions>::NormBase;
  Tensor forward(Tensor input) override;
};

template <std::size_t N, class Derived>
class InstanceNorm : public NormBase<Derived, InstanceNormOptions> {
 public:
  using NormBase<Derived, InstanceNormOptions>::NormBase;
  Tensor forward(Tensor input) override;
};

}  // namespace detail

/// (x − mean)/√(variance + eps)·weight + bias of each channel of x [N, C, ...]; in training mode with the batch's
/// statistics, which the running ones follow, else with the running ones. Options: num_features, eps = 1e-5,
/// momentum = 0.1 (none: the mean over all batches so far), affine = true, track_running_stats = true. Throws
/// ValueError for other numbers of dimensions, and in training for a single value a channel.
class BatchNorm1dImpl : public detail::BatchNorm<1, BatchNorm1dImpl> {
 public:
  using BatchNorm::BatchNorm;
};
class BatchNorm2dImpl : public detail::BatchNorm<2, BatchNorm2dImpl> {
 public:
  using BatchNorm::BatchNorm;
};
class BatchNorm3dImpl : public detail::BatchNorm<3, BatchNorm3dImpl> {
 public:
  using BatchNorm::BatchNorm;
};
XGRAD_LAYER(BatchNorm1d);
XGRAD_LAYER(BatchNorm2d);
XGRAD_LAYER(BatchNorm3d);

/// The same of each channel of each sample, x [N, C, spatial...] or [C, spatial...]. Options: num_features, eps = 1e-5,
/// momentum = 0.1, affine = false, track_running_stats = false.
class InstanceNorm1dImpl : public detail::InstanceNorm<1, InstanceNorm1dImpl> {
 public:
  using InstanceNorm::InstanceNorm;
};
class InstanceNorm2dImpl : public detail::InstanceNorm<2, InstanceNorm2dImpl> {
 public:
  using InstanceNorm::InstanceNorm;
};
class InstanceNorm3dImpl : public detail::InstanceNorm<3, InstanceNorm3dImpl> {
 public:
  using InstanceNorm::InstanceNorm;
};
XGRAD_LAYER(InstanceNorm1d);
XGRAD_LAYER(InstanceNorm2d);
XGRAD_LAYER(InstanceNorm3d);

/// Over the last dimensions. Options: normalized_shape (or the length of the last dimension), eps = 1e-5,
/// elementwise_affine = true.
///
///     nn::LayerNorm norm(512);
///     nn::LayerNorm norm(nn::LayerNormOptions({3, 4}).eps(1e-6));
class LayerNormImpl : public Cloneable<LayerNormImpl, Module> {
 public:
  explicit LayerNormImpl(const LayerNormOptions& given) : options(given) { LayerNormImpl::reset(); }
  template <class First, class... Rest>
  requires(detail::LooseArguments<LayerNormOptions, First, Rest...> &&
           !detail::ModuleType<First>) explicit LayerNormImpl(First&& first, Rest&&... rest)
      : LayerNormImpl(detail::options_of<LayerNormOptions>(std::forward<First>(first), std::forward<Rest>(rest)...)) {}
  void reset() override;
  void reset_parameters();
  Tensor forward(Tensor input) override;
  std::string extra_repr() const override;

  LayerNormOptions options;
  Tensor weight, bias;  ///< undefined without elementwise_affine
};
XGRAD_SIZED_LAYER(LayerNorm, FIRST);

/// x/√(mean of x² + eps)·weight over the last dimensions (PyTorch 2.4's). Options: normalized_shape (or the length of
/// the last dimension), eps (by default that of the input's dtype), elementwise_affine = true.
class RMSNormImpl : public Cloneable<RMSNormImpl, Module> {
 public:
  explicit RMSNormImpl(const RMSNormOptions& given) : options(given) { RMSNormImpl::reset(); }
  template <class First, class... Rest>
  requires(detail::LooseArguments<RMSNormOptions, First, Rest...> &&
           !detail::ModuleType<First>) explicit RMSNormImpl(First&& first, Rest&&... rest)
      : RMSNormImpl(detail::options_of<RMSNormOptions>(std::forward<First>(first), std::forward<Rest>(rest)...)) {}
  void reset() override;
  void reset_parameters();
  Tensor forward(Tensor input) override;
  std::string extra_repr() const override;

  RMSNormOptions options;
  Tensor weight;  ///< undefined without elementwise_affine
};
XGRAD_SIZED_LAYER(RMSNorm, FIRST);

/// Over groups of channels. Options: num_groups, num_channels, eps = 1e-5, affine = true.
class GroupNormImpl : public Cloneable<GroupNormImpl, Module> {
 public:
  explicit GroupNormImpl(const GroupNormOptions& given) : options(given) { GroupNormImpl::reset(); }
  template <class First, class... Rest>
  requires(detail::LooseArguments<GroupNormOptions, First, Rest...> &&
           !detail::ModuleType<First>) explicit GroupNormImpl(First&& first, Rest&&... rest)
      : GroupNormImpl(detail::options_of<GroupNormOptions>(std::forward<First>(first), std::forward<Rest>(rest)...)) {}
  void reset() override;
  void reset_parameters();
  Tensor forward(Tensor input) override;
  std::string extra_repr() const override;

  GroupNormOptions options;
  Tensor weight, bias;  ///< undefined without affine
};
XGRAD_LAYER(GroupNorm);

/// x / (k + alpha·mean of x² over `size` neighbouring channels)^beta. Options: size, alpha = 1e-4, beta = 0.75, k = 1.
class LocalResponseNormImpl : public Configured<LocalResponseNormImpl, LocalResponseNormOptions> {
 public:
  using Configured::Configured;
  Tensor forward(Tensor input) override { return functional::local_response_norm(input, options); }
  std::string extra_repr() const override;
};
XGRAD_LAYER(LocalResponseNorm);

}  // namespace xgrad::nn
