#include <xgrad/nn/modules/loss.hpp>

namespace xgrad::nn {

// The weights are taken from the buffers, which to() and load_state_dict() change, not from the options.

Tensor CrossEntropyLossImpl::forward(const Tensor& input, const Tensor& target) {
  return functional::cross_entropy(input, target, Options(options).weight(weight));
}

Tensor NLLLossImpl::forward(const Tensor& input, const Tensor& target) {
  return functional::nll_loss(input, target, Options(options).weight(weight));
}

Tensor BCELossImpl::forward(const Tensor& input, const Tensor& target) {
  return functional::binary_cross_entropy(input, target, Options(options).weight(weight));
}

void BCEWithLogitsLossImpl::reset() {
  WeightedLoss::reset();
  register_pos_weight();
}

Tensor BCEWithLogitsLossImpl::forward(const Tensor& input, const Tensor& target) {
  return functional::binary_cross_entropy_with_logits(input, target,
                                                      Options(options).weight(weight).pos_weight(pos_weight));
}

}  // namespace xgrad::nn
