#include <xgrad/autograd/graph/anomaly.hpp>
#include <xgrad/nn/nn.hpp>

#include "graph_test.hpp"

#include <cmath>

namespace xgrad {
namespace {

Tensor root_of_zero(const Tensor& x) { return (x * 0).sqrt(); }

TEST(Anomaly, NamesTheFunctionAndItsShapes) {
  const autograd::DetectAnomalyGuard detect;
  const Tensor x = leaf({{1., 2., 3.}});
  const Tensor loss = (root_of_zero(x) * 0).sum();
  const std::string text = error_of([&] { loss.backward(); });
  EXPECT_NE(text.find("Function 'SqrtBackward0' returned nan values in its 0th output."), std::string::npos) << text;
  EXPECT_NE(text.find("shapes [1, 3], its results [1, 3]"), std::string::npos) << text;
}

TEST(Anomaly, TellsWhereTheOperationWasCalled) {
  const autograd::DetectAnomalyGuard detect;
  const Tensor x = leaf(1.);
  const Tensor loss = root_of_zero(x) * 0;
  const std::string text = error_of([&] { loss.backward(); });
#if defined(XGRAD_TEST_LINES)  // compiled with debug information, and the library with libdw
  EXPECT_NE(text.find("anomaly_test.cpp:11 in "), std::string::npos) << text;
  EXPECT_NE(text.find("root_of_zero"), std::string::npos) << text;
  EXPECT_NE(text.find("anomaly_test.cpp:25 in "), std::string::npos) << text;
#endif
  EXPECT_EQ(text.find("autograd/ops"), std::string::npos) << "the library's own frames are left out: " << text;
}

struct Model : nn::Module {
  nn::Linear layer = register_module("layer", nn::Linear(2, 2));
  Tensor forward(Tensor x) override { return (layer(x) * 0).sqrt() * 0; }
};

TEST(Anomaly, LooksThroughModules) {
  const autograd::DetectAnomalyGuard detect;
  Model model;
  const Tensor loss = model(ones({1, 2})).sum();
  const std::string text = error_of([&] { loss.backward(); });
  EXPECT_NE(text.find("SqrtBackward0"), std::string::npos) << text;
#if defined(XGRAD_TEST_LINES)
  EXPECT_NE(text.find("Model::forward"), std::string::npos) << text;
#endif
}

TEST(Anomaly, SaysWhenTheForwardPassWasNotWatched) {
  const Tensor x = leaf(1.);
  const Tensor loss = root_of_zero(x) * 0;
  const autograd::DetectAnomalyGuard detect;
  EXPECT_ERROR(Error, loss.backward(), "turn anomaly mode on before the forward pass");
}

TEST(Anomaly, ChecksOnlyWhenAsked) {
  const Tensor x = leaf(1.);
  (root_of_zero(x) * 0).backward();
  EXPECT_TRUE(std::isnan(x.grad().item<double>()));
  EXPECT_FALSE(autograd::AnomalyMode::is_enabled());
  {
    const autograd::DetectAnomalyGuard detect(/*check_nan=*/false);
    EXPECT_TRUE(autograd::AnomalyMode::is_enabled());
    (root_of_zero(x) * 0).backward();
  }
  autograd::set_detect_anomaly(true);
  EXPECT_ERROR(Error, (root_of_zero(x) * 0).backward(), "returned nan values");
  autograd::set_detect_anomaly(false);
}

TEST(Anomaly, AddsThePlaceToErrorsThatDerivativesThrow) {
  const autograd::DetectAnomalyGuard detect;
  const Tensor x = leaf({1., 2.});
  const Tensor a = x * 1;
  const Tensor y = a.exp() * a.exp();
  const Tensor e = a.exp();
  const Tensor z = e * 1;
  {
    const NoGradGuard no_grad;
    e.add_(1);
  }
  const std::string text = error_of([&] { z.sum().backward(); });
  EXPECT_NE(text.find("has been modified by an inplace operation"), std::string::npos) << text;
  EXPECT_NE(text.find("the operation was called at"), std::string::npos) << text;
}

TEST(Anomaly, FollowsDerivativesOfDerivatives) {
  const autograd::DetectAnomalyGuard detect;
  const Tensor x = leaf(0.);
  const Tensor y = x.abs().pow(1.5).sum();  // y'' is infinite at 0, times y's sign'(0) = 0: NaN
  const Tensor g = autograd::grad({y}, {x}, {}, true, true)[0];
  const std::string text = error_of([&] { (g * g.sqrt()).backward(); });
  EXPECT_NE(text.find("returned nan values"), std::string::npos) << text;
}

}  // namespace
}  // namespace xgrad
