/// The IDX format, in which MNIST and its relatives are published.
///
///     byte 0, 1   zero
///     byte 2      element type: 08 uint8, 09 int8, 0b int16, 0c int32, 0d float32, 0e float64
///     byte 3      number of dimensions, at least 1
///     then        the sizes, big-endian uint32, outermost first
///     then        the elements, big-endian, in row-major order
#pragma once

#include <xgrad/autograd/array/array.hpp>

#include <filesystem>

namespace xgrad::data {

/// Reads an IDX file, plain or gzip (told by its contents, not by its name), into a packed Array of the file's dtype.
///
/// Every byte is accounted for: a file that is missing, cut off, damaged, too long or no IDX throws Error naming the
/// path and the bytes expected and found. No memory is taken for more than the file's size can stand for: of a plain
/// file what is there; of a gzip file, 1032 times its size, which is the most that deflate can pack, and no more than
/// 64 MiB and 32 times its size. What the header promises beyond that is refused before anything is unpacked.
///
///     Array images = data::read_idx("data/MNIST/raw/train-images-idx3-ubyte.gz");   // (5120, 28, 28) uint8
Array read_idx(const std::filesystem::path& path);

/// Writes `array` (any strides) as IDX, compressed if the name ends in ".gz", to a temporary file that is then renamed.
/// Throws TypeError for bool and int64, which IDX does not have, and ValueError for an array without dimensions.
void write_idx(const std::filesystem::path& path, const Array& array);

}  // namespace xgrad::data
