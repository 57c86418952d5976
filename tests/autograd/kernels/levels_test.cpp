// Every kernel of every level that this machine has, against the C library in higher precision and against each other.
#include <xgrad/autograd/array/error.hpp>
#include <xgrad/autograd/kernels/levels.hpp>
#include <xgrad/tests/autograd/kernels/kernel_arrays.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

namespace xgrad::kernels {
namespace {

using test::kInf;
using test::kNaN;

struct NamedFunction {
  Function function;
  const char* name;
  long double (*wide)(long double);
  double (*middle)(double);
};

template <class X>
X logistic(X x) {
  return 1 / (1 + std::exp(-x));
}

constexpr NamedFunction kAll[] = {
    {Function::Exp, "exp", std::exp, std::exp},         {Function::Log, "log", std::log, std::log},
    {Function::Log1p, "log1p", std::log1p, std::log1p}, {Function::Expm1, "expm1", std::expm1, std::expm1},
    {Function::Sin, "sin", std::sin, std::sin},         {Function::Cos, "cos", std::cos, std::cos},
    {Function::Tanh, "tanh", std::tanh, std::tanh},     {Function::Sigmoid, "sigmoid", logistic, logistic},
    {Function::Erf, "erf", std::erf, std::erf},         {Function::Exp2, "exp2", std::exp2, std::exp2},
    {Function::Log2, "log2", std::log2, std::log2},     {Function::Log10, "log10", std::log10, std::log10},
    {Function::Tan, "tan", std::tan, std::tan},         {Function::Asin, "asin", std::asin, std::asin},
    {Function::Acos, "acos", std::acos, std::acos},     {Function::Atan, "atan", std::atan, std::atan},
    {Function::Sinh, "sinh", std::sinh, std::sinh},     {Function::Cosh, "cosh", std::cosh, std::cosh},
    {Function::Atanh, "atanh", std::atanh, std::atanh}, {Function::Erfc, "erfc", std::erfc, std::erfc}};
static_assert(std::size(kAll) == kFunctions);

std::vector<const LevelKernels*> levels() {
  std::vector<const LevelKernels*> all;
  for (auto* l = available_levels(); *l; ++l) all.push_back(*l);
  return all;
}

template <class T>
const RowFunctions<T>& rows_of(const LevelKernels& level) {
  if constexpr (sizeof(T) == 4)
    return level.floats;
  else
    return level.doubles;
}

/// |y - exact| in units in the last place of T at `exact`; 0 where both are the same special value, else huge. What
/// rounds to zero or infinity must be that, with its sign, or the neighbour.
template <class T, class Exact>
double error_in_ulp(T y, Exact exact) {
  const T rounded = static_cast<T>(exact);
  if (std::isnan(exact)) return std::isnan(y) ? 0 : 1e30;
  if (y == rounded && std::signbit(y) == std::signbit(rounded)) {
    if (rounded == 0 || std::isinf(rounded)) return 0;
  } else if (std::isinf(exact) || exact == 0 || std::isnan(y) || std::isinf(y)) {
    return 1e30;
  }
  int exponent = 0;
  (void)std::frexp(rounded, &exponent);
  constexpr int kDigits = std::numeric_limits<T>::digits, kLowest = std::numeric_limits<T>::min_exponent - kDigits;
  const int ulp =
      std::isinf(rounded) ? std::numeric_limits<T>::max_exponent - kDigits : std::max(exponent - kDigits, kLowest);
  return static_cast<double>(std::fabs(static_cast<Exact>(y) - exact) / std::ldexp(Exact(1), ulp));
}

template <class T>
struct Worst {
  double ulp = 0;
  T at = 0;
  void see(double error, T x) {
    if (error > ulp) {
      ulp = error;
      at = x;
    }
  }
};

/// Every bit pattern, or every 1,021st; the full sweep (XGRAD_FULL_SWEEP=1) takes twenty minutes.
std::uint64_t sweep_stride() {
  const char* full = std::getenv("XGRAD_FULL_SWEEP");
  return full && *full == '1' ? 1 : 1021;
}

/// visit(x, n) for blocks that cover the floats.
template <class F>
void sweep_floats(F visit) {
  std::vector<float> x;
  const std::uint64_t stride = sweep_stride(), end = std::uint64_t{1} << 32;
  for (std::uint64_t bits = 0; bits < end;) {
    x.clear();
    for (; bits < end && x.size() < 65536; bits += stride)
      x.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    visit(x);
  }
}

/// Every float from first to last: where exponentials end, few floats are much worse than their neighbours.
std::vector<float> floats_from(float first, float last) {
  std::vector<float> x;
  for (float v = first; v <= last; v = std::nextafter(v, last + 1)) x.push_back(v);
  return x;
}

template <class T>
std::vector<T> specials() {
  using L = std::numeric_limits<T>;
  std::vector<T> v{T(0),  T(-0.0), L::denorm_min(), L::min(), L::max(), kInf<T>,  kNaN<T>,  T(1),     T(-1),  T(0.5),
                   T(2),  T(-2),   T(-0.5),         T(88.7),  T(89),    T(104),   T(709.7), T(710),   T(746), T(1e-5),
                   T(20), T(3.95), T(1e10),         T(17),    T(88),    T(89.41), T(709),   T(710.47)};
  const std::size_t n = v.size();
  for (std::size_t i = 0; i < n; ++i) {
    v.push_back(-v[i]);
    if (std::isfinite(v[i])) {
      v.push_back(std::nextafter(v[i], kInf<T>));
      v.push_back(std::nextafter(v[i], -kInf<T>));
    }
  }
  return v;
}

TEST(LevelsTest, FloatFunctionsAreWithinTwoUnitsOverTheWholeRange) {
  const auto all = levels();
  for (const NamedFunction& f : kAll) {
    std::vector<Worst<float>> worst(all.size());
    std::vector<double> exact;
    std::vector<float> y;
    const auto visit = [&](const std::vector<float>& x) {
      exact.resize(x.size());
      y.resize(x.size());
      std::transform(x.begin(), x.end(), exact.begin(), f.middle);
      for (std::size_t l = 0; l < all.size(); ++l) {
        all[l]->floats.of[static_cast<int>(f.function)](y.data(), x.data(), static_cast<std::int64_t>(x.size()));
        for (std::size_t i = 0; i < x.size(); ++i) {
          const auto nearest = static_cast<float>(exact[i]);  // which most results are, half a unit away at most
          if (std::bit_cast<std::uint32_t>(y[i]) != std::bit_cast<std::uint32_t>(nearest))
            worst[l].see(error_in_ulp(y[i], exact[i]), x[i]);
        }
      }
    };
    sweep_floats(visit);
    visit(specials<float>());
    visit(floats_from(87.0f, 90.0f));
    for (std::size_t l = 0; l < all.size(); ++l) {
      EXPECT_LE(worst[l].ulp, 2) << f.name << " at " << worst[l].at << ", level " << all[l]->name;
      RecordProperty(std::string(all[l]->name) + "_" + f.name, std::to_string(worst[l].ulp));
    }
  }
}

template <class T>
void check_exact() {
  constexpr struct {
    Function function;
    double x, y;
  } kPoints[] = {
      {Function::Exp, 0, 1},       {Function::Exp, -0.0, 1},    {Function::Log, 1, 0},      {Function::Cos, 0, 1},
      {Function::Tanh, 20, 1},     {Function::Tanh, -20, -1},   {Function::Erf, 6.5, 1},    {Function::Erf, -6.5, -1},
      {Function::Expm1, -50, -1},  {Function::Sigmoid, 0, 0.5}, {Function::Sigmoid, 50, 1}, {Function::Exp2, 10, 1024},
      {Function::Exp2, -3, 0.125}, {Function::Log2, 1024, 10},  {Function::Log10, 1000, 3}, {Function::Tan, -0.0, -0.0},
      {Function::Acos, 1, 0},      {Function::Cosh, 0, 1},      {Function::Erfc, 0, 1},     {Function::Erfc, -30, 2}};
  for (const LevelKernels* level : levels()) {
    for (const auto& p : kPoints) {
      // One by itself, and in the middle of vectors.
      for (const std::size_t n : {1, 37}) {
        const std::vector<T> x(n, static_cast<T>(p.x));
        std::vector<T> y(n);
        rows_of<T>(*level).of[static_cast<int>(p.function)](y.data(), x.data(), static_cast<std::int64_t>(n));
        EXPECT_EQ(y, std::vector<T>(n, static_cast<T>(p.y)))
            << kAll[static_cast<int>(p.function)].name << " of " << p.x << ", level " << level->name;
      }
    }
  }
}
TEST(LevelsTest, FloatsAreExactWhereTheyCanBe) { check_exact<float>(); }
TEST(LevelsTest, DoublesAreExactWhereTheyCanBe) { check_exact<double>(); }

/// The largest error of gelu and its slope on [-12, 12], as a part of max(1, |x|).
template <class T>
double gelu_error(const RowFunctions<T>& rows) {
  std::vector<T> x, y, slope;
  for (int i = -12000; i <= 12000; ++i) x.push_back(static_cast<T>(i) / 1000);
  y.resize(x.size());
  slope = x;
  const auto n = static_cast<std::int64_t>(x.size());
  rows.gelu(y.data(), x.data(), n);
  rows.gelu_slope(slope.data(), slope.data(), n);  // in place
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto v = static_cast<long double>(x[i]);
    const long double below = std::erfc(-v / std::sqrt(2.0L)) / 2,
                      density = std::exp(-v * v / 2) / std::sqrt(2 * std::acos(-1.0L));
    const double scale = std::max(1.0, std::abs(static_cast<double>(v)));
    worst = std::max({worst, std::abs(static_cast<double>(y[i] - v * below)) / scale,
                      std::abs(static_cast<double>(slope[i] - (below + v * density))) / scale});
  }
  return worst;
}

TEST(LevelsTest, GeluAndItsSlopeAreAccurate) {
  for (const LevelKernels* level : levels()) {
    EXPECT_LT(gelu_error(level->floats), 2e-7) << level->name;
    EXPECT_LT(gelu_error(level->doubles), 4e-16) << level->name;
  }
}

TEST(LevelsTest, DoubleFunctionsAreWithinTwoUnits) {
  // Sizes of every order, more of them where something happens, and the special ones.
  std::vector<double> x = specials<double>();
  std::mt19937_64 random(1);
  for (int i = 0; i < 40000; ++i) {
    x.push_back(std::bit_cast<double>(random()));
    const double unit = static_cast<double>(random() >> 11) / 9007199254740992.0;
    x.push_back((unit - 0.5) * 4);
    x.push_back((unit - 0.5) * 80);
    x.push_back((unit - 0.5) * 1600);
  }
  std::vector<double> y(x.size());
  for (const LevelKernels* level : levels()) {
    for (const NamedFunction& f : kAll) {
      Worst<double> worst;
      level->doubles.of[static_cast<int>(f.function)](y.data(), x.data(), static_cast<std::int64_t>(x.size()));
      for (std::size_t i = 0; i < x.size(); ++i) worst.see(error_in_ulp(y[i], f.wide(x[i])), x[i]);
      EXPECT_LE(worst.ulp, 2) << f.name << " at " << worst.at << ", level " << level->name;
      RecordProperty(std::string(level->name) + "_" + f.name, std::to_string(worst.ulp));
    }
  }
}

template <class T>
void check_pow() {
  std::vector<T> x = specials<T>();
  std::mt19937 random(2);
  for (int i = 0; i < 20000; ++i) x.push_back(static_cast<T>(random()) / T(4294967296.0) * 20 - 5);
  std::vector<T> exponents = specials<T>();
  for (const double p : {3.0, 2.5, -1.5, 0.1, 1.0 / 3, 7.0, -4.0, 11.25}) exponents.push_back(static_cast<T>(p));
  std::vector<T> y(x.size());
  for (const LevelKernels* level : levels()) {
    for (const T p : exponents) {
      rows_of<T>(*level).pow(y.data(), x.data(), p, static_cast<std::int64_t>(x.size()));
      Worst<T> worst;
      for (std::size_t i = 0; i < x.size(); ++i) {
        using Exact = std::conditional_t<sizeof(T) == 4, double, long double>;
        const Exact exact = std::pow(static_cast<Exact>(x[i]), static_cast<Exact>(p));
        // SLEEF's doubles overflow a little early.
        if (sizeof(T) == 8 && std::isfinite(exact) && std::fabs(exact) > 1.797e308L) continue;
        worst.see(error_in_ulp(y[i], exact), x[i]);
      }
      EXPECT_LE(worst.ulp, 2) << worst.at << " ^ " << p << ", level " << level->name;
    }
  }
}
TEST(LevelsTest, PowersOfFloats) { check_pow<float>(); }
TEST(LevelsTest, PowersOfDoubles) { check_pow<double>(); }

TEST(LevelsTest, SinhAndCoshOverflowWhereTheyMust) {
  for (const LevelKernels* level : levels()) {
    const float x[] = {89.41f, -89.41f, 89.42f, -89.42f};
    float sinh[4], cosh[4];
    level->floats.of[static_cast<int>(Function::Sinh)](sinh, x, 4);
    level->floats.of[static_cast<int>(Function::Cosh)](cosh, x, 4);
    for (int i = 0; i < 4; ++i) {
      EXPECT_LE(error_in_ulp(sinh[i], std::sinh(static_cast<double>(x[i]))), 2) << x[i];
      EXPECT_LE(error_in_ulp(cosh[i], std::cosh(static_cast<double>(x[i]))), 2) << x[i];
    }
    EXPECT_TRUE(std::isfinite(sinh[1]) && std::isfinite(cosh[1]));
    EXPECT_EQ(sinh[3], -kInf<float>);
    EXPECT_EQ(cosh[3], kInf<float>);
  }
}

/// Of every pair of special numbers, and of others of all sizes.
template <class T>
void check_pairs() {
  using Exact = std::conditional_t<sizeof(T) == 4, double, long double>;
  struct NamedPair {
    PairFunction function;
    const char* name;
    Exact (*exact)(Exact, Exact);
  };
  constexpr NamedPair kPairs[] = {{PairFunction::Pow, "pow", std::pow},
                                  {PairFunction::Atan2, "atan2", std::atan2},
                                  {PairFunction::Hypot, "hypot", std::hypot}};
  static_assert(std::size(kPairs) == kPairFunctions);
  std::vector<T> a, b;
  for (const T x : specials<T>()) {
    for (const T y : specials<T>()) a.push_back(x), b.push_back(y);
  }
  std::mt19937_64 random(4);
  const auto unit = [&] { return static_cast<T>(static_cast<double>(random() >> 11) / 9007199254740992.0); };
  for (int i = 0; i < 100000; ++i) {
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    a.push_back(i % 2 ? std::bit_cast<T>(static_cast<Bits>(random())) : unit() * 8 - 2);
    b.push_back(i % 3 ? std::bit_cast<T>(static_cast<Bits>(random())) : unit() * 8 - 4);
  }
  std::vector<T> y(a.size());
  for (const LevelKernels* level : levels()) {
    for (const NamedPair& f : kPairs) {
      const auto rows = rows_of<T>(*level).of_pairs[static_cast<int>(f.function)];
      rows(y.data(), a.data(), b.data(), static_cast<std::int64_t>(a.size()));
      for (std::size_t i = 0; i < a.size(); ++i) {
        const Exact exact = f.exact(static_cast<Exact>(a[i]), static_cast<Exact>(b[i]));
        // SLEEF's doubles overflow a little early.
        if (sizeof(T) == 8 && std::isfinite(exact) && std::fabs(exact) > 1.797e308L) continue;
        ASSERT_LE(error_in_ulp(y[i], exact), 2)
            << f.name << "(" << a[i] << ", " << b[i] << ") = " << y[i] << ", level " << level->name;
      }
      for (std::size_t n = 0; n < 40; ++n) {  // every remainder, and over each of the arguments
        std::vector<T> to(a.end() - 40, a.end()), other(b.end() - 40, b.end());
        rows(to.data(), to.data(), b.data() + b.size() - 40, static_cast<std::int64_t>(n));
        rows(other.data(), a.data() + a.size() - 40, other.data(), static_cast<std::int64_t>(n));
        for (std::size_t i = 0; i < 40; ++i) {
          const std::size_t at = a.size() - 40 + i;
          ASSERT_EQ(std::memcmp(&to[i], i < n ? &y[at] : &a[at], sizeof(T)), 0) << f.name << " of " << n;
          ASSERT_EQ(std::memcmp(&other[i], i < n ? &y[at] : &b[at], sizeof(T)), 0) << f.name << " of " << n;
        }
      }
    }
  }
}
TEST(LevelsTest, PairsOfFloats) { check_pairs<float>(); }
TEST(LevelsTest, PairsOfDoubles) { check_pairs<double>(); }

template <class T>
void check_lgamma() {
  std::vector<T> x;
  std::mt19937_64 random(5);
  for (int i = 0; i < 100000; ++i) {
    const double unit = static_cast<double>(random() >> 11) / 9007199254740992.0;
    for (const double v : {unit * 4, 1 + (unit - 0.5) / 1000, 2 + (unit - 0.5) / 1000, std::exp((unit - 0.5) * 160)})
      x.push_back(static_cast<T>(v));
  }
  x.push_back(std::numeric_limits<T>::denorm_min());
  std::vector<T> y(x.size());
  for (const LevelKernels* level : levels()) {
    const auto rows = rows_of<T>(*level).lgamma_of_positive;
    if (!rows) continue;
    rows(y.data(), x.data(), static_cast<std::int64_t>(x.size()));
    using Exact = std::conditional_t<sizeof(T) == 4, double, long double>;
    for (std::size_t i = 0; i < x.size(); ++i) {
      ASSERT_LE(error_in_ulp(y[i], std::lgamma(static_cast<Exact>(x[i]))), 2)
          << "lgamma(" << x[i] << "), level " << level->name;
    }
  }
}
TEST(LevelsTest, LgammaOfPositiveFloats) { check_lgamma<float>(); }
TEST(LevelsTest, LgammaOfPositiveDoubles) { check_lgamma<double>(); }

/// Each level's results, on lengths that leave every remainder, from memory that is not aligned, and in place.
template <class T>
void check_levels_agree() {
  std::vector<T> x = specials<T>();
  std::mt19937 random(3);
  while (x.size() < 2000) x.push_back(static_cast<T>(random()) / T(4294967296.0) * 20 - 10);
  const auto all = levels();
  for (const NamedFunction& f : kAll) {
    const auto at = static_cast<int>(f.function);
    std::vector<T> first(x.size());
    rows_of<T>(*all[0]).of[at](first.data(), x.data(), static_cast<std::int64_t>(x.size()));
    for (const LevelKernels* level : all) {
      for (std::size_t n = 0; n < 40; ++n) {
        std::vector<T> y(n + 2, T(7));
        rows_of<T>(*level).of[at](y.data() + 1, x.data() + 1, static_cast<std::int64_t>(n));
        EXPECT_EQ(y[0], T(7));
        EXPECT_EQ(y[n + 1], T(7)) << f.name << " wrote past its end";
        for (std::size_t i = 0; i < n; ++i)
          ASSERT_LE(error_in_ulp(y[i + 1], static_cast<long double>(first[i + 1])), 1);
      }
      std::vector<T> in_place = x;
      rows_of<T>(*level).of[at](in_place.data(), in_place.data(), static_cast<std::int64_t>(x.size()));
      for (std::size_t i = 0; i < x.size(); ++i) {
        ASSERT_LE(error_in_ulp(in_place[i], static_cast<long double>(first[i])), 1)
            << f.name << "(" << x[i] << "), level " << level->name;
      }
    }
  }
}
TEST(LevelsTest, LevelsAgreeOnFloats) { check_levels_agree<float>(); }
TEST(LevelsTest, LevelsAgreeOnDoubles) { check_levels_agree<double>(); }

TEST(LevelsTest, ChosenByName) {
  for (const LevelKernels* l : levels()) EXPECT_EQ(&choose_level(l->name), l);
  EXPECT_EQ(&choose_level(nullptr), levels().back());
  EXPECT_EQ(&choose_level(""), levels().back());
  try {
    choose_level("v9");
    ADD_FAILURE();
  } catch (const ValueError& e) {
    EXPECT_THAT(e.what(), testing::HasSubstr(std::string("XGRAD_CPU_LEVEL is 'v9', but this machine and this library "
                                                         "have ") +
                                             levels().front()->name));
  }
}

}  // namespace
}  // namespace xgrad::kernels
