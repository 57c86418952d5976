// Every optimiser against PyTorch's trajectory: two hundred steps, both dtypes, state dicts in between.
#include "golden.hpp"

#include <gmock/gmock.h>

#include <sstream>

namespace xgrad::test {
namespace {

using optim::Optimizer;
using Make = std::unique_ptr<Optimizer> (*)(std::vector<Tensor>, const ordered_json&);

/// The options under their names in state dicts, so that these are right too.
template <class O>
std::unique_ptr<Optimizer> make(std::vector<Tensor> params, const ordered_json& arguments) {
  typename O::Options options;
  for (const auto& [name, value] : arguments.items()) {
    const optim::Fields fields = options.fields();
    const optim::Field* field = optim::find(fields, name);
    EXPECT_TRUE(field) << name;
    field->set(value_of(value));
  }
  return std::make_unique<O>(std::move(params), options);
}

const std::map<std::string, Make> kOptimizers{
    {"SGD", make<optim::SGD>},         {"Adam", make<optim::Adam>},         {"AdamW", make<optim::AdamW>},
    {"Adamax", make<optim::Adamax>},   {"NAdam", make<optim::NAdam>},       {"RAdam", make<optim::RAdam>},
    {"Adagrad", make<optim::Adagrad>}, {"Adadelta", make<optim::Adadelta>}, {"RMSprop", make<optim::RMSprop>},
    {"Rprop", make<optim::Rprop>},     {"ASGD", make<optim::ASGD>},
};

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& [name, golden] : goldens()["optimizers"].items()) names.push_back(name);
  return names;
}

class Trajectory : public ::testing::TestWithParam<std::string> {
 protected:
  const ordered_json& golden = goldens()["optimizers"][GetParam()];
  std::unique_ptr<Optimizer> make(const std::vector<Tensor>& params) const {
    return kOptimizers.at(golden["class"].get<std::string>())(params, golden["arguments"]);
  }
  /// Steps `from` + 1 to 200, compared where the golden has values.
  void follow(Optimizer& optimizer, const std::vector<Tensor>& params, const ordered_json& values, double tolerance,
              int from = 0) const {
    for (int step = from + 1; step <= 200; ++step) {
      set_gradients(params, step);
      optimizer.step();
      const auto at = values.find(std::to_string(step));
      if (at != values.end())
        expect_close(numbers_of(params), at->get<std::vector<double>>(), tolerance, "step " + std::to_string(step));
    }
  }
};

TEST_P(Trajectory, Float) {
  const auto params = parameters(kFloat32);
  follow(*make(params), params, golden["float32"]["values"], 1e-6);
}

TEST_P(Trajectory, Double) {
  const auto params = parameters(kFloat64);
  follow(*make(params), params, golden["float64"]["values"], 1e-11);
}

TEST_P(Trajectory, OfALayoutThatDiffersFromTheGradients) {
  auto params = parameters(kFloat64);
  params[0] = params[0].detach().t().contiguous().t().requires_grad_();
  ASSERT_FALSE(params[0].is_contiguous());
  follow(*make(params), params, golden["float64"]["values"], 1e-11);
}

TEST_P(Trajectory, StateDictIsPyTorchs) {
  const auto params = parameters(kFloat32);
  const auto optimizer = make(params);
  for (int step = 1; step <= 100; ++step) {
    set_gradients(params, step);
    optimizer->step();
  }
  expect_like(json_of(optimizer->state_dict()), golden["float32"]["state_dict"], 1e-5);
}

TEST_P(Trajectory, GoesOnFromPyTorchsStateDict) {
  const auto params = parameters(kFloat32);
  const auto optimizer = make(params);
  {
    const NoGradGuard no_grad;
    const auto reached = golden["float32"]["values"]["100"].get<std::vector<double>>();
    std::size_t next = 0;
    for (const Tensor& p : params) {
      for (std::int64_t i = 0; i < p.numel(); ++i) p.data_ptr<float>()[i] = static_cast<float>(reached[next++]);
    }
  }
  optimizer->load_state_dict(value_of(golden["float32"]["state_dict"]));
  follow(*optimizer, params, golden["float32"]["values"], 1e-6, 100);
}

TEST_P(Trajectory, GoesOnFromItsOwnStateDict) {
  const auto params = parameters(kFloat64), copies = parameters(kFloat64);
  const auto optimizer = make(params), other = make(copies);
  for (int step = 1; step <= 20; ++step) {
    set_gradients(params, step);
    optimizer->step();
  }
  {
    const NoGradGuard no_grad;
    for (std::size_t i = 0; i < params.size(); ++i) copies[i].copy_(params[i]);
  }
  other->load_state_dict(optimizer->state_dict());
  for (int step = 21; step <= 30; ++step) {
    for (const auto& [p, o] : {std::pair(&params, optimizer.get()), std::pair(&copies, other.get())}) {
      set_gradients(*p, step);
      o->step();
    }
    ASSERT_EQ(numbers_of(params), numbers_of(copies)) << step;
  }
}

TEST_P(Trajectory, PrintsAsPython) {
  std::ostringstream text;
  text << *make(parameters());
  EXPECT_EQ(text.str(), golden["text"].get<std::string>());
}

INSTANTIATE_TEST_SUITE_P(Optimizers, Trajectory, ::testing::ValuesIn(cases()),
                         [](const auto& info) { return info.param; });

TEST(Trajectories, CoverEveryOptimizer) {
  std::set<std::string> seen;
  for (const auto& [name, golden] : goldens()["optimizers"].items()) seen.insert(golden["class"].get<std::string>());
  for (const auto& [name, make] : kOptimizers) EXPECT_THAT(seen, ::testing::Contains(name));
}

}  // namespace
}  // namespace xgrad::test
