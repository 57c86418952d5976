// The keywords of a module's methods: the same as by position.
#include <gmock/gmock.h>

#include "golden.hpp"
#include "models.hpp"

#include <xgrad/optim/optim.hpp>

namespace xgrad {
namespace {

using namespace kwargs;
using test::message_of;
using test::Network;
using ::testing::ElementsAre;
using ::testing::SizeIs;

TEST(MethodKeywords, WhatIsRegistered) {
  struct Own : nn::Module {
    Tensor kept = register_buffer("kept", ones({2}), persistent = true);
    Tensor scratch = register_buffer("scratch", ones({2}), persistent = false);
    Tensor fixed = register_parameter("fixed", ones({2}), requires_grad = false);
    Tensor trained = register_parameter("trained", ones({2}), requires_grad = true);
  } net;
  EXPECT_THAT(net.named_buffers().keys(), ElementsAre("kept", "scratch"));
  EXPECT_THAT(net.state_dict().keys(), ElementsAre("fixed", "trained", "kept"));
  EXPECT_FALSE(net.fixed.requires_grad());
  EXPECT_TRUE(net.trained.requires_grad());
}

TEST(MethodKeywords, Tensors) {
  const Network net;
  EXPECT_THAT(net.parameters(recurse = false), SizeIs(1));
  EXPECT_THAT(net.parameters(recurse = true), SizeIs(10));
  EXPECT_THAT(net.buffers(recurse = false), SizeIs(2));
  EXPECT_THAT(net.blocks->buffers(recurse = true), SizeIs(0));

  EXPECT_THAT(net.named_parameters(recurse = false).keys(), ElementsAre("scale"));
  EXPECT_THAT(net.named_parameters(recurse = true), SizeIs(10));
  EXPECT_EQ(net.named_parameters(prefix = "a").keys(), net.named_parameters("a").keys());
  EXPECT_EQ(net.named_parameters(prefix = std::string("a")).keys()[1], "a.blocks.0.body.0.weight");
  EXPECT_THAT(net.named_parameters(prefix = "a", recurse = false).keys(), ElementsAre("a.scale"));
  EXPECT_THAT(net.named_parameters(recurse = false, prefix = "a").keys(), ElementsAre("a.scale"));
  EXPECT_THAT(net.named_parameters("a", recurse = false).keys(), ElementsAre("a.scale"));

  EXPECT_THAT(net.named_buffers(recurse = false).keys(), ElementsAre("steps", "scratch"));
  EXPECT_THAT(net.head->named_buffers(recurse = true), SizeIs(0));
  EXPECT_THAT(net.named_buffers(prefix = "a").keys(), ElementsAre("a.steps", "a.scratch"));
  EXPECT_THAT(net.named_buffers("a", recurse = false).keys(), ElementsAre("a.steps", "a.scratch"));
  EXPECT_THAT(net.named_buffers(recurse = false, prefix = "a").keys(), ElementsAre("a.steps", "a.scratch"));
}

TEST(MethodKeywords, Modules) {
  const Network net;
  EXPECT_EQ(net.named_modules(prefix = "a").keys(), net.named_modules("a").keys());
  EXPECT_EQ(net.named_modules(prefix = "a", include_self = false).keys(), net.named_modules("a", false).keys());
  EXPECT_EQ(net.modules(include_self = false), net.modules(false));
  EXPECT_THAT(net.modules(include_self = true), SizeIs(net.modules(include_self = false).size() + 1));
}

// As Python lists Sequential(a, ReLU(), a).
TEST(MethodKeywords, ModulesThatAreThereTwice) {
  const nn::Sequential inner{nn::Linear(2, 2)};
  const nn::Sequential net{inner, nn::ReLU(), inner};
  EXPECT_THAT(net->named_modules().keys(), ElementsAre("", "0", "0.0", "1"));
  EXPECT_THAT(net->named_modules(remove_duplicate = true).keys(), ElementsAre("", "0", "0.0", "1"));
  EXPECT_THAT(net->named_modules(remove_duplicate = false).keys(), ElementsAre("", "0", "0.0", "1", "2", "2.0"));
  const auto all = net->named_modules(prefix = "net", remove_duplicate = false);
  EXPECT_THAT(all.keys(), ElementsAre("net", "net.0", "net.0.0", "net.1", "net.2", "net.2.0"));
  EXPECT_EQ(all["net.0.0"], all["net.2.0"]);
}

TEST(MethodKeywords, StateDicts) {
  const Network net;
  EXPECT_EQ(net.state_dict(prefix = "a.").keys(), net.state_dict("a.").keys());
  EXPECT_EQ(net.state_dict(prefix = "a.").keys().front(), "a.scale");
  EXPECT_FALSE(net.state_dict(keep_vars = false)["scale"].requires_grad());
  EXPECT_TRUE(net.state_dict(keep_vars = true)["scale"].is_same(net.scale));
  EXPECT_TRUE(net.state_dict(prefix = "a.", keep_vars = true)["a.steps"].is_same(net.steps));

  nn::Linear layer(2, 3), other(2, 3, bias = false);
  EXPECT_THAT(layer->load_state_dict(other->state_dict(), strict = false).missing_keys, ElementsAre("bias"));
  EXPECT_THROW(layer->load_state_dict(other->state_dict(), strict = true), Error);
}

TEST(MethodKeywords, Gradients) {
  const auto net = std::make_shared<Network>();
  const auto run = [&] { (*net)(ones({2, 2, 2})).sum().backward(); };
  run();
  net->zero_grad(set_to_none = false);
  EXPECT_EQ(net->scale.grad().item<double>(), 0);
  net->zero_grad(set_to_none = true);
  EXPECT_FALSE(net->scale.grad().defined());
  optim::SGD optimizer(net->parameters(), lr = 0.1);
  run();
  optimizer.zero_grad(set_to_none = false);
  EXPECT_EQ(net->scale.grad().item<double>(), 0);
  optimizer.zero_grad(set_to_none = true);
  EXPECT_FALSE(net->scale.grad().defined());
  net->requires_grad_(requires_grad = false);
  EXPECT_FALSE(net->scale.requires_grad());
  net->requires_grad_(requires_grad = true);
  EXPECT_TRUE(net->scale.requires_grad());
}

TEST(MethodKeywords, Mode) {
  nn::Sequential net{nn::Linear(2, 2), nn::Dropout(0.5)};
  net->train(kw::mode = false);
  EXPECT_FALSE(net->is_training());
  EXPECT_FALSE(net[1]->is_training());
  net->train(kw::mode = true);
  EXPECT_TRUE(net[1]->is_training());
}

TEST(MethodKeywords, Conversions) {
  const auto became = [](auto convert) {
    nn::Linear layer(2, 2);
    convert(layer);
    return layer->weight.dtype();
  };
  EXPECT_EQ(became([](nn::Linear& l) { l->to(dtype = kFloat64); }), kFloat64);
  EXPECT_EQ(became([](nn::Linear& l) { l->to(dtype = kFloat64, non_blocking = true); }), kFloat64);
  EXPECT_EQ(became([](nn::Linear& l) { l->to(device = "cpu", dtype = kFloat64); }), kFloat64);
  EXPECT_EQ(became([](nn::Linear& l) { l->to("cpu", dtype = kFloat64); }), kFloat64);
  EXPECT_EQ(became([](nn::Linear& l) { l->to(kCPU, dtype = kFloat64, non_blocking = true); }), kFloat64);
  EXPECT_EQ(became([](nn::Linear& l) { l->to(Device(kCPU), non_blocking = true); }), kFloat32);
  EXPECT_EQ(became([](nn::Linear& l) { l->to(device = kCPU); }), kFloat32);
  EXPECT_EQ(became([](nn::Linear& l) { l->to(kFloat64, non_blocking = true); }), kFloat64);
  EXPECT_EQ(became([](nn::Linear& l) { l->to(ones({1}, kFloat64)); }), kFloat64);
  nn::Linear layer(2, 2);
  EXPECT_THROW(layer->to(dtype = kInt64), TypeError);
  EXPECT_THAT(message_of<Error>([&] { layer->to(device = "cuda"); }), ::testing::HasSubstr("cuda"));
}

// A module that converts in a way of its own does so by keyword too.
TEST(MethodKeywords, CallWhatIsOverridden) {
  struct Counting : nn::Module {
    int conversions = 0, modes = 0;
    using Module::to;
    using Module::train;
    void to(ScalarType to_dtype, bool non_blocking = false) override {
      ++conversions;
      Module::to(to_dtype, non_blocking);
    }
    void train(bool on = true) override {
      ++modes;
      Module::train(on);
    }
  } net;
  net.to(dtype = kFloat64);
  net.to(device = kCPU, dtype = kFloat64);
  net.train(kw::mode = false);
  EXPECT_EQ(net.conversions, 2);
  EXPECT_EQ(net.modes, 1);
}

}  // namespace
}  // namespace xgrad
