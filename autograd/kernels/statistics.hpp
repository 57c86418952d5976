/// Reductions beyond sums and extremes: products, counts, norms, moments. `dims` as in reduce.hpp.
#pragma once

#include <xgrad/autograd/array/array.hpp>

#include <utility>

namespace xgrad::kernels {

/// Π x, computed in and returned as `dtype`; integers wrap.
Array prod(const Array& x, IntArrayRef dims, bool keepdim, ScalarType dtype);
/// Σ x over what is not NaN; floating x.
Array nansum(const Array& x, IntArrayRef dims, bool keepdim);
/// How many elements are not 0, as `dtype`.
Array count_nonzero(const Array& x, IntArrayRef dims, bool keepdim, ScalarType dtype = kInt64);
/// (Σ |x|^p)^(1/p) of floating x; max |x| and min |x| for p = ±∞, a count for p = 0. 0 of nothing.
Array norm(const Array& x, double p, IntArrayRef dims, bool keepdim);
/// The variance Σ (x − mean)² / max(n − correction, 0) and the mean, of floating x.
std::pair<Array, Array> var_mean(const Array& x, IntArrayRef dims, bool keepdim, double correction);
/// The smallest and the largest elements in one pass. x is not empty along dims.
std::pair<Array, Array> minimum_and_maximum(const Array& x, IntArrayRef dims, bool keepdim);
/// log Σ e^x of floating x.
Array logsumexp(const Array& x, IntArrayRef dims, bool keepdim);

}  // namespace xgrad::kernels
