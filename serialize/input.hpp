/// Where a format's reader gets its bytes: a file, memory, a stream or an entry of an archive.
#pragma once

#include <xgrad/autograd/array/array.hpp>

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <new>
#include <optional>
#include <string>
#include <string_view>

namespace xgrad::serialize {

/// Bytes that come one after another. A size that a file claims never costs memory: what is larger than what is left is
/// refused, and where nobody knows how much is left (streams), memory grows with the bytes that really came.
class Input {
 public:
  /// Reads up to `count` bytes; fewer only at the end.
  using Read = std::function<std::size_t(void* to, std::size_t count)>;

  /// `left` is the number of bytes to come, when that is a fact and not a claim.
  Input(std::string name, Read read, std::optional<std::uint64_t> left = {})
      : name_(std::move(name)), read_(std::move(read)), left_(left) {}
  static Input file(const std::string& path);
  /// Bytes that outlive the Input.
  static Input memory(std::string_view bytes, std::string name);
  /// A stream that outlives the Input. Not a byte more is taken from it than was asked for. Where it can seek, how much
  /// is left bounds what is believed, but left() does not tell: what follows may be somebody else's.
  static Input stream(std::istream& in);

  /// What messages call it: the path.
  const std::string& name() const { return name_; }
  std::optional<std::uint64_t> left() const { return whole_ ? left_ : std::nullopt; }

  std::size_t read(void* to, std::size_t count);
  /// Exactly `count` bytes, or an Error that says how many there are: `what` is "the header", "tensor 'x'".
  void read_all(void* to, std::size_t count, std::string_view what);
  std::string text(std::uint64_t count, std::string_view what);
  /// A packed array with the next bytes as its elements, in the order of bytes they come in.
  Array elements(IntArrayRef sizes, ScalarType dtype, std::string_view what);
  /// Everything to the end.
  std::string rest();

 private:
  [[noreturn]] void fail_truncated(std::string_view what, std::uint64_t expected, std::uint64_t found) const;
  void check_left(std::string_view what, std::uint64_t count) const;

  std::string name_;
  Read read_;
  std::optional<std::uint64_t> left_;
  bool whole_ = true;  // all that is left is for who reads this
};

/// Runs `f`, which reads from what is called `name`: its errors say so, and memory that runs out is one of them.
template <class F>
auto while_loading(const std::string& name, F f) try {
  return f();
} catch (Error& e) {
  e.add_context(fmt::format("loading '{}'", name));
  throw;
} catch (const std::bad_alloc&) {
  fail("not enough memory to load '{}'", name);
}

}  // namespace xgrad::serialize
