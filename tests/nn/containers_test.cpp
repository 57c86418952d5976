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

TEST(Sequential, ExtendsByAModuleList) {
  nn::ModuleList list{nn::Linear(2, 3), nn::ReLU()};
  nn::Sequential net(nn::Linear(4, 2));
  net->extend(list).extend(*list);
  EXPECT_EQ(net->size(), 5u);
  EXPECT_EQ(net->ptr(1), list->ptr(0));
  const Tensor x = ones({1, 4});
  nn::Sequential same(nn::Linear(net->ptr<nn::LinearImpl>(0)), nn::Linear(list->ptr<nn::LinearImpl>(0)), nn::ReLU());
  nn::Sequential front;
  front->extend(nn::ModuleList{nn::Linear(net->ptr<nn::LinearImpl>(0))}).extend(list);
  EXPECT_TRUE(front(x).equal(same(x)));
  EXPECT_EQ(front->at<nn::LinearImpl>(1).weight.size(0), 3);
  int calls = 0;
  list[1]->register_forward_hook([&](nn::ModuleBase&, const std::vector<Tensor>&, std::vector<Tensor>&) { ++calls; });
  front(x);
  EXPECT_EQ(calls, 1);
  auto copy = std::dynamic_pointer_cast<nn::SequentialImpl>(front->clone());
  EXPECT_TRUE(copy->forward(x).equal(front(x)));
  EXPECT_NE(copy->ptr(0), front->ptr(0));

  nn::ModuleList mixed{nn::ReLU(), nn::LSTM(2, 3)};
  EXPECT_EQ(message_of<TypeError>([&] { front->extend(mixed); }),
            "xgrad::nn::LSTMImpl is no nn::Module, which takes a Tensor and returns one: hold it as its own type, or "
            "as std::shared_ptr<nn::ModuleBase>");
}

TEST(Containers, GiveModulesAsPointersToModule) {
  nn::Sequential net(nn::Linear(4, 2), nn::LSTM(2, 3));
  std::shared_ptr<nn::Module> linear = net[0], again = net->ptr(0), of_any = net->begin()->ptr();
  EXPECT_EQ(linear, again);
  EXPECT_EQ(linear, of_any);
  EXPECT_EQ(linear->forward(ones({1, 4})).size(1), 2);
  EXPECT_THROW(linear = net[1], TypeError);
  std::shared_ptr<nn::ModuleBase> lstm = net[1];
  EXPECT_EQ(lstm->short_name(), "LSTM");
  nn::ModuleList list{nn::ReLU()};
  std::shared_ptr<nn::Module> relu = list[0], at = list->ptr(0);
  EXPECT_EQ(relu, at);
  nn::ModuleDict dict({{"a", nn::ReLU()}});
  std::shared_ptr<nn::Module> of_dict = dict["a"];
  EXPECT_EQ(of_dict->short_name(), "ReLU");
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

void expect_values(const std::vector<Tensor>& tensors, const std::vector<std::vector<float>>& expected) {
  ASSERT_EQ(tensors.size(), expected.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) EXPECT_EQ(tensors[i].flatten().to_vector<float>(), expected[i]);
}

// torch.manual_seed(3); nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2)), and of a ModuleList.
TEST(Containers, BracesDrawWeightsInPyTorchsOrder) {
  manual_seed(3);
  const nn::Sequential net{nn::Linear(2, 3), nn::ReLU(), nn::Linear(3, 2)};
  expect_values(net->parameters(), {{-0.7010772228240967f, -0.5578091740608215f, -0.3028644621372223f,
                                     -0.6689868569374084f, -0.04014335572719574f, -0.6220895051956177f},
                                    {0.38447636365890503f, 0.3446429371833801f, 0.13353174924850464f},
                                    {0.4478582739830017f, -0.05654415115714073f, 0.34582197666168213f,
                                     -0.4043289124965668f, -0.11377400904893875f, -0.5147921442985535f},
                                    {-0.04687478765845299f, -0.3745788037776947f}});
  manual_seed(3);
  const nn::ModuleList list{nn::Linear(2, 1), nn::Linear(1, 2)};
  expect_values(list->parameters(), {{-0.7010772228240967f, -0.5578091740608215f},
                                     {-0.3028644621372223f},
                                     {-0.9460903406143188f, -0.056771278381347656f},
                                     {-0.8797674179077148f, 0.543731689453125f}});
}

struct ScaledImpl : nn::Cloneable<ScaledImpl> {
  Tensor forward(Tensor x, double by = 2, double plus = 0) { return x * by + plus; }

 protected:
  FORWARD_HAS_DEFAULT_ARGS({1, nn::AnyValue(2.)}, {2, nn::AnyValue(0.)})
};
TORCH_MODULE(Scaled);

TEST(AnyModule, ForwardsMayHaveDefaultArguments) {
  nn::Sequential net{Scaled(), nn::Identity()};
  EXPECT_EQ(net(ones({})).item<float>(), 2.f);
  EXPECT_EQ(net->forward(ones({}), 3.).item<float>(), 3.f);
  EXPECT_EQ(net->forward(ones({}), 3., 1.).item<float>(), 4.f);
  EXPECT_THAT(message_of<TypeError>([&] { net->forward(ones({}), 3., 1., 2.); }),
              HasSubstr("forward() method expects at least 1 argument(s) and at most 3 argument(s), but received 4."));
}

TEST(AnyModule, TheLibrarysDefaultArgumentsToo) {
  using Two = std::tuple<Tensor, Tensor>;
  using namespace nn::utils::rnn;
  const Tensor x = randn({3, 2, 8});
  nn::TransformerEncoderLayer encoder(8, 2, 16);
  encoder->eval();
  EXPECT_TRUE(nn::Sequential{encoder}(x).equal(encoder(x)));
  nn::EmbeddingBag bag(8, 4);
  const Tensor bags = tensor({{1, 2}, {3, 4}}, kInt64);
  EXPECT_TRUE(nn::Sequential{bag}(bags).equal(bag(bags)));
  nn::GRU gru(8, 4);
  nn::AnyModule any_gru(gru);
  EXPECT_TRUE(std::get<0>(any_gru.forward<Two>(x)).equal(std::get<0>(gru(x))));
  EXPECT_TRUE(std::get<0>(any_gru.forward<Two>(x, ones({1, 2, 4}))).equal(std::get<0>(gru(x, ones({1, 2, 4})))));
  nn::LSTM lstm(8, 4);
  nn::AnyModule any_lstm(lstm);
  const Two states(ones({1, 2, 4}), zeros({1, 2, 4}));
  using Result = std::tuple<Tensor, Two>;
  EXPECT_TRUE(std::get<0>(any_lstm.forward<Result>(x)).equal(std::get<0>(lstm(x))));
  EXPECT_TRUE(std::get<0>(any_lstm.forward<Result>(x, states)).equal(std::get<0>(lstm(x, states))));
  std::size_t outputs = 0;
  int calls = 0;
  lstm->register_forward_hook([&](nn::ModuleBase&, const std::vector<Tensor>&, std::vector<Tensor>& out) {
    outputs = out.size();
    ++calls;
  });
  const PackedSequence packed = pack_sequence({x.select(1, 0)});
  using Packed = std::tuple<PackedSequence, Two>;
  EXPECT_TRUE(allclose(std::get<0>(any_lstm.forward<Packed>(packed)).data(), std::get<0>(lstm(x)).select(1, 0)));
  EXPECT_EQ(outputs, 3u);
  EXPECT_EQ(calls, 2);
  nn::MultiheadAttention attention(8, 2);
  nn::AnyModule any_attention(attention);
  EXPECT_TRUE(std::get<0>(any_attention.forward<Two>(x, x, x)).equal(std::get<0>(attention(x, x, x))));
  EXPECT_FALSE(std::get<1>(any_attention.forward<Two>(x, x, x, Tensor(), false)).defined());
  nn::AnyModule up(nn::ConvTranspose2d(1, 1, 3, 2));
  EXPECT_EQ(up.forward(ones({1, 1, 3, 3})).sizes(), (Dims{1, 1, 7, 7}));
  EXPECT_EQ(up.forward(ones({1, 1, 3, 3}), std::vector<std::int64_t>{8, 8}).sizes(), (Dims{1, 1, 8, 8}));
  nn::Sequential unpool{nn::MaxUnpool1d(2)};
  EXPECT_EQ(unpool->forward(ones({1, 2}), tensor({{0, 3}}, kInt64)).sizes(), (Dims{1, 4}));
}

TEST(Sequential, InsertsAndPops) {
  nn::Sequential net;
  net->append(nn::ReLU()).append(nn::Tanh());
  net->insert(0, nn::Identity()).insert(-1, nn::Sigmoid());
  EXPECT_EQ(net->str(), "Sequential(\n  (0): Identity()\n  (1): ReLU()\n  (2): Sigmoid()\n  (3): Tanh()\n)");
  EXPECT_EQ(message_of<IndexError>([&] { net->insert(5, nn::ReLU()); }), "Index out of range: 5");
  EXPECT_TRUE(net->pop(1)->is<nn::ReLU>());
  EXPECT_TRUE(net->pop(-1)->is<nn::Tanh>());
  EXPECT_EQ(net->str(), "Sequential(\n  (0): Identity()\n  (1): Sigmoid()\n)");
  EXPECT_EQ(net(zeros({})).item<float>(), 0.5f);
  EXPECT_EQ(message_of<IndexError>([&] { net->pop(2); }), "index 2 is out of range");
  nn::Sequential named({{"a", nn::ReLU()}});
  EXPECT_THROW(named->insert(0, nn::ReLU()), Error);
  EXPECT_EQ(named->size(), 1u);
}

TEST(ModuleList, AppendsAndPops) {
  nn::ModuleList list;
  list->append(nn::ReLU()).append(nn::Tanh()).extend(nn::ModuleList{nn::Sigmoid()});
  EXPECT_TRUE(list->pop(0)->is<nn::ReLU>());
  EXPECT_THAT(list->named_children().keys(), ElementsAre("0", "1"));
  EXPECT_TRUE(list->named_children()["0"]->is<nn::Tanh>());
  EXPECT_TRUE(list->pop(-1)->is<nn::Sigmoid>());
  EXPECT_EQ(message_of<IndexError>([&] { list->pop(1); }), "index 1 is out of range");
}

TEST(ParameterList, IsWalkedThrough) {
  const Tensor a = ones({2}).requires_grad_(), b = zeros({3}).requires_grad_();
  const nn::ParameterList list{a, b};
  std::vector<Tensor> seen;
  for (const Tensor& p : list) seen.push_back(p);
  ASSERT_THAT(seen, SizeIs(2));
  EXPECT_TRUE(seen[0].is_same(a));
  EXPECT_TRUE(seen[1].is_same(b));
}

TEST(ModuleDict, TakesEveryListOfNamesAndModules) {
  OrderedDict<std::string, std::shared_ptr<nn::LinearImpl>> layers;
  layers.insert("a", nn::Linear(2, 3).ptr());
  nn::ModuleDict dict(layers);
  dict->update({{"b", nn::ReLU()}, {"a", nn::Linear(4, 5)}});
  EXPECT_THAT(dict->keys(), ElementsAre("a", "b"));
  EXPECT_EQ(dict->at<nn::LinearImpl>("a").weight.sizes(), (Dims{5, 4}));
  EXPECT_EQ(dict->ptr("b"), dict["b"]);
  EXPECT_THROW(dict->at<nn::LinearImpl>("b"), TypeError);
}

TEST(Containers, ApplyGivesPointersToModules) {
  const nn::Sequential net{nn::Linear(2, 3), nn::ReLU()};
  std::vector<std::string> names, kinds;
  net->apply([&](const std::shared_ptr<nn::Module>& m) { kinds.push_back(m->short_name()); });
  net->apply([&](const std::string& name, const std::shared_ptr<nn::Module>&) { names.push_back(name); });
  EXPECT_THAT(kinds, ElementsAre("Sequential", "Linear", "ReLU"));
  EXPECT_THAT(names, ElementsAre("", "0", "1"));
}

}  // namespace
}  // namespace xgrad
