// Every schedule against PyTorch's rates, two hundred steps long; state dicts, step(epoch), warnings and text.
#include "golden.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <list>
#include <xgrad/autograd/array/warning.hpp>

namespace xgrad::test {
namespace {

namespace sched = optim::lr_scheduler;
using namespace kwargs;  // NOLINT(google-build-using-namespace)
using optim::Adam;
using optim::AdamOptions;
using optim::LRScheduler;
using optim::Optimizer;
using optim::OptimizerParamGroup;
using optim::SGD;
using optim::SGDOptions;

template <class O>
std::unique_ptr<Optimizer> two_groups(typename O::Options first, typename O::Options second) {
  const auto params = parameters();
  std::vector<OptimizerParamGroup> groups;
  groups.emplace_back(std::vector<Tensor>{params[0]});
  groups.emplace_back(std::vector<Tensor>{params[1]}, std::make_unique<typename O::Options>(second));
  return std::make_unique<O>(std::move(groups), first);
}

std::unique_ptr<Optimizer> sgd() {
  return two_groups<SGD>(SGDOptions(0.1).momentum(0.9), SGDOptions(0.5).momentum(0.9));
}
std::unique_ptr<Optimizer> adam() { return two_groups<Adam>(AdamOptions(0.1), AdamOptions(0.5)); }

/// Schedules, the last of which is the one that is stepped.
using Made = std::list<std::unique_ptr<LRScheduler>>;
template <class S, class... Args>
void add(Made& made, Args&&... args) {
  made.push_back(std::make_unique<S>(std::forward<Args>(args)...));
}
template <class S, class... Args>
Made one(Args&&... args) {
  Made made;
  add<S>(made, std::forward<Args>(args)...);
  return made;
}

Made sequential(Optimizer& o) {
  Made made;
  add<sched::ConstantLR>(made, o, 0.1, 3);
  add<sched::LinearLR>(made, o, 0.5, total_iters = 10);
  add<sched::ExponentialLR>(made, o, 0.9);
  add<sched::CosineAnnealingLR>(made, o, 20);
  sched::Schedulers all;
  for (auto& s : made) all.emplace_back(*s);
  add<sched::SequentialLR>(made, o, all, std::vector<std::int64_t>{5, 20, 50});
  return made;
}

Made chained(Optimizer& o) {
  Made made;
  add<sched::ConstantLR>(made, o, 0.1, 30);
  add<sched::ExponentialLR>(made, o, 0.98);
  add<sched::StepLR>(made, o, 40);
  sched::Schedulers all;
  for (auto& s : made) all.emplace_back(*s);
  add<sched::ChainedScheduler>(made, all);
  return made;
}

struct Case {
  std::unique_ptr<Optimizer> (*optimizer)();
  std::function<Made(Optimizer&)> make;
};

double falling(std::int64_t e) { return std::pow(0.95, e); }
double hyperbola(std::int64_t e) { return 1 / static_cast<double>(e + 1); }
using Functions = std::vector<sched::FactorOptions::Function>;

// The calls of the script, in its order.
const std::map<std::string, Case> kCases{
    {"LambdaLR", {sgd, [](auto& o) { return one<sched::LambdaLR>(o, lr_lambda = falling); }}},
    {"LambdaLR_each",
     {sgd,
      [](auto& o) {
        return one<sched::LambdaLR>(o, Functions{falling, hyperbola});
      }}},
    {"MultiplicativeLR",
     {sgd, [](auto& o) { return one<sched::MultiplicativeLR>(o, [](int e) { return 1 - 1 / std::pow(e + 1, 2); }); }}},
    {"StepLR", {sgd, [](auto& o) { return one<sched::StepLR>(o, 30, 0.5); }}},
    {"StepLR_default", {sgd, [](auto& o) { return one<sched::StepLR>(o, step_size = 70); }}},
    {"MultiStepLR",
     {sgd,
      [](auto& o) {
        return one<sched::MultiStepLR>(o, milestones = {80, 30, 30, 150}, kw::gamma = 0.5);
      }}},
    {"ConstantLR", {sgd, [](auto& o) { return one<sched::ConstantLR>(o); }}},
    {"ConstantLR_options", {sgd, [](auto& o) { return one<sched::ConstantLR>(o, factor = 0.25, total_iters = 50); }}},
    {"LinearLR", {sgd, [](auto& o) { return one<sched::LinearLR>(o); }}},
    {"LinearLR_options",
     {sgd, [](auto& o) { return one<sched::LinearLR>(o, start_factor = 0.1, end_factor = 0.5, total_iters = 120); }}},
    {"ExponentialLR", {sgd, [](auto& o) { return one<sched::ExponentialLR>(o, kw::gamma = 0.97); }}},
    {"PolynomialLR", {sgd, [](auto& o) { return one<sched::PolynomialLR>(o, total_iters = 150, power = 2); }}},
    {"PolynomialLR_default", {sgd, [](auto& o) { return one<sched::PolynomialLR>(o); }}},
    {"CosineAnnealingLR", {sgd, [](auto& o) { return one<sched::CosineAnnealingLR>(o, T_max = 60, eta_min = 0.01); }}},
    {"CosineAnnealingLR_default", {sgd, [](auto& o) { return one<sched::CosineAnnealingLR>(o, 200); }}},
    {"CosineAnnealingWarmRestarts",
     {sgd, [](auto& o) { return one<sched::CosineAnnealingWarmRestarts>(o, T_0 = 10, T_mult = 2); }}},
    {"CosineAnnealingWarmRestarts_same",
     {sgd, [](auto& o) { return one<sched::CosineAnnealingWarmRestarts>(o, 15, eta_min = 0.05); }}},
    {"CyclicLR",
     {sgd, [](auto& o) { return one<sched::CyclicLR>(o, base_lr = 0.01, max_lr = 0.1, step_size_up = 20); }}},
    {"CyclicLR_triangular2",
     {sgd,
      [](auto& o) {
        return one<sched::CyclicLR>(o, std::vector{0.01, 0.02}, std::vector{0.1, 0.3}, 20, 35, "triangular2",
                                    base_momentum = 0.5, max_momentum = 0.95);
      }}},
    {"CyclicLR_exp_range",
     {adam,
      [](auto& o) {
        return one<sched::CyclicLR>(o, 0.01, 0.1, 20, kw::mode = "exp_range", kw::gamma = 0.99, cycle_momentum = false);
      }}},
    {"CyclicLR_function",
     {sgd,
      [](auto& o) {
        return one<sched::CyclicLR>(
            o, 0.01, 0.1, 20, scale_fn = [](double x) { return 1 / (1 + x); }, scale_mode = "iterations");
      }}},
    {"OneCycleLR", {sgd, [](auto& o) { return one<sched::OneCycleLR>(o, max_lr = 0.1, total_steps = 210); }}},
    {"OneCycleLR_adam",
     {adam,
      [](auto& o) {
        return one<sched::OneCycleLR>(o, max_lr = {0.1, 0.2}, kw::epochs = 21, steps_per_epoch = 10,
                                      anneal_strategy = "linear");
      }}},
    {"OneCycleLR_three",
     {sgd,
      [](auto& o) {
        return one<sched::OneCycleLR>(o, 0.1, 210, pct_start = 0.25, three_phase = true, div_factor = 10,
                                      final_div_factor = 100, base_momentum = 0.8, max_momentum = 0.9);
      }}},
    {"OneCycleLR_still", {adam, [](auto& o) { return one<sched::OneCycleLR>(o, 0.1, 210, cycle_momentum = false); }}},
    {"SequentialLR", {sgd, sequential}},
    {"ChainedScheduler", {sgd, chained}},
    {"SWALR", {sgd, [](auto& o) { return one<optim::swa_utils::SWALR>(o, swa_lr = 0.05); }}},
    {"SWALR_linear",
     {sgd,
      [](auto& o) {
        return one<optim::swa_utils::SWALR>(o, swa_lr = {0.05, 0.01}, anneal_epochs = 50, anneal_strategy = "linear");
      }}},
};

std::vector<std::string> schedule_names() {
  std::vector<std::string> all;
  for (const auto& [name, golden] : goldens()["schedules"].items()) all.push_back(name);
  return all;
}

double rate(const Optimizer& o, std::size_t group = 0) { return o.param_groups()[group].options().get_lr(); }

double momentum_of(Optimizer& o) {
  for (const optim::Field& f : o.param_groups()[0].options().fields()) {
    if (f.name() == std::string("momentum")) return f.get().as_float();
    if (f.name() == std::string("betas")) return f.get().items()[0].as_float();
  }
  return -1;
}

class ScheduleOf : public ::testing::TestWithParam<std::string> {
 protected:
  const ordered_json& golden = goldens()["schedules"][GetParam()];
  const Case& c = kCases.at(GetParam());

  void follow(Optimizer& optimizer, LRScheduler& schedule, std::size_t from = 0) const {
    const auto rates = golden["rates"].get<std::vector<double>>();
    const auto momentums = golden["momentums"].get<std::vector<double>>();
    ASSERT_EQ(rates.size(), 200);
    for (std::size_t step = from; step < rates.size(); ++step) {
      ASSERT_NEAR(rate(optimizer), rates[step], 1e-11) << "step " << step;
      ASSERT_NEAR(momentum_of(optimizer), momentums[std::min(step, momentums.size() - 1)], 1e-11) << "step " << step;
      if (step + 1 == rates.size()) break;
      optimizer.step();
      schedule.step();
      EXPECT_EQ(schedule.get_last_lr(), (std::vector{rate(optimizer), rate(optimizer, 1)}));
    }
    EXPECT_NEAR(rate(optimizer, 1), golden["last"][1].get<double>(), 1e-11);
  }
};

TEST_P(ScheduleOf, FollowsPyTorchs) {
  const auto optimizer = c.optimizer();
  const Made made = c.make(*optimizer);
  follow(*optimizer, *made.back());
}

TEST_P(ScheduleOf, StateDictIsPyTorchs) {
  const auto optimizer = c.optimizer();
  const Made made = c.make(*optimizer);
  for (int step = 0; step < 100; ++step) {
    optimizer->step();
    made.back()->step();
  }
  ordered_json ours = json_of(made.back()->state_dict());
  ours.erase("_scale_fn_custom");
  expect_like(ours, golden["schedule"], 1e-9);
  expect_like(json_of(optimizer->state_dict()), golden["optimizer"], 1e-9);
}

TEST_P(ScheduleOf, GoesOnFromPyTorchsStateDict) {
  const auto optimizer = c.optimizer();
  const Made made = c.make(*optimizer);
  made.back()->load_state_dict(value_of(golden["schedule"]));
  optimizer->load_state_dict(value_of(golden["optimizer"]));
  follow(*optimizer, *made.back(), 100);
}

INSTANTIATE_TEST_SUITE_P(Schedules, ScheduleOf, ::testing::ValuesIn(schedule_names()),
                         [](const auto& info) { return info.param; });

TEST(Schedule, EveryCaseHasAGolden) {
  for (const auto& [name, c] : kCases) EXPECT_TRUE(goldens()["schedules"].contains(name)) << name;
}

TEST(Schedule, WarmRestartsTakeFractionsOfEpochs) {
  const auto optimizer = sgd();
  sched::CosineAnnealingWarmRestarts schedule(*optimizer, 3, 2);
  int i = 0;
  for (const double expected : goldens()["fractions"]) {
    schedule.step(i++ / 4.0);
    ASSERT_NEAR(rate(*optimizer), expected, 1e-12) << i;
  }
}

TEST(Schedule, StepToAnEpochUsesTheClosedFormAndWarns) {
  const std::map<std::string, std::function<Made(Optimizer&)>> makes{
      {"StepLR", [](auto& o) { return one<sched::StepLR>(o, 4); }},
      {"MultiStepLR",
       [](auto& o) {
         return one<sched::MultiStepLR>(o, milestones = {2, 5, 5});
       }},
      {"ConstantLR", [](auto& o) { return one<sched::ConstantLR>(o); }},
      {"LinearLR", [](auto& o) { return one<sched::LinearLR>(o); }},
      {"ExponentialLR", [](auto& o) { return one<sched::ExponentialLR>(o, 0.9); }},
      {"PolynomialLR", [](auto& o) { return one<sched::PolynomialLR>(o, 10, 1.5); }},
      {"CosineAnnealingLR", [](auto& o) { return one<sched::CosineAnnealingLR>(o, 10); }},
      {"LambdaLR", [](auto& o) { return one<sched::LambdaLR>(o, hyperbola); }},
  };
  ASSERT_EQ(makes.size(), goldens()["closed_forms"].size());
  std::vector<std::string> warnings;
  const WarningHandlerGuard guard([&](const std::string& text) { warnings.push_back(text); });
  for (const auto& [name, make] : makes) {
    const auto optimizer = sgd();
    const Made made = make(*optimizer);
    std::vector<double> rates;
    for (const int epoch : {3, 7, 1, 0, 12}) {
      made.back()->step(epoch);
      EXPECT_EQ(made.back()->last_epoch(), epoch);
      rates.push_back(rate(*optimizer));
    }
    expect_close(rates, goldens()["closed_forms"][name].get<std::vector<double>>(), 1e-13, name);
  }
  ASSERT_EQ(warnings.size(), 5 * makes.size());
  EXPECT_THAT(warnings[0], ::testing::StartsWith("The epoch parameter in `scheduler.step()` was not necessary"));
}

TEST(Schedule, WarnsWhenItIsSteppedBeforeTheOptimizer) {
  const auto optimizer = sgd();
  std::vector<std::string> warnings;
  const WarningHandlerGuard guard([&](const std::string& text) { warnings.push_back(text); });
  sched::StepLR schedule(*optimizer, 5);
  schedule.step();
  ASSERT_EQ(warnings.size(), 1);
  EXPECT_THAT(warnings[0], ::testing::StartsWith(
                               "Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0"));
  sched::StepLR another(*optimizer, 5);
  optimizer->step();
  another.step();
  EXPECT_EQ(warnings.size(), 1);
}

TEST(Schedule, PrintsWhatItSets) {
  const auto optimizer = sgd();
  ::testing::internal::CaptureStdout();
  const sched::ExponentialLR schedule(*optimizer, 0.5, verbose = true);
  EXPECT_EQ(::testing::internal::GetCapturedStdout(),
            "Adjusting learning rate of group 0 to 1.0000e-01.\nAdjusting learning rate of group 1 to 5.0000e-01.\n");
}

TEST(Schedule, GoesOnAtAnEpoch) {
  const auto optimizer = sgd();
  { const sched::ExponentialLR first(*optimizer, 0.5); }
  sched::CosineAnnealingLR schedule(*optimizer, T_max = 10, last_epoch = 4);
  EXPECT_EQ(schedule.last_epoch(), 5);
  EXPECT_NEAR(rate(*optimizer), 0.05, 1e-15);
}

TEST(Schedule, LibtorchsNamesAndBracedLists) {
  const auto optimizer = sgd();
  optim::StepLR steps(*optimizer, 2, 0.5);
  sched::LambdaLR flat(*optimizer, [](int) { return 1.0; });
  sched::MultiStepLR milestones(*optimizer, {3, 5}, 0.1);
  sched::SequentialLR both(*optimizer, {steps, flat}, {5});
  sched::ChainedScheduler chained({steps, milestones});
  optimizer->step();
  chained.step();
  EXPECT_EQ(chained.get_last_lr().size(), 2);
  EXPECT_EQ(message_of<TypeError>([&] { chained.jump(1); }), "step() takes 1 positional argument but 2 were given");
}

/// What a user may write.
class Halving : public LRScheduler {
 public:
  explicit Halving(Optimizer& optimizer) : LRScheduler(optimizer) { initial_step(); }

 protected:
  std::vector<double> get_lr() override {
    std::vector<double> rates;
    for (std::size_t g = 0; g < base_lr_count(); ++g) rates.push_back(base_lr(g) / (last_epoch() + 1.0));
    return rates;
  }
};

TEST(Schedule, OfOnesOwn) {
  const auto optimizer = sgd();
  Halving schedule(*optimizer);
  optimizer->step();
  schedule.step();
  EXPECT_EQ(schedule.get_last_lr(), (std::vector<double>{0.05, 0.25}));
}

// --- ReduceLROnPlateau

double metric(int step) { return std::max(40 - step, 10) / 8.0 + (step * 7 % 5) / 64.0 - (step > 120 ? 0.5 : 0); }

sched::ReduceLROnPlateauOptions plateau_options(const ordered_json& arguments) {
  sched::ReduceLROnPlateauOptions options;
  for (const auto& [name, value] : arguments.items()) {
    if (name == "mode") options.mode(value);
    if (name == "threshold_mode") options.threshold_mode(value);
    if (name == "factor") options.factor(value);
    if (name == "patience") options.patience(value);
    if (name == "threshold") options.threshold(value);
    if (name == "cooldown") options.cooldown(value);
    if (name == "min_lr") options.min_lr(value.get<double>());
    if (name == "eps") options.eps(value);
  }
  return options;
}

TEST(ReduceLROnPlateau, FollowsPyTorchs) {
  for (const auto& [name, golden] : goldens()["plateaus"].items()) {
    const auto optimizer = sgd(), resumed = sgd();
    sched::ReduceLROnPlateau schedule(*optimizer, plateau_options(golden["arguments"]));
    sched::ReduceLROnPlateau other(*resumed, plateau_options(golden["arguments"]));
    for (int step = 0; step < 200; ++step) {
      schedule.step(step % 2 ? metric(step) : tensor(metric(step), kFloat64).item<double>());
      ASSERT_NEAR(rate(*optimizer), golden["rates"][static_cast<std::size_t>(step)].get<double>(), 1e-13)
          << name << ", step " << step;
      if (step == 100) {
        expect_like(json_of(schedule.state_dict()), golden["schedule"], 1e-12, name);
        other.load_state_dict(value_of(golden["schedule"]));
        resumed->load_state_dict(optimizer->state_dict());
      } else if (step > 100) {
        other.step(tensor(metric(step), kFloat64));
        ASSERT_EQ(rate(*resumed), rate(*optimizer)) << name << ", step " << step;
      }
    }
  }
}

TEST(ReduceLROnPlateau, KeywordsAndText) {
  const auto optimizer = sgd();
  sched::ReduceLROnPlateau schedule(*optimizer, "min", factor = 0.5, patience = 0, verbose = true,
                                    min_lr = {0.01, 0.4});
  ::testing::internal::CaptureStdout();
  schedule.step(1.0);
  schedule.step(2.0);
  EXPECT_EQ(::testing::internal::GetCapturedStdout(),
            "Epoch 00002: reducing learning rate of group 0 to 5.0000e-02.\n"
            "Epoch 00002: reducing learning rate of group 1 to 4.0000e-01.\n");
  EXPECT_EQ(schedule.get_last_lr(), (std::vector<double>{0.05, 0.4}));
  EXPECT_EQ(schedule.best(), 1.0);
}

}  // namespace
}  // namespace xgrad::test
