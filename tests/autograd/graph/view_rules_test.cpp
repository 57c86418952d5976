#include <xgrad/autograd/gradcheck_gtest.hpp>

#include "graph_test.hpp"

// Which views may be changed in place.
namespace xgrad {
namespace {

TEST(ViewRules, AViewMadeWithoutGradMayNotBeChangedWithIt) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = x * 1;
  Tensor view;
  {
    const NoGradGuard no_grad;
    view = y[0];
  }
  EXPECT_ERROR(Error, view.add_(1),
               "A view was created in no_grad mode and is being modified inplace with grad mode enabled");
  EXPECT_ERROR(Error, view.mul_(leaf(2.)), "A view was created in no_grad mode");
  const NoGradGuard no_grad;
  view.add_(1);
  EXPECT_EQ(values(y), (Values{2, 2}));
}

TEST(ViewRules, SeveralViewsOfOneCallMayNotBeChanged) {
  const Tensor y = leaf({1., 2., 3.}) * 1;
  EXPECT_ERROR(Error, y.unbind(0)[0].add_(1), "Such functions do not allow the output views to be modified inplace.");
  EXPECT_ERROR(Error, y.split(1)[1].add_(1), "Such functions do not allow the output views to be modified inplace.");
  EXPECT_ERROR(Error, y.chunk(3)[1].add_(1), "Output 1 of SplitBackward0 is a view and is being modified inplace.");
  const Tensor plain = zeros({2}, kFloat64);
  plain.unbind(0)[0].add_(5);  // no gradient is concerned
  EXPECT_ERROR(Error, plain.unbind(0)[0].add_(leaf(1.)), "Such functions do not allow the output views");
  const NoGradGuard no_grad;
  y.unbind(0)[0].add_(1);
  EXPECT_EQ(values(y), (Values{2, 2, 3}));
}

TEST(ViewRules, ViewsThatMayNotBeChangedMayNotFollowTheirBase) {
  const Tensor x = leaf({1., 2., 3.});
  const Tensor y = x * 1;
  const Tensor one = y.unbind(0)[1];
  Tensor without_grad, in_inference;
  {
    const NoGradGuard no_grad;
    without_grad = y[0];
  }
  {
    const InferenceMode inference;
    in_inference = y[0];
  }
  EXPECT_ERROR(Error, in_inference.add_(1), "A view was created in inference mode and is being modified inplace in");
  y.mul_(2);
  EXPECT_ERROR(Error, one * 2,
               "Output 1 of UnbindBackward0 is a view and its base or another view of its base has been modified "
               "inplace. This view is the output of a function that returns multiple views.");
  EXPECT_ERROR(Error, without_grad * 2,
               "A view was created in no_grad mode and its base or another view of its base has been modified inplace "
               "with grad mode enabled. Given that this use case is ambiguous");
  EXPECT_ERROR(Error, in_inference.grad_fn(), "both inside the inference_mode block");
  EXPECT_TRUE(one.requires_grad());
  const NoGradGuard no_grad;
  EXPECT_EQ(values(one * 2), (Values{8})) << "the numbers are there";
}

TEST(ViewRules, AViewIsNamedByWhatItIsAViewOf) {
  const Tensor y = leaf({1., 2.}) * 1;
  Tensor view;
  {
    const NoGradGuard no_grad;
    view = y.slice(0, 0, 2);
  }
  EXPECT_ERROR(Error, y.unbind(0)[0].view({1}).add_(1), "Output 0 of ViewBackward0 is a view and is being modified");
  y.mul_(2);  // or the view would not require grad
  EXPECT_ERROR(Error, view.select(0, 0), "A view was created in no_grad mode and its base or another view of its base");
}

TEST(ViewRules, AViewOfALeafIsToldBeforeItsMemory) {
  const Tensor x = leaf({1., 2.});
  EXPECT_ERROR(Error, x.expand({2, 2}).add_(1), "a view of a leaf Variable that requires grad is being used in an in-");
  EXPECT_ERROR(Error, x.unbind(0)[0].add_(1), "Output 0 of UnbindBackward0 is a view and is being modified inplace.");
  const Tensor part = zeros({4}, kFloat64).slice(0, 0, 2);
  part.requires_grad_();
  EXPECT_ERROR(Error, part.add_(1), "a view of a leaf Variable that requires grad is being used in an in-place");
}

TEST(ViewRules, SeveralViewsOfOneCallShareANode) {
  const Tensor x = leaf({{1., 2., 3.}, {4., 5., 6.}});
  const auto rows = (x * 1).unbind(0);
  EXPECT_STREQ(rows[0].grad_fn()->name(), "UnbindBackward0");
  EXPECT_EQ(rows[1].output_nr(), 1u);
  (rows[1] * 2).sum().backward();  // the other has no gradient, which is zero
  EXPECT_EQ(values(x.grad()), (Values{0, 0, 0, 2, 2, 2}));
  EXPECT_EQ(x.split(INT64_MAX, 1).size(), 1u);
  EXPECT_GRADGRADCHECK(
      [](const Tensor& t) {
        const auto p = t.split(2, 1);
        return std::vector<Tensor>{p[0] * p[0], p[1].exp() * p[0].sum()};
      },
      {x});
}

}  // namespace
}  // namespace xgrad
