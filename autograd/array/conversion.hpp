/// Numbers as other types of C++: what PyTorch makes of those that a type cannot hold.
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

namespace xgrad::detail {

/// PyTorch's conversion: to bool is "is not zero"; floats beyond an integer's range wrap through int64. What is beyond
/// that too becomes what the processor makes of it, on which C++ has no word, so sanitizers do not look.
template <class To, class From>
__attribute__((no_sanitize("float-cast-overflow"))) constexpr To convert(From v) {
  if constexpr (std::is_same_v<To, bool>)
    return v != From(0);
  else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To> && sizeof(To) < sizeof(std::int64_t))
    return static_cast<To>(static_cast<std::int64_t>(v));
  else
    return static_cast<To>(v);
}

/// Whether v lies beyond what T holds. Infinities and NaN are within every floating type. A negative integer wraps into
/// an unsigned type as long as its size is within.
template <class T, class V>
constexpr bool overflows(V v) {
  using Limits = std::numeric_limits<T>;
  if constexpr (std::is_same_v<T, bool> || std::is_same_v<V, bool>) {
    return false;
  } else if constexpr (std::is_floating_point_v<V>) {
    if constexpr (std::is_floating_point_v<T>)
      return sizeof(T) < sizeof(V) && v - v == 0 && (v < V(Limits::lowest()) || v > V(Limits::max()));
    else  // 2^63 is int64's maximum as a double, and wraps as it does in PyTorch; NaN is in no range
      return !(v >= static_cast<V>(Limits::lowest()) && v <= static_cast<V>(Limits::max()));
  } else if constexpr (std::is_floating_point_v<T>) {
    return false;
  } else {
    const auto size = v < 0 ? 0 - static_cast<std::uint64_t>(v) : static_cast<std::uint64_t>(v);
    const auto most = static_cast<std::uint64_t>(Limits::max());
    return size > (Limits::is_signed && v < 0 ? most + 1 : most);
  }
}

/// What PyTorch calls T: the types of fixed width by their names, but "int".
template <class T>
constexpr const char* name_of_number() {
  constexpr bool is_signed = std::is_signed_v<T>;
  if constexpr (std::is_floating_point_v<T>)
    return sizeof(T) == sizeof(float) ? "float" : sizeof(T) == sizeof(double) ? "double" : "long double";
  else if constexpr (sizeof(T) == 1)
    return is_signed ? "int8_t" : "uint8_t";
  else if constexpr (sizeof(T) == 2)
    return is_signed ? "int16_t" : "uint16_t";
  else if constexpr (sizeof(T) == 4)
    return is_signed ? "int" : "uint32_t";
  else
    return is_signed ? "int64_t" : "uint64_t";
}

/// Throws "value cannot be converted to type ... without overflow".
[[noreturn, gnu::cold]] void fail_to_convert(const char* type);

}  // namespace xgrad::detail
