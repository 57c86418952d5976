/// Reductions over sets of dimensions.
#pragma once

#include <xgrad/autograd/array/array.hpp>

#include <utility>

namespace xgrad::kernels {

enum class Reduce { Sum, Max, Min, All, Any };

/// Reduces `dims` (wrapped, distinct; empty means none) of x. Sum computes in and returns `dtype` (x is converted as it
/// is read); Max and Min keep x's dtype and throw on an empty reduction; All and Any return bool (uint8 for uint8).
/// Float sums are accurate: partial sums in several lanes, long ones in blocks with a double total.
Array reduce(Reduce op, const Array& x, IntArrayRef dims, bool keepdim, ScalarType dtype);

/// The extreme elements along `dim` and the index (int64) where each stands first; NaN is more extreme than all.
std::pair<Array, Array> extreme_with_index(bool largest, const Array& x, std::int64_t dim, bool keepdim);

}  // namespace xgrad::kernels
