/// Memory that a result may be put in: what lets `add_out(out, a, b)` write into `out` without a pass of its own.
#pragma once

#include <xgrad/autograd/array/array.hpp>

#include <array>

namespace xgrad {

/// While it lives, the first new array of an offered one's shape and dtype that this thread asks for is made in the
/// offered memory. That may be the result or something on the way to it, so whoever offers memory looks where the
/// result is in the end, and offers none that is read meanwhile.
class OfferedMemory {
 public:
  static constexpr std::size_t kMost = 8;

  OfferedMemory();
  ~OfferedMemory();
  OfferedMemory(const OfferedMemory&) = delete;
  OfferedMemory& operator=(const OfferedMemory&) = delete;

  /// Offers what `array` describes, if a new array could lie there: packed, from its storage's first byte on, and that
  /// storage our own, whose alignment kernels rely on. `array` must live as long as the offer.
  void add(const Array& array);
  /// The storage offered for such an array, once; null if there is none.
  Intrusive<Storage> take(IntArrayRef sizes, ScalarType dtype);

 private:
  std::array<const Array*, kMost> offered_{};
  OfferedMemory* const outer_;
};

namespace detail {
/// The calling thread's offer, null most of the time.
extern thread_local constinit OfferedMemory* offered_memory;
}  // namespace detail

}  // namespace xgrad
