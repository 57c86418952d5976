// Each kind of mistake that a derivative can hold is seen, and named.
#include "gradcheck_test.hpp"

#include <cmath>

namespace xgrad::gradcheck_test {
namespace {

TEST(GradcheckDiagnosis, OneTenthOfAPercentFails) {
  for (const double by : {1.001, 0.999}) {
    const auto result = gradcheck(scaled_op(by), {input({2, 3}), input({2, 3}, 2)});
    EXPECT_REPORT(result, "gradcheck failed: 6 of 72 slopes are wrong");
    EXPECT_CAUSE(result, Factor,
                 fmt::format("input 0, output 0: suspected cause: a factor: the derivative is {} times the slope", by));
  }
}

TEST(GradcheckDiagnosis, OneTenthOfAPercentInTheSecondDerivativeFails) {
  const auto f = with_derivative([](const Tensor& x) { return x.pow(3); },
                                 [](const Tensor& x, const Tensor& g) {
                                   // Right as a number; as a function of x its slope is wrong.
                                   return g * (x.square() * 3.003 - x.detach().square() * 0.003);
                                 });
  EXPECT_GRADCHECK(f, {input({3})});
  EXPECT_CAUSE(gradgradcheck(f, {input({3})}), Factor,
               "input 0, gradient of input 0: suspected cause: a factor: the derivative is 1.001 times the slope");
}

TEST(GradcheckDiagnosis, SecondDerivativeThatIsDetached) {
  const auto f = with_derivative([](const Tensor& x) { return x.pow(3); },
                                 [](const Tensor& x, const Tensor& g) { return g * 3 * x.detach().square(); });
  EXPECT_GRADCHECK(f, {input({3})});
  EXPECT_CAUSE(gradgradcheck(f, {input({3})}), Detached, "input 0, gradient of input 0: suspected cause: detached");
  const auto g = with_derivative([](const Tensor& x) { return x.pow(3); },
                                 [](const Tensor& x, const Tensor& g) { return g.detach() * 3 * x.square(); });
  EXPECT_GRADCHECK(g, {input({3})});
  EXPECT_CAUSE(gradgradcheck(g, {input({3})}), Detached,
               "grad_output 0, gradient of input 0: suspected cause: detached");
}

TEST(GradcheckDiagnosis, Factors) {
  const std::vector<Tensor> in{input({3}), input({3}, 2)};
  EXPECT_CAUSE(gradcheck(scaled_op(-1), in), Sign, "suspected cause: the sign: the derivative is negated");
  EXPECT_CAUSE(gradcheck(scaled_op(2), in), FactorOfTwo, "a factor of two: the derivative is twice the slope");
  EXPECT_CAUSE(gradcheck(scaled_op(0.5), in), FactorOfTwo, "a factor of two: the derivative is half the slope");
  EXPECT_CAUSE(gradcheck(scaled_op(3), in), Factor, "a factor: the derivative is 3 times the slope");
  EXPECT_CAUSE(gradcheck(scaled_op(0), in), Zero, "the derivative returns zeros");
}

TEST(GradcheckDiagnosis, Transposed) {
  const auto sine = [](const Tensor& x) { return x.sin(); };
  const auto square = with_derivative(sine, [](const Tensor& x, const Tensor& g) { return (g * x.cos()).t(); });
  EXPECT_CAUSE(gradcheck(square, {input({3, 3})}), Transposed, "transposed: the gradient's two dimensions are swapped");
  const auto oblong =
      with_derivative(sine, [](const Tensor& x, const Tensor& g) { return (g * x.cos()).t().reshape(x.sizes()); });
  EXPECT_CAUSE(gradcheck(oblong, {input({2, 3})}), Transposed, "transposed: the gradient's two dimensions are swapped");
}

TEST(GradcheckDiagnosis, TransposedInOtherWays) {
  const Tensor w = randn({3, 3}, TensorOptions(kFloat64), Generator(7));
  const auto product = with_derivative([w](const Tensor& x) { return x.mm(w); },
                                       [w](const Tensor&, const Tensor& g) { return g.mm(w); });
  EXPECT_CAUSE(gradcheck(product, {input({2, 3})}), Transposed, "W·g where Wᵀ·g is due");
  const auto wrong_dim = with_derivative(
      [](const Tensor& x) {
        return x + zeros({3, 3}, kFloat64);
      },
      [](const Tensor&, const Tensor& g) { return g.sum(1); });
  EXPECT_CAUSE(gradcheck(wrong_dim, {input({3})}), Transposed, "sums over the wrong one");
}

TEST(GradcheckDiagnosis, MixedUpInputsAndElements) {
  const auto mixed = [](const Tensor& a, const Tensor& b) {
    return op_with(a, b, [](const Saved& s, const Tensor& g) -> Grads { return {db(s, g), da(s, g)}; });
  };
  const auto result = gradcheck(mixed, {input({3}), input({3}, 2)});
  EXPECT_CAUSE(result, OtherInput, "input 0, output 0: suspected cause: mixed up: these are the slopes along input 1");
  EXPECT_REPORT(result, "input 1, output 0: suspected cause: mixed up: these are the slopes along input 0");
  const auto rolled = with_derivative([](const Tensor& x) { return x.sin(); },
                                      [](const Tensor& x, const Tensor& g) {
                                        const Tensor right = g * x.cos();
                                        return cat({right.slice(0, 1, 3), right.slice(0, 0, 1)}, 0);
                                      });
  EXPECT_CAUSE(gradcheck(rolled, {input({3})}), Permuted, "the right numbers in the wrong places");
}

TEST(GradcheckDiagnosis, NothingRecognised) {
  const auto f = with_derivative([](const Tensor& x) { return x.sin(); },
                                 [](const Tensor& x, const Tensor& g) { return g * x.exp(); });
  EXPECT_CAUSE(gradcheck(f, {at({0.5, 1., 2.})}), Unknown, "gradcheck failed: 3 of 9 slopes are wrong");
}

TEST(GradcheckDiagnosis, MissingBroadcastSum) {
  const auto f = [](bool mean) {
    return [mean](const Tensor& a, const Tensor& b) {
      return op_with(a, b, [mean](const Saved& s, const Tensor& g) -> Grads {
        const Tensor full = db(s, g);  // the engine would sum this; the mistake hides that from it
        return {da(s, g), mean ? full.mean(0) : full.select(0, 0)};
      });
    };
  };
  EXPECT_CAUSE(gradcheck(f(false), {input({2, 3}), input({3}, 2)}), MissingSum,
               "input 1, output 0: suspected cause: a missing sum over a broadcast dimension");
  EXPECT_CAUSE(
      gradcheck(f(true), {input({4, 3}), input({3}, 2)}), Factor,
      "the derivative is 1/4 of the slope (a sum over a broadcast dimension is missing, or a mean is in its place?)");
}

TEST(GradcheckDiagnosis, MissingBroadcastSumBehindALoss) {
  // The output is one number, and says nothing of rows; but the other input has four elements for each one here.
  const auto loss = [](const Tensor& x, const Tensor& bias) {
    return differentiable<"LossBackward0">(
        inputs(x, bias), {},
        [&](const Array*) {
          const NoGradGuard no_grad;
          return (x + bias).sum().array();
        },
        no_save,
        [](const Saved&, const Tensor& g) -> Grads {
          return {g.expand({4, 3}), g.expand({3})};
        });
  };
  EXPECT_CAUSE(gradcheck(loss, {input({4, 3}), input({3}, 2)}), Factor,
               "1/4 of the slope (a sum over a broadcast dimension is missing");
}

TEST(GradcheckDiagnosis, Detached) {
  const std::vector<Tensor> in{input({3}), input({3}, 2)};
  EXPECT_CAUSE(gradcheck([](const Tensor& a, const Tensor& b) { return a.detach() * b; }, in), Detached,
               "input 0, output 0: suspected cause: detached: no gradient reaches this input");
  // An output without any graph is held to its slopes as well.
  EXPECT_CAUSE(gradcheck([](const Tensor& a, const Tensor& b) { return (a * b).detach(); }, in), Detached, "detached");
  EXPECT_CAUSE(
      gradcheck(
          [](const Tensor& a, const Tensor& b) {
            return op_with(a, b, [](const Saved& s, const Tensor& g) -> Grads { return {da(s, g), Tensor()}; });
          },
          in),
      Detached, "input 1, output 0: suspected cause: detached");
}

TEST(GradcheckDiagnosis, NotANumber) {
  const auto f = with_derivative([](const Tensor& x) { return x.sqrt(); },
                                 [](const Tensor&, const Tensor& g) { return g / zeros_like(g) * 0; });
  EXPECT_CAUSE(gradcheck(f, {at({1., 4.})}), NotFinite,
               "the derivative computes NaN or infinity where the function is finite");
  for (const double x : {0., -1.}) {
    EXPECT_CAUSE(gradcheck([](const Tensor& x) { return x.log(); }, {at({x})}), OutsideDomain,
                 "the inputs are outside of, or at the edge of, its domain");
  }
}

TEST(GradcheckDiagnosis, Kinks) {
  const auto relu = [](const Tensor& x) { return x.relu(); };
  EXPECT_CAUSE(
      gradcheck(relu, {at({0., 1.})}), Kink,
      "a kink: not smooth here, the slope is 0 to the left and 1 to the right, and the derivative lies between");
  EXPECT_CAUSE(gradcheck([](const Tensor& x) { return (x - 100000.).relu() * 5; }, {at({100000.})}), Kink, "a kink");
  EXPECT_CAUSE(gradcheck([](const Tensor& x) { return (x * 1e-5).relu(); }, {at({0.})}), Kink, "a kink");
  const auto wrong = with_derivative(relu, [](const Tensor&, const Tensor& g) { return g * 3; });
  EXPECT_CAUSE(gradcheck(wrong, {at({0.})}), Kink, "the derivative, 3, is not even between the two");
  // A tie: whichever element is taken for the largest, the slopes differ.
  EXPECT_CAUSE(gradcheck([](const Tensor& x) { return std::get<0>(x.max(0)); }, {at({1., 1., 0.})}), Kink, "a kink");
}

TEST(GradcheckDiagnosis, KinksWhereTheDerivativeHappensToAgreeAreMentioned) {
  const auto result = gradcheck([](const Tensor& x) { return x.abs(); }, {at({0., 1., -2.})});
  EXPECT_TRUE(result);
  EXPECT_EQ(result.report,
            "gradcheck passed: 9 entries agree, 1 of them at kinks, where other slopes would be as right");
}

TEST(GradcheckDiagnosis, AKinkDoesNotHideAMistakeElsewhere) {
  const auto f = with_derivative([](const Tensor& x) { return x.relu(); },
                                 [](const Tensor& x, const Tensor& g) { return g * (x > 0).to(kFloat64) * 2; });
  const auto result = gradcheck(f, {at({0., 1.})});
  EXPECT_FALSE(result);
  EXPECT_FALSE(result.suspects(GradcheckCause::Kink)) << result.report;
  EXPECT_FALSE(gradcheck(f, {at({0., 1.})}, kw::allow_kinks = true));
}

TEST(GradcheckDiagnosis, KinksAmongOtherMistakesDoNotHideTheirCause) {
  const auto f = [](double by) {
    return with_derivative([](const Tensor& x) { return x.relu(); },
                           [by](const Tensor& x, const Tensor& g) { return g * (x > 0).to(kFloat64) * by; });
  };
  const std::string besides = "; besides, the function is not smooth at 1 of the entries that differ";
  const Tensor x = at({0., 1., -1., 2.});
  EXPECT_CAUSE(gradcheck(f(2), {x}), FactorOfTwo, "the derivative is twice the slope" + besides);
  EXPECT_CAUSE(gradcheck(f(-1), {x}), Sign, "the derivative is negated" + besides);
  EXPECT_CAUSE(gradcheck(f(1.001), {x}), Factor, "the derivative is 1.001 times the slope everywhere" + besides);
}

TEST(GradcheckDiagnosis, Jumps) {
  const auto heaviside = [](const Tensor& x) { return (x > 0).to(kFloat64) + x * 0; };
  EXPECT_CAUSE(gradcheck(heaviside, {at({0., 2.})}), Jump, "a jump, or a vertical tangent");
  const auto cube_root = [](const Tensor& x) { return x.sign() * x.abs().pow(1. / 3); };
  EXPECT_FALSE(gradcheck(cube_root, {at({0.})}));
}

TEST(GradcheckDiagnosis, Float32Precision) {
  const Tensor x = randn({4}, TensorOptions(kFloat32), Generator(3)).requires_grad_();
  const auto f = [](const Tensor& x) { return x.exp() + 1000; };
  EXPECT_CAUSE(gradcheck(f, {x}, kw::atol = 1e-6, kw::rtol = 1e-5), Float32, "Check in float64");
  const auto through = [](const Tensor& x) { return (x.to(kFloat32).exp() + 1e5).to(kFloat64); };
  EXPECT_CAUSE(gradcheck(through, {input({4})}), Float32, "rounded to float32 somewhere on the way");
}

TEST(GradcheckDiagnosis, RoughValues) {
  const auto f = [](const Tensor& x) { return (x + 1e13) - 1e13; };
  EXPECT_CAUSE(gradcheck(f, {at({0.3, 0.4})}, kw::atol = 1e-9, kw::rtol = 1e-9), Noise, "too rough for slopes");
}

TEST(GradcheckDiagnosis, OnlySomeEntries) {
  const auto f = with_derivative([](const Tensor& x) { return x.exp(); },
                                 [](const Tensor& x, const Tensor& g) {
                                   const Tensor right = g * x.exp();
                                   return where(x > 0, right, right * 1.5);
                                 });
  EXPECT_CAUSE(gradcheck(f, {at({1., 2., -1., -2., 0.5})}), SomeEntries,
               "only some entries (2 of 5): a special case is treated wrongly (an index, an edge, a mask, a tie?); "
               "there the derivative is 1.5 times the slope");
}

TEST(GradcheckDiagnosis, UndefinedGradients) {
  const auto f = [](const Tensor& x) {
    const Tensor* in[] = {&x};
    return differentiable_many<"TwoResultsBackward0">(
        in,
        [&] {
          const NoGradGuard no_grad;
          return std::vector<Array>{(x * 2).array(), (x * 3).array()};
        },
        no_save,
        [](const Saved&, const Grads& g) -> Grads {
          if (!g[0].defined() && !g[1].defined()) return {Tensor()};
          Tensor sum = g[0].defined() ? g[0] * 2 : Tensor();
          if (g[1].defined()) sum = sum.defined() ? sum + g[1] * 3 : g[1] * 3;
          return {sum};
        });
  };
  EXPECT_GRADCHECK(f, {input({2})});
  const auto careless = [](const Tensor& x) {
    const Tensor* in[] = {&x};
    return differentiable_many<"CarelessBackward0">(
        in,
        [&] {
          const NoGradGuard no_grad;
          return std::vector<Array>{(x * 2).array()};
        },
        no_save, [](const Saved&, const Grads& g) -> Grads { return {g[0] * 2}; });
  };
  const auto result = gradcheck(careless, {input({2})});
  EXPECT_CAUSE(result, UndefinedGrad, "output 0: backward throws when the gradient that comes in is undefined");
  EXPECT_TRUE(gradcheck(careless, {input({2})}, kw::check_undefined_grad = false));
  const auto eager = [](const Tensor& x) {
    const Tensor* in[] = {&x};
    return differentiable_many<"EagerBackward0">(
        in,
        [&] {
          const NoGradGuard no_grad;
          return std::vector<Array>{(x * 2).array()};
        },
        [](Save& s) { s.input(0); },
        [](const Saved& s, const Grads& g) -> Grads { return {g[0].defined() ? g[0] * 2 : ones_like(s.input(0))}; });
  };
  EXPECT_CAUSE(gradcheck(eager, {input({2})}), UndefinedGrad, "and yet input 0 gets a gradient of 1");
}

TEST(GradcheckDiagnosis, ReportShowsTheWorstEntries) {
  const auto result = gradcheck(scaled_op(2), {at({0.1, 0.2}), at({1., 3.})}, GradcheckOptions().max_entries(1));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.report,
            "gradcheck failed: 2 of 8 slopes are wrong (rtol 0.0001, atol 1e-06)\n"
            "  slope of      along             analytic        numeric  abs error  rel error\n"
            "  output 0 [1]  input 0 [1]        11.8804         5.9402        5.9          1\n"
            "  ... and 1 more\n"
            "  input 0, output 0: suspected cause: a factor of two: the derivative is twice the slope");
  ASSERT_EQ(result.entries.size(), 1u);
  const auto& entry = result.entries[0];
  EXPECT_EQ(entry.output, "output 0");
  EXPECT_EQ(entry.input, "input 0");
  EXPECT_EQ(entry.output_index, (std::vector<std::int64_t>{1}));
  EXPECT_EQ(entry.input_index, (std::vector<std::int64_t>{1}));
  EXPECT_NEAR(entry.analytic, 2 * (3 + 3 * std::cos(0.2)), 1e-12);
  EXPECT_NEAR(entry.numeric, 3 + 3 * std::cos(0.2), 1e-8);
  EXPECT_NEAR(entry.absolute_error, entry.numeric, 1e-8);
  EXPECT_NEAR(entry.relative_error, 1, 1e-8);
}

}  // namespace
}  // namespace xgrad::gradcheck_test
