#include <xgrad/autograd/array/warning.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/nn/functional/distance.hpp>

#include <cmath>

namespace xgrad::nn::functional {

Tensor cosine_similarity(const Tensor& a, const Tensor& b, const CosineSimilarityFuncOptions& o) {
  return xgrad::cosine_similarity(a, b, o.dim(), o.eps());
}
Tensor pairwise_distance(const Tensor& a, const Tensor& b, const PairwiseDistanceFuncOptions& o) {
  return xgrad::pairwise_distance(a, b, o.p(), o.eps(), o.keepdim());
}
Tensor normalize(const Tensor& input, const NormalizeFuncOptions& o) {
  return input / norm(input, o.p(), {o.dim()}, true).clamp_min(o.eps()).expand_as(input);
}
Tensor smooth_l1_loss(const Tensor& x, const Tensor& target, const SmoothL1LossFuncOptions& o) {
  return xgrad::smooth_l1_loss(x, target, o.reduction(), o.beta());
}
Tensor huber_loss(const Tensor& x, const Tensor& target, const HuberLossFuncOptions& o) {
  return xgrad::huber_loss(x, target, o.reduction(), o.delta());
}
Tensor kl_div(const Tensor& x, const Tensor& target, const KLDivFuncOptions& o) {
  if (o.reduction() == kMean) {
    warn_once<struct MeanOfAll>(
        "reduction: 'mean' divides the total loss by both the batch size and the support size. 'batchmean' divides "
        "only by the batch size, and aligns with the KL div math definition. 'mean' will be changed to behave the same "
        "as 'batchmean' in the next major release.");
  }
  const Tensor loss = xgrad::kl_div(x, target, o.reduction(), o.log_target());
  return o.batchmean() && x.dim() > 0 ? loss / static_cast<double>(x.size(0)) : loss;
}
Tensor poisson_nll_loss(const Tensor& x, const Tensor& target, const PoissonNLLLossFuncOptions& o) {
  return xgrad::poisson_nll_loss(x, target, o.log_input(), o.full(), o.eps(), o.reduction());
}
Tensor hinge_embedding_loss(const Tensor& x, const Tensor& target, const HingeEmbeddingLossFuncOptions& o) {
  return xgrad::hinge_embedding_loss(x, target, o.margin(), o.reduction());
}
Tensor soft_margin_loss(const Tensor& x, const Tensor& target, const SoftMarginLossFuncOptions& o) {
  return xgrad::soft_margin_loss(x, target, o.reduction());
}
Tensor margin_ranking_loss(const Tensor& a, const Tensor& b, const Tensor& t, const MarginRankingLossFuncOptions& o) {
  check(a.dim() == b.dim() && a.dim() == t.dim(),
        "margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: torch.Size({}), "
        "input2: torch.Size({}), target: torch.Size({}) ",
        a.sizes(), b.sizes(), t.sizes());
  return xgrad::margin_ranking_loss(a, b, t, o.margin(), o.reduction());
}
Tensor cosine_embedding_loss(const Tensor& a, const Tensor& b, const Tensor& t,
                             const CosineEmbeddingLossFuncOptions& o) {
  return xgrad::cosine_embedding_loss(a, b, t, o.margin(), o.reduction());
}
Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           const TripletMarginLossFuncOptions& o) {
  return xgrad::triplet_margin_loss(anchor, positive, negative, o.margin(), o.p(), o.eps(), o.swap(), o.reduction());
}

Tensor gaussian_nll_loss(const Tensor& x, const Tensor& target, const Tensor& given,
                         const GaussianNLLLossFuncOptions& o) {
  Tensor var = given;
  if (var.sizes() != x.sizes()) {
    const bool short_by_one =
        var.dim() + 1 == x.dim() && x.dim() > 0 && var.sizes() == IntArrayRef(x.sizes().data(), x.sizes().size() - 1);
    if (short_by_one) var = var.unsqueeze(-1);
    bool fits = var.dim() == x.dim();
    for (std::int64_t d = 0; fits && d < x.dim(); ++d) {
      fits = var.size(d) == x.size(d) || (d == x.dim() - 1 && var.size(d) == 1);
    }
    check<ValueError>(fits, "var is of incorrect size");
  }
  check<ValueError>(!(var < 0).any().item<bool>(), "var has negative entry/entries");
  var = var.clone();
  {
    // The bound holds for the value and lets the gradient through.
    const NoGradGuard no_grad;
    var.clamp_min_(o.eps());
  }
  Tensor loss = (log(var) + square(x - target) / var) * 0.5;
  if (o.full()) loss = loss + 0.5 * std::log(6.28318530717958647692);
  return o.reduction() == kMean ? loss.mean() : o.reduction() == kSum ? loss.sum() : loss;
}

}  // namespace xgrad::nn::functional
