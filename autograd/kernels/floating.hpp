/// What kernels of the floating types begin with.
#pragma once

#include <xgrad/autograd/kernels/elementwise.hpp>

namespace xgrad::kernels {

/// The array itself, or a copy of it in the order of its indices.
inline Array packed(const Array& x) { return x.is_contiguous() ? x : contiguous_copy(x); }

/// Calls f for float or for double: for an operation that has refused other dtypes already.
template <class F>
void of_floating(ScalarType dtype, F f) {
  if (dtype == kFloat32)
    f.template operator()<float>();
  else
    f.template operator()<double>();
}

}  // namespace xgrad::kernels
