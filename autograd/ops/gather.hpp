/// Reading and writing where a tensor of indices, or a mask, says.
///
/// An index is int64 (index_select and index_add take int32 too) and counts from 0; one that is out of range throws.
#pragma once

#include <xgrad/autograd/tensor.hpp>

namespace xgrad {

/// y[i][j] = x[index[i][j]][j] for dim = 0, and so on: y has index's shape, which fits into x but for `dim`.
/// dx = zeros.scatter_add(dim, index, g)
Tensor gather(const Tensor& x, std::int64_t dim, const Tensor& index);
/// x with y[index[i][j]][j] = src[i][j] for dim = 0, and so on. Of several for one place, any may stay.
/// dx = g.scatter(dim, index, 0), dsrc = g.gather(dim, index)
Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& src);
Tensor& scatter_(Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& src);
/// x with y[index[i][j]][j] += src[i][j] for dim = 0, and so on.     dx = g, dsrc = g.gather(dim, index)
Tensor scatter_add(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& src);
Tensor& scatter_add_(Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& src);
/// The rows of x along `dim` that the vector `index` names.           dx = zeros.index_add(dim, index, g)
Tensor index_select(const Tensor& x, std::int64_t dim, const Tensor& index);
/// x with source's k-th row along `dim` added to row index[k].        dx = g, dsource = g.index_select(dim, index)
Tensor index_add(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source);
Tensor& index_add_(Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source);
/// y = value where the bool mask holds, else x; out of place they broadcast.    dx = g where it does not hold
Tensor masked_fill(const Tensor& x, const Tensor& mask, Scalar value);
Tensor& masked_fill_(Tensor& x, const Tensor& mask, Scalar value);

}  // namespace xgrad
