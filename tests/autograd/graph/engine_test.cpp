#include <pthread.h>

#include <xgrad/autograd/gradcheck_gtest.hpp>

#include "graph_test.hpp"

#include <cmath>

namespace xgrad {
namespace {

/// Runs f on a thread with a stack of 512 KiB.
template <class F>
void on_small_stack(F f) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, 512 * 1024), 0);
  pthread_t thread;
  const auto run = [](void* function) -> void* {
    (*static_cast<F*>(function))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, run, &f), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

constexpr int kLong = 1'000'000;

TEST(LongChain, RunsBackwardAndIsFreedWithinASmallStack) {
  on_small_stack([] {
    const Tensor x = leaf(1.);
    {
      Tensor y = x;
      for (int i = 0; i < kLong; ++i) y = y * 1.000001;
      y.backward();
    }
    EXPECT_NEAR(x.grad().item<double>(), 2.718280469, 1e-6);
  });
}

TEST(LongChain, IsFreedWithoutBackward) {
  on_small_stack([] {
    Tensor y = leaf(1.);
    for (int i = 0; i < kLong; ++i) y = y.sin();
    EXPECT_TRUE(y.requires_grad());
  });
}

TEST(LongChain, GradOfInputsAndDoubleBackward) {
  on_small_stack([] {
    const Tensor x = leaf(1.);
    Tensor y = x;
    for (int i = 0; i < kLong / 10; ++i) y = y * x;
    const auto first = autograd::grad({y}, {x}, {}, true, true);
    EXPECT_DOUBLE_EQ(first[0].item<double>(), kLong / 10 + 1.);
    const auto second = autograd::grad({first[0]}, {x});
    EXPECT_NEAR(second[0].item<double>() / (kLong / 10. * (kLong / 10. + 1)), 1, 1e-9);
  });
}

TEST(LongChain, OfInPlaceOperationsAndViews) {
  on_small_stack([] {
    const Tensor x = leaf({1., 2.});
    Tensor y = x.clone();
    for (int i = 0; i < kLong / 20; ++i) {
      y.add_(1e-3);
      y[0].mul_(1.);
    }
    y.sum().backward();
    EXPECT_EQ(values(x.grad()), (Values{1, 1}));
  });
}

TEST(Engine, DiamondsRunEachNodeOnce) {
  const Tensor x = leaf(2.);
  Tensor y = x;
  for (int i = 0; i < 60; ++i) y = y + y;  // 2^60 paths
  y.backward();
  EXPECT_EQ(x.grad().item<double>(), 0x1p60);
}

// A run follows the chain at the root before it looks for other ways into nodes.
TEST(Engine, AChainThatLeadsToADiamond) {
  const Tensor x = leaf(3.);
  const Tensor a = x * 2;
  Tensor y = a * a + a;
  for (int i = 0; i < 5; ++i) y = y * 3;
  y.backward(kw::retain_graph = true);
  EXPECT_EQ(x.grad().item<double>(), 243 * (2 * 6 + 1) * 2);
  y.backward();
  EXPECT_EQ(x.grad().item<double>(), 2 * 243 * (2 * 6 + 1) * 2);
}

TEST(Engine, AChainStopsAtNodesWithHooksAndRetainedGradients) {
  const Tensor x = leaf(2.);
  int calls = 0;
  Tensor middle = x * 3;
  middle.retain_grad();
  Tensor hooked = middle * 5;
  hooked.register_hook([&](const Tensor& g) { return ++calls, g * 10; });
  Tensor y = hooked * 7;
  for (int i = 0; i < 3; ++i) y = y * 1;
  y.backward();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(middle.grad().item<double>(), 7 * 10 * 5);
  EXPECT_EQ(x.grad().item<double>(), 7 * 10 * 5 * 3);
}

TEST(Engine, AChainFromOneOfSeveralResults) {
  const Tensor x = leaf({1., 2., 3., 4.});
  const auto halves = x.chunk(2);
  Tensor y = (halves[1] * 2 * 3).sum();
  y.backward();
  EXPECT_EQ(values(x.grad()), (Values{0, 0, 6, 6}));
}

TEST(Engine, SumsOverBroadcastDimensions) {
  const Tensor a = leaf({{1., 2., 3.}, {4., 5., 6.}}), b = leaf({1., 2., 3.}), c = leaf({{1.}, {2.}}), d = leaf(3.);
  (a * b * c * d).sum().backward();
  EXPECT_EQ(b.grad().shape(), Size({3}));
  EXPECT_EQ(c.grad().shape(), Size({2, 1}));
  EXPECT_EQ(d.grad().shape(), Size());
  EXPECT_EQ(values(b.grad()), (Values{27, 36, 45}));
  EXPECT_EQ(values(c.grad()), (Values{42, 96}));
  EXPECT_EQ(d.grad().item<double>(), 78);
}

TEST(Engine, ConvertsGradientsToTheInputsDtype) {
  const Tensor a = ones({2}, TensorOptions(kFloat32).requires_grad(true)), b = leaf({2., 3.});
  (a * b).sum().backward();
  EXPECT_EQ(a.grad().dtype(), kFloat32);
  EXPECT_EQ(b.grad().dtype(), kFloat64);
}

TEST(Engine, GradientsAddUpOverCalls) {
  const Tensor x = leaf({1., 2.});
  (x * x).sum().backward();
  (x * 10).sum().backward();
  EXPECT_EQ(values(x.grad()), (Values{12, 14}));
  x.mutable_grad().reset();
  x.sum().backward();
  EXPECT_EQ(values(x.grad()), (Values{1, 1}));
}

TEST(Engine, TheSameTensorTwiceIntoOneOperation) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = x + x;
  y.backward(tensor({1., 10.}, kFloat64));
  EXPECT_EQ(values(x.grad()), (Values{2, 20}));
}

TEST(Engine, GradientsOfTwoLeavesDoNotShareMemory) {
  const Tensor a = leaf({1., 2.}), b = leaf({3., 4.});
  const Tensor seed = ones({2}, kFloat64);
  (a + b).backward(seed);  // both receive the very same gradient
  ASSERT_FALSE(a.grad().array().same_storage(b.grad().array()));
  ASSERT_FALSE(a.grad().array().same_storage(seed.array()));
  a.grad().mul_(5);
  EXPECT_EQ(values(b.grad()), (Values{1, 1}));
  EXPECT_EQ(values(seed), (Values{1, 1}));
}

TEST(Engine, GradientsThatAreViewsAreCopied) {
  const Tensor x = leaf({1., 2.}), y = leaf({{1., 2.}, {3., 4.}});
  x.expand({2, 2}).t().sum().backward();
  y.t().sum().backward();
  x.grad().add_(1);  // would fail on an expanded gradient
  y.grad().add_(1);
  EXPECT_EQ(values(x.grad()), (Values{3, 3}));
  EXPECT_EQ(values(y.grad()), (Values{2, 2, 2, 2}));
}

TEST(Engine, AccumulatingDoesNotChangeAGradientSomeoneHolds) {
  const Tensor x = leaf({1.});
  Tensor seen;
  const Tensor y = x * 2;
  y.register_hook([&](const Tensor& g) { seen = g; });
  (y + y * 3 + y * 4).sum().backward();
  EXPECT_EQ(values(seen), Values{8});
  EXPECT_EQ(values(x.grad()), Values{16});
  (x * 100).sum().backward();
  EXPECT_EQ(values(seen), Values{8});
}

TEST(Engine, SecondBackwardThroughAFreedGraphThrows) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = (x * x).sum();
  y.backward();
  EXPECT_ERROR(Error, y.backward(), "Trying to backward through the graph a second time");
  EXPECT_ERROR(Error, y.backward(), "Specify retain_graph=True");
}

TEST(Engine, RetainGraphAllowsASecond) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = (x * x).sum();
  y.backward({}, true);
  y.backward();
  EXPECT_EQ(values(x.grad()), (Values{4, 8}));
  EXPECT_ERROR(Error, y.backward(), "a second time");
}

TEST(Engine, GraphsWithoutSavedTensorsRunAgain) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = (x + x).sum();
  y.backward();
  y.backward();
  EXPECT_EQ(values(x.grad()), (Values{4, 4}));
}

TEST(Engine, CreateGraph) {
  const Tensor x = leaf(2.);
  const auto first = autograd::grad({x * x * x}, {x}, {}, std::nullopt, true);
  EXPECT_EQ(first[0].item<double>(), 12);
  const auto second = autograd::grad({first[0]}, {x}, {}, std::nullopt, true);
  EXPECT_EQ(second[0].item<double>(), 12);
  const auto third = autograd::grad({second[0]}, {x}, {}, std::nullopt, true);
  EXPECT_EQ(third[0].item<double>(), 6);
  EXPECT_FALSE(x.grad().defined());
  (x * x * x).backward({}, true, true);
  EXPECT_TRUE(x.grad().requires_grad());
  x.mutable_grad().reset();  // its graph leads back to x: a cycle, as in PyTorch
}

TEST(Engine, WithoutCreateGraphGradientsAreLeaves) {
  const Tensor x = leaf({1., 2.});
  const auto g = autograd::grad({(x * x).sum()}, {x});
  EXPECT_FALSE(g[0].requires_grad());
  EXPECT_TRUE(GradMode::is_enabled());
}

TEST(Grad, OfIntermediatesAndSeveralOutputs) {
  const Tensor x = leaf({1., 2.});
  const Tensor h = x * 3, y = h * h;
  const auto g = autograd::grad({y, h}, {x, h}, {ones({2}, kFloat64), tensor({10., 20.}, kFloat64)});
  EXPECT_EQ(values(g[1]), (Values{6 + 10, 12 + 20}));
  EXPECT_EQ(values(g[0]), (Values{48, 96}));
  EXPECT_FALSE(x.grad().defined());
}

TEST(Grad, OfAnOutputWithRespectToItself) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = x * 2;
  const auto g = autograd::grad({y}, {y}, {tensor({3., 4.}, kFloat64)});
  EXPECT_EQ(values(g[0]), (Values{3, 4}));
}

TEST(Grad, TheSameInputTwice) {
  const Tensor x = leaf(3.);
  const auto g = autograd::grad({x * x}, {x, x});
  EXPECT_EQ(g[0].item<double>(), 6);
  EXPECT_EQ(g[1].item<double>(), 6);
}

TEST(Grad, UnusedInputs) {
  const Tensor x = leaf(3.), other = leaf(1.);
  EXPECT_ERROR(Error, autograd::grad({x * x}, {x, other}),
               "One of the differentiated Tensors appears to not have been used in the graph. Set allow_unused=True");
  const auto g = autograd::grad({x * x}, {x, other}, {}, std::nullopt, false, true);
  EXPECT_TRUE(g[0].defined());
  EXPECT_FALSE(g[1].defined());
  EXPECT_ERROR(Error, autograd::grad({x * x}, {tensor(1.)}), "One of the differentiated Tensors does not require grad");
}

TEST(Backward, OnlyIntoTheInputsGiven) {
  const Tensor a = leaf(2.), b = leaf(3.);
  const std::vector<Tensor> only{b};
  (a * b).backward({}, std::nullopt, false, only);
  EXPECT_FALSE(a.grad().defined());
  EXPECT_EQ(b.grad().item<double>(), 2);
}

TEST(Backward, OfALeafGivesItsGradient) {
  const Tensor x = leaf(2.);
  x.backward();
  EXPECT_EQ(x.grad().item<double>(), 1);
  autograd::backward({x * 2, x * 3});
  EXPECT_EQ(x.grad().item<double>(), 6);
}

TEST(Backward, InsideAHook) {
  const Tensor x = leaf(2.), inner = leaf(5.);
  const Tensor y = x * x;
  y.register_hook([&](const Tensor&) {
    const EnableGradGuard grad;
    (inner * inner).backward();  // a graph of its own
  });
  (y * 3).backward();
  EXPECT_EQ(x.grad().item<double>(), 12);
  EXPECT_EQ(inner.grad().item<double>(), 10);
}

TEST(Backward, InsideAHookThroughTheSameGraph) {
  const Tensor x = leaf(2.);
  const Tensor y = x * x, z = y * 3;
  Values seen;
  bool inside = false;
  y.register_hook([&](const Tensor&) {
    if (inside) return;
    inside = true;  // the hook is called for the inner pass as well
    seen = values(autograd::grad({y}, {x}, {}, true)[0]);
  });
  z.backward();
  EXPECT_EQ(seen, Values{4});
  EXPECT_EQ(x.grad().item<double>(), 12);
}

TEST(Backward, AnErrorInAHookLeavesTheGraphUsable) {
  const Tensor x = leaf(2.);
  const Tensor y = x * x, z = y * 3;
  const auto handle = y.register_hook([](const Tensor&) { throw std::runtime_error("from the hook"); });
  EXPECT_THROW(z.backward({}, true), std::runtime_error);
  EXPECT_TRUE(GradMode::is_enabled());
  y.remove_hook(handle);
  z.backward();
  EXPECT_EQ(x.grad().item<double>(), 12);
}

TEST(Backward, NaNsFlowThroughWithoutHarm) {
  const Tensor x = leaf({0., 1.});
  (x / x).sum().backward();
  EXPECT_TRUE(std::isnan(values(x.grad())[0]));
  EXPECT_EQ(values(x.grad())[1], 0);
}

TEST(GradModes, NoGradRecordsNothing) {
  const Tensor x = leaf({1., 2.});
  {
    const NoGradGuard no_grad;
    EXPECT_FALSE((x * 2).requires_grad());
    EXPECT_TRUE((x * 2).is_leaf());
    {
      const EnableGradGuard grad;
      EXPECT_TRUE((x * 2).requires_grad());
    }
    EXPECT_FALSE(GradMode::is_enabled());
  }
  EXPECT_TRUE((x * 2).requires_grad());
  const AutoGradMode off(false);
  EXPECT_FALSE((x * 2).requires_grad());
}

TEST(GradModes, DetachSharesMemoryAndCutsTheGraph) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = x * 2, d = y.detach();
  EXPECT_FALSE(d.requires_grad());
  EXPECT_TRUE(d.array().same_storage(y.array()));
  (y * d).sum().backward();
  EXPECT_EQ(values(x.grad()), (Values{4, 8}));
}

TEST(GradModes, DetachInPlace) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = x * 2;
  const Tensor z = y * 3;
  y.detach_();
  EXPECT_FALSE(y.requires_grad());
  EXPECT_TRUE(y.is_leaf());
  z.sum().backward();  // what was recorded before stays
  EXPECT_EQ(values(x.grad()), (Values{6, 6}));
  EXPECT_ERROR(Error, (x * 1).view({2}).detach_(), "Can't detach views in-place. Use detach() instead.");
}

TEST(GradModes, RequiresGradErrors) {
  const Tensor x = leaf({1.});
  EXPECT_ERROR(Error, (x * 2).requires_grad_(false), "you can only change requires_grad flags of leaf variables");
  EXPECT_ERROR(Error, tensor({1, 2}).requires_grad_(), "Only Tensors of floating point and complex dtype can require");
}

TEST(DoubleBackward, ThroughInPlaceOperationsOnViews) {
  EXPECT_GRADGRADCHECK(
      [](const Tensor& x, const Tensor& y) {
        Tensor z = x * x;
        z[0].mul_(y);
        z[1].sin_();
        z.t()[1].copy_(y.sin().sum());
        return z * z;
      },
      {leaf({{1., 2., 3.}, {0.1, 0.2, 0.3}}), leaf({1., 2., 3.})});
}

TEST(Engine, TakesKeywords) {
  using namespace kwargs;
  const Tensor x = leaf(3.), z = leaf(1.);
  const Tensor y = x * x * z;
  y.backward(retain_graph = true);
  EXPECT_EQ(x.grad().item<double>(), 6);
  y.backward(gradient = tensor(2., dtype = kFloat64), retain_graph = true, kw::inputs = {z});
  EXPECT_EQ(z.grad().item<double>(), 9 + 18);
  EXPECT_EQ(x.grad().item<double>(), 6);
  const Tensor g = autograd::grad({y}, {x}, create_graph = true)[0];
  EXPECT_EQ(autograd::grad({g}, {x}, grad_outputs = tensor(1., dtype = kFloat64))[0].item<double>(), 2);
  const Tensor unused = leaf(1.);
  EXPECT_FALSE(autograd::grad({x * 2}, {unused}, allow_unused = true)[0].defined());
}

}  // namespace
}  // namespace xgrad
