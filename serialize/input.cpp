#include <xgrad/serialize/elements.hpp>
#include <xgrad/serialize/input.hpp>
#include <xgrad/serialize/regular_file.hpp>

#include <algorithm>
#include <cstring>
#include <istream>
#include <memory>

namespace xgrad::serialize {
namespace {

/// What is first taken on the word of a stream, and then doubled as long as bytes come.
constexpr std::uint64_t kFirstInputBytes = 1 << 20;

/// From where it stands to its end; nothing for a stream that cannot seek, such as a pipe, or whose end is no place,
/// such as a device's.
std::optional<std::uint64_t> bytes_left(std::istream& in) {
  if (!in || in.eof()) return {};
  const std::streamoff start = in.tellg();
  if (start < 0) return {};
  in.seekg(0, std::ios::end);
  const std::streamoff end = in ? static_cast<std::streamoff>(in.tellg()) : -1;
  in.clear();
  in.seekg(start);
  check(static_cast<bool>(in), "the stream failed while it was read");
  return end > start ? std::optional(static_cast<std::uint64_t>(end - start)) : std::nullopt;
}

/// A file from which small pieces are had without asking the system for each: there may be a million tensors.
class BufferedFile {
 public:
  explicit BufferedFile(const std::string& path) : file_(path) {}
  std::uint64_t size() const { return file_.size(); }

  std::size_t read(void* to, std::size_t count) {
    const std::size_t done = take(to, count);
    if (done == count) return done;
    if (count - done >= kBuffer) return done + file_.read(static_cast<char*>(to) + done, count - done);
    buffer_.resize(kBuffer);
    buffer_.resize(file_.read(buffer_.data(), kBuffer));
    at_ = 0;
    return done + take(static_cast<char*>(to) + done, count - done);
  }

 private:
  static constexpr std::size_t kBuffer = 1 << 16;

  std::size_t take(void* to, std::size_t count) {
    const std::size_t n = std::min(count, buffer_.size() - at_);
    if (n > 0) std::memcpy(to, buffer_.data() + at_, n);
    at_ += n;
    return n;
  }

  RegularFile file_;
  std::string buffer_;
  std::size_t at_ = 0;
};

}  // namespace

Input Input::file(const std::string& path) {
  auto file = std::make_shared<BufferedFile>(path);
  const std::uint64_t size = file->size();
  return {path, [file = std::move(file)](void* to, std::size_t count) { return file->read(to, count); }, size};
}

Input Input::memory(std::string_view bytes, std::string name) {
  const std::size_t size = bytes.size();
  return {std::move(name),
          [bytes](void* to, std::size_t count) mutable {
            const std::size_t n = std::min(count, bytes.size());
            if (n > 0) std::memcpy(to, bytes.data(), n);
            bytes.remove_prefix(n);
            return n;
          },
          size};
}

Input Input::stream(std::istream& in) {
  const auto read = [&in](void* to, std::size_t count) {
    in.read(static_cast<char*>(to), static_cast<std::streamsize>(count));
    check(!in.bad(), "the stream failed while it was read");
    return static_cast<std::size_t>(in.gcount());
  };
  Input input("<stream>", read, bytes_left(in));
  input.whole_ = false;
  return input;
}

std::size_t Input::read(void* to, std::size_t count) {
  const std::size_t n = read_(to, count);
  if (left_) *left_ -= std::min<std::uint64_t>(*left_, n);
  return n;
}

void Input::fail_truncated(std::string_view what, std::uint64_t expected, std::uint64_t found) const {
  fail("truncated: {} needs {} bytes, and there are {}", what, expected, found);
}

void Input::check_left(std::string_view what, std::uint64_t count) const {
  if (left_ && count > *left_) fail_truncated(what, count, *left_);
}

void Input::read_all(void* to, std::size_t count, std::string_view what) {
  check_left(what, count);
  const std::size_t n = read(to, count);
  if (n < count) fail_truncated(what, count, n);
}

std::string Input::text(std::uint64_t count, std::string_view what) {
  check_left(what, count);
  std::string bytes;
  std::uint64_t capacity = left_ ? count : std::min(count, kFirstInputBytes);
  for (;;) {
    const std::size_t have = bytes.size();
    bytes.resize(capacity);
    const std::size_t n = read(bytes.data() + have, capacity - have);
    if (have + n < capacity) fail_truncated(what, count, have + n);
    if (capacity == count) return bytes;
    capacity = std::min(count, 2 * capacity);
  }
}

Array Input::elements(IntArrayRef sizes, ScalarType dtype, std::string_view what) {
  const std::uint64_t count = checked_nbytes(sizes, dtype);
  check_left(what, count);
  std::uint64_t capacity = left_ ? count : std::min(count, kFirstInputBytes), have = 0;
  Array pieces;
  for (;;) {
    const bool all = capacity == count;
    Array next = all ? Array::empty(sizes, dtype) : Array::empty({static_cast<std::int64_t>(capacity)}, kUInt8);
    if (have > 0) std::memcpy(next.raw(), pieces.raw(), have);
    have += read(static_cast<char*>(next.raw()) + have, capacity - have);
    if (have < capacity) fail_truncated(what, count, have);
    if (all) return next;
    pieces = std::move(next);
    capacity = std::min(count, 2 * capacity);
  }
}

std::string Input::rest() {
  std::string bytes;
  // One byte more than is left shows a file that has grown since.
  std::uint64_t capacity = left_ ? *left_ + 1 : kFirstInputBytes;
  for (;;) {
    const std::size_t have = bytes.size();
    bytes.resize(capacity);
    const std::size_t n = read(bytes.data() + have, capacity - have);
    if (have + n < capacity) {
      bytes.resize(have + n);
      return bytes;
    }
    capacity *= 2;
  }
}

}  // namespace xgrad::serialize
