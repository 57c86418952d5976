#include <xgrad/autograd/ops/activations.hpp>
#include <xgrad/autograd/ops/distances.hpp>
#include <xgrad/nn/functional/class_loss.hpp>

namespace xgrad::nn::functional {

Tensor multi_margin_loss(const Tensor& input, const Tensor& target, const MultiMarginLossFuncOptions& o) {
  return xgrad::multi_margin_loss(input, target, o.p(), o.margin(), o.weight(), o.reduction());
}

Tensor multilabel_margin_loss(const Tensor& input, const Tensor& target, const MultilabelMarginLossFuncOptions& o) {
  return xgrad::multilabel_margin_loss(input, target, o.reduction());
}

Tensor multilabel_soft_margin_loss(const Tensor& input, const Tensor& target,
                                   const MultilabelSoftMarginLossFuncOptions& o) {
  check<ValueError>(input.sizes() == target.sizes(),
                    "Target size (torch.Size({})) must be the same as input size (torch.Size({}))", target.sizes(),
                    input.sizes());
  Tensor terms = -(target * log_sigmoid(input) + (1 - target) * log_sigmoid(-input));
  if (o.weight().defined()) terms = terms * o.weight();
  const Tensor loss = terms.sum(-1) / static_cast<double>(input.size(-1));
  return o.reduction() == kMean ? loss.mean() : o.reduction() == kSum ? loss.sum() : loss;
}

Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, const CTCLossFuncOptions& o) {
  return xgrad::ctc_loss(log_probs, targets, input_lengths, target_lengths, o.blank(), o.reduction(),
                         o.zero_infinity());
}

Tensor triplet_margin_with_distance_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                                         const TripletMarginWithDistanceLossFuncOptions& o) {
  const auto distance = [&](const Tensor& a, const Tensor& b) {
    return o.distance_function() ? (*o.distance_function())(a, b) : xgrad::pairwise_distance(a, b);
  };
  const Tensor near = distance(anchor, positive);
  Tensor apart = distance(anchor, negative);
  if (o.swap()) apart = minimum(apart, distance(positive, negative));
  const Tensor loss = (near - apart + o.margin()).clamp_min(0);
  return o.reduction() == kMean ? loss.mean() : o.reduction() == kSum ? loss.sum() : loss;
}

}  // namespace xgrad::nn::functional
