/// Functions of two numbers beyond the four operations.
#pragma once

#include <xgrad/autograd/array/error.hpp>
#include <xgrad/autograd/kernels/elementwise.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <type_traits>
#include <utility>

namespace xgrad::kernels {

template <class T>
bool is_nan(T x) {
  if constexpr (std::is_floating_point_v<T>)
    return x != x;
  else
    return false;
}

/// Division as PyTorch rounds it; all but trunc for integers (arithmetic_blocks.cpp has floating numbers). Dividing by
/// zero throws, and dividing by −1 negates, since the processor traps on the quotient that does not fit.
struct Division {
  template <class T>
  static void check_divisor(T b) {
    check(b != T(0), "ZeroDivisionError");
  }
  template <class T>
  static T negated(T a) {
    return static_cast<T>(0 - static_cast<std::uint64_t>(a));
  }
  template <class T>
  static bool is_minus_one(T b) {
    return std::is_signed_v<T> && b == static_cast<T>(-1);
  }

  template <class T>
  static T trunc(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) {
      return std::trunc(a / b);
    } else {
      check_divisor(b);
      return is_minus_one(b) ? negated(a) : static_cast<T>(a / b);
    }
  }
  template <class T>
  static T fmod(T a, T b) {
    check_divisor(b);
    return is_minus_one(b) ? T(0) : static_cast<T>(a % b);
  }
  template <class T>
  static T remainder(T a, T b) {
    const T rest = fmod(a, b);
    const bool turns = (rest != T(0)) & ((rest < T(0)) != (b < T(0)));
    return static_cast<T>(rest + (turns ? b : T(0)));
  }
  template <class T>
  static T floor(T a, T b) {
    check_divisor(b);
    if (is_minus_one(b)) return negated(a);
    const auto quotient = static_cast<T>(a / b);
    // Without branches: whether there is a rest is nothing to be predicted.
    const bool down = (static_cast<T>(quotient * b) != a) & ((a < T(0)) != (b < T(0)));
    return static_cast<T>(quotient - static_cast<T>(down));
  }
};

template <class T>
T power(T a, T b) {
  if (b < T(0)) return a == T(1) ? T(1) : Division::is_minus_one(a) ? (b % 2 ? a : T(1)) : T(0);
  std::uint64_t base = static_cast<std::uint64_t>(a), y = 1;  // by squaring; overflow wraps as in PyTorch
  for (auto n = static_cast<std::uint64_t>(b); n; n >>= 1, base *= base) {
    if (n & 1) y *= base;
  }
  return static_cast<T>(y);
}

template <class T>
T shift_left(T a, T b) {
  constexpr T kWidth = std::numeric_limits<std::make_unsigned_t<T>>::digits;
  return b < T(0) || b >= kWidth ? T(0) : static_cast<T>(static_cast<std::uint64_t>(a) << b);
}
template <class T>
T shift_right(T a, T b) {
  constexpr T kWidth = std::numeric_limits<std::make_unsigned_t<T>>::digits;
  return static_cast<T>(b < T(0) || b >= kWidth ? (a < T(0) ? T(-1) : T(0)) : a >> b);
}

/// |a| as a machine word has it: of the lowest number, itself.
template <class T>
T wrapped_abs(T a) {
  return a < T(0) ? static_cast<T>(-static_cast<std::uint64_t>(a)) : a;
}
template <class T>
T gcd(T a, T b) {
  using Word = std::make_unsigned_t<T>;
  auto x = static_cast<Word>(wrapped_abs(a)), y = static_cast<Word>(wrapped_abs(b));
  while (x != 0) {
    const auto rest = static_cast<Word>(y % x);
    y = x;
    x = rest;
  }
  return static_cast<T>(y);
}
template <class T>
T lcm(T a, T b) {
  const T divisor = gcd(a, b);
  if (divisor == T(0)) return T(0);
  return wrapped_abs(
      static_cast<T>(static_cast<std::uint64_t>(Division::trunc(a, divisor)) * static_cast<std::uint64_t>(b)));
}

template <class T>
T xlogy(T a, T b) {
  if (is_nan(b)) return b;
  return a == 0 ? T(0) : a * std::log(b);
}
/// The functions that T has, as pairs of name and lambda, so that loops over the cheap ones vectorise.
template <class T>
constexpr auto binary_functions() {
  if constexpr (std::is_floating_point_v<T>)
    return std::make_tuple(std::pair{Binary::TruncDivide, [](T x, T y) { return Division::trunc(x, y); }},
                           std::pair{Binary::Xlogy, [](T x, T y) { return xlogy(x, y); }},
                           std::pair{Binary::Copysign, [](T x, T y) { return std::copysign(x, y); }});
  else if constexpr (std::is_same_v<T, bool>)
    return std::make_tuple(std::pair{Binary::BitwiseAnd, [](T x, T y) { return x && y; }},
                           std::pair{Binary::BitwiseOr, [](T x, T y) { return x || y; }},
                           std::pair{Binary::BitwiseXor, [](T x, T y) { return x != y; }});
  else
    return std::make_tuple(std::pair{Binary::TruncDivide, [](T x, T y) { return Division::trunc(x, y); }},
                           std::pair{Binary::FloorDivide, [](T x, T y) { return Division::floor(x, y); }},
                           std::pair{Binary::Fmod, [](T x, T y) { return Division::fmod(x, y); }},
                           std::pair{Binary::Remainder, [](T x, T y) { return Division::remainder(x, y); }},
                           std::pair{Binary::Pow, [](T x, T y) { return power(x, y); }},
                           std::pair{Binary::BitwiseAnd, [](T x, T y) { return static_cast<T>(x & y); }},
                           std::pair{Binary::BitwiseOr, [](T x, T y) { return static_cast<T>(x | y); }},
                           std::pair{Binary::BitwiseXor, [](T x, T y) { return static_cast<T>(x ^ y); }},
                           std::pair{Binary::LeftShift, [](T x, T y) { return shift_left(x, y); }},
                           std::pair{Binary::RightShift, [](T x, T y) { return shift_right(x, y); }},
                           std::pair{Binary::Gcd, [](T x, T y) { return gcd(x, y); }},
                           std::pair{Binary::Lcm, [](T x, T y) { return lcm(x, y); }});
}

}  // namespace xgrad::kernels
