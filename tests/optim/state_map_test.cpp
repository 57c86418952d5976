// Optimizer::state(): what is kept, by parameter, under libtorch's names.
#include <xgrad/xgrad.hpp>

#include <gtest/gtest.h>

namespace xgrad {
namespace {

using namespace kwargs;

void step(optim::Optimizer& optimizer, const Tensor& p) {
  p.mutable_grad() = ones_like(p);
  optimizer.step();
}

TEST(StateMap, HoldsWhatStartedOnly) {
  Tensor a = zeros({2}, requires_grad = true), b = zeros({3}, requires_grad = true);
  optim::Adam adam({a, b}, 0.1);
  EXPECT_TRUE(adam.state().empty());
  EXPECT_TRUE(adam.state().find(b) == adam.state().end());
  step(adam, b);
  auto& state = adam.state();
  EXPECT_EQ(state.size(), 1U);
  EXPECT_EQ(state.count(a), 0U);
  EXPECT_EQ(state[a], nullptr);
  EXPECT_TRUE(state.contains(b));
  EXPECT_EQ(state.find(b)->second, state.at(b));
  EXPECT_EQ(state.begin()->first, static_cast<const void*>(b.impl()));
  EXPECT_THROW(state.at(a), IndexError);
}

TEST(StateMap, EntriesHaveLibtorchsNames) {
  Tensor p = zeros({2}, requires_grad = true);
  optim::Adam adam({p}, optim::AdamOptions(0.1).amsgrad(true));
  step(adam, p);
  step(adam, p);
  for (auto& [key, state] : adam.state()) {
    auto& kept = static_cast<optim::AdamParamState&>(*state);
    EXPECT_EQ(kept.step(), 2);
    EXPECT_TRUE(kept.exp_avg().equal(adam.state(p, "exp_avg")));
    EXPECT_TRUE(kept.exp_avg_sq().equal(adam.state(p, "exp_avg_sq")));
    EXPECT_TRUE(kept.max_exp_avg_sq().equal(adam.state(p, "max_exp_avg_sq")));
    EXPECT_THROW(kept.square_avg(), IndexError);
    kept.step(7);
    kept.exp_avg(zeros({2}));
  }
  EXPECT_EQ(adam.state(p, "step").item<int>(), 7);
  EXPECT_EQ(adam.state(p, "exp_avg").sum().item<double>(), 0);

  optim::RMSprop rmsprop({p}, lr = 0.1, momentum = 0.9);
  step(rmsprop, p);
  const auto& all = static_cast<const optim::RMSprop&>(rmsprop).state();
  EXPECT_EQ(all.size(), 1U);
  EXPECT_TRUE(all[p]->square_avg().equal(rmsprop.state(p, "square_avg")));
  EXPECT_TRUE(all.at(p)->momentum_buffer().equal(rmsprop.state(p, "momentum_buffer")));
  EXPECT_FALSE(all.at(p)->grad_avg().defined());
  optim::SGD sgd({p}, lr = 0.1, momentum = 0.9);
  step(sgd, p);
  EXPECT_TRUE(static_cast<optim::SGDParamState&>(*sgd.state()[p]).momentum_buffer().equal(ones({2})));
}

TEST(StateMap, ForgetsWhatIsErased) {
  Tensor a = zeros({2}, requires_grad = true), b = zeros({3}, requires_grad = true);
  optim::Adagrad adagrad({a, b}, 0.1);
  EXPECT_EQ(adagrad.state().size(), 2U);  // it starts at once, as PyTorch's
  EXPECT_EQ(adagrad.state().erase(a), 1U);
  EXPECT_EQ(adagrad.state().erase(a), 0U);
  EXPECT_EQ(adagrad.state().begin()->second->sum().numel(), 3);
  step(adagrad, a);
  EXPECT_EQ(adagrad.state().at(a)->step(), 1);
  adagrad.state().clear();
  EXPECT_TRUE(adagrad.state().empty());
}

TEST(StateMap, SurvivesLoadingAndMoving) {
  Tensor a = zeros({2}, requires_grad = true), b = zeros({2}, requires_grad = true);
  optim::Adam from({a}, 0.1), to({b}, 0.1);
  step(from, a);
  to.load_state_dict(from.state_dict());
  EXPECT_TRUE(to.state().at(b)->exp_avg().equal(from.state().at(a)->exp_avg()));
  optim::Adam moved(std::move(to));
  EXPECT_EQ(moved.state().at(b)->step(), 1);
}

TEST(Optimizers, TakeLibtorchsForms) {
  nn::Linear a(3, 4), b(4, 2);
  optim::SGD groups({a->parameters(), b->parameters()}, optim::SGDOptions(0.1).momentum(0.9));
  EXPECT_EQ(groups.param_groups().size(), 2U);
  std::vector<optim::OptimizerParamGroup> list;
  list.push_back(b->parameters());
  EXPECT_EQ(optim::SGD(list, optim::SGDOptions(0.1)).size(), 2U);
  EXPECT_EQ(optim::SGD({a->weight, a->bias}, 0.1).param_groups().size(), 1U);
  EXPECT_EQ(static_cast<const optim::SGD&>(groups).defaults().get_lr(), 0.1);

  using Plateau = optim::ReduceLROnPlateauScheduler;
  Plateau lower(groups, Plateau::SchedulerMode::min, 0.5, 0);
  Plateau higher(groups, Plateau::max, 0.5, 0, 1e-4, Plateau::ThresholdMode::abs, 0, std::vector<float>{0.04F, 0.04F},
                 1e-8);
  lower.step(1.0);
  higher.step(1.0);
  EXPECT_EQ(groups.param_groups()[0].options().get_lr(), 0.1);
  lower.step(2.0);  // worse
  EXPECT_EQ(groups.param_groups()[0].options().get_lr(), 0.05);
  higher.step(2.0);  // better
  EXPECT_EQ(groups.param_groups()[0].options().get_lr(), 0.05);
  higher.step(2.00005);  // by less than an absolute 1e-4: 0.025, but for min_lr
  EXPECT_FLOAT_EQ(static_cast<float>(groups.param_groups()[1].options().get_lr()), 0.04F);
}

}  // namespace
}  // namespace xgrad
