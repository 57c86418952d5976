/// Options of normalisation.
#pragma once

#include <xgrad/nn/options/padding.hpp>

#include <vector>

namespace xgrad::kwargs {
XGRAD_KEYWORD(elementwise_affine);
XGRAD_KEYWORD(normalized_shape);
XGRAD_KEYWORD(num_channels);
XGRAD_KEYWORD(num_features);
XGRAD_KEYWORD(num_groups);
XGRAD_KEYWORD(running_mean);
XGRAD_KEYWORD(running_var);
XGRAD_KEYWORD(track_running_stats);
XGRAD_KEYWORD(use_input_stats);
}  // namespace xgrad::kwargs

namespace xgrad::nn {

/// Of batch norm, which has weights and running statistics unless it is told otherwise, and of instance norm, where it
/// is the other way round.
template <bool all_by_default>
class StatisticsNormOptions {
 public:
  using Positional =
      kwargs::Order<kwargs::key::num_features, kwargs::key::eps, kwargs::key::momentum, kwargs::key::affine,
                    kwargs::key::track_running_stats, kwargs::key::device, kwargs::key::dtype>;
  StatisticsNormOptions() = default;
  StatisticsNormOptions(std::int64_t num_features) : num_features_(num_features) {}
  StatisticsNormOptions& device(Device) { return *this; }
  XGRAD_OPTION(std::int64_t, num_features, 0);
  XGRAD_OPTION(double, eps, 1e-5);
  XGRAD_OPTION(std::optional<double>, momentum, 0.1);
  XGRAD_OPTION(bool, affine, all_by_default);
  XGRAD_OPTION(bool, track_running_stats, all_by_default);
  XGRAD_OPTION(std::optional<ScalarType>, dtype, {});
};
using BatchNormOptions = StatisticsNormOptions<true>;
using InstanceNormOptions = StatisticsNormOptions<false>;
using BatchNorm1dOptions = BatchNormOptions;
using BatchNorm2dOptions = BatchNormOptions;
using BatchNorm3dOptions = BatchNormOptions;

using InstanceNorm1dOptions = InstanceNormOptions;
using InstanceNorm2dOptions = InstanceNormOptions;
using InstanceNorm3dOptions = InstanceNormOptions;

namespace detail {

/// The last dimensions, over which is normalised: a list, or the length of the last one.
template <class Self>
class NormalizedShape {
 public:
  NormalizedShape() = default;
  explicit NormalizedShape(std::vector<std::int64_t> shape) : normalized_shape_(std::move(shape)) {}
  Self& normalized_shape(std::vector<std::int64_t> shape) {
    normalized_shape_ = std::move(shape);
    return static_cast<Self&>(*this);
  }
  Self& normalized_shape(const std::vector<int>& shape) {
    return normalized_shape(std::vector<std::int64_t>(shape.begin(), shape.end()));
  }
  Self& normalized_shape(std::int64_t length) { return normalized_shape(std::vector<std::int64_t>{length}); }
  const std::vector<std::int64_t>& normalized_shape() const { return normalized_shape_; }

 private:
  std::vector<std::int64_t> normalized_shape_;
};

}  // namespace detail

class LayerNormOptions : public detail::NormalizedShape<LayerNormOptions> {
 public:
  using Positional = kwargs::Order<kwargs::key::normalized_shape, kwargs::key::eps, kwargs::key::elementwise_affine,
                                   kwargs::key::device, kwargs::key::dtype>;
  LayerNormOptions() = default;
  LayerNormOptions(std::vector<std::int64_t> shape) : NormalizedShape(std::move(shape)) {}
  LayerNormOptions& device(Device) { return *this; }
  XGRAD_OPTION(double, eps, 1e-5);
  XGRAD_OPTION(bool, elementwise_affine, true);
  XGRAD_OPTION(std::optional<ScalarType>, dtype, {});
};

class RMSNormOptions : public detail::NormalizedShape<RMSNormOptions> {
 public:
  using Positional = LayerNormOptions::Positional;
  RMSNormOptions() = default;
  RMSNormOptions(std::vector<std::int64_t> shape) : NormalizedShape(std::move(shape)) {}
  RMSNormOptions& device(Device) { return *this; }
  XGRAD_OPTION(std::optional<double>, eps, {});
  XGRAD_OPTION(bool, elementwise_affine, true);
  XGRAD_OPTION(std::optional<ScalarType>, dtype, {});
};

class GroupNormOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::num_groups, kwargs::key::num_channels, kwargs::key::eps,
                                   kwargs::key::affine, kwargs::key::device, kwargs::key::dtype>;
  GroupNormOptions() = default;
  GroupNormOptions(std::int64_t num_groups, std::int64_t num_channels)
      : num_groups_(num_groups), num_channels_(num_channels) {}
  GroupNormOptions& device(Device) { return *this; }
  XGRAD_OPTION(std::int64_t, num_groups, 0);
  XGRAD_OPTION(std::int64_t, num_channels, 0);
  XGRAD_OPTION(double, eps, 1e-5);
  XGRAD_OPTION(bool, affine, true);
  XGRAD_OPTION(std::optional<ScalarType>, dtype, {});
};

class LocalResponseNormOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::size, kwargs::key::alpha, kwargs::key::beta, kwargs::key::k>;
  LocalResponseNormOptions(std::int64_t size = 0) : size_(size) {}
  XGRAD_OPTION(std::int64_t, size, 0);
  XGRAD_OPTION(double, alpha, 1e-4);
  XGRAD_OPTION(double, beta, 0.75);
  XGRAD_OPTION(double, k, 1.0);
};

namespace functional {

class BatchNormFuncOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::weight, kwargs::key::bias, kwargs::key::training, kwargs::key::momentum,
                                   kwargs::key::eps>;
  XGRAD_OPTION(Tensor, weight, {});
  XGRAD_OPTION(Tensor, bias, {});
  XGRAD_OPTION(bool, training, false);
  XGRAD_OPTION(std::optional<double>, momentum, 0.1);
  XGRAD_OPTION(double, eps, 1e-5);
};

class InstanceNormFuncOptions {
 public:
  using Positional =
      kwargs::Order<kwargs::key::running_mean, kwargs::key::running_var, kwargs::key::weight, kwargs::key::bias,
                    kwargs::key::use_input_stats, kwargs::key::momentum, kwargs::key::eps>;
  XGRAD_OPTION(Tensor, running_mean, {});
  XGRAD_OPTION(Tensor, running_var, {});
  XGRAD_OPTION(Tensor, weight, {});
  XGRAD_OPTION(Tensor, bias, {});
  XGRAD_OPTION(bool, use_input_stats, true);
  XGRAD_OPTION(double, momentum, 0.1);
  XGRAD_OPTION(double, eps, 1e-5);
};

class LayerNormFuncOptions : public nn::detail::NormalizedShape<LayerNormFuncOptions> {
 public:
  using Positional =
      kwargs::Order<kwargs::key::normalized_shape, kwargs::key::weight, kwargs::key::bias, kwargs::key::eps>;
  LayerNormFuncOptions() = default;
  LayerNormFuncOptions(std::vector<std::int64_t> normalized_shape) : NormalizedShape(std::move(normalized_shape)) {}
  XGRAD_OPTION(Tensor, weight, {});
  XGRAD_OPTION(Tensor, bias, {});
  XGRAD_OPTION(double, eps, 1e-5);
};

class RMSNormFuncOptions : public nn::detail::NormalizedShape<RMSNormFuncOptions> {
 public:
  using Positional = kwargs::Order<kwargs::key::normalized_shape, kwargs::key::weight, kwargs::key::eps>;
  RMSNormFuncOptions() = default;
  RMSNormFuncOptions(std::vector<std::int64_t> normalized_shape) : NormalizedShape(std::move(normalized_shape)) {}
  XGRAD_OPTION(Tensor, weight, {});
  XGRAD_OPTION(std::optional<double>, eps, {});
};

class GroupNormFuncOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::num_groups, kwargs::key::weight, kwargs::key::bias, kwargs::key::eps>;
  GroupNormFuncOptions() = default;
  GroupNormFuncOptions(std::int64_t num_groups) : num_groups_(num_groups) {}
  XGRAD_OPTION(std::int64_t, num_groups, 0);
  XGRAD_OPTION(Tensor, weight, {});
  XGRAD_OPTION(Tensor, bias, {});
  XGRAD_OPTION(double, eps, 1e-5);
};

using LocalResponseNormFuncOptions = LocalResponseNormOptions;

}  // namespace functional
}  // namespace xgrad::nn
