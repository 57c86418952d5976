// What the goldens of layers_reparametrized.cpp do not show of weight_norm and spectral_norm.
#include "golden.hpp"
#include "models.hpp"

#include <xgrad/optim/optim.hpp>

namespace xgrad {
namespace {

using nn::utils::remove_spectral_norm;
using nn::utils::remove_weight_norm;
using nn::utils::spectral_norm;
using nn::utils::weight_norm;
using test::message_of;

TEST(WeightNorm, AHandleSeesTheComputedWeight) {
  const nn::Linear layer = weight_norm(nn::Linear(3, 4));
  const Tensor weight = layer->weight, before = weight.detach().clone();
  EXPECT_FALSE(weight.is_leaf());
  EXPECT_EQ(layer->named_parameters().keys(), (std::vector<std::string>{"bias", "weight_g", "weight_v"}));
  {
    const NoGradGuard no_grad;
    layer->named_parameters()["weight_g"].mul_(2);
  }
  EXPECT_TRUE(allclose(weight, before));
  layer(ones({1, 3}));
  EXPECT_TRUE(allclose(weight, before * 2));
}

// Each call has a weight of its own, which its part of the graph keeps.
TEST(WeightNorm, TwoCallsInOneGraph) {
  manual_seed(3);
  const nn::Linear layer = weight_norm(nn::Linear(3, 3)), plain(3, 3);
  plain->load_state_dict({{"weight", layer->weight.detach()}, {"bias", layer->bias.detach()}});
  const Tensor x = randn({2, 3}).requires_grad_(), y = x.detach().clone().requires_grad_();
  layer(layer(x).tanh()).sum().backward();
  plain(plain(y).tanh()).sum().backward();
  EXPECT_TRUE(allclose(x.grad(), y.grad()));
  // dg = <dw, v>/|v|
  const auto p = layer->named_parameters();
  const Tensor v = p["weight_v"].detach(), expected = (plain->weight.grad() * v).sum(1, true) / v.norm(2, {1}, true);
  EXPECT_TRUE(allclose(p["weight_g"].grad(), expected, 1e-4, 1e-6));
}

// In training the second call divides by another norm than the first, whose gradient must not change.
TEST(SpectralNorm, TwoCallsInOneGraph) {
  manual_seed(3);
  const nn::Linear layer = spectral_norm(nn::Linear(3, 3));
  const Tensor x = randn({2, 3}).requires_grad_(), first = layer(x), weight = layer->weight.detach();
  layer(x);
  EXPECT_FALSE(allclose(weight, layer->weight, 1e-6, 1e-7));
  first.sum().backward();
  EXPECT_TRUE(allclose(x.grad(), weight.sum(0).expand({2, 3})));
}

TEST(SpectralNorm, IteratesInTrainingOnly) {
  const nn::Linear layer = spectral_norm(nn::Linear(3, 4));
  const auto u = [&] { return layer->named_buffers()["weight_u"].clone(); };
  const Tensor start = u();
  layer->eval();
  layer(ones({1, 3}));
  EXPECT_TRUE(u().equal(start));
  layer->train();
  layer(ones({1, 3}));
  EXPECT_FALSE(u().equal(start));
}

TEST(SpectralNorm, TheLargestSingularValueBecomesOne) {
  const nn::Linear layer = spectral_norm(nn::Linear(5, 4), "weight", 100);
  layer(ones({1, 5}));
  EXPECT_NEAR(linalg_svdvals(layer->weight.detach())[0].item<float>(), 1, 1e-5);
}

TEST(WeightNorm, GradgradcheckThroughTheHook) {
  nn::Linear layer(3, 2, kwargs::dtype = kFloat64);
  weight_norm(layer);
  const auto p = layer->named_parameters();
  const Tensor x = randn({2, 3}, kFloat64).requires_grad_();
  layer(x).square().sum().backward();
  const Tensor g = p["weight_g"].grad(), v = p["weight_v"].grad();
  ASSERT_TRUE(g.defined() && v.defined());
  // Lengths along a direction change nothing: <dv, v> = 0 for each row.
  EXPECT_LT((v * p["weight_v"]).sum(1).abs().max().item<double>(), 1e-12);
}

TEST(WeightNorm, LoadsAndSavesPyTorchsKeys) {
  const nn::Linear a = weight_norm(nn::Linear(3, 4)), b = weight_norm(nn::Linear(3, 4));
  EXPECT_EQ(a->state_dict().keys(), (std::vector<std::string>{"bias", "weight_g", "weight_v"}));
  b->load_state_dict(a->state_dict());
  const Tensor x = ones({1, 3});
  EXPECT_TRUE(b(x).equal(a(x)));
}

TEST(WeightNorm, ClonesAreIndependent) {
  const nn::Conv2d layer = spectral_norm(weight_norm(nn::Conv2d(2, 3, 2)), "bias");
  const nn::Conv2d copy(std::dynamic_pointer_cast<nn::Conv2dImpl>(layer->clone()));
  EXPECT_EQ(copy->state_dict().keys(), layer->state_dict().keys());
  layer->eval(), copy->eval();
  const Tensor x = ones({1, 2, 3, 3}), y = layer(x).detach();
  EXPECT_TRUE(copy(x).equal(y));
  const NoGradGuard no_grad;
  for (const Tensor& p : copy->parameters()) p.zero_();
  EXPECT_TRUE(layer(x).equal(y));
  EXPECT_FALSE(copy(x).equal(y));
  EXPECT_TRUE(layer(x).equal(y));
  remove_weight_norm(copy);
  EXPECT_TRUE(copy->named_parameters().contains("weight"));
  EXPECT_FALSE(layer->named_parameters().contains("weight"));
}

TEST(WeightNorm, RemovingLeavesTheWeight) {
  const nn::Linear layer = weight_norm(nn::Linear(3, 4));
  const Tensor weight = layer->weight.detach();
  remove_weight_norm(layer);
  EXPECT_EQ(layer->named_parameters().keys(), (std::vector<std::string>{"bias", "weight"}));
  EXPECT_TRUE(layer->weight.is_leaf() && layer->weight.requires_grad());
  EXPECT_TRUE(layer->weight.equal(weight));
  EXPECT_FALSE(layer->has_hooks());
  layer(ones({1, 3})).sum().backward();
  EXPECT_TRUE(layer->weight.grad().defined());
}

TEST(WeightNorm, TakesModelsToo) {
  struct Scaled : nn::Module {
    Tensor scale = register_parameter("scale", ones({3}));
    Tensor forward(Tensor x) override { return x * scale; }
  } model;
  weight_norm(model, "scale", std::nullopt);
  EXPECT_TRUE(allclose(model(ones({3})), ones({3})));
  EXPECT_EQ(model.named_parameters().keys(), (std::vector<std::string>{"scale_g", "scale_v"}));
  remove_weight_norm(model, "scale");
}

TEST(WeightNorm, SaysWhatIsWrong) {
  const nn::Linear layer = weight_norm(nn::Linear(3, 4));
  EXPECT_EQ(message_of<Error>([&] { weight_norm(layer); }),
            "Cannot register two weight_norm hooks on the same parameter weight");
  EXPECT_NE(message_of<Error>([&] { spectral_norm(layer); }).find("computed by weight_norm already"),
            std::string::npos);
  EXPECT_EQ(message_of<ValueError>([&] { remove_spectral_norm(layer); }),
            "spectral_norm of 'weight' not found in Linear(in_features=3, out_features=4, bias=True)");
  EXPECT_EQ(message_of<ValueError>([] { remove_weight_norm(nn::Linear(3, 4)); }),
            "weight_norm of 'weight' not found in Linear(in_features=3, out_features=4, bias=True)");
  EXPECT_EQ(message_of<ValueError>([] { spectral_norm(nn::Linear(3, 4), "weight", 0); }),
            "Expected n_power_iterations to be positive, but got n_power_iterations=0");
  EXPECT_EQ(message_of<ValueError>([] { spectral_norm(nn::Linear(3, 4, false), "bias"); }),
            "`spectral_norm` cannot be applied as parameter `bias` is None");
}

// torch.manual_seed(1); l = weight_norm(nn.LSTM(2, 3), "weight_hh_l0"); x = torch.linspace(-1, 1, 16).view(4, 2, 2);
// three steps of SGD at rate 1 on l(pack_padded_sequence(x, [4, 2]))[0].data.pow(2).sum().
TEST(WeightNorm, PackedSequencesTrainAsInPyTorch) {
  using namespace nn::utils::rnn;
  const PackedSequence packed = pack_padded_sequence(linspace(-1, 1, 16).view({4, 2, 2}), tensor({4, 2}, kInt64));
  const double losses[] = {0.6535238027572632, 0.4916892349720001, 0.038367144763469696};
  const double norms[] = {0.14017167687416077, 0.08426541090011597, 0.004617305472493172};
  for (const bool by_name : {false, true}) {
    manual_seed(1);
    const nn::LSTM lstm = weight_norm(nn::LSTM(2, 3), "weight_hh_l0");
    optim::SGD sgd(lstm->parameters(), kwargs::lr = 1.);
    for (int i = 0; i < 3; ++i) {
      sgd.zero_grad();
      const auto result = by_name ? lstm->forward_with_packed_input(packed) : lstm(packed);
      const Tensor loss = std::get<0>(result).data().pow(2).sum();
      loss.backward();
      sgd.step();
      EXPECT_NEAR(loss.item<double>(), losses[i], 1e-6);
      EXPECT_NEAR(lstm->named_parameters()["weight_hh_l0_g"].grad().norm().item<double>(), norms[i], 1e-6);
    }
  }
}

TEST(SpectralNorm, APackedCallIteratesOnce) {
  using namespace nn::utils::rnn;
  manual_seed(2);
  const nn::GRU a = spectral_norm(nn::GRU(2, 3), "weight_hh_l0");
  const nn::GRU b(std::dynamic_pointer_cast<nn::GRUImpl>(a->clone()));
  const Tensor x = randn({4, 1, 2});
  const Tensor y = std::get<0>(a(x)).squeeze(1);
  const PackedSequence packed = std::get<0>(b(pack_sequence({x.squeeze(1)})));
  EXPECT_TRUE(allclose(packed.data(), y));
  EXPECT_TRUE(equal(a->named_buffers()["weight_hh_l0_u"], b->named_buffers()["weight_hh_l0_u"]));
}

}  // namespace
}  // namespace xgrad
