// The option `dtype` of every module whose constructor has it in PyTorch.
#include <gtest/gtest.h>

#include <xgrad/nn/nn.hpp>

#include <functional>
#include <string>
#include <vector>

namespace xgrad {
namespace {

using namespace kwargs;

struct Made {
  const char* name;
  std::function<std::shared_ptr<nn::ModuleBase>()> by_options, by_keyword;
};

#define MADE(NAME, OPTIONS, ...)                                                                                          \
  Made {                                                                                                                  \
#NAME,                                                                                                                \
        [] { return nn::NAME(OPTIONS.dtype(kFloat64)).ptr(); },                                                           \
                                                             [] { return nn::NAME(__VA_ARGS__, dtype = kFloat64)          \
                                                                      .ptr(); } \
  }

const std::vector<Made>& all() {
  static const std::vector<Made> list{
      MADE(Linear, nn::LinearOptions(3, 4), 3, 4),
      MADE(Bilinear, nn::BilinearOptions(2, 3, 4), 2, 3, 4),
      MADE(Conv1d, nn::Conv1dOptions(2, 3, 3), 2, 3, 3),
      MADE(Conv2d, nn::Conv2dOptions(2, 3, 3), 2, 3, 3),
      MADE(Conv3d, nn::Conv3dOptions(2, 3, 3), 2, 3, 3),
      MADE(ConvTranspose1d, nn::ConvTranspose1dOptions(2, 3, 3), 2, 3, 3),
      MADE(ConvTranspose2d, nn::ConvTranspose2dOptions(2, 3, 3), 2, 3, 3),
      MADE(ConvTranspose3d, nn::ConvTranspose3dOptions(2, 3, 3), 2, 3, 3),
      MADE(BatchNorm1d, nn::BatchNorm1dOptions(3), 3),
      MADE(BatchNorm2d, nn::BatchNorm2dOptions(3), 3),
      MADE(BatchNorm3d, nn::BatchNorm3dOptions(3), 3),
      MADE(InstanceNorm1d, nn::InstanceNorm1dOptions(3).affine(true).track_running_stats(true), 3, affine = true),
      MADE(InstanceNorm2d, nn::InstanceNorm2dOptions(3).affine(true).track_running_stats(true), 3, affine = true),
      MADE(InstanceNorm3d, nn::InstanceNorm3dOptions(3).affine(true).track_running_stats(true), 3, affine = true),
      MADE(LayerNorm, nn::LayerNormOptions({3}), std::vector<std::int64_t>{3}),
      MADE(RMSNorm, nn::RMSNormOptions({3}), std::vector<std::int64_t>{3}),
      MADE(GroupNorm, nn::GroupNormOptions(2, 4), 2, 4),
      MADE(PReLU, nn::PReLUOptions(3), 3),
      MADE(Embedding, nn::EmbeddingOptions(5, 3), 5, 3),
      MADE(EmbeddingBag, nn::EmbeddingBagOptions(5, 3), 5, 3),
      MADE(RNN, nn::RNNOptions(2, 3).num_layers(2).bidirectional(true), 2, 3, num_layers = 2),
      MADE(GRU, nn::GRUOptions(2, 3).num_layers(2).bidirectional(true), 2, 3, num_layers = 2),
      MADE(LSTM, nn::LSTMOptions(2, 3).proj_size(2), 2, 3, proj_size = 2),
      MADE(RNNCell, nn::RNNCellOptions(2, 3), 2, 3),
      MADE(GRUCell, nn::GRUCellOptions(2, 3), 2, 3),
      MADE(LSTMCell, nn::LSTMCellOptions(2, 3), 2, 3),
      MADE(AdaptiveLogSoftmaxWithLoss, nn::AdaptiveLogSoftmaxWithLossOptions(4, 9, {3, 6}), 4, 9,
           std::vector<std::int64_t>{3, 6}),
      MADE(MultiheadAttention, nn::MultiheadAttentionOptions(4, 2).add_bias_kv(true), 4, 2, kdim = 3, vdim = 5),
      MADE(TransformerEncoderLayer, nn::TransformerEncoderLayerOptions(4, 2), 4, 2, 8),
      MADE(TransformerDecoderLayer, nn::TransformerDecoderLayerOptions(4, 2), 4, 2, 8),
      MADE(Transformer, nn::TransformerOptions(4, 2, 1, 1), 4, 2, 1, 1, 8),
  };
  return list;
}
#undef MADE

TEST(DtypeOption, IsThatOfAllParametersAndFloatingBuffers) {
  for (const Made& made : all()) {
    for (const auto& module : {made.by_options(), made.by_keyword()}) {
      EXPECT_FALSE(module->parameters().empty()) << made.name;
      for (const auto& [name, p] : module->named_parameters())
        EXPECT_EQ(p.dtype(), kFloat64) << made.name << " " << name;
      for (const auto& [name, b] : module->named_buffers()) {
        EXPECT_TRUE(b.dtype() == kFloat64 || name == "num_batches_tracked") << made.name << " " << name;
      }
    }
  }
}

TEST(DtypeOption, ALazyLayerKeepsItForWhatItMakesLater) {
  nn::LazyLinear lazy(3, dtype = kFloat64);
  lazy(ones({2, 4}, kFloat64));
  EXPECT_EQ(lazy->weight.dtype(), kFloat64);
}

TEST(DtypeOption, ATableThatIsGivenKeepsItsOwn) {
  EXPECT_EQ(nn::Embedding(nn::EmbeddingOptions(2, 3)._weight(ones({2, 3})).dtype(kFloat64))->weight.dtype(), kFloat32);
}

TEST(DtypeOption, RecurrentLayersComputeInIt) {
  manual_seed(0);
  nn::LSTM lstm(2, 3, dtype = kFloat64);
  auto [y, state] = lstm(ones({4, 1, 2}, kFloat64));
  EXPECT_EQ(y.dtype(), kFloat64);
  EXPECT_EQ(std::get<1>(state).dtype(), kFloat64);
  manual_seed(0);
  nn::LSTM converted(2, 3);
  converted->to(kFloat64);
  EXPECT_FALSE(equal(lstm->parameters()[0], converted->parameters()[0])) << "doubles have other draws than floats";
}

}  // namespace
}  // namespace xgrad
