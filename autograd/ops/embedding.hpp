/// Rows of a table by number.
#pragma once

#include <xgrad/autograd/tensor.hpp>

namespace xgrad {

/// y[i..., :] = weight[indices[i...], :] for a matrix weight and indices in int64 or int32
///     dweight[r] = Σ g at indices that are r, 0 for row `padding_idx`; with `scale_grad_by_freq` divided by how many
/// there are. `sparse` plays no part: gradients are dense. Throws IndexError for an index that is no row.
Tensor embedding(const Tensor& weight, const Tensor& indices, std::int64_t padding_idx = -1,
                 bool scale_grad_by_freq = false, bool sparse = false);

}  // namespace xgrad
