/// Schedules given by a function: LambdaLR and MultiplicativeLR.
#pragma once

#include <xgrad/optim/lr_scheduler.hpp>

#include <functional>

namespace xgrad::optim::lr_scheduler {

/// From an epoch to a factor: one function, or one for each parameter group.
class FactorOptions : public ScheduleOptions<FactorOptions> {
 public:
  using Function = std::function<double(std::int64_t)>;
  using Positional = kwargs::Order<kwargs::key::lr_lambda, kwargs::key::last_epoch, kwargs::key::verbose>;
  FactorOptions() = default;
  FactorOptions& lr_lambda(Function f) { return one_ = true, lambdas_ = {std::move(f)}, *this; }
  FactorOptions& lr_lambda(std::vector<Function> each) { return one_ = false, lambdas_ = std::move(each), *this; }
  /// Throws ValueError if there is not one function for each group.
  void begin(Optimizer& optimizer) const;
  /// The function of a group, called; also for a group that was added later.
  double factor(std::size_t group, std::int64_t epoch) const { return lambdas_[one_ ? 0 : group](epoch); }
  Fields fields() { return {}; }

 private:
  std::vector<Function> lambdas_;
  bool one_ = false;
};

class LambdaLROptions : public FactorOptions {
 public:
  static constexpr bool kFromBase = true;
  double next_lr(const LRScheduler& s, std::size_t g) const { return s.base_lr(g) * factor(g, s.last_epoch()); }
};

class MultiplicativeLROptions : public FactorOptions {
 public:
  static constexpr bool kFromBase = true;  // as in Python, which makes its list of functions once
  double next_lr(const LRScheduler& s, std::size_t g) const {
    return s.last_epoch() > 0 ? s.lr(g) * factor(g, s.last_epoch()) : s.lr(g);
  }
};

/// lr = initial lr · f(epoch).
///
///     optim::lr_scheduler::LambdaLR scheduler(optimizer, lr_lambda = [](int epoch) { return std::pow(0.95, epoch); });
class LambdaLR : public Schedule<LambdaLROptions> {
 public:
  using Schedule::Schedule;
  /// With an entry for the functions, which are not saved: None for each.
  Value state_dict() const override;
};

/// lr = lr · f(epoch), from epoch 1 on.
///
///     optim::lr_scheduler::MultiplicativeLR scheduler(optimizer, lr_lambda = [](int) { return 0.95; });
class MultiplicativeLR : public Schedule<MultiplicativeLROptions> {
 public:
  using Schedule::Schedule;
  Value state_dict() const override;
};

}  // namespace xgrad::optim::lr_scheduler
