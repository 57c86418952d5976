// One module of each kind against PyTorch's: scripts/goldens/layers.py makes the same ones.
#include <functional>

#include "golden.hpp"
#include "layers.hpp"

namespace xgrad {
namespace {

using test::Layer;
using test::layers;

const nlohmann::json& goldens() {
  static const nlohmann::json all =
      nlohmann::json::parse(std::ifstream(XGRAD_SOURCE_DIR "/tests/data/layers_golden.json"));
  return all;
}

/// The script's formula.
Tensor numbers(IntArrayRef shape, std::int64_t seed) {
  Tensor x = empty(shape);
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    x.data_ptr<float>()[i] = static_cast<float>((i * 7919 + 13 * seed) % 64) / 16 - 32.5f / 16;
  }
  return x;
}

void expect_listed(const nlohmann::json& golden, const Tensor& x, bool exact = false) {
  EXPECT_EQ(to_string(x.sizes()), to_string(golden["shape"].get<std::vector<std::int64_t>>()));
  const Tensor flat = x.detach().to(kFloat64).reshape({-1}).contiguous();
  const auto& values = golden["values"];
  ASSERT_EQ(values.size(), static_cast<std::size_t>(flat.numel()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double ours = flat.data_ptr<double>()[i], theirs = values[i].get<double>();
    if (exact)
      EXPECT_EQ(ours, theirs) << "element " << i;
    else
      EXPECT_NEAR(ours, theirs, 2e-5 * std::max(1.0, std::abs(theirs))) << "element " << i;
  }
}

void expect_all(const nlohmann::json& golden, const std::vector<Tensor>& list) {
  ASSERT_EQ(golden.size(), list.size());
  for (std::size_t i = 0; i < list.size(); ++i) expect_listed(golden[i], list[i]);
}

class Layers : public ::testing::TestWithParam<std::string> {};

TEST_P(Layers, ArePyTorchs) {
  const nlohmann::json& golden = goldens()[GetParam()];
  manual_seed(0);
  const Layer layer = layers().at(GetParam())();
  const auto module = layer.module;
  EXPECT_EQ(module->str(), golden["repr"].get<std::string>());
  const auto state = module->state_dict();
  ASSERT_EQ(state.size(), golden["state"].size());
  const bool only_drawn = GetParam().find("_norm") == std::string::npos;  // not divided by norms, which are rounded
  for (const auto& [name, value] : golden["state"].items()) {
    SCOPED_TRACE(name);
    ASSERT_TRUE(state.contains(name));
    expect_listed(value, state[name], only_drawn);
  }
  std::vector<Tensor> inputs, leaves, given;
  std::int64_t k = 0;
  for (const auto& input : layer.inputs) {
    if (const auto* shape = std::get_if<std::vector<std::int64_t>>(&input)) {
      inputs.push_back(numbers(*shape, k).requires_grad_());
      leaves.push_back(inputs.back());
      given.push_back(inputs.back() * 1);
    } else {
      inputs.push_back(std::get<Tensor>(input));
      given.push_back(inputs.back());
    }
    ++k;
  }
  manual_seed(1);
  const std::vector<Tensor> outputs = layer.forward(given);
  {
    SCOPED_TRACE("output");
    expect_all(golden["output"], outputs);
  }
  Tensor loss = zeros({});
  for (const Tensor& y : outputs) {
    if (y.requires_grad()) loss = loss + (y * numbers(y.sizes(), 5)).sum();
  }
  loss.backward();
  for (const Tensor& p : module->parameters()) leaves.push_back(p);
  std::vector<Tensor> gradients;
  for (const Tensor& x : leaves) {
    if (x.grad().defined()) gradients.push_back(x.grad());
  }
  {
    SCOPED_TRACE("gradients");
    expect_all(golden["gradients"], gradients);
  }
  module->eval();
  std::vector<Tensor> copies;
  for (const Tensor& x : inputs) copies.push_back(x.detach().clone());
  {
    SCOPED_TRACE("eval");
    expect_all(golden["eval"], layer.forward(copies));
  }
  const auto buffers = module->named_buffers();
  for (const auto& [name, value] : golden["after"].items()) {
    SCOPED_TRACE(name);
    ASSERT_TRUE(buffers.contains(name));
    expect_listed(value, buffers[name]);
  }
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& [name, value] : goldens().items()) all.push_back(name);
  return all;
}

INSTANTIATE_TEST_SUITE_P(All, Layers, ::testing::ValuesIn(names()), [](const auto& info) { return info.param; });

TEST(LayersList, IsTheScripts) {
  EXPECT_EQ(layers().size(), goldens().size());
  for (const auto& [name, make] : layers()) EXPECT_TRUE(goldens().contains(name)) << name;
}

}  // namespace
}  // namespace xgrad
