// Divisions with a rest against the C library's, which goes bit by bit, and to the bit.
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/tests/autograd/kernels/kernel_arrays.hpp>

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>

namespace xgrad::kernels {
namespace {

using test::kInf;
using test::kNaN;

template <class T>
T remainder_by_the_book(T a, T b) {
  const T rest = std::fmod(a, b);
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

/// Python's a // b.
template <class T>
T floor_divide_by_the_book(T a, T b) {
  if (b == 0) return a / b;
  const T rest = std::fmod(a, b);
  T quotient = (a - rest) / b;
  if (rest != 0 && (b < 0) != (rest < 0)) quotient -= 1;
  if (quotient == 0) return std::copysign(T(0), a / b);
  const T whole = std::floor(quotient);
  return quotient - whole > T(0.5) ? whole + 1 : whole;
}

template <class T>
void compare_divisions(const std::vector<T>& a, const std::vector<T>& b) {
  struct Division {
    Binary op;
    T (*exact)(T, T);
    const char* name;
  };
  const Division kAll[] = {{Binary::Fmod, std::fmod, "fmod"},
                           {Binary::Remainder, remainder_by_the_book<T>, "remainder"},
                           {Binary::FloorDivide, floor_divide_by_the_book<T>, "floor_divide"}};
  const auto n = static_cast<std::int64_t>(a.size());
  const Array x = test::make<T>({n}, a), y = test::make<T>({n}, b);
  for (const Division& d : kAll) {
    const Array over_x = contiguous_copy(x), over_y = contiguous_copy(y);
    binary(d.op, over_x, y, x.dtype(), &over_x);
    binary(d.op, x, over_y, x.dtype(), &over_y);
    for (const Array& result : {binary(d.op, x, y, x.dtype()), over_x, over_y}) {
      const std::vector<T> values = test::values<T>(result);
      for (std::size_t i = 0; i < a.size(); ++i) {
        const T exact = d.exact(a[i], b[i]);
        if (std::isnan(exact) && std::isnan(values[i])) continue;
        ASSERT_TRUE(values[i] == exact && std::signbit(values[i]) == std::signbit(exact))
            << d.name << "(" << a[i] << ", " << b[i] << ") = " << values[i] << " instead of " << exact;
      }
    }
  }
}

template <class T>
void check_divisions() {
  using L = std::numeric_limits<T>;
  const T most = std::ldexp(T(1), L::digits - 1);
  std::vector<T> points{T(0),     T(1),    T(3),    T(7), T(0.1),   T(0.3),   L::denorm_min(), L::min(),
                        L::max(), kInf<T>, kNaN<T>, most, most - 1, most * 2, T(1e10),         T(6)};
  for (std::size_t i = 0, n = points.size(); i < n; ++i) {
    points.push_back(-points[i]);
    if (std::isfinite(points[i])) points.push_back(std::nextafter(points[i], kInf<T>));
    if (std::isfinite(points[i])) points.push_back(std::nextafter(points[i], -kInf<T>));
  }
  std::vector<T> a, b;
  for (const T x : points) {
    for (const T y : points) a.push_back(x), b.push_back(y);
  }
  compare_divisions(a, b);

  a.clear(), b.clear();
  std::mt19937_64 random(1);
  for (int i = 0; i < 40000; ++i) {
    const T y =
        std::ldexp(static_cast<T>(random() >> 11) / T(9007199254740992.0) + T(0.5), static_cast<int>(random() % 9));
    // Quotients of every size up to the limit of the fast way and beyond, and those next to a whole number.
    const T quotient = std::ldexp(T(1) + static_cast<T>(random() >> 11) / T(9007199254740992.0),
                                  static_cast<int>(random() % static_cast<std::uint64_t>(L::digits + 4)) - 2);
    T x = (i % 3 ? std::trunc(quotient) : quotient) * y;
    if (i % 5 == 1) x = std::nextafter(x, T(0));
    if (i % 5 == 2) x = std::nextafter(x, kInf<T>);
    a.push_back(i % 7 < 3 ? -x : x);
    b.push_back(i % 11 < 5 ? -y : y);
  }
  compare_divisions(a, b);
}

TEST(ArithmeticBlocks, DivisionsOfFloatsAreExact) { check_divisions<float>(); }
TEST(ArithmeticBlocks, DivisionsOfDoublesAreExact) { check_divisions<double>(); }

TEST(ArithmeticBlocks, IntegersAreDividedDown) {
  std::vector<std::int64_t> a, b;
  constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
  for (const std::int64_t x :
       {kLowest, kLowest + 1, std::int64_t{-7}, std::int64_t{-6}, std::int64_t{0}, std::int64_t{7}, -(kLowest + 1)}) {
    for (const std::int64_t y :
         {kLowest, std::int64_t{-3}, std::int64_t{-2}, std::int64_t{1}, std::int64_t{3}, -(kLowest + 1)})
      a.push_back(x), b.push_back(y);
  }
  const auto n = static_cast<std::int64_t>(a.size());
  const Array quotients =
      binary(Binary::FloorDivide, test::make<std::int64_t>({n}, a), test::make<std::int64_t>({n}, b), kInt64);
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto rest = static_cast<std::int64_t>(static_cast<std::uint64_t>(a[i]) -
                                                static_cast<std::uint64_t>(quotients.data<std::int64_t>()[i]) *
                                                    static_cast<std::uint64_t>(b[i]));
    EXPECT_TRUE(b[i] < 0 ? rest <= 0 && rest > b[i] : rest >= 0 && rest < b[i])
        << a[i] << " // " << b[i] << " leaves " << rest;
  }
}

}  // namespace
}  // namespace xgrad::kernels
