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

TEST(Xtensor, RefersToContainers) {
  xt::xarray<float> a{{1, 2, 3}, {4, 5, 6}};
  const Tensor x = from_xtensor(a);
  EXPECT_EQ(x.data_ptr<float>(), a.data());
  EXPECT_TRUE(x.is_contiguous());
  x.index_put_({0, 1}, 20);
  a(1, 2) = 60;
  EXPECT_EQ(a(0, 1), 20);
  EXPECT_EQ(x.to_vector<float>(), (Floats{1, 20, 3, 4, 5, 60}));
  xt::xtensor<double, 1> one{7};
  EXPECT_EQ(from_xtensor(one).data_ptr<double>(), one.data());
}

TEST(Xtensor, RefersToViewsWithTheirStrides) {
  xt::xarray<float> a = xt::reshape_view(xt::arange<float>(12), {3, 4});
  auto spaced = xt::view(a, xt::all(), xt::range(1, 4, 2));
  const Tensor x = from_xtensor(spaced), row = from_xtensor(xt::view(a, 2)), turned = from_xtensor(xt::transpose(a));
  EXPECT_EQ(x.data_ptr<float>(), a.data() + 1);
  EXPECT_EQ(x.sizes(), Dims({3, 2}));
  EXPECT_EQ(x.strides(), Dims({4, 2}));
  EXPECT_EQ(row.data_ptr<float>(), a.data() + 8);
  EXPECT_EQ(turned.data_ptr<float>(), a.data());
  EXPECT_EQ(turned.strides(), Dims({1, 4}));
  x.mul_(10);
  EXPECT_EQ(a(1, 3), 70);
  EXPECT_EQ(turned[3][1].item<float>(), 70);
  xt::strided_view(a, {xt::all(), 0}) = -1;
  EXPECT_EQ(row.to_vector<float>(), (Floats{-1, 90, 10, 110}));
  const Tensor same = from_xtensor(as_xtensor<float>(x));
  EXPECT_EQ(same.data_ptr<float>(), x.data_ptr<float>());
  EXPECT_EQ(same.strides(), x.strides());
}

TEST(Xtensor, TakesOverWhatIsGivenAway) {
  xt::xarray<float> a{{1, 2}, {3, 4}};
  const float* const memory = a.data();
  const Tensor taken = from_xtensor(std::move(a));
  EXPECT_EQ(taken.data_ptr<float>(), memory);
  EXPECT_EQ(taken.to_vector<float>(), (Floats{1, 2, 3, 4}));
  xt::xtensor<std::int64_t, 2, xt::layout_type::column_major> columns{{1, 2}, {3, 4}};
  const std::int64_t* const turned = columns.data();
  const Tensor y = from_xtensor(std::move(columns));
  EXPECT_EQ(y.data_ptr<std::int64_t>(), turned);
  EXPECT_EQ(y.strides(), Dims({1, 2}));
  EXPECT_EQ(y.to_vector<int>(), (std::vector<int>{1, 2, 3, 4}));
}

TEST(Xtensor, CopiesWhatItCannotShare) {
  const xt::xarray<float> constant{1, 2, 3};
  const Tensor copy = from_xtensor(constant);
  EXPECT_NE(copy.data_ptr<float>(), constant.data());
  EXPECT_EQ(copy.to_vector<float>(), (Floats{1, 2, 3}));
  xt::xarray<float> a{1, 2, 3};
  auto backwards = xt::view(a, xt::range(2, xt::placeholders::_, -1));
  EXPECT_EQ(from_xtensor(backwards).to_vector<float>(), (Floats{3, 2, 1}));
  EXPECT_EQ(from_xtensor(xt::view(a, xt::range(2, xt::placeholders::_, -1))).to_vector<float>(), (Floats{3, 2, 1}));
}

}  // namespace
}  // namespace xgrad
