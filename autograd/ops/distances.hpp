/// Distances and the losses that are made of differences.
///
/// Every loss takes the mean over its elements, their sum, or neither, as `reduction` says. Shapes broadcast.
#pragma once

#include <xgrad/autograd/array/reduction.hpp>
#include <xgrad/autograd/tensor.hpp>

namespace xgrad {

/// a·b / max(|a|·|b|, eps) along `dim`
Tensor cosine_similarity(const Tensor& a, const Tensor& b, std::int64_t dim = 1, double eps = 1e-8);
/// (Σ |a − b + eps|^p)^(1/p) along the last dimension
Tensor pairwise_distance(const Tensor& a, const Tensor& b, double p = 2, double eps = 1e-6, bool keepdim = false);

/// d = |x − t|: d²/(2·beta) below beta, d − beta/2 above
Tensor smooth_l1_loss(const Tensor& x, const Tensor& target, Reduction reduction = Reduction::Mean, double beta = 1);
/// d = |x − t|: d²/2 below delta, delta·(d − delta/2) above
Tensor huber_loss(const Tensor& x, const Tensor& target, Reduction reduction = Reduction::Mean, double delta = 1);
/// t·(ln t − x) for log-probabilities x, 0 where t is 0; with log_target, e^t·(t − x)
Tensor kl_div(const Tensor& x, const Tensor& target, Reduction reduction = Reduction::Mean, bool log_target = false);
/// e^x − t·x, or with log_input = false x − t·ln(x + eps); with `full`, Stirling's terms of ln t! for t > 1
Tensor poisson_nll_loss(const Tensor& x, const Tensor& target, bool log_input, bool full, double eps,
                        Reduction reduction);
/// x where t = 1, max(0, margin − x) where t = −1
Tensor hinge_embedding_loss(const Tensor& x, const Tensor& target, double margin = 1,
                            Reduction reduction = Reduction::Mean);
/// ln(1 + e^(−t·x))
Tensor soft_margin_loss(const Tensor& x, const Tensor& target, Reduction reduction = Reduction::Mean);
/// max(0, −t·(a − b) + margin)
Tensor margin_ranking_loss(const Tensor& a, const Tensor& b, const Tensor& target, double margin = 0,
                           Reduction reduction = Reduction::Mean);
/// 1 − cos(a, b) where t = 1, max(0, cos(a, b) − margin) where t = −1
Tensor cosine_embedding_loss(const Tensor& a, const Tensor& b, const Tensor& target, double margin = 0,
                             Reduction reduction = Reduction::Mean);
/// max(0, |anchor − positive|_p − |anchor − negative|_p + margin); with `swap`, the nearer of the negative's distances
/// to anchor and positive
Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative, double margin = 1,
                           double p = 2, double eps = 1e-6, bool swap = false, Reduction reduction = Reduction::Mean);

}  // namespace xgrad
