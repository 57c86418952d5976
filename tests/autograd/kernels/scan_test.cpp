// Scans of every path against one element at a time.
#include <xgrad/autograd/kernels/scan_loops.hpp>
#include <xgrad/tests/autograd/kernels/kernel_arrays.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace xgrad::kernels {
namespace {

using test::generate;
using test::layouts;
using test::noise;
using test::values;

/// Integers wrap, and so any order of additions gives the same.
template <class T>
struct RunningSum {
  using Total = std::conditional_t<std::is_floating_point_v<T>, double, std::uint64_t>;
  static std::tuple<Total> start() { return {Total(0)}; }
  static void step(std::int64_t, T x, Total& sum) { sum += static_cast<Total>(x); }
};

/// The same, in parts.
template <class T>
struct JoinedSum : RunningSum<T> {
  using Total = typename RunningSum<T>::Total;
  static void join(Total& sum, Total right) { sum += right; }
};

/// The largest so far and the last place where it was.
template <class T>
struct RunningMax {
  static std::tuple<T, std::int64_t> start() { return {std::numeric_limits<T>::lowest(), -1}; }
  static void step(std::int64_t i, T x, T& best, std::int64_t& at) {
    const bool takes = x >= best;
    best = takes ? x : best;
    at = takes ? i : at;
  }
  static void join(T& best, std::int64_t& at, T right, std::int64_t right_at) {
    if (right_at >= 0) step(right_at, right, best, at);
  }
};

/// Σ of the indices taken in: shows every index that an operation is told, and their order.
struct Indices {
  static std::tuple<std::int64_t, std::int64_t> start() { return {0, -1}; }
  static void step(std::int64_t i, float, std::int64_t& sum, std::int64_t& last) {
    sum += i;
    last = i;
  }
};

/// Output k of the scan, one element at a time, in row-major order.
template <class Op, class T, std::size_t k>
auto reference(const Array& x, std::int64_t dim, ScanOrder order) {
  using V = std::tuple_element_t<k, decltype(Op::start())>;
  const auto all = values<T>(x);
  std::vector<V> out(all.size());
  std::int64_t inner = 1;
  for (std::int64_t d = dim + 1; d < x.dim(); ++d) inner *= x.size(d);
  const std::int64_t n = x.size(dim);
  for (std::int64_t line = 0; line < x.numel() / n; ++line) {
    auto state = Op::start();
    for (std::int64_t j = 0; j < n; ++j) {
      const std::int64_t i = order == ScanOrder::Forward ? j : n - 1 - j;
      const auto at = static_cast<std::size_t>((line / inner * n + i) * inner + line % inner);
      std::apply([&](auto&... s) { Op::step(i, all[at], s...); }, state);
      out[at] = std::get<k>(state);
    }
  }
  return out;
}

constexpr ScanOrder kOrders[] = {ScanOrder::Forward, ScanOrder::Backward};

/// f(x, output of x's sizes, dim, order) for every dimension of every shape and layout of both sides.
template <class T, class Out, class F>
void for_each_case(F f) {
  // Lines side by side and what is left of them, tiles and what is left of them, dimensions of one.
  const Dims shapes[] = {{1},       {7},       {9, 5},    {5, 9},       {4, 64},  {64, 10}, {2, 1100},
                         {1100, 2}, {3, 1, 6}, {3, 4, 5}, {2, 3, 4, 5}, {6, 600}, {70, 80}};
  for (const Dims& shape : shapes) {
    const Array packed =
        generate<T>(shape, [](std::int64_t i) { return (i * 37 + 11) % 101 - (std::is_signed_v<T> ? 50 : 0); });
    for (const Array& x : layouts<T>(packed)) {
      for (const Array& out : layouts<Out>(Array::empty(shape, dtype_of<Out>()))) {
        for (std::int64_t d = 0; d < x.dim(); ++d) {
          for (const ScanOrder order : kOrders) {
            SCOPED_TRACE(to_string(shape) + " along " + std::to_string(d) + ", strides " + to_string(x.strides()) +
                         " to " + to_string(out.strides()) + (order == ScanOrder::Forward ? "" : " backward"));
            f(x, out, d, order);
            if (testing::Test::HasFatalFailure()) return;
          }
        }
      }
    }
  }
}

template <class T>
class ScanAnyType : public testing::Test {};
using AllTypes =
    testing::Types<std::uint8_t, std::int8_t, std::int16_t, std::int32_t, std::int64_t, float, double, bool>;
TYPED_TEST_SUITE(ScanAnyType, AllTypes);

TYPED_TEST(ScanAnyType, SumsInEveryLayout) {
  using T = TypeParam;
  using Out = std::conditional_t<std::is_floating_point_v<T>, T, std::int64_t>;
  for_each_case<T, Out>([](const Array& x, const Array& out, std::int64_t d, ScanOrder order) {
    scan<T, Out>(RunningSum<T>(), x, d, {&out}, order);
    const auto expected = reference<RunningSum<T>, T, 0>(x, d, order);
    ASSERT_EQ(values<Out>(out), std::vector<Out>(expected.begin(), expected.end()));
  });
}

// Of bools and shorts above all: at -O1, as these tests are compiled, GCC once took the loops for ones without effects.
TYPED_TEST(ScanAnyType, TwoRunningValues) {
  using T = TypeParam;
  for_each_case<T, T>([](const Array& x, const Array& out, std::int64_t d, ScanOrder order) {
    const Array at = Array::empty(x.sizes(), kInt64);
    scan<T, T, std::int64_t>(RunningMax<T>(), x, d, {&out, &at}, order);
    ASSERT_EQ(values<T>(out), (reference<RunningMax<T>, T, 0>(x, d, order)));
    ASSERT_EQ(values<std::int64_t>(at), (reference<RunningMax<T>, T, 1>(x, d, order)));
  });
}

TEST(ScanTest, IndicesComeInOrder) {
  for_each_case<float, std::int64_t>([](const Array& x, const Array& out, std::int64_t d, ScanOrder order) {
    const Array last = Array::empty(x.sizes(), kInt64);
    scan<float, std::int64_t, std::int64_t>(Indices(), x, d, {&out, &last}, order);
    ASSERT_EQ(values<std::int64_t>(out), (reference<Indices, float, 0>(x, d, order)));
    ASSERT_EQ(values<std::int64_t>(last), (reference<Indices, float, 1>(x, d, order)));
  });
}

TEST(ScanTest, LongLinesInParts) {
  for (const std::int64_t n :
       {scans::kLongLine, scans::kLongLine + 1, scans::kLongLine + 2, 3 * scans::kLongLine + 3}) {
    for (const std::int64_t rows : {1, 5}) {
      const Array x = noise<float>({rows, n});
      for (const ScanOrder order : kOrders) {
        const Array sum = Array::empty(x.sizes(), kFloat32), best = Array::empty(x.sizes(), kFloat32),
                    at = Array::empty(x.sizes(), kInt64);
        scan<float, float>(JoinedSum<float>(), x, 1, {&sum}, order);
        scan<float, float, std::int64_t>(RunningMax<float>(), x, 1, {&best, &at}, order);
        const auto sums = reference<JoinedSum<float>, float, 0>(x, 1, order);
        const auto got = values<float>(sum);
        // Sums in double of a few thousand numbers below 2 agree to 1e-11 whatever their order.
        for (std::size_t i = 0; i < got.size(); ++i)
          ASSERT_NEAR(got[i], sums[i], 1e-11 + std::abs(sums[i]) * std::numeric_limits<float>::epsilon()) << i;
        ASSERT_EQ(values<float>(best), (reference<RunningMax<float>, float, 0>(x, 1, order)));
        ASSERT_EQ(values<std::int64_t>(at), (reference<RunningMax<float>, float, 1>(x, 1, order)));
      }
    }
  }
}

TEST(ScanTest, InPlace) {
  for (const Dims& shape : {Dims{5000}, Dims{9, 40}, Dims{3, 4, 5}}) {
    for (std::int64_t d = 0; d < static_cast<std::int64_t>(shape.size()); ++d) {
      for (const ScanOrder order : kOrders) {
        const Array x = generate<std::int64_t>(shape, [](std::int64_t i) { return i * 37 % 101 - 50; });
        const auto expected = reference<JoinedSum<std::int64_t>, std::int64_t, 0>(x, d, order);
        scan<std::int64_t, std::int64_t>(JoinedSum<std::int64_t>(), x, d, {&x}, order);
        EXPECT_EQ(values<std::int64_t>(x), std::vector<std::int64_t>(expected.begin(), expected.end()));
      }
    }
  }
}

TEST(ScanTest, ExpandedInput) {
  const Array x = generate<float>({1, 6}, [](std::int64_t i) { return i + 1; }).expand({4, 6});
  const Array out = Array::empty(x.sizes(), kFloat32);
  scan<float, float>(RunningSum<float>(), x, 0, {&out});
  for (std::int64_t i = 0; i < 24; ++i) EXPECT_EQ(out.data<float>()[i], static_cast<float>((i / 6 + 1) * (i % 6 + 1)));
}

TEST(ScanTest, OneElementAndNone) {
  const Array x = generate<float>({}, [](std::int64_t) { return 3; }), out = Array::empty({}, kFloat32);
  scan<float, float>(RunningSum<float>(), x, 0, {&out}, ScanOrder::Backward);
  EXPECT_EQ(*out.data<float>(), 3);
  const Array none = Array::empty({2, 0}, kFloat32);
  scan<float, float>(RunningSum<float>(), none, 0, {&none});
  scan<float, float>(RunningSum<float>(), none, 1, {&none}, ScanOrder::Backward);
}

}  // namespace
}  // namespace xgrad::kernels
