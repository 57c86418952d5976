/// Finding values in sorted rows.
#pragma once

#include <xgrad/autograd/array/array.hpp>

namespace xgrad::kernels {

/// For each of `values` the first place in its row of `sorted` whose element is not less (if `right`, is greater);
/// int32 or int64 results. Both packed, of one dtype; `sorted` is a vector, or has a row for each row of values.
/// `sorter`, null or packed int64 of sorted's shape, tells where the elements of a row are, in order.
Array search_sorted(const Array& sorted, const Array& values, bool right, ScalarType result, const Array* sorter);
/// Whether each element of x is among the vector `set`, or is not if `invert`. One dtype.
Array is_among(const Array& x, const Array& set, bool invert);

}  // namespace xgrad::kernels
