/// Cosine annealing, with and without restarts.
#pragma once

#include <xgrad/optim/lr_scheduler.hpp>

namespace xgrad::optim::lr_scheduler {

class CosineAnnealingLROptions : public ScheduleOptions<CosineAnnealingLROptions> {
 public:
  using Positional =
      kwargs::Order<kwargs::key::T_max, kwargs::key::eta_min, kwargs::key::last_epoch, kwargs::key::verbose>;
  static constexpr bool kFromBase = true;
  CosineAnnealingLROptions() = default;
  CosineAnnealingLROptions(std::int64_t T_max) : T_max_(T_max) {}
  void begin(Optimizer&) const { detail::check_divisor(detail::required(T_max_, "T_max")); }
  double next_lr(const LRScheduler& s, std::size_t g) const;
  double closed_form(const LRScheduler& s, std::size_t g) const;
  Fields fields() { return {{"T_max", &T_max_}, {"eta_min", Field::MaybeInt{&eta_min_}}}; }

  XGRAD_ARG(std::optional<std::int64_t>, T_max);
  XGRAD_ARG(double, eta_min) = 0;
};

/// lr = eta_min + (initial lr − eta_min) · (1 + cos(π · epoch / T_max)) / 2.
///
///     optim::lr_scheduler::CosineAnnealingLR scheduler(optimizer, T_max = 100);
///
/// Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2016.
class CosineAnnealingLR : public Schedule<CosineAnnealingLROptions> {
 public:
  using Schedule::Schedule;
};

class CosineAnnealingWarmRestartsOptions : public ScheduleOptions<CosineAnnealingWarmRestartsOptions> {
 public:
  using Positional = kwargs::Order<kwargs::key::T_0, kwargs::key::T_mult, kwargs::key::eta_min, kwargs::key::last_epoch,
                                   kwargs::key::verbose>;
  static constexpr bool kFromBase = true;
  CosineAnnealingWarmRestartsOptions() = default;
  CosineAnnealingWarmRestartsOptions(std::int64_t T_0) : T_0_(T_0) {}
  /// Throws ValueError unless T_0 and T_mult are positive.
  void begin(Optimizer&);
  double next_lr(const LRScheduler& s, std::size_t g) const;
  /// One epoch on.
  void advance();
  /// To any epoch; fractions are allowed.
  void go_to(double epoch);
  Fields fields() {
    return {{"T_0", &T_0_},
            {"T_i", &T_i_},
            {"T_mult", &T_mult_},
            {"eta_min", Field::MaybeInt{&eta_min_}},
            {"T_cur", Field::MaybeInt{&T_cur_}}};
  }

  XGRAD_ARG(std::optional<std::int64_t>, T_0);
  XGRAD_ARG(std::int64_t, T_mult) = 1;
  XGRAD_ARG(double, eta_min) = 0;

 private:
  std::int64_t T_i_ = 0;  // the length of the present period
  double T_cur_ = 0;      // epochs since it began
};

/// lr = eta_min + (initial lr − eta_min) · (1 + cos(π · T_cur / T_i)) / 2, where T_cur counts the epochs since the last
/// restart and the periods T_i are T_0, T_0·T_mult, T_0·T_mult², ... long.
///
///     optim::lr_scheduler::CosineAnnealingWarmRestarts scheduler(optimizer, T_0 = 10, T_mult = 2);
///     scheduler.step(epoch + i / batches);     // within an epoch
///
/// Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2016.
class CosineAnnealingWarmRestarts : public Schedule<CosineAnnealingWarmRestartsOptions> {
 public:
  using Schedule::Schedule;
  using Schedule::step;
  /// To that epoch, which may have a fraction; throws ValueError for a negative one.
  void step(double epoch) { jump(epoch); }
};

}  // namespace xgrad::optim::lr_scheduler
