/// Schedules that raise and lower learning rate and momentum together: CyclicLR and OneCycleLR.
#pragma once

#include <xgrad/optim/lr_scheduler.hpp>

#include <functional>

namespace xgrad::optim::lr_scheduler {

class CyclicLROptions : public ScheduleOptions<CyclicLROptions> {
 public:
  using Positional =
      kwargs::Order<kwargs::key::base_lr, kwargs::key::max_lr, kwargs::key::step_size_up, kwargs::key::step_size_down,
                    kwargs::key::mode, kwargs::key::gamma, kwargs::key::scale_fn, kwargs::key::scale_mode,
                    kwargs::key::cycle_momentum, kwargs::key::base_momentum, kwargs::key::max_momentum,
                    kwargs::key::last_epoch, kwargs::key::verbose>;
  static constexpr bool kFromBase = true;
  /// Throws ValueError for an unknown mode, for a wrong number of rates, and for an optimiser without momentum.
  void begin(Optimizer& optimizer);
  double next_lr(const LRScheduler& s, std::size_t g) const;
  const std::vector<double>& base_lrs() const { return base_lrs_; }
  Fields fields();

  XGRAD_ARG(std::optional<PerGroup>, base_lr);
  XGRAD_ARG(std::optional<PerGroup>, max_lr);
  XGRAD_ARG(double, step_size_up) = 2000;
  XGRAD_ARG(std::optional<double>, step_size_down);
  XGRAD_ARG(std::string, mode) = "triangular";
  XGRAD_ARG(double, gamma) = 1.0;
  XGRAD_ARG(std::function<double(double)>, scale_fn);
  XGRAD_ARG(std::string, scale_mode) = "cycle";
  XGRAD_ARG(bool, cycle_momentum) = true;
  XGRAD_ARG(PerGroup, base_momentum) = 0.8;
  XGRAD_ARG(PerGroup, max_momentum) = 0.9;

 private:
  double scale(double x) const;

  std::vector<double> base_lrs_, max_lrs_, base_momentums_, max_momentums_;
  double total_size_ = 0, step_ratio_ = 0;
};

/// From base_lr up to max_lr in step_size_up steps and down again in step_size_down, and momentum the other way round:
/// lr = base_lr + (max_lr − base_lr) · height · scale, where the scale is 1 ("triangular"), halves with each cycle
/// ("triangular2"), is gamma^step ("exp_range") or `scale_fn` of the cycle or step (`scale_mode` "cycle" or
/// "iterations"). Step it after every batch.
///
///     optim::lr_scheduler::CyclicLR scheduler(optimizer, base_lr = 0.01, max_lr = 0.1, step_size_up = 500);
///
/// Smith, "Cyclical Learning Rates for Training Neural Networks", 2015.
class CyclicLR : public Schedule<CyclicLROptions> {
 public:
  using Schedule::Schedule;
};

class OneCycleLROptions : public ScheduleOptions<OneCycleLROptions> {
 public:
  using Positional = kwargs::Order<kwargs::key::max_lr, kwargs::key::total_steps, kwargs::key::epochs,
                                   kwargs::key::steps_per_epoch, kwargs::key::pct_start, kwargs::key::anneal_strategy,
                                   kwargs::key::cycle_momentum, kwargs::key::base_momentum, kwargs::key::max_momentum,
                                   kwargs::key::div_factor, kwargs::key::final_div_factor, kwargs::key::three_phase,
                                   kwargs::key::last_epoch, kwargs::key::verbose>;
  static constexpr bool kFromBase = false;
  OneCycleLROptions() = default;
  OneCycleLROptions(PerGroup max_lr) : max_lr_(std::move(max_lr)) {}
  /// Throws ValueError if the number of steps is not given or not positive, and for other impossible values.
  void begin(Optimizer& optimizer);
  double next_lr(const LRScheduler& s, std::size_t g) const;
  Fields fields();

  XGRAD_ARG(std::optional<PerGroup>, max_lr);
  XGRAD_ARG(std::optional<std::int64_t>, total_steps);
  XGRAD_ARG(std::optional<std::int64_t>, epochs);
  XGRAD_ARG(std::optional<std::int64_t>, steps_per_epoch);
  XGRAD_ARG(double, pct_start) = 0.3;
  XGRAD_ARG(std::string, anneal_strategy) = "cos";
  XGRAD_ARG(bool, cycle_momentum) = true;
  XGRAD_ARG(PerGroup, base_momentum) = 0.85;
  XGRAD_ARG(PerGroup, max_momentum) = 0.95;
  XGRAD_ARG(double, div_factor) = 25.0;
  XGRAD_ARG(double, final_div_factor) = 1e4;
  XGRAD_ARG(bool, three_phase) = false;

 private:
  double between(double from, double to, double part) const;

  bool use_beta1_ = false;
};

/// One large cycle: up from max_lr / div_factor to max_lr in the first pct_start of the steps, down to
/// max_lr / div_factor / final_div_factor in the rest (`three_phase`: first down as it came up, then on); momentum, or
/// beta 1 of Adam, the other way round. Annealed by cosine or by lines ("cos", "linear"). Step it after every batch;
/// throws ValueError after total_steps.
///
///     optim::lr_scheduler::OneCycleLR scheduler(optimizer, max_lr = 0.1, kw::epochs = 10,
///                                               steps_per_epoch = len(loader));
///
/// Smith and Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates", 2017.
class OneCycleLR : public Schedule<OneCycleLROptions> {
 public:
  using Schedule::Schedule;
};

}  // namespace xgrad::optim::lr_scheduler
