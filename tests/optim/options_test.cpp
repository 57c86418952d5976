// The ways to say options, and what an optimiser does around its steps.
#include "golden.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <xgrad/serialize/pytorch.hpp>

namespace xgrad::test {
namespace {

using namespace optim;   // NOLINT(google-build-using-namespace)
using namespace kwargs;  // NOLINT(google-build-using-namespace)

ordered_json options_of(const Optimizer& o) { return json_of(o.state_dict())["param_groups"][0]; }

TEST(OptimOptions, SettersKeywordsAndPositionsAreOne) {
  const auto p = parameters();
  const auto fluent = options_of(Adam(p, AdamOptions(0.5).betas({0.5, 0.25}).eps(0.125).weight_decay(2).amsgrad(true)));
  EXPECT_EQ(fluent, options_of(Adam(p, lr = 0.5, betas = {0.5, 0.25}, eps = 0.125, weight_decay = 2, amsgrad = true)));
  EXPECT_EQ(fluent, options_of(Adam(p, 0.5, std::make_tuple(0.5, 0.25), 0.125, 2, true)));
  EXPECT_EQ(options_of(AdamW(p, AdamWOptions(0.5).betas(std::pair(0.5, 0.25)).maximize(true))),
            options_of(AdamW(p, 0.5, Pair(0.5, 0.25), maximize = true)));
  EXPECT_EQ(
      options_of(RMSprop(p, RMSpropOptions(0.5).alpha(0.25).eps(0.125).weight_decay(3).momentum(0.75).centered(true))),
      options_of(RMSprop(p, 0.5, 0.25, 0.125, 3, 0.75, true)));
  EXPECT_EQ(options_of(
                Adagrad(p, AdagradOptions(0.5).lr_decay(0.25).weight_decay(3).initial_accumulator_value(2).eps(0.125))),
            options_of(Adagrad(p, 0.5, 0.25, 3, 2, 0.125)));
  EXPECT_EQ(options_of(Adadelta(p, AdadeltaOptions(0.5).rho(0.25).eps(0.125).weight_decay(3))),
            options_of(Adadelta(p, 0.5, 0.25, 0.125, 3)));
  EXPECT_EQ(options_of(Rprop(p, RpropOptions(0.5).etas({0.25, 2}).step_sizes({0.125, 3}))),
            options_of(Rprop(p, 0.5, etas = {0.25, 2.0}, step_sizes = {0.125, 3.0})));
  EXPECT_EQ(options_of(ASGD(p, ASGDOptions(0.5).lambd(0.25).alpha(0.125).t0(5).weight_decay(3))),
            options_of(ASGD(p, 0.5, 0.25, 0.125, 5, 3)));
  EXPECT_EQ(options_of(NAdam(p, NAdamOptions(0.5).momentum_decay(0.25))),
            options_of(NAdam(p, 0.5, momentum_decay = 0.25)));
  EXPECT_EQ(options_of(RAdam(p, RAdamOptions(0.5).eps(0.25))), options_of(RAdam(p, lr = 0.5, eps = 0.25)));
  EXPECT_EQ(options_of(LBFGS(p, LBFGSOptions(0.5).max_iter(8).history_size(3))),
            options_of(LBFGS(p, 0.5, 8, history_size = 3)));
  EXPECT_EQ(options_of(LBFGS(p, max_iter = 8))["max_eval"], 10);
}

TEST(OptimOptions, GettersAreLibtorchs) {
  const AdamOptions options = AdamOptions(1e-2).betas({0.5, 0.75});
  EXPECT_EQ(options.lr(), 1e-2);
  EXPECT_EQ(std::get<1>(options.betas()), 0.75);
  EXPECT_EQ(options.get_lr(), 1e-2);
}

TEST(OptimOptions, GroupsHaveTheirOwn) {
  const auto p = parameters(), q = parameters();
  std::vector<OptimizerParamGroup> groups;
  groups.emplace_back(std::vector<Tensor>{p[0]}, std::make_unique<AdamOptions>(AdamOptions(0.5)));
  groups.emplace_back(std::vector<Tensor>{p[1]});
  Adam both(std::move(groups), lr = 0.25);
  Adam first({q[0]}, AdamOptions(0.5)), second({q[1]}, AdamOptions(0.25));
  for (int step = 1; step < 4; ++step) {
    set_gradients(p, step);
    set_gradients(q, step);
    both.step();
    first.step();
    second.step();
  }
  EXPECT_EQ(numbers_of(p), numbers_of(q));
  EXPECT_EQ(json_of(both.state_dict())["param_groups"][1]["params"], ordered_json({1}));
}

TEST(OptimOptions, GroupsBetweenBraces) {
  const auto p = parameters();
  const Adam adam({{{p[0]}, std::make_unique<AdamOptions>(0.5)}, {{p[1]}, std::make_unique<AdamOptions>(0.125)}},
                  AdamOptions(0.25));
  ASSERT_EQ(adam.param_groups().size(), 2);
  EXPECT_EQ(adam.param_groups()[0].options().get_lr(), 0.5);
  EXPECT_EQ(adam.param_groups()[1].options().get_lr(), 0.125);
}

TEST(OptimOptions, AGroupAddedLaterStartsAtItsFirstStep) {
  const auto p = parameters();
  Adam optimizer({p[0]}, AdamOptions(0.5));
  set_gradients(p, 1);
  optimizer.step();
  optimizer.add_param_group(OptimizerParamGroup({p[1]}));
  optimizer.step();
  EXPECT_EQ(optimizer.state(p[0], "step").item<float>(), 2);
  EXPECT_EQ(optimizer.state(p[1], "step").item<float>(), 1);
  EXPECT_EQ(optimizer.state(p[1], "exp_avg").sizes(), p[1].sizes());
  EXPECT_FALSE(optimizer.state(p[1], "max_exp_avg_sq").defined());
}

TEST(OptimOptions, ParametersWithoutGradientsAreLeftAlone) {
  const auto p = parameters();
  AdamW optimizer(p, lr = 0.5);
  set_gradients({p[1]}, 1);
  const auto before = numbers_of({p[0]});
  optimizer.step();
  EXPECT_EQ(numbers_of({p[0]}), before);
  EXPECT_EQ(json_of(optimizer.state_dict())["state"].size(), 1);
}

TEST(OptimOptions, AdagradHasItsStateFromTheBeginning) {
  const auto p = parameters();
  const Adagrad optimizer(p, initial_accumulator_value = 0.5);
  EXPECT_EQ(optimizer.state(p[1], "sum")[2].item<float>(), 0.5f);
  EXPECT_EQ(json_of(optimizer.state_dict())["state"].size(), 2);
}

TEST(OptimOptions, TheClosuresLossIsReturned) {
  const auto p = parameters();
  RMSprop optimizer(p);
  const Tensor loss = optimizer.step([&] {
    EXPECT_TRUE(GradMode::is_enabled());
    Tensor l = (p[0] * p[0]).sum();
    l.backward();
    return l;
  });
  EXPECT_GT(loss.item<float>(), 0);
  EXPECT_EQ(optimizer.step_count(), 1);
}

TEST(OptimOptions, AStepIsAnInPlaceChange) {
  const Tensor w = ones({2}).requires_grad_();
  Adam optimizer({w}, AdamOptions(0.5));
  const Tensor loss = (w * w).sum();
  w.mutable_grad() = ones({2});
  optimizer.step();
  EXPECT_THAT(message_of<Error>([&] { loss.backward(); }), ::testing::HasSubstr("modified by an inplace operation"));
}

TEST(OptimOptions, FilesOfState) {
  const auto path = std::filesystem::temp_directory_path() / "xgrad_optim_options_test.pt";
  const auto p = parameters();
  Adam optimizer(p, lr = 0.5, amsgrad = true), other(p);
  set_gradients(p, 1);
  optimizer.step();
  lr_scheduler::CosineAnnealingLR schedule(optimizer, T_max = 10), other_schedule(other, T_max = 20);
  serialize::save(Value::dict({{"optimizer", optimizer.state_dict()}, {"schedule", schedule.state_dict()}}), path);
  const Value loaded = serialize::load(path);
  other.load_state_dict(loaded.as_dict().at("optimizer"));
  other_schedule.load_state_dict(loaded.as_dict().at("schedule"));
  std::filesystem::remove(path);
  EXPECT_EQ(json_of(other.state_dict()), json_of(optimizer.state_dict()));
  EXPECT_EQ(json_of(other_schedule.state_dict()), json_of(schedule.state_dict()));
}

TEST(OptimOptions, LoadsAFileThatPythonWrote) {
  const Value file = serialize::load(XGRAD_SOURCE_DIR "/tests/data/torch_optimizer.pt");
  const Value& adam = file.as_dict().at("adam");
  std::vector<Tensor> params;
  for (const auto& [number, state] : adam.as_dict().at("state").as_dict().entries)
    params.push_back(zeros(Tensor(state.as_dict().at("exp_avg").as_tensor().array).sizes().vec()).requires_grad_());
  Adam optimizer(params);
  optimizer.load_state_dict(adam);
  EXPECT_EQ(json_of(optimizer.state_dict()), json_of(adam));
}

}  // namespace
}  // namespace xgrad::test
