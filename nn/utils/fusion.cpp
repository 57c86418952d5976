#include <xgrad/nn/utils/fusion.hpp>

namespace xgrad::nn::utils {

std::tuple<Tensor, Tensor> fuse_conv_bn_weights(const Tensor& conv_w, const Tensor& conv_b, const Tensor& bn_rm,
                                                const Tensor& bn_rv, double bn_eps, const Tensor& bn_w,
                                                const Tensor& bn_b, bool transpose) {
  Tensor scale = (bn_rv + bn_eps).rsqrt();
  if (bn_w.defined()) scale = scale * bn_w;
  Dims outputs(static_cast<std::size_t>(conv_w.dim()), 1);
  outputs[transpose ? 1 : 0] = -1;
  const Tensor shift = conv_b.defined() ? conv_b - bn_rm : -bn_rm;
  const Tensor bias = bn_b.defined() ? shift * scale + bn_b : shift * scale;
  return {conv_w * scale.reshape(outputs), bias};
}

std::tuple<Tensor, Tensor> fuse_linear_bn_weights(const Tensor& linear_w, const Tensor& linear_b, const Tensor& bn_rm,
                                                  const Tensor& bn_rv, double bn_eps, const Tensor& bn_w,
                                                  const Tensor& bn_b) {
  return fuse_conv_bn_weights(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b);
}

}  // namespace xgrad::nn::utils
