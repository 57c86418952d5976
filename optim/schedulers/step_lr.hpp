/// Schedules that fall in steps: StepLR and MultiStepLR.
#pragma once

#include <xgrad/optim/lr_scheduler.hpp>

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

namespace xgrad::optim::lr_scheduler {

class StepLROptions : public ScheduleOptions<StepLROptions> {
 public:
  using Positional =
      kwargs::Order<kwargs::key::step_size, kwargs::key::gamma, kwargs::key::last_epoch, kwargs::key::verbose>;
  static constexpr bool kFromBase = false;
  StepLROptions() = default;
  StepLROptions(std::int64_t step_size) : step_size_(step_size) {}
  void begin(Optimizer&) const { detail::check_divisor(detail::required(step_size_, "step_size")); }
  double next_lr(const LRScheduler& s, std::size_t g) const;
  double closed_form(const LRScheduler& s, std::size_t g) const;
  Fields fields() { return {{"step_size", &step_size_}, {"gamma", &gamma_}}; }

  XGRAD_ARG(std::optional<std::int64_t>, step_size);
  XGRAD_ARG(double, gamma) = 0.1;
};

/// lr = initial lr · gamma^⌊epoch / step_size⌋.
///
///     optim::lr_scheduler::StepLR scheduler(optimizer, step_size = 30, kw::gamma = 0.1);
class StepLR : public Schedule<StepLROptions> {
 public:
  using Schedule::Schedule;
};

class MultiStepLROptions : public ScheduleOptions<MultiStepLROptions> {
 public:
  using Positional =
      kwargs::Order<kwargs::key::milestones, kwargs::key::gamma, kwargs::key::last_epoch, kwargs::key::verbose>;
  static constexpr bool kFromBase = false;
  MultiStepLROptions() = default;
  MultiStepLROptions(std::vector<std::int64_t> milestones) { sort(std::move(milestones)); }
  template <std::integral I>
  MultiStepLROptions& milestones(const std::vector<I>& v) {
    return sort(std::vector<std::int64_t>(v.begin(), v.end()));
  }
  const std::vector<std::int64_t>& milestones() const { return milestones_; }
  double next_lr(const LRScheduler& s, std::size_t g) const;
  double closed_form(const LRScheduler& s, std::size_t g) const;
  Fields fields() { return {{"gamma", &gamma_}}; }
  std::vector<std::int64_t>& sorted_milestones() { return milestones_; }

  XGRAD_ARG(double, gamma) = 0.1;

 private:
  MultiStepLROptions& sort(std::vector<std::int64_t> milestones);
  std::vector<std::int64_t> milestones_;
};

/// The learning rate is multiplied by gamma at each milestone, twice at one that is given twice.
///
///     optim::lr_scheduler::MultiStepLR scheduler(optimizer, milestones = {30, 80}, kw::gamma = 0.1);
class MultiStepLR : public Schedule<MultiStepLROptions> {
 public:
  using Schedule::Schedule;
  MultiStepLR(Optimizer& optimizer, std::initializer_list<std::int64_t> milestones, double gamma = 0.1)
      : Schedule(optimizer, MultiStepLROptions(milestones).gamma(gamma)) {}

  /// Python's entry is {epoch: how often}.
  Value state_dict() const override;
  void load_state_dict(const Value& state_dict) override;
};

}  // namespace xgrad::optim::lr_scheduler

namespace xgrad::optim {
using lr_scheduler::StepLR;  // libtorch's name
}  // namespace xgrad::optim
