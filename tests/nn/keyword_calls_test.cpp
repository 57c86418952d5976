// Functions without options, by keyword: the same as by position.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <xgrad/xgrad.hpp>

namespace xgrad {
namespace {

using namespace kwargs;
namespace F = nn::functional;
namespace init = nn::init;
namespace utils = nn::utils;

bool same(const Tensor& a, const Tensor& b) { return a.dtype() == b.dtype() && a.sizes() == b.sizes() && equal(a, b); }

/// What `draw` makes of a tensor, from one seed.
template <class F>
Tensor drawn(F draw) {
  manual_seed(3);
  return draw(empty({4, 6}));
}

TEST(KeywordCalls, Initialisers) {
  using T = Tensor;
  EXPECT_TRUE(same(drawn([](T w) { return init::uniform_(w, kw::a = -1, kw::b = 2); }),
                   drawn([](T w) { return init::uniform_(w, -1, 2); })));
  EXPECT_TRUE(same(drawn([](T w) { return init::uniform_(w, kw::b = 2); }),
                   drawn([](T w) { return init::uniform_(w, 0, 2); })));
  EXPECT_TRUE(same(drawn([](T w) { return init::normal_(w, kw::mean = 3.5); }),
                   drawn([](T w) { return init::normal_(w, 3.5); })));
  EXPECT_TRUE(same(drawn([](T w) { return init::xavier_uniform_(w, gain = 2); }),
                   drawn([](T w) { return init::xavier_uniform_(w, 2); })));
  EXPECT_TRUE(same(drawn([](T w) { return init::xavier_normal_(w, gain = 2); }),
                   drawn([](T w) { return init::xavier_normal_(w, 2); })));
  EXPECT_TRUE(same(drawn([](T w) { return init::orthogonal_(w, gain = 2); }),
                   drawn([](T w) { return init::orthogonal_(w, 2); })));
  EXPECT_TRUE(same(drawn([](T w) { return init::trunc_normal_(w, 0, 0.5, kw::a = -1); }),
                   drawn([](T w) { return init::trunc_normal_(w, 0, 0.5, -1); })));
  EXPECT_TRUE(same(drawn([](T w) { return init::trunc_normal_(w, kw::b = 1); }),
                   drawn([](T w) { return init::trunc_normal_(w, 0, 1, -2, 1); })));
  EXPECT_TRUE(same(drawn([](T w) { return init::kaiming_normal_(w, kw::mode = "fan_out", nonlinearity = "relu"); }),
                   drawn([](T w) { return init::kaiming_normal_(w, 0, "fan_out", "relu"); })));
  EXPECT_TRUE(same(drawn([](T w) { return init::kaiming_uniform_(w, kw::a = 0.3); }),
                   drawn([](T w) { return init::kaiming_uniform_(w, 0.3); })));
  EXPECT_TRUE(same(drawn([](T w) { return init::kaiming_uniform_(w, 0.3, nonlinearity = "tanh"); }),
                   drawn([](T w) { return init::kaiming_uniform_(w, 0.3, kFanIn, kTanh); })));
}

TEST(KeywordCalls, GradientsAreClipped) {
  const auto parameter = [] {
    Tensor w = ones({4}).requires_grad_();
    (w * tensor({3., 0., 4., 0.}, kFloat32)).sum().backward();
    return w;
  };
  const Tensor w = parameter(), v = parameter();
  EXPECT_EQ(utils::clip_grad_norm_({w}, max_norm = 1.0), 5);
  EXPECT_NEAR(w.grad().norm().item<double>(), 1, 1e-5);
  EXPECT_EQ(utils::clip_grad_norm_({v}, max_norm = 2.0, norm_type = 1), 7);
  EXPECT_NEAR(v.grad().sum().item<double>(), 2, 1e-5);
  utils::clip_grad_value_({v}, clip_value = 0.5);
  EXPECT_EQ(v.grad().max().item<double>(), 0.5);
  const Tensor lost = ones({1}).requires_grad_();
  (lost / 0).sum().backward();
  EXPECT_THROW(utils::clip_grad_norm_({lost}, 1.0, error_if_nonfinite = true), Error);
}

TEST(KeywordCalls, ComputedWeights) {
  nn::Linear rows(3, 4), whole(3, 4), turned(3, 4);
  utils::weight_norm(rows, dim = 1);
  EXPECT_EQ(rows->get_parameter("weight_g").sizes(), (Dims{1, 3}));
  utils::weight_norm(whole, "weight", dim = std::nullopt);
  EXPECT_EQ(whole->get_parameter("weight_g").dim(), 0);
  utils::spectral_norm(turned, dim = 1, eps = 1e-6);
  EXPECT_EQ(turned->get_buffer("weight_u").sizes(), (Dims{3}));
  const auto turned_often = [](auto norm) {
    manual_seed(1);
    nn::Linear layer(3, 4);
    norm(layer);
    layer(ones({2, 3}));
    return layer->get_buffer("weight_u").clone();
  };
  EXPECT_TRUE(same(turned_often([](auto& layer) { utils::spectral_norm(layer, n_power_iterations = 3); }),
                   turned_often([](auto& layer) { utils::spectral_norm(layer, "weight", 3); })));
  EXPECT_FALSE(same(turned_often([](auto& layer) { utils::spectral_norm(layer, n_power_iterations = 3); }),
                    turned_often([](auto& layer) { utils::spectral_norm(layer); })));
}

TEST(KeywordCalls, Sequences) {
  namespace rnn = utils::rnn;
  const Tensor x = randn({3, 5, 2}), lengths = tensor({2, 5, 3}, kInt64);
  const auto packed = rnn::pack_padded_sequence(x, lengths, batch_first = true, enforce_sorted = false);
  EXPECT_TRUE(same(packed.data(), rnn::pack_padded_sequence(x, lengths, true, false).data()));
  const auto [padded, back] =
      rnn::pad_packed_sequence(packed, batch_first = true, padding_value = -1, total_length = 7);
  EXPECT_TRUE(same(padded, std::get<0>(rnn::pad_packed_sequence(packed, true, -1, 7))));
  EXPECT_TRUE(same(back, lengths));
  EXPECT_TRUE(same(std::get<0>(rnn::pad_packed_sequence(packed, total_length = 7)),
                   std::get<0>(rnn::pad_packed_sequence(packed, false, 0, 7))));
  const Tensor a = ones({2}), b = ones({3});
  EXPECT_TRUE(same(rnn::pad_sequence({a, b}, batch_first = true), rnn::pad_sequence({a, b}, true)));
  EXPECT_TRUE(same(rnn::pad_sequence({a, b}, padding_value = 2), rnn::pad_sequence({a, b}, false, 2)));
  EXPECT_TRUE(
      same(rnn::pack_sequence({a, b}, enforce_sorted = false).data(), rnn::pack_sequence({a, b}, false).data()));
  EXPECT_EQ(rnn::unpad_sequence(x, lengths, batch_first = true)[2].sizes(), (Dims{3, 2}));
}

TEST(KeywordCalls, Functions) {
  const Tensor x = randn({3, 4}), y = randn({2, 4}), w = randn({5, 4}), b = randn({5}), theta = randn({1, 2, 3});
  EXPECT_TRUE(same(F::linear(x, w, bias = b), F::linear(x, w, b)));
  EXPECT_TRUE(same(F::one_hot(tensor({0, 1}, kInt64), num_classes = 4), F::one_hot(tensor({0, 1}, kInt64), 4)));
  EXPECT_TRUE(same(F::cdist(x, y, p = 1), F::cdist(x, y, 1)));
  EXPECT_TRUE(same(F::pdist(x, p = 1), F::pdist(x, 1)));
  EXPECT_TRUE(same(xgrad::cdist(x, y, p = 1.0), F::cdist(x, y, 1)));
  EXPECT_TRUE(same(xgrad::pdist(x, p = 1), F::pdist(x, 1)));
  EXPECT_TRUE(same(xgrad::one_hot(tensor({0, 1}, kInt64), num_classes = 5), F::one_hot(tensor({0, 1}, kInt64), 5)));
  EXPECT_TRUE(
      same(F::affine_grid(theta, {1, 1, 3, 3}, align_corners = true), F::affine_grid(theta, {1, 1, 3, 3}, true)));
}

TEST(KeywordCalls, InitialisersTakeAllOfPythons) {
  namespace init = nn::init;
  auto drawn = [](auto f) {
    manual_seed(1);
    return f(zeros({4, 6}));
  };
  EXPECT_TRUE(same(drawn([](Tensor w) { return init::normal_(w, kw::mean = 1, kw::std = 0.1); }),
                   drawn([](Tensor w) { return init::normal_(w, 1, 0.1); })));
  EXPECT_TRUE(same(drawn([](Tensor w) { return init::normal_(w, kw::std = 0.1); }),
                   drawn([](Tensor w) { return init::normal_(w, 0, 0.1); })));
  EXPECT_TRUE(same(drawn([](Tensor w) { return init::trunc_normal_(w, kw::std = 0.5, kw::b = 1); }),
                   drawn([](Tensor w) { return init::trunc_normal_(w, 0, 0.5, -2, 1); })));
  EXPECT_TRUE(same(drawn([](Tensor w) { return init::sparse_(w, sparsity = 0.5, kw::std = 2); }),
                   drawn([](Tensor w) { return init::sparse_(w, 0.5, 2); })));
  EXPECT_TRUE(same(drawn([](Tensor w) { return init::sparse_(w, sparsity = 0.5); }),
                   drawn([](Tensor w) { return init::sparse_(w, 0.5); })));
  EXPECT_TRUE(same(init::constant_(empty({2}), val = 0.3), full({2}, 0.3)));
  EXPECT_TRUE(same(init::dirac_(empty({4, 2, 3}), groups = 2), init::dirac_(empty({4, 2, 3}), 2)));
  EXPECT_EQ(init::calculate_gain("leaky_relu", kw::param = 1.0), 1.0);
}

TEST(KeywordCalls, ModulesTakeAllOfPythons) {
  EXPECT_EQ(nn::LocalResponseNorm(3, alpha = 2e-4, beta = 0.5, kw::k = 2.0)->str(),
            "LocalResponseNorm(3, alpha=0.0002, beta=0.5, k=2.0)");
  EXPECT_EQ(nn::Unflatten(dim = 1, unflattened_size = {2, 5})->str(), "Unflatten(dim=1, unflattened_size=(2, 5))");
  EXPECT_EQ(nn::PixelShuffle(upscale_factor = 2)->str(), "PixelShuffle(upscale_factor=2)");
  EXPECT_EQ(nn::PixelUnshuffle(downscale_factor = 2)->str(), "PixelUnshuffle(downscale_factor=2)");
  EXPECT_EQ(nn::ChannelShuffle(groups = 2)->str(), "ChannelShuffle(groups=2)");
  EXPECT_EQ(nn::AdaptiveLogSoftmaxWithLoss(16, 100, {10, 40}, head_bias = true)->tail->size(), 2u);
  const nn::TransformerEncoderLayer layer(8, 2, dim_feedforward = 16);
  nn::TransformerEncoder plain(layer, num_layers = 2, kw::norm = None);
  EXPECT_EQ(plain->layers->size(), 2u);
  EXPECT_TRUE(plain->norm.is_empty());
  nn::TransformerEncoder normed(layer, num_layers = 1, kw::norm = nn::LayerNorm(8));
  EXPECT_EQ(normed->norm.ptr()->short_name(), "LayerNorm");
  EXPECT_EQ(nn::TransformerEncoder(layer, 1, nn::LayerNorm(8))->norm.ptr()->short_name(), "LayerNorm");
  nn::TransformerDecoder decoder(nn::TransformerDecoderLayer(8, 2, 16), 2, kw::norm = nn::LayerNorm(8));
  EXPECT_EQ(decoder->state_dict().keys().back(), "norm.bias");
  nn::Transformer custom(8, 2, 1, 1, 16, custom_encoder = normed, custom_decoder = None);
  EXPECT_EQ(custom->named_children()["encoder"], normed.ptr());
}

TEST(KeywordCalls, ErrorsAreThoseOfPythons) {
  auto message = [](auto f) -> std::string {
    try {
      f();
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  };
  EXPECT_THAT(message([] { nn::RReLU(0.5, 0.25)(ones({2})); }),
              ::testing::StartsWith("Lower bound should be less than or equal to the upper bound"));
  EXPECT_THAT(message([] {
                nn::Unflatten(1, {2, 3})(ones({2, 5}));
              }),
              ::testing::StartsWith("unflatten: Provided sizes [2, 3] don't multiply up to the size of dim 1 (5)"));
  EXPECT_THAT(message([] { nn::Dropout(2); }),
              ::testing::StartsWith("dropout probability has to be between 0 and 1, but got 2.0"));
}

TEST(KeywordCalls, FoldTakesTwoLists) {
  const Tensor columns = randn({1, 12, 2});
  EXPECT_EQ(nn::Fold({3, 2}, {2, 2})->str(),
            "Fold(output_size=(3, 2), kernel_size=(2, 2), dilation=1, padding=0, stride=1)");
  EXPECT_TRUE(same(nn::Fold({3, 2}, {2, 2}, padding = {0, 0})(columns), F::fold(columns, {3, 2}, 2)));
}

TEST(KeywordCalls, SettersOfSharedOptionsGiveOptionsThatAreTaken) {
  const Tensor x = randn({1, 2, 4}), places = tensor({{{0, 2}, {1, 3}}}, kInt64).view({1, 2, 2});
  EXPECT_TRUE(same(F::l1_loss(x, x + 1, F::L1LossFuncOptions().reduction(kSum)), F::l1_loss(x, x + 1, kSum)));
  EXPECT_EQ(nn::Softmin(nn::SoftminOptions().dim(1))->str(), "Softmin(dim=1)");
  EXPECT_EQ(nn::AdaptiveAvgPool2d(nn::AdaptiveAvgPool2dOptions().output_size({1, 2}))->str(),
            "AdaptiveAvgPool2d(output_size=(1, 2))");
  EXPECT_TRUE(same(F::max_unpool1d(x.narrow(2, 0, 2), places, F::MaxUnpool1dFuncOptions(2).stride(2).padding(0)),
                   F::max_unpool1d(x.narrow(2, 0, 2), places, 2)));
  EXPECT_EQ(nn::LPPool2d(nn::LPPool2dOptions(2, 3).stride({2, 1}))->str(),
            "LPPool2d(norm_type=2, kernel_size=3, stride=(2, 1), ceil_mode=False)");
  EXPECT_EQ(nn::LazyLinear(nn::LazyLinearOptions(3).bias(false))->str(),
            "LazyLinear(in_features=0, out_features=3, bias=False)");
}

TEST(KeywordCalls, OptionsOfLossesAreReductions) {
  const Tensor x = randn({2, 3}), t = x + 2;
  EXPECT_TRUE(same(F::smooth_l1_loss(x, t, F::SmoothL1LossFuncOptions(kSum).beta(0.5)),
                   F::smooth_l1_loss(x, t, reduction = "sum", beta = 0.5)));
  EXPECT_TRUE(same(F::smooth_l1_loss(x, t, F::SmoothL1LossFuncOptions(kSum), 0.5),  // libtorch's form
                   F::smooth_l1_loss(x, t, reduction = "sum", beta = 0.5)));
  EXPECT_TRUE(same(F::smooth_l1_loss(x, t, {}, 0.5), F::smooth_l1_loss(x, t, beta = 0.5)));
  EXPECT_TRUE(same(F::huber_loss(x, t, F::HuberLossFuncOptions(kSum)), F::huber_loss(x, t, kSum)));
  EXPECT_TRUE(same(F::soft_margin_loss(x, t, F::SoftMarginLossFuncOptions(kNone)), F::soft_margin_loss(x, t, kNone)));
  EXPECT_TRUE(
      same(F::kl_div(x, t.exp(), F::KLDivFuncOptions(kBatchMean)), F::kl_div(x, t.exp(), reduction = "batchmean")));
}

TEST(KeywordCalls, FunctionsThatAreNoModesAreNamed) {
  try {
    F::interpolate(randn({1, 1, 4, 4}), F::InterpolateFuncOptions().size(2).mode(kReLU));
    FAIL() << "did not throw";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("got relu"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace xgrad
