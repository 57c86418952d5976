// The kernels of every level beyond functions of one number: rows of softmax, transposed copies; and that none is
// untested.
#include <xgrad/autograd/kernels/levels.hpp>
#include <xgrad/tests/autograd/kernels/kernel_arrays.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

namespace xgrad::kernels {
namespace {

// A kernel that is added to the tables makes these fail: it wants a test at every level, here or in levels_test.cpp.
static_assert(sizeof(RowFunctions<float>) == (kFunctions + kPairFunctions + 8) * sizeof(void*));
static_assert(sizeof(LevelKernels) == 2 * sizeof(RowFunctions<float>) + 3 * sizeof(void*) +
                                          sizeof(ProductKernels) +  // these: products_test.cpp
                                          sizeof(WindowKernels));   // and these: windows_test.cpp

using test::kInf;
using test::kNaN;

/// f(level's row functions, level's name) for every level of this machine.
template <class T, class F>
void for_each_level(F f) {
  for (auto* l = available_levels(); *l; ++l) {
    SCOPED_TRACE((*l)->name);
    if constexpr (sizeof(T) == 4)
      f((*l)->floats);
    else
      f((*l)->doubles);
  }
}

template <class T>
std::vector<T> uniform(std::size_t n, double low, double high, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<T> v;
  for (std::size_t i = 0; i < n; ++i) v.push_back(static_cast<T>(low + random() / 4294967296.0 * (high - low)));
  return v;
}

template <class T>
constexpr double kUnit = std::numeric_limits<T>::epsilon();

// All remainders of a vector, more than one block of partial sums, more than the exponentials that are held.
const std::size_t kLengths[] = {1,  2,  3,   7,   8,   9,   15,   16,   17,   31,   32,   33,   63,
                                64, 65, 127, 128, 129, 200, 1000, 1023, 1024, 1025, 4096, 4100, 9001};

template <class T>
class LevelRows : public testing::Test {};
using Floating = testing::Types<float, double>;
TYPED_TEST_SUITE(LevelRows, Floating);

TYPED_TEST(LevelRows, Softmax) {
  using T = TypeParam;
  for_each_level<T>([](const RowFunctions<T>& rows) {
    for (const std::size_t n : kLengths) {
      for (const double reach : {1.0, 8.0, 60.0, 400.0}) {  // 400: exponentials that are denormal or zero
        const auto x = uniform<T>(n, -reach, reach, static_cast<unsigned>(n));
        std::vector<T> y(n + 1, T(7)), logarithm(n + 1, T(7));
        const RowTotal<T> found = rows.softmax(y.data(), x.data(), static_cast<std::int64_t>(n));
        rows.log_softmax(logarithm.data(), x.data(), static_cast<std::int64_t>(n));
        const T top = *std::max_element(x.begin(), x.end());
        long double sum = 0;
        for (const T v : x) sum += std::exp(static_cast<long double>(v) - top);
        EXPECT_EQ(found.top, top);
        EXPECT_NEAR(static_cast<double>(found.sum / sum), 1, 4 * kUnit<T>);
        EXPECT_EQ(y[n], T(7)) << "wrote past its end";
        EXPECT_EQ(logarithm[n], T(7)) << "wrote past its end";
        for (std::size_t i = 0; i < n; ++i) {
          const long double shifted = static_cast<long double>(static_cast<T>(x[i] - top)),
                            exact = std::exp(shifted) / sum;
          const auto smallest = static_cast<long double>(std::numeric_limits<T>::denorm_min());
          ASSERT_LE(std::abs(y[i] - exact), 6 * kUnit<T> * exact + 2 * smallest) << n << ' ' << i << ' ' << x[i];
          const long double log_exact = shifted - std::log(sum);
          ASSERT_LE(std::abs(logarithm[i] - log_exact), 4 * kUnit<T> * (1 + std::abs(log_exact))) << n << ' ' << i;
        }
      }
    }
  });
}

TYPED_TEST(LevelRows, SoftmaxOfSpecialValues) {
  using T = TypeParam;
  for_each_level<T>([](const RowFunctions<T>& rows) {
    for (const std::size_t n : {std::size_t{5}, std::size_t{70}, std::size_t{5000}}) {
      for (const std::size_t at : {std::size_t{0}, n / 2, n - 1}) {
        const auto run = [&](T special, bool log) {
          std::vector<T> x(n, T(1)), y(n);
          x[at] = special;
          if (log)
            rows.log_softmax(y.data(), x.data(), static_cast<std::int64_t>(n));
          else
            rows.softmax(y.data(), x.data(), static_cast<std::int64_t>(n));
          return y;
        };
        T odd_nan = kNaN<T>;  // with other bits than the usual one
        unsigned char low = 1;
        std::memcpy(&odd_nan, &low, 1);
        for (const bool log : {false, true}) {
          for (const T bad : {kNaN<T>, -kNaN<T>, odd_nan, kInf<T>}) {
            for (const T v : run(bad, log)) ASSERT_TRUE(std::isnan(v)) << "of " << bad;
          }
          const std::vector<T> y = run(-kInf<T>, log);
          EXPECT_EQ(y[at], log ? -kInf<T> : T(0));
          const double others = 1 / static_cast<double>(n - 1);
          EXPECT_NEAR(static_cast<double>(y[at ? 0 : 1]), log ? std::log(others) : others, 20 * kUnit<T>);
        }
      }
      const std::vector<T> all(n, -kInf<T>);
      std::vector<T> y(n);
      rows.softmax(y.data(), all.data(), static_cast<std::int64_t>(n));
      for (const T v : y) ASSERT_TRUE(std::isnan(v));
    }
  });
}

// Where the shorter exponential will not do: elements far from each other, sums that are no logarithms, NaN.
TYPED_TEST(LevelRows, LogSoftmaxOfAnyRange) {
  using T = TypeParam;
  for_each_level<T>([](const RowFunctions<T>& rows) {
    for (const std::size_t n : {std::size_t{5}, std::size_t{70}, std::size_t{2000}}) {
      for (const std::size_t at : {std::size_t{0}, n / 2, n - 1}) {
        for (const T odd : {T(-200), T(-88), T(88), kNaN<T>}) {
          std::vector<T> x(n, T(0)), g(n, T(1) / static_cast<T>(n)), y(n), dx(n);
          x[at] = odd;
          const auto count = static_cast<std::int64_t>(n);
          rows.log_softmax(y.data(), x.data(), count);
          long double sum = 0;
          for (const T v : x) sum += std::exp(static_cast<long double>(v));
          for (std::size_t i = 0; i < n; ++i) {
            const auto expected = static_cast<double>(x[i] - std::log(sum));
            if (std::isnan(odd))
              ASSERT_TRUE(std::isnan(y[i]));
            else
              ASSERT_NEAR(static_cast<double>(y[i]), expected, 100 * kUnit<T> * (1 + std::abs(expected)));
          }
          std::fill(y.begin(), y.end(), T(-1));
          y[at] = odd;
          rows.log_softmax_backward(dx.data(), g.data(), y.data(), count);
          for (std::size_t i = 0; i < n; ++i) {
            const auto e = std::exp(static_cast<double>(y[i])), expected = static_cast<double>(g[i]) - e;
            if (std::isnan(y[i]))
              ASSERT_TRUE(std::isnan(dx[i]));
            else
              ASSERT_NEAR(static_cast<double>(dx[i]), expected, 100 * kUnit<T> * (1 + e)) << odd << ' ' << i;
          }
        }
      }
    }
  });
}

TYPED_TEST(LevelRows, SoftmaxBackward) {
  using T = TypeParam;
  for_each_level<T>([](const RowFunctions<T>& rows) {
    for (const std::size_t n : kLengths) {
      const auto count = static_cast<std::int64_t>(n);
      const auto g = uniform<T>(n, -1, 1, 3);
      auto x = uniform<T>(n, -5, 5, 4);
      x[n / 2] = n > 1 ? -kInf<T> : T(0);  // a probability of zero, whose logarithm is infinite
      std::vector<T> y(n), dx(n + 1, T(7));
      rows.softmax(y.data(), x.data(), count);
      rows.softmax_backward(dx.data(), g.data(), y.data(), count);
      long double dot = 0, sum = 0;
      for (std::size_t i = 0; i < n; ++i) {
        dot += static_cast<long double>(g[i]) * y[i];
        sum += g[i];
      }
      for (std::size_t i = 0; i < n; ++i)
        ASSERT_NEAR(static_cast<double>(dx[i]), static_cast<double>(y[i] * (g[i] - dot)), 30 * kUnit<T> * y[i]) << n;
      rows.log_softmax(y.data(), x.data(), count);
      rows.log_softmax_backward(dx.data(), g.data(), y.data(), count);
      EXPECT_EQ(dx[n], T(7)) << "wrote past its end";
      for (std::size_t i = 0; i < n; ++i) {
        const long double expected = g[i] - std::exp(static_cast<long double>(y[i])) * sum;
        ASSERT_NEAR(static_cast<double>(dx[i]), static_cast<double>(expected), 50 * kUnit<T>) << n << ' ' << i;
      }
    }
  });
}

TYPED_TEST(LevelRows, GeluOfSpecialValues) {
  using T = TypeParam;
  for_each_level<T>([](const RowFunctions<T>& rows) {
    // As x·Φ(x) in PyTorch: at minus infinity that is infinity times zero.
    const std::vector<T> x{T(0), T(-0.0), kInf<T>, -kInf<T>, kNaN<T>, T(1e30), T(-1e30), T(-40), T(40)};
    std::vector<T> y(x.size()), slope(x.size());
    rows.gelu(y.data(), x.data(), static_cast<std::int64_t>(x.size()));
    rows.gelu_slope(slope.data(), x.data(), static_cast<std::int64_t>(x.size()));
    EXPECT_TRUE(y[0] == 0 && !std::signbit(y[0]));
    EXPECT_TRUE(y[1] == 0 && std::signbit(y[1]));
    EXPECT_EQ(y[2], kInf<T>);
    EXPECT_TRUE(std::isnan(y[3]) && std::isnan(y[4]) && std::isnan(slope[4]));
    EXPECT_EQ(y[5], T(1e30));
    EXPECT_EQ(y[6], T(0));
    EXPECT_EQ(y[7], T(0));
    EXPECT_EQ(y[8], T(40));
    EXPECT_EQ(slope[0], T(0.5));
    EXPECT_EQ(slope[7], T(0));
    EXPECT_EQ(slope[8], T(1));
  });
}

template <class T>
void expect_levels_agree(void (*RowFunctions<T>::*kernel)(T*, const T*, std::int64_t), const std::vector<T>& x) {
  std::vector<T> first;
  for_each_level<T>([&](const RowFunctions<T>& rows) {
    for (std::size_t n = 1; n <= x.size(); n = n < 80 ? n + 1 : 2 * n) {
      std::vector<T> y(n);
      (rows.*kernel)(y.data(), x.data(), static_cast<std::int64_t>(n));
      if (n < x.size()) continue;
      if (first.empty()) first = y;
      for (std::size_t i = 0; i < n; ++i) ASSERT_NEAR(y[i], first[i], 4 * kUnit<T> * (1 + std::abs(first[i])));
    }
  });
}

TYPED_TEST(LevelRows, LevelsAgree) {
  using T = TypeParam;
  const auto x = uniform<T>(1280, -9, 9, 5);
  expect_levels_agree<T>(&RowFunctions<T>::gelu, x);
  expect_levels_agree<T>(&RowFunctions<T>::gelu_slope, x);
  expect_levels_agree<T>(&RowFunctions<T>::log_softmax, x);
}

template <class W>
void check_transpose(void (*LevelKernels::*kernel)(W*, std::int64_t, const W*, std::int64_t, std::int64_t,
                                                   std::int64_t)) {
  constexpr std::int64_t kTile = kTransposeTile<W>;
  for (auto* l = available_levels(); *l; ++l) {
    for (const std::int64_t rows : {kTile, 3 * kTile}) {
      for (const std::int64_t cols : {kTile, 2 * kTile}) {
        const std::int64_t dst_ld = cols + 3, src_ld = rows + 5;  // rows that are not aligned, with gaps
        std::vector<W> dst(static_cast<std::size_t>(rows * dst_ld), W(7)), src(static_cast<std::size_t>(cols * src_ld));
        for (std::size_t i = 0; i < src.size(); ++i) src[i] = static_cast<W>((i + 1) * 0x9E3779B97F4A7C15u);
        ((*l)->*kernel)(dst.data(), dst_ld, src.data(), src_ld, rows, cols);
        for (std::int64_t i = 0; i < rows; ++i) {
          for (std::int64_t j = 0; j < dst_ld; ++j) {
            const W expected = j < cols ? src[static_cast<std::size_t>(j * src_ld + i)] : W(7);
            ASSERT_EQ(dst[static_cast<std::size_t>(i * dst_ld + j)], expected) << (*l)->name << ' ' << i << ' ' << j;
          }
        }
      }
    }
  }
}
TEST(LevelRowsTest, TransposesWordsOfFourBytes) { check_transpose<std::uint32_t>(&LevelKernels::transpose_4); }
TEST(LevelRowsTest, TransposesWordsOfEightBytes) { check_transpose<std::uint64_t>(&LevelKernels::transpose_8); }

}  // namespace
}  // namespace xgrad::kernels
