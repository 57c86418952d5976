#include <xgrad/autograd/array/atomic_file.hpp>
#include <xgrad/data/gzip.hpp>
#include <xgrad/data/idx.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string>

namespace xgrad::data {
namespace {

struct ElementType {
  std::uint8_t code;
  ScalarType dtype;
};
constexpr std::array<ElementType, 6> kElementTypes{{
    {0x08, kUInt8},
    {0x09, kInt8},
    {0x0b, kInt16},
    {0x0c, kInt32},
    {0x0d, kFloat32},
    {0x0e, kFloat64},
}};

constexpr std::size_t kMaxDims = 255;  // their number is a byte
constexpr std::size_t kMagicBytes = 4, kSizeBytes = 4;

struct Header {
  ScalarType dtype;
  Dims sizes;
  std::size_t bytes;       // of the header
  std::uint64_t promised;  // bytes of elements
};

std::uint32_t from_big_endian(const unsigned char* bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | bytes[3];
}

ScalarType dtype_of_code(std::uint8_t code, const std::string& path) {
  std::string known;
  for (const ElementType& type : kElementTypes) {
    if (type.code == code) return type.dtype;
    known += fmt::format("{}{:02x} {}", known.empty() ? "" : ", ", type.code, info(type.dtype).name);
  }
  fail("{}: unknown IDX element type {:02x} (there are {})", path, code, known);
}

// Says "the compressed data break off" too, so that a half-copied file is told from one that was made wrong.
[[noreturn]] void fail_truncated(const InputFile& file, const std::string& expected, std::uint64_t found) {
  fail("{}: truncated: {}, the file holds {}{}", file.path().string(), expected, found,
       file.cut_off() ? " (its compressed data break off)" : "");
}

std::uint64_t bytes_of(const Dims& sizes, ScalarType dtype, const std::string& path) {
  // The strides of an array with a size of zero have to fit as well, so zeros count as ones in the limit.
  std::int64_t most = static_cast<std::int64_t>(element_size(dtype));
  bool overflow = false, empty = false;
  for (std::int64_t size : sizes) {
    empty |= size == 0;
    overflow |= __builtin_mul_overflow(most, std::max<std::int64_t>(size, 1), &most);
  }
  check(!overflow && most <= INT64_MAX / 8, "{}: corrupt: the header promises the impossible sizes {}", path,
        to_string(sizes));
  return empty ? 0 : static_cast<std::uint64_t>(most);
}

Header read_header(InputFile& file) {
  const std::string path = file.path().string();
  std::array<unsigned char, kMagicBytes> magic{};
  const std::size_t got = file.read(magic.data(), magic.size());
  if (got < magic.size()) fail_truncated(file, "an IDX header takes at least 8 bytes", got);
  const auto [zero1, zero2, code, ndim] = magic;
  check(zero1 == 0 && zero2 == 0 && ndim > 0,
        "{}: not an IDX file: expected 00 00, an element type and a number of dimensions, found {:02x} {:02x} {:02x} "
        "{:02x}",
        path, zero1, zero2, code, ndim);

  Header header{dtype_of_code(code, path), Dims(ndim, 0), kMagicBytes + kSizeBytes * ndim, 0};
  std::array<unsigned char, kSizeBytes * kMaxDims> sizes{};
  const std::size_t sizes_got = file.read(sizes.data(), kSizeBytes * ndim);
  if (sizes_got < kSizeBytes * ndim)
    fail_truncated(file, fmt::format("a header of {} dimension(s) takes {} bytes", ndim, header.bytes),
                   kMagicBytes + sizes_got);
  for (std::size_t d = 0; d < ndim; ++d) header.sizes[d] = from_big_endian(&sizes[kSizeBytes * d]);
  header.promised = bytes_of(header.sizes, header.dtype, path);
  return header;
}

// What a compressed file may hold: all that small ones can, and far more of large ones than images are packed to.
std::uint64_t unpacked_limit(const InputFile& file) {
  constexpr std::uint64_t kUnpackedBytes = std::uint64_t{64} << 20, kUnpackedRatio = 32;
  return kUnpackedBytes + kUnpackedRatio * file.size_on_disk();
}

[[noreturn]] void fail_bomb(const InputFile& file, const Header& header, std::uint64_t most) {
  Error e(
      fmt::format("{}: the header promises {} bytes of elements, and a compressed file of {} is unpacked to {} at most",
                  file.path().string(), header.promised, file.size_on_disk(), most));
  e.set_hint("if it can be trusted, unpack it with gunzip");
  throw e;
}

// Reads what the header promises into memory that grows with what the file delivers. The first piece is large enough
// for any honest file (MNIST's shrink by less than five), so those are read without a copy.
Array read_elements(InputFile& file, const Header& header) {
  constexpr std::uint64_t kHonestRatio = 8, kSmall = 1 << 20;
  const std::uint64_t most = file.compressed() ? unpacked_limit(file) : header.promised;
  std::uint64_t capacity = std::min(header.promised, std::max(kSmall, kHonestRatio * file.size_on_disk()));
  std::uint64_t have = 0;
  Array pieces;
  for (;;) {
    const bool all = capacity == header.promised;
    Array next =
        all ? Array::empty(header.sizes, header.dtype) : Array::empty({static_cast<std::int64_t>(capacity)}, kUInt8);
    if (have > 0) std::memcpy(next.raw(), pieces.raw(), have);
    have += file.read(static_cast<char*>(next.raw()) + have, capacity - have);
    if (have < capacity)
      fail_truncated(file, fmt::format("the header promises {} bytes of elements", header.promised), have);
    if (all) return next;
    if (have >= most) fail_bomb(file, header, most);
    pieces = std::move(next);
    capacity = std::min({header.promised, 2 * capacity, most});
  }
}

// Also what makes zlib compare the checksum, which stands behind the last element.
void check_ends(InputFile& file, const Header& header) {
  std::array<char, 4096> more;
  const std::size_t extra = file.read(more.data(), more.size());
  check(extra == 0, "{}: trailing garbage: the header promises {} bytes of elements, the file holds {}{}",
        file.path().string(), header.promised, extra == more.size() ? "at least " : "", header.promised + extra);
  check(!file.cut_off(), "{}: truncated: its {} bytes of compressed data break off before their checksum",
        file.path().string(), file.size_on_disk());
}

void reverse_bytes(char* bytes, std::size_t count, std::size_t size) {
  for (std::size_t i = 0; i < count; ++i) std::reverse(bytes + i * size, bytes + (i + 1) * size);
}

// Appends the elements in row-major order, whatever the strides.
void append_elements(std::vector<std::byte>& out, const Array& array) {
  const std::size_t size = array.itemsize();
  const auto* base = static_cast<const std::byte*>(array.raw());
  Dims index(array.sizes().size(), 0);
  for (std::int64_t n = array.numel(); n > 0; --n) {
    std::int64_t at = 0;
    for (std::size_t d = 0; d < index.size(); ++d) at += index[d] * array.strides()[d];
    const std::byte* element = base + at * static_cast<std::int64_t>(size);
    out.insert(out.end(), element, element + size);
    for (std::size_t d = index.size(); d-- > 0 && ++index[d] == array.sizes()[d];) index[d] = 0;
  }
}

}  // namespace

Array read_idx(const std::filesystem::path& path) {
  InputFile file(path);
  const Header header = read_header(file);
  Array elements = read_elements(file, header);
  check_ends(file, header);
  if constexpr (std::endian::native == std::endian::little)
    if (elements.itemsize() > 1)
      reverse_bytes(static_cast<char*>(elements.raw()), static_cast<std::size_t>(elements.numel()),
                    elements.itemsize());
  return elements;
}

void write_idx(const std::filesystem::path& path, const Array& array) {
  const auto type = std::find_if(kElementTypes.begin(), kElementTypes.end(),
                                 [&](const ElementType& t) { return t.dtype == array.dtype(); });
  check<TypeError>(type != kElementTypes.end(), "{}: IDX has no element type for {}", path.string(),
                   info(array.dtype()).name);
  check<ValueError>(array.dim() >= 1 && array.dim() <= static_cast<std::int64_t>(kMaxDims),
                    "{}: IDX needs 1 to {} dimensions, the array has {}", path.string(), kMaxDims, array.dim());

  std::vector<std::byte> content{std::byte{0}, std::byte{0}, std::byte{type->code},
                                 static_cast<std::byte>(array.dim())};
  for (std::int64_t size : array.sizes()) {
    check<ValueError>(size <= UINT32_MAX, "{}: IDX keeps sizes in 32 bits, one here is {}", path.string(), size);
    for (int shift = 24; shift >= 0; shift -= 8) content.push_back(static_cast<std::byte>(size >> shift));
  }
  const std::size_t header = content.size();
  content.reserve(header + array.nbytes());
  append_elements(content, array);
  if constexpr (std::endian::native == std::endian::little)
    reverse_bytes(reinterpret_cast<char*>(content.data()) + header, static_cast<std::size_t>(array.numel()),
                  array.itemsize());
  if (path.extension() == ".gz") content = gzip(content);

  AtomicFile file(path);
  file.write(content.data(), content.size());
  file.commit();
}

}  // namespace xgrad::data
