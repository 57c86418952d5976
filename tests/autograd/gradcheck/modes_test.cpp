// Options: fast mode, elementwise, Ridders' method, kinks, exceptions; and that keywords reach them.
#include "gradcheck_test.hpp"

namespace xgrad::gradcheck_test {
namespace {

using namespace xgrad::kwargs;

/// Calls of a function, and a right derivative for it.
struct Counted {
  int* calls;
  Tensor operator()(const Tensor& x) const {
    ++*calls;
    return x.sin() * x;
  }
};

TEST(GradcheckOptions, KeywordsSetters) {
  const auto o = kwargs::apply(GradcheckOptions(), eps = 1e-3, kw::atol = 1e-2, rtol = 1e-1, nondet_tol = 1e-7,
                               max_entries = 3, raise_exception = true, fast_mode = true, elementwise = true,
                               ridders = true, allow_kinks = true, check_undefined_grad = false);
  EXPECT_EQ(o.eps(), 1e-3);
  EXPECT_EQ(o.atol(), 1e-2);
  EXPECT_EQ(o.rtol(), 1e-1);
  EXPECT_EQ(o.nondet_tol(), 1e-7);
  EXPECT_EQ(o.max_entries(), 3u);
  EXPECT_TRUE(o.raise_exception() && o.fast_mode() && o.elementwise() && o.ridders() && o.allow_kinks());
  EXPECT_FALSE(o.check_undefined_grad());
  EXPECT_TRUE(o.tolerances_given());
}

TEST(GradcheckOptions, TolerancesThatAreGivenCountAsTheyAre) {
  const std::vector<Tensor> in{input({3}), input({3}, 2)};
  EXPECT_FALSE(gradcheck(scaled_op(1.001), in));
  EXPECT_TRUE(gradcheck(scaled_op(1.001), in, rtol = 1e-2));
  EXPECT_TRUE(gradcheck(scaled_op(1.001), in, kw::atol = 1.));
  EXPECT_FALSE(gradcheck(scaled_op(1.00001), in, rtol = 1e-6, kw::atol = 1e-9));
}

TEST(GradcheckOptions, RaiseExceptionThrowsTheReport) {
  const std::vector<Tensor> in{input({3}), input({3}, 2)};
  EXPECT_NO_THROW(gradcheck(scaled_op(1), in, raise_exception = true));
  try {
    gradcheck(scaled_op(2), in, raise_exception = true);
    FAIL();
  } catch (const autograd::GradcheckError& error) {
    EXPECT_EQ(error.what(), gradcheck(scaled_op(2), in).report);
  }
  EXPECT_THROW(gradcheck(scaled_op(1), {in[0].detach(), in[1].detach()}, raise_exception = true),
               autograd::GradcheckError);
  EXPECT_THROW(gradgradcheck([](const Tensor& x) { return x.detach(); }, {in[0]}, raise_exception = true),
               autograd::GradcheckError);
}

TEST(GradcheckOptions, MaxEntries) {
  const std::vector<Tensor> in{input({20}), input({20}, 2)};
  for (const std::size_t n : {0u, 1u, 5u}) {
    const auto result = gradcheck(scaled_op(2), in, max_entries = n);
    EXPECT_EQ(result.entries.size(), n);
    EXPECT_PRED2(contains, result.report, "a factor of two");
  }
  EXPECT_PRED2(contains, gradcheck(scaled_op(2), in).report, "... and 12 more");
}

TEST(GradcheckFastMode, LooksOnceWhenAllIsWell) {
  int calls = 0;
  const auto result = gradcheck(Counted{&calls}, {input({200})}, fast_mode = true);
  EXPECT_TRUE(result) << result.report;
  EXPECT_EQ(result.report, "gradcheck passed: slopes along random directions agree (fast_mode)");
  EXPECT_LT(calls, 30);
}

TEST(GradcheckFastMode, SaysWhatIsWrongAsTheFullCheckDoes) {
  const std::vector<Tensor> in{input({2, 3}), input({3}, 2)};
  for (const double by : {1.001, 2., -1., 0.}) {
    EXPECT_EQ(gradcheck(scaled_op(by), in, fast_mode = true).report, gradcheck(scaled_op(by), in).report);
  }
}

TEST(GradcheckFastMode, FindsOneWrongEntryAmongMany) {
  const auto f = with_derivative([](const Tensor& x) { return x.exp(); },
                                 [](const Tensor& x, const Tensor& g) {
                                   const Tensor right = g * x.exp();
                                   right.select(0, 17).mul_(1.001);
                                   return right;
                                 });
  EXPECT_FALSE(gradcheck(f, {input({100})}, fast_mode = true));
}

TEST(GradcheckFastMode, RaisesNoFalseAlarms) {
  for (const double scale : {1e-8, 1e-3, 1., 1e5, 1e9}) {
    const Tensor x = at({0.7 * scale, 1.9 * scale, 3.1 * scale});
    EXPECT_GRADCHECK([](const Tensor& t) { return t.log() + (t * t).sum(); }, {x}, fast_mode = true);
  }
  EXPECT_GRADCHECK([](const Tensor& a, const Tensor& b) { return std::pair(a.mm(b), a.relu()); },
                   {input({3, 4}), input({4, 2}, 2)}, fast_mode = true);
}

TEST(GradcheckElementwise, NeedsFewCalls) {
  int calls = 0;
  const auto result = gradcheck(Counted{&calls}, {input({1000})}, elementwise = true);
  EXPECT_TRUE(result) << result.report;
  EXPECT_EQ(result.report, "gradcheck passed: 1000 entries agree");
  EXPECT_LT(calls, 50);
}

TEST(GradcheckElementwise, FindsAndNamesMistakes) {
  const auto wrong = [](double by) {
    return with_derivative([](const Tensor& x) { return x.exp(); },
                           [by](const Tensor& x, const Tensor& g) { return g * x.exp() * by; });
  };
  EXPECT_CAUSE(gradcheck(wrong(1.001), {input({300})}, elementwise = true), Factor, "1.001 times the slope");
  EXPECT_CAUSE(gradcheck(wrong(2), {input({3, 4})}, elementwise = true), FactorOfTwo, "twice the slope");
  EXPECT_CAUSE(gradcheck(wrong(-1), {input({3})}, elementwise = true), Sign, "the sign");
  EXPECT_CAUSE(gradcheck(wrong(0), {input({3})}, elementwise = true), Zero, "zeros");
  EXPECT_CAUSE(gradcheck([](const Tensor& x) { return x.relu(); }, {at({-1., 0., 1.})}, elementwise = true), Kink,
               "a kink");
  const auto result = gradcheck(wrong(2), {at({0., 1.})}, elementwise = true, max_entries = 1);
  ASSERT_EQ(result.entries.size(), 1u);
  EXPECT_EQ(result.entries[0].output_index, (std::vector<std::int64_t>{1}));
  EXPECT_EQ(result.entries[0].input_index, (std::vector<std::int64_t>{1}));
}

TEST(GradcheckElementwise, SeveralInputsAndBroadcastOnes) {
  const auto product = [](const Tensor& a, const Tensor& b) { return a * b.exp(); };
  EXPECT_EQ(gradcheck(product, {input({4, 3}), input({4, 3}, 2)}, elementwise = true).report,
            "gradcheck passed: 24 entries agree");
  EXPECT_EQ(gradcheck(product, {input({4, 3}), input({3}, 2)}, elementwise = true).report,
            "gradcheck passed: 48 entries agree");  // 12 on the diagonal, 12·3 in full
  EXPECT_CAUSE(gradcheck(scaled_op(2), {input({3}), input({3}, 2)}, elementwise = true), FactorOfTwo, "input 0");
  EXPECT_GRADGRADCHECK([](const Tensor& x) { return x.sin(); }, {input({4})}, elementwise = true);
  EXPECT_GRADCHECK([](const Tensor& x) { return x.sin(); }, {input({0})}, elementwise = true);
  EXPECT_GRADCHECK([](const Tensor& x) { return x.sin(); }, {input({})}, elementwise = true);
}

TEST(GradcheckRidders, MeasuresFarMoreExactly) {
  // With tolerances that a plain central difference cannot meet.
  for (const auto& f : std::vector<std::function<Tensor(const Tensor&)>>{[](const Tensor& x) { return x.exp(); },
                                                                         [](const Tensor& x) { return x.sin() / x; },
                                                                         [](const Tensor& x) { return x.pow(5); }}) {
    const Tensor x = at({0.7, 2.3, 5.1});
    const auto with = gradcheck(f, {x}, ridders = true, kw::atol = 1e-11, rtol = 1e-10);
    EXPECT_TRUE(with) << with.report;
  }
  const auto wrong = with_derivative([](const Tensor& x) { return x.exp(); },
                                     [](const Tensor& x, const Tensor& g) { return g * x.exp() * (1 + 1e-8); });
  EXPECT_CAUSE(gradcheck(wrong, {at({1., 2.})}, ridders = true, kw::atol = 0., rtol = 1e-9), Factor,
               "the derivative is 1 + 1e-08 times the slope");
  EXPECT_CAUSE(gradcheck(scaled_op(1.001), {input({3}), input({3}, 2)}, ridders = true), Factor, "1.001 times");
  EXPECT_CAUSE(gradcheck([](const Tensor& x) { return x.relu(); }, {at({0.})}, ridders = true), Kink, "a kink");
}

TEST(GradcheckRidders, KeepsToTheDomain) {
  EXPECT_GRADCHECK([](const Tensor& x) { return x.log(); }, {at({1e-6, 1e-3, 1.})}, ridders = true);
  EXPECT_GRADCHECK([](const Tensor& x) { return x.relu(); }, {at({1e-6, -1e-3, 1.})}, ridders = true);
}

TEST(GradcheckAllowKinks, AcceptsSlopesBetweenTheSides) {
  const auto relu = [](const Tensor& x) { return x.relu(); };
  EXPECT_FALSE(gradcheck(relu, {at({0., 1.})}));
  const auto result = gradcheck(relu, {at({0., 1.})}, allow_kinks = true);
  EXPECT_TRUE(result) << result.report;
  EXPECT_PRED2(contains, result.report, "1 of them at kinks");
  const auto wrong =
      with_derivative(relu, [](const Tensor& x, const Tensor& g) { return g * (x >= 0).to(kFloat64) * 2; });
  EXPECT_FALSE(gradcheck(wrong, {at({0.})}, allow_kinks = true));
}

TEST(GradcheckEps, IsTheStepOfTheFirstLook) {
  std::vector<double> seen;
  const auto f = [&](const Tensor& x) {
    seen.push_back(x.detach().select(0, 0).item<double>());
    return x * 2;
  };
  EXPECT_TRUE(gradcheck(f, {at({1., 1.})}, eps = 0.25));
  EXPECT_EQ(*std::max_element(seen.begin(), seen.end()), 1.25);
  EXPECT_EQ(*std::min_element(seen.begin(), seen.end()), 0.75);
}

}  // namespace
}  // namespace xgrad::gradcheck_test
