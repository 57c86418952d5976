/// Distances and the losses made of differences, as functions. The formulas stand in autograd/ops/distances.hpp.
#pragma once

#include <xgrad/autograd/ops/distances.hpp>
#include <xgrad/autograd/ops/pairwise.hpp>
#include <xgrad/nn/options/distance.hpp>

namespace xgrad::nn::functional {

#define XGRAD_OF_TWO(NAME, OPTIONS)                                                    \
  Tensor NAME(const Tensor& input, const Tensor& target, const OPTIONS& options = {}); \
  XGRAD_LOOSE_OPTIONS(NAME, OPTIONS, const Tensor& input XGRAD_COMMA const Tensor& target, input, target)
#define XGRAD_OF_THREE(NAME, OPTIONS)                                                                                 \
  Tensor NAME(const Tensor& input1, const Tensor& input2, const Tensor& input3, const OPTIONS& options = {});         \
  XGRAD_LOOSE_OPTIONS(NAME, OPTIONS,                                                                                  \
                      const Tensor& input1 XGRAD_COMMA const Tensor& input2 XGRAD_COMMA const Tensor& input3, input1, \
                      input2, input3)

/// Options: dim = 1, eps = 1e-8.
XGRAD_OF_TWO(cosine_similarity, CosineSimilarityFuncOptions)
/// Options: p = 2, eps = 1e-6, keepdim = false.
XGRAD_OF_TWO(pairwise_distance, PairwiseDistanceFuncOptions)
using xgrad::cdist;
using xgrad::pdist;
/// x / max(|x|_p, eps) along a dimension. Options: p = 2, dim = 1, eps = 1e-12.
XGRAD_FUNCTION(normalize, NormalizeFuncOptions)
/// Options: reduction = mean, beta = 1.
XGRAD_OF_TWO(smooth_l1_loss, SmoothL1LossFuncOptions)
/// libtorch's form, in which beta stands behind the options.
inline Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, const SmoothL1LossFuncOptions& options,
                             double beta) {
  return smooth_l1_loss(input, target, SmoothL1LossFuncOptions(options).beta(beta));
}
/// Options: reduction = mean, delta = 1.
XGRAD_OF_TWO(huber_loss, HuberLossFuncOptions)
/// Options: reduction = mean, or "batchmean", log_target = false.
XGRAD_OF_TWO(kl_div, KLDivFuncOptions)
/// Options: log_input = true, full = false, eps = 1e-8, reduction = mean.
XGRAD_OF_TWO(poisson_nll_loss, PoissonNLLLossFuncOptions)
/// Options: margin = 1, reduction = mean.
XGRAD_OF_TWO(hinge_embedding_loss, HingeEmbeddingLossFuncOptions)
/// Options: reduction = mean.
XGRAD_OF_TWO(soft_margin_loss, SoftMarginLossFuncOptions)
/// Of two inputs and a target of ±1. Options: margin = 0, reduction = mean.
XGRAD_OF_THREE(margin_ranking_loss, MarginRankingLossFuncOptions)
XGRAD_OF_THREE(cosine_embedding_loss, CosineEmbeddingLossFuncOptions)
/// Of anchor, positive and negative. Options: margin = 1, p = 2, eps = 1e-6, swap = false, reduction = mean.
XGRAD_OF_THREE(triplet_margin_loss, TripletMarginLossFuncOptions)
/// (ln v + (x − t)²/v)/2 for an input x, a target t and a variance v, at least eps. Options: full = false, which adds
/// ln(2π)/2, eps = 1e-6, reduction = mean. Throws ValueError for a variance below zero or of another shape.
XGRAD_OF_THREE(gaussian_nll_loss, GaussianNLLLossFuncOptions)

#undef XGRAD_OF_THREE
#undef XGRAD_OF_TWO

}  // namespace xgrad::nn::functional
