/// Numbers that follow from their places.
#pragma once

#include <xgrad/autograd/array/array.hpp>
#include <xgrad/autograd/array/scalar.hpp>

namespace xgrad::kernels {

/// n numbers from `start` to `end` at equal distances, from both ends, so that the last is `end` itself. Not bools.
Array linspace(Scalar start, Scalar end, std::int64_t n, ScalarType dtype);

}  // namespace xgrad::kernels
