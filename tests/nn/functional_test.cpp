#include <gmock/gmock.h>

#include "golden.hpp"
#include "models.hpp"

namespace xgrad {
namespace {

using namespace test;
using namespace kwargs;
using ::testing::HasSubstr;
namespace F = nn::functional;

// The inputs of scripts/goldens/modules.py.
const Tensor& scores() {
  static const Tensor x = [] {
    Tensor t = empty({4, 3});
    for (int i = 0; i < 12; ++i) t.data_ptr<float>()[i] = static_cast<float>(i * 7 % 11) / 4 - 1;
    return t;
  }();
  return x;
}
Tensor labels() { return tensor({0, 2, 1, 2}); }
Tensor probabilities() { return tensor({{0.5, 0.25, 0.25}, {0., 1., 0.}, {0.125, 0.125, 0.75}, {1., 0., 0.}}); }
Tensor class_weight() { return tensor({0.5, 1., 2.}); }

void expect_golden(const std::string& name, const Tensor& loss) {
  const auto golden = module_goldens()["losses"][name].get<std::vector<float>>();
  ASSERT_EQ(loss.numel(), static_cast<std::int64_t>(golden.size())) << name;
  const Tensor flat = loss.detach().reshape({-1});
  for (std::size_t i = 0; i < golden.size(); ++i) {
    const float value = flat[static_cast<std::int64_t>(i)].item<float>();
    EXPECT_NEAR(value, golden[i], 2e-6f * std::max(1.f, std::abs(golden[i]))) << name << "[" << i << "]";
  }
}

TEST(Losses, EqualPyTorchs) {
  const Tensor x = scores(), y = labels(), q = probabilities(), w = class_weight();
  const Tensor s = x.sigmoid(), logp = F::log_softmax(x, 1);
  expect_golden("CrossEntropyLoss", nn::CrossEntropyLoss()(x, y));
  expect_golden("CrossEntropyLoss_sum", nn::CrossEntropyLoss(reduction = "sum")(x, y));
  expect_golden("CrossEntropyLoss_none", nn::CrossEntropyLoss(reduction = kNone)(x, y));
  expect_golden("CrossEntropyLoss_weight", nn::CrossEntropyLoss(weight = w)(x, y));
  expect_golden("CrossEntropyLoss_ignore", nn::CrossEntropyLoss(ignore_index = 2)(x, y));
  expect_golden("CrossEntropyLoss_smoothing", nn::CrossEntropyLoss(label_smoothing = 0.25)(x, y));
  expect_golden("CrossEntropyLoss_all", nn::CrossEntropyLoss(w, ignore_index = 1, label_smoothing = 0.25)(x, y));
  expect_golden("CrossEntropyLoss_probabilities", nn::CrossEntropyLoss()(x, q));
  expect_golden("CrossEntropyLoss_probabilities_all", nn::CrossEntropyLoss(w, label_smoothing = 0.25)(x, q));
  expect_golden("NLLLoss", nn::NLLLoss()(logp, y));
  expect_golden("NLLLoss_weight_sum", nn::NLLLoss(nn::NLLLossOptions().weight(w).reduction(kSum))(logp, y));
  expect_golden("BCELoss", nn::BCELoss()(s, q));
  expect_golden("BCELoss_weight", nn::BCELoss(w)(s, q));
  expect_golden("BCEWithLogitsLoss", nn::BCEWithLogitsLoss()(x, q));
  expect_golden("BCEWithLogitsLoss_all", nn::BCEWithLogitsLoss(w, pos_weight = w * 3, reduction = "sum")(x, q));
  expect_golden("MSELoss", nn::MSELoss()(x, q));
  expect_golden("MSELoss_none", nn::MSELoss(kNone)(x, q));
  expect_golden("L1Loss", nn::L1Loss()(x, q));
  expect_golden("L1Loss_sum", nn::L1Loss(nn::L1LossOptions(kSum))(x, q));
}

TEST(Losses, FunctionsTakeOptionsPositionsAndKeywords) {
  const Tensor x = scores(), y = labels(), q = probabilities(), w = class_weight();
  expect_golden("CrossEntropyLoss", F::cross_entropy(x, y));
  expect_golden("CrossEntropyLoss_weight", F::cross_entropy(x, y, w));
  expect_golden("CrossEntropyLoss_sum", F::cross_entropy(x, y, reduction = kSum));
  expect_golden("CrossEntropyLoss_sum", F::cross_entropy(x, y, F::CrossEntropyFuncOptions().reduction(kSum)));
  expect_golden("NLLLoss", F::nll_loss(F::log_softmax(x, dim = 1), y));
  expect_golden("BCELoss", F::binary_cross_entropy(F::sigmoid(x), q));
  expect_golden("BCEWithLogitsLoss_all",
                F::binary_cross_entropy_with_logits(x, q, weight = w, pos_weight = w * 3, reduction = "sum"));
  expect_golden("MSELoss_none", F::mse_loss(x, q, kNone));
  expect_golden("MSELoss", F::mse_loss(x, q, {}));
  expect_golden("L1Loss_sum", F::l1_loss(x, q, reduction = "sum"));
}

TEST(Losses, WeightsAreBuffersThatConvert) {
  nn::CrossEntropyLoss criterion(weight = class_weight());
  criterion->to(kFloat64);
  EXPECT_EQ(criterion(scores().to(kFloat64), labels()).dtype(), kFloat64);
}

TEST(Losses, ShapeErrorsAreClear) {
  EXPECT_THAT(message_of<ValueError>([] {
                nn::BCEWithLogitsLoss()(zeros({2, 1}), zeros({2}));
              }),
              HasSubstr(module_goldens()["errors"]["bce_logits_shape"].get<std::string>()));
  EXPECT_THROW(nn::MSELoss()(zeros({2, 1}), zeros({2})), ValueError);
  EXPECT_THROW(nn::CrossEntropyLoss()(zeros({2, 3}), zeros({2})), TypeError) << "labels must be integers";
}

TEST(FunctionalFront, SoftmaxInEveryForm) {
  const Tensor x = scores();
  const Tensor expected = x.softmax(1);
  EXPECT_TRUE(F::softmax(x, dim = 1).equal(expected));
  EXPECT_TRUE(F::softmax(x, 1).equal(expected));
  EXPECT_TRUE(F::softmax(x, F::SoftmaxFuncOptions(1)).equal(expected));
  EXPECT_TRUE(nn::Softmax(dim = 1)(x).equal(expected));
  EXPECT_TRUE(nn::Softmax(nn::SoftmaxOptions(1))(x).equal(expected));
  EXPECT_EQ(F::softmax(x, 1, dtype = kFloat64).dtype(), kFloat64);
  EXPECT_EQ(F::softmax(x, 1, kFloat64).dtype(), kFloat64);
  EXPECT_TRUE(F::log_softmax(x, dim = 0).equal(x.log_softmax(0)));
  EXPECT_TRUE(nn::LogSoftmax(0)(x).equal(x.log_softmax(0)));
}

TEST(FunctionalFront, SoftmaxWithoutDimChoosesAsPyTorchAndSaysSo) {
  ::testing::internal::CaptureStderr();
  EXPECT_TRUE(F::softmax(scores()).equal(scores().softmax(1)));
  EXPECT_TRUE(nn::Softmax()(scores()[0]).equal(scores()[0].softmax(0)));
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              HasSubstr("UserWarning: Implicit dimension choice for softmax has been deprecated. Change the call to "
                        "include dim=X as an argument."));
}

TEST(FunctionalFront, ReluInPlace) {
  Tensor x = tensor({-1., 2.});
  EXPECT_TRUE(F::relu(x).equal(tensor({0., 2.})));
  EXPECT_EQ(x[0].item<float>(), -1.f);
  EXPECT_TRUE(F::relu(x, inplace = true).is_same(x));
  EXPECT_EQ(x[0].item<float>(), 0.f);
  Tensor y = tensor({-1., 2.});
  nn::ReLU activation(true);
  activation(y);
  EXPECT_EQ(y[0].item<float>(), 0.f);
  EXPECT_TRUE(nn::Tanh()(y).equal(F::tanh(y)));
  EXPECT_TRUE(nn::Sigmoid()(y).equal(F::sigmoid(y)));
}

TEST(FunctionalFront, DropoutScalesWhatItKeeps) {
  manual_seed(0);
  const Tensor x = ones({1000});
  const Tensor y = F::dropout(x, p = 0.25);
  const float kept = y.ne(0).sum().item<float>();
  EXPECT_NEAR(kept, 750, 60);
  EXPECT_NEAR(y.max().item<float>(), 1 / 0.75f, 1e-6f);
  EXPECT_TRUE(F::dropout(x, 0.25, training = false).equal(x));
  nn::Dropout module(p = 0.25);
  manual_seed(0);
  EXPECT_TRUE(module(x).equal(y));
  module->eval();
  EXPECT_TRUE(module(x).equal(x));
}

TEST(FunctionalFront, DropoutInPlaceCarriesGradients) {
  manual_seed(0);
  const Tensor leaf = ones({100}, requires_grad = true);
  Tensor x = leaf * 1;
  const Tensor y = F::dropout(x, p = 0.5, inplace = true);
  EXPECT_TRUE(y.is_same(x));
  y.sum().backward();
  EXPECT_TRUE(leaf.grad().equal(y.detach()));
}

TEST(LinearModule, AppliesToEveryLeadingShape) {
  nn::Linear layer(3, 2);
  for (const Dims& leading : {Dims{}, Dims{4}, Dims{2, 5}, Dims{0}}) {
    Dims sizes = leading;
    sizes.push_back(3);
    const Tensor x = rand(sizes);
    Dims expected = leading;
    expected.push_back(2);
    const Tensor y = layer(x);
    EXPECT_EQ(y.sizes(), IntArrayRef(expected));
    EXPECT_TRUE(y.allclose(matmul(x, layer->weight.t()) + layer->bias, 1e-5, 1e-6));
  }
}

TEST(FlattenModule, KeepsTheBatch) {
  EXPECT_EQ(nn::Flatten()(zeros({2, 3, 4})).sizes(), IntArrayRef({2, 12}));
  EXPECT_EQ(nn::Flatten(0, 1)(zeros({2, 3, 4})).sizes(), IntArrayRef({6, 4}));
}

}  // namespace
}  // namespace xgrad
