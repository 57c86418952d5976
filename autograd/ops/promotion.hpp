/// Which dtype an operation computes in. Internal to ops/.
#pragma once

#include <xgrad/autograd/graph/differentiable.hpp>

namespace xgrad::ops {

/// PyTorch's result type of two tensors: dimensioned tensors before 0-dimensional ones before C++ numbers; a lower
/// kind only decides when its category (bool < integer < float) is higher.
ScalarType result_type(const Tensor& a, const Tensor& b);
/// The dtype itself if floating, else the default floating dtype.
ScalarType floating_type(ScalarType dtype);
/// A C++ number as a 0-dimensional tensor that promotes by category only.
Tensor wrap(Scalar value);
/// Throws "result type Float can't be cast to the desired output type Long" for an in-place operation that would.
void check_cast(ScalarType from, const Into& into);
/// x in `dtype`, through the graph.
Tensor as_dtype(const Tensor& x, ScalarType dtype);

}  // namespace xgrad::ops
