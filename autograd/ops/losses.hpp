/// Losses and dropout. Shapes that only fit by broadcasting throw instead of giving a silent wrong number.
#pragma once

#include <xgrad/autograd/array/reduction.hpp>
#include <xgrad/autograd/tensor.hpp>

namespace xgrad {

/// −w[t_i]·logp[i, t_i], averaged over Σ w[t_i]. `logp` [N, C, d...] or [C]; `target` [N, d...] or [], any integer
/// type. Throws IndexError for a label outside 0 … C−1, TypeError for labels that are no integers.
Tensor nll_loss(const Tensor& logp, const Tensor& target, const Tensor& weight = {},
                Reduction reduction = Reduction::Mean, std::int64_t ignore_index = -100);

/// nll_loss(log_softmax(x), target) in one pass, from logits; or −Σ_c p_c·log_softmax(x)_c for floating `target` of x's
/// shape. `label_smoothing` mixes the target with the uniform distribution.
Tensor cross_entropy_loss(const Tensor& x, const Tensor& target, const Tensor& weight = {},
                          Reduction reduction = Reduction::Mean, std::int64_t ignore_index = -100,
                          double label_smoothing = 0);

/// −w·(t·ln x + (1 − t)·ln(1 − x)), each logarithm at least −100; x in [0, 1] or it throws.
Tensor binary_cross_entropy(const Tensor& x, const Tensor& target, const Tensor& weight = {},
                            Reduction reduction = Reduction::Mean);
/// The same of sigmoid(x), stable for every x; `pos_weight` multiplies the positive term.
Tensor binary_cross_entropy_with_logits(const Tensor& x, const Tensor& target, const Tensor& weight = {},
                                        const Tensor& pos_weight = {}, Reduction reduction = Reduction::Mean);
/// (x − t)²
Tensor mse_loss(const Tensor& x, const Tensor& target, Reduction reduction = Reduction::Mean);
/// |x − t|
Tensor l1_loss(const Tensor& x, const Tensor& target, Reduction reduction = Reduction::Mean);

/// While training, each element becomes 0 with probability p, the others grow by 1/(1 − p); else x itself.
Tensor dropout(const Tensor& x, double p, bool train);

}  // namespace xgrad
