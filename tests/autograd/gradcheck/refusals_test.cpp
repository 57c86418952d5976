// What cannot be checked is refused, with the reason.
#include "gradcheck_test.hpp"

namespace xgrad::gradcheck_test {
namespace {

const auto twice = [](const Tensor& x) { return x * 2; };

TEST(GradcheckRefusals, NothingToDifferentiate) {
  EXPECT_REFUSED(gradcheck(twice, {randn({2}, kFloat64)}), "expects at least one input tensor to require gradient");
  EXPECT_REFUSED(gradcheck(twice, {}), "expects at least one input tensor to require gradient");
  EXPECT_REFUSED(gradcheck([](const Tensor& x) { return x.argmax(); }, {input({3})}), "no floating-point output");
  EXPECT_REFUSED(gradgradcheck([](const Tensor& x) { return x.detach(); }, {input({3})}), "no output of the function");
}

TEST(GradcheckRefusals, Float32WithoutTolerances) {
  const Tensor single = randn({2}, TensorOptions(kFloat32).requires_grad(true), Generator(1));
  EXPECT_REFUSED(gradcheck(twice, {single}), "gradcheck refused: input 0 is float32, whose rounding alone");
  EXPECT_REFUSED(gradcheck(twice, {input({2}), single}), "input 1 is float32");
  EXPECT_TRUE(gradcheck(twice, {single}, GradcheckOptions().eps(1e-2).atol(1e-2).rtol(1e-2)));
  EXPECT_TRUE(gradcheck([](const Tensor& x) { return x.sin(); }, {single}, kw::atol = 1e-3, kw::rtol = 1e-3));
  EXPECT_FALSE(gradcheck(with_derivative([](const Tensor& x) { return x.sin(); },
                                         [](const Tensor& x, const Tensor& g) { return g * x.cos() * 1.1; }),
                         {single}, kw::atol = 1e-3, kw::rtol = 1e-3));
}

TEST(GradcheckRefusals, Float32Outputs) {
  EXPECT_REFUSED(gradcheck([](const Tensor& x) { return x.to(kFloat32); }, {input({2})}), "output 0 is float32");
}

TEST(GradcheckRefusals, OverlappingMemory) {
  EXPECT_REFUSED(gradcheck(twice, {input({1}).expand({3})}), "several elements of input 0 share memory");
  const Tensor base = input({4});
  const auto sum = [](const Tensor& a, const Tensor& b) { return a.sum() + b.sum(); };
  EXPECT_REFUSED(gradcheck(sum, {base.slice(0, 0, 3), base.slice(0, 2, 4)}), "input 0 and input 1 share memory");
  EXPECT_REFUSED(gradcheck(sum, {base, base.detach()}), "input 0 and input 1 share memory");
  // Neighbours in one storage, and one tensor given twice, are no trouble.
  EXPECT_GRADCHECK(sum, {base.slice(0, 0, 2), base.slice(0, 2, 4)});
  EXPECT_GRADCHECK([](const Tensor& a, const Tensor& b) { return a * b; }, {base, base});
}

TEST(GradcheckRefusals, NondeterministicFunctions) {
  double calls = 0;
  EXPECT_REFUSED(gradcheck([&](const Tensor& x) { return x * ++calls; }, {input({3})}),
                 "nondeterministic: output 0 differs between two calls");
  EXPECT_REFUSED(gradcheck([](const Tensor& x) { return x * rand({3}, kFloat64); }, {input({3})}),
                 "seed the generator inside it");
  EXPECT_GRADCHECK([](const Tensor& x) { return x * rand({3}, TensorOptions(kFloat64), Generator(4)); }, {input({3})});
  EXPECT_REFUSED(
      gradcheck([&](const Tensor& x) { return std::vector<Tensor>(static_cast<std::size_t>(calls++) % 2 + 1, x * 2); },
                {input({3})}),
      "lists of two lengths");
}

TEST(GradcheckRefusals, NondeterministicBackward) {
  double calls = 0;
  const auto f = with_derivative([](const Tensor& x) { return x.clone(); },
                                 [&](const Tensor&, const Tensor& g) { return g * (1 + 1e-9 * ++calls); });
  EXPECT_REFUSED(gradcheck(f, {input({3})}), "backward is nondeterministic: the gradient of input 0 through output 0");
  EXPECT_TRUE(gradcheck(f, {input({3})}, kw::nondet_tol = 1e-6));
}

TEST(GradcheckRefusals, NondeterministicBackwardInFastMode) {
  double calls = 0;
  const auto f = with_derivative([](const Tensor& x) { return x.clone(); },
                                 [&](const Tensor&, const Tensor& g) { return g * (1 + 1e-12 * ++calls); });
  EXPECT_REFUSED(gradcheck(f, {input({3})}, kw::fast_mode = true), "backward is nondeterministic");
}

TEST(GradcheckRefusals, InputsThatAreNotFinite) {
  const double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_REFUSED(gradcheck(twice, {at({1., infinity})}), "input 0 has an element that is inf, and no step");
  EXPECT_REFUSED(gradcheck(twice, {at({nan})}), "input 0 has an element that is nan");
  const auto one = [](double) { return 1.; };
  EXPECT_REFUSED(gradcheck([](double x) { return x; }, one, -infinity), "x has an element that is -inf");
  // What is only passed along may be anything.
  EXPECT_GRADCHECK([](const Tensor& x, const Tensor& mask) { return (x + mask).softmax(0); },
                   {input({3}), tensor({0., -infinity, 0.}, TensorOptions(kFloat64))});
}

TEST(GradcheckRefusals, OptionsThatMakeNoSense) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double bad : {-1., nan}) {
    EXPECT_THROW(GradcheckOptions().eps(bad), ValueError);
    EXPECT_THROW(GradcheckOptions().atol(bad), ValueError);
    EXPECT_THROW(GradcheckOptions().rtol(bad), ValueError);
    EXPECT_THROW(GradcheckOptions().nondet_tol(bad), ValueError);
  }
  EXPECT_THROW(GradcheckOptions().eps(0), ValueError);
}

TEST(GradcheckRefusals, FunctionsThatChangeTheirInputs) {
  const Tensor x = input({2}), before = x.detach().clone();
  EXPECT_REFUSED(gradcheck(
                     [](const Tensor& x) {
                       x.data().mul_(2);
                       return x * 1;
                     },
                     {x}),
                 "the function changes input 0");
  EXPECT_TRUE(x.detach().equal(before));
}

TEST(GradcheckRefusals, UndefinedOutputs) {
  EXPECT_REFUSED(gradcheck([](const Tensor& x) { return std::pair(x * 2, Tensor()); }, {input({2})}),
                 "output 1 is an undefined tensor");
}

TEST(GradcheckRefusals, ElementwiseThatIsNot) {
  EXPECT_REFUSED(gradcheck([](const Tensor& x) { return x * x.sum(); }, {input({5})}, kw::elementwise = true),
                 "the function is not elementwise");
  const auto wrong = with_derivative([](const Tensor& x) { return x.sin(); },
                                     [](const Tensor& x, const Tensor& g) { return g * x.cos() + g.sum() - g; });
  EXPECT_REFUSED(gradcheck(wrong, {input({5})}, kw::elementwise = true), "the derivative is not elementwise");
}

TEST(GradcheckRefusals, WhatTheFunctionThrowsPassesThrough) {
  EXPECT_THROW(gradcheck([](const Tensor& x) { return x.view({7}); }, {input({2})}), Error);
  EXPECT_THROW(gradcheck([](const Tensor& x) { return x; }, {input({2}), input({2})}), TypeError);
}

}  // namespace
}  // namespace xgrad::gradcheck_test
