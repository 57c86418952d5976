#include <gmock/gmock.h>

#include "golden.hpp"
#include "models.hpp"

namespace xgrad {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(Module, ListsTheTreeOuterBeforeInner) {
  Network net;
  EXPECT_THAT(net.named_parameters().keys(),
              ElementsAre("scale", "blocks.0.body.0.weight", "blocks.0.body.0.bias", "blocks.0.body.2.weight",
                          "blocks.0.body.2.bias", "blocks.1.body.0.weight", "blocks.1.body.0.bias",
                          "blocks.1.body.2.weight", "blocks.1.body.2.bias", "head.fc.weight"));
  EXPECT_THAT(net.named_parameters(/*recurse=*/false).keys(), ElementsAre("scale"));
  EXPECT_THAT(net.named_parameters("net", false).keys(), ElementsAre("net.scale"));
  EXPECT_EQ(net.named_parameters(std::string("net")).keys().back(), "net." + net.named_parameters().keys().back());
  EXPECT_THAT(net.parameters(), SizeIs(10));
  EXPECT_THAT(net.named_buffers().keys(), ElementsAre("steps", "scratch"));
  EXPECT_THAT(net.named_children().keys(), ElementsAre("flatten", "blocks", "head"));
  EXPECT_THAT(net.children(), SizeIs(3));
  const auto names = net.named_modules().keys();
  EXPECT_THAT(names, SizeIs(18));
  EXPECT_EQ(names[0], "");
  EXPECT_EQ(names[3], "blocks.0");
  EXPECT_EQ(names[17], "head.fc");
  EXPECT_EQ(net.named_modules("net").keys()[17], "net.head.fc");
  EXPECT_EQ(net.named_modules("net", /*include_self=*/false).keys()[0], "net.flatten");
  EXPECT_EQ(net.modules()[0].get(), &net);
}

TEST(Module, WhatIsRegisteredTwiceIsListedOnce) {
  struct Tied : nn::Module {
    nn::Linear a = register_module("a", nn::Linear(2, 2));
    nn::Linear b = register_module("b", a);
    Tensor w = register_parameter("w", a->weight);
  } tied;
  EXPECT_THAT(tied.named_parameters().keys(), ElementsAre("w", "a.bias"));
  EXPECT_THAT(tied.named_children().keys(), ElementsAre("a"));
  EXPECT_THAT(tied.state_dict().keys(), ElementsAre("w", "a.weight", "a.bias", "b.weight", "b.bias"));
}

TEST(Module, ParametersAreLeavesThatRequireGradients) {
  Network net;
  for (const auto& [name, p] : net.named_parameters()) {
    EXPECT_TRUE(p.requires_grad() && p.is_leaf()) << name;
  }
  struct Frozen : nn::Module {
    Tensor w = register_parameter("w", ones({2}), /*requires_grad=*/false);
    Tensor none = register_parameter("none", Tensor(), false);
  } frozen;
  EXPECT_FALSE(frozen.w.requires_grad());
  EXPECT_THAT(frozen.named_parameters().keys(), ElementsAre("w"));
  net.requires_grad_(false);
  for (const auto& p : net.parameters()) EXPECT_FALSE(p.requires_grad());
}

TEST(Module, RegistrationRejectsBadNames) {
  MNISTClassifier model;
  EXPECT_EQ(message_of<Error>([&] { model.register_module("layer1", nn::ReLU()); }),
            "attribute 'layer1' already exists: Submodule 'layer1' already defined");
  EXPECT_EQ(message_of<Error>([&] { model.register_parameter("layer1", ones({1})); }),
            "attribute 'layer1' already exists: Submodule 'layer1' already defined");
  model.register_parameter("w", ones({1}));
  EXPECT_EQ(message_of<Error>([&] { model.register_buffer("w", ones({1})); }),
            "attribute 'w' already exists: Parameter 'w' already defined");
  EXPECT_EQ(message_of<Error>([&] { model.register_module("", nn::ReLU()); }), "Submodule name must not be empty");
  EXPECT_EQ(message_of<Error>([&] { model.register_module("a.b", nn::ReLU()); }),
            "Submodule name must not contain a dot (got 'a.b')");
  EXPECT_EQ(message_of<Error>([&] { model.register_parameter("a.b", ones({1})); }),
            "Parameter name must not contain a dot (got 'a.b')");
  EXPECT_EQ(message_of<TypeError>([&] { model.register_module("none", nn::Linear(nullptr)); }),
            "cannot register an empty module as 'none'");
  EXPECT_THAT(model.children(), SizeIs(3));
}

TEST(Module, ParametersMustBeFloatingLeaves) {
  Empty model;
  EXPECT_THAT(
      message_of<ValueError>([&] { model.register_parameter("w", ones({1}, requires_grad = true) * 2); }),
      StartsWith("Cannot assign non-leaf Tensor to parameter 'w'. Model parameters must be created explicitly."));
  EXPECT_THROW(model.register_parameter("w", ones({1}, kInt64)), Error);
  EXPECT_THAT(model.parameters(), IsEmpty());
}

TEST(Module, ReplacesAndUnregisters) {
  MNISTClassifier model;
  model.replace_module("layer3", nn::Linear(20, 2));
  EXPECT_EQ(model.named_parameters()["layer3.weight"].size(0), 2);
  model.unregister_module("layer3");
  EXPECT_THAT(model.named_children().keys(), ElementsAre("layer1", "layer2"));
  EXPECT_EQ(message_of<Error>([&] { model.unregister_module("layer3"); }),
            "No Module with name `layer3` is registered");
}

TEST(Module, ForwardMustBeOverridden) {
  Empty model;
  EXPECT_THAT(message_of<NotImplementedError>([&] { model(ones({1})); }),
              StartsWith(module_goldens()["errors"]["no_forward"].get<std::string>()));
}

TEST(Module, TrainingModeReachesEveryModule) {
  Network net;
  EXPECT_TRUE(net.is_training());
  net.eval();
  for (const auto& m : net.modules()) EXPECT_FALSE(m->is_training());
  net.train();
  for (const auto& m : net.modules()) EXPECT_TRUE(m->is_training());
}

TEST(Module, ZeroGradForgetsOrZeroes) {
  MNISTClassifier model;
  model(ones({1, 784})).sum().backward();
  EXPECT_TRUE(model.layer1->weight.grad().defined());
  model.zero_grad(/*set_to_none=*/false);
  EXPECT_EQ(model.layer1->bias.grad().abs().sum().item<float>(), 0.f);
  EXPECT_EQ(model.layer3->bias.grad().abs().sum().item<float>(), 0.f);
  model.zero_grad();
  for (const auto& p : model.parameters()) EXPECT_FALSE(p.grad().defined());
}

TEST(Module, ToConvertsFloatingTensorsInPlace) {
  Network net;
  const Tensor weight = net.head->at<nn::LinearImpl>(1).weight;
  net(ones({1, 4})).sum().backward();
  net.to(kFloat64);
  for (const auto& p : net.parameters()) EXPECT_EQ(p.dtype(), kFloat64);
  EXPECT_EQ(weight.dtype(), kFloat64) << "the tensor people hold is the one that changed";
  EXPECT_EQ(weight.grad().dtype(), kFloat64);
  EXPECT_EQ(net.steps.dtype(), kInt64);
  EXPECT_EQ(net.scratch.dtype(), kFloat64);
  EXPECT_EQ(net(ones({1, 4}, kFloat64)).dtype(), kFloat64);
  net.zero_grad();
  net(ones({1, 4}, kFloat64)).sum().backward();
  EXPECT_EQ(weight.grad().dtype(), kFloat64);
  net.to("cpu");
  EXPECT_EQ(message_of<TypeError>([&] { net.to(kInt64); }), module_goldens()["errors"]["to_int"]);
}

TEST(Module, ApplyVisitsByModuleNameOrPointer) {
  Network net;
  int linears = 0, modules = 0, constants = 0, pointers = 0;
  std::vector<std::string> names;
  net.apply([&](nn::Module& m) { linears += m.is<nn::Linear>(); });
  net.apply([&](nn::ModuleBase&) { ++modules; });
  std::as_const(net).apply([&](const nn::Module&) { ++constants; });
  net.apply([&](const std::shared_ptr<nn::ModuleBase>& m) { pointers += m != nullptr; });
  net.apply([&](const std::string& name, nn::ModuleBase&) { names.push_back(name); }, "net");
  EXPECT_EQ(linears, 5);
  EXPECT_EQ(modules, 18);
  EXPECT_EQ(constants, 17) << "a ModuleList has no forward from tensor to tensor";
  EXPECT_EQ(pointers, 18);
  EXPECT_EQ(names[1], "net.flatten");
}

TEST(Module, KnowsItsNames) {
  MNISTClassifier model;
  EXPECT_EQ(model.name(), "xgrad::test::MNISTClassifier");
  EXPECT_EQ(model.short_name(), "MNISTClassifier");
  EXPECT_EQ(nn::Linear(1, 1)->name(), "xgrad::nn::LinearImpl");
  EXPECT_EQ(nn::Linear(1, 1)->short_name(), "Linear");
  EXPECT_EQ(model.layer1->registered_name(), "layer1");
  struct Local : nn::Module {
    Local() : Module("given") {}
  } local;
  EXPECT_EQ(local.name(), "given");
}

TEST(Module, AsGivesTheTypeOrNull) {
  const std::shared_ptr<nn::ModuleBase> module = nn::Linear(1, 2).ptr();
  EXPECT_NE(module->as<nn::Linear>(), nullptr);
  EXPECT_NE(module->as<nn::LinearImpl>(), nullptr);
  EXPECT_NE(module->as<nn::Module>(), nullptr);
  EXPECT_EQ(module->as<nn::ReLU>(), nullptr);
  EXPECT_FALSE(module->is<nn::Sequential>());
}

// --- what copies, moves and clones share

bool same_parameters(const nn::ModuleBase& a, const nn::ModuleBase& b) {
  const auto left = a.parameters(), right = b.parameters();
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (!left[i].is_same(right[i])) return false;
  }
  return true;
}

TEST(ModuleCopies, AreHandlesOnOneModel) {
  MNISTClassifier a;
  MNISTClassifier b = a;
  EXPECT_TRUE(same_parameters(a, b));
  EXPECT_EQ(a.layer1.get(), b.layer1.get());
  b.eval();
  EXPECT_FALSE(a.is_training());
  b.register_buffer("count", zeros({}));
  EXPECT_THAT(a.named_buffers().keys(), ElementsAre("count"));
}

TEST(ModuleCopies, AssigningANewModelReplacesTheTree) {
  MNISTClassifier model;
  const auto old = model.parameters();
  model = MNISTClassifier();
  EXPECT_FALSE(model.parameters()[0].is_same(old[0]));
  EXPECT_TRUE(model.parameters()[0].is_same(model.layer1->weight)) << "registry and members agree";
  EXPECT_TRUE(model.named_modules()["layer1"] == model.layer1.ptr());
  EXPECT_EQ(model.named_modules()[""].get(), &model);
  model(ones({1, 784})).sum().backward();
  EXPECT_TRUE(model.parameters()[0].grad().defined());
  EXPECT_FALSE(old[0].grad().defined());
}

TEST(ModuleCopies, OutliveTheOriginal) {
  auto original = std::make_unique<MNISTClassifier>();
  MNISTClassifier copy = *original;
  original.reset();
  EXPECT_EQ(copy(ones({2, 784})).size(0), 2);
  MNISTClassifier moved = std::move(copy);
  EXPECT_EQ(moved(ones({2, 784})).size(0), 2);
  EXPECT_THAT(moved.parameters(), SizeIs(6));
}

TEST(ModuleCopies, ASubmoduleByValueIsTheRegisteredOne) {
  struct Outer : nn::Module {
    Block block = register_module("block", Block(4));
    Tensor forward(Tensor x) override { return block(x); }
  } outer;
  EXPECT_THAT(outer.parameters(), SizeIs(4));
  outer.eval();
  EXPECT_FALSE(outer.block.is_training());
  outer(ones({1, 4})).sum().backward();
  EXPECT_TRUE(outer.parameters()[0].grad().defined());
}

TEST(ModuleClone, SharesNothing) {
  struct NetImpl : nn::Cloneable<NetImpl, nn::Module> {
    NetImpl() { NetImpl::reset(); }
    void reset() override {
      fc = register_module("fc", nn::Linear(3, 4));
      seq = register_module("seq", nn::Sequential({{"a", nn::Linear(4, 4)}, {"act", nn::ReLU()}}));
      scale = register_parameter("scale", ones({4}));
      steps = register_buffer("steps", zeros({}));
    }
    Tensor forward(Tensor x) override { return seq(fc(x)) * scale; }
    nn::Linear fc = nullptr;
    nn::Sequential seq = nullptr;
    Tensor scale, steps;
  };
  manual_seed(0);
  auto net = std::make_shared<NetImpl>();
  net->steps.fill_(7);
  net->seq->eval();
  const auto stream = default_generator().get_state();
  auto copy = std::dynamic_pointer_cast<NetImpl>(net->clone());
  EXPECT_TRUE(stream.equal(default_generator().get_state())) << "cloning draws nothing";

  ASSERT_NE(copy, nullptr);
  const auto a = net->state_dict(), b = copy->state_dict();
  EXPECT_EQ(a.keys(), b.keys());
  for (const auto& [name, tensor] : a) {
    EXPECT_TRUE(tensor.equal(b[name])) << name;
    EXPECT_NE(tensor.data_ptr(), b[name].data_ptr()) << name;
  }
  EXPECT_TRUE(copy->scale.is_same(copy->named_parameters()["scale"]));
  EXPECT_FALSE(copy->seq->is_training());
  EXPECT_TRUE(copy->is_training());
  const Tensor x = ones({1, 3});
  EXPECT_TRUE((*net)(x).equal((*copy)(x)));
  nn::init::constant_(copy->fc->weight, 2);
  EXPECT_FALSE(net->fc(x).equal(copy->fc(x)));
}

TEST(ModuleClone, WhatIsSharedInsideStaysShared) {
  struct TiedImpl : nn::Cloneable<TiedImpl, nn::Module> {
    TiedImpl() { TiedImpl::reset(); }
    void reset() override {
      in = register_module("in", nn::Linear(4, 4));
      out = register_module("out", nn::Linear(4, 4));
      out->weight = out->replace_parameter("weight", in->weight);
    }
    Tensor forward(Tensor x) override { return out(in(x)); }
    nn::Linear in = nullptr, out = nullptr;
  };
  manual_seed(0);
  const auto net = std::make_shared<TiedImpl>();
  const auto copy = std::dynamic_pointer_cast<TiedImpl>(net->clone());
  EXPECT_EQ(copy->parameters().size(), 3u);
  EXPECT_TRUE(copy->out->weight.is_same(copy->in->weight));
  EXPECT_FALSE(copy->in->weight.is_same(net->in->weight));
  EXPECT_NE(copy->in->weight.data_ptr(), net->in->weight.data_ptr());
  const Tensor x = ones({2, 4});
  EXPECT_TRUE((*copy)(x).equal((*net)(x)));
  (*copy)(x).sum().backward();
  (*net)(x).sum().backward();
  EXPECT_TRUE(copy->in->weight.grad().equal(net->in->weight.grad())) << "of both layers";

  const nn::Linear layer(2, 2);
  EXPECT_EQ(nn::ModuleList(layer, nn::ReLU(), layer)->clone()->parameters().size(), 2u);
  EXPECT_EQ(nn::ModuleList(nn::Sequential(layer), nn::Sequential(layer))->clone()->parameters().size(), 2u);
  // Layers that reset() makes of one are not shared, and those of one model not with those of another.
  struct StackImpl : nn::Cloneable<StackImpl> {
    StackImpl() { StackImpl::reset(); }
    void reset() override { register_module("all", nn::TransformerEncoder(nn::TransformerEncoderLayer(4, 2), 3)); }
  };
  const auto stack = std::make_shared<StackImpl>();
  EXPECT_EQ(stack->clone()->parameters().size(), stack->parameters().size());
  EXPECT_NE(stack->clone()->parameters()[0].data_ptr(), stack->clone()->parameters()[0].data_ptr());
}

TEST(ModuleClone, EveryBuiltInModuleClones) {
  const std::vector<std::shared_ptr<nn::ModuleBase>> modules = {
      nn::Linear(2, 3),
      nn::Linear(nn::LinearOptions(2, 3).bias(false).dtype(kFloat64)),
      nn::Dropout(0.25),
      nn::ReLU(),
      nn::CrossEntropyLoss(ones({3})),
      nn::BCEWithLogitsLoss(nn::BCEWithLogitsLossOptions().pos_weight(ones({3}))),
      nn::ModuleList(nn::Linear(1, 2), nn::Linear(2, 1)),
      nn::Sequential(nn::Linear(1, 1), nn::Sequential(nn::Tanh()))};
  for (const auto& module : modules) {
    const auto copy = module->clone();
    EXPECT_EQ(copy->str(), module->str());
    const auto a = module->state_dict(), b = copy->state_dict();
    ASSERT_EQ(a.keys(), b.keys()) << module->str();
    for (const auto& [name, tensor] : a) EXPECT_TRUE(tensor.equal(b[name])) << module->str() << name;
  }
}

TEST(ModuleClone, APlainModuleSaysHowToGetOne) {
  MNISTClassifier model;
  EXPECT_THAT(
      message_of<NotImplementedError>([&] { model.clone(); }),
      StartsWith("clone() has not been implemented for MNISTClassifier. Subclass nn::Cloneable<MNISTClassifier> "
                 "instead of nn::Module to inherit the ability to clone."));
  struct Late : nn::Cloneable<Late> {
    Late() { register_parameter("w", ones({1})); }
  };
  EXPECT_THAT(message_of<Error>([&] { Late().clone(); }),
              StartsWith("The cloned module does not have the same number of parameters as the original module after "
                         "calling reset()."));
}

TEST(Module, GetsWhatIsUnderADottedPath) {
  Network net;
  EXPECT_EQ(net.get_submodule("").get(), static_cast<nn::ModuleBase*>(&net));
  EXPECT_EQ(net.get_submodule("blocks.1.body.2"), net.named_modules()["blocks.1.body.2"]);
  EXPECT_TRUE(net.get_parameter("head.fc.weight").is_same(net.named_parameters()["head.fc.weight"]));
  EXPECT_TRUE(net.get_parameter("scale").is_same(net.scale));
  EXPECT_TRUE(net.get_buffer("steps").is_same(net.steps));
  EXPECT_EQ(message_of<Error>([&] { net.get_submodule("blocks.2"); }), "ModuleList has no attribute `2`");
  EXPECT_EQ(message_of<Error>([&] { net.get_submodule("blocks."); }), "ModuleList has no attribute ``");
  EXPECT_EQ(message_of<Error>([&] { net.get_submodule("scale"); }), "`scale` is not an nn.Module");
  EXPECT_EQ(message_of<Error>([&] { net.get_parameter("head.fc.wight"); }), "Linear has no attribute `wight`");
  EXPECT_EQ(message_of<Error>([&] { net.get_parameter("head.fc.bias"); }), "`bias` is not an nn.Parameter");
  EXPECT_EQ(message_of<Error>([&] { net.get_parameter("steps"); }), "`steps` is not an nn.Parameter");
  EXPECT_EQ(message_of<Error>([&] { net.get_buffer("scale"); }), "`scale` is not a buffer");
}

TEST(Module, AddModuleRegistersOrReplaces) {
  Network net;
  net.add_module("tail", nn::ReLU());
  net.add_module("tail", nn::Tanh());
  net.add_module("block", Block(2));
  EXPECT_TRUE(net.get_submodule("tail")->is<nn::Tanh>());
  EXPECT_EQ(net.named_children().keys().back(), "block");
  EXPECT_THROW(net.add_module("scale", nn::ReLU()), Error);
}

}  // namespace
}  // namespace xgrad
