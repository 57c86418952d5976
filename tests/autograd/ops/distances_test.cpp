// Where the derivatives of losses are easily lost: at no distance, and at an infinite one.
#include <xgrad/autograd/ops/distances.hpp>
#include <xgrad/autograd/ops/pairwise.hpp>

#include <limits>

#include "../graph/graph_test.hpp"

namespace xgrad {
namespace {

/// First and second derivatives of the sum of f(x) for each element of x.
template <class F>
std::pair<Values, Values> derivatives(F f, const Tensor& x) {
  const Tensor first = autograd::grad({f(x)}, {x}, {}, true, true)[0];
  const Tensor second = autograd::grad({first.sum()}, {x}, {}, false, false, true)[0];
  return {values(first), values(second)};
}

// PyTorch's backward throws here, so that nothing but this holds these gradients.
TEST(Distances, LossesOfTwoDtypesHaveTheGradientsOfOne) {
  const Tensor x = leaf({1., 1.25, -3.}), y = tensor({0.5, 1.5, -2.5}, TensorOptions(kFloat32).requires_grad(true)),
               wide = y.detach().to(kFloat64).requires_grad_();
  for (const auto loss : {+[](const Tensor&a, const Tensor&b) { return mse_loss(a, b, Reduction::Sum); },
                          +[](const Tensor&a, const Tensor&b) { return huber_loss(a, b, Reduction::Sum, 1.); }}) {
    const auto mixed = autograd::grad({loss(x, y)}, {x, y}), same = autograd::grad({loss(x, wide)}, {x, wide});
    EXPECT_EQ(mixed[1].dtype(), kFloat32);
    EXPECT_EQ(values(mixed[0]), values(same[0]));
    EXPECT_EQ(values(mixed[1].to(kFloat64)), values(same[1]));
  }
}

// PyTorch's gradients of these are NaN, so that no row shows them.
TEST(Distances, PowersBeyondFloatsAreThoseAtTheEnds) {
  for (const ScalarType dtype : {kFloat32, kFloat64}) {
    const Tensor x = tensor({-1.5, 0.5, 3.}, TensorOptions(dtype).requires_grad(true)), y = x.detach() + 1;
    EXPECT_EQ(values(norm(x, 1e39).detach().to(kFloat64)), Values{3});
    EXPECT_EQ(values(norm(x, -1e39).detach().to(kFloat64)), Values{0.5});
    EXPECT_EQ(values(norm(x, 1e-50).detach().to(kFloat64)), Values{3});
    EXPECT_EQ(values(linalg_vector_norm(x, 1e39).detach().to(kFloat64)), Values{3});
    EXPECT_EQ(values(dist(x, y, 1e39).detach().to(kFloat64)), Values{1});
    EXPECT_EQ(values(autograd::grad({norm(x, 1e39)}, {x})[0].to(kFloat64)), (Values{0, 0, 1}));
  }
  const Tensor a = tensor({{1., 2.}, {3., 0.}}), b = tensor({{1., 5.}});
  EXPECT_EQ(values(cdist(a, b, 1e39).to(kFloat64)), (Values{3, 5}));
  EXPECT_EQ(values(cdist(a, b, 1e-50).to(kFloat64)), (Values{1, 2}));
}

// What only throws at last: the derivative of the derivative of the matrix of cofactors.
TEST(Determinants, ASingularMatrixHasTwoDerivativesAndNoThird) {
  const Tensor a = tensor({1., 2., 2., 4.}, TensorOptions(kFloat64)).view({2, 2}).detach().requires_grad_();
  const Tensor first = autograd::grad({linalg_det(a)}, {a}, {}, true, true)[0];
  EXPECT_EQ(values(first.detach().round(2)), (Values{4, -2, -2, 1}));
  const Tensor second = autograd::grad({first[0][0]}, {a}, {}, true, true)[0];
  EXPECT_EQ(values(second.detach().round(2)), (Values{0, 0, 0, 1}));
  EXPECT_THROW(autograd::grad({second.sum()}, {a}), NotImplementedError);
}

TEST(Distances, SmoothLossesHaveEveryDerivativeEverywhere) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const Tensor x = leaf({1., 1.25, kInfinity, -kInfinity, 7.}),
               target = tensor({1., 1., 1., 1., 1.}, TensorOptions(kFloat64));
  const auto [smooth, smooth_again] =
      derivatives([&](const Tensor& x) { return smooth_l1_loss(x, target, Reduction::Sum, 0.5); }, x);
  EXPECT_EQ(smooth, (Values{0, 0.5, 1, -1, 1}));
  EXPECT_EQ(smooth_again, (Values{2, 2, 0, 0, 0}));
  const auto [huber, huber_again] =
      derivatives([&](const Tensor& x) { return huber_loss(x, target, Reduction::Sum, 0.5); }, x);
  EXPECT_EQ(huber, (Values{0, 0.25, 0.5, -0.5, 0.5}));
  EXPECT_EQ(huber_again, (Values{1, 1, 0, 0, 0}));
}

TEST(Copy, OntoItselfIsAChangeInPlace) {
  const Tensor x = leaf({1., 2.});
  EXPECT_ERROR(Error, x.copy_(x), "a leaf Variable that requires grad is being used in an in-place operation.");
  const Tensor y = x * 3;
  const auto version = y.version();
  y.copy_(y);
  EXPECT_EQ(y.version(), version + 1);
  y.sum().backward();
  EXPECT_EQ(values(x.grad()), (Values{3, 3}));
}

TEST(Copy, SaysWhatMayNotBeWrittenBeforeWhatDoesNotFit) {
  const Tensor x = leaf({1., 2., 3.});
  EXPECT_ERROR(Error, x.slice(0, 0, 2).copy_(ones({3}, TensorOptions(kFloat64))), "a view of a leaf Variable");
  EXPECT_ERROR(Error, zeros({2}).copy_(ones({3})), "match");
}

}  // namespace
}  // namespace xgrad
