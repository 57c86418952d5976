/// Normalisation as functions. The formulas stand in autograd/ops/normalization.hpp.
#pragma once

#include <xgrad/autograd/ops/normalization.hpp>
#include <xgrad/autograd/ops/rms_norm.hpp>
#include <xgrad/nn/options/normalization.hpp>

namespace xgrad::nn::functional {

/// Options: weight, bias, training = false, momentum = 0.1, eps = 1e-5. In training the running statistics move.
Tensor batch_norm(const Tensor& input, const Tensor& running_mean, const Tensor& running_var,
                  const BatchNormFuncOptions& options = {});
/// Options: running_mean, running_var, weight, bias, use_input_stats = true, momentum = 0.1, eps = 1e-5.
Tensor instance_norm(const Tensor& input, const InstanceNormFuncOptions& options = {});
/// Options: normalized_shape, weight, bias, eps = 1e-5.
Tensor layer_norm(const Tensor& input, const LayerNormFuncOptions& options);
/// PyTorch 2.4's. Options: normalized_shape, weight, eps (by default that of the input's dtype).
Tensor rms_norm(const Tensor& input, const RMSNormFuncOptions& options);
/// Options: num_groups, weight, bias, eps = 1e-5.
Tensor group_norm(const Tensor& input, const GroupNormFuncOptions& options);
/// x / (k + alpha·mean of x² over `size` neighbouring channels)^beta. Options: size, alpha = 1e-4, beta = 0.75, k = 1.
Tensor local_response_norm(const Tensor& input, const LocalResponseNormFuncOptions& options);

}  // namespace xgrad::nn::functional
