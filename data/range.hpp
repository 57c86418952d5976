/// Python's range(): `for (auto epoch : range(5))`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>

namespace xgrad {

/// The integers from start to before stop. (std::views::iota does not compile with clang 14 and libstdc++ 12.)
class Range {
 public:
  class Iterator {
   public:
    using value_type = std::int64_t;
    using reference = std::int64_t;
    using pointer = void;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;

    explicit constexpr Iterator(std::int64_t at = 0) : at_(at) {}
    constexpr std::int64_t operator*() const { return at_; }
    constexpr Iterator& operator++() {
      ++at_;
      return *this;
    }
    constexpr Iterator operator++(int) { return Iterator(at_++); }
    friend constexpr bool operator==(Iterator, Iterator) = default;

   private:
    std::int64_t at_;
  };

  constexpr Range(std::int64_t start, std::int64_t stop) : start_(start), stop_(stop > start ? stop : start) {}
  constexpr Iterator begin() const { return Iterator(start_); }
  constexpr Iterator end() const { return Iterator(stop_); }
  constexpr std::size_t size() const { return static_cast<std::size_t>(stop_ - start_); }

 private:
  std::int64_t start_, stop_;
};

/// The integers start … stop−1; none when stop is not above start.
constexpr Range range(std::int64_t start, std::int64_t stop) { return {start, stop}; }
constexpr Range range(std::int64_t stop) { return {0, stop}; }

}  // namespace xgrad
