#include <gmock/gmock.h>
#include <xgrad/autograd/array/warning.hpp>

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
  set_warn_always(true);
  std::vector<std::string> seen;
  {
    const WarningHandlerGuard guard([&](const std::string& message) { seen.push_back(message); });
    EXPECT_TRUE(F::softmax(scores()).equal(scores().softmax(1)));
    EXPECT_TRUE(nn::Softmax()(scores()[0]).equal(scores()[0].softmax(0)));
  }
  set_warn_always(false);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0],
            "Implicit dimension choice for softmax has been deprecated. Change the call to include dim=X as an "
            "argument.");
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

TEST(FunctionalFront, AlphaDropoutDoesNothingUnlessToldOfTraining) {
  const Tensor x = ones({4, 5});
  EXPECT_TRUE(equal(F::alpha_dropout(x), x)) << "PyTorch's default";
  EXPECT_TRUE(equal(F::feature_alpha_dropout(x, 0.9), x));
  EXPECT_FALSE(equal(F::alpha_dropout(x, 0.9, training = true), x));
  EXPECT_FALSE(equal(F::dropout2d(x, 0.9), x)) << "but that of channels does";
}

TEST(FunctionalFront, DropoutOfChannelsTakesNoBatch) {
  manual_seed(0);
  const Tensor y = F::dropout3d(ones({6, 2, 2, 2}));
  for (const Tensor channel : y) EXPECT_TRUE(equal(channel, channel[0][0][0].expand({2, 2, 2})));
  EXPECT_TRUE((y == 0).any().item<bool>());
  EXPECT_TRUE((y == 2).any().item<bool>());
}

TEST(FunctionalFront, DropoutOfChannelsWarnsOfOtherDimensions) {
  set_warn_always(true);
  std::vector<std::string> seen;
  {
    const WarningHandlerGuard guard([&](const std::string& message) { seen.push_back(message); });
    F::dropout2d(ones({2, 3}));
    F::dropout2d(ones({2, 3, 4}));
    F::dropout2d(ones({2, 3, 4, 5}));
    F::dropout3d(ones({2, 3, 4}));
  }
  set_warn_always(false);
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_TRUE(seen[0].starts_with("dropout2d: Received a 2-D input to dropout2d, which is deprecated"));
  EXPECT_TRUE(seen[1].starts_with("dropout2d: Received a 3D input to dropout2d and assuming that"));
  EXPECT_TRUE(seen[2].starts_with("dropout3d: Received a 3-D input to dropout3d, which is deprecated"));
}

TEST(FunctionalFront, AttentionMasksOfTwoKindsAddUp) {
  manual_seed(0);
  nn::MultiheadAttention attention(4, 2);
  const Tensor x = randn({3, 2, 4}),
               sees_not = tensor({{false, true, true}, {false, false, true}, {false, false, false}});
  const Tensor padding = tensor({{0., -1., 0.}, {0., 0., 2.}}, kFloat32);
  const double inf = std::numeric_limits<double>::infinity();
  const Tensor both = (where(sees_not, -inf, 0.).to(kFloat32) + padding.view({2, 1, 1, 3})).expand({2, 2, 3, 3});
  const auto [expected, expected_weights] = attention(x, x, x, attn_mask = both.reshape({4, 3, 3}));
  for (const Tensor& mask : {sees_not, where(sees_not, -inf, 0.).to(kFloat32)}) {
    const auto [y, weights] = attention(x, x, x, attn_mask = mask, key_padding_mask = padding);
    EXPECT_TRUE(allclose(y, expected));
    EXPECT_TRUE(allclose(weights, expected_weights));
  }
}

TEST(FunctionalFront, InterpolateByKeywords) {
  const Tensor x = arange(16, kFloat32).view({1, 1, 4, 4});
  const Tensor half = F::interpolate(x, scale_factor = 0.5, kw::mode = "bilinear", antialias = true);
  EXPECT_EQ(half.sizes(), (Dims{1, 1, 2, 2}));
  EXPECT_TRUE(equal(F::interpolate(x, kw::size = 2, kw::mode = "area"),
                    F::interpolate(x, F::InterpolateFuncOptions().size(std::vector<std::int64_t>{2}).mode(kArea))));
  EXPECT_TRUE(equal(F::interpolate(x, kw::size = 3, kw::mode = "nearest-exact").view({-1}),
                    tensor({0, 2, 3, 8, 10, 11, 12, 14, 15}, kFloat32)));
  EXPECT_EQ(message_of<NotImplementedError>([&] { F::interpolate(x, kw::size = 2, kw::mode = "trilinear"); }),
            "Got 4D input, but trilinear mode needs 5D input");
  EXPECT_EQ(message_of<ValueError>([&] { F::interpolate(x, kw::size = 2, antialias = true); }),
            "Anti-alias option is only supported for bilinear and bicubic modes");
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

TEST(Functional, TakesNumbersBetweenBraces) {
  const Tensor x = arange(2 * 4 * 6).to(kFloat32).view({1, 2, 4, 6});
  EXPECT_EQ(nn::Conv2d(2, 3, {3, 5}, stride = {1, 2})(x).sizes(), (Dims{1, 3, 2, 1}));
  EXPECT_EQ(nn::ConvTranspose2d(2, 3, {3, 5})(x).sizes(), (Dims{1, 3, 6, 10}));
  EXPECT_EQ(nn::MaxPool2d({3, 2})(x).sizes(), (Dims{1, 2, 1, 3}));
  EXPECT_EQ(nn::MaxPool2d({3, 2}, stride = {1, 2})->str(),
            "MaxPool2d(kernel_size=(3, 2), stride=(1, 2), padding=0, dilation=1, ceil_mode=False)");
  EXPECT_EQ(nn::AdaptiveAvgPool2d({1, 2})(x).sizes(), (Dims{1, 2, 1, 2}));
  EXPECT_EQ(nn::LPPool2d(2, {2, 3})(x).sizes(), (Dims{1, 2, 2, 2}));
  EXPECT_EQ(nn::ReflectionPad2d({1, 2, 0, 1})(x).sizes(), (Dims{1, 2, 5, 9}));
  EXPECT_EQ(nn::ConstantPad2d({1, 2, 0, 1}, 3.5)(x).sizes(), (Dims{1, 2, 5, 9}));
  EXPECT_EQ(nn::Unflatten(3, {2, 3})(x).sizes(), (Dims{1, 2, 4, 2, 3}));
  EXPECT_EQ(nn::LayerNorm({4, 6})->weight.sizes(), (Dims{4, 6}));
  EXPECT_EQ(nn::LazyConv2d(3, {3, 5})(x).sizes(), (Dims{1, 3, 2, 2}));
  EXPECT_EQ((nn::Linear { 6, 2 } -> weight.sizes()), (Dims{2, 6})) << "not one list";
  EXPECT_EQ(F::max_pool2d(x, {2, 1}).sizes(), (Dims{1, 2, 2, 6}));
  EXPECT_EQ(F::unfold(x, {2, 3}).sizes(), (Dims{1, 12, 12}));
  EXPECT_TRUE(
      F::pad(x[0], {1, 0, 0, 2}, "replicate").equal(F::pad(x[0], F::PadFuncOptions({1, 0, 0, 2}).mode(kReplicate))));
  EXPECT_TRUE(F::layer_norm(x, {4, 6}).equal(F::layer_norm(x, F::LayerNormFuncOptions({4, 6}))));
}

TEST(Functional, TakesOptionsByPositionAndByKeyword) {
  const Tensor x = randn({1, 4, 4, 4}), w = rand({4}), b = rand({4}), mean = rand({4}), var = rand({4}) + 1;
  const Tensor bilinear = F::interpolate(
      x, nn::UpsampleOptions().scale_factor(std::vector<double>{2}).mode(kBilinear).align_corners(false));
  EXPECT_TRUE(F::interpolate(x, std::nullopt, 2, "bilinear", false).equal(bilinear));
  EXPECT_TRUE(F::interpolate(x, scale_factor = 2, kw::mode = "bilinear").equal(bilinear));
  EXPECT_TRUE(F::interpolate(x, kw::size = {8, 8}, kw::mode = "bilinear").equal(bilinear));
  EXPECT_TRUE(nn::Upsample(kw::size = 8, kw::mode = "bilinear")(x).equal(bilinear));
  EXPECT_TRUE(F::interpolate(x, 2, kw::mode = "area").equal(F::adaptive_avg_pool2d(x, 2)));
  EXPECT_TRUE(F::pad(x, kw::pad = {1, 2}, value = 3.).equal(F::pad(x, {1, 2}, "constant", 3.)));
  EXPECT_TRUE(F::layer_norm(x, {4}, w, b, 1e-3)
                  .equal(F::layer_norm(x, F::LayerNormFuncOptions({4}).weight(w).bias(b).eps(1e-3))));
  EXPECT_TRUE(F::batch_norm(x, mean, var, w, b, false, 0.1, 1e-3)
                  .equal(F::batch_norm(x, mean, var, weight = w, bias = b, eps = 1e-3)));
  EXPECT_TRUE(F::group_norm(x, 2, w, b).equal(F::group_norm(x, F::GroupNormFuncOptions(2).weight(w).bias(b))));
  EXPECT_TRUE(F::instance_norm(x, weight = w).equal(F::instance_norm(x, Tensor(), Tensor(), w)));
  EXPECT_TRUE(
      F::local_response_norm(x, 2, kw::k = 2.).equal(F::local_response_norm(x, nn::LocalResponseNormOptions(2).k(2.))));
  Tensor y = tensor({-2.f, 3.f});
  F::hardtanh_(y, -1, 1);
  EXPECT_EQ(y.to_vector<float>(), (std::vector<float>{-1, 1}));
  EXPECT_EQ(F::one_hot(tensor({1, 0}, kInt64), 2).to_vector<std::int64_t>(), (std::vector<std::int64_t>{0, 1, 1, 0}));
  EXPECT_EQ(F::cdist(ones({2, 3}), zeros({4, 3})).sizes(), (Dims{2, 4}));
}

TEST(Functional, ChecksWhatPyTorchChecks) {
  const Tensor x = ones({1, 1, 3, 4});
  EXPECT_THAT(message_of<Error>([&] {
                F::margin_ranking_loss(ones({2, 3}), ones({2, 3}), ones({3}));
              }),
              HasSubstr("margin_ranking_loss : All input tensors should have same dimension but got sizes: "
                        "input1: torch.Size([2, 3]), input2: torch.Size([2, 3]), target: torch.Size([3])"));
  EXPECT_THROW(nn::MarginRankingLoss()(ones({2, 3}), ones({2, 3}), ones({3})), Error);
  EXPECT_EQ(message_of<ValueError>([] { nn::FractionalMaxPool2d(2); }),
            "FractionalMaxPool2d requires specifying either an output size, or a pooling ratio");
  EXPECT_EQ(message_of<ValueError>([] { nn::FractionalMaxPool3d(2, output_size = 2, output_ratio = 0.5); }),
            "only one of output_size and output_ratio may be specified");
  EXPECT_EQ(message_of<ValueError>([] { nn::FractionalMaxPool2d(2, output_ratio = 1.5); }),
            "output_ratio must be between 0 and 1 (got 1.5)");
  EXPECT_THROW(nn::Hardtanh(2., 1.), Error);
  EXPECT_THROW(nn::Hardtanh(1., 1.), Error);
  EXPECT_NO_THROW(F::hardtanh(ones({}), 2., 1.)) << "only the module asks";
  EXPECT_EQ(message_of<Error>([&] { F::avg_pool2d(x, 2, 0); }), "stride should not be zero");
  EXPECT_EQ(message_of<Error>([&] { F::max_pool2d(x, 2, 0); }), "stride should not be zero");
  EXPECT_EQ(F::max_pool2d(x, 2, std::nullopt).sizes(), (Dims{1, 1, 1, 2}));
  EXPECT_EQ(nn::MaxPool2dOptions({3, 2}).stride()[1], 2) << "kernel_size, unless it is given";
}

TEST(Functional, CircularPaddingCropsFirst) {
  const Tensor x = arange(12).to(kFloat64).view({1, 1, 3, 4}).requires_grad_();
  const auto row = [&](std::int64_t before, std::int64_t after) {
    return F::pad(x, {before, after, 0, 0}, "circular").select(2, 0).flatten().detach().to_vector<double>();
  };
  using Row = std::vector<double>;
  EXPECT_EQ(row(-1, 1), (Row{1, 2, 3, 1}));
  EXPECT_EQ(row(1, -1), (Row{2, 0, 1, 2}));
  EXPECT_EQ(row(-2, 3), (Row{2, 3, 2, 3, 2}));
  EXPECT_EQ(row(-1, -1), (Row{1, 2}));
  EXPECT_EQ(row(-4, 0), Row());
  EXPECT_THROW(row(-4, 1), Error);
  EXPECT_THROW(row(5, 0), Error);
  F::pad(x, {1, -1, 2, -1}, "circular").sum().backward();
  EXPECT_EQ(x.grad().flatten().to_vector<double>(), (Row{2, 2, 4, 0, 2, 2, 4, 0, 0, 0, 0, 0}));
}

TEST(Functional, TakesLibtorchsWordsForTexts) {
  manual_seed(1);
  const Tensor x = randn({4, 3}), series = randn({1, 2, 5}), table = randn({5, 3}), bags = tensor({{1, 2}, {4, 0}});
  EXPECT_TRUE(equal(F::celu(x, F::CELUFuncOptions().alpha(0.5).inplace(false)), xgrad::celu(x, 0.5)));
  const Tensor logs = x.log_softmax(1), shares = x.softmax(1);
  EXPECT_TRUE(equal(F::kl_div(logs, shares, F::KLDivFuncOptions().reduction(kBatchMean)),
                    F::kl_div(logs, shares, kw::reduction = "batchmean")));
  EXPECT_TRUE(equal(F::embedding_bag(bags, table, F::EmbeddingBagFuncOptions().mode(kSum)),
                    F::embedding_bag(bags, table, kw::mode = "sum")));
  EXPECT_TRUE(equal(F::embedding_bag(bags, table, F::EmbeddingBagFuncOptions().mode(kMean)),
                    F::embedding_bag(bags, table, kw::mode = "mean")));
  EXPECT_TRUE(equal(F::embedding_bag(bags, table, F::EmbeddingBagFuncOptions().mode(kMax)),
                    F::embedding_bag(bags, table, kw::mode = "max")));
  EXPECT_TRUE(equal(F::interpolate(series, F::InterpolateFuncOptions().size(8).mode(kLinear)),
                    F::interpolate(series, kw::size = 8, kw::mode = "linear")));
  EXPECT_TRUE(equal(nn::Upsample(nn::UpsampleOptions().scale_factor(2.).mode(kLinear))(series),
                    F::interpolate(series, kw::scale_factor = 2., kw::mode = "linear")));
}

}  // namespace
}  // namespace xgrad
