/// A layer and the batch norm behind it as one layer, for evaluation.
#pragma once

#include <xgrad/nn/modules/convolution.hpp>
#include <xgrad/nn/modules/linear.hpp>
#include <xgrad/nn/modules/normalization.hpp>

#include <tuple>

namespace xgrad::nn::utils {

/// Weight and bias of a convolution followed by a batch norm with these statistics, scales (or none) and shifts (or
/// none). `transpose` for transposed convolutions of one group.
std::tuple<Tensor, Tensor> fuse_conv_bn_weights(const Tensor& conv_w, const Tensor& conv_b, const Tensor& bn_rm,
                                                const Tensor& bn_rv, double bn_eps, const Tensor& bn_w,
                                                const Tensor& bn_b, bool transpose = false);
/// The same of a linear map.
std::tuple<Tensor, Tensor> fuse_linear_bn_weights(const Tensor& linear_w, const Tensor& linear_b, const Tensor& bn_rm,
                                                  const Tensor& bn_rv, double bn_eps, const Tensor& bn_w,
                                                  const Tensor& bn_b);

namespace detail {

template <class Layer, class Norm>
Layer fused(const Layer& layer, const Norm& norm, bool transpose) {
  check(!layer->is_training() && !norm->is_training(), "Fusion only for eval!");
  const auto copy = std::dynamic_pointer_cast<typename Layer::ContainedType>(layer->clone());
  copy->options.bias(true);
  auto [weight, bias] = fuse_conv_bn_weights(copy->weight, copy->bias, norm->running_mean, norm->running_var,
                                             norm->options.eps(), norm->weight, norm->bias, transpose);
  copy->weight.set_data(weight.detach());
  if (copy->bias.defined()) {
    copy->bias.set_data(bias.detach());
  } else {
    copy->unregister_parameter("bias");
    copy->bias = copy->register_parameter("bias", bias.detach());
  }
  return Layer(copy);
}

}  // namespace detail

/// A copy of the convolution that does what it and the batch norm do. Throws Error unless both are in evaluation mode.
template <class Conv, class Norm>
Conv fuse_conv_bn_eval(const Conv& conv, const Norm& bn, bool transpose = false) {
  return detail::fused(conv, bn, transpose);
}
/// The same of a Linear.
template <class Norm>
Linear fuse_linear_bn_eval(const Linear& linear, const Norm& bn) {
  return detail::fused(linear, bn, false);
}

}  // namespace xgrad::nn::utils
