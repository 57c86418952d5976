#include <xgrad/autograd/functional.hpp>

#include "graph/graph_test.hpp"

namespace xgrad {
namespace {

namespace functional = autograd::functional;
using namespace kwargs;

Tensor numbers(const TensorData& data) { return tensor(data, TensorOptions(kFloat64)); }

TEST(Functional, Jacobian) {
  const Tensor x = numbers({1., 2., 3.});
  const Tensor j = functional::jacobian([](const Tensor& x) { return x * x; }, x);
  EXPECT_EQ(j.sizes(), (Dims{3, 3}));
  EXPECT_EQ(values(j), (Values{2, 0, 0, 0, 4, 0, 0, 0, 6}));
  EXPECT_FALSE(j.requires_grad());
  EXPECT_FALSE(x.requires_grad());
  const Tensor of_scalar = functional::jacobian([](const Tensor& x) { return x.sum(); }, x);
  EXPECT_EQ(of_scalar.sizes(), (Dims{3}));
}

TEST(Functional, JacobianOfSeveral) {
  const Tensor x = numbers({{1., 2.}}), y = numbers({3., 4.});
  const auto f = [](const std::vector<Tensor>& in) { return std::vector<Tensor>{in[0] * in[1], in[1].sum()}; };
  const auto j = functional::jacobian(f, {x, y});
  ASSERT_EQ(j.size(), 2u);
  EXPECT_EQ(j[0][0].sizes(), (Dims{1, 2, 1, 2}));
  EXPECT_EQ(values(j[0][0]), (Values{3, 0, 0, 4}));
  EXPECT_EQ(values(j[0][1]), (Values{1, 0, 0, 2}));
  EXPECT_EQ(values(j[1][0]), (Values{0, 0}));
  EXPECT_EQ(values(j[1][1]), (Values{1, 1}));
  EXPECT_ERROR(Error, functional::jacobian(f, {x, y}, strict = true),
               "The output of the user-provided function is independent of input 0");
}

TEST(Functional, Hessian) {
  const Tensor x = numbers({1., 2.});
  const Tensor h = functional::hessian([](const Tensor& x) { return (x * x * x).sum() + x[0] * x[1]; }, x);
  EXPECT_EQ(values(h), (Values{6, 1, 1, 12}));
  const auto blocks = functional::hessian([](const std::vector<Tensor>& in) { return (in[0] * in[0] * in[1]).sum(); },
                                          {numbers({1.}), numbers({2.})});
  EXPECT_EQ(values(blocks[0][0]), (Values{4}));
  EXPECT_EQ(values(blocks[0][1]), (Values{2}));
  EXPECT_EQ(values(blocks[1][1]), (Values{0}));
  EXPECT_ERROR(Error, functional::hessian([](const Tensor& x) { return x; }, x), "should contain a single element");
}

TEST(Functional, VectorJacobianProduct) {
  const Tensor x = numbers({1., 2.}), v = numbers({10., 100.});
  const auto [y, g] = functional::vjp([](const Tensor& x) { return x * x; }, x, v);
  EXPECT_EQ(values(y), (Values{1, 4}));
  EXPECT_EQ(values(g), (Values{20, 400}));
  EXPECT_FALSE(y.requires_grad());
  const auto [s, gs] = functional::vjp([](const Tensor& x) { return x.sum(); }, x, Tensor());
  EXPECT_EQ(values(gs), (Values{1, 1}));
  EXPECT_ERROR(Error, functional::vjp([](const Tensor& x) { return x * x; }, x, Tensor()), "can only be None if");
  EXPECT_ERROR(Error, functional::vjp([](const Tensor& x) { return x * x; }, x, numbers({1.})),
               "Entry 0 in v has invalid size: should be [2] but got [1]");
}

TEST(Functional, JacobianVectorProduct) {
  manual_seed(5);
  const Tensor a = randn({3, 2}, dtype(kFloat64)), x = randn({2}, dtype(kFloat64)), v = randn({2}, dtype(kFloat64));
  const auto f = [&](const Tensor& x) { return a.matmul(x).tanh(); };
  const auto [y, jv] = functional::jvp(f, x, v);
  EXPECT_EQ(y.sizes(), (Dims{3}));
  EXPECT_TRUE(allclose(jv, functional::jacobian(f, x).matmul(v), 1e-12, 1e-12));
  const auto [same, zero] = functional::jvp([](const Tensor& x) { return x * 2; }, x, v);  // linear: J is constant
  EXPECT_TRUE(allclose(zero, v * 2));
}

TEST(Functional, HessianVectorProducts) {
  manual_seed(6);
  const Tensor x = randn({3}, dtype(kFloat64)), v = randn({3}, dtype(kFloat64));
  const Tensor a = randn({3, 3}, dtype(kFloat64));
  const auto f = [&](const Tensor& x) { return (x.exp() * a.matmul(x)).sum(); };
  const Tensor h = functional::hessian(f, x);
  EXPECT_TRUE(allclose(functional::hvp(f, x, v).second, h.matmul(v), 1e-12, 1e-12));
  EXPECT_TRUE(allclose(functional::vhp(f, x, v).second, h.t().matmul(v), 1e-12, 1e-12));
  const auto linear = functional::hvp([](const Tensor& x) { return x.sum(); }, x, v);
  EXPECT_EQ(values(linear.second), (Values{0, 0, 0}));
}

TEST(Functional, ResultsMayBeDifferentiable) {
  const Tensor x = leaf({1., 2.});
  const Tensor j = functional::jacobian([](const Tensor& x) { return x * x * x; }, x, create_graph = true);
  EXPECT_TRUE(j.requires_grad());
  j.sum().backward();
  EXPECT_EQ(values(x.grad()), (Values{6, 12}));  // d(3x²)/dx
  x.mutable_grad().reset();
  const auto [y, g] = functional::vjp([](const Tensor& x) { return (x * x * x).sum(); }, x, Tensor(), true);
  g.sum().backward();
  EXPECT_EQ(values(x.grad()), (Values{6, 12}));
}

TEST(Functional, StrictRefusesWhatDoesNotDepend) {
  const Tensor x = numbers({1.});
  EXPECT_ERROR(Error, functional::jacobian([](const Tensor&) { return ones({2}, dtype(kFloat64)); }, x, strict = true),
               "Output 0 of the user-provided function does not require gradients");
  EXPECT_EQ(values(functional::jacobian([](const Tensor&) { return ones({2}, dtype(kFloat64)); }, x)), (Values{0, 0}));
  EXPECT_ERROR(Error, functional::jacobian([](const Tensor& x) { return x; }, tensor({1, 2})),
               "must be floating point Tensors");
}

}  // namespace
}  // namespace xgrad
