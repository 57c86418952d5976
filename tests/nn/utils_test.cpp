#include <cmath>
#include <limits>

#include "golden.hpp"
#include "models.hpp"

namespace xgrad {
namespace {

using test::message_of;
namespace utils = nn::utils;

std::vector<Tensor> with_gradients() {
  std::vector<Tensor> list{zeros({2}).requires_grad_(), zeros({3}).requires_grad_(), zeros({1}).requires_grad_()};
  list[0].mutable_grad() = tensor({3.f, -4.f});
  list[1].mutable_grad() = tensor({0.f, 12.f, 0.f});
  return list;  // the third has none
}

TEST(ClipGradNorm, ScalesAllGradientsAsOneVector) {
  const auto p = with_gradients();
  EXPECT_DOUBLE_EQ(utils::clip_grad_norm_(p, 6.5), 13);
  EXPECT_TRUE(allclose(p[0].grad(), tensor({1.5f, -2.f})));
  EXPECT_TRUE(allclose(p[1].grad(), tensor({0.f, 6.f, 0.f})));
  EXPECT_FALSE(p[2].grad().defined());
}

TEST(ClipGradNorm, LeavesShortOnesAlone) {
  const auto p = with_gradients();
  EXPECT_DOUBLE_EQ(utils::clip_grad_norm_(p, 13.5), 13);
  EXPECT_TRUE(p[0].grad().equal(tensor({3.f, -4.f})));
}

TEST(ClipGradNorm, TakesOtherNorms) {
  EXPECT_DOUBLE_EQ(utils::clip_grad_norm_(with_gradients(), 100, 1), 19);
  EXPECT_DOUBLE_EQ(utils::clip_grad_norm_(with_gradients(), 100, HUGE_VAL), 12);
  EXPECT_NEAR(utils::clip_grad_norm_(with_gradients(), 100, 3), std::cbrt(27 + 64 + 1728), 1e-5);
  EXPECT_EQ(utils::clip_grad_norm_(std::vector<Tensor>{}, 1), 0);
}

TEST(ClipGradNorm, SaysWhenTheNormIsNotFinite) {
  const auto p = with_gradients();
  p[0].mutable_grad().fill_(NAN);
  EXPECT_TRUE(std::isnan(utils::clip_grad_norm_(p, 1)));
  EXPECT_NE(message_of<Error>([&] { utils::clip_grad_norm_(p, 1, 2, true); }).find("is non-finite"), std::string::npos);
}

TEST(ClipGradValue, CutsEachElement) {
  const auto p = with_gradients();
  utils::clip_grad_value_(p, 3.5);
  EXPECT_TRUE(p[0].grad().equal(tensor({3.f, -3.5f})));
  EXPECT_TRUE(p[1].grad().equal(tensor({0.f, 3.5f, 0.f})));
}

TEST(ParametersToVector, GoesThereAndBack) {
  const nn::Linear from(3, 2), to(3, 2);
  const Tensor flat = utils::parameters_to_vector(from->parameters());
  EXPECT_EQ(to_string(flat.sizes()), "[8]");
  EXPECT_TRUE(flat.requires_grad());
  utils::vector_to_parameters(flat, to->parameters());
  EXPECT_TRUE(to->weight.equal(from->weight));
  EXPECT_TRUE(to->bias.equal(from->bias));
  EXPECT_TRUE(to->weight.is_leaf());
  message_of<Error>([&] { utils::vector_to_parameters(flat.narrow(0, 0, 7), to->parameters()); });
}

TEST(ModuleDict, KeepsNamesInOrder) {
  nn::ModuleDict dict({{"b", nn::Linear(1, 2)}, {"a", nn::ReLU()}});
  EXPECT_EQ(dict->keys(), (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(dict->str(), "ModuleDict(\n  (b): Linear(in_features=1, out_features=2, bias=True)\n  (a): ReLU()\n)");
  EXPECT_EQ(dict->state_dict().keys(), (std::vector<std::string>{"b.weight", "b.bias"}));
  EXPECT_TRUE(dict->contains("a"));
  EXPECT_EQ(dict->ptr<nn::LinearImpl>("b")->weight.numel(), 2);
  message_of<TypeError>([&] { dict->ptr<nn::LinearImpl>("a"); });
  message_of<Error>([&] { dict["c"]; });
}

TEST(ModuleDict, ReplacesAndForgets) {
  nn::ModuleDict dict({{"x", nn::Linear(1, 2)}, {"y", nn::ReLU()}});
  dict->set("x", nn::Linear(1, 5));
  EXPECT_EQ(dict->size(), 2u);
  EXPECT_EQ(dict->parameters()[0].numel(), 5);
  const auto copy = std::dynamic_pointer_cast<nn::ModuleDictImpl>(dict->clone());
  copy->ptr<nn::LinearImpl>("x")->bias.detach().fill_(7);
  EXPECT_NE(dict->ptr<nn::LinearImpl>("x")->bias[0].item<float>(), 7);
  EXPECT_TRUE(dict->pop("x")->is<nn::Linear>());
  EXPECT_EQ(dict->parameters().size(), 0u);
  dict->clear();
  EXPECT_TRUE(dict->empty());
  EXPECT_EQ(copy->size(), 2u);
}

TEST(ParameterList, RegistersByNumber) {
  nn::ParameterList list(ones({2, 3}).requires_grad_(), ones({4}).requires_grad_());
  EXPECT_EQ(list->state_dict().keys(), (std::vector<std::string>{"0", "1"}));
  EXPECT_EQ(
      list->str(),
      "ParameterList(\n    (0): Parameter containing: [torch.float32 of size 2x3]\n    (1): Parameter containing: "
      "[torch.float32 of size 4]\n)");
  list->append(zeros({1}).requires_grad_());
  EXPECT_EQ(list->size(), 3u);
  EXPECT_EQ(list[1].numel(), 4);
  message_of<IndexError>([&] { list[3]; });
  const auto copy = std::dynamic_pointer_cast<nn::ParameterListImpl>(list->clone());
  EXPECT_EQ(copy->size(), 3u);
  EXPECT_FALSE((*copy)[0].is_same(list[0]));
  EXPECT_TRUE((*copy)[0].requires_grad());
}

TEST(ParameterList, TakesParametersInBraces) {
  const Tensor weight = ones({2, 3}).requires_grad_(), bias = zeros({2}).requires_grad_();
  nn::ParameterList list({weight, bias});
  ASSERT_EQ(list->size(), 2u);
  EXPECT_TRUE(list[0].is_same(weight));
  EXPECT_TRUE(list[1].is_same(bias));
  const std::vector<Tensor> both{weight, bias};
  EXPECT_EQ(nn::ParameterList(both)->size(), 2u);
  EXPECT_EQ(
      nn::ParameterList { weight } -> size(), 1u);
  EXPECT_TRUE(nn::ParameterList()->is_empty());
}

TEST(ClipGradNorm, OfOrderZeroAndMinusInfinityAsPyTorch) {
  const double inf = std::numeric_limits<double>::infinity();
  auto p = with_gradients();
  EXPECT_EQ(utils::clip_grad_norm_(p, 1, 0), 2) << "how many gradients are not zero";
  EXPECT_FLOAT_EQ(p[0].grad().to_vector<float>()[0], 3 / (2 + 1e-6f));
  p = with_gradients();
  EXPECT_EQ(utils::clip_grad_norm_(p[0], 1, 0), 1);
  EXPECT_EQ(utils::clip_grad_norm_(with_gradients()[0], 10, -inf), 3);
  EXPECT_EQ(utils::clip_grad_norm_(with_gradients(), 10, -inf), 0);
  EXPECT_EQ(utils::clip_grad_norm_(with_gradients(), 10, inf), 12);
  EXPECT_EQ(utils::clip_grad_norm_(with_gradients(), 10, -1), 0);
}

}  // namespace
}  // namespace xgrad
