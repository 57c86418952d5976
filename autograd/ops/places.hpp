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
/// The mask as bools. Integers may be 0 and 1, as in PyTorch, bytes with its warning; numbers with a point, of which
/// PyTorch reads one byte, are refused. `name` is the operation.
Tensor mask_of(const char* name, const Tensor& mask);
}  // namespace xgrad::ops
