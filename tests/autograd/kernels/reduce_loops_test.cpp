// A reduction that is written as docs/kernels.md says, on every path.
#include <xgrad/autograd/kernels/reduce_loops.hpp>
#include <xgrad/tests/autograd/kernels/kernel_arrays.hpp>

#include <gtest/gtest.h>

namespace xgrad::kernels {
namespace {

using test::generate;
using test::layouts;
using test::values;

/// Multiplication wraps, and so any order gives the same.
template <class T>
struct Product : Stepwise<Product<T>, T, std::uint64_t> {
  static std::uint64_t none() { return 1; }
  static std::uint64_t step(std::uint64_t product, T x) { return product * static_cast<std::uint64_t>(x); }
  static std::uint64_t merge(std::uint64_t a, std::uint64_t b) { return a * b; }
};

/// Of floats, whose running values are of their own type.
struct Largest : Stepwise<Largest, float> {
  static float none() { return extreme_start<true, float>(); }
  static float step(float best, float x) { return beyond<true>(x, best) ? x : best; }
  static float merge(float a, float b) { return step(a, b); }
};

template <class Op, class T>
void check_every_mask() {
  using Out = typename Op::Output;
  const Dims shapes[] = {{1}, {127}, {128}, {200}, {5, 130}, {130, 5}, {3, 1, 6}, {2, 3, 4, 70}, {2, 1100}};
  for (const Dims& shape : shapes) {
    const Array packed = generate<T>(shape, [](std::int64_t i) { return i * 37 % 101 | 1; });
    for (const Array& x : layouts<T>(packed)) {
      for (std::uint64_t mask = 0; mask < std::uint64_t{1} << shape.size(); ++mask) {
        SCOPED_TRACE(to_string(shape) + ", strides " + to_string(x.strides()) + ", mask " + std::to_string(mask));
        const Array result = Array::empty(reduced_sizes(x, mask, true), sizeof(Out) == 4 ? kFloat32 : kInt64);
        run_reduction<Op>(x, mask, result);
        const auto all = values<T>(x);
        std::vector<Out> expected(static_cast<std::size_t>(result.numel()), Op::none());
        for (std::size_t i = 0; i < all.size(); ++i) {
          std::size_t rest = i, at = 0, scale = 1;
          for (std::size_t d = shape.size(); d-- > 0;) {
            const auto size = static_cast<std::size_t>(shape[d]);
            if (!(mask >> d & 1)) {
              at += rest % size * scale;
              scale *= size;
            }
            rest /= size;
          }
          expected[at] = Op::step(expected[at], all[i]);
        }
        const auto* const got = result.data<Out>();
        ASSERT_EQ(std::vector<Out>(got, got + result.numel()), expected);
      }
    }
  }
}

TEST(ReduceLoops, ProductsOfIntegers) {
  check_every_mask<Product<std::int64_t>, std::int64_t>();
  check_every_mask<Product<std::uint8_t>, std::uint8_t>();
}
TEST(ReduceLoops, LargestOfFloats) { check_every_mask<Largest, float>(); }

TEST(ReduceLoops, NothingGivesTheStart) {
  const Array none = Array::empty({3, 0}, kInt64), out = generate<std::int64_t>({3}, [](std::int64_t) { return 7; });
  run_reduction<Product<std::int64_t>>(none, 2, out);
  EXPECT_EQ(values<std::int64_t>(out), (std::vector<std::int64_t>{1, 1, 1}));
}

}  // namespace
}  // namespace xgrad::kernels
