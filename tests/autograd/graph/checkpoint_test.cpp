#include <xgrad/autograd/gradcheck_gtest.hpp>
#include <xgrad/autograd/graph/checkpoint.hpp>
#include <xgrad/nn/nn.hpp>

#include "graph_test.hpp"

namespace xgrad {
namespace {

using utils::checkpoint;

TEST(Checkpoint, GivesTheSameGradients) {
  manual_seed(3);
  nn::Sequential block(nn::Linear(4, 8), nn::Tanh(), nn::Linear(8, 3));
  const Tensor x = randn({5, 4}).requires_grad_();
  block->forward(x).square().sum().backward();
  const Tensor plain = x.grad().clone(), weight = block->parameters()[0].grad().clone();
  x.mutable_grad().reset();
  block->zero_grad();
  checkpoint([&](const Tensor& t) { return block->forward(t); }, x).square().sum().backward();
  EXPECT_TRUE(equal(x.grad(), plain));
  EXPECT_TRUE(equal(block->parameters()[0].grad(), weight));
}

TEST(Checkpoint, ComputesAgainOnceForABackward) {
  int calls = 0;
  const Tensor x = leaf({1., 2.});
  const Tensor y = checkpoint(
      [&](const Tensor& t) {
        ++calls;
        return (t.exp() * t.sin()).tanh();
      },
      x);
  EXPECT_EQ(calls, 1);
  y.sum().backward({}, true);
  EXPECT_EQ(calls, 2);
  y.sum().backward();
  EXPECT_EQ(calls, 3);  // what was computed again is not kept either
}

TEST(Checkpoint, KeepsNoIntermediateMemory) {
  const Tensor x = leaf({1.}).detach().expand({1 << 16}).contiguous().requires_grad_();
  const auto chain = [](const Tensor& t) {
    Tensor y = t;
    for (int i = 0; i < 20; ++i) y = y.sin();
    return y;
  };
  const auto before = memory::statistics().bytes;
  const std::int64_t one = (1 << 16) * 8;
  const Tensor y = checkpoint(chain, x);
  EXPECT_LE(memory::statistics().bytes - before, one + 4096);
  const Tensor z = chain(x);
  EXPECT_GE(memory::statistics().bytes - before, 20 * one);
}

TEST(Checkpoint, DrawsTheSameRandomNumbers) {
  manual_seed(7);
  const Tensor x = leaf({1., 1., 1., 1., 1., 1., 1., 1.});
  const Tensor y = checkpoint([](const Tensor& t) { return t * nn::functional::dropout(t, 0.5, true); }, x);
  const Tensor next = rand({3});
  y.sum().backward();
  // y = 2·mask·t², so dy/dt = 2·y/t
  EXPECT_EQ(values(x.grad()), values(y.detach() * 2));
  manual_seed(7);
  nn::functional::dropout(x, 0.5, true);
  EXPECT_TRUE(equal(rand({3}), next)) << "the stream goes on as if nothing had been computed again";
}

TEST(Checkpoint, HasEveryOrderOfDerivative) {
  const auto f = [](const Tensor& x, const Tensor& y) {
    return checkpoint([](const Tensor& a, const Tensor& b) { return (a * b).exp() * a; }, x, y);
  };
  EXPECT_GRADCHECK(f, {leaf({0.2, -0.7}), leaf({1.1, 0.4})});
  EXPECT_GRADGRADCHECK(f, {leaf({0.2, -0.7}), leaf({1.1, 0.4})});
}

TEST(Checkpoint, Nests) {
  const Tensor x = leaf({0.3, 0.5});
  const auto inner = [](const Tensor& t) { return t.sin().exp(); };
  const auto outer = [&](const Tensor& t) { return checkpoint(inner, t * t).tanh(); };
  checkpoint(outer, x).sum().backward();
  const Tensor other = leaf({0.3, 0.5});
  inner(other * other).tanh().sum().backward();
  EXPECT_EQ(values(x.grad()), values(other.grad()));
}

TEST(Checkpoint, AFunctionThatChangesIsFoundOut) {
  int calls = 0;
  const Tensor x = leaf(1.);
  const Tensor y = checkpoint([&](const Tensor& t) { return calls++ ? t.exp() : t.exp().exp(); }, x);
  EXPECT_ERROR(Error, y.backward(),
               "A different number of tensors was saved during the original forward and recomputation");
}

TEST(Checkpoint, AFunctionThatSavesOtherShapesOrDtypesIsFoundOut) {
  int calls = 0;
  const Tensor x = leaf({1., 2., 3.});
  const Tensor shorter = checkpoint([&](const Tensor& t) { return (calls++ ? t.slice(0, 0, 2) : t).exp().sum(); }, x);
  EXPECT_ERROR(Error, shorter.backward(), "different metadata than during the forward pass");
  calls = 0;
  const Tensor wider = checkpoint([&](const Tensor& t) { return t.to(calls++ ? kFloat32 : kFloat64).exp().sum(); }, x);
  EXPECT_ERROR(Error, wider.backward(), "Tensor 0 was saved as");
}

TEST(Checkpoint, APassThatNeedsNotAllLeavesTheNextRight) {
  int calls = 0;
  const Tensor x = leaf({0.3, 0.5}), w = leaf({2., 3.});
  const auto f = [&](const Tensor& t, const Tensor& u) { return ++calls, (t.exp() * u).sin(); };
  const Tensor y = checkpoint(f, x, w).sum();
  for (int pass = 0; pass < 3; ++pass) {
    const auto part = autograd::grad({y}, {w}, {}, true);
    const auto all = autograd::grad({y}, {x, w}, {}, true);
    const Tensor other = f(x, w).sum();
    const auto plain = autograd::grad({other}, {x, w});
    EXPECT_EQ(values(part[0]), values(plain[1]));
    for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(values(all[i]), values(plain[i]));
  }
}

}  // namespace
}  // namespace xgrad
