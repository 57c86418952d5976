#include <xgrad/autograd/tensor.hpp>
#include <xgrad/serialize/elements.hpp>

#include <algorithm>
#include <cstring>
#include <vector>

namespace xgrad::serialize {

std::uint64_t checked_nbytes(IntArrayRef sizes, ScalarType dtype) {
  check<ValueError>(sizes.size() <= kMaxFileDims, "a tensor has {} dimensions; at most {} are supported", sizes.size(),
                    kMaxFileDims);
  // The strides of an array with a size of zero have to fit as well, so zeros count as ones in the limit.
  auto most = static_cast<std::int64_t>(element_size(dtype));
  bool impossible = false, empty = false;
  for (const std::int64_t size : sizes) {
    empty |= size == 0;
    impossible |= size < 0 || __builtin_mul_overflow(most, std::max<std::int64_t>(size, 1), &most);
  }
  check<ValueError>(!impossible, "a tensor has the impossible sizes {}", sizes);
  return empty ? 0 : static_cast<std::uint64_t>(most);
}

void normalise_bools(void* bytes, std::size_t count) {
  auto* b = static_cast<unsigned char*>(bytes);
  for (std::size_t i = 0; i < count; ++i) {
    if (b[i] > 1) b[i] = 1;
  }
}

void swap_bytes(void* elements, std::size_t count, std::size_t size) {
  auto* bytes = static_cast<char*>(elements);
  for (std::size_t i = 0; i < count; ++i) std::reverse(bytes + i * size, bytes + (i + 1) * size);
}

void make_native(const Array& packed, std::endian order) {
  const auto count = static_cast<std::size_t>(packed.numel());
  if (packed.dtype() == kBool) normalise_bools(packed.raw(), count);
  if (order != std::endian::native && packed.itemsize() > 1) swap_bytes(packed.raw(), count, packed.itemsize());
}

namespace {

void write_packed(const Write& write, const Array& packed) {
  if (std::endian::native == std::endian::little || packed.itemsize() == 1) return write(packed.raw(), packed.nbytes());
  constexpr std::size_t kPiece = 1 << 16;
  const auto* from = static_cast<const char*>(packed.raw());
  for (std::size_t done = 0; done < packed.nbytes(); done += kPiece) {
    std::vector<char> piece(from + done, from + std::min(done + kPiece, packed.nbytes()));
    swap_bytes(piece.data(), piece.size() / packed.itemsize(), packed.itemsize());
    write(piece.data(), piece.size());
  }
}

}  // namespace

void write_elements(const Write& write, const Array& array) {
  if (array.numel() == 0) return;
  if (array.is_contiguous()) return write_packed(write, array);
  constexpr std::size_t kBlock = std::size_t{4} << 20;
  if (array.nbytes() <= kBlock) return write_packed(write, Tensor(array).contiguous().array());
  const std::int64_t rows = array.sizes()[0];
  const std::int64_t at_once = static_cast<std::int64_t>(kBlock / (array.nbytes() / static_cast<std::size_t>(rows)));
  for (std::int64_t row = 0; row < rows; row += std::max<std::int64_t>(at_once, 1)) {
    write_elements(write, at_once == 0 ? array.select(0, row) : array.slice(0, row, std::min(row + at_once, rows), 1));
  }
}

}  // namespace xgrad::serialize
