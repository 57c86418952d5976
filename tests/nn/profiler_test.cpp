#include <gmock/gmock.h>
#include <xgrad/autograd/profiler.hpp>
#include <xgrad/nn/nn.hpp>
#include <xgrad/optim/sgd.hpp>

#include <algorithm>

namespace xgrad::nn {
namespace {

using namespace kwargs;
using autograd::profiler::Event;
using autograd::profiler::profile;

struct Block : Module {
  Linear inner = register_module("inner", Linear(3, 2));
  Tensor forward(Tensor x) override { return functional::relu(inner(x)); }
};
struct Outer : Module {
  std::shared_ptr<Block> block = register_module("block", std::make_shared<Block>());
  Tensor forward(Tensor x) override { return (*block)(x).sum(); }
};

const Event& named(const std::vector<Event>& events, const std::string& name) {
  return *std::find_if(events.begin(), events.end(), [&](const Event& e) { return e.name == name; });
}

TEST(ModuleProfile, OperationsKnowTheirModule) {
  Outer model;
  profile prof(with_modules = true);
  model(ones({1, 3})).backward();
  const auto& events = prof.events();
  EXPECT_EQ(named(events, "aten::addmm").module, "Outer.block.inner");
  EXPECT_EQ(named(events, "aten::relu").module, "Outer.block");
  EXPECT_EQ(named(events, "aten::sum").module, "Outer");
  EXPECT_EQ(named(events, "AddmmBackward0").module, "Outer.block.inner");
  EXPECT_EQ(named(events, "aten::full").module, "") << "made outside of all modules";
  std::vector<std::string> modules;
  for (const auto& row : prof.key_averages(group_by_module = true)) {
    if (row.key == "AddmmBackward0") modules.push_back(row.module);
  }
  EXPECT_THAT(modules, testing::ElementsAre("Outer.block.inner"));
  EXPECT_THAT(prof.key_averages(group_by_module = true).table(), testing::HasSubstr("  Outer.block.inner  "));
}

TEST(ModuleProfile, AnErrorLeavesTheModule) {
  Outer model;
  profile prof(with_modules = true);
  EXPECT_THROW(model(ones({1, 5})), Error);
  ones({2}).exp();
  EXPECT_EQ(named(prof.events(), "aten::exp").module, "");
}

TEST(ModuleProfile, OptimizersAreNamed) {
  Linear layer(3, 2);
  optim::SGD sgd(layer->parameters(), lr = 0.1);
  layer(ones({1, 3})).sum().backward();
  profile prof;
  sgd.step();
  sgd.zero_grad();
  EXPECT_EQ(prof.events().front().name, "Optimizer.step#SGD.step");
  EXPECT_EQ(prof.events().back().name, "Optimizer.zero_grad#SGD.zero_grad");
}

}  // namespace
}  // namespace xgrad::nn
