/// What formats that hold raw elements have in common: how many bytes, in which order, and which values a bool has.
#pragma once

#include <xgrad/autograd/array/array.hpp>
#include <xgrad/serialize/excerpt.hpp>
#include <xgrad/serialize/output.hpp>

#include <bit>
#include <string>
#include <string_view>

namespace xgrad::serialize {

/// No tensor of a file has more dimensions; PyTorch's and NumPy's have no more either.
inline constexpr std::size_t kMaxFileDims = 64;

/// The bytes of a packed array. Throws ValueError for sizes that are negative, too many, or whose bytes or strides do
/// not fit into 63 bits. Survives any numbers.
std::uint64_t checked_nbytes(IntArrayRef sizes, ScalarType dtype);

/// Any byte but 0 means true; C++ knows only 0 and 1. Writes only where it has to.
void normalise_bools(void* bytes, std::size_t count);

/// Turns round the bytes of each of `count` elements of `size` bytes.
void swap_bytes(void* elements, std::size_t count, std::size_t size);

/// A packed array as it came from a file in the other order of bytes, or with bools of any value, is made right.
void make_native(const Array& packed, std::endian order);

/// Writes the elements in order, little-endian. Those that are not packed go through a buffer of 4 MiB.
void write_elements(const Write& write, const Array& array);

}  // namespace xgrad::serialize
