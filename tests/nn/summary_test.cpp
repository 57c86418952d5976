// summary(model, input), and ParameterDict.
#include <gtest/gtest.h>

#include <xgrad/xgrad.hpp>

#include <sstream>

namespace xgrad {
namespace {

using namespace kwargs;

struct SmallNet : nn::Module {
  nn::Sequential features =
      register_module("features", nn::Sequential(nn::Conv2d(1, 6, 5), nn::ReLU(), nn::MaxPool2d(2)));
  nn::Dropout dropout = register_module("dropout", nn::Dropout());
  nn::Linear head = register_module("head", nn::Linear(6 * 12 * 12, 10));
  Tensor forward(Tensor x) override { return head(dropout(features(x).flatten(1))); }
};

TEST(Summary, CountsWhatAModelIsMadeOf) {
  SmallNet net;
  net.head->bias.requires_grad_(false);
  const Array before = default_generator().get_state<Array>();
  const nn::ModelSummary s = nn::summary(net, ones({2, 1, 28, 28}));
  EXPECT_TRUE(equal(Tensor(before), default_generator().get_state())) << "nothing is drawn";
  EXPECT_TRUE(net.is_training());
  EXPECT_TRUE(net.dropout->is_training());
  EXPECT_TRUE(is_grad_enabled());
  EXPECT_FALSE(net.head->has_hooks());
  ASSERT_EQ(s.layers.size(), 7u);
  const nn::LayerSummary &model = s.layers[0], &conv = s.layers[2], &head = s.layers[6];
  EXPECT_EQ(model.type, "SmallNet");
  EXPECT_EQ(conv.name, "features.0");
  EXPECT_EQ(conv.depth, 2u);
  EXPECT_EQ(conv.inputs.at(0), (Dims{2, 1, 28, 28}));
  EXPECT_EQ(conv.outputs.at(0), (Dims{2, 6, 24, 24}));
  EXPECT_EQ(conv.parameters, 6 * 25 + 6);
  EXPECT_EQ(conv.multiply_adds, 2 * 24 * 24 * 6 * 25);
  EXPECT_EQ(head.parameters, 8650);
  EXPECT_EQ(head.trained, 8640);
  EXPECT_EQ(head.multiply_adds, 2 * 8640);
  EXPECT_EQ(s.parameters, 8806);
  EXPECT_EQ(s.trained, 8796);
  EXPECT_EQ(s.multiply_adds, conv.multiply_adds + head.multiply_adds);
  EXPECT_EQ(s.parameter_bytes, 4 * 8806);
  EXPECT_EQ(s.input_bytes, 4 * 2 * 28 * 28);
  // Convolution, ReLU, pooling, dropout and head; the model and its sequence pass on what these made.
  EXPECT_EQ(s.output_bytes, 4 * 2 * (2 * 6 * 24 * 24 + 2 * 6 * 12 * 12 + 10));
}

TEST(Summary, IsATable) {
  const nn::Sequential model(nn::Linear(3, 4), nn::Tanh());
  std::ostringstream text;
  text << nn::summary(model, ones({2, 3}));
  EXPECT_EQ(text.str(),
            "Layer (type)  Input shape  Output shape  Parameters  Mult-adds\n"
            "--------------------------------------------------------------\n"
            "Sequential    [2, 3]       [2, 4]                --         --\n"
            "  0 (Linear)  [2, 3]       [2, 4]                16         24\n"
            "  1 (Tanh)    [2, 4]       [2, 4]                --         --\n"
            "--------------------------------------------------------------\n"
            "Parameters: 16 (16 trained, 0 fixed)\n"
            "Multiply-adds: 24\n"
            "Input 0.00 MB, outputs 0.00 MB, parameters 0.00 MB");
}

TEST(Summary, LeavesModesAsTheyWere) {
  // Evaluates for good once it has been told to, and takes its parts along.
  struct Frozen : nn::Module {
    nn::Dropout inner = register_module("inner", nn::Dropout());
    void train(bool) override { Module::train(false); }
    Tensor forward(Tensor x) override { return inner(x); }
  };
  const auto frozen = std::make_shared<Frozen>();  // still training, as a module begins
  const nn::Dropout shared;
  const nn::Sequential first(shared), second(shared), model{first, second, frozen};
  model->eval();
  frozen->Module::train(true);
  second->train();
  shared->eval();
  const auto modes = [&] {
    std::vector<bool> list;
    for (const auto& module : model->modules()) list.push_back(module->is_training());
    return list;
  };
  const std::vector<bool> before{false, false, false, true, true, true};
  ASSERT_EQ(modes(), before);
  nn::summary(model, ones({2}));
  EXPECT_EQ(modes(), before);
}

TEST(Summary, OfSeveralInputsAndTransposedConvolutions) {
  nn::Bilinear pair(2, 3, 4);
  EXPECT_EQ(nn::summary(pair, ones({5, 2}), ones({5, 3})).layers.at(0).inputs.size(), 2u);
  nn::ConvTranspose2d up(2, 3, 2, stride = 2);
  EXPECT_EQ(nn::summary(up, ones({1, 2, 5, 5})).multiply_adds, 25 * 2 * 3 * 4);
}

TEST(Summary, CountsResultsOfModulesWhosePartsAreNotCalled) {
  nn::MultiheadAttention attention(8, 2);
  const Tensor x = ones({5, 3, 8});
  // Its own result and weights: out_proj is there for its tensors only.
  EXPECT_EQ(nn::summary(attention, x, x, x).output_bytes, 4 * (5 * 3 * 8 + 3 * 5 * 5));
}

// Only products with weights count, by the type of the module.
TEST(Summary, CountsMultiplyAddsByType) {
  nn::MultiheadAttention attention(8, 2);
  const Tensor query = ones({5, 2, 8}), key = ones({50, 2, 8});
  EXPECT_EQ(nn::summary(attention, query, key, key).multiply_adds, 2 * 8 * 8 * (5 + 50 + 50 + 5));
  EXPECT_EQ(nn::summary(attention, ones({5, 1, 8}), ones({5, 1, 8}), ones({5, 1, 8})).multiply_adds, 1280);
  nn::MultiheadAttention other(8, 2, kdim = 3, vdim = 4);
  EXPECT_EQ(nn::summary(other, query, ones({7, 2, 3}), ones({7, 2, 4})).multiply_adds,
            2 * 8 * (5 * 8 + 7 * 3 + 7 * 4 + 5 * 8));
  EXPECT_EQ(nn::summary(nn::LayerNorm({16, 16}), ones({2, 16, 16})).multiply_adds, 0);
  EXPECT_EQ(nn::summary(nn::Embedding(10, 3), ones({4}, kInt64)).multiply_adds, 0);
  EXPECT_EQ(nn::summary(nn::utils::weight_norm(nn::Conv2d(1, 6, 5)), ones({2, 1, 28, 28})).multiply_adds,
            2 * 24 * 24 * 6 * 25);
  EXPECT_EQ(nn::summary(nn::LSTM(3, 4, num_layers = 2), ones({5, 2, 3})).multiply_adds,
            10 * (16 * 3 + 16 * 4 + 16 * 4 + 16 * 4));
  EXPECT_EQ(nn::summary(nn::GRUCell(3, 4), ones({2, 3})).multiply_adds, 2 * (12 * 3 + 12 * 4));
  struct Table : nn::Module {
    Tensor table = register_parameter("table", ones({3, 4}));
    Tensor forward(Tensor x) override { return x + table; }
  } table;
  EXPECT_EQ(nn::summary(table, ones({3, 4})).multiply_adds, 0) << "nobody knows what it does with it";
}

TEST(ParameterDict, HoldsParametersByName) {
  nn::ParameterDict dict({{"left", ones({3})}, {"right", zeros({2, 4}, kFloat64)}});
  EXPECT_EQ(dict->keys(), (std::vector<std::string>{"left", "right"}));
  EXPECT_EQ(dict->named_parameters().keys(), dict->keys());
  EXPECT_TRUE(dict["left"].requires_grad());
  // As Python prints ParameterDict({'left': ..., 'right': ...}).
  EXPECT_EQ(dict->str(),
            "ParameterDict(\n"
            "    (left): Parameter containing: [torch.FloatTensor of size 3]\n"
            "    (right): Parameter containing: [torch.DoubleTensor of size 2x4]\n"
            ")");
  dict->insert("left", ones({5}));
  EXPECT_EQ(dict["left"].sizes(), Dims{5});
  EXPECT_EQ(dict->named_parameters()["left"].sizes(), Dims{5});
  const auto copy = std::dynamic_pointer_cast<nn::ParameterDictImpl>(dict->clone());
  ASSERT_NE(copy, nullptr);
  EXPECT_FALSE(copy->get("left").is_same(dict["left"]));
  EXPECT_TRUE(equal(copy->get("left"), dict["left"]));
  EXPECT_EQ(dict->pop("left").sizes(), Dims{5});
  EXPECT_FALSE(dict->contains("left"));
  EXPECT_EQ(dict->parameters().size(), 1u);
  EXPECT_THROW(dict->pop("left"), Error);
  dict->clear();
  EXPECT_TRUE(dict->empty());
  EXPECT_EQ(dict->str(), "ParameterDict()");
}

}  // namespace
}  // namespace xgrad
