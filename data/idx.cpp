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

[[noreturn]] void fail_missing_elements(const InputFile& file, const Header& header, std::uint64_t found) {
  fail_truncated(file, fmt::format("the header promises {} bytes of elements", header.promised), found);
}

// Before anything is unpacked or memory taken, what the header promises is compared with the file's size.
void check_promise(const InputFile& file, const Header& header) {
  // Deflate's copies are of 258 bytes at most, and each takes two bits at least.
  constexpr std::uint64_t kDeflateRatio = 1032;
  constexpr std::uint64_t kUnpackedBytes = std::uint64_t{64} << 20, kUnpackedRatio = 32;
  const std::uint64_t size = file.size_on_disk();
  if (!file.compressed()) {
    const std::uint64_t there = size - std::min<std::uint64_t>(size, header.bytes);
    if (header.promised > there) fail_missing_elements(file, header, there);
    return;
  }
  check(header.promised / kDeflateRatio <= size,
        "{}: truncated: the header promises {} bytes of elements, and no compressed file of {} holds more than {}",
        file.path().string(), header.promised, size, kDeflateRatio * size);
  // All that small ones can hold, and far more of large ones than images are packed to.
  const std::uint64_t most = kUnpackedBytes + kUnpackedRatio * size;
  if (header.promised <= most) return;
  Error e(
      fmt::format("{}: the header promises {} bytes of elements, and a compressed file of {} is unpacked to {} at most",
                  file.path().string(), header.promised, size, most));
  e.set_hint("if it can be trusted, unpack it with gunzip");
  throw e;
}

Array read_elements(InputFile& file, const Header& header) {
  check_promise(file, header);
  Array elements = Array::empty(header.sizes, header.dtype);
  const std::size_t have = file.read(elements.raw(), header.promised);
  if (have < header.promised) fail_missing_elements(file, header, have);
  return elements;
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
