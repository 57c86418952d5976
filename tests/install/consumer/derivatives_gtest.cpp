// Checks derivatives in GoogleTest; the second test is to fail.
#include <xgrad/autograd/gradcheck_gtest.hpp>
#include <xgrad/xgrad.hpp>

using namespace xgrad;

const Tensor x = tensor({1., 2.}, dtype(kFloat64).requires_grad(true));

TEST(Derivatives, Right) {
  EXPECT_GRADCHECK([](const Tensor& t) { return t * t; }, {x});
  EXPECT_GRADGRADCHECK([](const Tensor& t) { return t * t; }, {x});
}

TEST(Derivatives, Wrong) {
  EXPECT_GRADCHECK([](const Tensor& t) { return t * t.detach(); }, {x});
}
