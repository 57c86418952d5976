/// Softmax and the losses on top of it, one pass each.
#pragma once

#include <xgrad/autograd/array/array.hpp>
#include <xgrad/autograd/array/reduction.hpp>

#include <cstdint>

namespace xgrad::kernels {

/// softmax (or its logarithm) along `dim`.
Array softmax(const Array& x, std::int64_t dim, bool log);
/// y·(g − Σ g·y), or for the logarithm g − e^y·Σ g.
Array softmax_backward(const Array& g, const Array& y, std::int64_t dim, bool log);

/// What the class-index losses share. Labels are int64 (or any integer type); `ignore_index` labels count nothing.
struct NllOptions {
  const Array* weight = nullptr;  ///< per class, or null
  Reduction reduction = Reduction::Mean;
  std::int64_t ignore_index = -100;
};

/// −w[t]·logp[t] for logp [N, C, d...] and labels [N, d...] ([C] and [] without a batch). `total_weight` (0-d) is
/// Σ w[t] over labels that count. Labels are range-checked before anything is computed: IndexError "Target t is out of
/// bounds." with the position and the number of classes.
Array nll_loss(const Array& logp, const Array& target, const NllOptions& options, Array* total_weight);
/// d(loss)/d(logp) times g.
Array nll_loss_backward(const Array& g, const Array& target, IntArrayRef logp_sizes, const NllOptions& options,
                        const Array& total_weight);

/// nll_loss(log_softmax(x, class dimension)) in one pass; `probabilities` receives softmax(x) for the derivative.
Array cross_entropy(const Array& x, const Array& target, const NllOptions& options, Array* probabilities,
                    Array* total_weight);
/// (softmax − onehot)·w·g / total in one pass.
Array cross_entropy_backward(const Array& g, const Array& probabilities, const Array& target, const NllOptions& options,
                             const Array& total_weight);

}  // namespace xgrad::kernels
