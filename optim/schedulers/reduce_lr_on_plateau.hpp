/// ReduceLROnPlateau: lowers the learning rate when a metric stops improving.
#pragma once

#include <xgrad/optim/lr_scheduler.hpp>

namespace xgrad::optim::lr_scheduler {

namespace detail {
/// libtorch's words for the modes, `ReduceLROnPlateauScheduler::SchedulerMode::min`.
struct PlateauModes {
  enum SchedulerMode : std::uint8_t { min, max };
  enum ThresholdMode : std::uint8_t { rel, abs };
};
}  // namespace detail

class ReduceLROnPlateauOptions : public detail::PlateauModes {
 public:
  using Positional = kwargs::Order<kwargs::key::mode, kwargs::key::factor, kwargs::key::patience,
                                   kwargs::key::threshold, kwargs::key::threshold_mode, kwargs::key::cooldown,
                                   kwargs::key::min_lr, kwargs::key::eps, kwargs::key::verbose>;

  XGRAD_ARG(std::string, mode) = "min";
  XGRAD_ARG(double, factor) = 0.1;
  XGRAD_ARG(std::int64_t, patience) = 10;
  XGRAD_ARG(double, threshold) = 1e-4;
  XGRAD_ARG(std::string, threshold_mode) = "rel";
  XGRAD_ARG(std::int64_t, cooldown) = 0;
  XGRAD_ARG(PerGroup, min_lr) = 0.0;
  XGRAD_ARG(double, eps) = 1e-8;
  XGRAD_ARG(bool, verbose) = false;
  friend class ReduceLROnPlateau;

 public:
  auto& mode(std::same_as<SchedulerMode> auto value) { return mode(value == min ? "min" : "max"); }
  auto& threshold_mode(std::same_as<ThresholdMode> auto value) { return threshold_mode(value == rel ? "rel" : "abs"); }
  /// libtorch's list, which is empty for zeros.
  ReduceLROnPlateauOptions& min_lr(const std::vector<float>& each);
};

/// lr = max(lr · factor, min_lr) when the metric has not improved for more than `patience` epochs; then `cooldown`
/// epochs without counting. Better is lower (`mode` "min") or higher ("max") than the best so far by `threshold`, as a
/// part of it (`threshold_mode` "rel") or as it stands ("abs").
///
///     optim::lr_scheduler::ReduceLROnPlateau scheduler(optimizer, patience = 5);
///     scheduler.step(validation_loss);
///
/// The optimiser must live as long as the schedule. Throws ValueError for options that cannot be.
class ReduceLROnPlateau : public detail::PlateauModes {
 public:
  ReduceLROnPlateau(Optimizer& optimizer, ReduceLROnPlateauOptions options);
  /// Python's arguments: positional, or keywords.
  template <class... Args>
  requires(sizeof...(Args) != 1 || !(std::is_same_v<std::remove_cvref_t<Args>, ReduceLROnPlateauOptions> ||
                                     ...)) explicit ReduceLROnPlateau(Optimizer& optimizer, Args&&... args)
      : ReduceLROnPlateau(optimizer, kwargs::apply(ReduceLROnPlateauOptions(), std::forward<Args>(args)...)) {}

  void step(double metrics);
  void step(const Tensor& metrics) { step(metrics.item<double>()); }

  /// What the last step() left, for each parameter group; empty before.
  const std::vector<double>& get_last_lr() const { return last_lr_; }
  double best() const { return best_; }
  std::int64_t num_bad_epochs() const { return num_bad_epochs_; }
  Value state_dict() const;
  void load_state_dict(const Value& state_dict);

 private:
  bool is_better(double value) const;
  void reduce();
  void check_modes();
  Fields fields();

  Optimizer& optimizer_;
  ReduceLROnPlateauOptions options_;
  std::vector<double> min_lrs_, last_lr_;
  double best_ = 0, worst_ = 0;
  std::int64_t num_bad_epochs_ = 0, cooldown_counter_ = 0, last_epoch_ = 0;
};

}  // namespace xgrad::optim::lr_scheduler

namespace xgrad::optim {
using ReduceLROnPlateauScheduler = lr_scheduler::ReduceLROnPlateau;  // libtorch's name
}  // namespace xgrad::optim
