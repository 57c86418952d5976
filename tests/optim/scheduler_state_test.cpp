/// State dicts of schedules that were made to hurt: what a constructor refuses, a state dict cannot bring either.
#include <gmock/gmock.h>
#include <xgrad/xgrad.hpp>

#include "golden.hpp"

namespace xgrad::test {
namespace {

using namespace optim::lr_scheduler;  // NOLINT(google-build-using-namespace)
using ::testing::HasSubstr;

constexpr std::int64_t kHuge = std::int64_t{1} << 62;

/// What loading this one entry says, and steps after it; empty if nothing.
template <class Schedule, class... Args>
std::string error_with(const char* key, const serialize::Value& value, Args... args) {
  optim::SGD optimizer(std::vector<Tensor>{ones({2}, requires_grad())}, optim::SGDOptions(0.5).momentum(0.5));
  Schedule schedule(optimizer, args...);
  try {
    schedule.load_state_dict(serialize::Value::dict({{key, value}}));
    for (int i = 0; i < 3; ++i) {
      optimizer.step();
      schedule.step();
    }
  } catch (const Error& e) {
    return e.what();
  }
  return {};
}

TEST(SchedulerState, Divisors) {
  EXPECT_THAT(error_with<StepLR>("step_size", 0, 2), HasSubstr("integer division or modulo by zero"));
  EXPECT_THAT(error_with<CosineAnnealingLR>("T_max", 0, 5), HasSubstr("integer division or modulo by zero"));
  EXPECT_EQ(error_with<StepLR>("step_size", -1, 2), "");
  for (const std::int64_t never : {INT64_MIN, INT64_MAX, kHuge}) {
    EXPECT_EQ(error_with<CosineAnnealingLR>("T_max", never, 5), "");
    EXPECT_EQ(error_with<StepLR>("step_size", never, 2), "");
    EXPECT_THAT(error_with<StepLR>("_step_count", never, 2), HasSubstr("more than a schedule can count"));
  }
  EXPECT_THAT(error_with<StepLR>("last_epoch", INT64_MIN, 2), HasSubstr("has the last_epoch -9223372036854775808"));
}

TEST(SchedulerState, ListsForTheGroups) {
  using serialize::Value;
  const Value two = Value::list({0.5, 0.25}), one = Value::list({0.5});
  EXPECT_THAT(error_with<CosineAnnealingLR>("base_lrs", two, 5), HasSubstr("2 base_lrs for 1 parameter groups"));
  EXPECT_EQ(error_with<CosineAnnealingLR>("base_lrs", one, 5), "");
  EXPECT_THAT(error_with<CyclicLR>("max_lrs", Value::list(), 0.125, 0.5), HasSubstr("0 max_lrs for 1 base_lrs"));
  EXPECT_EQ(error_with<CyclicLR>("max_lrs", one, 0.125, 0.5), "");
}

TEST(SchedulerState, MilestonesOfASequence) {
  optim::SGD optimizer(std::vector<Tensor>{ones({2}, requires_grad())}, optim::SGDOptions(0.5));
  StepLR first(optimizer, 2), second(optimizer, 3);
  SequentialLR sequence(optimizer, {first, second}, {4});
  serialize::Value::Dict state = sequence.state_dict().as_dict();
  state.set("_milestones", serialize::Value::list({1, 2, 3}));
  EXPECT_THAT(message_of<ValueError>([&] { sequence.load_state_dict(serialize::Value(state)); }),
              HasSubstr("3 milestones for 2 schedulers"));
}

// As many as there are, and not one step for each that a state claims.
TEST(SchedulerState, BatchesOfALoader) {
  const std::vector<data::Example<>> examples(8, {ones({4}), ones({1})});
  DataLoader loader(examples, kwargs::batch_size = 2);
  serialize::Value::Dict state;
  {
    auto pass = loader.begin();
    ++pass;
    state = loader.state_dict().as_dict();
  }
  state.set("batches", 1000);
  loader.load_state_dict(serialize::Value(state));
  int batches = 0;
  for (auto& batch : loader) batches += batch.data.defined() ? 1 : 0;
  EXPECT_EQ(batches, 0);
  for (auto& batch : loader) batches += batch.data.defined() ? 1 : 0;
  EXPECT_EQ(batches, 4);
}

}  // namespace
}  // namespace xgrad::test
