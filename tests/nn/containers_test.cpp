#include <gmock/gmock.h>

#include "golden.hpp"
#include "models.hpp"

namespace xgrad {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

struct Twice : nn::Module {
  Tensor forward(Tensor x) override { return x * 2; }
};
struct Pair : nn::ModuleBase {
  std::tuple<Tensor, int> forward(Tensor x) { return {x, 3}; }
};
struct Scale : nn::ModuleBase {
  Tensor forward(std::tuple<Tensor, int> pair) { return std::get<0>(pair) * std::get<1>(pair); }
};
struct Count : nn::ModuleBase {
  std::int64_t forward(const Tensor& a, const Tensor& b) const { return a.numel() + b.numel(); }
};

TEST(AnyModule, CallsAnyForward) {
  nn::AnyModule twice(Twice{}), count(std::make_shared<Count>()), linear(nn::Linear(3, 4));
  EXPECT_EQ(twice.forward(ones({})).item<float>(), 2.f);
  EXPECT_EQ(twice(ones({})).item<float>(), 2.f);
  EXPECT_EQ(count.forward<std::int64_t>(ones({3}), ones({4})), 7);
  EXPECT_EQ(linear(ones({1, 3})).size(1), 4);
  EXPECT_EQ(linear.get<nn::Linear>()->weight.size(0), 4);
  EXPECT_EQ(&linear.get<nn::LinearImpl>(), linear.ptr().get());
  EXPECT_TRUE(twice.tensor_to_tensor());
  EXPECT_FALSE(count.tensor_to_tensor());
}

TEST(AnyModule, CopiesShareClonesDoNot) {
  nn::AnyModule linear(nn::Linear(3, 4));
  nn::AnyModule copy = linear, clone = linear.clone();
  EXPECT_EQ(copy.ptr(), linear.ptr());
  EXPECT_NE(clone.ptr(), linear.ptr());
  EXPECT_TRUE(clone.get<nn::Linear>()->weight.equal(linear.get<nn::Linear>()->weight));
}

TEST(AnyModule, SaysWhatDoesNotFit) {
  nn::AnyModule count(Count{}), empty;
  EXPECT_THAT(message_of<TypeError>([&] { count.forward<std::int64_t>(ones({1})); }),
              HasSubstr("Count's forward() method expects 2 argument(s), but received 1."));
  EXPECT_THAT(message_of<TypeError>([&] { count.forward<std::int64_t>(ones({1}), 5); }),
              HasSubstr("Expected argument #1 to be of type xgrad::Tensor, but received value of type int"));
  EXPECT_THAT(message_of<TypeError>([&] { count.forward<int>(ones({1}), ones({1})); }),
              HasSubstr("Attempted to cast AnyValue to int, but its actual type is long"));
  EXPECT_THAT(message_of<TypeError>([&] { count.get<nn::Linear>(); }), HasSubstr("Attempted to cast module of type"));
  EXPECT_EQ(message_of<Error>([&] { empty.forward(ones({1})); }), "Cannot call forward() on an empty AnyModule");
}

Tensor minus_two(Tensor x) { return x - 2; }

TEST(Sequential, ChainsModulesOfEveryKind) {
  nn::Sequential inner(Twice(), [](Tensor x) { return x + 1; });
  nn::Sequential net(nn::Identity(), inner, std::make_shared<Twice>(), nn::AnyModule(nn::ReLU()), &minus_two);
  EXPECT_EQ(net->size(), 5u);
  EXPECT_EQ(net(full({}, 3.)).item<float>(), 12.f);
  EXPECT_THAT(net->named_children().keys(), ElementsAre("0", "1", "2", "3", "4"));
}

TEST(Sequential, PassesOtherValuesThanTensors) {
  nn::Sequential net(Twice{}, Pair{}, Scale{});
  EXPECT_EQ(net(ones({})).item<float>(), 6.f);
  nn::Sequential pairs(Count{});
  EXPECT_EQ(pairs->forward<std::int64_t>(ones({2}), ones({3})), 5);
  EXPECT_THAT(message_of<TypeError>([&] { pairs->forward(ones({2}), ones({3})); }),
              HasSubstr("The type of the return value is long, but you asked for type xgrad::Tensor"));
}

TEST(Sequential, EmptyIsTheIdentity) {
  const Tensor x = ones({2});
  EXPECT_TRUE(nn::Sequential()(x).is_same(x));
}

TEST(Sequential, NamesAppendsAndIndexes) {
  nn::Sequential net({{"fc", nn::Linear(2, 3)}, {"act", nn::ReLU()}});
  net->push_back(nn::Linear(3, 1));
  net->push_back("last", nn::Tanh());
  EXPECT_THAT(net->named_children().keys(), ElementsAre("fc", "act", "2", "last"));
  EXPECT_THAT(net->named_parameters().keys(), ElementsAre("fc.weight", "fc.bias", "2.weight", "2.bias"));
  EXPECT_EQ(net->at<nn::LinearImpl>(2).weight.size(1), 3);
  EXPECT_EQ(net[1]->short_name(), "ReLU");
  EXPECT_EQ(net(ones({5, 2})).size(0), 5);
  EXPECT_EQ(message_of<IndexError>([&] { net->ptr(4); }), "Index out of range");
  EXPECT_THROW(net->push_back("fc", nn::ReLU()), Error);
  EXPECT_EQ(net->size(), 4u) << "what could not be registered was not added";

  OrderedDict<std::string, nn::AnyModule> dict;
  dict.insert("a", nn::AnyModule(nn::ReLU()));
  EXPECT_THAT(nn::Sequential(dict)->named_children().keys(), ElementsAre("a"));
  nn::Sequential longer;
  longer->extend(*net);
  EXPECT_EQ(longer->size(), 4u);
}

TEST(Sequential, ModeReachesItsModules) {
  nn::Sequential net(nn::Dropout(1.0));
  EXPECT_EQ(net(ones({4})).sum().item<float>(), 0.f);
  net->eval();
  EXPECT_EQ(net(ones({4})).sum().item<float>(), 4.f);
}

TEST(Sequential, ClonesKeepNamesAndSharing) {
  nn::Linear fc(2, 2);
  nn::Sequential net({{"a", fc}, {"act", nn::ReLU()}, {"b", fc}});
  const nn::Sequential copy = std::dynamic_pointer_cast<nn::SequentialImpl>(net->clone());
  EXPECT_THAT(copy->parameters(), SizeIs(2));
  EXPECT_THAT(copy->state_dict().keys(), ElementsAre("a.weight", "a.bias", "b.weight", "b.bias"));
  const Tensor x = rand({3, 2});
  EXPECT_TRUE(copy(x).equal(net(x)));
  EXPECT_FALSE(copy->parameters()[0].is_same(net->parameters()[0]));
}

TEST(ModuleList, RegistersByNumber) {
  nn::ModuleList list(nn::Linear(2, 3));
  list->push_back(nn::Linear(3, 4));
  list->push_back(Twice());
  list->insert(1, nn::ReLU());
  EXPECT_THAT(list->named_children().keys(), ElementsAre("0", "1", "2", "3"));
  EXPECT_TRUE(list[1]->is<nn::ReLU>());
  EXPECT_TRUE(list->named_children()["2"] == list[2]);
  EXPECT_EQ(list->at<nn::LinearImpl>(2).weight.size(0), 4);
  Tensor x = ones({1, 2});
  for (auto& layer : list) x = layer->as<nn::Module>()->forward(x);
  EXPECT_EQ(x.size(1), 4);
  EXPECT_EQ(message_of<IndexError>([&] { list[4]; }), "Index out of range");
  EXPECT_THAT(message_of<TypeError>([&] { list->at<nn::LinearImpl>(1); }),
              HasSubstr("Attempted to cast module of type xgrad::nn::ReLUImpl to type xgrad::nn::LinearImpl"));
}

TEST(Functional, BindsArguments) {
  nn::Functional scale([](const Tensor& x, int n, float m) { return x * n + m; }, 3, 0.5f);
  EXPECT_EQ(scale(ones({})).item<float>(), 3.5f);
}

}  // namespace
}  // namespace xgrad
