#include <xgrad/autograd/kernels/softmax.hpp>
#include <xgrad/tests/autograd/kernels/kernel_arrays.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace xgrad::kernels {
namespace {

using test::layouts;
using test::make;
using test::noise;
using test::values;
using testing::ElementsAre;

using test::kInf;
using test::kNaN;

using Floating = testing::Types<float, double>;

/// softmax of x [outer, n, inner] along n, in double.
std::vector<double> reference(const std::vector<double>& x, std::size_t n, std::size_t inner, bool log) {
  std::vector<double> y(x.size());
  const std::size_t outer = x.size() / (n * inner);
  for (std::size_t o = 0; o < outer; ++o) {
    for (std::size_t j = 0; j < inner; ++j) {
      const auto at = [&](std::size_t i) { return (o * n + i) * inner + j; };
      double top = -kInf<double>, sum = 0;
      for (std::size_t i = 0; i < n; ++i) top = std::max(top, x[at(i)]);
      for (std::size_t i = 0; i < n; ++i) sum += std::exp(x[at(i)] - top);
      for (std::size_t i = 0; i < n; ++i)
        y[at(i)] = log ? x[at(i)] - top - std::log(sum) : std::exp(x[at(i)] - top) / sum;
    }
  }
  return y;
}

struct SoftmaxCase {
  Dims shape;
  std::int64_t dim;
};
const SoftmaxCase kCases[] = {{{5}, 0},         {{64, 10}, 1},  {{10, 64}, 0},     {{3, 1}, 1},    {{3, 700}, 1},
                              {{2, 5000}, 1},   {{600, 3}, 0},  {{4, 5, 6}, 0},    {{4, 5, 6}, 1}, {{4, 5, 6}, 2},
                              {{2, 3, 300}, 1}, {{1, 1, 1}, 1}, {{2, 3, 4, 5}, 1}, {{3, 2100}, 1}};

std::size_t inner_of(const SoftmaxCase& c) {
  std::int64_t inner = 1;
  for (std::size_t d = static_cast<std::size_t>(c.dim) + 1; d < c.shape.size(); ++d) inner *= c.shape[d];
  return static_cast<std::size_t>(inner);
}

template <class T>
class SoftmaxOf : public testing::Test {
 protected:
  static constexpr double kTolerance = sizeof(T) == 4 ? 4e-6 : 1e-14;

  void compare(const Array& got, const std::vector<double>& expected, double tolerance) {
    const auto g = values<T>(got);
    ASSERT_EQ(g.size(), expected.size());
    for (std::size_t i = 0; i < g.size(); ++i)
      ASSERT_NEAR(static_cast<double>(g[i]), expected[i], tolerance * (1 + std::abs(expected[i]))) << i;
  }
};
TYPED_TEST_SUITE(SoftmaxOf, Floating);

TYPED_TEST(SoftmaxOf, EveryDimensionAndLayout) {
  using T = TypeParam;
  for (const SoftmaxCase& c : kCases) {
    for (const Array& x : layouts<T>(noise<T>(c.shape))) {
      SCOPED_TRACE(to_string(c.shape) + " along " + std::to_string(c.dim));
      const auto in = values<T>(x);
      const std::vector<double> wide(in.begin(), in.end());
      for (const bool log : {false, true}) {
        const Array y = softmax(x, c.dim, log);
        ASSERT_EQ(y.sizes(), c.shape);
        this->compare(
            y, reference(wide, static_cast<std::size_t>(c.shape[static_cast<std::size_t>(c.dim)]), inner_of(c), log),
            this->kTolerance);
      }
    }
  }
}

TYPED_TEST(SoftmaxOf, Backward) {
  using T = TypeParam;
  for (const SoftmaxCase& c : kCases) {
    const auto n = static_cast<std::size_t>(c.shape[static_cast<std::size_t>(c.dim)]), inner = inner_of(c);
    for (const bool log : {false, true}) {
      const Array y = softmax(noise<T>(c.shape), c.dim, log);
      std::vector<Array> gradients = layouts<T>(noise<T>(c.shape, 7));
      gradients.push_back(noise<T>({}, 9).expand(c.shape));
      for (const Array& g : gradients) {
        const auto gv = values<T>(g), yv = values<T>(y);
        std::vector<double> expected(gv.size());
        for (std::size_t start = 0; start < gv.size(); start += n * inner) {
          for (std::size_t j = 0; j < inner; ++j) {
            double sum = 0;
            for (std::size_t i = 0; i < n; ++i) {
              const std::size_t at = start + i * inner + j;
              sum += static_cast<double>(gv[at]) * (log ? 1 : static_cast<double>(yv[at]));
            }
            for (std::size_t i = 0; i < n; ++i) {
              const std::size_t at = start + i * inner + j;
              const auto gi = static_cast<double>(gv[at]), yi = static_cast<double>(yv[at]);
              expected[at] = log ? gi - std::exp(yi) * sum : yi * (gi - sum);
            }
          }
        }
        this->compare(softmax_backward(g, y, c.dim, log), expected, 5 * this->kTolerance);
      }
    }
  }
}

TYPED_TEST(SoftmaxOf, SpecialValues) {
  using T = TypeParam;
  const auto inf = static_cast<T>(kInf<double>), nan = static_cast<T>(kNaN<double>);
  for (const std::int64_t repeat : {1, 60}) {  // short rows and long ones take different ways
    const Array x = make<T>({5, 1, 2}, {-inf, 0, inf, 1, nan, 1, -inf, -inf, 1e30f, -1e30f}).expand({5, repeat, 2});
    const auto expect = [&](const Array& packed, std::int64_t dim, bool transposed) {
      const auto y = values<T>(softmax(packed, dim, false)), l = values<T>(softmax(packed, dim, true));
      const std::size_t row = static_cast<std::size_t>(2 * repeat);
      const auto at = [&](std::size_t r, std::size_t i) { return transposed ? i * 5 + r : r * row + i; };
      EXPECT_EQ(y[at(0, 0)], T(0));
      EXPECT_EQ(l[at(0, 0)], -inf);
      EXPECT_NEAR(static_cast<double>(y[at(0, 1)]), 1.0 / static_cast<double>(repeat), 1e-6);
      for (std::size_t r = 1; r <= 3; ++r) {
        EXPECT_TRUE(std::isnan(y[at(r, 0)]) && std::isnan(y[at(r, 1)]));
        EXPECT_TRUE(std::isnan(l[at(r, 0)]) && std::isnan(l[at(r, 1)]));
      }
      EXPECT_NEAR(static_cast<double>(y[at(4, 0)]), 1.0 / static_cast<double>(repeat), 1e-6);
      EXPECT_EQ(y[at(4, 1)], T(0));
    };
    Array packed = Array::empty({5, 2 * repeat}, dtype_of<T>()), turned = Array::empty({2 * repeat, 5}, dtype_of<T>());
    const auto all = values<T>(x);
    for (std::int64_t i = 0; i < packed.numel(); ++i) {
      packed.data<T>()[i] = all[static_cast<std::size_t>(i)];
      turned.data<T>()[i % (2 * repeat) * 5 + i / (2 * repeat)] = all[static_cast<std::size_t>(i)];
    }
    expect(packed, 1, false);
    expect(turned, 0, true);
  }
}

TEST(Softmax, EmptyAndZeroDimensional) {
  EXPECT_EQ(softmax(Array::empty({0, 3}, kFloat32), 1, false).sizes(), Dims({0, 3}));
  EXPECT_EQ(softmax(Array::empty({3, 0}, kFloat32), 1, true).sizes(), Dims({3, 0}));
  EXPECT_THAT(values<float>(softmax(make<float>({}, {3}), 0, false)), ElementsAre(1));
  EXPECT_THAT(values<float>(softmax(make<float>({}, {3}), 0, true)), ElementsAre(0));
  EXPECT_THROW(softmax(make<std::int64_t>({2}, {1, 2}), 0, false), NotImplementedError);
}

}  // namespace
}  // namespace xgrad::kernels
