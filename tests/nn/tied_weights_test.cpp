// replace_parameter(), and what is made of a weight that two layers share.
#include <gmock/gmock.h>

#include "golden.hpp"

#include <xgrad/xgrad.hpp>

#include <filesystem>

namespace xgrad {
namespace {

using namespace kwargs;
using test::message_of;
using ::testing::ElementsAre;

struct LanguageModelImpl : nn::Cloneable<LanguageModelImpl, nn::Module> {
  LanguageModelImpl() { LanguageModelImpl::reset(); }
  void reset() override {
    encoder = register_module("encoder", nn::Embedding(7, 4));
    decoder = register_module("decoder", nn::Linear(4, 7));
    decoder->weight = decoder->replace_parameter("weight", encoder->weight);
  }
  Tensor forward(Tensor words) override { return decoder(encoder(words)); }

  nn::Embedding encoder = nullptr;
  nn::Linear decoder = nullptr;
};
TORCH_MODULE(LanguageModel);

const Tensor& words() {
  static const Tensor list = tensor({1, 2, 5}, kInt64);
  return list;
}

TEST(TiedWeights, AreOneParameter) {
  LanguageModel model;
  EXPECT_THAT(model->named_parameters().keys(), ElementsAre("encoder.weight", "decoder.bias"));
  EXPECT_THAT(model->decoder->named_parameters().keys(), ElementsAre("weight", "bias")) << "where the old one was";
  EXPECT_TRUE(model->get_parameter("decoder.weight").is_same(model->encoder->weight));
  const auto state = model->state_dict();
  EXPECT_THAT(state.keys(), ElementsAre("encoder.weight", "decoder.weight", "decoder.bias"));
  EXPECT_EQ(state["encoder.weight"].data_ptr(), state["decoder.weight"].data_ptr());
}

TEST(TiedWeights, AreTrainedOnceAStep) {
  LanguageModel model;
  optim::SGD optimizer(model->parameters(), lr = 0.5);
  EXPECT_EQ(optimizer.size(), 2u);
  const Tensor before = model->encoder->weight.detach().clone();
  model(words()).square().sum().backward();
  const Tensor gradient = model->decoder->weight.grad().clone();
  // What either use of it contributes, by itself.
  const Tensor looked_up = before.clone().requires_grad_(), multiplied = before.clone().requires_grad_();
  nn::functional::linear(nn::functional::embedding(words(), looked_up), multiplied, model->decoder->bias.detach())
      .square()
      .sum()
      .backward();
  EXPECT_TRUE(allclose(gradient, looked_up.grad() + multiplied.grad()));
  optimizer.step();
  EXPECT_TRUE(allclose(model->encoder->weight, before - 0.5 * gradient));
  EXPECT_TRUE(model->encoder->weight.is_same(model->decoder->weight));
}

TEST(TiedWeights, StayTiedInAClone) {
  LanguageModel model;
  const auto copy = std::dynamic_pointer_cast<LanguageModelImpl>(model->clone());
  EXPECT_EQ(copy->parameters().size(), 2u);
  EXPECT_TRUE(copy->encoder->weight.is_same(copy->decoder->weight));
  EXPECT_TRUE(copy->get_parameter("decoder.weight").is_same(copy->decoder->weight));
  EXPECT_FALSE(copy->encoder->weight.is_same(model->encoder->weight));
  EXPECT_TRUE(equal((*copy)(words()), model(words())));
}

TEST(TiedWeights, StayTiedWhenLoaded) {
  LanguageModel model, by_state, by_file;
  by_state->load_state_dict(model->state_dict());
  const std::string path = (std::filesystem::temp_directory_path() / "xgrad_tied_weights.pt").string();
  save(model, path);
  load(by_file, path);
  std::filesystem::remove(path);
  for (const LanguageModel& loaded : {by_state, by_file}) {
    EXPECT_TRUE(equal(loaded(words()), model(words())));
    EXPECT_TRUE(loaded->encoder->weight.is_same(loaded->decoder->weight));
    EXPECT_EQ(loaded->parameters().size(), 2u);
  }
}

TEST(TiedWeights, StayTiedInAnotherDtype) {
  LanguageModel model;
  model->to(kFloat64);
  EXPECT_TRUE(model->encoder->weight.is_same(model->decoder->weight));
  EXPECT_EQ(model(words()).dtype(), kFloat64);
}

TEST(ReplaceParameter, TakesWhatRegisterParameterTakes) {
  nn::Linear layer(2, 3);
  layer->weight = layer->replace_parameter("weight", ones({3, 2}));
  EXPECT_TRUE(layer->weight.requires_grad());
  EXPECT_EQ(layer(ones({1, 2})).detach().sub(layer->bias).sum().item<float>(), 6);
  layer->bias = layer->replace_parameter("bias", Tensor());  // None
  EXPECT_THAT(layer->named_parameters().keys(), ElementsAre("weight"));
  EXPECT_EQ(layer(ones({1, 2})).sum().item<float>(), 6);
  layer->bias = layer->replace_parameter("bias", zeros({3}), false);
  EXPECT_FALSE(layer->bias.requires_grad());
  layer->bias = layer->replace_parameter("bias", zeros({3}), requires_grad = false);
  EXPECT_FALSE(layer->get_parameter("bias").requires_grad());
}

TEST(ReplaceParameter, RefusesWhatIsNoParameter) {
  nn::Linear layer(2, 3);
  const auto replace = [&](const char* name, const Tensor& by) {
    return message_of<Error>([&] { layer->weight = layer->replace_parameter(name, by); });
  };
  EXPECT_EQ(replace("wieght", ones({3, 2})), "No Parameter with name `wieght` is registered");
  EXPECT_THAT(replace("weight", layer->weight * 2),
              ::testing::StartsWith("Cannot assign non-leaf Tensor to parameter"));
  EXPECT_THAT(replace("weight", ones({3, 2}, kInt64)), ::testing::HasSubstr("floating point"));
  nn::utils::weight_norm(layer);
  EXPECT_THAT(replace("weight", ones({3, 2})), ::testing::StartsWith("No Parameter with name `weight`"));
  EXPECT_EQ(layer->get_parameter("weight_v").sizes(), (Dims{3, 2})) << "and nothing has changed";
}

}  // namespace
}  // namespace xgrad
