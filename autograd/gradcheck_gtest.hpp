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
#define EXPECT_GRADCHECK(...)                                                                   \
  switch (0) /* so that an else after the assertion cannot belong to it */                      \
  case 0:                                                                                       \
  default:                                                                                      \
    if (const auto xgrad_result = ::xgrad::autograd::gradcheck(__VA_ARGS__); xgrad_result.ok) { \
    } else                                                                                      \
      ADD_FAILURE() << xgrad_result.report

/// The same for second derivatives: autograd::gradgradcheck(arguments...).
#define EXPECT_GRADGRADCHECK(...)                                                                   \
  switch (0)                                                                                        \
  case 0:                                                                                           \
  default:                                                                                          \
    if (const auto xgrad_result = ::xgrad::autograd::gradgradcheck(__VA_ARGS__); xgrad_result.ok) { \
    } else                                                                                          \
      ADD_FAILURE() << xgrad_result.report
