#include <zlib.h>
#include <xgrad/serialize/crc32.hpp>
#include <xgrad/serialize/elements.hpp>
#include <xgrad/serialize/zip_entry.hpp>

#include <algorithm>
#include <array>

namespace xgrad::serialize {
namespace {

constexpr unsigned kStoredMethod = 0, kDeflatedMethod = 8;

/// Reads the bytes that are in the archive, and counts and checks what comes out.
class EntryReader {
 public:
  EntryReader(const ZipReader& zip, const ZipReader::Entry& entry) : zip_(zip), entry_(entry) {
    if (entry.method == kStoredMethod) return;
    check<NotImplementedError>(entry.method == kDeflatedMethod,
                               "entry {} is compressed by zip method {}; only stored and deflated ones are read",
                               in_quotes(entry.name), entry.method);
    constexpr int kNoHeader = -MAX_WBITS;
    check(inflateInit2(&stream_, kNoHeader) == Z_OK, "zlib cannot start: {}", stream_.msg ? stream_.msg : "no memory");
    inflating_ = true;
  }
  ~EntryReader() {
    if (inflating_) inflateEnd(&stream_);
  }
  EntryReader(const EntryReader&) = delete;
  EntryReader& operator=(const EntryReader&) = delete;

  std::size_t read(void* to, std::size_t count) {
    const std::size_t n = inflating_ ? inflate_some(to, count) : stored(to, count);
    crc_ = crc32(crc_, to, n);
    done_ += n;
    if (done_ > entry_.size) fail_entry(fmt::format("more than the {} bytes that it claims", entry_.size));
    // The end is known from the size it claims for what is stored, and from the data for what is deflated.
    if (n < count || (!inflating_ && done_ == entry_.size)) check_end();
    return n;
  }

 private:
  [[noreturn]] void fail_entry(const std::string& why) const {
    fail("reading entry {} of the zip archive failed: {}", in_quotes(entry_.name), why);
  }

  void check_end() const {
    if (done_ != entry_.size) fail_entry(fmt::format("it ends after {} of {} bytes", done_, entry_.size));
    if (crc_ != entry_.crc) fail_entry("CRC error");
  }

  std::size_t stored(void* to, std::size_t count) {
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(count, entry_.size - done_));
    zip_.source().read(entry_.place + done_, to, n);
    return n;
  }

  std::size_t inflate_some(void* to, std::size_t count) {
    std::size_t n = 0;
    while (n < count && !ended_) {
      if (stream_.avail_in == 0) {
        const auto more = static_cast<std::size_t>(std::min<std::uint64_t>(packed_.size(), entry_.stored - taken_));
        if (more == 0) break;
        zip_.source().read(entry_.place + taken_, packed_.data(), more);
        taken_ += more;
        stream_.next_in = packed_.data();
        stream_.avail_in = static_cast<uInt>(more);
      }
      constexpr std::size_t kMost = std::size_t{1} << 30;  // zlib counts in unsigned int
      stream_.next_out = static_cast<Bytef*>(to) + n;
      const uInt room = stream_.avail_out = static_cast<uInt>(std::min(count - n, kMost));
      const int status = inflate(&stream_, Z_NO_FLUSH);
      n += room - stream_.avail_out;
      ended_ = status == Z_STREAM_END;
      if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
        fail_entry(stream_.msg ? stream_.msg : zError(status));
      }
    }
    return n;
  }

  const ZipReader& zip_;
  ZipReader::Entry entry_;
  std::uint64_t done_ = 0, taken_ = 0;  // bytes that came out, bytes of the archive that went in
  std::uint32_t crc_ = 0;
  bool inflating_ = false, ended_ = false;
  z_stream stream_{};
  std::array<Bytef, 16 * 1024> packed_;
};

}  // namespace

Input open_entry(const ZipReader& zip, const ZipReader::Entry& entry) {
  auto reader = std::make_shared<EntryReader>(zip, entry);
  // No more comes than the entry claims, so memory can be taken for an array at once. What is claimed is bounded: for
  // what is stored by the file's size, and for what is deflated by deflate, whose copies of at most 258 bytes take two
  // bits at least.
  constexpr std::uint64_t kDeflateRatio = 1032;
  check(entry.size / kDeflateRatio <= entry.stored,
        "entry {} claims {} bytes, and {} compressed ones hold no more than {}", in_quotes(entry.name), entry.size,
        entry.stored, kDeflateRatio * entry.stored);
  return {entry.name, [reader](void* to, std::size_t count) { return reader->read(to, count); }, entry.size};
}

}  // namespace xgrad::serialize
