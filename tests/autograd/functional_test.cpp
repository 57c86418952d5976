#include <xgrad/autograd/functional.hpp>
#include <xgrad/autograd/gradcheck_gtest.hpp>

#include "graph/graph_test.hpp"

namespace xgrad {
namespace {

namespace functional = autograd::functional;
using namespace kwargs;
using List = std::vector<Tensor>;

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
               "Output 1 of the user-provided function is independent of input 0");
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
               "v has invalid size: should be [2] but got [1].");
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

// create_graph, strict and what v may be: the same for each of the six, in PyTorch's words.

/// A function of two inputs with every kind of second derivative.
List product_of_two(const List& in) { return {(in[0] * in[0] * in[1].exp()).sum()}; }

TEST(Functional, ProductsAreDifferentiableWithCreateGraph) {
  const auto f = [](const Tensor& x) { return (x * x * x).sum(); };
  const auto rows = [](const Tensor& x) { return x * x * x; };
  const Tensor v = numbers({3., 5.});
  // The third derivative of x³ is 6, and d(v·3x²)/dx = 6xv.
  const std::vector<std::pair<std::function<Tensor(const Tensor&)>, Values>> cases{
      {[&](const Tensor& x) { return functional::vjp(rows, x, v, create_graph = true).second; }, {18, 60}},
      {[&](const Tensor& x) { return functional::jvp(rows, x, v, create_graph = true).second; }, {18, 60}},
      {[&](const Tensor& x) { return functional::vhp(f, x, v, create_graph = true).second; }, {18, 30}},
      {[&](const Tensor& x) { return functional::hvp(f, x, v, create_graph = true).second; }, {18, 30}},
      {[&](const Tensor& x) { return functional::jacobian(rows, x, create_graph = true); }, {6, 12}},
      {[&](const Tensor& x) { return functional::hessian(f, x, create_graph = true); }, {6, 6}}};
  for (std::size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE(i);
    const Tensor x = leaf({1., 2.});
    const Tensor result = cases[i].first(x);
    ASSERT_TRUE(result.requires_grad());
    result.sum().backward();
    EXPECT_EQ(values(x.grad()), cases[i].second);
    EXPECT_GRADCHECK(cases[i].first, {leaf({0.3, -0.7})});
  }
}

TEST(Functional, ResultsAreDetachedOtherwise) {
  const auto f = [](const Tensor& x) { return (x * x * x).sum(); };
  const Tensor x = leaf({1., 2.}), v = numbers({3., 5.});
  const auto [y1, vjp] = functional::vjp(f, x, Tensor());
  const auto [y2, jvp] = functional::jvp(f, x, v);
  const auto [y3, vhp] = functional::vhp(f, x, v);
  const auto [y4, hvp] = functional::hvp(f, x, v);
  for (const Tensor& t : {y1, vjp, y2, jvp, y3, vhp, y4, hvp, functional::jacobian(f, x), functional::hessian(f, x)}) {
    EXPECT_FALSE(t.requires_grad());
  }
  EXPECT_FALSE(x.grad().defined());
}

TEST(Functional, ProductsOfSeveralInputs) {
  const List x{numbers({1., 2.}), numbers({0.5, -0.5})}, v{numbers({2., 3.}), numbers({5., 7.})};
  const auto jacobian = functional::jacobian(product_of_two, x);
  const auto hessian = functional::hessian(product_of_two, x);
  const auto close = [](const Tensor& a, const Tensor& b) { return allclose(a, b, 1e-12, 1e-12); };
  EXPECT_TRUE(close(functional::jvp(product_of_two, x, v).second[0],
                    jacobian[0][0].matmul(v[0]) + jacobian[0][1].matmul(v[1])));
  const List vjp = functional::vjp(product_of_two, x, List{tensor(2., TensorOptions(kFloat64))}).second;
  for (std::size_t j = 0; j < 2; ++j) {
    EXPECT_TRUE(close(vjp[j], jacobian[0][j] * 2));
    const Tensor hv = hessian[j][0].matmul(v[0]) + hessian[j][1].matmul(v[1]);
    EXPECT_TRUE(close(functional::hvp(product_of_two, x, v).second[j], hv));
    EXPECT_TRUE(close(functional::vhp(product_of_two, x, v).second[j], hv)) << "f is smooth: H is symmetric";
  }
}

TEST(Functional, AnUnusedInputGivesZeros) {
  const auto first_only = [](const List& in) { return List{(in[0] * in[0]).sum()}; };
  const List x{numbers({1., 2.}), numbers({3.})}, v{numbers({1., 1.}), numbers({1.})};
  const List one{tensor(1., TensorOptions(kFloat64))};
  EXPECT_EQ(values(functional::vjp(first_only, x, one).second[1]), (Values{0}));
  EXPECT_EQ(values(functional::jvp(first_only, x, v).second[0]), (Values{6}));
  EXPECT_EQ(values(functional::vhp(first_only, x, v).second[1]), (Values{0}));
  EXPECT_EQ(values(functional::hvp(first_only, x, v).second[1]), (Values{0}));
  EXPECT_EQ(values(functional::hessian(first_only, x)[0][1]), (Values{0, 0}));
}

TEST(Functional, StrictRefusesUnusedInputs) {
  const auto first_only = [](const List& in) { return List{(in[0] * in[0]).sum()}; };
  const List x{numbers({1., 2.}), numbers({3.})}, v{numbers({1., 1.}), numbers({1.})};
  const List one{tensor(1., TensorOptions(kFloat64))};
  const char* const unused =
      "The output of the user-provided function is independent of input 1. This is not allowed in strict mode.";
  EXPECT_ERROR(Error, functional::vjp(first_only, x, one, strict = true), unused);
  EXPECT_ERROR(Error, functional::jvp(first_only, x, v, strict = true), unused);
  EXPECT_ERROR(Error, functional::vhp(first_only, x, v, strict = true), unused);
  EXPECT_ERROR(Error, functional::hvp(first_only, x, v, strict = true), unused);
  EXPECT_ERROR(Error, functional::hessian(first_only, x, strict = true), unused);
  EXPECT_ERROR(Error, functional::jacobian(first_only, x, strict = true),
               "Output 0 of the user-provided function is independent of input 1. This is not allowed in strict mode.");
}

TEST(Functional, StrictRefusesDerivativesThatAreConstant) {
  const auto linear = [](const Tensor& x) { return (x * 2).sum(); };
  const auto square = [](const Tensor& x) { return (x * x).sum(); };
  const Tensor x = numbers({1., 2.}), v = numbers({3., 5.});
  const char* const no_hessian =
      "While computing the hessian, found that the jacobian of the user-provided function with respect to input 0 is "
      "independent of the input.";
  EXPECT_ERROR(Error, functional::hessian(linear, x, strict = true), no_hessian);
  EXPECT_ERROR(Error, functional::vhp(linear, x, v, strict = true), no_hessian);
  EXPECT_ERROR(Error, functional::hvp(linear, x, v, strict = true), no_hessian);
  EXPECT_EQ(values(functional::hessian(linear, x)), (Values{0, 0, 0, 0}));
  const char* const constant_jacobian =
      "The jacobian of the user-provided function is independent of input 0. This is not allowed in strict mode when "
      "create_graph=True.";
  EXPECT_ERROR(Error, functional::jacobian(linear, x, create_graph = true, strict = true), constant_jacobian);
  EXPECT_ERROR(Error, functional::vjp(linear, x, Tensor(), create_graph = true, strict = true), constant_jacobian);
  EXPECT_ERROR(Error, functional::jvp(linear, x, v, create_graph = true, strict = true), constant_jacobian);
  const char* const constant_hessian =
      "The hessian of the user-provided function is independent of input 0. This is not allowed in strict mode when "
      "create_graph=True.";
  EXPECT_ERROR(Error, functional::vhp(square, x, v, create_graph = true, strict = true), constant_hessian);
  EXPECT_ERROR(Error, functional::hvp(square, x, v, create_graph = true, strict = true), constant_hessian);
  // Strict alone asks for less: the derivatives are there.
  EXPECT_EQ(values(functional::vjp(linear, x, Tensor(), strict = true).second), (Values{2, 2}));
  EXPECT_EQ(values(functional::hvp(square, x, v, strict = true).second), (Values{6, 10}));
}

TEST(Functional, VectorsThatDoNotFit) {
  const auto f = [](const Tensor& x) { return (x * x).sum(); };
  const Tensor x = numbers({1., 2.});
  const char* const needed =
      "The vector v can only be None if the input to the user-provided function is a single Tensor with a single "
      "element.";
  EXPECT_ERROR(Error, functional::jvp(f, x, Tensor()), needed);
  EXPECT_ERROR(Error, functional::vhp(f, x, Tensor()), needed);
  EXPECT_ERROR(Error, functional::hvp(f, x, Tensor()), needed);
  EXPECT_EQ(values(functional::hvp(f, numbers({3.}), Tensor()).second), (Values{2}));
  EXPECT_ERROR(Error, functional::hvp(f, x, numbers({1.})), "v has invalid size: should be [2] but got [1].");
  const List two{x, x};
  EXPECT_ERROR(Error, functional::hvp(product_of_two, two, List{x}),
               "v is a tuple of invalid length: should be 2 but got 1.");
  EXPECT_ERROR(Error, functional::hvp(product_of_two, two, List{x, numbers({1.})}),
               "Entry 1 in v has invalid size: should be [2] but got [1].");
  EXPECT_ERROR(Error, functional::vhp([](const Tensor& x) { return x; }, x, x),
               "The Tensor returned by the function given to vhp should contain a single element");
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
