#include <xgrad/autograd/kernels/reduce.hpp>
#include <xgrad/tests/autograd/kernels/kernel_arrays.hpp>
#include <xgrad/tests/support/message_of.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace xgrad::kernels {
namespace {

using test::generate;
using test::layouts;
using test::make;
using test::noise;
using test::values;
using testing::ElementsAre;
using testing::HasSubstr;

using test::kInf;
using test::kNaN;

/// Folds x over `dims` one element at a time.
template <class T, class F>
std::vector<double> reference(const Array& x, IntArrayRef dims, double start, F fold) {
  Dims out_sizes = x.sizes();
  for (const std::int64_t d : dims) out_sizes[static_cast<std::size_t>(d)] = 1;
  const Dims out_strides = contiguous_strides(out_sizes);
  std::vector<double> out(static_cast<std::size_t>(count_elements(out_sizes)), start);
  const auto all = values<T>(x);
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    std::int64_t rest = i, at = 0;
    for (std::size_t d = x.sizes().size(); d-- > 0; rest /= x.sizes()[d])
      at += out_sizes[d] == 1 ? 0 : rest % x.sizes()[d] * out_strides[d];
    auto& o = out[static_cast<std::size_t>(at)];
    o = fold(o, static_cast<double>(all[static_cast<std::size_t>(i)]));
  }
  return out;
}

template <class T>
class ReduceAnyType : public testing::Test {};
using AllTypes =
    testing::Types<std::uint8_t, std::int8_t, std::int16_t, std::int32_t, std::int64_t, float, double, bool>;
TYPED_TEST_SUITE(ReduceAnyType, AllTypes);

TYPED_TEST(ReduceAnyType, EverySetOfDimensionsInEveryLayout) {
  using T = TypeParam;
  const Dims shapes[] = {{7}, {3, 5}, {64, 10}, {2, 300}, {300, 2}, {4, 1, 6}, {3, 4, 5}, {2, 3, 4, 5}};
  for (const Dims& shape : shapes) {
    const Array packed = generate<T>(shape, [](std::int64_t i) { return (i * 37 + 11) % 101 - (i % 3 == 0 ? 0 : 1); });
    for (const Array& x : layouts<T>(packed)) {
      for (std::uint64_t mask = 0; mask < std::uint64_t{1} << shape.size(); ++mask) {
        Dims dims;
        for (std::size_t d = 0; d < shape.size(); ++d) {
          if (mask >> d & 1) dims.push_back(static_cast<std::int64_t>(d));
        }
        SCOPED_TRACE(to_string(shape) + " over " + to_string(dims) + ", strides " + to_string(x.strides()));
        const ScalarType sum_type = std::is_floating_point_v<T> ? dtype_of<T>() : kInt64;
        const Array sum = reduce(Reduce::Sum, x, dims, true, sum_type);
        const auto expected = reference<T>(x, dims, 0, [](double a, double b) { return a + b; });
        if constexpr (std::is_floating_point_v<T>) {
          const auto got = values<T>(sum);
          ASSERT_EQ(got.size(), expected.size());
          for (std::size_t i = 0; i < got.size(); ++i) ASSERT_EQ(static_cast<double>(got[i]), expected[i]);
        } else {
          const auto got = values<std::int64_t>(sum);
          ASSERT_EQ(std::vector<double>(got.begin(), got.end()), expected);
        }
        const auto max = values<T>(reduce(Reduce::Max, x, dims, false, x.dtype()));
        ASSERT_EQ(std::vector<double>(max.begin(), max.end()),
                  reference<T>(x, dims, -1000, [](double a, double b) { return std::max(a, b); }));
        const auto min = values<T>(reduce(Reduce::Min, x, dims, false, x.dtype()));
        ASSERT_EQ(std::vector<double>(min.begin(), min.end()),
                  reference<T>(x, dims, 1000, [](double a, double b) { return std::min(a, b); }));
        using Truth = std::conditional_t<std::is_same_v<T, std::uint8_t>, std::uint8_t, bool>;
        const auto all = values<Truth>(reduce(Reduce::All, x, dims, false, kBool));
        ASSERT_EQ(std::vector<double>(all.begin(), all.end()),
                  reference<T>(x, dims, 1, [](double a, double b) { return a != 0 && b != 0; }));
        const auto any = values<Truth>(reduce(Reduce::Any, x, dims, false, kBool));
        ASSERT_EQ(std::vector<double>(any.begin(), any.end()),
                  reference<T>(x, dims, 0, [](double a, double b) { return a != 0 || b != 0; }));
      }
    }
  }
}

TYPED_TEST(ReduceAnyType, ExtremesStandWhereTheyComeFirst) {
  using T = TypeParam;
  const Dims shapes[] = {{1}, {7}, {5, 10}, {3, 200}, {200, 3}, {4, 5, 6}};
  for (const Dims& shape : shapes) {
    const Array packed = generate<T>(shape, [](std::int64_t i) { return (i * 29 + 3) % 23; });
    for (const Array& x : layouts<T>(packed)) {
      for (std::int64_t d = 0; d < x.dim(); ++d) {
        SCOPED_TRACE(to_string(shape) + " along " + std::to_string(d) + ", strides " + to_string(x.strides()));
        for (const bool largest : {true, false}) {
          const auto [v, index] = extreme_with_index(largest, x, d, false);
          ASSERT_EQ(index.dtype(), kInt64);
          const auto got = values<T>(v);
          const auto at = values<std::int64_t>(index);
          std::size_t o = 0;
          const Array moved = x.transpose(d, x.dim() - 1);
          // Element o of the result, found in x by walking the other dimensions in order.
          Dims outer = x.sizes();
          outer.erase(static_cast<std::size_t>(d));
          for (std::int64_t i = 0; i < count_elements(outer); ++i, ++o) {
            Array line = x;
            std::int64_t rest = i;
            Dims where(outer.size(), 0);
            for (std::size_t k = outer.size(); k-- > 0; rest /= outer[k]) where[k] = rest % outer[k];
            std::size_t k = 0;
            for (std::int64_t dim = 0, left = 0; dim < x.dim(); ++dim) {
              if (dim == d)
                ++left;
              else
                line = line.select(left, where[k++]);
            }
            const auto all = values<T>(line);
            const auto best =
                largest ? std::max_element(all.begin(), all.end()) : std::min_element(all.begin(), all.end());
            ASSERT_EQ(got[o], *best);
            ASSERT_EQ(at[o], best - all.begin());
          }
        }
      }
    }
  }
}

TEST(ReduceSum, KeepdimShapes) {
  const Array x = noise<float>({2, 3, 4});
  EXPECT_EQ(reduce(Reduce::Sum, x, {0, 2}, true, kFloat32).sizes(), Dims({1, 3, 1}));
  EXPECT_EQ(reduce(Reduce::Sum, x, {0, 2}, false, kFloat32).sizes(), Dims({3}));
  EXPECT_EQ(reduce(Reduce::Sum, x, {}, false, kFloat32).sizes(), Dims({2, 3, 4}));
  EXPECT_EQ(reduce(Reduce::Sum, x, {0, 1, 2}, false, kFloat32).sizes(), Dims());
}

TEST(ReduceSum, OfNothingIsZero) {
  EXPECT_THAT(values<float>(reduce(Reduce::Sum, Array::empty({0}, kFloat32), {0}, false, kFloat32)), ElementsAre(0));
  EXPECT_THAT(values<float>(reduce(Reduce::Sum, Array::empty({0, 3}, kFloat32), {0}, false, kFloat32)),
              ElementsAre(0, 0, 0));
  EXPECT_EQ(reduce(Reduce::Sum, Array::empty({0, 3}, kFloat32), {1}, false, kFloat32).sizes(), Dims({0}));
  EXPECT_THAT(values<bool>(reduce(Reduce::All, Array::empty({0}, kFloat32), {0}, false, kBool)), ElementsAre(true));
  EXPECT_THAT(values<bool>(reduce(Reduce::Any, Array::empty({0}, kFloat32), {0}, false, kBool)), ElementsAre(false));
}

TEST(ReduceSum, WithoutDimensions) {
  const Array x = make<double>({}, {2.5});
  EXPECT_THAT(values<double>(reduce(Reduce::Sum, x, {0}, false, kFloat64)), ElementsAre(2.5));
  EXPECT_THAT(values<double>(reduce(Reduce::Max, x, {}, true, kFloat64)), ElementsAre(2.5));
  EXPECT_THAT(values<std::int64_t>(extreme_with_index(true, x, 0, false).second), ElementsAre(0));
}

TEST(ReduceSum, ExpandedArrays) {
  const Array x = make<float>({1, 3}, {1, 2, 3}).expand({1000, 3});
  EXPECT_THAT(values<float>(reduce(Reduce::Sum, x, {0}, false, kFloat32)), ElementsAre(1000, 2000, 3000));
  EXPECT_THAT(values<float>(reduce(Reduce::Sum, x, {0, 1}, false, kFloat32)), ElementsAre(6000));
  EXPECT_EQ(values<float>(reduce(Reduce::Sum, x, {1}, false, kFloat32)), std::vector<float>(1000, 6));
}

TEST(ReduceSum, ConvertsToTheResultsTypeFirst) {
  const Array x = make<float>({3}, {1.9f, 1.9f, -1.9f});
  EXPECT_THAT(values<std::int64_t>(reduce(Reduce::Sum, x, {0}, false, kInt64)), ElementsAre(1));
  EXPECT_THAT(values<double>(reduce(Reduce::Sum, make<std::int32_t>({2}, {3, 4}), {0}, false, kFloat64)),
              ElementsAre(7));
  EXPECT_THAT(values<std::uint8_t>(reduce(Reduce::Sum, make<std::int32_t>({2}, {200, 100}), {0}, false, kUInt8)),
              ElementsAre(44));
  EXPECT_THAT(values<bool>(reduce(Reduce::Sum, make<std::int32_t>({2}, {1, -1}), {0}, false, kBool)),
              ElementsAre(true));
}

TEST(ReduceSum, IntegersAreCountedIn64Bits) {
  const Array x = generate<std::int32_t>({4}, [](std::int64_t) { return std::numeric_limits<std::int32_t>::max(); });
  EXPECT_THAT(values<std::int64_t>(reduce(Reduce::Sum, x, {0}, false, kInt64)), ElementsAre(4 * 2147483647LL));
  const Array bytes = generate<std::uint8_t>({300, 2}, [](std::int64_t) { return 255; });
  EXPECT_THAT(values<std::int64_t>(reduce(Reduce::Sum, bytes, {0}, false, kInt64)), ElementsAre(76500, 76500));
}

TEST(ReduceSum, LongFloatSumsStayAccurate) {
  // Added one by one in float, these would be wrong in the third digit.
  constexpr std::int64_t n = 1 << 22;
  const Array x = generate<float>({n}, [](std::int64_t i) { return 0.1 + 1e-3 * static_cast<double>(i % 7); });
  double exact = 0;
  for (std::int64_t i = 0; i < n; ++i) exact += static_cast<double>(x.data<float>()[i]);
  EXPECT_NEAR(*reduce(Reduce::Sum, x, {0}, false, kFloat32).data<float>() / exact, 1, 2e-7);
  const Array columns = x.view({n / 4, 4});
  const Array sums = reduce(Reduce::Sum, columns, {0}, false, kFloat32);
  for (std::int64_t j = 0; j < 4; ++j) {
    double column = 0;
    for (std::int64_t i = j; i < n; i += 4) column += static_cast<double>(x.data<float>()[i]);
    EXPECT_NEAR(sums.data<float>()[j] / column, 1, 5e-7);
  }
}

TEST(ReduceExtreme, NaNWinsAndTheFirstOneCounts) {
  for (const std::int64_t n : {4, 9, 40, 100, 1000}) {
    for (const bool largest : {true, false}) {
      Array x = generate<double>({n, 2}, [](std::int64_t i) { return i % 5; });
      x.data<double>()[2 * (n / 2)] = kNaN<double>;  // column 0
      x.data<double>()[2 * (n - 1)] = kNaN<double>;
      x.data<double>()[2 * 1] = largest ? kInf<double> : -kInf<double>;
      for (const Array& a : layouts<double>(x)) {
        const auto [v, index] = extreme_with_index(largest, a, 0, false);
        EXPECT_TRUE(std::isnan(values<double>(v)[0]));
        EXPECT_EQ(values<std::int64_t>(index)[0], n / 2);
        EXPECT_FALSE(std::isnan(values<double>(v)[1]));
        const auto reduced = values<double>(reduce(largest ? Reduce::Max : Reduce::Min, a, {0}, false, kFloat64));
        EXPECT_TRUE(std::isnan(reduced[0]));
        EXPECT_FALSE(std::isnan(reduced[1]));
        const auto line = a.select(1, 0);
        EXPECT_TRUE(
            std::isnan(values<double>(reduce(largest ? Reduce::Max : Reduce::Min, line, {0}, false, kFloat64))[0]));
        EXPECT_EQ(values<std::int64_t>(extreme_with_index(largest, line, 0, false).second)[0], n / 2);
      }
    }
  }
}

TEST(ReduceExtreme, InfinitiesAlone) {
  const Array x = make<float>({2}, {-static_cast<float>(kInf<double>), -static_cast<float>(kInf<double>)});
  EXPECT_THAT(values<float>(reduce(Reduce::Max, x, {0}, false, kFloat32)), ElementsAre(-kInf<double>));
  EXPECT_THAT(values<std::int64_t>(extreme_with_index(true, x, 0, false).second), ElementsAre(0));
}

TEST(ReduceExtreme, OfNothingThrowsAsPyTorchDoes) {
  const Array x = Array::empty({2, 0}, kFloat32);
  EXPECT_THAT(
      test::message_of([&] {
        reduce(Reduce::Max, x, {0, 1}, false, kFloat32);
      }),
      HasSubstr("max(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim "
                "with the 'dim' argument."));
  EXPECT_THROW(reduce(Reduce::Min, x, {1}, false, kFloat32), IndexError);
  EXPECT_THAT(test::message_of([&] { extreme_with_index(true, x, 1, false); }),
              HasSubstr("max(): Expected reduction dim 1 to have non-zero size."));
  EXPECT_EQ(reduce(Reduce::Max, x, {0}, false, kFloat32).sizes(), Dims({0}));
  EXPECT_EQ(extreme_with_index(false, x, 0, true).first.sizes(), Dims({1, 0}));
}

}  // namespace
}  // namespace xgrad::kernels
