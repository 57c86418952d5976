/// Normalisation: y = (x − mean)/√(variance + eps)·weight + bias, with mean and variance (divided by n) of x itself.
/// Floating x; weight and bias may be undefined. Throws Error in PyTorch's words for shapes that do not fit.
#pragma once

#include <xgrad/autograd/tensor.hpp>

namespace xgrad {

/// Of each channel of x [N, C, ...] over everything else; weight and bias are [C]. In training the running statistics,
/// where defined, move towards the batch's: running = (1 − momentum)·running + momentum·batch, with the variance
/// divided by n − 1. Outside of training they take the batch's place. `cudnn_enabled` plays no part.
Tensor batch_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& running_mean,
                  const Tensor& running_var, bool training, double momentum, double eps, bool cudnn_enabled = true);
/// Of each channel of each sample of x [N, C, ...]. Running statistics take the mean over the samples.
Tensor instance_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& running_mean,
                     const Tensor& running_var, bool use_input_stats, double momentum, double eps,
                     bool cudnn_enabled = true);
/// Over the last dimensions, which have this shape; weight and bias have it too.
Tensor layer_norm(const Tensor& x, IntArrayRef normalized_shape, const Tensor& weight = {}, const Tensor& bias = {},
                  double eps = 1e-5, bool cudnn_enable = true);
/// Of each of `num_groups` groups of channels of each sample of x [N, C, ...]; weight and bias are [C].
Tensor group_norm(const Tensor& x, std::int64_t num_groups, const Tensor& weight = {}, const Tensor& bias = {},
                  double eps = 1e-5, bool cudnn_enabled = true);

}  // namespace xgrad
