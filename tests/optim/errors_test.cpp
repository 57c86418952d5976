// What is refused, in PyTorch's words.
#include "golden.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <set>

namespace xgrad::test {
namespace {

using namespace optim;   // NOLINT(google-build-using-namespace)
using namespace kwargs;  // NOLINT(google-build-using-namespace)
namespace sched = lr_scheduler;
using swa_utils::SWALR;

std::vector<OptimizerParamGroup> two_groups() {
  const auto p = parameters();
  std::vector<OptimizerParamGroup> groups;
  groups.emplace_back(std::vector<Tensor>{p[0]});
  groups.emplace_back(std::vector<Tensor>{p[1]});
  return groups;
}

SGD& one() {
  static std::vector<std::unique_ptr<SGD>> kept;
  return *kept.emplace_back(std::make_unique<SGD>(parameters(), lr = 0.1));
}
Adagrad& still() {
  static Adagrad optimizer(parameters());
  return optimizer;
}

const auto zero = [](std::int64_t) { return 0.0; };

// The script's `error_goldens`, call by call.
const std::map<std::string, std::function<void()>> kValueErrors{
    {"empty", [] { Adam(std::vector<Tensor>()); }},
    {"sgd_lr", [] { SGD{parameters()}; }},
    {"sgd_nesterov", [] { SGD(parameters(), 0.1, nesterov = true); }},
    {"lr", [] { Adam(parameters(), lr = -0.5); }},
    {"eps", [] { Adam(parameters(), eps = -0.5); }},
    {"beta1",
     [] {
       AdamW(parameters(), betas = {1.5, 0.5});
     }},
    {"beta2",
     [] {
       Adamax(parameters(), betas = {0.5, 1.5});
     }},
    {"weight_decay", [] { RAdam(parameters(), weight_decay = -0.5); }},
    {"momentum_decay", [] { NAdam(parameters(), momentum_decay = -0.5); }},
    {"lr_decay", [] { Adagrad(parameters(), lr_decay = -0.5); }},
    {"initial_accumulator_value", [] { Adagrad(parameters(), initial_accumulator_value = -0.5); }},
    {"rho", [] { Adadelta(parameters(), rho = 1.5); }},
    {"alpha", [] { RMSprop(parameters(), alpha = -0.5); }},
    {"momentum", [] { RMSprop(parameters(), momentum = -0.5); }},
    {"etas",
     [] {
       Rprop(parameters(), etas = {0.5, 0.75});
     }},
    {"asgd_lr", [] { ASGD(parameters(), lr = -0.5); }},
    {"lbfgs_groups", [] { LBFGS{two_groups()}; }},
    {"load_groups", [] { one().load_state_dict(SGD(two_groups(), lr = 0.1).state_dict()); }},
    {"load_sizes", [] { one().load_state_dict(SGD(std::vector<Tensor>{parameters()[0]}, lr = 0.1).state_dict()); }},
    {"lambdas",
     [] {
       sched::LambdaLR(one(), std::vector<sched::FactorOptions::Function>{zero, zero});
     }},
    {"constant_factor", [] { sched::ConstantLR(one(), factor = 1.5); }},
    {"linear_start", [] { sched::LinearLR(one(), start_factor = 1.5); }},
    {"linear_end", [] { sched::LinearLR(one(), end_factor = -0.5); }},
    {"warm_T_0", [] { sched::CosineAnnealingWarmRestarts(one(), 0); }},
    {"warm_T_mult", [] { sched::CosineAnnealingWarmRestarts(one(), 2, 0); }},
    {"warm_epoch", [] { sched::CosineAnnealingWarmRestarts(one(), 2).step(-2); }},
    {"cyclic_mode", [] { sched::CyclicLR(one(), 0.1, 0.2, kw::mode = "square"); }},
    {"cyclic_momentum", [] { sched::CyclicLR(still(), 0.1, 0.2); }},
    {"cyclic_count",
     [] {
       sched::CyclicLR(one(), 0.1, max_lr = {0.2, 0.3});
     }},
    {"one_cycle_steps", [] { sched::OneCycleLR(one(), 0.1); }},
    {"one_cycle_total", [] { sched::OneCycleLR(one(), 0.1, total_steps = -5); }},
    {"one_cycle_epochs", [] { sched::OneCycleLR(one(), 0.1, kw::epochs = 0, steps_per_epoch = 5); }},
    {"one_cycle_pct", [] { sched::OneCycleLR(one(), 0.1, 10, pct_start = 1.5); }},
    {"one_cycle_strategy", [] { sched::OneCycleLR(one(), 0.1, 10, anneal_strategy = "sine"); }},
    {"one_cycle_momentum", [] { sched::OneCycleLR(still(), 0.1, 10); }},
    {"one_cycle_over",
     [] {
       SGD& optimizer = one();
       optimizer.step();
       sched::OneCycleLR schedule(optimizer, 0.1, 2);
       optimizer.step();
       for (int i = 0; i < 4; ++i) schedule.step();
     }},
    {"plateau_factor", [] { sched::ReduceLROnPlateau(one(), factor = 1.5); }},
    {"plateau_mode", [] { sched::ReduceLROnPlateau(one(), kw::mode = "best"); }},
    {"plateau_threshold_mode", [] { sched::ReduceLROnPlateau(one(), threshold_mode = "best"); }},
    {"plateau_min_lr",
     [] {
       sched::ReduceLROnPlateau(one(), min_lr = {0.1, 0.2});
     }},
    {"sequential_count",
     [] {
       SGD& optimizer = one();
       sched::StepLR part(optimizer, 1);
       sched::SequentialLR(optimizer, {part}, {3});
     }},
    {"sequential_optimizer",
     [] {
       sched::StepLR part(one(), 1);
       sched::SequentialLR(one(), {part}, {});
     }},
    {"chained_optimizer",
     [] {
       sched::StepLR first(one(), 1), second(one(), 1);
       sched::ChainedScheduler({first, second});
     }},
    {"swa_strategy", [] { SWALR(one(), 0.1, anneal_strategy = "sine"); }},
    {"swa_epochs", [] { SWALR(one(), 0.1, anneal_epochs = -5); }},
    {"swa_count",
     [] {
       SWALR(one(), swa_lr = {0.1, 0.2});
     }},
};

TEST(OptimErrors, AreValueErrorsInPyTorchsWords) {
  const auto& theirs = goldens()["errors"];
  for (const auto& [name, call] : kValueErrors) {
    SCOPED_TRACE(name);
    EXPECT_THAT(message_of<ValueError>(call), ::testing::StartsWith(theirs[name].get<std::string>()));
  }
  const std::set<std::string> others{"lbfgs_search", "resume"};
  for (const auto& [name, message] : theirs.items()) {
    EXPECT_TRUE(kValueErrors.contains(name) || others.contains(name)) << name;
  }
}

TEST(OptimErrors, OfOtherKinds) {
  EXPECT_THAT(
      message_of<IndexError>([] { sched::StepLR(one(), 5, last_epoch = 5); }),
      ::testing::HasSubstr("param 'initial_lr' is not specified in param_groups[0] when resuming an optimizer"));
  const auto p = parameters();
  LBFGS search(p, line_search_fn = "armijo");
  EXPECT_THAT(message_of<Error>([&] {
                search.step([&] {
                  Tensor loss = p[0].sum();
                  loss.backward();
                  return loss;
                });
              }),
              ::testing::StartsWith(goldens()["errors"]["lbfgs_search"].get<std::string>()));
}

TEST(OptimErrors, ArgumentsLeftOut) {
  const auto missing = [](const char* name) {
    return ::testing::StartsWith(std::string("__init__() missing 1 required positional argument: '") + name + "'");
  };
  EXPECT_THAT(message_of<TypeError>([] { sched::StepLR{one()}; }), missing("step_size"));
  EXPECT_THAT(message_of<TypeError>([] { sched::ExponentialLR{one()}; }), missing("gamma"));
  EXPECT_THAT(message_of<TypeError>([] { sched::CosineAnnealingLR{one()}; }), missing("T_max"));
  EXPECT_THAT(message_of<TypeError>([] { sched::CosineAnnealingWarmRestarts{one()}; }), missing("T_0"));
  EXPECT_THAT(message_of<TypeError>([] { sched::CyclicLR(one(), 0.1); }), missing("max_lr"));
  EXPECT_THAT(message_of<TypeError>([] { sched::OneCycleLR(one(), total_steps = 5); }), missing("max_lr"));
  EXPECT_THAT(message_of<TypeError>([] { sched::LambdaLR{one()}; }), missing("lr_lambda"));
  EXPECT_THAT(message_of<TypeError>([] { SWALR{one()}; }), missing("swa_lr"));
}

TEST(OptimErrors, DivisionByZero) {
  const auto by_zero = ::testing::StartsWith("integer division or modulo by zero");
  EXPECT_THAT(message_of<ValueError>([] { sched::StepLR(one(), 0); }), by_zero);
  EXPECT_THAT(message_of<ValueError>([] { sched::CosineAnnealingLR(one(), 0); }), by_zero);
}

TEST(OptimErrors, AnotherOptimizersOptions) {
  std::vector<OptimizerParamGroup> groups;
  groups.emplace_back(parameters(), std::make_unique<AdamOptions>());
  SGD optimizer(std::move(groups), SGDOptions(0.1));
  EXPECT_THAT(message_of<TypeError>([&] { optimizer.step(); }),
              ::testing::StartsWith("SGD: a parameter group has the options of another optimizer"));
}

TEST(OptimErrors, StateOfAnotherShapeOrKind) {
  const auto p = parameters();
  Adam optimizer(p);
  set_gradients(p, 1);
  optimizer.step();
  const auto before = numbers_of(p);

  Value state = optimizer.state_dict();
  state.as_dict().at("state").as_dict().entries[0].second.as_dict().set("exp_avg", ones({2}).array());
  EXPECT_THAT(
      message_of<ValueError>([&] { optimizer.load_state_dict(state); }),
      ::testing::StartsWith("loaded state dict has an 'exp_avg' of shape torch.Size([2]) for a parameter of shape "
                            "torch.Size([2, 3])"));
  EXPECT_EQ(numbers_of(p), before);
  std::vector<Tensor> changed{zeros({2}, requires_grad())};
  Adam earlier(changed);
  set_gradients(changed, 1);
  earlier.step();
  changed[0].set_data(zeros({2, 3}));
  set_gradients(changed, 1);
  EXPECT_THAT(message_of<Error>([&] { earlier.step(); }),
              ::testing::StartsWith("Adam: the exp_avg (Float [2]) must have the parameter's dtype and shape "
                                    "(Float [2, 3])"));

  message_of<TypeError>([&] { optimizer.load_state_dict(Value(3)); });
  message_of<IndexError>([&] { optimizer.load_state_dict(Value::dict({{"state", Value::dict()}})); });
  const auto text = json_of(optimizer.state_dict());
  Value worse = value_of(text);
  worse.as_dict().at("param_groups").items()[0].as_dict().set("lr", 5.0);
  worse.as_dict().at("state").as_dict().entries[1].second.as_dict().set("exp_avg", "text");
  message_of<TypeError>([&] { optimizer.load_state_dict(worse); });
  EXPECT_EQ(json_of(optimizer.state_dict()), text) << "a state dict that is refused must change nothing";
}

TEST(OptimErrors, BetasAreTwo) {
  EXPECT_THAT(message_of<ValueError>([] { Adam(parameters(), betas = {0.9}); }),
              ::testing::StartsWith("expected two numbers, but got 1"));
}

}  // namespace
}  // namespace xgrad::test
