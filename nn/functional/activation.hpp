/// Activations as functions. The formulas stand in autograd/ops/activations.hpp.
#pragma once

#include <xgrad/autograd/ops/activations.hpp>
#include <xgrad/nn/options/activation.hpp>

namespace xgrad::nn::functional {

/// Options: inplace = false.
XGRAD_FUNCTION(relu6, ReLU6FuncOptions)
/// Options: negative_slope = 0.01, inplace = false.
XGRAD_FUNCTION(leaky_relu, LeakyReLUFuncOptions)
/// Options: lower = 1/8, upper = 1/3, training = false, inplace = false.
XGRAD_FUNCTION(rrelu, RReLUFuncOptions)
/// Options: alpha = 1, inplace = false.
XGRAD_FUNCTION(elu, ELUFuncOptions)
/// Options: inplace = false.
XGRAD_FUNCTION(selu, SELUFuncOptions)
/// Options: alpha = 1, inplace = false.
XGRAD_FUNCTION(celu, CELUFuncOptions)
/// Options: approximate = "none" or "tanh".
XGRAD_FUNCTION(gelu, GELUFuncOptions)
/// Options: inplace = false.
XGRAD_FUNCTION(silu, SiLUOptions)
XGRAD_FUNCTION(mish, MishOptions)
/// Options: beta = 1, threshold = 20.
XGRAD_FUNCTION(softplus, SoftplusFuncOptions)
/// Options: lambda = 0.5.
XGRAD_FUNCTION(softshrink, SoftshrinkFuncOptions)
XGRAD_FUNCTION(hardshrink, HardshrinkFuncOptions)
/// Options: min_val = −1, max_val = 1, inplace = false.
XGRAD_FUNCTION(hardtanh, HardtanhFuncOptions)
/// Options: inplace = false.
XGRAD_FUNCTION(hardsigmoid, HardsigmoidOptions)
XGRAD_FUNCTION(hardswish, HardswishOptions)
/// Options: threshold, value, inplace = false.
XGRAD_FUNCTION(threshold, ThresholdFuncOptions)
/// Options: dim = −1.
XGRAD_FUNCTION(glu, GLUFuncOptions)
/// softmax(−x). Options: dim, dtype.
XGRAD_FUNCTION(softmin, SoftminFuncOptions)
/// softmax((x + n) / tau) with noise n from Gumbel's distribution; with `hard`, one-hot, with the soft one's gradient.
/// Options: tau = 1, hard = false, dim = −1.
XGRAD_FUNCTION(gumbel_softmax, GumbelSoftmaxFuncOptions)

// In place, as in Python; `inplace = true` does the same.
using xgrad::celu_;
using xgrad::elu_;
using xgrad::hardtanh_;
using xgrad::leaky_relu_;
using xgrad::relu_;
using xgrad::rrelu_;
using xgrad::selu_;
using xgrad::threshold_;

/// x / (1 + |x|)
inline Tensor softsign(const Tensor& input) { return input / (abs(input) + 1); }
/// x − tanh x
inline Tensor tanhshrink(const Tensor& input) { return input - xgrad::tanh(input); }
/// ln σ(x)
inline Tensor logsigmoid(const Tensor& input) { return log_sigmoid(input); }
/// x > 0 ? x : w·x, with one w or one a channel.
inline Tensor prelu(const Tensor& input, const Tensor& weight) { return xgrad::prelu(input, weight); }

}  // namespace xgrad::nn::functional
