#include <gmock/gmock.h>

#include "golden.hpp"

namespace xgrad::test {
namespace {

using optim::LBFGS;
using optim::LBFGSOptions;

LBFGSOptions options_of(const ordered_json& arguments) {
  LBFGSOptions options;
  for (const auto& [name, value] : arguments.items()) optim::find(options.fields(), name)->set(value_of(value));
  return options;
}

/// Rosenbrock's valley, as in the script.
Tensor valley(const std::vector<Tensor>& params) {
  const Tensor x = cat(std::vector<Tensor>{params[0].reshape({-1}), params[1]});
  const Tensor head = x.slice(0, 0, 9), tail = x.slice(0, 1, 10);
  return (4 * (tail - head * head).pow(2) + (1 - head).pow(2)).sum();
}

struct Problem {
  std::vector<Tensor> params = parameters(kFloat64);
  LBFGS optimizer;
  explicit Problem(const ordered_json& arguments) : optimizer(params, options_of(arguments)) {}
  double step() {
    return optimizer
        .step([&] {
          optimizer.zero_grad();
          Tensor loss = valley(params);
          loss.backward();
          return loss;
        })
        .item<double>();
  }
};

/// One number as PyTorch may have it, plain or as a tensor.
double number(const ordered_json& j) { return j.is_object() ? j["data"][0].get<double>() : j.get<double>(); }

class LBFGSOf : public ::testing::TestWithParam<std::string> {
 protected:
  const ordered_json& golden = goldens()["lbfgs"][GetParam()];
  // Errors of rounding grow on the way through the valley (the script says how much).
  static constexpr double kTolerance = 1e-6;
};

TEST_P(LBFGSOf, FollowsPyTorchs) {
  Problem problem(golden["arguments"]);
  for (std::size_t i = 0; i < golden["losses"].size(); ++i) {
    const double loss = problem.step(), expected = golden["losses"][i];
    const std::string step = std::to_string(i + 1);
    ASSERT_LE(std::abs(loss - expected), kTolerance * std::max(1.0, expected)) << step;
    const auto at = golden["values"].find(step);
    if (at != golden["values"].end()) {
      expect_close(numbers_of(problem.params), at->get<std::vector<double>>(), kTolerance, "step " + step);
    }
  }
  EXPECT_EQ(golden["losses"].size(), 200u);
}

TEST_P(LBFGSOf, StateDictIsPyTorchs) {
  Problem problem(golden["arguments"]);
  for (int step = 0; step < golden["saved"].get<int>(); ++step) problem.step();
  const ordered_json ours = json_of(problem.optimizer.state_dict()), &theirs = golden["state_dict"];
  expect_like(ours["param_groups"], theirs["param_groups"], 0);
  const ordered_json &mine = ours["state"]["0"], &its = theirs["state"]["0"];
  ASSERT_EQ(mine.size(), its.size());
  for (const auto& [key, value] : its.items()) {
    ASSERT_TRUE(mine.contains(key)) << key;
    // Numbers or tensors in PyTorch, as it comes.
    if (key == "t" || key == "H_diag" || key == "prev_loss") {
      EXPECT_NEAR(number(mine[key]), number(value), 1e-3 * std::max(1.0, std::abs(number(value)))) << key;
    } else if (key == "al" || key == "ro" || key == "old_dirs" || key == "old_stps") {
      EXPECT_EQ(mine[key].size(), value.size()) << key;
    } else if (key == "n_iter" || key == "func_evals") {
      EXPECT_EQ(mine[key], value) << key;
    }
  }
}

TEST_P(LBFGSOf, GoesOnFromStateDicts) {
  Problem problem(golden["arguments"]), other(golden["arguments"]);
  for (int i = 0; i < 3; ++i) problem.step();
  {
    const NoGradGuard no_grad;
    for (std::size_t i = 0; i < problem.params.size(); ++i) other.params[i].copy_(problem.params[i]);
  }
  other.optimizer.load_state_dict(value_of(json_of(problem.optimizer.state_dict())));
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(problem.step(), other.step());
    ASSERT_EQ(numbers_of(problem.params), numbers_of(other.params)) << i;
  }
  other.optimizer.load_state_dict(value_of(golden["state_dict"]));
  EXPECT_EQ(json_of(other.optimizer.state_dict())["state"]["0"]["n_iter"],
            golden["state_dict"]["state"]["0"]["n_iter"]);
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& [name, golden] : goldens()["lbfgs"].items()) all.push_back(name);
  return all;
}
INSTANTIATE_TEST_SUITE_P(Variants, LBFGSOf, ::testing::ValuesIn(names()), [](const auto& info) { return info.param; });

TEST(LBFGS, FindsTheMinimumInFloat) {
  using namespace kwargs;  // NOLINT(google-build-using-namespace)
  const auto params = parameters(kFloat32);
  LBFGS optimizer(params, max_iter = 30, line_search_fn = "strong_wolfe");
  const auto closure = [&] {
    optimizer.zero_grad();
    Tensor loss = valley(params);
    loss.backward();
    return loss;
  };
  for (int i = 0; i < 5; ++i) optimizer.step(closure);
  EXPECT_LT(closure().item<double>(), 1e-8);
}

TEST(LBFGS, CountsParametersWithoutGradientsAsFlat) {
  const Tensor used = ones({2}, kFloat64).requires_grad_(), unused = ones({3}, kFloat64).requires_grad_();
  LBFGS optimizer({unused, used}, LBFGSOptions(0.5));
  optimizer.step([&] {
    optimizer.zero_grad();
    Tensor loss = (used * used).sum();
    loss.backward();
    return loss;
  });
  EXPECT_EQ(numbers_of({unused}), std::vector<double>(3, 1));
  EXPECT_LT(std::abs(used[0].item<double>()), 1e-3);
}

// Also where a state or a smaller option brought more, which PyTorch trips over.
TEST(LBFGS, RemembersNoMoreThanItsHistory) {
  const auto params = parameters(kFloat64);
  const auto closure = [&](LBFGS& optimizer) {
    return [&] {
      optimizer.zero_grad();
      Tensor loss = valley(params);
      loss.backward();
      return loss;
    };
  };
  const auto remembered = [](const LBFGS& optimizer) {
    const Value state = optimizer.state_dict();
    const Value::Dict& kept = state.as_dict().at("state").as_dict().entries.at(0).second.as_dict();
    EXPECT_EQ(kept.at("old_stps").items().size(), kept.at("ro").items().size());
    return kept.at("old_dirs").items();
  };
  LBFGS optimizer(params, LBFGSOptions(0.1).max_iter(12));
  optimizer.step(closure(optimizer));
  const Value::Items before = remembered(optimizer);
  ASSERT_GT(before.size(), 5u);

  static_cast<LBFGSOptions&>(optimizer.param_groups()[0].options()).history_size(3).max_iter(1);
  LBFGS other(params, LBFGSOptions(0.1));
  other.load_state_dict(optimizer.state_dict());  // brings the smaller history with the longer memory
  other.step(closure(other));
  const Value::Items after = remembered(other);
  ASSERT_EQ(after.size(), 3u);
  EXPECT_TRUE(equal(Tensor(after[0].as_tensor().array), Tensor(before[before.size() - 2].as_tensor().array)));
}

TEST(LBFGS, HasNoSlotsForAnAbsurdHistory) {
  const auto params = parameters(kFloat64);
  LBFGS optimizer(params, LBFGSOptions(0.1).history_size(std::int64_t{1} << 60));
  optimizer.step([&] {
    optimizer.zero_grad();
    Tensor loss = valley(params);
    loss.backward();
    return loss;
  });
  EXPECT_THAT(message_of<ValueError>([&] { optimizer.state_dict(); }),
              ::testing::StartsWith("LBFGS: the state for a history_size of 1152921504606846976 would take"));
}

TEST(LBFGS, NeedsAClosure) {
  LBFGS optimizer(parameters());
  EXPECT_THAT(message_of<TypeError>([&] { optimizer.step(); }),
              ::testing::StartsWith("step() missing 1 required positional argument: 'closure'"));
}

}  // namespace
}  // namespace xgrad::test
