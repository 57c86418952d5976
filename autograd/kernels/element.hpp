/// A number as an element of a tensor.
#pragma once

#include <xgrad/autograd/array/array.hpp>
#include <xgrad/autograd/array/scalar.hpp>

#include <cstdint>
#include <limits>
#include <type_traits>

namespace xgrad::kernels {

/// PyTorch's conversion: to bool is "is not zero"; floats beyond an integer's range wrap through int64. What is beyond
/// that too becomes what the processor makes of it, on which C++ has no word, so sanitizers do not look.
template <class To, class From>
__attribute__((no_sanitize("float-cast-overflow"))) To convert(From v) {
  if constexpr (std::is_same_v<To, bool>)
    return v != From(0);
  else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>)
    return static_cast<To>(static_cast<std::int64_t>(v));
  else
    return static_cast<To>(v);
}

/// Whether v lies beyond what T holds. Infinities and NaN are within every floating type. A negative integer wraps into
/// an unsigned type as long as its size is within.
template <class T>
constexpr bool overflows(std::int64_t v) {
  using Limits = std::numeric_limits<T>;
  if constexpr (std::is_same_v<T, bool> || std::is_floating_point_v<T>)
    return false;
  else
    return v > std::int64_t{Limits::max()} || v < (Limits::is_signed ? std::int64_t{Limits::min()} : -Limits::max());
}
template <class T>
constexpr bool overflows(double v) {
  using Limits = std::numeric_limits<T>;
  if constexpr (std::is_same_v<T, bool>)
    return false;
  else if constexpr (std::is_floating_point_v<T>)
    return v - v == 0 && (v < Limits::lowest() || v > Limits::max());
  else  // 2^63 is int64's maximum as a double, and wraps as it does in PyTorch; NaN is in no range
    return !(v >= static_cast<double>(Limits::lowest()) && v <= static_cast<double>(Limits::max()));
}

[[noreturn]] void fail_to_convert(ScalarType dtype);

/// The number as a T, as PyTorch's `Scalar::to<T>()`: throws where T cannot hold it.
template <class T>
T element(Scalar value) {
  if (value.isFloatingPoint()) {
    const double v = value.toDouble();
    if (overflows<T>(v)) fail_to_convert(dtype_of<T>());
    return convert<T>(v);
  }
  const std::int64_t v = value.toLong();
  if (overflows<T>(v)) fail_to_convert(dtype_of<T>());
  return convert<T>(v);
}

/// Throws where `dtype` cannot hold the number, which may be an array's only element.
void check_held(Scalar value, ScalarType dtype);
void check_held(const Array& number, ScalarType dtype);

}  // namespace xgrad::kernels
