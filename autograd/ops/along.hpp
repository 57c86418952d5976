/// What operations along dimensions share. Internal to ops/.
#pragma once

#include <xgrad/autograd/graph/differentiable.hpp>

namespace xgrad::ops {

/// The dimensions to reduce, wrapped and checked; all of them for an empty list.
Dims wrap_dims(const Tensor& x, IntArrayRef dims);
/// g with the reduced dimensions (wrapped) back as size 1, so that it broadcasts against an input of these sizes.
Tensor restore(const Tensor& g, const Dims& sizes, const Dims& dims, bool keepdim);
/// How many elements of x each element of a reduction over `dims` (wrapped) is made of.
std::int64_t count_along(const Tensor& x, const Dims& dims);

/// y[k] = x[k] + c[k]·y[k−1] along `dim`, or from the end y[k] = x[k] + c[k+1]·y[k+1]. Each is the other's adjoint, so
/// that derivatives of scans made of them exist to every order:      dx = b, dc[k] = b[k]·y[k−1] with b from g
Tensor linear_recurrence(const Tensor& x, const Tensor& c, std::int64_t dim, bool reverse);
/// `first` (one row), then all rows of x but the last.
Tensor shifted_down(const Tensor& x, std::int64_t dim, double first);
/// Zeros of these sizes with g at `index` along `dim`, each index once in its row: the derivative of choosing.
Tensor placed(const Tensor& g, const Tensor& index, const Dims& sizes, std::int64_t dim);

}  // namespace xgrad::ops
