// Kernels that go without branches where nobody could guess them, against the same with branches.
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/rearrange.hpp>
#include <xgrad/autograd/kernels/reduce.hpp>
#include <xgrad/autograd/kernels/scans.hpp>
#include <xgrad/autograd/kernels/search.hpp>
#include <xgrad/autograd/kernels/sort.hpp>
#include <xgrad/tests/autograd/kernels/kernel_arrays.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

namespace xgrad::kernels {
namespace {

using Int = std::int64_t;
using test::generate;
using test::values;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Few different numbers in no order, and now and then NaN if T has it.
template <class T>
Array few(IntArrayRef sizes, bool with_nan) {
  const Array x = generate<T>(sizes, [](Int i) { return (i * 7919 + i / 3) % 37; });
  if constexpr (std::is_floating_point_v<T>) {
    for (Int i = 5; with_nan && i < x.numel(); i += 41) x.data<T>()[i] = static_cast<T>(kNaN);
  }
  return x;
}

template <class T>
class Unguessable : public testing::Test {};
using Types = testing::Types<std::uint8_t, std::int16_t, std::int32_t, std::int64_t, float, double>;
TYPED_TEST_SUITE(Unguessable, Types);

TYPED_TEST(Unguessable, ExtremesOfRowsOfEveryLength) {
  using T = TypeParam;
  for (const bool largest : {true, false}) {
    for (const bool with_nan : {false, true}) {
      for (const Int n : {1, 2, 7, 8, 10, 31, 32, 33, 47, 63, 64, 65, 100, 130}) {
        const Int rows = 45;
        const Array x = few<T>({rows, n}, with_nan);
        const auto [v, index] = extreme_with_index(largest, x, 1, false);
        for (Int r = 0; r < rows; ++r) {
          const T* const row = x.data<T>() + r * n;
          Int best = 0;
          for (Int i = 1; i < n && row[best] == row[best]; ++i) {
            if (row[i] != row[i] || (largest ? row[i] > row[best] : row[i] < row[best])) best = i;
          }
          ASSERT_EQ(index.template data<Int>()[r], best) << n << ' ' << r;
          const T found = v.template data<T>()[r];
          ASSERT_TRUE(found == row[best] || (found != found && row[best] != row[best])) << n << ' ' << r;
        }
      }
    }
  }
}

TYPED_TEST(Unguessable, RunningExtremes) {
  using T = TypeParam;
  for (const bool largest : {true, false}) {
    for (const bool with_nan : {false, true}) {
      for (const Int n : {1, 31, 32, 33, 64, 100, 200}) {
        const Array x = few<T>({3, n}, with_nan);
        const auto [v, index] = running_extreme(largest, x, 1);
        for (Int r = 0; r < 3; ++r) {
          const T* const row = x.data<T>() + r * n;
          Int best = 0;
          for (Int i = 0; i < n; ++i) {
            const bool number = row[best] == row[best];
            if (row[i] != row[i] || (number && (largest ? row[i] >= row[best] : row[i] <= row[best]))) best = i;
            ASSERT_EQ(index.template data<Int>()[r * n + i], best) << n << ' ' << i;
            const T found = v.template data<T>()[r * n + i];
            ASSERT_TRUE(found == row[best] || (found != found && row[best] != row[best])) << n << ' ' << i;
          }
        }
      }
    }
  }
}

TYPED_TEST(Unguessable, SearchesOfValuesInAnyOrder) {
  using T = TypeParam;
  for (const Int n : {1, 2, 3, 15, 16, 17, 64, 100, 120}) {
    const Array sorted = generate<T>({n}, [](Int i) { return i / 3 * 3; });
    for (const bool in_order : {false, true}) {
      const Array v = generate<T>({75}, [&](Int i) { return in_order ? i * n / 60 : (i * 7919) % (n + 3); });
      for (const bool right : {false, true}) {
        const Array wide = search_sorted(sorted, v, right, kInt64, nullptr);
        const Array narrow = search_sorted(sorted, v, right, kInt32, nullptr);
        const T *const first = sorted.data<T>(), *const last = first + n;
        for (Int i = 0; i < v.numel(); ++i) {
          const T x = v.data<T>()[i];
          const Int place = (right ? std::upper_bound(first, last, x) : std::lower_bound(first, last, x)) - first;
          ASSERT_EQ(wide.data<Int>()[i], place) << n << ' ' << i;
          ASSERT_EQ(narrow.data<std::int32_t>()[i], place) << n << ' ' << i;
        }
      }
    }
  }
}

TEST(Search, NaNIsAfterAllNumbers) {
  const Array sorted = generate<double>({40}, [](Int i) { return i < 38 ? static_cast<double>(i) : kNaN; });
  const Array v = generate<double>({20}, [](Int i) { return i == 7 ? kNaN : static_cast<double>(i); });
  const Array places = search_sorted(sorted, v, false, kInt64, nullptr);
  EXPECT_EQ(places.data<Int>()[7], 40);
  const Array numbers = sorted.slice(0, 0, 38, 1);
  const Array before = search_sorted(numbers, v, true, kInt64, nullptr);
  for (Int i = 0; i < 20; ++i) EXPECT_EQ(before.data<Int>()[i], i == 7 ? 38 : i + 1);
}

// By counting where numbers are close together, else by sorting.
TYPED_TEST(Unguessable, Modes) {
  using T = TypeParam;
  for (const Int spread : {1, 3, 30}) {
    const Array x = generate<T>({6, 50}, [&](Int i) { return (i * i + i / 7) % 4 * spread - (spread == 3 ? 5 : 0); });
    const Sorted found = mode(x, 1);
    for (Int r = 0; r < 6; ++r) {
      const T* const row = x.data<T>() + r * 50;
      std::map<T, Int> counts;
      for (Int i = 0; i < 50; ++i) ++counts[row[i]];
      const auto most =
          std::max_element(counts.begin(), counts.end(), [](auto& a, auto& b) { return a.second < b.second; });
      ASSERT_EQ(found.first.data<T>()[r], most->first);
      Int last = 49;
      while (row[last] != most->first) --last;
      ASSERT_EQ(found.second.data<Int>()[r], last);
    }
  }
  const Array far = generate<std::int64_t>({5}, [](Int i) {
    return i % 2 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
  });
  EXPECT_EQ(mode(far, 0).first.data<Int>()[0], std::numeric_limits<std::int64_t>::max());
}

// A repeated row of every length that is copied in another way.
TYPED_TEST(Unguessable, RepeatedRows) {
  using T = TypeParam;
  for (const Int n : {1, 2, 3, 5, 9, 16, 33, 100, 300, 2000, 5000}) {
    const Array row = few<T>({2, 1, n}, false);
    const Array all = contiguous_copy(row.expand({2, 37, n}));
    for (Int i = 0; i < all.numel(); ++i)
      ASSERT_EQ(all.data<T>()[i], row.data<T>()[i / (37 * n) * n + i % n]) << n << ' ' << i;
    const Array apart = Array::empty({2, 37, n + 1}, row.dtype());  // with a gap after each
    fill(apart, 99);
    copy(apart.slice(2, 0, n, 1), row.expand({2, 37, n}));
    for (Int i = 0; i < apart.numel(); ++i) {
      const Int r = i / (n + 1), j = i % (n + 1);
      ASSERT_EQ(apart.data<T>()[i], j == n ? T(99) : row.data<T>()[r / 37 * n + j]) << n << ' ' << i;
    }
  }
}

TYPED_TEST(Unguessable, Concatenation) {
  using T = TypeParam;
  for (const Int n : {1, 7, 130, 5000}) {
    const Array a = few<T>({3, n}, false), b = few<T>({3, 2 * n + 1}, false), c = few<T>({n, 3}, false).transpose(0, 1);
    for (const std::vector<const Array*>& parts : {std::vector{&a, &b}, std::vector{&a, &b, &c}}) {
      Int width = 0;
      for (const Array* p : parts) width += p->size(1);
      const Array out = Array::empty({3, width}, a.dtype());
      concatenate(out, parts, 1);
      for (Int r = 0, i = 0; r < 3; ++r) {
        for (const Array* p : parts) {
          for (Int j = 0; j < p->size(1); ++j, ++i)
            ASSERT_EQ(out.data<T>()[i], p->data<T>()[r * p->stride(0) + j * p->stride(1)]) << n << ' ' << i;
        }
      }
    }
  }
}

}  // namespace
}  // namespace xgrad::kernels
