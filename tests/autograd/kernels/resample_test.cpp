// Maps along dimensions against their definition: regular, irregular, and with stretches of both.
#include <xgrad/autograd/kernels/resample.hpp>
#include <xgrad/tests/autograd/kernels/kernel_arrays.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace xgrad::kernels {
namespace {

using Int = std::int64_t;

/// [outer, n, inner] along the middle dimension.
template <class T>
std::vector<double> by_definition(const std::vector<T>& x, const Taps& map, Int outer, Int inner) {
  std::vector<double> y;
  for (Int o = 0; o < outer; ++o) {
    for (Int i = 0; i < map.out(); ++i) {
      for (Int j = 0; j < inner; ++j) {
        double sum = 0;
        for (auto t = static_cast<std::size_t>(map.start[static_cast<std::size_t>(i)]);
             t < static_cast<std::size_t>(map.start[static_cast<std::size_t>(i) + 1]); ++t) {
          sum += map.weight[t] *
                 static_cast<double>(x[static_cast<std::size_t>((o * map.in + map.source[t]) * inner + j)]);
        }
        y.push_back(sum);
      }
    }
  }
  return y;
}

template <class T>
void expect_definition(const Taps& map, const char* what) {
  for (const Int inner : {1, 5}) {
    const Array x = test::noise<T>({3, map.in, inner});
    std::vector<const Taps*> maps{&map, nullptr};
    const std::vector<T> y = test::values<T>(inner == 1 ? resample(x.view({3, map.in}), {&map}) : resample(x, maps));
    const std::vector<double> expected = by_definition(test::values<T>(x), map, 3, inner);
    ASSERT_EQ(y.size(), expected.size());
    for (std::size_t i = 0; i < y.size(); ++i)
      ASSERT_NEAR(static_cast<double>(y[i]), expected[i], 1e-5) << what << " " << i;
  }
}

/// `taps` for each of `out` elements; every `period`-th has the same weights.
Taps pattern(Int out, Int taps, Int period, Int advance) {
  Taps map;
  map.in = out / period * advance + advance + taps;
  for (Int i = 0; i < out; ++i) {
    for (Int k = 0; k < taps; ++k)
      map.tap(i / period * advance + (i % period + k) % taps,
              taps == 1 ? 1. : 0.25 * static_cast<double>(k + i % period));
    map.next();
  }
  return map;
}

template <class T>
class ResampleOf : public testing::Test {};
using Floating = testing::Types<float, double>;
TYPED_TEST_SUITE(ResampleOf, Floating);

TYPED_TEST(ResampleOf, Patterns) {
  for (const Int out : {1, 7, 8, 9, 64, 131}) {
    for (Int taps = 1; taps <= 6; ++taps) {
      for (Int period = 1; period <= 3; ++period) {
        for (Int advance = 0; advance <= 3; ++advance) {
          const Taps map = pattern(out, taps, period, advance);
          expect_definition<TypeParam>(map, "pattern");
          expect_definition<TypeParam>(map.transposed(), "transposed");
        }
      }
    }
  }
}

TYPED_TEST(ResampleOf, AnyMap) {
  std::mt19937 random(1);
  const auto below = [&](Int n) { return static_cast<Int>(random() % static_cast<unsigned>(n)); };
  for (int round = 0; round < 200; ++round) {
    Taps map;
    map.in = 1 + below(60);
    // Stretches of copies and of averages between elements with any taps.
    for (Int parts = below(6); parts >= 0; --parts) {
      const Int from = below(map.in), n = below(map.in - from) + 1, kind = below(3);
      for (Int i = 0; i < n; ++i) {
        if (kind == 0) {
          map.tap(from + i);
        } else if (kind == 1) {
          map.tap(from + i, 0.5);
          map.tap(from, 0.5);
        } else {
          for (Int k = below(6); k > 0; --k) map.tap(below(map.in), static_cast<double>(below(8)) / 8);
        }
        map.next();
      }
    }
    expect_definition<TypeParam>(map, "any map");
    expect_definition<TypeParam>(map.transposed(), "any map, transposed");
  }
}

}  // namespace
}  // namespace xgrad::kernels
