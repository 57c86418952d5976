/// None: Python's word for what is not given.
#pragma once

#include <concepts>
#include <optional>
#include <type_traits>

namespace xgrad {

namespace indexing {

/// As an index, a new dimension of size 1; inside Slice, an open end. As an argument, what is left out: an optional
/// without a value, a Tensor that is undefined, a function that is empty.
struct NoneType {
  explicit constexpr NoneType(int) {}  // not from {}, which would be another reading of many a call
  template <class T>
  requires(!std::is_constructible_v<T, const NoneType&>) constexpr operator std::optional<T>() const {
    return std::nullopt;
  }
};
inline constexpr NoneType None{0};

}  // namespace indexing

using indexing::None;
// libtorch's names.
using std::nullopt;
using std::optional;

}  // namespace xgrad
