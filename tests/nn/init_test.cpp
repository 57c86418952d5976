#include <cmath>
#include <cstdlib>
#include <numeric>

#include "golden.hpp"
#include "models.hpp"

namespace xgrad {
namespace {

using namespace test;
using namespace kwargs;
namespace init = nn::init;

double from_hex(const nlohmann::json& text) { return std::strtod(text.get<std::string>().c_str(), nullptr); }

// Every drawn bit of head and tail, and the exact sum of all.
void expect_bits(const std::string& name, const std::vector<Tensor>& tensors) {
  const auto& golden = module_goldens()["init"][name];
  ASSERT_EQ(golden.size(), tensors.size()) << name;
  for (std::size_t k = 0; k < tensors.size(); ++k) {
    const auto& g = golden[k];
    ASSERT_EQ(to_string(tensors[k].sizes()), to_string(g["shape"].get<std::vector<std::int64_t>>())) << name;
    const Tensor flat = tensors[k].detach().to(kFloat64).reshape({-1}).contiguous();
    const auto* v = flat.data_ptr<double>();
    const auto n = static_cast<std::size_t>(flat.numel());
    const std::size_t shown = g["head"].size();
    for (std::size_t i = 0; i < shown; ++i) {
      EXPECT_EQ(v[i], from_hex(g["head"][i])) << name << " " << i;
      EXPECT_EQ(v[n - shown + i], from_hex(g["tail"][i])) << name << " " << n - shown + i;
    }
    // long double holds these sums without rounding that survives the conversion.
    EXPECT_NEAR(static_cast<double>(std::accumulate(v, v + n, 0.L)), from_hex(g["sum"]), 1e-13) << name;
  }
}

TEST(Init, LinearStartsWithPyTorchsBits) {
  manual_seed(0);
  expect_bits("linear", nn::Linear(784, 50)->parameters());
  manual_seed(0);
  expect_bits("linear_small", nn::Linear(3, 2)->parameters());
  manual_seed(0);
  expect_bits("linear_float64", nn::Linear(20, 10, dtype = kFloat64)->parameters());
  manual_seed(0);
  expect_bits("linear_no_bias", nn::Linear(50, 20, bias = false)->parameters());
  manual_seed(0);
  expect_bits("MNISTClassifier", MNISTClassifier().parameters());
}

TEST(Init, DrawsArePyTorchs) {
  for (const ScalarType t : {kFloat32, kFloat64}) {
    const std::string suffix = "_" + std::string(info(t).name);
    const auto test = [&](const std::string& name, auto f) {
      manual_seed(1);
      expect_bits(name + suffix, {f(empty({6, 5}, t))});
    };
    test("uniform", [](Tensor w) { return init::uniform_(w, -2, 3); });
    test("normal", [](Tensor w) { return init::normal_(w, 1, 0.5); });
    test("xavier_uniform", [](Tensor w) { return init::xavier_uniform_(w, init::calculate_gain("relu")); });
    test("xavier_normal", [](Tensor w) { return init::xavier_normal_(w); });
    test("kaiming_uniform",
         [](Tensor w) { return init::kaiming_uniform_(w, kw::mode = "fan_out", nonlinearity = "relu"); });
    test("kaiming_normal", [](Tensor w) { return init::kaiming_normal_(w, 0.2); });
    test("eye", [](Tensor w) { return init::eye_(w); });
  }
  manual_seed(1);
  expect_bits("kaiming_uniform_4d", {init::kaiming_uniform_(empty({3, 4, 2, 2}), std::sqrt(5.0))});
}

TEST(Init, WorksOnParametersWithoutBeingRecorded) {
  nn::Linear layer(3, 2);
  init::ones_(layer->weight);
  init::constant_(layer->bias, 0.5);
  EXPECT_TRUE(layer->weight.is_leaf() && layer->weight.requires_grad());
  EXPECT_TRUE(layer->weight.equal(ones({2, 3})));
  EXPECT_TRUE(layer->bias.equal(full({2}, 0.5)));
  EXPECT_TRUE(init::zeros_(layer->bias).is_same(layer->bias));
  EXPECT_EQ(layer->bias.sum().item<float>(), 0.f);
}

TEST(Init, GainsArePyTorchs) {
  EXPECT_EQ(init::calculate_gain(kTanh), 5.0 / 3);
  EXPECT_EQ(init::calculate_gain("linear"), 1);
  EXPECT_EQ(init::calculate_gain("conv_transpose2d"), 1);
  EXPECT_EQ(init::calculate_gain(kReLU), std::sqrt(2.0));
  EXPECT_EQ(init::calculate_gain(kLeakyReLU, 0.2), std::sqrt(2.0 / (1 + 0.2 * 0.2)));
  EXPECT_EQ(init::calculate_gain("selu"), 0.75);
}

TEST(Init, ErrorsArePyTorchs) {
  const auto& errors = module_goldens()["errors"];
  EXPECT_EQ(message_of<ValueError>([] { init::kaiming_uniform_(zeros({3})); }), errors["fan"]);
  EXPECT_EQ(message_of<ValueError>([] { init::eye_(zeros({3})); }), errors["eye"]);
  EXPECT_EQ(message_of<ValueError>([] {
              init::kaiming_uniform_(zeros({3, 3}), kw::mode = "fan_inn");
            }),
            errors["mode"]);
  EXPECT_EQ(message_of<ValueError>([] { init::calculate_gain("swish"); }), errors["nonlinearity"]);
}

}  // namespace
}  // namespace xgrad
