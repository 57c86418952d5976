// What is right passes, at awkward points and at all scales; and what is wrong by 0.1 % fails there.
#include "gradcheck_test.hpp"

namespace xgrad::gradcheck_test {
namespace {

using Function = std::function<Tensor(const Tensor&)>;
struct Named {
  const char* name;
  Function f;
};

const std::vector<Named>& positive_functions() {
  static const std::vector<Named> list{
      {"log", [](const Tensor& x) { return x.log(); }},      {"sqrt", [](const Tensor& x) { return x.sqrt(); }},
      {"1/x", [](const Tensor& x) { return 1 / x; }},        {"x^2", [](const Tensor& x) { return x * x; }},
      {"x^2.5", [](const Tensor& x) { return x.pow(2.5); }}, {"sum x^2", [](const Tensor& x) { return (x * x).sum(); }},
      {"mean", [](const Tensor& x) { return x.mean(); }},    {"x + 1", [](const Tensor& x) { return x + 1; }},
      {"relu", [](const Tensor& x) { return x.relu(); }},    {"abs", [](const Tensor& x) { return x.abs(); }},
  };
  return list;
}

/// The same function with its derivative scaled.
Function spoiled(const Function& f, double by) {
  return with_derivative(f, [f, by](const Tensor& x, const Tensor& g) {
    const EnableGradGuard grad_mode;
    const Tensor y = x.detach().requires_grad_();
    return autograd::grad({f(y)}, {y}, {g})[0] * by;
  });
}

class GradcheckScales : public testing::TestWithParam<double> {};

TEST_P(GradcheckScales, RightOnesPassAndOneTenthOfAPercentFails) {
  const double scale = GetParam();
  for (const auto& [name, f] : positive_functions()) {
    const Tensor x = at({0.7 * scale, 1.9 * scale, 3.1 * scale});
    const auto right = gradcheck(f, {x});
    EXPECT_TRUE(right) << name << " at " << scale << "\n" << right.report;
    for (const double by : {1.001, 0.999, 2., -1.}) {
      EXPECT_FALSE(gradcheck(spoiled(f, by), {x})) << name << " at " << scale << " times " << by;
    }
  }
}

TEST_P(GradcheckScales, OutputsOfAnySize) {
  const double scale = GetParam();
  const Tensor x = at({-0.7, 0.3, 1.1});
  for (const auto& f : std::vector<Function>{[scale](const Tensor& x) { return x.sin() * scale; },
                                             [scale](const Tensor& x) { return x.softmax(0) * scale; },
                                             [scale](const Tensor& x) { return (x * x).mean() * scale; }}) {
    EXPECT_GRADCHECK(f, {x});
    EXPECT_FALSE(gradcheck(spoiled(f, 1.001), {x})) << scale;
  }
}

TEST_P(GradcheckScales, FunctionsThatOverflowWithinTheFirstStep) {
  const double scale = GetParam();
  const Tensor x = at({0.7 * scale, -1.9 * scale, 3.1 * scale});
  const Function f = [scale](const Tensor& x) { return (x / scale).exp() * (x / scale).sin(); };
  EXPECT_GRADCHECK(f, {x});
  EXPECT_GRADCHECK(f, {x}, kw::fast_mode = true);
  EXPECT_FALSE(gradcheck(spoiled(f, 1.001), {x})) << scale;
  EXPECT_FALSE(gradcheck(spoiled(f, 1.001), {x}, kw::fast_mode = true)) << scale;
}

INSTANTIATE_TEST_SUITE_P(Scales, GradcheckScales,
                         testing::Values(1e-12, 1e-9, 1e-8, 1e-6, 1e-4, 1e-2, 1., 1e2, 1e4, 1e6, 1e8, 1e10, 1e12));

TEST(GradcheckAwkward, ElementsOfManySizesTogether) {
  EXPECT_GRADCHECK([](const Tensor& x) { return (x * x).sum(); }, {at({1e8, 1., 1e-8, 0.})});
  EXPECT_GRADCHECK([](const Tensor& x) { return x.log(); }, {at({1e8, 1., 1e-8, 1e-300})});
  EXPECT_GRADCHECK([](const Tensor& x) { return x.exp(); }, {at({-700., -30., 0., 30., 300.})});
  EXPECT_GRADCHECK([](const Tensor& x) { return x.softmax(0); }, {at({-500., 0., 20., 30.})});
  EXPECT_GRADCHECK([](const Tensor& x) { return x.sigmoid(); }, {at({-700., -40., 0., 40., 700.})});
  EXPECT_GRADCHECK([](const Tensor& x) { return x.tanh(); }, {at({-20., -3., 0., 3., 20.})});
  EXPECT_GRADCHECK([](const Tensor& a, const Tensor& b) { return a / b; }, {at({1., 1e6}), at({1e-6, 1e6})});
}

TEST(GradcheckAwkward, TheSmallestAndTheLargestNumbers) {
  const Function twice = [](const Tensor& x) { return x * 2; };
  EXPECT_GRADCHECK(twice, {at({1e-310, 5e-324, 0.})});
  EXPECT_GRADCHECK([](const Tensor& x) { return x * 1e-3; }, {at({1.7e308, -1e300})});
  for (const double x : {1e-300, 1e-310, 5e-324}) {
    EXPECT_CAUSE(gradcheck(spoiled(twice, 1.001), {at({x})}), Factor, "1.001 times the slope");
  }
}

TEST(GradcheckAwkward, WhatRoundingLeavesOfASlopeOfZero) {
  const Function constant = [](const Tensor&x) { return x * 3.3 / x; },
                 length = [](const Tensor&x) { return linalg_vector_norm(x, 3); };
  for (const double scale : {1e-6, 1e-2, 0.3, 1., 7., 1e3, 1e6}) {
    const Tensor x = at({0.7 * scale, -1.9 * scale});
    EXPECT_GRADCHECK(constant, {x});
    EXPECT_GRADGRADCHECK(length, {x.detach()[0].requires_grad_()}) << "which is |x|";
    // What is more than that is a mistake.
    const auto more = with_derivative(
        constant, [scale](const Tensor&, const Tensor& g) { return g * (1e-9 * std::max(1., 1 / scale)); });
    EXPECT_FALSE(gradcheck(more, {x})) << scale;
  }
}

TEST(GradcheckAwkward, SlopesThatFadeAsTheStepDoes) {
  const Function f = [](const Tensor& x) { return x * x.abs(); };
  EXPECT_GRADCHECK(f, {at({0.})});
  EXPECT_GRADCHECK(f, {at({0., 2.})});
  EXPECT_FALSE(gradcheck(with_derivative(f, [](const Tensor&, const Tensor& g) { return g * 1e-5; }), {at({0.})}));
}

TEST(GradcheckAwkward, FastOscillationsAndSteepSlopes) {
  EXPECT_GRADCHECK([](const Tensor& x) { return (x * 1e4).sin(); }, {at({0.1, 1., 2.})});
  EXPECT_GRADCHECK([](const Tensor& x) { return x.sin(); }, {at({1e6, 1e8})});
  EXPECT_GRADCHECK([](const Tensor& x) { return (x * 1e5).tanh(); }, {at({-1e-5, 0., 1e-6})});
}

TEST(GradcheckAwkward, BesideAKink) {
  const auto relu = [](const Tensor& x) { return x.relu(); };
  for (const double x : {1e-3, 1e-6, 5e-7, 1e-7, 1e-8, 1e-10}) {
    EXPECT_GRADCHECK(relu, {at({x, -x})});
    EXPECT_GRADCHECK([](const Tensor& t) { return (t - 1).abs(); }, {at({1 + x * 100, 1 - x * 100})});
  }
  EXPECT_GRADCHECK([](const Tensor& x) { return x.max(); }, {at({1., 1 + 1e-7, 0.})});
  // The slope of a function with a kink has a jump, and is flat beside it.
  for (const double x : {1e-3, 1e-6, 5e-7, 1e-7, 1e-8, 1e-10}) {
    for (const double scale : {1., 1e5, 1e-5}) {
      EXPECT_GRADGRADCHECK([scale](const Tensor& x) { return (x.abs() * 0.7 + x) * scale; }, {at({x, -x, 1.})}) << x;
      EXPECT_GRADGRADCHECK([scale](const Tensor& x) { return x.relu() * scale; }, {at({x, -x})}) << x;
    }
  }
}

TEST(GradcheckAwkward, LargeConstantsBesideSmallSlopes) {
  EXPECT_GRADCHECK([](const Tensor& x) { return x.sin() + 1e6; }, {at({0.3, 1.})});
  EXPECT_GRADCHECK([](const Tensor& x) { return (x.sin() + 1e6) - 1e6; }, {at({0.3, 1.})});
  EXPECT_GRADCHECK([](const Tensor& x) { return x.sin() * 1e-6 + 1; }, {at({0.3, 1.})});
}

TEST(GradcheckAwkward, FastModeDoesNotPassWhatItCannotSee) {
  // Rounding of the constant, or curvature within a step, is larger than the mistake.
  for (const double constant : {0., 1e4, 1e6, 1e8, 1e10}) {
    const Function f = [constant](const Tensor& x) { return x.sin() + constant; };
    const Tensor x = at({0.3, 1.});
    if (constant < 1e9) EXPECT_GRADCHECK(f, {x}, kw::fast_mode = true);
    EXPECT_FALSE(gradcheck(spoiled(f, 1.05), {x}, kw::fast_mode = true)) << constant;
  }
  const Function log = [](const Tensor& x) { return x.log(); };
  const Function inverse = [](const Tensor& x) { return 1 / x; };
  for (const Function& f : {log, inverse}) {
    for (const double scale : {1e-4, 1e-5, 1e-6, 1e-8}) {
      const Tensor x = at({0.7 * scale, 1.9 * scale});
      EXPECT_GRADCHECK(f, {x}, kw::fast_mode = true);
      EXPECT_FALSE(gradcheck(spoiled(f, 1.001), {x}, kw::fast_mode = true)) << scale;
    }
  }
}

TEST(GradcheckAwkward, ZeroDerivatives) {
  EXPECT_GRADCHECK([](const Tensor& x) { return x * 0; }, {input({3})});
  EXPECT_GRADCHECK([](const Tensor& x) { return x.softmax(0).sum(); }, {input({5})});
  EXPECT_GRADCHECK([](const Tensor& x) { return x.sin().square() + x.cos().square(); }, {input({5})});
  EXPECT_GRADCHECK([](const Tensor& x) { return (x - x.mean()).sum(); }, {input({5})});
  EXPECT_GRADCHECK([](const Tensor& x) { return x.pow(3); }, {at({0., 1e-5})});
  EXPECT_GRADCHECK([](const Tensor& x) { return (x > 1).to(kFloat64) + x * 0; }, {at({0.5, 1.25})});
}

TEST(GradcheckAwkward, MeansOverManyElements) {
  // Slopes below 1e-3: a fixed absolute tolerance of 1e-6 would let an error of 0.1 % pass.
  const Function f = [](const Tensor& x) { return x.sin().mean(); };
  EXPECT_GRADCHECK(f, {input({2000})});
  EXPECT_FALSE(gradcheck(spoiled(f, 1.001), {input({200})}));
}

TEST(GradcheckAwkward, FunctionsThatComputeInFloat32) {
  EXPECT_GRADCHECK([](const Tensor& x) { return x.to(kFloat32).sin().to(kFloat64); }, {input({3})}, kw::atol = 1e-3,
                   kw::rtol = 1e-3);
}

}  // namespace
}  // namespace xgrad::gradcheck_test
