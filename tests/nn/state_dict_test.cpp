#include <gmock/gmock.h>

#include "golden.hpp"
#include "models.hpp"

namespace xgrad {
namespace {

using namespace test;
using namespace kwargs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(StateDict, SharesMemoryAndHasNoGraph) {
  MNISTClassifier model;
  const auto state = model.state_dict();
  EXPECT_EQ(state["layer1.weight"].data_ptr(), model.layer1->weight.data_ptr());
  EXPECT_FALSE(state["layer1.weight"].requires_grad());
  EXPECT_EQ(model.state_dict("model.").keys()[0], "model.layer1.weight");
}

TEST(StateDict, ARoundTripMakesModelsEqual) {
  MNISTClassifier a, b;
  const Tensor x = rand({3, 784});
  EXPECT_FALSE(a(x).equal(b(x)));
  const auto result = b.load_state_dict(a.state_dict());
  EXPECT_TRUE(result.missing_keys.empty() && result.unexpected_keys.empty());
  EXPECT_TRUE(a(x).equal(b(x)));
  EXPECT_TRUE(b.layer1->weight.requires_grad() && b.layer1->weight.is_leaf());
  EXPECT_NE(a.layer1->weight.data_ptr(), b.layer1->weight.data_ptr());
}

TEST(StateDict, LoadingConvertsTheDtype) {
  nn::Linear a(nn::LinearOptions(3, 2).dtype(kFloat64)), b(3, 2);
  b->load_state_dict(a->state_dict());
  EXPECT_EQ(b->weight.dtype(), kFloat32);
  EXPECT_TRUE(b->weight.equal(a->weight.to(kFloat32)));
}

OrderedDict<std::string, Tensor> wrong_state() {
  auto wrong = Network().state_dict();
  wrong.erase("scale");
  wrong.erase("blocks.1.body.0.bias");
  wrong.insert("extra", zeros({1}));
  wrong.insert("blocks.0.body.9.weight", zeros({1}));
  wrong["head.fc.weight"] = zeros({3, 4});
  wrong["steps"] = zeros({1});
  return wrong;
}

TEST(StateDict, ErrorsListEverythingAndChangeNothing) {
  Network net;
  const Tensor before = net.blocks->at<Block>(0).parameters()[0].detach().clone();
  const auto& errors = module_goldens()["errors"];
  EXPECT_EQ(message_of<Error>([&] { net.load_state_dict(wrong_state()); }), errors["load_state_dict"]);
  EXPECT_EQ(message_of<Error>([&] { net.load_state_dict(wrong_state(), strict = false); }),
            errors["load_state_dict_not_strict"]);
  EXPECT_TRUE(net.blocks->at<Block>(0).parameters()[0].equal(before));
}

TEST(StateDict, NotStrictReturnsTheKeys) {
  Network net;
  auto state = wrong_state();
  state["head.fc.weight"] = ones({2, 4});
  state["steps"] = full({1}, 5);
  const auto result = net.load_state_dict(state, /*strict=*/false);
  EXPECT_THAT(result.missing_keys, ElementsAre("scale", "blocks.1.body.0.bias"));
  EXPECT_THAT(result.unexpected_keys, ElementsAre("extra", "blocks.0.body.9.weight"));
  EXPECT_TRUE(net.head->at<nn::LinearImpl>(1).weight.equal(ones({2, 4})));
  EXPECT_EQ(net.steps.item<std::int64_t>(), 5);
}

TEST(StateDict, AnAbsentBiasIsNotExpected) {
  nn::Linear with(3, 2), without(nn::LinearOptions(3, 2).bias(false));
  EXPECT_EQ(message_of<Error>([&] { without->load_state_dict(with->state_dict()); }),
            "Error(s) in loading state_dict for Linear:\n\tUnexpected key(s) in state_dict: \"bias\". ");
  EXPECT_EQ(message_of<Error>([&] { with->load_state_dict(without->state_dict()); }),
            "Error(s) in loading state_dict for Linear:\n\tMissing key(s) in state_dict: \"bias\". ");
}

TEST(StateDict, KeysThatOnlyLookRightAreUnexpected) {
  MNISTClassifier model;
  auto state = model.state_dict();
  state.insert("layer1", ones({1}));
  state.insert("layer1.weight.mean", ones({1}));
  EXPECT_THAT(model.load_state_dict(state, false).unexpected_keys, ElementsAre("layer1", "layer1.weight.mean"));
}

TEST(StateDict, FilesOfPyTorch04HaveNoNumbersOfBatches) {
  nn::Sequential net{nn::Linear(2, 3), nn::BatchNorm1d(3), nn::InstanceNorm1d(nn::InstanceNorm1dOptions(3))};
  net->at<nn::BatchNorm1dImpl>(1).num_batches_tracked.fill_(7);
  OrderedDict<std::string, Tensor> old;
  for (const auto& [name, tensor] : net->state_dict()) {
    if (!name.ends_with("num_batches_tracked")) old.insert(name, tensor.clone());
  }
  EXPECT_THAT(net->load_state_dict(old).missing_keys, IsEmpty());
  EXPECT_EQ(net->at<nn::BatchNorm1dImpl>(1).num_batches_tracked.item<std::int64_t>(), 0) << "as PyTorch counts on";
  old.erase("1.running_mean");
  EXPECT_EQ(message_of<Error>([&] { net->load_state_dict(old); }),
            "Error(s) in loading state_dict for Sequential:\n\tMissing key(s) in state_dict: \"1.running_mean\". ");
}

}  // namespace
}  // namespace xgrad
