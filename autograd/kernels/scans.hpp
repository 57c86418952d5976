/// Running results along one dimension. A 0-dimensional array is a vector of one element.
#pragma once

#include <xgrad/autograd/array/array.hpp>

#include <utility>

namespace xgrad::kernels {

enum class Scan { Sum, Prod, LogSumExp };

/// y[k] = x[0] + … + x[k] and so on along `dim` (or x[k] + … to the end) of float32, float64 or (not LogSumExp) int64,
/// accumulated in double or 64 wrapping bits. Packed, or in `*out` of x's shape and dtype, which may be x.
Array running(Scan op, const Array& x, std::int64_t dim, const Array* out = nullptr, bool from_end = false);

/// The largest (smallest) of x[0] … x[k], and the last index (int64) where it stands; NaN wins.
std::pair<Array, Array> running_extreme(bool largest, const Array& x, std::int64_t dim);

/// y[k] = x[k] + c[k]·y[k−1], or from the end y[k] = x[k] + c[k+1]·y[k+1]; floating x and c of one shape and dtype.
Array linear_recurrence(const Array& x, const Array& c, std::int64_t dim, bool reverse);

}  // namespace xgrad::kernels
