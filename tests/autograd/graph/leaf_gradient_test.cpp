#include <xgrad/autograd/graph/function.hpp>

#include "graph_test.hpp"

// The gradient of a matrix is added to `.grad` as it is computed, unless somebody must see it on its way.
namespace xgrad {
namespace {

Tensor x() { return tensor({{1., 2.}, {3., 4.}, {5., 6.}}, TensorOptions(kFloat64)); }
Tensor weight() { return leaf({{1., -1.}, {0.5, 2.}}); }
/// d sum(x·wᵀ) / dw: every row holds the sums of x's columns.
const Values kOnce{9, 12, 9, 12}, kTwice{18, 24, 18, 24};

TEST(LeafGradient, AddsUpOverPasses) {
  for (const bool with_bias : {false, true}) {
    const Tensor w = weight(), b = leaf({0., 0.});
    const auto loss = [&] { return (with_bias ? linear(x(), w, b) : x().mm(w)).sum(); };
    const Values once = with_bias ? kOnce : Values{9, 9, 12, 12};
    loss().backward();
    EXPECT_EQ(values(w.grad()), once);
    const Tensor held = w.grad();
    const auto version = held.version();
    loss().backward();
    Values twice;
    for (const double v : once) twice.push_back(2 * v);
    EXPECT_EQ(values(w.grad()), twice);
    EXPECT_TRUE(held.is_same(w.grad()));
    EXPECT_EQ(values(held), twice);
    EXPECT_EQ(held.version(), version + 1);
  }
}

/// Large enough that a product which is added to what it reads goes wrong.
Tensor big(double shift) {
  return (arange(128 * 128, TensorOptions(kFloat64)).view({128, 128}) % 7 - 3) * 0.25 + shift;
}

TEST(LeafGradient, ThatIsAFactorOfWhatIsAdded) {
  const Tensor w = big(0.5).requires_grad_(), gy = big(0.125);
  big(1).mm(w).backward(gy);
  const Tensor g = w.grad(), expected = g + g.t().mm(gy);
  g.mm(w).backward(gy);  // reads w.grad for what is added to it
  EXPECT_TRUE(allclose(w.grad(), expected));
  const Tensor h = w.grad(), next = h + gy.t().mm(h);
  linear(h, w, Tensor()).backward(gy);
  EXPECT_TRUE(allclose(w.grad(), next));
}

TEST(LeafGradient, ThatIsTheGradientGiven) {
  const Tensor w = big(0.5).requires_grad_(), x = big(1);
  w.mutable_grad() = big(0.125);
  x.mm(w).backward(w.grad());
  EXPECT_TRUE(allclose(w.grad(), big(0.125) + x.t().mm(big(0.125))));
}

/// A gradient in somebody else's memory is neither taken over nor added to.
struct Borrowed : autograd::Function<Borrowed> {
  static Tensor forward(autograd::AutogradContext* context, const Tensor& x, std::vector<double>* row) {
    context->saved_data["row"] = reinterpret_cast<std::int64_t>(row);
    return x.sum();
  }
  static autograd::variable_list backward(autograd::AutogradContext* context, autograd::variable_list) {
    auto* row = reinterpret_cast<std::vector<double>*>(context->saved_data["row"].toInt());
    return {from_blob(row->data(), {3}, TensorOptions(kFloat64)), Tensor()};
  }
};

TEST(LeafGradient, InBorrowedMemory) {
  std::vector<double> row{1, 2, 3};
  const Tensor once = leaf({0., 0., 0.}), twice = leaf({0., 0., 0.});
  for (int pass = 1; pass <= 2; ++pass) {
    Borrowed::apply(once, &row).backward();
    const Tensor middle = twice * 1;
    (Borrowed::apply(middle, &row) + middle.sum() + Borrowed::apply(middle, &row)).backward();
    EXPECT_EQ(values(once.grad()), (Values{1. * pass, 2. * pass, 3. * pass}));
    EXPECT_EQ(values(twice.grad()), (Values{3. * pass, 5. * pass, 7. * pass}));
    EXPECT_EQ(row, (std::vector<double>{1, 2, 3}));
  }
}

TEST(LeafGradient, OfAWeightUsedTwice) {
  const Tensor w = weight(), b = leaf({0., 0.});
  for (int pass = 1; pass <= 2; ++pass) {
    (linear(x(), w, b).sum() + linear(x() * 2, w, b).sum()).backward();
    EXPECT_EQ(values(w.grad()), (Values{27. * pass, 36. * pass, 27. * pass, 36. * pass}));
  }
}

TEST(LeafGradient, HooksSeeWhatIsAdded) {
  const Tensor w = weight(), b = leaf({0., 0.});
  linear(x(), w, b).sum().backward();
  std::vector<Values> seen;
  w.register_hook([&](const Tensor& g) { seen.push_back(values(g)); });
  int accumulated = 0;
  w.register_post_accumulate_grad_hook([&](Tensor) { ++accumulated; });
  linear(x(), w, b).sum().backward();
  EXPECT_EQ(seen, std::vector<Values>{kOnce});
  EXPECT_EQ(accumulated, 1);
  EXPECT_EQ(values(w.grad()), kTwice);
}

TEST(LeafGradient, IsNotTouchedByAPassForOtherInputs) {
  const Tensor w = weight(), b = leaf({0., 0.});
  linear(x(), w, b).sum().backward();
  const auto g = autograd::grad({linear(x(), w, b).sum()}, {w});
  EXPECT_EQ(values(g[0]), kOnce);
  EXPECT_EQ(values(w.grad()), kOnce);
  const std::vector<Tensor> only{b};
  linear(x(), w, b).sum().backward({}, std::nullopt, false, only);
  EXPECT_EQ(values(w.grad()), kOnce);
  EXPECT_EQ(values(b.grad()), (Values{6, 6}));
}

TEST(LeafGradient, OfAnotherLayoutIsAddedTo) {
  const Tensor w = weight(), b = leaf({0., 0.});
  const Tensor transposed = zeros({2, 2}, TensorOptions(kFloat64)).t();
  w.mutable_grad() = transposed;
  linear(x(), w, b).sum().backward();
  EXPECT_EQ(values(transposed), kOnce);
  EXPECT_TRUE(transposed.is_same(w.grad()));
}

TEST(LeafGradient, CanHaveAGraph) {
  const Tensor w = weight(), b = leaf({0., 0.});
  const Tensor loss = linear(x(), w, b).square().sum();
  loss.backward({}, true);
  const auto first = autograd::grad({loss}, {w}, {}, true, true);
  EXPECT_TRUE(first[0].requires_grad());
  EXPECT_EQ(values(first[0]), values(w.grad()));
}

}  // namespace
}  // namespace xgrad
