/// Reading from and writing to places of several dimensions at once: what indexing with tensors and masks comes down
/// to.
///
/// A place is the row-major number of an element in some of an array's dimensions.
#pragma once

#include <xgrad/autograd/array/array.hpp>

#include <span>

namespace xgrad::kernels {

/// `dims` (ascending) are gone from an array, and a list of places stands at dimension `at` of what is left.
struct Placing {
  Dims dims;
  std::int64_t at = 0;
};

/// The shape of what a list of places reads from an array of these sizes.
Dims placed_sizes(IntArrayRef sizes, const Placing& where, IntArrayRef list);
/// A new array of x's elements there.
Array take_places(const Array& x, const Placing& where, const Array& places);
/// The same from coordinates that broadcast, checked as by fold_places, without a list of all places: the last of them
/// counts in the last `behind` of where.dims.
Array take_coordinates(const Array& x, const Placing& where, std::span<const Array> coordinates, IntArrayRef sizes,
                       std::size_t behind);
/// Writes src, of that shape and out's dtype, there; adds it if `accumulate`. Of several for one place, the last wins.
void put_places(const Array& out, const Placing& where, const Array& places, const Array& src, bool accumulate);
/// Places from one int64 array of coordinates for each of these sizes; they broadcast. Coordinates may count from the
/// end; one that is out of range throws IndexError, which counts dimensions from the first. A single array that needs
/// no change is returned as it is.
Array fold_places(std::span<const Array> coordinates, IntArrayRef sizes, std::int64_t first_dimension = 0);
/// The places in all of x's dimensions where it is not zero, in order.
Array nonzero_places(const Array& x);
/// Their coordinates: [n, x.dim()].
Array nonzero(const Array& x);

}  // namespace xgrad::kernels
