/// Linear, Identity, Flatten.
#pragma once

#include <xgrad/nn/modules/configured.hpp>

namespace xgrad::nn {

/// y = x. Takes and ignores any arguments, so that it can stand in for another module.
class IdentityImpl : public Cloneable<IdentityImpl, Module> {
 public:
  IdentityImpl() = default;
  template <class First, class... Rest>
  requires(!detail::ModuleType<First>) explicit IdentityImpl(First&&, Rest&&...) {}
  Tensor forward(Tensor input) override { return input; }
};
XGRAD_LAYER(Identity);

/// y = x·Wᵀ + b for x [..., in_features], y [..., out_features], W [out_features, in_features].
/// Both start uniform on ±1/√in_features, drawn as PyTorch draws them.
///
///     nn::Linear layer(784, 50);
///     nn::Linear layer(784, 50, bias = false, dtype = kFloat64);
class LinearImpl : public Cloneable<LinearImpl, Module> {
 public:
  explicit LinearImpl(const LinearOptions& given);
  /// Without parameters yet.
  LinearImpl(detail::Lazily, const LinearOptions& given) : options(given) {}
  /// Loose arguments, positional or keyword: in_features, out_features, bias, device, dtype.
  template <class First, class... Rest>
  requires(detail::LooseArguments<LinearOptions, First, Rest...> &&
           !detail::ModuleType<First>) explicit LinearImpl(First&& first, Rest&&... rest)
      : LinearImpl(detail::options_of<LinearOptions>(std::forward<First>(first), std::forward<Rest>(rest)...)) {}

  void reset() override;
  /// Draws new weights.
  void reset_parameters();
  Tensor forward(Tensor input) override;
  std::string extra_repr() const override;

  LinearOptions options;
  Tensor weight;
  Tensor bias;  ///< undefined without bias
};
XGRAD_LAYER(Linear);

/// Makes dimensions start_dim … end_dim one; by default all but the first, which counts the batch.
class FlattenImpl : public Configured<FlattenImpl, FlattenOptions> {
 public:
  using Configured::Configured;
  Tensor forward(Tensor input) override { return input.flatten(options.start_dim(), options.end_dim()); }
  std::string extra_repr() const override;
};
XGRAD_LAYER(Flatten);

}  // namespace xgrad::nn
