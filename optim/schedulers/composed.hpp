/// Schedules made of schedules: SequentialLR and ChainedScheduler.
#pragma once

#include <xgrad/optim/lr_scheduler.hpp>

#include <functional>

namespace xgrad::optim::lr_scheduler {

/// Schedules of one optimiser; they must live as long as what is made of them: `{warmup, decay}`.
using Schedulers = std::vector<std::reference_wrapper<LRScheduler>>;

/// The first schedule until epoch milestones[0], the second until milestones[1], and so on, each from its beginning.
///
///     optim::lr_scheduler::LinearLR warmup(optimizer, start_factor = 0.1, total_iters = 5);
///     optim::lr_scheduler::ExponentialLR decay(optimizer, 0.95);
///     optim::lr_scheduler::SequentialLR scheduler(optimizer, {warmup, decay}, {5});
///
/// Throws ValueError for schedules of another optimiser and for a wrong number of milestones.
class SequentialLR : public LRScheduler {
 public:
  SequentialLR(Optimizer& optimizer, Schedulers schedulers, std::vector<std::int64_t> milestones,
               std::int64_t last_epoch = -1);
  void step() override;
  Value state_dict() const override;
  void load_state_dict(const Value& state_dict) override;
  /// Throws TypeError: there is no such step in PyTorch.
  void jump(double epoch) override;

 protected:
  std::vector<double> get_lr() override { return get_last_lr(); }

 private:
  Schedulers schedulers_;
  std::vector<std::int64_t> milestones_;
};

/// All schedules at every step, so that their factors multiply.
///
///     optim::lr_scheduler::ChainedScheduler scheduler({warmup, decay});
///
/// Throws ValueError for schedules of different optimisers, or none.
class ChainedScheduler : public LRScheduler {
 public:
  explicit ChainedScheduler(Schedulers schedulers);
  void step() override;
  Value state_dict() const override;
  void load_state_dict(const Value& state_dict) override;
  /// Throws TypeError: there is no such step in PyTorch.
  void jump(double epoch) override;

 protected:
  std::vector<double> get_lr() override { return get_last_lr(); }

 private:
  Schedulers schedulers_;
};

}  // namespace xgrad::optim::lr_scheduler
