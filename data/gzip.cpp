#include <xgrad/autograd/array/error.hpp>
#include <xgrad/data/gzip.hpp>

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <system_error>

namespace xgrad::data {
namespace {

constexpr int kGzipOnly = 16 + MAX_WBITS;  // zlib's way to ask for gzip framing with the largest window
constexpr std::array<unsigned char, 2> kGzipMagic{0x1f, 0x8b};

// zlib counts in unsigned int; larger requests are served in pieces.
uInt clamp(std::size_t count) { return static_cast<uInt>(std::min<std::size_t>(count, 1U << 30)); }

std::string errno_text() { return std::generic_category().message(errno); }

}  // namespace

struct InputFile::Inflater {
  Inflater() {
    check(inflateInit2(&stream, kGzipOnly) == Z_OK, "zlib cannot start: {}", stream.msg ? stream.msg : "no memory");
  }
  ~Inflater() { inflateEnd(&stream); }

  z_stream stream{};
  std::array<unsigned char, 64 * 1024> buffer;
};

InputFile::InputFile(std::filesystem::path path) : path_(std::move(path)), file_(nullptr, std::fclose) {
  // Opening a pipe would wait for its writer and opening a folder succeeds, so ask first.
  std::error_code error;
  const auto status = std::filesystem::status(path_, error);
  check(std::filesystem::exists(status), "{}: No such file or directory", path_.string());
  check(std::filesystem::is_regular_file(status), "{}: not a regular file", path_.string());
  file_.reset(std::fopen(path_.c_str(), "rb"));
  check(file_ != nullptr, "{}: cannot open: {}", path_.string(), errno_text());
  size_on_disk_ = std::filesystem::file_size(path_, error);
  check(!error, "{}: cannot open: {}", path_.string(), error.message());

  std::array<unsigned char, 2> start{};
  const std::size_t got = read_plain(start.data(), start.size());
  std::rewind(file_.get());
  position_ = 0;
  if (got == start.size() && start == kGzipMagic) inflater_ = std::make_unique<Inflater>();
}

InputFile::~InputFile() = default;

std::size_t InputFile::read(void* to, std::size_t count) {
  return compressed() ? read_inflating(to, count) : read_plain(to, count);
}

std::size_t InputFile::read_plain(void* to, std::size_t count) {
  const std::size_t got = std::fread(to, 1, count, file_.get());
  check(!std::ferror(file_.get()), "{}: cannot read: {}", path_.string(), errno_text());
  position_ += got;
  return got;
}

std::size_t InputFile::read_inflating(void* to, std::size_t count) {
  z_stream& stream = inflater_->stream;
  std::size_t done = 0;
  while (done < count && !ended_) {
    if (stream.avail_in == 0) {
      stream.next_in = inflater_->buffer.data();
      stream.avail_in = static_cast<uInt>(read_plain(inflater_->buffer.data(), inflater_->buffer.size()));
      if (stream.avail_in == 0) {
        ended_ = cut_off_ = true;
        break;
      }
    }
    stream.next_out = static_cast<unsigned char*>(to) + done;
    const uInt room = stream.avail_out = clamp(count - done);
    const int status = inflate(&stream, Z_NO_FLUSH);
    done += room - stream.avail_out;
    if (status == Z_STREAM_END)
      next_member();
    else
      check(status == Z_OK || status == Z_BUF_ERROR, "{}: corrupt: {} (gzip), after {} of the file's {} bytes",
            path_.string(), stream.msg ? stream.msg : zError(status), position_ - stream.avail_in, size_on_disk_);
  }
  return done;
}

// A gzip file may be several compressed one by one and joined; anything else behind a member is an error.
void InputFile::next_member() {
  z_stream& stream = inflater_->stream;
  auto& buffer = inflater_->buffer;
  std::copy_n(stream.next_in, stream.avail_in, buffer.begin());
  stream.next_in = buffer.data();
  if (stream.avail_in < kGzipMagic.size())
    stream.avail_in += static_cast<uInt>(read_plain(buffer.data() + stream.avail_in, buffer.size() - stream.avail_in));
  if (stream.avail_in == 0) {
    ended_ = true;
    return;
  }
  const bool another =
      stream.avail_in >= kGzipMagic.size() && std::equal(kGzipMagic.begin(), kGzipMagic.end(), stream.next_in);
  const std::uint64_t end = position_ - stream.avail_in;
  check(another, "{}: trailing garbage: the compressed data end after {} bytes, the file holds {}", path_.string(), end,
        size_on_disk_);
  inflateReset(&stream);
}

std::vector<std::byte> gzip(std::span<const std::byte> bytes) {
  check(bytes.size() <= std::numeric_limits<uInt>::max() / 2, "cannot compress {} bytes at once", bytes.size());
  z_stream stream{};
  constexpr int kMemoryLevel = 8;  // zlib's default
  const int status = deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipOnly, kMemoryLevel, Z_DEFAULT_STRATEGY);
  check(status == Z_OK, "zlib cannot start: {}", zError(status));
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, deflateEnd);

  std::vector<std::byte> out(deflateBound(&stream, bytes.size()));
  // zlib takes a pointer to non-const for old times' sake and does not write through it.
  stream.next_in = reinterpret_cast<unsigned char*>(const_cast<std::byte*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<unsigned char*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  check(deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib cannot compress {} bytes", bytes.size());
  out.resize(stream.total_out);
  return out;
}

}  // namespace xgrad::data
