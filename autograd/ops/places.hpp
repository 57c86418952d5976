/// Indexing by tensors. Internal to ops/: indexing.hpp is what users see.
#pragma once

#include <xgrad/autograd/graph/differentiable.hpp>

namespace xgrad::ops {

/// x at int64 tensors of places, or masks, for its leading dimensions; undefined for a dimension that is taken whole.
Tensor index_tensors(const Tensor& x, const std::vector<Tensor>& indices);
/// `value`, broadcast, written (or added) there.
Tensor index_put_tensors(const Tensor& x, const std::vector<Tensor>& indices, const Tensor& value, bool accumulate,
                         Into into);
/// The checks of scatter and its kin but for what is in index; the part of src that index covers, in index's shape.
Tensor scattered(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& src);
}  // namespace xgrad::ops
