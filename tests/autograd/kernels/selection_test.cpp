// Kernels that choose or count elements, at the sizes and values where they take another way, against plain loops.
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/places.hpp>
#include <xgrad/autograd/kernels/reduce.hpp>
#include <xgrad/autograd/kernels/scans.hpp>
#include <xgrad/autograd/kernels/search.hpp>
#include <xgrad/autograd/kernels/sort.hpp>
#include <xgrad/tests/autograd/kernels/kernel_arrays.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>

namespace xgrad::kernels {
namespace {

using test::generate;
using test::kInf;
using test::kNaN;
using test::make;
using test::values;
using Int = std::int64_t;

/// Lines with ties, both zeros, infinities and NaN.
template <class T>
Array lines_with_ties(Int lines, Int n, unsigned seed) {
  std::mt19937 random(seed);
  return generate<T>({lines, n}, [&](Int) -> double {
    const auto draw = static_cast<int>(random() % 400);
    if constexpr (std::is_floating_point_v<T>) {
      if (draw < 5)
        return std::array{0.0, -0.0, kInf<double>, -kInf<double>, kNaN<double>}[static_cast<std::size_t>(draw)];
    }
    return draw % 90;
  });
}

template <class T>
void check_topk() {
  for (const Int n : {1, 16, 17, 100, 1000}) {
    const Array x = lines_with_ties<T>(7, n, static_cast<unsigned>(n));
    for (const bool largest : {true, false}) {
      const auto [all, order] = sort(x, 1, largest);
      for (const Int k : {1, 2, 5, 16, 17, 64, 1000}) {
        if (k > n) continue;
        const auto [best, places] = topk(x, k, 1, largest);
        EXPECT_EQ(values<Int>(places), values<Int>(order.slice(1, 0, k, 1))) << k << " of " << n;
      }
    }
  }
}
TEST(Selection, TopkIsTheStartOfTheSortedLine) {
  check_topk<float>();
  check_topk<double>();
  check_topk<Int>();
  check_topk<std::uint8_t>();
}

template <class T>
void check_distinct(const Array& x) {
  const std::vector<T> all = values<T>(x);
  std::map<T, Int> counts;
  for (const T v : all) ++counts[v];
  const Distinct found = distinct(x, false, true), plain = distinct(x, false, false);
  std::vector<T> expected;
  std::vector<Int> expected_counts;
  for (const auto& [v, n] : counts) expected.push_back(v), expected_counts.push_back(n);
  EXPECT_EQ(values<T>(found.values), expected);
  EXPECT_EQ(values<T>(plain.values), expected);
  EXPECT_EQ(values<Int>(found.counts), expected_counts);
  const std::vector<Int> which = values<Int>(found.inverse);
  for (std::size_t i = 0; i < all.size(); ++i) ASSERT_EQ(expected[static_cast<std::size_t>(which[i])], all[i]);
}
TEST(Selection, DistinctIntegersByATableAndBySorting) {
  std::mt19937_64 random(1);
  constexpr Int kLowest = std::numeric_limits<Int>::min(), kHighest = std::numeric_limits<Int>::max();
  check_distinct<Int>(generate<Int>({50, 20}, [&](Int) { return static_cast<Int>(random() % 300) - 150; }));
  check_distinct<Int>(generate<Int>({1000}, [&](Int) { return static_cast<Int>(random() % 100000); }));
  check_distinct<Int>(make<Int>({5}, {kLowest, kHighest, 0, kLowest, kHighest}));
  check_distinct<Int>(make<Int>({6}, {kLowest, kLowest + 2, kLowest, kLowest + 2, kLowest + 5, kLowest}));
  check_distinct<Int>(make<Int>({3}, {kHighest, kHighest, kHighest - 1}));
  check_distinct<std::uint8_t>(generate<std::uint8_t>({1000}, [&](Int) { return random() % 256; }));
  check_distinct<std::int8_t>(
      generate<std::int8_t>({1000}, [&](Int) { return static_cast<Int>(random() % 256) - 128; }));
  check_distinct<float>(generate<float>({1000}, [&](Int) { return random() % 50; }));
}

TEST(Selection, ConsecutiveElementsWithAndWithoutDetails) {
  const Array x = make<float>({8}, {1, 1, 2, kNaN<float>, kNaN<float>, 0, -0.0f, 1});
  const Distinct found = distinct(x, true, true), plain = distinct(x, true, false);
  EXPECT_EQ(values<Int>(found.counts), (std::vector<Int>{2, 1, 1, 1, 2, 1}));
  const std::vector<float> a = values<float>(found.values), b = values<float>(plain.values);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(a[i] == b[i] || (a[i] != a[i] && b[i] != b[i])) << i;
  EXPECT_EQ(distinct(Array::empty({0}, kFloat32), true, false).values.numel(), 0);
}

template <class T>
void check_among(const std::vector<T>& set, const std::vector<T>& x) {
  const Array given = make<T>({static_cast<Int>(set.size())}, set), asked = make<T>({static_cast<Int>(x.size())}, x);
  const std::vector<bool> is = [&] {
    std::vector<bool> out;
    for (const T v : x) out.push_back(std::find(set.begin(), set.end(), v) != set.end());
    return out;
  }();
  const Array yes = is_among(asked, given, false), no = is_among(asked, given, true);
  for (std::size_t i = 0; i < x.size(); ++i) {
    EXPECT_EQ(yes.data<bool>()[i], is[i]) << x[i];
    EXPECT_EQ(no.data<bool>()[i], !is[i]) << x[i];
  }
}
TEST(Selection, IsAmong) {
  std::mt19937_64 random(2);
  std::vector<Int> set{0, -1, std::numeric_limits<Int>::min()},
      x{0, 1, -1, std::numeric_limits<Int>::min(), std::numeric_limits<Int>::max()};
  check_among<Int>({}, x);
  check_among<Int>({std::numeric_limits<Int>::min()}, x);  // the key of which is 0
  for (int i = 0; i < 3000; ++i)
    set.push_back(static_cast<Int>(random() % 5000)), x.push_back(static_cast<Int>(random() % 10000));
  check_among(set, x);
  check_among<float>({0.0f, kNaN<float>, kInf<float>, 2.5f}, {-0.0f, kNaN<float>, kInf<float>, -kInf<float>, 2.5f, 2});
  check_among<std::uint8_t>({0, 255, 7}, {0, 1, 7, 254, 255});
}

TEST(Selection, CoordinatesOfWhatIsNotZero) {
  std::mt19937 random(3);
  for (const Dims& sizes : {Dims{3, 4, 17}, Dims{5, 1}, Dims{1, 5, 1, 3}, Dims{40}, Dims{2, 0, 3}, Dims{0}}) {
    const Array x = generate<float>(sizes, [&](Int) { return random() % 3 ? 0.0 : 1.5; });
    const Array found = nonzero(x);
    const std::vector<Int> rows = values<Int>(found);
    const std::vector<float> all = values<float>(x);
    std::vector<Int> expected;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i] == 0) continue;
      std::vector<Int> at(sizes.size());
      Int rest = static_cast<Int>(i);
      for (std::size_t d = sizes.size(); d-- > 0; rest /= sizes[d]) at[d] = rest % sizes[d];
      expected.insert(expected.end(), at.begin(), at.end());
    }
    EXPECT_EQ(rows, expected);
    EXPECT_EQ(found.size(1), static_cast<Int>(sizes.size()));
  }
}

template <class T>
void check_where() {
  constexpr Int kSize = 1003;
  std::mt19937 random(5);
  const auto draw = [&](Int) { return random() % 100; };
  const Array condition = generate<bool>({kSize}, [&](Int) { return random() % 2; }), a = generate<T>({kSize}, draw),
              b = generate<T>({kSize}, draw), one = generate<T>({1}, draw);
  const Array spaced = generate<T>({kSize, 3}, draw).select(1, 1);
  for (const Array& x : {a, one, spaced}) {
    for (const Array& y : {b, one, spaced}) {
      const Array chosen = where(condition, x, y, x.dtype());
      const Array from = x.expand({kSize}), other = y.expand({kSize});
      for (Int i = 0; i < kSize; ++i) {
        const T expected =
            condition.data<bool>()[i] ? from.data<T>()[i * from.stride(0)] : other.data<T>()[i * other.stride(0)];
        ASSERT_EQ(chosen.data<T>()[i * chosen.stride(0)], expected) << i;
      }
    }
  }
}
TEST(Selection, WhereChoosesBits) {
  check_where<float>();
  check_where<double>();
  check_where<std::int16_t>();
  check_where<bool>();
}

TEST(Selection, BoolsAndIntegersAreCounted) {
  std::mt19937_64 random(4);
  for (const Int n : {1, 31, 32, 8159, 8160, 8161, 8192, 70001}) {
    const Array x = generate<bool>({n}, [&](Int i) { return n < 10000 ? true : i % 3 != 0; });
    const std::vector<bool> all(x.data<bool>(), x.data<bool>() + n);
    const Int total = std::count(all.begin(), all.end(), true);
    EXPECT_EQ(reduce(Reduce::Sum, x, IntArrayRef(0), false, kInt64).data<Int>()[0], total) << n;
    const Array counts = running(Scan::Sum, x, 0);
    ASSERT_EQ(counts.dtype(), kInt64);
    Int sum = 0;
    for (Int i = 0; i < n; ++i) ASSERT_EQ(counts.data<Int>()[i], sum += all[static_cast<std::size_t>(i)]);
    const Array wide = generate<Int>({n}, [&](Int i) { return static_cast<Int>(random() >> 20) * (i % 2 ? -1 : 1); });
    const std::vector<Int> numbers = values<Int>(wide);
    EXPECT_EQ(reduce(Reduce::Sum, wide, IntArrayRef(0), false, kInt64).data<Int>()[0],
              std::accumulate(numbers.begin(), numbers.end(), Int{0}));
    EXPECT_EQ(running(Scan::Sum, wide, 0).data<Int>()[n - 1], std::accumulate(numbers.begin(), numbers.end(), Int{0}));
  }
}

}  // namespace
}  // namespace xgrad::kernels
