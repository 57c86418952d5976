// Functions that are not defined everywhere, checked right beside the edge of where they are.
#include "gradcheck_test.hpp"

#include <cmath>

namespace xgrad::gradcheck_test {
namespace {

using Function = std::function<Tensor(const Tensor&)>;

/// The same function with its derivative doubled.
Function doubled(const Function& f) {
  return with_derivative(f, [f](const Tensor& x, const Tensor& g) {
    const EnableGradGuard grad_mode;
    const Tensor y = x.detach().requires_grad_();
    return autograd::grad({f(y)}, {y}, {g})[0] * 2;
  });
}

Tensor cross_entropy(const Tensor& x) {  // throws where x is not between 0 and 1
  return binary_cross_entropy(x, full(x.sizes(), 0.25, TensorOptions(kFloat64)), {}, Reduction::None);
}

TEST(GradcheckDomains, BesideTheEdge) {
  const std::vector<Function> functions{[](const Tensor& x) { return (1 - x).log(); },
                                        [](const Tensor& x) { return (1 - x).sqrt(); },
                                        [](const Tensor& x) { return 1 / (1 - x).sqrt(); }};
  for (const double gap : {1e-3, 1e-6, 1e-8, 1e-9, 1e-10}) {
    for (const Function& f : functions) {
      EXPECT_GRADCHECK(f, {at({1 - gap, 0.5})}) << gap;
      EXPECT_CAUSE(gradcheck(doubled(f), {at({1 - gap, 0.5})}), FactorOfTwo, "twice the slope");
    }
  }
}

TEST(GradcheckDomains, OnTheEdgeThereIsNoSlope) {
  EXPECT_CAUSE(gradcheck([](const Tensor& x) { return (1 - x).sqrt(); }, {at({1.})}), OutsideDomain, "at the edge of");
  EXPECT_CAUSE(gradcheck(cross_entropy, {at({1.})}), OutsideDomain, "at the edge of");
}

TEST(GradcheckDomains, FunctionsThatThrowOutside) {
  for (const double x : {0.5, 0.05, 1e-4, 1e-7, 1e-9}) {
    EXPECT_GRADCHECK(cross_entropy, {at({x, 0.5, 1 - x})}) << x;
    EXPECT_CAUSE(gradcheck(doubled(cross_entropy), {at({x, 0.5, 1 - x})}), FactorOfTwo, "twice the slope");
    EXPECT_GRADCHECK(cross_entropy, {at({x, 0.5, 1 - x})}, kw::elementwise = true) << x;
    EXPECT_GRADCHECK(cross_entropy, {at({x, 0.5, 1 - x})}, kw::fast_mode = true) << x;
    EXPECT_GRADCHECK(cross_entropy, {at({x, 0.5, 1 - x})}, kw::ridders = true) << x;
  }
  EXPECT_GRADGRADCHECK(cross_entropy, {at({0.05, 0.5, 0.95})});
}

TEST(GradcheckDomains, PlainFunctionsThatThrowOutside) {
  const auto root = [](double x) {
    if (x < 0) throw std::domain_error("negative");
    return std::sqrt(x);
  };
  EXPECT_GRADCHECK(
      root, [](double x) { return 0.5 / std::sqrt(x); }, 1e-9);
  EXPECT_CAUSE(gradcheck(
                   root, [](double x) { return 1 / std::sqrt(x); }, 1e-3),
               FactorOfTwo, "twice the slope");
}

TEST(GradcheckDomains, WhatIsThrownEverywhereElsePassesThrough) {
  const auto f = [](double x) {
    if (x != 1) throw std::domain_error("only at 1");
    return x;
  };
  EXPECT_THROW(gradcheck(
                   f, [](double) { return 1.; }, 1.),
               std::domain_error);
}

}  // namespace
}  // namespace xgrad::gradcheck_test
