/// Schedules by a factor that follows from the epoch: ConstantLR, LinearLR, ExponentialLR and PolynomialLR.
#pragma once

#include <xgrad/optim/lr_scheduler.hpp>

namespace xgrad::optim::lr_scheduler {

class ConstantLROptions : public ScheduleOptions<ConstantLROptions> {
 public:
  using Positional =
      kwargs::Order<kwargs::key::factor, kwargs::key::total_iters, kwargs::key::last_epoch, kwargs::key::verbose>;
  static constexpr bool kFromBase = false;
  /// Throws ValueError for a factor outside of [0, 1].
  void begin(Optimizer&) const;
  double next_lr(const LRScheduler& s, std::size_t g) const;
  double closed_form(const LRScheduler& s, std::size_t g) const;
  Fields fields() { return {{"factor", &factor_}, {"total_iters", &total_iters_}}; }

  XGRAD_ARG(double, factor) = 1.0 / 3;
  XGRAD_ARG(std::int64_t, total_iters) = 5;
};

/// lr = initial lr · factor until epoch total_iters, then the initial lr.
///
///     optim::lr_scheduler::ConstantLR scheduler(optimizer, factor = 0.5, total_iters = 4);
class ConstantLR : public Schedule<ConstantLROptions> {
 public:
  using Schedule::Schedule;
};

class LinearLROptions : public ScheduleOptions<LinearLROptions> {
 public:
  using Positional = kwargs::Order<kwargs::key::start_factor, kwargs::key::end_factor, kwargs::key::total_iters,
                                   kwargs::key::last_epoch, kwargs::key::verbose>;
  static constexpr bool kFromBase = false;
  /// Throws ValueError for factors outside of [0, 1].
  void begin(Optimizer&) const;
  double next_lr(const LRScheduler& s, std::size_t g) const;
  double closed_form(const LRScheduler& s, std::size_t g) const;
  Fields fields() {
    return {{"start_factor", &start_factor_}, {"end_factor", &end_factor_}, {"total_iters", &total_iters_}};
  }

  XGRAD_ARG(double, start_factor) = 1.0 / 3;
  XGRAD_ARG(double, end_factor) = 1.0;
  XGRAD_ARG(std::int64_t, total_iters) = 5;
};

/// lr = initial lr · (start_factor + (end_factor − start_factor) · min(epoch, total_iters) / total_iters).
///
///     optim::lr_scheduler::LinearLR warmup(optimizer, start_factor = 0.1, total_iters = 10);
class LinearLR : public Schedule<LinearLROptions> {
 public:
  using Schedule::Schedule;
};

class ExponentialLROptions : public ScheduleOptions<ExponentialLROptions> {
 public:
  using Positional = kwargs::Order<kwargs::key::gamma, kwargs::key::last_epoch, kwargs::key::verbose>;
  static constexpr bool kFromBase = false;
  ExponentialLROptions() = default;
  ExponentialLROptions(double gamma) : gamma_(gamma) {}
  void begin(Optimizer&) const { detail::required(gamma_, "gamma"); }
  double next_lr(const LRScheduler& s, std::size_t g) const;
  double closed_form(const LRScheduler& s, std::size_t g) const;
  Fields fields() { return {{"gamma", &gamma_}}; }

  XGRAD_ARG(std::optional<double>, gamma);
};

/// lr = initial lr · gamma^epoch.
///
///     optim::lr_scheduler::ExponentialLR scheduler(optimizer, kw::gamma = 0.95);
class ExponentialLR : public Schedule<ExponentialLROptions> {
 public:
  using Schedule::Schedule;
};

class PolynomialLROptions : public ScheduleOptions<PolynomialLROptions> {
 public:
  using Positional =
      kwargs::Order<kwargs::key::total_iters, kwargs::key::power, kwargs::key::last_epoch, kwargs::key::verbose>;
  static constexpr bool kFromBase = false;
  double next_lr(const LRScheduler& s, std::size_t g) const;
  double closed_form(const LRScheduler& s, std::size_t g) const;
  Fields fields() { return {{"total_iters", &total_iters_}, {"power", &power_}}; }

  XGRAD_ARG(std::int64_t, total_iters) = 5;
  XGRAD_ARG(double, power) = 1.0;
};

/// lr = initial lr · (1 − min(epoch, total_iters) / total_iters)^power.
///
///     optim::lr_scheduler::PolynomialLR scheduler(optimizer, total_iters = 100, power = 2);
class PolynomialLR : public Schedule<PolynomialLROptions> {
 public:
  using Schedule::Schedule;
};

}  // namespace xgrad::optim::lr_scheduler
