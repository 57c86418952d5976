/// GoogleTest assertions on derivatives, for test programs: the only header of xgrad that includes GoogleTest, and so
/// not part of <xgrad/xgrad.hpp>. Link `xgrad::gradcheck` and GoogleTest.
///
///     #include <xgrad/autograd/gradcheck_gtest.hpp>
///
///     TEST(Swish, Gradient) {
///       Tensor x = randn({5}, dtype(kFloat64).requires_grad(true));
///       EXPECT_GRADCHECK([](const Tensor& x) { return x * x.sigmoid(); }, {x});
///       EXPECT_GRADGRADCHECK([](const Tensor& x) { return x * x.sigmoid(); }, {x});
///     }
///
/// They take what autograd::gradcheck and gradgradcheck take: modules, plain functions and keywords too.
#pragma once

#include <gtest/gtest.h>

#include <xgrad/autograd/gradcheck.hpp>

/// Fails the test, with gradcheck's report, unless autograd::gradcheck(arguments...) passes.
#define EXPECT_GRADCHECK(...) XGRAD_EXPECT_PASSED(::xgrad::autograd::gradcheck(__VA_ARGS__))

/// The same for second derivatives: autograd::gradgradcheck(arguments...).
#define EXPECT_GRADGRADCHECK(...) XGRAD_EXPECT_PASSED(::xgrad::autograd::gradgradcheck(__VA_ARGS__))

/// Runs at most once. A loop, since an if with an else here would draw warnings (or an else of the test's own) when the
/// assertion follows an if without braces.
#define XGRAD_EXPECT_PASSED(...) \
  for (auto xgrad_result = __VA_ARGS__; !xgrad_result.ok; xgrad_result.ok = true) ADD_FAILURE() << xgrad_result.report
