/// Distances and the losses made of differences, as modules. The formulas stand in autograd/ops/distances.hpp.
#pragma once

#include <xgrad/nn/functional/distance.hpp>
#include <xgrad/nn/modules/configured.hpp>

namespace xgrad::nn {

#define XGRAD_OF_TWO(NAME, FUNCTION)                                                                                   \
  class NAME##Impl : public Configured<NAME##Impl, NAME##Options, ModuleBase> {                                        \
   public:                                                                                                             \
    using Configured::Configured;                                                                                      \
    Tensor forward(const Tensor& first, const Tensor& second) { return functional::FUNCTION(first, second, options); } \
  };                                                                                                                   \
  XGRAD_LAYER(NAME)
#define XGRAD_OF_THREE(NAME, FUNCTION)                                               \
  class NAME##Impl : public Configured<NAME##Impl, NAME##Options, ModuleBase> {      \
   public:                                                                           \
    using Configured::Configured;                                                    \
    Tensor forward(const Tensor& first, const Tensor& second, const Tensor& third) { \
      return functional::FUNCTION(first, second, third, options);                    \
    }                                                                                \
  };                                                                                 \
  XGRAD_LAYER(NAME)

/// Options: dim = 1, eps = 1e-8.
XGRAD_OF_TWO(CosineSimilarity, cosine_similarity);
/// Options: p = 2, eps = 1e-6, keepdim = false.
XGRAD_OF_TWO(PairwiseDistance, pairwise_distance);
/// Options: reduction, beta = 1.
XGRAD_OF_TWO(SmoothL1Loss, smooth_l1_loss);
/// Options: reduction, delta = 1.
XGRAD_OF_TWO(HuberLoss, huber_loss);
/// Options: reduction, or "batchmean", log_target = false.
XGRAD_OF_TWO(KLDivLoss, kl_div);
/// Options: log_input = true, full = false, eps = 1e-8, reduction.
XGRAD_OF_TWO(PoissonNLLLoss, poisson_nll_loss);
/// Options: margin = 1, reduction.
XGRAD_OF_TWO(HingeEmbeddingLoss, hinge_embedding_loss);
/// Options: reduction.
XGRAD_OF_TWO(SoftMarginLoss, soft_margin_loss);
/// Options: margin = 0, reduction.
XGRAD_OF_THREE(MarginRankingLoss, margin_ranking_loss);
XGRAD_OF_THREE(CosineEmbeddingLoss, cosine_embedding_loss);
/// Options: margin = 1, p = 2, eps = 1e-6, swap = false, reduction.
XGRAD_OF_THREE(TripletMarginLoss, triplet_margin_loss);
/// Options: full = false, eps = 1e-6, reduction.
XGRAD_OF_THREE(GaussianNLLLoss, gaussian_nll_loss);

#undef XGRAD_OF_THREE
#undef XGRAD_OF_TWO

}  // namespace xgrad::nn
