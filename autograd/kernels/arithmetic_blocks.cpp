#include <xgrad/autograd/kernels/arithmetic_blocks.hpp>
#include <xgrad/autograd/kernels/blocks.hpp>
#include <xgrad/autograd/kernels/levels.hpp>

#include <cmath>
#include <limits>

namespace xgrad::kernels {
namespace {

/// rest = a - n·b, exactly, with the n toward zero and a's sign (C's fmod).
///
/// Where |a / b| < 2^(digits - 1), the rounded quotient cut to a whole number is n or, if it was rounded up to a whole
/// number, one more; the fused difference is exact for both, has the wrong sign in the second case, and adding |b| back
/// is exact too. Elsewhere (and for what has no rest) the C library has to do it bit by bit.
template <class T>
void rests(T* rest, const T* a, const T* b, std::int64_t n) {
  constexpr T kMost = static_cast<T>(std::int64_t{1} << (std::numeric_limits<T>::digits - 1));
  int others = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const T x = a[i], y = b[i], quotient = std::trunc(x / y);
    const T difference = quotient == 0 ? x : std::fma(-quotient, y, x);
    const T back = difference != 0 && (difference < 0) != (x < 0) ? std::abs(y) : T(0);
    rest[i] = std::copysign(std::abs(difference + std::copysign(back, x)), x);
    others |= !(std::abs(quotient) < kMost);
  }
  if (!others) return;
  for (std::int64_t i = 0; i < n; ++i) {
    if (!(std::abs(std::trunc(a[i] / b[i])) < kMost)) rest[i] = std::fmod(a[i], b[i]);
  }
}

template <class T>
void fmod_block(T* to, const T* a, const T* b, std::int64_t n) {
  T rest[kFormulaBlock];  // `to` may be a or b, which are read again
  rests(rest, a, b, n);
  std::copy(rest, rest + n, to);
}

/// The rest with b's sign.
template <class T>
void remainder_block(T* to, const T* a, const T* b, std::int64_t n) {
  T rest[kFormulaBlock];
  rests(rest, a, b, n);
  XGRAD_INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) {
    const T r = rest[i], y = b[i];
    to[i] = r != 0 && (r < 0) != (y < 0) ? r + y : r;
  }
}

/// Through the exact rest, so that the quotient agrees with it; −0 keeps its sign.
template <class T>
void floor_divide_block(T* to, const T* a, const T* b, std::int64_t n) {
  T rest[kFormulaBlock];
  rests(rest, a, b, n);
  XGRAD_INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) {
    const T x = a[i], y = b[i], r = rest[i], plain = x / y;
    const T quotient = (x - r) / y - (r != 0 && (y < 0) != (r < 0) ? T(1) : T(0));
    const T whole = std::floor(quotient), nearest = quotient - whole > T(0.5) ? whole + 1 : whole;
    to[i] = y == 0 ? plain : quotient == 0 ? std::copysign(T(0), plain) : nearest;
  }
}

/// log(e^a + e^b), or of powers of two: the larger one, and the logarithm of 1 + the other's part of it.
template <class T, Function power>
void log_add_block(T* to, const T* a, const T* b, std::int64_t n) {
  constexpr T kUnit = power == Function::Exp2 ? static_cast<T>(1.44269504088896340736) : T(1);  // 1 / ln 2
  const auto& rows = row_functions<T>();
  T part[kFormulaBlock];
  for (std::int64_t i = 0; i < n; ++i) part[i] = -std::abs(a[i] - b[i]);
  rows.of[static_cast<int>(power)](part, part, n);
  rows.of[static_cast<int>(Function::Log1p)](part, part, n);
  XGRAD_INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) {
    const T x = a[i], y = b[i], larger = x < y ? y : x;
    const bool both = x == y && std::abs(x) == std::numeric_limits<T>::infinity();
    to[i] = both ? x : larger + part[i] * kUnit;
  }
}

template <class T>
using Block = void (*)(T* to, const T* a, const T* b, std::int64_t n);

template <class T>
Block<T> block_of(Binary op) {
  const auto& pairs = row_functions<T>().of_pairs;
  switch (op) {
    case Binary::Fmod:
      return fmod_block<T>;
    case Binary::Remainder:
      return remainder_block<T>;
    case Binary::FloorDivide:
      return floor_divide_block<T>;
    case Binary::Logaddexp:
      return log_add_block<T, Function::Exp>;
    case Binary::Logaddexp2:
      return log_add_block<T, Function::Exp2>;
    case Binary::Pow:
      return pairs[static_cast<int>(PairFunction::Pow)];
    case Binary::Atan2:
      return pairs[static_cast<int>(PairFunction::Atan2)];
    case Binary::Hypot:
      return pairs[static_cast<int>(PairFunction::Hypot)];
    default:
      return nullptr;
  }
}

}  // namespace

template <class T>
bool binary_by_blocks(Binary op, const Array& out, const Array& a, const Array& b) {
  const Block<T> block = block_of<T>(op);
  if (!block) return false;
  map_blocks<T, 2>(out, {&a, &b}, [block](T* to, const std::array<const T*, 2>& from, std::int64_t n) {
    block(to, from[0], from[1], n);
  });
  return true;
}
template bool binary_by_blocks<float>(Binary, const Array&, const Array&, const Array&);
template bool binary_by_blocks<double>(Binary, const Array&, const Array&, const Array&);

}  // namespace xgrad::kernels
