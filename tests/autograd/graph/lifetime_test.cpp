#include "graph_test.hpp"

// Nothing owns itself: when the handles are gone, so is the memory.
namespace xgrad {
namespace {

TEST(Lifetime, SavedInputsGoWithTheGraph) {
  Watched memory(3);
  {
    const Tensor x = memory.tensor().requires_grad_();
    const Tensor y = (x * x).sum();
    EXPECT_FALSE(memory.freed());
  }
  EXPECT_TRUE(memory.freed());
}

TEST(Lifetime, BackwardFreesWhatWasSaved) {
  Watched memory(3);
  const Tensor w = leaf({1., 2., 3.});
  const Tensor y = (w * memory.tensor()).sum();
  EXPECT_FALSE(memory.freed());  // the graph holds the factor
  y.backward({}, true);
  EXPECT_FALSE(memory.freed());
  y.backward();
  EXPECT_TRUE(memory.freed());
}

TEST(Lifetime, OnlyWhatADerivativeNeedsIsSaved) {
  Watched memory(3);
  const Tensor w = leaf({1., 2., 3.});
  const Tensor y = w + memory.tensor();
  EXPECT_TRUE(memory.freed());
  Watched other(3);
  const Tensor z = other.tensor() * leaf(2.) * 1;  // the product of two that want gradients keeps its factors
  EXPECT_FALSE(other.freed());
}

TEST(Lifetime, AnOutputThatItsOwnNodeSavedMakesNoCycle) {
  Watched memory(3);
  {
    const Tensor x = leaf({1., 2., 3.});
    // In place, so that the output is the memory that is watched.
    Tensor y = memory.tensor();
    y.copy_(x);
    y.exp_();
    y.sigmoid_();
    y.tanh_();
    y.relu_();
    EXPECT_TRUE(y.requires_grad());
  }
  EXPECT_TRUE(memory.freed());
}

TEST(Lifetime, DoubleBackwardMakesNoCycle) {
  Watched memory(3);
  {
    const Tensor x = memory.tensor().requires_grad_();
    const auto g = autograd::grad({x.exp().tanh().sum()}, {x}, {}, true, true);
    const auto h = autograd::grad({g[0].sum()}, {x});
    EXPECT_TRUE(h[0].defined());
  }
  EXPECT_TRUE(memory.freed());
}

TEST(Lifetime, HooksRetainedGradientsAndViewsMakeNoCycle) {
  Watched memory(3);
  {
    const Tensor x = leaf({1., 2., 3.});
    Tensor y = memory.tensor();
    y.copy_(x);
    y.retain_grad();
    y[0].mul_(2);
    y.slice(0, 1).exp_();
    y.sum().backward();
  }
  EXPECT_TRUE(memory.freed());
}

TEST(Lifetime, AFailedBackwardHoldsNothing) {
  Watched memory(3);
  {
    const Tensor x = memory.tensor().requires_grad_();
    const Tensor y = x * x;
    y.register_hook([](const Tensor&) { throw std::runtime_error("stop"); });
    EXPECT_THROW(y.sum().backward(), std::runtime_error);
  }
  EXPECT_TRUE(memory.freed());
}

TEST(Lifetime, ALeafsGradientLivesWithTheLeaf) {
  const Tensor x = leaf({1.});
  const auto before = x.use_count();
  { (x * x).sum().backward(); }
  EXPECT_EQ(x.use_count(), before);
}

TEST(Lifetime, AGraphOutlivesTheHandlesOfItsLeaves) {
  Tensor y;
  {
    const Tensor x = leaf({1., 2.});
    y = (x * x).sum();
  }
  y.backward();  // into a leaf that nobody holds any more
  EXPECT_EQ(y.item<double>(), 5);
}

}  // namespace
}  // namespace xgrad
