// A dying temporary gives its memory to the result; nothing that is shared or saved is ever written to.
#include <gtest/gtest.h>

#include <xgrad/xgrad.hpp>

#include <functional>

namespace xgrad {
namespace {

Tensor sample(IntArrayRef sizes = {3, 4}, double shift = 0.25) {
  std::int64_t n = 1;
  for (const std::int64_t s : sizes) n *= s;
  return (arange(n, TensorOptions(kFloat64)).view(sizes) - 5) * 0.5 + shift;
}

struct Op {
  const char* name;
  std::function<Tensor(Tensor&&)> of_temporary;
  std::function<Tensor(const Tensor&)> plain;
};

const Tensor row = sample({4}, 2.75), same = sample({3, 4}, 3.25), one = sample({1, 1}, 3.5);

const std::vector<Op>& ops() {
  static const std::vector<Op> all{
      {"+ row", [](Tensor&& x) { return std::move(x) + row; }, [](const Tensor& x) { return add(x, row); }},
      {"+ same", [](Tensor&& x) { return std::move(x) + same; }, [](const Tensor& x) { return add(x, same); }},
      {"+ one", [](Tensor&& x) { return std::move(x) + one; }, [](const Tensor& x) { return add(x, one); }},
      {"+ number", [](Tensor&& x) { return std::move(x) + 2; }, [](const Tensor& x) { return add(x, 2); }},
      {"- row", [](Tensor&& x) { return std::move(x) - row; }, [](const Tensor& x) { return sub(x, row); }},
      {"- number", [](Tensor&& x) { return std::move(x) - 2.5; }, [](const Tensor& x) { return sub(x, 2.5); }},
      {"* row", [](Tensor&& x) { return std::move(x) * row; }, [](const Tensor& x) { return mul(x, row); }},
      {"* number", [](Tensor&& x) { return std::move(x) * 3; }, [](const Tensor& x) { return mul(x, 3); }},
      {"/ row", [](Tensor&& x) { return std::move(x) / row; }, [](const Tensor& x) { return div(x, row); }},
      {"/ number", [](Tensor&& x) { return std::move(x) / 3; }, [](const Tensor& x) { return div(x, 3); }},
      {"-", [](Tensor&& x) { return -std::move(x); }, [](const Tensor& x) { return neg(x); }},
      {"relu", [](Tensor&& x) { return relu(std::move(x)); }, [](const Tensor& x) { return relu(x); }},
      {"sigmoid", [](Tensor&& x) { return sigmoid(std::move(x)); }, [](const Tensor& x) { return sigmoid(x); }},
      {"tanh", [](Tensor&& x) { return tanh(std::move(x)); }, [](const Tensor& x) { return tanh(x); }},
      {"F::relu", [](Tensor&& x) { return nn::functional::relu(std::move(x)); },
       [](const Tensor& x) { return nn::functional::relu(x); }},
  };
  return all;
}

TEST(Reuse, ADyingTemporaryGivesItsMemory) {
  for (const Op& op : ops()) {
    SCOPED_TRACE(op.name);
    Tensor x = sample();
    const Tensor expected = op.plain(x);
    const void* memory = x.data_ptr();
    const Tensor y = op.of_temporary(std::move(x));
    EXPECT_EQ(y.data_ptr(), memory);
    EXPECT_TRUE(equal(y, expected));
    EXPECT_EQ(y.version(), 0u);
  }
}

TEST(Reuse, AndThroughTheGraph) {
  for (const Op& op : ops()) {
    SCOPED_TRACE(op.name);
    const Tensor x = sample().requires_grad_(), same_x = sample().requires_grad_();
    Tensor t = x + 0.5;  // saves nothing
    const void* memory = t.data_ptr();
    const Tensor y = op.of_temporary(std::move(t)), expected = op.plain(add(same_x, 0.5));
    EXPECT_EQ(y.data_ptr(), memory);
    EXPECT_TRUE(equal(y, expected));
    EXPECT_STREQ(y.grad_fn()->name(), expected.grad_fn()->name());
    y.backward(same), expected.backward(same);
    EXPECT_TRUE(equal(x.grad(), same_x.grad()));
  }
}

TEST(Reuse, WhatOthersHoldStays) {
  for (const Op& op : ops()) {
    SCOPED_TRACE(op.name);
    {
      Tensor x = sample();
      const Tensor handle = x;
      EXPECT_NE(op.of_temporary(std::move(x)).data_ptr(), handle.data_ptr());
      EXPECT_TRUE(equal(handle, sample()));
    }
    {
      Tensor x = sample();
      const Tensor view = x[0];
      op.of_temporary(std::move(x));
      EXPECT_TRUE(equal(view, sample()[0]));
    }
    {
      Tensor x = sample();
      const Tensor detached = x.detach();
      op.of_temporary(std::move(x));
      EXPECT_TRUE(equal(detached, sample()));
    }
    {
      const Tensor x = sample();
      op.of_temporary(x.view({3, 4}));
      op.of_temporary(x.detach());
      op.of_temporary(x.slice(0, 0, 3));
      EXPECT_TRUE(equal(x, sample()));
    }
    {
      std::vector<double> memory(12, -1.5);
      op.of_temporary(from_blob(memory.data(), {3, 4}, TensorOptions(kFloat64)));
      EXPECT_EQ(memory, std::vector<double>(12, -1.5));
    }
  }
}

TEST(Reuse, WhatADerivativeReadsStays) {
  for (const Op& op : ops()) {
    SCOPED_TRACE(op.name);
    const Tensor x = sample().requires_grad_(), same_x = sample().requires_grad_();
    // exp saves its result, and a product its factors.
    op.of_temporary(x.exp()).sum().backward();
    op.plain(same_x.exp()).sum().backward();
    EXPECT_TRUE(equal(x.grad(), same_x.grad()));
    Tensor factor = x + 1, same_factor = same_x + 1;
    const Tensor square = factor * factor, same_square = same_factor * same_factor;
    (op.of_temporary(std::move(factor)) + square).sum().backward();
    (op.plain(same_factor) + same_square).sum().backward();
    EXPECT_TRUE(equal(x.grad(), same_x.grad()));
  }
}

TEST(Reuse, AFactorThatADerivativeWillReadStays) {
  const Tensor w = sample({4}, 2.75).requires_grad_();
  Tensor x = sample();
  const void* memory = x.data_ptr();
  const Tensor y = std::move(x) * w;  // dw reads x
  EXPECT_NE(y.data_ptr(), memory);
  y.sum().backward();
  EXPECT_TRUE(equal(w.grad(), sample().sum(0)));
  Tensor z = sample();
  (std::move(z) / w).sum().backward();
  EXPECT_TRUE(allclose(w.grad(), sample().sum(0) - sample().sum(0) / (w * w)));
  const NoGradGuard no_grad;
  Tensor free = sample();
  memory = free.data_ptr();
  EXPECT_EQ((std::move(free) * w).data_ptr(), memory);
}

TEST(Reuse, OnlyForAResultOfItsShapeAndDtype) {
  EXPECT_EQ((sample({4}) + same).sizes(), IntArrayRef({3, 4}));
  EXPECT_EQ((sample({1, 4}) + same).sizes(), IntArrayRef({3, 4}));
  EXPECT_EQ((sample({}, 1) + one).sizes(), IntArrayRef({1, 1}));
  EXPECT_EQ((ones({3}, TensorOptions(kInt64)) + sample({3})).dtype(), kFloat64);
  EXPECT_EQ((ones({3}, TensorOptions(kInt64)) * 1.5).dtype(), kFloat32);
  EXPECT_EQ((ones({3}, TensorOptions(kInt64)) / 2).dtype(), kFloat32);
  EXPECT_EQ(sigmoid(ones({3}, TensorOptions(kInt64))).dtype(), kFloat32);
  EXPECT_THROW(sample() + sample({3}), Error);
  Tensor x = sample();
  EXPECT_TRUE(equal(std::move(x) * x, mul(sample(), sample())));
  const Tensor transposed = relu(sample({4, 3}).t().clone());
  EXPECT_TRUE(equal(transposed, relu(sample({4, 3}).t())));
}

/// Operations whose derivatives write over the gradient that they are given, if nobody else has it.
struct Derived {
  const char* name;
  std::function<Tensor(const Tensor&)> f;
  bool in_one_place = true;  ///< false where x is used twice or the gradient is needed for longer
};

const std::vector<Derived>& derived() {
  static const std::vector<Derived> all{
      {"relu", [](const Tensor& x) { return relu(x); }},
      {"sigmoid", [](const Tensor& x) { return sigmoid(x); }},
      {"tanh", [](const Tensor& x) { return tanh(x); }},
      {"neg", [](const Tensor& x) { return -x; }},
      {"mul by a number", [](const Tensor& x) { return x * 3; }},
      {"mul", [](const Tensor& x) { return x * same; }},
      {"mul by a row", [](const Tensor& x) { return x * row; }},
      {"x * x", [](const Tensor& x) { return x * x; }, false},
      {"div", [](const Tensor& x) { return x / same; }},
      {"div by x", [](const Tensor& x) { return same / x; }, false},
      {"exp", [](const Tensor& x) { return exp(x); }},
      {"abs", [](const Tensor& x) { return abs(x); }},
      {"square", [](const Tensor& x) { return square(x); }},
      {"pow", [](const Tensor& x) { return pow(x, 3); }},
      {"reciprocal", [](const Tensor& x) { return reciprocal(x); }},
      {"sqrt", [](const Tensor& x) { return sqrt(abs(x)); }},
      {"log", [](const Tensor& x) { return log(x * x); }, false},
      {"log1p", [](const Tensor& x) { return log1p(x * x); }, false},
      {"sin", [](const Tensor& x) { return sin(x); }},
      {"cos", [](const Tensor& x) { return cos(x); }},
  };
  return all;
}

/// What arrives at f(x) is made in the pass itself, so that whoever keeps it is the only one.
TEST(Reuse, GradientsThatSomebodyHoldsStay) {
  const Tensor factor = sample({3, 4}, 1);
  for (const Derived& op : derived()) {
    SCOPED_TRACE(op.name);
    const auto leaf = [] { return sample().requires_grad_(); };
    const auto loss = [&](const Tensor& y) { return (y * factor).sum(); };
    const Tensor x = leaf();
    const Tensor slope = autograd::grad({op.f(x).sum()}, {x})[0] * factor;
    {
      const Tensor a = leaf(), y = op.f(a);
      Tensor seen;
      y.register_hook([&](const Tensor& g) { seen = g; });
      loss(y).backward();
      EXPECT_TRUE(equal(seen, factor));
      EXPECT_TRUE(allclose(a.grad(), slope));
    }
    {
      const Tensor a = leaf(), y = op.f(a);
      y.retain_grad();
      loss(y).backward();
      EXPECT_TRUE(equal(y.grad(), factor));
    }
    {
      const Tensor a = leaf(), y = op.f(a);
      const auto grads = autograd::grad({loss(y)}, {y, a});
      EXPECT_TRUE(equal(grads[0], factor));
      EXPECT_TRUE(allclose(grads[1], slope));
    }
    {
      const Tensor a = leaf(), given = sample({3, 4}, 1);
      op.f(a).backward(given);
      EXPECT_TRUE(equal(given, sample({3, 4}, 1)));
      EXPECT_TRUE(allclose(a.grad(), slope));
    }
    {
      const Tensor a = leaf();
      loss(op.f(a) + op.f(a)).backward();  // two nodes get one gradient
      EXPECT_TRUE(allclose(a.grad(), slope * 2));
    }
    {
      // Recorded, it is read again: the derivative of the slope's square.
      const Tensor a = leaf();
      const Tensor g = autograd::grad({loss(op.f(a))}, {a}, {}, true, true)[0];
      const bool depends = g.requires_grad();
      const Tensor second = depends ? autograd::grad({(g * g).sum()}, {a}, {}, false, false, true)[0] : Tensor();
      const auto at = [&](double step) {
        const Tensor moved = (sample() + step).requires_grad_();
        return autograd::grad({loss(op.f(moved))}, {moved})[0];
      };
      constexpr double kStep = 1e-5;
      const Tensor bend = (at(kStep) - at(-kStep)) / (2 * kStep);
      EXPECT_TRUE(allclose(second.defined() ? second : zeros_like(a), bend * slope * 2, 1e-5, 1e-5));
    }
  }
}

TEST(Reuse, AGradientThatNobodyHoldsIsWrittenOver) {
  for (const Derived& op : derived()) {
    SCOPED_TRACE(op.name);
    const Tensor x = sample().requires_grad_();
    const void *incoming = nullptr, *outgoing = nullptr;
    const Tensor start = x * 1;
    start.register_hook([&](const Tensor& g) { outgoing = g.data_ptr(); });
    const Tensor y = op.f(start);
    y.register_hook([&](const Tensor& g) { incoming = g.data_ptr(); });
    (y * 1).backward(ones({3, 4}, TensorOptions(kFloat64)));
    EXPECT_TRUE(incoming && outgoing);
    if (op.in_one_place) {
      EXPECT_EQ(incoming, outgoing);
    }
  }
}

TEST(Reuse, AResultOutsideOfGraphsIsTheDyingTensor) {
  const auto before = memory::statistics().tensors;
  Tensor x = sample();
  const TensorImpl* impl = x.impl();
  const Tensor y = relu(std::move(x) * 2 + 1);
  EXPECT_EQ(y.impl(), impl);
  EXPECT_EQ(memory::statistics().tensors, before + 1);
  Tensor leaf = sample().requires_grad_();
  const NoGradGuard no_grad;
  const Tensor z = std::move(leaf) * 2;
  EXPECT_FALSE(z.requires_grad());
}

}  // namespace
}  // namespace xgrad
