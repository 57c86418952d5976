#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <xgrad/autograd/gradcheck_gtest.hpp>
#include <xgrad/autograd/graph/differentiable.hpp>
#include <xgrad/autograd/graph/engine.hpp>

#include <string>

// First: each kind of mistake that a derivative can hold is seen, and named. Then: what is right passes.
namespace xgrad {
namespace {

using autograd::gradcheck;
using autograd::GradcheckOptions;
using autograd::gradgradcheck;

Tensor input(IntArrayRef size, std::uint64_t seed = 1) {
  return randn(size, TensorOptions(kFloat64), Generator(seed)).requires_grad_();
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

#define EXPECT_REPORT(result, part)                             \
  do {                                                          \
    EXPECT_FALSE((result).ok);                                  \
    EXPECT_PRED2(contains, (result).report, std::string(part)); \
  } while (false)

/// y = a·b + sin(a)·b, with `derivative` in the place of the right one.
template <class Derivative>
Tensor op_with(const Tensor& a, const Tensor& b, Derivative derivative) {
  return differentiable<"TestBackward0">(
      inputs(a, b), {},
      [&](const Array*) {
        const NoGradGuard no_grad;
        return (a * b + a.sin() * b).array();
      },
      [](Save& s) {
        s.input(0);
        s.input(1);
      },
      derivative);
}

Tensor da(const Saved& s, const Tensor& g) { return g * (s.input(1) + s.input(0).cos() * s.input(1)); }
Tensor db(const Saved& s, const Tensor& g) { return g * (s.input(0) + s.input(0).sin()); }

TEST(Gradcheck, RightDerivativesPassAtFirstAndSecondOrder) {
  const auto f = [](const Tensor& a, const Tensor& b) {
    return op_with(a, b, [](const Saved& s, const Tensor& g) -> Grads { return {da(s, g), db(s, g)}; });
  };
  EXPECT_GRADCHECK(f, {input({2, 3}), input({2, 3}, 2)});
  EXPECT_GRADCHECK(f, {input({2, 3}), input({3}, 2)});
  EXPECT_GRADCHECK(f, {input({}), input({2, 1}, 2)});
  EXPECT_GRADCHECK(f, {input({0, 3}), input({3}, 2)});
  EXPECT_GRADGRADCHECK(f, {input({2, 3}), input({3}, 2)});
}

/// The same op with one part of its derivative scaled.
auto scaled_op(double by) {
  return [by](const Tensor& a, const Tensor& b) {
    return op_with(a, b, [by](const Saved& s, const Tensor& g) -> Grads { return {da(s, g) * by, db(s, g)}; });
  };
}

TEST(Gradcheck, OneTenthOfAPercentFails) {
  for (const double by : {1.001, 0.999}) {
    const auto result = gradcheck(scaled_op(by), {input({2, 3}), input({2, 3}, 2)});
    EXPECT_REPORT(result, "gradcheck failed: 6 of 72 entries");
    EXPECT_REPORT(result, fmt::format("input 0, output 0: suspected cause: a factor: the derivative is {} times", by));
  }
}

TEST(Gradcheck, OneTenthOfAPercentInTheSecondDerivativeFails) {
  const auto f = [](const Tensor& x) {
    return differentiable<"CubeBackward0">(
        inputs(x), {}, [&](const Array*) { return x.detach().pow(3).array(); }, [](Save& s) { s.input(0); },
        [](const Saved& s, const Tensor& g) -> Grads {
          // Right as a number; as a function of x its slope is wrong.
          const Tensor x = s.input(0);
          const Tensor wrong = x.square() * 3.003 - x.detach().square() * 0.003;
          return {g * wrong};
        });
  };
  EXPECT_GRADCHECK(f, {input({3})});
  const auto result = gradgradcheck(f, {input({3})});
  EXPECT_REPORT(result, "second derivatives");
  EXPECT_REPORT(result, "input 0, output 0: suspected cause: a factor: the derivative is 1.001 times the slope");
}

TEST(Gradcheck, Factors) {
  const std::vector<Tensor> in{input({3}), input({3}, 2)};
  EXPECT_REPORT(gradcheck(scaled_op(-1), in), "suspected cause: the sign: the derivative is negated");
  EXPECT_REPORT(gradcheck(scaled_op(2), in), "a factor of two: the derivative is twice the slope");
  EXPECT_REPORT(gradcheck(scaled_op(0.5), in), "a factor of two: the derivative is half the slope");
  EXPECT_REPORT(gradcheck(scaled_op(3), in), "a factor: the derivative is 3 times the slope");
  EXPECT_REPORT(gradcheck(scaled_op(0), in), "the derivative returns zeros");
}

TEST(Gradcheck, Transposed) {
  const auto f = [](bool square) {
    return [square](const Tensor& x) {
      return differentiable<"TransposedBackward0">(
          inputs(x), {}, [&](const Array*) { return x.detach().sin().array(); }, [](Save& s) { s.input(0); },
          [square](const Saved& s, const Tensor& g) -> Grads {
            const Tensor dx = (g * s.input(0).cos()).t();
            return {square ? dx : dx.reshape(s.input(0).sizes())};
          });
    };
  };
  EXPECT_REPORT(gradcheck(f(true), {input({3, 3})}), "transposed: the gradient's two dimensions are swapped");
  EXPECT_REPORT(gradcheck(f(false), {input({2, 3})}), "transposed: the gradient's two dimensions are swapped");
}

TEST(Gradcheck, MissingBroadcastSum) {
  const auto f = [](bool mean) {
    return [mean](const Tensor& a, const Tensor& b) {
      return op_with(a, b, [mean](const Saved& s, const Tensor& g) -> Grads {
        const Tensor full = db(s, g);  // the engine would sum this; the mistake hides that from it
        return {da(s, g), mean ? full.mean(0) : full.select(0, 0)};
      });
    };
  };
  EXPECT_REPORT(gradcheck(f(false), {input({2, 3}), input({3}, 2)}),
                "input 1, output 0: suspected cause: a missing sum over a broadcast dimension");
  EXPECT_REPORT(gradcheck(f(true), {input({4, 3}), input({3}, 2)}),
                "the derivative is 1/4 of the slope (a mean over a broadcast dimension where a sum is due?)");
}

TEST(Gradcheck, Detached) {
  const std::vector<Tensor> in{input({3}), input({3}, 2)};
  EXPECT_REPORT(gradcheck([](const Tensor& a, const Tensor& b) { return a.detach() * b; }, in),
                "input 0, output 0: suspected cause: detached: no gradient reaches this input");
  // An output without any graph is held to its slopes as well.
  EXPECT_REPORT(gradcheck([](const Tensor& a, const Tensor& b) { return (a * b).detach(); }, in), "detached");
  EXPECT_REPORT(
      gradcheck(
          [](const Tensor& a, const Tensor& b) {
            return op_with(a, b, [](const Saved& s, const Tensor& g) -> Grads { return {da(s, g), Tensor()}; });
          },
          in),
      "input 1, output 0: suspected cause: detached");
}

TEST(Gradcheck, NotANumber) {
  Tensor x = tensor({1., 4.}, TensorOptions(kFloat64)).requires_grad_();
  const auto f = [](const Tensor& x) {
    return differentiable<"NanBackward0">(
        inputs(x), {}, [&](const Array*) { return x.detach().sqrt().array(); }, no_save,
        [](const Saved&, const Tensor& g) -> Grads { return {g / zeros_like(g) * 0}; });
  };
  EXPECT_REPORT(gradcheck(f, {x}), "the derivative computes NaN or infinity where the function is finite");
  EXPECT_REPORT(gradcheck([](const Tensor& x) { return x.log(); }, {zeros({1}, kFloat64).requires_grad_()}),
                "the inputs are outside of, or at the edge of, its domain");
}

TEST(Gradcheck, KinkIsNamed) {
  Tensor x = tensor({0., 1.}, TensorOptions(kFloat64)).requires_grad_();
  EXPECT_REPORT(gradcheck([](const Tensor& x) { return x.relu(); }, {x}), "suspected cause: a kink");
}

TEST(Gradcheck, ReportShowsTheWorstEntries) {
  const auto result = gradcheck(scaled_op(2),
                                {tensor({0.1, 0.2}, TensorOptions(kFloat64)).requires_grad_(),
                                 tensor({1., 3.}, TensorOptions(kFloat64)).requires_grad_()},
                                GradcheckOptions().max_entries(1));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.report,
            "gradcheck failed: 2 of 8 entries of the Jacobian differ by more than 1e-06 + 0.0001·|numeric|\n"
            "  d output   / d input         analytic          numeric   abs error   rel error\n"
            "  0 [1]      0 [1]           11.880399        5.9401997        5.94           1\n"
            "  ... and 1 more\n"
            "  input 0, output 0: suspected cause: a factor of two: the derivative is twice the slope\n");
}

TEST(Gradcheck, RefusesWhatCannotBeChecked) {
  const auto twice = [](const Tensor& x) { return x * 2; };
  EXPECT_REPORT(gradcheck(twice, {randn({2}, kFloat64)}), "expects at least one input tensor to require gradient");
  const Tensor single = randn({2}, TensorOptions(kFloat32).requires_grad(true));
  EXPECT_REPORT(gradcheck(twice, {single}), "gradcheck refused: input 0 is float32, whose rounding alone");
  EXPECT_TRUE(gradcheck(twice, {single}, GradcheckOptions().eps(1e-2).atol(1e-2).rtol(1e-2)));
  EXPECT_REPORT(gradcheck(twice, {input({1}).expand({3})}), "several elements of input 0 share memory");
  EXPECT_REPORT(gradcheck([](const Tensor& x) { return x.argmax(); }, {input({3})}), "no floating-point output");
  double calls = 0;
  EXPECT_REPORT(gradcheck([&](const Tensor& x) { return x * ++calls; }, {input({3})}),
                "nondeterministic: output 0 differs between two calls");
  EXPECT_REPORT(gradcheck(
                    [&](const Tensor& x) {
                      return differentiable<"UnsteadyBackward0">(
                          inputs(x), {}, [&](const Array*) { return x.detach().clone().array(); }, no_save,
                          [&](const Saved&, const Tensor& g) -> Grads { return {g * (1 + 1e-9 * ++calls)}; });
                    },
                    {input({3})}),
                "backward is nondeterministic");
}

TEST(Gradcheck, SignaturesAndLists) {
  const Tensor a = input({2}), b = input({2}, 2);
  EXPECT_GRADCHECK([](const std::vector<Tensor>& in) { return in[0] * in[1]; }, {a, b});
  EXPECT_GRADCHECK(
      [](const std::vector<Tensor>& in) {
        return std::vector<Tensor>{in[0] * in[1], in[0].sin()};
      },
      {a, b});
  EXPECT_GRADCHECK([](Tensor x, Tensor y) { return std::pair(x * y, y.exp()); }, {a, b});
  EXPECT_GRADCHECK([](const Tensor& x) { return x.max(0); }, {a});  // values and indices
  EXPECT_GRADCHECK([](const Tensor& x) { return x.tanh(); }, {a}, kw::atol = 1e-5, kw::rtol = 1e-3);
  EXPECT_THROW(gradcheck([](const Tensor& x) { return x; }, {a, b}), TypeError);
}

TEST(Gradcheck, IntegersAndConstantsArePassedAlong) {
  const Tensor labels = tensor({1, 0}), mask = tensor({true, false});
  EXPECT_GRADCHECK([](const Tensor& x, const Tensor& t,
                      const Tensor& m) { return nll_loss(x, t) + where(m, x.select(1, 0), 0.).sum(); },
                   {input({2, 3}), labels, mask});
  EXPECT_GRADCHECK([](const Tensor& x, const Tensor& c) { return x * c; }, {input({2}), randn({2}, kFloat64)});
}

TEST(Gradcheck, UnusedInputsAndEmptyOnes) {
  EXPECT_GRADCHECK([](const Tensor& a, const Tensor&) { return a * 3; }, {input({2}), input({2}, 2)});
  EXPECT_GRADCHECK([](const Tensor& a) { return a.sum(); }, {input({0, 2})});
  EXPECT_GRADGRADCHECK([](const Tensor& a, const Tensor& b) { return a.exp() + b; }, {input({2}), input({2}, 2)});
}

TEST(Gradcheck, LeavesInputsAsTheyWere) {
  const Tensor x = input({2, 3}).t();  // not packed
  const Tensor before = x.detach().clone();
  const auto version = x.version();
  EXPECT_GRADCHECK([](const Tensor& t) { return t.sin(); }, {x});
  EXPECT_TRUE(x.detach().equal(before));
  EXPECT_EQ(x.version(), version);
}

TEST(Gradcheck, AssertionFailsTheTestWithTheReport) {
  EXPECT_TRUE(gradgradcheck([](const Tensor& x) { return x * x; }, {input({2})}, std::vector{ones({2}, kFloat64)}));
  testing::TestPartResultArray failures;
  {
    testing::ScopedFakeTestPartResultReporter reporter(
        testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &failures);
    EXPECT_GRADCHECK(scaled_op(2), {input({2}), input({2}, 2)});
    EXPECT_GRADGRADCHECK([](const Tensor& x) { return x * 2; }, {input({2})});
  }
  ASSERT_EQ(failures.size(), 1);
  EXPECT_PRED2(contains, failures.GetTestPartResult(0).message(), "a factor of two");
}

}  // namespace
}  // namespace xgrad
