#include <xgrad/autograd/array/error.hpp>
#include <xgrad/serialize/crc32.hpp>
#include <xgrad/serialize/zip.hpp>
#include <xgrad/serialize/zip_format.hpp>

#include <algorithm>
#include <bit>

namespace xgrad::serialize {
namespace {

static_assert(std::endian::native == std::endian::little, "records are written as they lie in memory");

constexpr std::uint64_t kAlignment = 64;
constexpr std::uint16_t kVersion = 20, kVersion64 = 45;  // that a reader needs: 2.0, and 4.5 for what is over 4 GiB
constexpr std::uint16_t kPaddingId = 'F' | 'B' << 8;     // the extra field that PyTorch pads with
constexpr std::uint16_t kStored = 0, kMidnight = 0, kDate1980 = 1 << 5 | 1;  // the first day a zip can name
constexpr std::uint16_t kNone16 = 0;
constexpr std::uint32_t kNone32 = 0;

std::uint32_t or_full(std::uint64_t n) { return static_cast<std::uint32_t>(std::min<std::uint64_t>(n, zip::kFull32)); }
std::uint16_t or_full16(std::uint64_t n) {
  return static_cast<std::uint16_t>(std::min<std::uint64_t>(n, zip::kFull16));
}
bool is_large(std::uint64_t n) { return n >= zip::kFull32; }

/// The extra field that makes what follows it start at a multiple of 64.
std::string padding(std::uint64_t end) {
  const std::uint64_t n = (kAlignment - (end + 4) % kAlignment) % kAlignment;
  return zip::Record().put(kPaddingId, static_cast<std::uint16_t>(n)).text(std::string(n, 'Z')).bytes();
}

}  // namespace

void ZipWriter::put(const void* data, std::size_t size) {
  if (size > 0) write_(data, size);
  end_ += size;
}

void ZipWriter::add(const std::string& name, const void* data, std::size_t size) {
  begin(name, size, crc32(0, data, size));
  put(data, size);
}

void ZipWriter::add(const std::string& name, const Produce& produce) {
  std::uint64_t size = 0;
  std::uint32_t crc = 0;
  produce([&](const void* data, std::size_t n) {
    crc = crc32(crc, data, n);
    size += n;
  });
  begin(name, size, crc);
  produce([&](const void* data, std::size_t n) { put(data, n); });
}

void ZipWriter::begin(const std::string& name, std::uint64_t size, std::uint32_t crc) {
  check<ValueError>(name.size() < zip::kFull16, "a zip archive cannot have a name of {} bytes", name.size());
  const Entry entry{name, end_, size, crc};
  zip::Record extra;
  if (is_large(size)) {
    constexpr std::uint16_t kBytes = 16;
    extra.put(zip::kZip64Id, kBytes, entry.size, entry.size);
  }
  extra.text(padding(end_ + zip::kLocalHeaderBytes + name.size() + extra.bytes().size()));
  const std::uint32_t listed = or_full(size);
  zip::Record header;
  header.put(zip::kLocalHeader, is_large(size) ? kVersion64 : kVersion, zip::kUtf8, kStored, kMidnight, kDate1980,
             entry.crc, listed, listed, static_cast<std::uint16_t>(name.size()),
             static_cast<std::uint16_t>(extra.bytes().size()));
  header.text(name).text(extra.bytes());
  put(header.bytes().data(), header.bytes().size());
  entries_.push_back(entry);
}

void ZipWriter::finish() {
  const std::uint64_t start = end_, count = entries_.size();
  for (const Entry& e : entries_) {
    zip::Record extra;
    const bool large = is_large(e.size), far = is_large(e.place);
    if (large || far) {
      extra.put(zip::kZip64Id, static_cast<std::uint16_t>(16 * large + 8 * far));
      if (large) extra.put(e.size, e.size);
      if (far) extra.put(e.place);
    }
    const std::uint32_t listed = or_full(e.size);
    const std::uint16_t version = large || far ? kVersion64 : kVersion;
    zip::Record header;
    header.put(zip::kCentralHeader, version, version, zip::kUtf8, kStored, kMidnight, kDate1980, e.crc, listed, listed,
               static_cast<std::uint16_t>(e.name.size()), static_cast<std::uint16_t>(extra.bytes().size()), kNone16,
               kNone16, kNone16, kNone32, or_full(e.place));
    header.text(e.name).text(extra.bytes());
    put(header.bytes().data(), header.bytes().size());
  }
  const std::uint64_t end = end_, size = end - start;
  zip::Record last;
  if (is_large(start) || is_large(size) || count >= zip::kFull16) {
    constexpr std::uint64_t kRest = zip::kEnd64Bytes - 12;
    constexpr std::uint32_t kOneDisk = 1;
    last.put(zip::kEnd64, kRest, kVersion64, kVersion64, kNone32, kNone32, count, count, size, start);
    last.put(zip::kEnd64Locator, kNone32, end, kOneDisk);
  }
  last.put(zip::kEnd, kNone16, kNone16, or_full16(count), or_full16(count), or_full(size), or_full(start), kNone16);
  put(last.bytes().data(), last.bytes().size());
}

}  // namespace xgrad::serialize
