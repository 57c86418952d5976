/// Losses of a row of scores by how far other classes stay behind its own.
#pragma once

#include <xgrad/autograd/array/array.hpp>

namespace xgrad::kernels {

/// A loss for each row, and its slope with respect to that row's scores if it was asked for.
struct RowLoss {
  Array loss;   ///< [N]
  Array slope;  ///< [N, C]
};

/// Σ_{c≠t} w[t]·max(0, margin − x[t] + x[c])^p / C for scores x [N, C] and labels t [N] in int64; p is 1 or 2. Throws
/// for a label that is no class.
RowLoss multi_margin(const Array& x, const Array& target, std::int64_t p, double margin, const Array* weight,
                     bool with_slope);

/// Σ_{t, c} max(0, 1 − x[t] + x[c]) / C over the labels t before a row's first −1 and the classes c that are none of
/// them; `target` [N, C] in int64, each −1 … C−1.
RowLoss multilabel_margin(const Array& x, const Array& target, bool with_slope);

}  // namespace xgrad::kernels
