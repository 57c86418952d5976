/// Maxima of windows, and moving numbers to and from chosen places of a plane.
#pragma once

#include <xgrad/autograd/array/array.hpp>

#include <utility>
#include <vector>

namespace xgrad::kernels {

/// For each output index along a dimension: input indices first, first + step, ... < last.
struct Window {
  std::int64_t first, last;
};
struct Windows {
  std::int64_t step = 1;
  std::vector<Window> of;
};

/// The largest element of each window over the last windows.size() dimensions (at most 3), and its index within these
/// dimensions, counted as one. NaN is largest; of equal elements the first. Floating x.
std::pair<Array, Array> max_pool(const Array& x, const std::vector<Windows>& windows);
/// out[plane, index[plane, i]] += g[plane, i], for planes of these sizes in place of g's last `sizes.size()`
/// dimensions. IndexError if one is outside the plane. `pairs` says that g and index are of the maxima of windows that
/// are tiled_by_pairs: then each lies in its own four elements.
Array plane_scatter(const Array& g, const Array& index, IntArrayRef sizes, bool pairs = false);
/// Whether the windows are two by two elements, side by side from the corner of a plane on.
bool tiled_by_pairs(const std::vector<Windows>& windows);
/// out[plane, i] = x[plane, index[plane, i]], where the last `dims` dimensions are the plane.
Array plane_gather(const Array& x, const Array& index, std::int64_t dims);

}  // namespace xgrad::kernels
