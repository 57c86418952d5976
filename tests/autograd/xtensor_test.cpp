// Tensors as xtensor expressions and back.
#include <gtest/gtest.h>
#include <xgrad/xtensor.hpp>

#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

namespace xgrad {
namespace {

using Floats = std::vector<float>;

TEST(Xtensor, SharesMemoryBothWays) {
  Tensor x = arange(6, kFloat32).view({2, 3});
  auto a = as_xtensor<float>(x);
  EXPECT_EQ(a.dimension(), 2u);
  EXPECT_EQ(&a(1, 2), x.data_ptr<float>() + 5);
  a(0, 1) = 10;
  x.index_put_({1, 0}, 20);
  EXPECT_EQ(x.to_vector<float>(), (Floats{0, 10, 2, 20, 4, 5}));
  EXPECT_EQ(a(1, 0), 20);
}

TEST(Xtensor, FollowsStrides) {
  Tensor x = arange(12, kFloat32).view({3, 4});
  auto columns = as_xtensor<float>(x.t());
  EXPECT_EQ(columns(3, 1), 7);
  auto spaced = as_xtensor<float>(x.slice(1, 1, 4, 2));
  spaced += 100;
  EXPECT_EQ(x.to_vector<float>(), (Floats{0, 101, 2, 103, 4, 105, 6, 107, 8, 109, 10, 111}));
  auto wide = as_xtensor<float>(x.select(0, 0).expand({2, 4}));
  EXPECT_EQ(wide(1, 3), 103);
}

TEST(Xtensor, AssignsBetweenViewsOfEqualStrides) {
  const Tensor x = arange(12, kFloat32).view({3, 4}), y = zeros({3, 4});
  auto to = as_xtensor<float>(y.slice(1, 0, 4, 2));
  xt::noalias(to) = as_xtensor<float>(x.slice(1, 0, 4, 2)) * 2.f;
  EXPECT_EQ(y.to_vector<float>(), (Floats{0, 0, 4, 0, 8, 0, 12, 0, 16, 0, 20, 0}));
}

TEST(Xtensor, RefusesAnotherDtype) { EXPECT_THROW(as_xtensor<double>(zeros({2}, kFloat32)), Error); }

TEST(Xtensor, EvaluatesExpressions) {
  const Tensor x = tensor({{1., 2.}, {3., 4.}}, kFloat64);
  auto a = as_xtensor<double>(x);
  const Tensor y = from_xtensor(a * 2. + 1.);
  EXPECT_EQ(y.dtype(), kFloat64);
  EXPECT_TRUE(equal(y, x * 2 + 1));
  EXPECT_TRUE(equal(from_xtensor(xt::transpose(a)), x.t().contiguous()));
  EXPECT_EQ(from_xtensor(xt::sum(a)).item<double>(), 10);
}

TEST(Xtensor, TakesOverContainers) {
  xt::xarray<float> a{{1, 2}, {3, 4}};
  const float* const memory = a.data();
  const Tensor copied = from_xtensor(a);
  EXPECT_NE(copied.data_ptr<float>(), memory);
  const Tensor taken = from_xtensor(std::move(a));
  EXPECT_EQ(taken.data_ptr<float>(), memory);
  EXPECT_TRUE(equal(taken, copied));
  xt::xtensor<std::int64_t, 2, xt::layout_type::column_major> columns{{1, 2}, {3, 4}};
  EXPECT_EQ(from_xtensor(std::move(columns)).to_vector<int>(), (std::vector<int>{1, 2, 3, 4}));
}

}  // namespace
}  // namespace xgrad
