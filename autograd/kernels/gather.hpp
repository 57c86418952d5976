/// Reading from and writing to places that an index names.
///
/// `index` is int64 and names a place along `dim` for each of its elements; the other coordinates are the element's
/// own. An index that is one vector for a whole dimension comes expanded (stride 0), and its rows are copied whole.
#pragma once

#include <xgrad/autograd/array/array.hpp>

namespace xgrad::kernels {

/// Whether one of n indices is outside 0 … size−1. Signs tell: there is no comparison of unsigned numbers in the
/// vectors of every processor.
inline bool any_outside(const std::int64_t* index, std::int64_t n, std::int64_t size) {
  std::uint64_t bits = 0;
  for (std::int64_t i = 0; i < n; ++i) bits |= static_cast<std::uint64_t>(index[i]);
  if (bits < static_cast<std::uint64_t>(size)) return false;  // none is more than the bits of all together
  const auto last = static_cast<std::uint64_t>(size - 1);
  std::uint64_t signs = bits;  // the highest bit is set if an index is negative, or last minus one
  for (std::int64_t i = 0; i < n; ++i) signs |= last - static_cast<std::uint64_t>(index[i]);
  return signs >> 63 != 0;
}
/// The first element of `index` outside 0 … size−1, if there is one.
std::optional<std::int64_t> first_outside(const Array& index, std::int64_t size);
/// Throws Error "index i is out of bounds for dimension dim with size n" if there is one outside x.
void check_inside(const Array& x, std::int64_t dim, const Array& index);
/// out[…, k, …] = x[…, index[…, k, …], …], a new array of index's shape. Throws as check_inside does.
Array gather(const Array& x, std::int64_t dim, const Array& index);
/// The same, or nothing if an index is outside.
std::optional<Array> gather_if_inside(const Array& x, std::int64_t dim, const Array& index);
/// out[…, index[…, k, …], …] = src[…, k, …]; src has index's shape and out's dtype. The last of several wins.
void scatter(const Array& out, std::int64_t dim, const Array& index, const Array& src);
/// The same into a copy of x. Throws as check_inside does.
Array scatter_copy(const Array& x, std::int64_t dim, const Array& index, const Array& src);
/// x with out[…, index[…, k, …], …] += src[…, k, …], in order; a new array. Throws as check_inside does.
Array scatter_add(const Array& x, std::int64_t dim, const Array& index, const Array& src);
enum class Combine { Add, Multiply, Max, Min };
/// The same in place, for indices that were checked, and with other functions; NaN wins in Max and Min.
void scatter_combine(const Array& out, std::int64_t dim, const Array& index, const Array& src, Combine how);

/// Indices, and how many elements apart the places are that they count.
struct Steps {
  Array index;
  std::int64_t elements = 0;
  std::int64_t bytes(const Array& of) const { return elements * static_cast<std::int64_t>(of.itemsize()); }
};
inline constexpr std::int64_t kKnown = -1;

/// What they are made of: arrays of one shape, element by element. An element's place is `index` times so many elements
/// from where `origin`, which may stand still (stride 0), has it. Indices are checked against `size`, unless that is
/// kKnown: false, and `out` is not complete, if one is outside.
bool take_steps(const Array& out, const Array& origin, const Steps& by, std::int64_t size = kKnown);
/// The same by two indices together.
void take_steps(const Array& out, const Array& origin, const Steps& by, const Steps& also);
void put_steps(const Array& origin, const Array& index, std::int64_t step, const Array& src);
void combine_steps(const Array& origin, const Array& index, std::int64_t step, const Array& src, Combine how);

}  // namespace xgrad::kernels
