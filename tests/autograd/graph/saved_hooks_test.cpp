#include <xgrad/autograd/gradcheck_gtest.hpp>
#include <xgrad/autograd/graph/saved_hooks.hpp>

#include "graph_test.hpp"

#include <cmath>

namespace xgrad {
namespace {

using autograd::graph::saved_tensors_hooks;

TEST(SavedTensorHooks, SeeWhatIsSavedAndWhatIsRead) {
  const Tensor x = leaf({1., 2.});
  int packed = 0, unpacked = 0;
  Tensor y;
  {
    saved_tensors_hooks hooks(
        [&](const Tensor& t) {
          ++packed;
          EXPECT_FALSE(t.requires_grad());
          return t.clone();
        },
        [&](const Tensor& t) {
          ++unpacked;
          return t;
        });
    y = (x * x).sum();
  }
  EXPECT_EQ(packed, 2);  // both factors
  EXPECT_EQ(unpacked, 0);
  y.backward();
  EXPECT_EQ(unpacked, 2);
  EXPECT_EQ(values(x.grad()), (Values{2, 4}));
}

TEST(SavedTensorHooks, MayReturnAnyType) {
  std::vector<Tensor> elsewhere;
  const Tensor x = leaf({1., 3.});
  Tensor y;
  {
    saved_tensors_hooks hooks(
        [&](const Tensor& t) {
          elsewhere.push_back(t.clone());
          return elsewhere.size() - 1;
        },
        [&](std::size_t i) { return elsewhere[i]; });
    y = x.exp().sum() + (x / 2).sin().sum();
  }
  EXPECT_EQ(elsewhere.size(), 3u);  // exp's result, the divisor, sin's argument
  y.backward();
  EXPECT_NEAR(x.grad()[0].item<double>(), std::exp(1.) + std::cos(.5) / 2, 1e-12);
}

TEST(SavedTensorHooks, KeepEveryOrderOfDerivative) {
  const auto f = [](const Tensor& x) {
    saved_tensors_hooks hooks([](const Tensor& t) { return t.clone(); }, [](const Tensor& t) { return t; });
    return (x.exp() * x).tanh();
  };
  EXPECT_GRADCHECK(f, {leaf({0.2, -0.7})});
  EXPECT_GRADGRADCHECK(f, {leaf({0.2, -0.7})});
}

TEST(SavedTensorHooks, TheInnermostPairCounts) {
  int outer = 0, inner = 0;
  const auto same = [](const Tensor& t) { return t; };
  const Tensor x = leaf(2.);
  saved_tensors_hooks a([&](const Tensor& t) { return ++outer, t; }, same);
  {
    saved_tensors_hooks b([&](const Tensor& t) { return ++inner, t; }, same);
    x.exp();
  }
  x.exp();
  EXPECT_EQ(inner, 1);
  EXPECT_EQ(outer, 1);
}

TEST(SavedTensorHooks, WhatTheyComputeIsNotPacked) {
  int calls = 0;
  const Tensor x = leaf(2.), weight = leaf(3.);
  saved_tensors_hooks hooks(
      [&](const Tensor& t) {
        ++calls;
        return (weight * t).exp().log() / 3;
      },
      [](const Tensor& t) { return t; });
  const Tensor y = x.exp();
  EXPECT_EQ(calls, 1);
  y.backward();
  EXPECT_NEAR(x.grad().item<double>(), std::exp(2.), 1e-9);
}

TEST(SavedTensorHooks, FreeWhatTheyKeptWithTheGraph) {
  const auto kept = std::make_shared<int>(0);
  const Tensor x = leaf(2.);
  Tensor y;
  {
    saved_tensors_hooks hooks([kept](const Tensor& t) { return std::make_pair(kept, t); },
                              [](const std::pair<std::shared_ptr<int>, Tensor>& p) { return p.second; });
    y = x.exp();
  }
  EXPECT_GT(kept.use_count(), 1);
  y.backward();
  EXPECT_EQ(kept.use_count(), 1);
  EXPECT_ERROR(Error, y.backward(), "Trying to backward through the graph a second time");
}

TEST(SavedTensorHooks, AnExceptionLeavesThemInForce) {
  const Tensor x = leaf(2.);
  int calls = 0;
  saved_tensors_hooks hooks(
      [&](const Tensor& t) {
        if (++calls == 1) throw std::runtime_error("full");
        return t;
      },
      [](const Tensor& t) { return t; });
  EXPECT_THROW(x.exp(), std::runtime_error);
  x.exp();
  EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace xgrad
