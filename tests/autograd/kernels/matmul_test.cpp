#include <xgrad/autograd/kernels/matmul.hpp>
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

/// a·b for matrices, in double.
template <class T>
std::vector<double> reference(const Array& a, const Array& b) {
  const auto x = values<T>(a), y = values<T>(b);
  const auto n = static_cast<std::size_t>(a.sizes()[0]), k = static_cast<std::size_t>(a.sizes()[1]),
             m = static_cast<std::size_t>(b.sizes()[1]);
  std::vector<double> out(n * m, 0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < m; ++j) {
      for (std::size_t l = 0; l < k; ++l)
        out[i * m + j] += static_cast<double>(x[i * k + l]) * static_cast<double>(y[l * m + j]);
    }
  }
  return out;
}

template <class T>
void expect_near(const std::vector<T>& got, const std::vector<double>& expected, double tolerance) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(static_cast<double>(got[i]), expected[i], tolerance) << i;
}

template <class T>
Array sample(IntArrayRef sizes, std::uint64_t seed) {
  if constexpr (std::is_floating_point_v<T>)
    return noise<T>(sizes, seed);
  else
    return generate<T>(sizes, [seed](std::int64_t i) { return (i * 7 + static_cast<std::int64_t>(seed)) % 5; });
}

template <class T>
class MatmulAnyNumber : public testing::Test {};
using Numbers = testing::Types<std::uint8_t, std::int8_t, std::int16_t, std::int32_t, std::int64_t, float, double>;
TYPED_TEST_SUITE(MatmulAnyNumber, Numbers);

TYPED_TEST(MatmulAnyNumber, EveryLayout) {
  using T = TypeParam;
  struct Shape {
    std::int64_t n, k, m;
  };
  for (const auto& [n, k, m] : {Shape{1, 1, 1}, {1, 6, 1}, {6, 1, 6}, {1, 9, 5}, {5, 9, 1}, {3, 4, 5}, {17, 10, 33}}) {
    for (const Array& a : layouts<T>(sample<T>({n, k}, 1))) {
      for (const Array& b : layouts<T>(sample<T>({k, m}, 2))) {
        SCOPED_TRACE(to_string(a.sizes()) + to_string(a.strides()) + to_string(b.sizes()) + to_string(b.strides()));
        const Array y = matmul(a, b);
        ASSERT_EQ(y.sizes(), Dims({n, m}));
        expect_near(values<T>(y), reference<T>(a, b), 1e-5);
        const Array column = b.select(1, 0);
        expect_near(values<T>(matvec(a, column)), reference<T>(a, b.slice(1, 0, 1, 1)), 1e-5);
        const Array row = a.select(0, 0);
        expect_near(values<T>(dot(row, column)), reference<T>(a.slice(0, 0, 1, 1), b.slice(1, 0, 1, 1)), 1e-5);
      }
    }
  }
}

TYPED_TEST(MatmulAnyNumber, ExpandedArguments) {
  using T = TypeParam;
  for (const Array& a : {sample<T>({1, 4}, 3).expand({5, 4}), sample<T>({5, 1}, 3).expand({5, 4}),
                         sample<T>({1, 1}, 3).expand({5, 4})}) {
    const Array b = sample<T>({4, 3}, 4), c = sample<T>({1, 3}, 5).expand({4, 3});
    expect_near(values<T>(matmul(a, b)), reference<T>(a, b), 1e-5);
    expect_near(values<T>(matmul(a, c)), reference<T>(a, c), 1e-5);
    const Array v = sample<T>({1}, 6).expand({4});
    expect_near(values<T>(matvec(a, v)), reference<T>(a, v.unsqueeze(1)), 1e-5);
    expect_near(values<T>(dot(v, b.select(1, 1))), reference<T>(v.unsqueeze(0), b.slice(1, 1, 2, 1)), 1e-5);
  }
}

TYPED_TEST(MatmulAnyNumber, AddsABroadcastMatrix) {
  using T = TypeParam;
  const Array a = sample<T>({3, 4}, 1), b = sample<T>({4, 5}, 2);
  const auto product = reference<T>(a, b);
  for (const Dims& shape : {Dims{5}, Dims{1, 5}, Dims{3, 1}, Dims{3, 5}, Dims{}, Dims{1}, Dims{1, 1}}) {
    for (const Array& c : layouts<T>(sample<T>(shape, 3))) {
      SCOPED_TRACE(to_string(shape));
      const auto added = values<T>(c.expand({3, 5}));
      auto expected = product;
      for (std::size_t i = 0; i < expected.size(); ++i)
        expected[i] = 2 * expected[i] + 3 * static_cast<double>(added[i]);
      expect_near(values<T>(matmul(a, b, 2, &c, 3)), expected, 2e-5);
    }
  }
}

TYPED_TEST(MatmulAnyNumber, AddsToAProductWithAVector) {
  using T = TypeParam;
  struct Shape {
    std::int64_t n, k, m;
  };
  for (const auto& [n, k, m] : {Shape{1, 7, 1}, {1, 7, 5}, {5, 7, 1}}) {
    const Array c = sample<T>({n, m}, 3);
    for (const Array& a : layouts<T>(sample<T>({n, k}, 1))) {
      for (const Array& b : layouts<T>(sample<T>({k, m}, 2))) {
        SCOPED_TRACE(to_string(a.sizes()) + to_string(a.strides()) + to_string(b.sizes()) + to_string(b.strides()));
        auto expected = reference<T>(a, b);
        const auto added = values<T>(c);
        for (std::size_t i = 0; i < expected.size(); ++i)
          expected[i] = 2 * expected[i] + 3 * static_cast<double>(added[i]);
        expect_near(values<T>(matmul(a, b, 2, &c, 3)), expected, 2e-5);
      }
    }
  }
}

TEST(Matmul, RowsAndColumnsThatAreTooLongForOurOwnKernels) {
  constexpr std::int64_t kLong = 300'000;
  const Array a = sample<float>({3, 4}, 1).slice(0, 0, 1, 1), b = sample<float>({4, kLong}, 2);
  expect_near(values<float>(matmul(a, b)), reference<float>(a, b), 1e-5);
  const Array column = b.transpose(0, 1), v = a.transpose(0, 1);
  expect_near(values<float>(matmul(column, v)), reference<float>(column, v), 1e-5);
  const Array long_row = sample<float>({1, kLong}, 3), long_column = sample<float>({kLong, 1}, 4);
  expect_near(values<float>(matmul(long_row, long_column)), reference<float>(long_row, long_column), 1e-2);
}

TYPED_TEST(MatmulAnyNumber, EmptyInnerDimensionGivesZerosOrC) {
  using T = TypeParam;
  const Array a = Array::empty({2, 0}, dtype_of<T>()), b = Array::empty({0, 2}, dtype_of<T>());
  EXPECT_THAT(values<T>(matmul(a, b)), ElementsAre(0, 0, 0, 0));
  const Array c = make<T>({2}, {1, 2});
  EXPECT_THAT(values<T>(matmul(a, b, 1, &c, 3)), ElementsAre(3, 6, 3, 6));
  EXPECT_THAT(values<T>(matvec(a, Array::empty({0}, dtype_of<T>()))), ElementsAre(0, 0));
  EXPECT_EQ(matmul(b, a).sizes(), Dims({0, 0}));
  EXPECT_EQ(matmul(Array::empty({0, 3}, dtype_of<T>()), sample<T>({3, 4}, 1)).sizes(), Dims({0, 4}));
  const Array none = Array::empty({0}, dtype_of<T>());
  EXPECT_THAT(values<T>(dot(none, none)), ElementsAre(0));
}

TYPED_TEST(MatmulAnyNumber, Batches) {
  using T = TypeParam;
  std::vector<Array> as = layouts<T>(sample<T>({3, 2, 4}, 1)), bs = layouts<T>(sample<T>({3, 4, 5}, 2));
  as.push_back(sample<T>({1, 2, 4}, 3).expand({3, 2, 4}));
  bs.push_back(sample<T>({1, 4, 5}, 4).expand({3, 4, 5}));
  bs.push_back(sample<T>({1, 5, 4}, 4).transpose(1, 2).expand({3, 4, 5}));
  as.push_back(sample<T>({3, 4, 2}, 5).transpose(1, 2));
  for (const Array& a : as) {
    for (const Array& b : bs) {
      const Array y = batched_matmul(a, b);
      ASSERT_EQ(y.sizes(), Dims({3, 2, 5}));
      for (std::int64_t i = 0; i < 3; ++i)
        expect_near(values<T>(y.select(0, i)), reference<T>(a.select(0, i), b.select(0, i)), 1e-5);
    }
  }
  EXPECT_EQ(batched_matmul(as[0].slice(0, 0, 0, 1), bs[0].slice(0, 0, 0, 1)).sizes(), Dims({0, 2, 5}));
  const Array zero = batched_matmul(Array::empty({2, 1, 0}, dtype_of<T>()), Array::empty({2, 0, 2}, dtype_of<T>()));
  EXPECT_THAT(values<T>(zero), ElementsAre(0, 0, 0, 0));
}

TEST(Matmul, CIsNotReadWhenBetaIsZero) {
  const Array a = make<float>({1, 1}, {2}), b = make<float>({1, 1}, {3});
  const Array c = make<float>({1, 1}, {std::numeric_limits<float>::quiet_NaN()});
  EXPECT_THAT(values<float>(matmul(a, b, 1, &c, 0)), ElementsAre(6));
}

TEST(Matmul, IntegersWrapAround) {
  const Array a = make<std::int8_t>({1, 2}, {100, 100});
  EXPECT_THAT(values<std::int8_t>(matmul(a, a.transpose(0, 1))), ElementsAre(static_cast<std::int8_t>(20000)));
  const Array big = make<std::int64_t>({1, 1}, {std::int64_t{1} << 62});
  EXPECT_THAT(values<std::int64_t>(matmul(big, make<std::int64_t>({1, 1}, {4}))), ElementsAre(0));
}

TEST(Matmul, ErrorsInPyTorchsWords) {
  const Array a = noise<float>({64, 784}), b = noise<float>({100, 50});
  EXPECT_THAT(test::message_of([&] { matmul(a, b); }),
              HasSubstr("mat1 and mat2 shapes cannot be multiplied (64x784 and 100x50)"));
  EXPECT_THAT(test::message_of([&] {
                matmul(a, noise<double>({784, 2}));
              }),
              HasSubstr("expected scalar type Float but found Double"));
  EXPECT_THAT(test::message_of([&] { matvec(a, noise<float>({2})); }), HasSubstr("size mismatch"));
  EXPECT_THAT(test::message_of([&] { dot(noise<float>({2}), noise<float>({3})); }),
              HasSubstr("inconsistent tensor size"));
  EXPECT_THAT(test::message_of([&] {
                batched_matmul(noise<float>({2, 3, 4}), noise<float>({2, 3, 4}));
              }),
              HasSubstr("Expected size for first two dimensions of batch2 tensor to be: [2, 4] but got: [2, 3]."));
  const Array truth = generate<bool>({2, 2}, [](std::int64_t) { return true; });
  EXPECT_THROW(matmul(truth, truth), NotImplementedError);
}

TEST(Matmul, SizesBeyondBlasAreRefused) {
  // The description of an array far larger than its memory; it must not come to be read.
  constexpr std::int64_t kHuge = 3000000000;
  const Array one = make<float>({1}, {1});
  const Array row(one.storage(), kFloat32, {1, kHuge}, {kHuge, 1}, 0);
  const Array column(one.storage(), kFloat32, {kHuge, 1}, {1, 1}, 0);
  EXPECT_THAT(test::message_of([&] { matmul(row, column); }), HasSubstr("3000000000 is more than BLAS can take"));
}

}  // namespace
}  // namespace xgrad::kernels
