/// Normalisation as functions. The formulas stand in autograd/ops/normalization.hpp.
#pragma once

#include <xgrad/autograd/ops/normalization.hpp>
#include <xgrad/autograd/ops/rms_norm.hpp>
#include <xgrad/nn/options/normalization.hpp>

namespace xgrad::nn::functional {

#define XGRAD_NORM(NAME, OPTIONS)                           \
  Tensor NAME(const Tensor& input, const OPTIONS& options); \
  XGRAD_LOOSE_OPTIONS(NAME, OPTIONS, const Tensor& input, input)

/// Options: weight, bias, training = false, momentum = 0.1, eps = 1e-5. In training the running statistics move.
Tensor batch_norm(const Tensor& input, const Tensor& running_mean, const Tensor& running_var,
                  const BatchNormFuncOptions& options = {});
XGRAD_LOOSE_OPTIONS(batch_norm, BatchNormFuncOptions,
                    const Tensor& input XGRAD_COMMA const Tensor& mean XGRAD_COMMA const Tensor& var, input, mean, var)
/// Options: running_mean, running_var, weight, bias, use_input_stats = true, momentum = 0.1, eps = 1e-5.
XGRAD_FUNCTION(instance_norm, InstanceNormFuncOptions)
/// Options: normalized_shape, weight, bias, eps = 1e-5.
///
///     F::layer_norm(x, {3, 4}, weight, bias);
XGRAD_NORM(layer_norm, LayerNormFuncOptions)
XGRAD_BRACED_OPTIONS(Tensor, layer_norm, LayerNormFuncOptions, const Tensor& input, input)
/// PyTorch 2.4's. Options: normalized_shape, weight, eps (by default that of the input's dtype).
XGRAD_NORM(rms_norm, RMSNormFuncOptions)
XGRAD_BRACED_OPTIONS(Tensor, rms_norm, RMSNormFuncOptions, const Tensor& input, input)
/// Options: num_groups, weight, bias, eps = 1e-5.
XGRAD_NORM(group_norm, GroupNormFuncOptions)
/// x / (k + alpha·mean of x² over `size` neighbouring channels)^beta. Options: kw::size, alpha = 1e-4, beta = 0.75,
/// kw::k = 1.
XGRAD_NORM(local_response_norm, LocalResponseNormFuncOptions)
#undef XGRAD_NORM

}  // namespace xgrad::nn::functional
