#include "graph_test.hpp"

namespace xgrad {
namespace {

TEST(Hooks, SeeAndReplaceGradients) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = x * 2;
  Values seen;
  y.register_hook([&](const Tensor& g) { seen = values(g); });
  y.register_hook([](const Tensor& g) { return g * 10; });
  y.sum().backward();
  EXPECT_EQ(seen, (Values{1, 1}));
  EXPECT_EQ(values(x.grad()), (Values{20, 20}));
}

TEST(Hooks, RunInTheOrderOfRegistration) {
  const Tensor x = leaf(1.);
  const Tensor y = x * 1;
  y.register_hook([](const Tensor& g) { return g + 1; });
  y.register_hook([](const Tensor& g) { return g * 10; });
  y.backward();
  EXPECT_EQ(x.grad().item<double>(), 20);
}

TEST(Hooks, OnLeavesRunBeforeAccumulation) {
  const Tensor x = leaf({1., 2.});
  int calls = 0;
  x.register_hook([&](const Tensor& g) {
    ++calls;
    return g * 3;
  });
  (x + x).sum().backward();
  EXPECT_EQ(calls, 1);  // with the whole gradient
  EXPECT_EQ(values(x.grad()), (Values{6, 6}));
}

TEST(Hooks, CanBeRemoved) {
  const Tensor x = leaf(1.);
  int first = 0, second = 0;
  const auto a = x.register_hook([&](const Tensor&) { ++first; });
  x.register_hook([&](const Tensor&) { ++second; });
  x.remove_hook(a);
  (x * 2).backward();
  EXPECT_EQ(first, 0);
  EXPECT_EQ(second, 1);
}

TEST(Hooks, MayRemoveThemselves) {
  const Tensor x = leaf(1.);
  int calls = 0;
  unsigned handle = 0;
  handle = x.register_hook([&](const Tensor&) {
    ++calls;
    x.remove_hook(handle);
  });
  (x * 2).backward();
  (x * 2).backward();
  EXPECT_EQ(calls, 1);
}

TEST(Hooks, SeeWhatGradReturns) {
  const Tensor x = leaf(2.);
  x.register_hook([](const Tensor& g) { return g * 100; });
  EXPECT_EQ(autograd::grad({x * x}, {x})[0].item<double>(), 400);
}

TEST(Hooks, OnNodes) {
  const Tensor x = leaf(2.);
  const Tensor y = x * x;
  std::vector<std::string> order;
  y.grad_fn()->add_pre_hook([&](Grads& g) {
    order.push_back("pre");
    g[0] = g[0] * 2;
  });
  y.grad_fn()->add_post_hook([&](Grads& out, const Grads& in) {
    order.push_back("post");
    EXPECT_EQ(in[0].item<double>(), 2);
    EXPECT_EQ(out.size(), 2u);
  });
  y.backward();
  EXPECT_EQ(x.grad().item<double>(), 8);
  EXPECT_EQ(order, (std::vector<std::string>{"pre", "post"}));
}

TEST(Hooks, MayNotChangeShapeOrDtype) {
  const Tensor x = leaf({1., 2.});
  const auto bad = x.register_hook([](const Tensor&) { return ones({3}, kFloat64); });
  EXPECT_ERROR(Error, (x * 2).sum().backward(), "hook has changed the size of value (was [2] got [3])");
  x.remove_hook(bad);
  x.register_hook([](const Tensor& g) { return g.to(kFloat32); });
  EXPECT_ERROR(Error, (x * 2).sum().backward(),
               "hook has changed the type of value (was torch.DoubleTensor got torch.FloatTensor)");
  EXPECT_FALSE(x.grad().defined());
}

TEST(Hooks, OnNodesMayNotChangeShapeOrNumber) {
  const Tensor x = leaf({1., 2.});
  const auto run = [&](auto hook) {
    const Tensor y = x * 2;
    y.grad_fn()->add_pre_hook(hook);
    y.sum().backward();
  };
  EXPECT_ERROR(Error, run([](Grads& g) { g = Grads(0); }),
               "pre hook of MulBackward0 has changed the number of gradients (was 1 got 0)");
  EXPECT_ERROR(Error, run([](Grads& g) { g[0] = ones({3}, kFloat64); }),
               "pre hook of MulBackward0 has changed the size of value (was [2] got [3])");
  run([](Grads& g) { g[0] = Tensor(); });
  EXPECT_FALSE(x.grad().defined()) << "an undefined gradient is zero";
}

TEST(Hooks, OfWhatBackwardIsLimitedTo) {
  const Tensor x = leaf({1., 2.}), other = leaf({3., 4.});
  std::vector<std::string> order;
  x.register_hook([&](const Tensor& g) { return order.push_back("tensor"), g * 2; });
  x.register_post_accumulate_grad_hook([&](Tensor) { order.push_back("accumulated"); });
  const Tensor y = x * other;
  y.grad_fn()->next_edges()[0].node->add_post_hook([&](Grads&, const Grads&) { order.push_back("post"); });
  y.sum().backward(kw::inputs = std::vector<Tensor>{x, x});
  EXPECT_EQ(order, (std::vector<std::string>{"tensor", "accumulated", "post"}));
  EXPECT_EQ(values(x.grad()), (Values{6, 8})) << "once, although it was named twice";
  EXPECT_FALSE(other.grad().defined());
}

TEST(Hooks, NeedAGradient) {
  EXPECT_ERROR(Error, tensor(1.).register_hook([](const Tensor&) {}),
               "cannot register a hook on a tensor that doesn't require gradient");
}

TEST(RetainGrad, KeepsTheGradientOfAnIntermediate) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = x * 2;
  EXPECT_FALSE(y.retains_grad());
  y.retain_grad();
  y.retain_grad();
  EXPECT_TRUE(y.retains_grad());
  (y * y).sum().backward();
  EXPECT_EQ(values(y.grad()), (Values{4, 8}));
  EXPECT_FALSE((x * 3).grad().defined());
  EXPECT_ERROR(Error, tensor(1.).retain_grad(), "can't retain_grad on Tensor that has requires_grad=False");
}

TEST(RetainGrad, SeesTheGradientAfterHooks) {
  const Tensor x = leaf(1.);
  const Tensor y = x * 2;
  y.retain_grad();
  y.register_hook([](const Tensor& g) { return g * 7; });
  y.backward();
  EXPECT_EQ(y.grad().item<double>(), 7);
}

TEST(RetainGrad, AddsUpAsALeafDoes) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = x * 2;
  y.retain_grad();
  const Tensor z = y.sum();
  z.backward(kw::retain_graph = true);
  z.backward();
  EXPECT_EQ(values(y.grad()), (Values{2, 2}));
}

TEST(RetainGrad, GoesWithTheTensorWhenItIsChangedInPlace) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = x * 2;
  const Tensor part = y.slice(0, 0, 1);
  y.retain_grad();
  part.retain_grad();
  y.mul_(3);
  (y.sum() + (part * 5).sum()).backward();
  EXPECT_EQ(values(y.grad()), (Values{6, 1}));
  EXPECT_EQ(values(part.grad()), (Values{5}));
  EXPECT_EQ(values(x.grad()), (Values{36, 6}));
}

TEST(RetainGrad, IsImpliedByTheInputsOfBackward) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = x * 3;
  (y * y).sum().backward(kw::inputs = std::vector<Tensor>{y});
  EXPECT_TRUE(y.retains_grad());
  EXPECT_EQ(values(y.grad()), (Values{6, 12}));
  EXPECT_FALSE(x.grad().defined());
}

TEST(RetainGrad, DoesNotChangeWhenGradientsGoOn) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = x + 0;
  y.retain_grad();
  y.sum().backward();
  x.grad().mul_(100);
  EXPECT_EQ(values(y.grad()), (Values{1, 1}));
}

}  // namespace
}  // namespace xgrad
