/// Sorting and selecting along one dimension. NaN is larger than all numbers; equal elements stay in the order of their
/// indices, and the first of them is chosen. A 0-dimensional array is a vector of one element.
#pragma once

#include <xgrad/autograd/array/array.hpp>

#include <utility>

namespace xgrad::kernels {

/// Values and their indices (int64), each line sorted.
using Sorted = std::pair<Array, Array>;

Sorted sort(const Array& x, std::int64_t dim, bool descending);
/// The k largest (smallest) of each line, the most extreme first. k is not above the line's length.
Sorted topk(const Array& x, std::int64_t k, std::int64_t dim, bool largest);
/// The k-th smallest of each line, counted from 0; `dim` has size 1 in the result.
Sorted kth_value(const Array& x, std::int64_t k, std::int64_t dim);
/// The lower median of each line: of all elements, or NaN if there is one; or of what is not NaN. Lines have elements.
Sorted median(const Array& x, std::int64_t dim, bool ignore_nan);
/// The most frequent value of each line (the smallest of several) and the last index where it stands.
Sorted mode(const Array& x, std::int64_t dim);

/// The distinct values of x in ascending order; for every element which of them it is; how often each stands there.
/// Every NaN is distinct. `consecutive`: x as it is, with runs of equal elements in the place of values.
struct Distinct {
  Array values, inverse, counts;
};
/// Without `details`, `values` only.
Distinct distinct(const Array& x, bool consecutive, bool details);
/// The same of the rows of a packed matrix. `values` are the indices of the first row of each kind.
Distinct distinct_rows(const Array& x, bool consecutive);

/// How often 0, 1, … stand in x (int64, none negative), or the sums of their weights (floating), as `size` elements.
Array bincount(const Array& x, const Array* weights, std::int64_t size);
/// How many of floating x lie in each of `bins` equal parts of [low, high], in x's dtype.
Array histc(const Array& x, std::int64_t bins, double low, double high);

}  // namespace xgrad::kernels
