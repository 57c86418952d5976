#include <xgrad/autograd/gradcheck_gtest.hpp>

#include "graph_test.hpp"

namespace xgrad {
namespace {

TEST(InPlace, NonLeaf) {
  const Tensor x = leaf({1., 2.});
  Tensor y = x * 2;
  y.add_(1).mul_(3);
  EXPECT_FALSE(y.is_leaf());
  EXPECT_STREQ(y.grad_fn()->name(), "MulBackward0");
  y.sum().backward();
  EXPECT_EQ(values(x.grad()), (Values{6, 6}));
}

TEST(InPlace, LeafWithoutGradTakesTheOthersGraph) {
  const Tensor x = leaf({1., 2.}), y = zeros({2}, kFloat64);
  y.add_(x * 3);
  EXPECT_TRUE(y.requires_grad());
  EXPECT_FALSE(y.is_leaf());
  y.sum().backward();
  EXPECT_EQ(values(x.grad()), (Values{3, 3}));
}

TEST(InPlace, LeafThatRequiresGradThrows) {
  const Tensor x = leaf({1., 2.});
  EXPECT_ERROR(Error, x.add_(1), "a leaf Variable that requires grad is being used in an in-place operation.");
  EXPECT_ERROR(Error, x.add_(1), "hint: change it under NoGradGuard");
  EXPECT_ERROR(Error, x[0].add_(1),
               "a view of a leaf Variable that requires grad is being used in an in-place operation.");
  EXPECT_EQ(values(x), (Values{1, 2}));
  const NoGradGuard no_grad;
  x.add_(1);
  x[0].mul_(10);
  EXPECT_EQ(values(x), (Values{20, 3}));
  EXPECT_TRUE(x.is_leaf());
}

TEST(InPlace, OnItself) {
  const Tensor x = leaf({2., 3.});
  Tensor y = x * 1;
  y.mul_(y);
  EXPECT_EQ(values(y), (Values{4, 9}));
  y.sum().backward();
  EXPECT_EQ(values(x.grad()), (Values{4, 6}));
  EXPECT_GRADGRADCHECK([](const Tensor& t) { return t.clone().mul_(t); }, {x});
}

TEST(Versions, CountChangesOverAllViews) {
  const Tensor x = zeros({4});
  const Tensor row = x[0], alias = x.detach();
  EXPECT_EQ(x.version(), 0u);
  row.add_(1);
  EXPECT_EQ(x.version(), 1u);
  alias.mul_(2);
  x.view({2, 2})[1].zero_();
  EXPECT_EQ(x.version(), 3u);
  EXPECT_EQ(row.version(), 3u);
  x.data().add_(1);
  EXPECT_EQ(x.version(), 3u);
  EXPECT_EQ(x.clone().version(), 0u);
}

TEST(Versions, ASavedTensorThatChangedThrows) {
  const Tensor x = leaf({{1., 2., 3.}});
  Tensor h = x * 2;
  const Tensor y = (h * h).sum();
  h.add_(1);
  EXPECT_ERROR(Error, y.backward(),
               "one of the variables needed for gradient computation has been modified by an inplace operation: "
               "[torch.DoubleTensor [1, 3]], which is output 0 of AddBackward0, is at version 1; expected version 0 "
               "instead.");
  EXPECT_ERROR(Error, y.backward(), "saved by MulBackward0");
}

TEST(Versions, ASavedOutputThatChangedThrows) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = x.exp();
  const Tensor z = y.sum();
  y.detach().zero_();
  EXPECT_ERROR(Error, z.backward(),
               "[torch.DoubleTensor [2]], which is output 0 of ExpBackward0, is at version 1; expected version 0");
}

TEST(Versions, AChangeThroughAViewOrUnderNoGradIsSeen) {
  const Tensor x = leaf({1., 2.}), c = ones({2}, kFloat64);
  const Tensor y = (x * c).sum();
  {
    const NoGradGuard no_grad;
    c[0].zero_();
  }
  EXPECT_ERROR(Error, y.backward(), "modified by an inplace operation: [torch.DoubleTensor [2]] is at version 1");
}

TEST(Versions, ChangesThroughDataEscapeTheCheck) {
  const Tensor x = leaf({1., 2.}), c = ones({2}, kFloat64);
  const Tensor y = (x * c).sum();
  c.data().mul_(5);
  y.backward();
  EXPECT_EQ(values(x.grad()), (Values{5, 5}));
}

TEST(Versions, WhatWasNotSavedMayChange) {
  const Tensor x = leaf({1., 2.});
  Tensor h = x * 2;
  const Tensor y = (h + 1).sum();  // needs no value of h
  h.zero_();
  y.backward();
  EXPECT_EQ(values(x.grad()), (Values{2, 2}));
}

TEST(Views, InPlaceOnAViewReachesTheBase) {
  const Tensor x = leaf({{1., 2.}, {3., 4.}});
  const Tensor y = x * 1;
  const Tensor row = y[0];
  row.mul_(10);
  EXPECT_STREQ(y.grad_fn()->name(), "CopySlices");
  EXPECT_STREQ(row.grad_fn()->name(), "AsStridedBackward0");
  (y * y).sum().backward();
  EXPECT_EQ(values(x.grad()), (Values{200, 400, 6, 8}));
}

TEST(Views, OtherViewsFollow) {
  const Tensor x = leaf({{1., 2.}, {3., 4.}});
  const Tensor y = x * 1;
  const Tensor column = y.select(1, 0), row = y[0];
  EXPECT_STREQ(column.grad_fn()->name(), "SelectBackward0");
  row.mul_(10);
  EXPECT_STREQ(column.grad_fn()->name(), "AsStridedBackward0");  // made again from what y has become
  column.sum().backward();
  EXPECT_EQ(values(x.grad()), (Values{10, 0, 1, 0}));
}

TEST(Views, InPlaceOnTheBaseReachesViews) {
  const Tensor x = leaf({1., 2.});
  Tensor y = x * 1;
  const Tensor first = y[0];
  y.mul_(3);
  first.backward();
  EXPECT_EQ(first.item<double>(), 3);
  EXPECT_EQ(values(x.grad()), (Values{3, 0}));
}

TEST(Views, ViewsOfViewsKnowTheBase) {
  const Tensor x = leaf({{1., 2., 3.}, {4., 5., 6.}});
  const Tensor y = x * 1;
  y.t()[1].slice(0, 1).mul_(7);  // element [1, 1]
  y.sum().backward();
  EXPECT_EQ(values(x.grad()), (Values{1, 1, 1, 1, 7, 1}));
}

TEST(Views, ABaseWithoutGradTakesAViewsGraph) {
  const Tensor x = leaf({5., 6.}), base = zeros({2, 2}, kFloat64);
  const Tensor row = base[1];
  row.copy_(x);
  EXPECT_TRUE(base.requires_grad());
  (base * base).sum().backward();
  EXPECT_EQ(values(x.grad()), (Values{10, 12}));
}

TEST(Views, AssignmentThroughAnIndex) {
  const Tensor x = leaf({1., 2., 3.});
  Tensor y = x * 2;
  y[0] = 7;
  y.index({Slice(1, None)}) = x.slice(0, 0, 2);
  EXPECT_EQ(values(y), (Values{7, 1, 2}));
  (y * tensor({1., 10., 100.}, kFloat64)).sum().backward();
  EXPECT_EQ(values(x.grad()), (Values{10, 100, 0}));
}

TEST(Views, RefusedInPlace) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = x * 1;
  EXPECT_ERROR(Error, y.expand({2, 2}).add_(1),
               "more than one element of the written-to tensor refers to a single memory location");
  const Tensor z = zeros({4});
  EXPECT_ERROR(Error, z.slice(0, 1, 4).copy_(z.slice(0, 0, 3)),
               "some elements of the input tensor and the written-to tensor refer to a single memory location");
  EXPECT_ERROR(Error, z.slice(0, 0, 1).add_(ones({3})), "output with shape [1] doesn't match the broadcast shape [3]");
  EXPECT_ERROR(Error, ones({2}, kInt64).add_(0.5), "result type Float can't be cast to the desired output type Long");
}

TEST(Views, DoubleDerivativesOfCopySlices) {
  const auto f = [](const Tensor& x, const Tensor& y) {
    Tensor z = x.sin();
    z[0].mul_(y);
    z.select(1, 1).exp_();
    return z * z;
  };
  EXPECT_GRADCHECK(f, {leaf({{1., 0.2}, {3., 0.4}}), leaf({5., 0.6})});
  EXPECT_GRADGRADCHECK(f, {leaf({{1., 0.2}, {3., 0.4}}), leaf({5., 0.6})});
}

}  // namespace
}  // namespace xgrad
