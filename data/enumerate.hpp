/// enumerate: the elements of a range with their numbers, as in Python.
#pragma once

#include <cstdint>
#include <iterator>
#include <type_traits>
#include <utility>

namespace xgrad {

/// A number and the element it counts.
template <class Reference>
struct Enumerated {
  std::int64_t index;
  Reference value;
};

namespace detail {

template <class Range>
class EnumerateRange {
  using Inner = decltype(std::begin(std::declval<Range&>()));
  using Sentinel = decltype(std::end(std::declval<Range&>()));

 public:
  EnumerateRange(Range&& range, std::int64_t start) : range_(std::forward<Range>(range)), start_(start) {}

  class Iterator {
   public:
    using reference = Enumerated<decltype(*std::declval<Inner&>())>;
    using value_type = reference;
    using pointer = void;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;

    Iterator(Inner inner, std::int64_t index) : inner_(std::move(inner)), index_(index) {}
    reference operator*() { return {index_, *inner_}; }
    Iterator& operator++() {
      ++inner_;
      ++index_;
      return *this;
    }
    friend bool operator==(const Iterator& a, const Sentinel& end) { return a.inner_ == end; }
    friend bool operator!=(const Iterator& a, const Sentinel& end) { return !(a == end); }

   private:
    Inner inner_;
    std::int64_t index_;
  };

  Iterator begin() { return {std::begin(range_), start_}; }
  Sentinel end() { return std::end(range_); }

 private:
  Range range_;  // a reference, unless enumerate was given a temporary
  std::int64_t start_;
};

}  // namespace detail

/// Python's enumerate. Elements are not copied; works on datasets, loaders and any other range.
///
///     for (auto&& [k, example] : enumerate(dataset)) {
///       auto& [image, label] = example;
template <class Range>
detail::EnumerateRange<Range> enumerate(Range&& range, std::int64_t start = 0) {
  return {std::forward<Range>(range), start};
}

}  // namespace xgrad
