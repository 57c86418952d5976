#include <gmock/gmock.h>

#include "golden.hpp"
#include "models.hpp"

namespace xgrad {
namespace {

using namespace test;
using namespace kwargs;
using ::testing::HasSubstr;
using ::testing::Not;

struct WordsImpl : nn::ModuleBase {
  explicit WordsImpl(std::string first) : word(std::move(first)) {}
  std::string forward(const Tensor& x, int n) { return word + std::to_string(x.numel() * n); }
  std::string word;
};
TORCH_MODULE(Words);

struct InPlaceImpl : nn::ModuleBase {
  void forward(Tensor& x) { x = x + 1; }
};
TORCH_MODULE(InPlace);

TEST(Holder, ConstructsForwardsAndShares) {
  Words words("n=");
  EXPECT_EQ(words(ones({3}), 2), "n=6");
  EXPECT_EQ(words->word, "n=");
  Words copy = words, again(words);
  copy->word = "m=";
  EXPECT_EQ(again(ones({1}), 1), "m=1");
  Tensor x = zeros({});
  InPlace()(x);
  EXPECT_EQ(x.item<float>(), 1.f) << "a forward that takes a reference gets the caller's tensor";
}

TEST(Holder, MayBeEmpty) {
  nn::Linear layer = nullptr;
  EXPECT_TRUE(layer.is_empty());
  EXPECT_FALSE(layer);
  EXPECT_EQ(message_of<Error>([&] { layer(ones({1})); }), "Accessing empty ModuleHolder");
  EXPECT_EQ(message_of<Error>([&] { layer->weight.dim(); }), "Accessing empty ModuleHolder");
  layer = nn::Linear(1, 1);
  EXPECT_TRUE(layer);
}

std::string name_of(const std::shared_ptr<nn::ModuleBase>& module) { return module->short_name(); }

TEST(Holder, GoesWhereASharedPointerDoes) {
  nn::Linear layer(2, 3);
  EXPECT_EQ(name_of(layer), "Linear");
  std::shared_ptr<nn::Module> module = layer;
  EXPECT_EQ(module->forward(ones({1, 2})).size(1), 3);
  nn::Linear back = std::make_shared<nn::LinearImpl>(2, 3);
  EXPECT_NE(back.get(), layer.get());
}

TEST(Holder, TakesOptionsPositionsAndKeywords) {
  EXPECT_FALSE(nn::Linear(nn::LinearOptions(3, 4).bias(false))->bias.defined());
  EXPECT_FALSE(nn::Linear(3, 4, false)->bias.defined());
  EXPECT_FALSE(nn::Linear(3, 4, bias = false)->bias.defined());
  EXPECT_EQ(nn::Linear(in_features = 3, out_features = 4)->weight.sizes(), IntArrayRef({4, 3}));
  EXPECT_EQ(nn::Linear(3, 4, dtype = kFloat64)->bias.dtype(), kFloat64);
  EXPECT_EQ(nn::Linear(3, 4, true, kCPU, kFloat64)->bias.dtype(), kFloat64);
  EXPECT_EQ(nn::Dropout(p = 0.2)->options.p(), 0.2);
  EXPECT_EQ(nn::Flatten(start_dim = 0)->options.start_dim(), 0);
  EXPECT_EQ(nn::MSELoss(kSum)->options.reduction(), kSum);
  EXPECT_EQ(nn::MSELoss(reduction = "none")->options.reduction(), kNone);
  EXPECT_EQ(message_of<TypeError>([] { nn::Linear(3); }), "__init__() missing required argument: 'out_features'");
  EXPECT_EQ(message_of<TypeError>([] { nn::Linear(out_features = 3); }),
            "__init__() missing required argument: 'in_features'");
}

TEST(Holder, BadOptionsThrowPyTorchsWords) {
  const auto& errors = module_goldens()["errors"];
  EXPECT_EQ(message_of<ValueError>([] { nn::Dropout(1.5); }), errors["dropout_p"]);
  EXPECT_EQ(message_of<ValueError>([] { nn::MSELoss(reduction = "average"); }), errors["reduction"]);
}

// --- errors know where they come from

TEST(ErrorContext, NamesTheLayerTheCallAndTheFix) {
  MNISTClassifier model;
  model.replace_module("layer1", model.layer1 = nn::Linear(100, 50));
  std::string text;
  const int line = __LINE__ + 2;
  try {
    model(zeros({64, 28, 28}));
  } catch (const Error& error) {
    text = error.what();
  }
  const std::string first = module_goldens()["errors"]["linear_width"];
  EXPECT_EQ(text.substr(0, first.size()), first);
  EXPECT_THAT(text, HasSubstr("\n  in nn::Linear \"layer1\" (in_features=100, out_features=50, bias=True), called at "
                              "models.hpp:"));
  EXPECT_THAT(text, HasSubstr("\n  in MNISTClassifier, called at holder_test.cpp:" + std::to_string(line)));
  EXPECT_TRUE(text.ends_with("\n  hint: the input has 784 features; did you mean nn::Linear(784, 50)?")) << text;
}

TEST(ErrorContext, KnowsTheLineOfAHoldersCall) {
  nn::Linear layer(3, 4);
  nn::CrossEntropyLoss criterion;
  const int line = __LINE__ + 1;
  const std::string one = message_of<Error>([&] { layer(ones({2, 5})); });
  const std::string two = message_of<IndexError>([&] { criterion(zeros({2, 3}), tensor({0, 3})); });
  EXPECT_THAT(one, HasSubstr(fmt::format("called at holder_test.cpp:{}", line)));
  EXPECT_THAT(two, HasSubstr(fmt::format("in nn::CrossEntropyLoss, called at holder_test.cpp:{}", line + 1)));
  EXPECT_THAT(two, HasSubstr(module_goldens()["errors"]["label_out_of_range"].get<std::string>()));
}

TEST(ErrorContext, ReachesThroughContainers) {
  struct Model : nn::Module {
    nn::Sequential net = register_module("net", nn::Sequential(nn::Linear(4, 3), nn::ReLU(), nn::Linear(2, 1)));
    Tensor forward(Tensor x) override { return net(x); }
  } model;
  const std::string text = message_of<Error>([&] { model(ones({1, 4})); });
  EXPECT_THAT(text, HasSubstr("in nn::Linear \"2\" (in_features=2, out_features=1, bias=True)\n  in nn::Sequential "
                              "\"net\", called at holder_test.cpp:"));
  EXPECT_THAT(text, HasSubstr("did you mean nn::Linear(3, 1)?"));
}

TEST(ErrorContext, SaysWhenTheDtypeIsTheTrouble) {
  const std::string text = message_of<Error>([] { nn::Linear(3, 4)(ones({1, 3}, kFloat64)); });
  EXPECT_THAT(text, HasSubstr("hint: the input is float64, the weights are float32"));
  EXPECT_THAT(text, Not(HasSubstr("did you mean")));
}

TEST(ErrorContext, KeepsTheKindOfError) {
  struct Picky : nn::Module {
    Tensor forward(Tensor) override { fail<IndexError>("no such row"); }
  } picky;
  EXPECT_THAT(message_of<IndexError>([&] { picky(ones({1})); }), HasSubstr("no such row\n  in Picky, called at"));
}

}  // namespace
}  // namespace xgrad
