/// Conversions of elements, and numbers that must be some.
#pragma once

#include <xgrad/autograd/array/array.hpp>
#include <xgrad/autograd/array/scalar.hpp>

namespace xgrad::kernels {

using detail::convert;

/// Throws where `dtype` cannot hold the number, which may be an array's only element.
void check_held(Scalar value, ScalarType dtype);
void check_held(const Array& number, ScalarType dtype);

}  // namespace xgrad::kernels
