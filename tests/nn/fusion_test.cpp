#include "golden.hpp"
#include "models.hpp"

namespace xgrad {
namespace {

using namespace kwargs;
using test::message_of;
namespace utils = nn::utils;

/// A norm with statistics and scales of its own, in evaluation mode.
template <class Norm>
Norm trained_norm(std::int64_t n) {
  const Norm norm(n);
  const NoGradGuard no_grad;
  norm->weight.uniform_(0.5, 2), norm->bias.normal_();
  norm->running_mean.normal_(), norm->running_var.uniform_(0.5, 2);
  norm->eval();
  return norm;
}

TEST(Fusion, ConvolutionAndNorm) {
  const auto norm = trained_norm<nn::BatchNorm2d>(4);
  for (const bool with_bias : {true, false}) {
    const nn::Conv2d conv(3, 4, 3, bias = with_bias);
    conv->eval();
    const nn::Conv2d fused = utils::fuse_conv_bn_eval(conv, norm);
    const Tensor x = randn({2, 3, 5, 5});
    EXPECT_TRUE(allclose(fused(x), norm(conv(x)), 1e-4, 1e-5));
    EXPECT_EQ(fused->named_parameters().keys(), (std::vector<std::string>{"weight", "bias"}));
    EXPECT_TRUE(fused->bias.requires_grad());
  }
  const nn::ConvTranspose2d transposed(3, 4, 3);
  transposed->eval();
  const Tensor x = randn({2, 3, 5, 5});
  EXPECT_TRUE(allclose(utils::fuse_conv_bn_eval(transposed, norm, true)(x), norm(transposed(x)), 1e-4, 1e-5));
}

TEST(Fusion, LinearAndNorm) {
  const auto norm = trained_norm<nn::BatchNorm1d>(4);
  const nn::Linear linear(3, 4);
  EXPECT_EQ(message_of<Error>([&] { utils::fuse_linear_bn_eval(linear, norm); }), "Fusion only for eval!");
  linear->eval();
  const Tensor x = randn({2, 3});
  EXPECT_TRUE(allclose(utils::fuse_linear_bn_eval(linear, norm)(x), norm(linear(x)), 1e-4, 1e-5));
}

TEST(Sequences, UnpadAndUnpack) {
  const std::vector<Tensor> sequences{arange(3), arange(5) * 2, arange(1)};
  const Tensor lengths = tensor({3, 5, 1});
  for (const bool first : {false, true}) {
    const auto back = utils::rnn::unpad_sequence(utils::rnn::pad_sequence(sequences, first), lengths, first);
    ASSERT_EQ(back.size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(back[i].equal(sequences[i]));
  }
  const auto unpacked = utils::rnn::unpack_sequence(utils::rnn::pack_sequence(sequences, false));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(unpacked[i].equal(sequences[i]));
  EXPECT_THROW(utils::rnn::unpad_sequence(ones({2, 3}), tensor({1})), Error);
}

TEST(AdaptiveLogSoftmax, ProbabilitiesOfAllClasses) {
  manual_seed(0);
  const nn::AdaptiveLogSoftmaxWithLoss layer(8, 12, std::vector<std::int64_t>{3, 6});
  const Tensor x = randn({5, 8}), all = layer->log_prob(x), target = tensor({0, 4, 11, 6, 2});
  EXPECT_TRUE(allclose(all.exp().sum(1), ones({5})));
  EXPECT_TRUE(allclose(layer(x, target).output, all.gather(1, target.unsqueeze(1)).squeeze(1)));
  EXPECT_TRUE(layer->predict(x).equal(all.argmax(1)));
  EXPECT_TRUE(message_of<Error>([&] {
                layer(x, tensor({0, 4, 12, 6, 2}));
              }).starts_with("Target values should be in [0, 11], but values in range [0, 12] were found. "));
  EXPECT_THROW(layer(x, tensor({0})), Error);
  EXPECT_THROW(nn::AdaptiveLogSoftmaxWithLoss(8, 12, std::vector<std::int64_t>{6, 3}), ValueError);
  EXPECT_THROW(nn::AdaptiveLogSoftmaxWithLoss(8, 12, std::vector<std::int64_t>{3, 12}), ValueError);
}

}  // namespace
}  // namespace xgrad
