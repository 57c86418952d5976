/// Losses of several classes by margins. Scores are [N, C], or [C] for one row; floating.
#pragma once

#include <xgrad/autograd/array/reduction.hpp>
#include <xgrad/autograd/tensor.hpp>

namespace xgrad {

/// Σ_{c≠t} w[t]·max(0, margin − x[t] + x[c])^p / C for one label t a row; p is 1 or 2.
Tensor multi_margin_loss(const Tensor& x, const Tensor& target, Scalar p = 1, Scalar margin = 1,
                         const Tensor& weight = {}, Reduction reduction = Reduction::Mean);
/// Σ_{t, c} max(0, 1 − x[t] + x[c]) / C over a row's labels t and the classes c that are none of them. `target` has x's
/// shape; a row's labels end at its first −1.
Tensor multilabel_margin_loss(const Tensor& x, const Tensor& target, Reduction reduction = Reduction::Mean);

}  // namespace xgrad
