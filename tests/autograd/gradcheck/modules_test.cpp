// Whole modules: their parameters are checked along with the inputs.
#include <xgrad/nn/nn.hpp>

#include "gradcheck_test.hpp"

namespace xgrad::gradcheck_test {
namespace {

namespace F = nn::functional;

struct Classifier : nn::Module {
  nn::Linear layer1 = register_module("layer1", nn::Linear(4, 3));
  nn::Linear layer2 = register_module("layer2", nn::Linear(3, 2));
  Tensor forward(Tensor x) override { return layer2(layer1(x).tanh()); }
};

/// A scale whose derivative is wrong.
struct Wrong : nn::Module {
  nn::Linear inner = register_module("inner", nn::Linear(2, 2));
  Tensor scale = register_parameter("scale", at({1., 2.}));
  Tensor forward(Tensor x) override {
    return inner(x) * with_derivative([](const Tensor& s) { return s * 1; },
                                      [](const Tensor&, const Tensor& g) { return g * 2; })(scale);
  }
};

template <class M>
M in_float64(M model) {
  if constexpr (requires { model.to(kFloat64); })
    model.to(kFloat64);
  else
    model->to(kFloat64);
  return model;
}

TEST(GradcheckModules, ModulesHoldersAndPointers) {
  manual_seed(1);
  Classifier model = in_float64(Classifier());
  EXPECT_GRADCHECK(model, {input({5, 4})});
  EXPECT_GRADGRADCHECK(model, {input({2, 4})});
  EXPECT_EQ(gradcheck(model, {input({1, 4})}).report, "gradcheck passed: 54 entries agree");  // 2·(4 + 15 + 8)
  EXPECT_GRADCHECK(in_float64(nn::Linear(3, 2)), {input({2, 3})});
  EXPECT_GRADCHECK(in_float64(nn::Sequential(nn::Linear(3, 2), nn::Sigmoid())), {input({2, 3})});
  EXPECT_GRADCHECK(in_float64(std::make_shared<Classifier>()), {input({2, 4})});
  // Also when the input needs no gradient, as a model's seldom does.
  EXPECT_GRADCHECK(model, {input({2, 4}).detach()}, kw::fast_mode = true);
}

TEST(GradcheckModules, ReportNamesParameters) {
  Wrong model = in_float64(Wrong());
  const auto result = gradcheck(model, {input({3, 2})});
  EXPECT_CAUSE(result, FactorOfTwo, "scale, output 0: suspected cause: a factor of two");
  ASSERT_FALSE(result.entries.empty());
  EXPECT_EQ(result.entries[0].input, "scale");
  EXPECT_EQ(result.findings.size(), 1u) << result.report;
}

TEST(GradcheckModules, Float32ParametersAreRefused) {
  Classifier model;
  EXPECT_REFUSED(gradcheck(model, {input({5, 4})}), "layer1.weight is float32");
  EXPECT_REFUSED(gradcheck(model, {input({5, 4})}), "model.to(kFloat64)");
}

TEST(GradcheckModules, DropoutAsksForEval) {
  nn::Sequential model = in_float64(nn::Sequential(nn::Linear(3, 8), nn::Dropout(0.5)));
  EXPECT_REFUSED(gradcheck(model, {input({4, 3})}), "call its eval() first");
  model->eval();
  EXPECT_GRADCHECK(model, {input({4, 3})});
}

struct Running : nn::Module {
  Tensor weight = register_parameter("weight", at({0.5, 2.}));
  Tensor mean = register_buffer("mean", zeros({2}, kFloat64));
  Tensor forward(Tensor x) override {
    mean.copy_(mean * 0.9 + x.detach().mean(0) * 0.1);
    return x * weight;
  }
};

TEST(GradcheckModules, BuffersAndGradientsStayAsTheyWere) {
  Running model;
  EXPECT_GRADCHECK(model, {input({3, 2})});
  EXPECT_GRADGRADCHECK(model, {input({3, 2})});
  EXPECT_TRUE(model.mean.equal(zeros({2}, kFloat64)));
  EXPECT_FALSE(model.weight.grad().defined());
  EXPECT_TRUE(model.weight.detach().equal(at({0.5, 2.}).detach()));
}

/// No operator(): called by its forward, with two inputs and two outputs.
struct Two : nn::ModuleBase {
  Tensor weight = register_parameter("weight", at({0.5, 2.}));
  std::pair<Tensor, Tensor> forward(const Tensor& x, const Tensor& y) { return {x * weight, y.exp() + weight}; }
};

TEST(GradcheckModules, ForwardOfAnySignature) {
  Two model;
  EXPECT_GRADCHECK(model, {input({2}), input({2}, 2)});
  EXPECT_GRADCHECK(nn::CrossEntropyLoss(), {input({3, 4}), tensor({1, 0, 3})});
}

/// No nn at all: anything with named_parameters() and a call.
struct Foreign {
  Tensor weight = at({2., 3.});
  std::vector<std::pair<std::string, Tensor>> named_parameters() const { return {{"w", weight}}; }
  Tensor operator()(const Tensor& x) const { return x * weight.detach(); }
};

TEST(GradcheckModules, AnythingWithParameters) {
  Foreign model;
  EXPECT_CAUSE(gradcheck(model, {input({2})}), Detached, "w, output 0: suspected cause: detached");
}

}  // namespace
}  // namespace xgrad::gradcheck_test
