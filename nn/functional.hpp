/// The functions behind the modules, `namespace F = nn::functional`. Options are given as an Options object
/// (`F::softmax(x, F::SoftmaxFuncOptions(1))`), by position in Python's order, or by keyword (`F::softmax(x, dim =
/// 1)`).
#pragma once

#include <xgrad/autograd/ops/grids.hpp>
#include <xgrad/nn/functional/activation.hpp>
#include <xgrad/nn/functional/attention.hpp>
#include <xgrad/nn/functional/class_loss.hpp>
#include <xgrad/nn/functional/convolution.hpp>
#include <xgrad/nn/functional/distance.hpp>
#include <xgrad/nn/functional/dropout.hpp>
#include <xgrad/nn/functional/embedding.hpp>
#include <xgrad/nn/functional/normalization.hpp>
#include <xgrad/nn/functional/padding.hpp>
#include <xgrad/nn/functional/pooling.hpp>
#include <xgrad/nn/functional/sampling.hpp>
#include <xgrad/nn/options.hpp>

namespace xgrad::nn::functional {

/// max(0, x); with `inplace`, written over x.
Tensor relu(Tensor input, const ReLUFuncOptions& options = {});
XGRAD_LOOSE_OPTIONS(relu, ReLUFuncOptions, const Tensor& input, input)

using xgrad::one_hot;
inline Tensor sigmoid(Tensor input) { return xgrad::sigmoid(std::move(input)); }
inline Tensor tanh(Tensor input) { return xgrad::tanh(std::move(input)); }

/// e^x_i / Σ_j e^x_j along `dim`, computed in `dtype` if one is given. Without `dim`, as PyTorch: 0 for tensors of 0, 1
/// or 3 dimensions, else 1, with a warning.
Tensor softmax(const Tensor& input, const SoftmaxFuncOptions& options);
XGRAD_LOOSE_OPTIONS(softmax, SoftmaxFuncOptions, const Tensor& input, input)
Tensor softmax(const Tensor& input);
/// x_i − ln Σ_j e^x_j along `dim`
Tensor log_softmax(const Tensor& input, const LogSoftmaxFuncOptions& options);
XGRAD_LOOSE_OPTIONS(log_softmax, LogSoftmaxFuncOptions, const Tensor& input, input)
Tensor log_softmax(const Tensor& input);

/// x·Wᵀ + b
inline Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias = {}) {
  return xgrad::linear(input, weight, bias);
}
template <class Value>
Tensor linear(const Tensor& input, const Tensor& weight, kwargs::Argument<kwargs::key::bias, Value> bias) {
  return xgrad::linear(input, weight, bias.value);
}

/// Zeroes elements with probability p and scales the others by 1/(1 − p), when `training`. Options: p = 0.5,
/// training = true, inplace = false.
Tensor dropout(const Tensor& input, const DropoutFuncOptions& options = {});
XGRAD_LOOSE_OPTIONS(dropout, DropoutFuncOptions, const Tensor& input, input)

/// −log_softmax(input)[target], weighted and reduced; `target` holds class indices or, floating, probabilities.
/// Options: weight, ignore_index = −100, reduction = mean, label_smoothing = 0. Throws IndexError for a label that is
/// no class.
Tensor cross_entropy(const Tensor& input, const Tensor& target, const CrossEntropyFuncOptions& options = {});
XGRAD_LOOSE_OPTIONS(cross_entropy, CrossEntropyFuncOptions, const Tensor& input XGRAD_COMMA const Tensor& target, input,
                    target)
/// −input[target] for log-probabilities. Options: weight, ignore_index = −100, reduction = mean.
Tensor nll_loss(const Tensor& input, const Tensor& target, const NLLLossFuncOptions& options = {});
XGRAD_LOOSE_OPTIONS(nll_loss, NLLLossFuncOptions, const Tensor& input XGRAD_COMMA const Tensor& target, input, target)
/// −(t·ln x + (1 − t)·ln(1 − x)) for probabilities x. Options: weight, reduction = mean. Throws ValueError unless the
/// shapes are equal.
Tensor binary_cross_entropy(const Tensor& input, const Tensor& target,
                            const BinaryCrossEntropyFuncOptions& options = {});
XGRAD_LOOSE_OPTIONS(binary_cross_entropy, BinaryCrossEntropyFuncOptions,
                    const Tensor& input XGRAD_COMMA const Tensor& target, input, target)
/// The same of sigmoid(input). Options: weight, reduction = mean, pos_weight.
Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                        const BinaryCrossEntropyWithLogitsFuncOptions& options = {});
XGRAD_LOOSE_OPTIONS(binary_cross_entropy_with_logits, BinaryCrossEntropyWithLogitsFuncOptions,
                    const Tensor& input XGRAD_COMMA const Tensor& target, input, target)
/// (input − target)². Options: reduction = mean. Throws ValueError unless the shapes are equal.
Tensor mse_loss(const Tensor& input, const Tensor& target, const MSELossFuncOptions& options = {});
XGRAD_LOOSE_OPTIONS(mse_loss, MSELossFuncOptions, const Tensor& input XGRAD_COMMA const Tensor& target, input, target)
/// |input − target|. Options: reduction = mean. Throws ValueError unless the shapes are equal.
Tensor l1_loss(const Tensor& input, const Tensor& target, const L1LossFuncOptions& options = {});
XGRAD_LOOSE_OPTIONS(l1_loss, L1LossFuncOptions, const Tensor& input XGRAD_COMMA const Tensor& target, input, target)

}  // namespace xgrad::nn::functional
