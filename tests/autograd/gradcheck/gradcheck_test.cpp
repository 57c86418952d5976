// Functions of every shape, inputs of every kind, and the GoogleTest assertions.
#include <gtest/gtest-spi.h>

#include "gradcheck_test.hpp"

namespace xgrad::gradcheck_test {
namespace {

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

TEST(Gradcheck, SignaturesAndLists) {
  const Tensor a = input({2}), b = input({2}, 2);
  EXPECT_GRADCHECK([](const std::vector<Tensor>& in) { return in[0] * in[1]; }, {a, b});
  EXPECT_GRADCHECK(
      [](const std::vector<Tensor>& in) {
        return std::vector<Tensor>{in[0] * in[1], in[0].sin()};
      },
      {a, b});
  EXPECT_GRADCHECK([](Tensor x, Tensor y) { return std::pair(x * y, y.exp()); }, {a, b});
  EXPECT_GRADCHECK([](Tensor x, Tensor y) { return std::tuple(x * y, y.exp(), x); }, {a, b});
  EXPECT_GRADCHECK([](Tensor x, Tensor y) { return std::array{x * y, y.exp()}; }, {a, b});
  EXPECT_GRADCHECK([](const Tensor& x) { return x.max(0); }, {a});  // values and indices
  EXPECT_GRADCHECK([](const Tensor& x) { return x.tanh(); }, {a}, kw::atol = 1e-5, kw::rtol = 1e-3);
}

TEST(Gradcheck, SeveralOutputsAreToldApart) {
  const auto f = [](const Tensor& a, const Tensor& b) {
    return std::vector<Tensor>{a * b, scaled_op(2)(a, b), a.argmax(), b.sin()};
  };
  const auto result = gradcheck(f, {input({2}), input({2}, 2)});
  EXPECT_CAUSE(result, FactorOfTwo, "input 0, output 1: suspected cause: a factor of two");
  EXPECT_EQ(result.findings.size(), 1u) << result.report;
  EXPECT_REPORT(result, "gradcheck failed: 2 of 24 slopes are wrong");
}

TEST(Gradcheck, IntegersAndConstantsArePassedAlong) {
  const Tensor labels = tensor({1, 0}), mask = tensor({true, false});
  EXPECT_GRADCHECK([](const Tensor& x, const Tensor& t,
                      const Tensor& m) { return nll_loss(x, t) + where(m, x.select(1, 0), 0.).sum(); },
                   {input({2, 3}), labels, mask});
  EXPECT_GRADCHECK([](const Tensor& x, const Tensor& c) { return x * c; }, {input({2}), randn({2}, kFloat64)});
  EXPECT_GRADCHECK([](const Tensor& x, const Tensor& c) { return c.defined() ? x * c : x; }, {input({2}), Tensor()});
}

TEST(Gradcheck, UnusedInputsAndEmptyOnes) {
  EXPECT_GRADCHECK([](const Tensor& a, const Tensor&) { return a * 3; }, {input({2}), input({2}, 2)});
  EXPECT_GRADCHECK([](const Tensor& a) { return a.sum(); }, {input({0, 2})});
  EXPECT_EQ(gradcheck([](const Tensor& a) { return a.exp(); }, {input({0, 2})}).report,
            "gradcheck passed: nothing to compare, as the inputs or the outputs are empty");
  EXPECT_GRADCHECK([](const Tensor& a, const Tensor& b) { return std::pair(a.exp(), b.exp()); },
                   {input({0}), input({2})});
  EXPECT_GRADGRADCHECK([](const Tensor& a, const Tensor& b) { return a.exp() + b; }, {input({2}), input({2}, 2)});
  EXPECT_GRADGRADCHECK([](const Tensor& a) { return a.exp(); }, {input({0})});
}

TEST(Gradcheck, BackwardOfAnEmptyOutputIsTried) {
  const auto f = with_derivative([](const Tensor& x) { return x.exp(); },
                                 [](const Tensor&, const Tensor& g) { return g.view({7}); });
  EXPECT_THROW(gradcheck(f, {input({0})}), Error);
}

TEST(Gradcheck, LeavesInputsAsTheyWere) {
  const Tensor x = input({2, 3}).t();  // not packed
  const Tensor before = x.detach().clone();
  const auto version = x.version();
  EXPECT_GRADCHECK([](const Tensor& t) { return t.sin(); }, {x});
  EXPECT_FALSE(gradcheck([](const Tensor& t) { return t.detach(); }, {x}));
  EXPECT_TRUE(gradcheck([](const Tensor& t) { return t.sin(); }, {x}, kw::fast_mode = true, kw::elementwise = true));
  EXPECT_TRUE(gradcheck([](const Tensor& t) { return t.sin(); }, {x}, kw::ridders = true, kw::elementwise = true));
  EXPECT_TRUE(x.detach().equal(before));
  EXPECT_EQ(x.version(), version);
}

TEST(Gradcheck, LeavesInputsAsTheyWereWhenTheFunctionThrows) {
  const Tensor x = input({2});
  const Tensor before = x.detach().clone();
  int calls = 0;
  EXPECT_THROW(gradcheck(
                   [&](const Tensor& t) {
                     if (++calls >= 5) fail("enough");
                     return t * 2;
                   },
                   {x}),
               Error);
  EXPECT_TRUE(x.detach().equal(before));
}

TEST(Gradcheck, WorksWhereGradientsAreSwitchedOff) {
  const NoGradGuard no_grad;
  EXPECT_GRADCHECK([](const Tensor& x) { return x.sin(); }, {input({2})});
  EXPECT_GRADGRADCHECK([](const Tensor& x) { return x.sin(); }, {input({2})});
  EXPECT_FALSE(GradMode::is_enabled());
}

TEST(Gradcheck, SecondOrderWithGradientsOfYourOwn) {
  const auto f = [](const Tensor& x) { return x * x; };
  EXPECT_TRUE(gradgradcheck(f, {input({2})}, std::vector{ones({2}, kFloat64)}));
  EXPECT_TRUE(gradgradcheck(f, {input({2})}, std::vector{ones({2}, kFloat64)}, kw::rtol = 1e-5));
  EXPECT_THROW(gradgradcheck([](const Tensor& x) { return std::pair(x * x, x.sin()); }, {input({2})},
                             std::vector{ones({2}, kFloat64)}),
               ValueError);
}

TEST(Gradcheck, AssertionsAreOneStatement) {
  const auto f = [](const Tensor& x) { return x * 2; };
  const Tensor x = input({2});
  bool other = false;
  if (x.numel() == 2) EXPECT_GRADCHECK(f, {x});
  if (x.numel() == 3)
    EXPECT_GRADCHECK(scaled_op(2), {x, x});
  else
    other = true;
  EXPECT_TRUE(other);
}

TEST(Gradcheck, AssertionFailsTheTestWithTheReport) {
  testing::TestPartResultArray failures;
  {
    testing::ScopedFakeTestPartResultReporter reporter(
        testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &failures);
    EXPECT_GRADCHECK(scaled_op(2), {input({2}), input({2}, 2)}) << "and what the test adds";
    EXPECT_GRADCHECK([](double x) { return x * x; }, [](double x) { return 4 * x; }, 3.);
    EXPECT_GRADGRADCHECK([](const Tensor& x) { return x * 2; }, {input({2})});
    EXPECT_GRADGRADCHECK(with_derivative([](const Tensor& x) { return x.pow(3); },
                                         [](const Tensor& x, const Tensor& g) { return g * 3 * x.detach().square(); }),
                         {input({2})});
  }
  ASSERT_EQ(failures.size(), 3);
  EXPECT_PRED2(contains, failures.GetTestPartResult(0).message(), "a factor of two");
  EXPECT_PRED2(contains, failures.GetTestPartResult(0).message(), "and what the test adds");
  EXPECT_PRED2(contains, failures.GetTestPartResult(1).message(), "a factor of two");
  EXPECT_PRED2(contains, failures.GetTestPartResult(2).message(), "second derivatives: gradcheck failed");
}

}  // namespace
}  // namespace xgrad::gradcheck_test
