// Reading and adding by index, against one element at a time.
#include <xgrad/autograd/array/error.hpp>
#include <xgrad/autograd/kernels/gather.hpp>
#include <xgrad/autograd/kernels/indexed_rows.hpp>
#include <xgrad/autograd/kernels/places.hpp>
#include <xgrad/tests/autograd/kernels/kernel_arrays.hpp>

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace xgrad::kernels {
namespace {

using Int = std::int64_t;
using test::generate;
using test::layouts;
using test::noise;
using test::values;

/// Places below n, many of them more than once.
Array scrambled(IntArrayRef sizes, Int n) {
  return generate<Int>(sizes, [n](Int i) { return (i * 7919 + i / 5) % n; });
}

template <class T>
class GatherOf : public testing::Test {};
using EverySize = testing::Types<std::int8_t, std::int16_t, float, double>;
TYPED_TEST_SUITE(GatherOf, EverySize);

// Lengths around the chunks in which indices are checked.
const std::pair<Int, Int> kRows[] = {{1, 1}, {5, 3}, {63, 64}, {64, 63}, {70, 65}, {100, 128}, {3, 200}, {300, 129}};

TYPED_TEST(GatherOf, RowsOfEveryLength) {
  using T = TypeParam;
  for (const auto& [n, m] : kRows) {
    const Array x = generate<T>({3, n}, [](Int i) { return i % 119; });
    const Array packed = scrambled({3, m}, n);
    for (const Array& from : layouts<T>(x)) {
      for (const Array& index : layouts<Int>(packed)) {
        const auto out = values<T>(gather(from, 1, index));
        for (Int i = 0; i < 3 * m; ++i)
          ASSERT_EQ(out[static_cast<std::size_t>(i)], x.data<T>()[i / m * n + packed.data<Int>()[i]]) << n << ' ' << m;
      }
    }
  }
}

// Rows that are copied whole, of every length that is copied in another way and around it.
TYPED_TEST(GatherOf, WholeRows) {
  using T = TypeParam;
  constexpr Int kCount = 70;
  for (const Int n : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 100, 255, 256, 257, 300, 1030, 70000}) {
    const Array x = generate<T>({kCount, n}, [](Int i) { return i % 119; }), index = scrambled({kCount}, kCount);
    const Array rows(index.storage(), kInt64, Dims{kCount, n}, Dims{1, 0}, 0);
    const auto taken = values<T>(gather(x, 0, rows));
    const Array put = generate<T>({kCount, n}, [](Int) { return 0; });
    scatter(put, 0, rows, x);
    std::vector<T> expected(static_cast<std::size_t>(kCount * n));
    for (Int i = 0; i < kCount; ++i) {
      for (Int j = 0; j < n; ++j) {
        const Int at = index.data<Int>()[i];
        ASSERT_EQ(taken[static_cast<std::size_t>(i * n + j)], x.data<T>()[at * n + j]) << n;
        expected[static_cast<std::size_t>(at * n + j)] = x.data<T>()[i * n + j];
      }
    }
    ASSERT_EQ(values<T>(put), expected) << n;
    index.data<Int>()[kCount - 1] = kCount;
    EXPECT_THROW(gather(x, 0, rows), Error) << n;
  }
}

TEST(NamedRows, PastTheCache) {
  for (const Int bytes : {256, 288, 1000, 4096}) {
    const Int step = (bytes + 31) / 32 * 32, count = 20;
    const Array from = generate<std::int8_t>({count, bytes}, [](Int i) { return i % 119; });
    const Array to = generate<std::int8_t>({count, step}, [](Int) { return 0; });
    const Array index = scrambled({count}, count);
    const NamedRows rows{count, bytes, bytes, step, true};
    ASSERT_TRUE(take_named_rows(static_cast<char*>(to.raw()), static_cast<const char*>(index.raw()),
                                static_cast<const char*>(from.raw()), rows, 0, count, count));
    for (Int i = 0; i < count; ++i) {
      for (Int j = 0; j < step; ++j) {
        const int expected = j < bytes ? from.data<std::int8_t>()[index.data<Int>()[i] * bytes + j] : 0;
        ASSERT_EQ(to.data<std::int8_t>()[i * step + j], expected) << bytes << ' ' << i << ' ' << j;
      }
    }
  }
}

TYPED_TEST(GatherOf, AddsInOrder) {
  using T = TypeParam;
  for (const auto& [n, m] : kRows) {
    const Array x = noise<T>({3, n}), src = noise<T>({3, m}, 2), index = scrambled({3, m}, n);
    std::vector<T> expected = values<T>(x);
    for (Int i = 0; i < 3 * m; ++i) {
      T& sum = expected[static_cast<std::size_t>(i / m * n + index.data<Int>()[i])];
      sum = static_cast<T>(sum + src.data<T>()[i]);
    }
    for (const Array& from : layouts<T>(x)) {
      for (const Array& at : layouts<Int>(index)) ASSERT_EQ(values<T>(scatter_add(from, 1, at, src)), expected);
    }
    EXPECT_EQ(values<T>(scatter_add(x.transpose(0, 1), 0, index.transpose(0, 1), src.transpose(0, 1)).transpose(0, 1)),
              expected);
  }
}

TYPED_TEST(GatherOf, AddsToOneNumber) {
  using T = TypeParam;
  const Array one = generate<T>({}, [](Int) { return 3; }), src = noise<T>({2, 70}), index = scrambled({2, 70}, 9);
  const Array packed = generate<T>({2, 9}, [](Int) { return 3; });
  EXPECT_EQ(values<T>(scatter_add(one.expand({2, 9}), 1, index, src)), values<T>(scatter_add(packed, 1, index, src)));
}

/// An index below the next power of two is found as well as others.
void check_outside(Int size, Int bad, Int at) {
  const Array x = noise<float>({3, size}), src = noise<float>({3, 150}), packed = scrambled({3, 150}, size);
  packed.data<Int>()[at] = bad;
  const auto expect = [&](const auto& run) {
    try {
      run();
      ADD_FAILURE() << "took " << bad << " at " << at << " of " << size;
    } catch (const Error& e) {
      const std::string words =
          "index " + std::to_string(bad) + " is out of bounds for dimension 1 with size " + std::to_string(size);
      EXPECT_EQ(std::string(e.what()).substr(0, words.size()), words);
    }
  };
  for (const Array& index : layouts<Int>(packed)) {
    EXPECT_EQ(first_outside(index, size), bad);
    expect([&] { gather(x, 1, index); });
    expect([&] { scatter_add(x, 1, index, src); });
    expect([&] { check_inside(x, 1, index); });
  }
}

TEST(Gather, IndicesOutside) {
  for (const Int size : {1, 100, 127, 128}) {
    for (const Int bad : {Int{-1}, size, std::numeric_limits<Int>::min(), std::numeric_limits<Int>::max()}) {
      for (const Int at : {0, 149, 150, 213, 214, 449}) check_outside(size, bad, at);
    }
  }
}

/// Coordinates that broadcast, of one or two dimensions of x, negative ones too.
TEST(Gather, CoordinatesTogether) {
  const Array packed = generate<float>({6, 5, 7, 4}, [](Int i) { return i; });
  const auto element = [](Int a, Int b, Int c, Int d) { return static_cast<float>(((a * 5 + b) * 7 + c) * 4 + d); };
  const Array rows = generate<Int>({70, 1}, [](Int i) { return i % 12 - 6; }),
              columns = generate<Int>({80}, [](Int i) { return i * 3 % 5; }),
              both = generate<Int>({70, 80}, [](Int i) { return i % 10 - 5; });
  const auto wrapped = [](Int i, Int n) { return i < 0 ? i + n : i; };
  for (const Array& x : layouts<float>(packed)) {
    for (const Array& second : {columns, both}) {
      const std::array<Array, 2> coordinates{rows, second};
      const auto out = values<float>(take_coordinates(x, {{0, 1}, 0}, coordinates, IntArrayRef{6, 5}, 1));
      std::size_t at = 0;
      for (Int i = 0; i < 70; ++i) {
        for (Int j = 0; j < 80; ++j) {
          const Int r = wrapped(rows.data<Int>()[i], 6),
                    c = wrapped(second.data<Int>()[second.dim() == 1 ? j : i * 80 + j], 5);
          for (Int k = 0; k < 28; ++k) ASSERT_EQ(out[at++], element(r, c, k / 4, k % 4));
        }
      }
    }
    const Array places = generate<Int>({33}, [](Int i) { return i * 5 % 28; });  // in the last two dimensions as one
    const Array first = generate<Int>({33}, [](Int i) { return i % 6; });
    const std::array<Array, 2> coordinates{first, places};
    const auto out = values<float>(take_coordinates(x, {{0, 2, 3}, 0}, coordinates, IntArrayRef{6, 28}, 2));
    for (Int i = 0; i < 33; ++i) {
      const Int place = places.data<Int>()[i];
      for (Int b = 0; b < 5; ++b)
        ASSERT_EQ(out[static_cast<std::size_t>(i * 5 + b)], element(i % 6, b, place / 4, place % 4));
    }
  }
  const std::array<Array, 2> outside{rows, generate<Int>({80}, [](Int i) { return i % 6; })};
  try {
    take_coordinates(packed, {{0, 1}, 0}, outside, IntArrayRef{6, 5}, 1);
    FAIL();
  } catch (const IndexError& e) {
    const std::string words = "index 5 is out of bounds for dimension 1 with size 5";
    EXPECT_EQ(std::string(e.what()).substr(0, words.size()), words);
  }
}

/// Nothing is read where nothing comes of it, so nothing is out of range.
TEST(Gather, NoCoordinates) {
  const Array x = noise<float>({6, 5});
  const std::array<Array, 2> coordinates{test::make<Int>({1}, {9}), Array::empty({0}, kInt64)};
  EXPECT_EQ(take_coordinates(x, {{0, 1}, 0}, coordinates, IntArrayRef{6, 5}, 1).sizes(), Dims{0});
  EXPECT_EQ(fold_places(coordinates, IntArrayRef{6, 5}).sizes(), Dims{0});
  EXPECT_THROW(fold_places(std::span(coordinates).first(1), IntArrayRef{6}), IndexError);
}

}  // namespace
}  // namespace xgrad::kernels
