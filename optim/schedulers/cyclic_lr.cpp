#include <xgrad/optim/schedulers/cyclic_lr.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace xgrad::optim::lr_scheduler {
namespace {

/// A group's option "momentum", or the first of its "betas".
void set_momentum(OptimizerParamGroup& group, double value) {
  for (const Field& field : group.options().fields()) {
    if (std::string_view(field.name()) == "momentum") return field.set(value);
    if (std::string_view(field.name()) != "betas") continue;
    return field.set(Value::tuple({value, field.get().items()[1]}));
  }
}

bool has_option(Optimizer& optimizer, std::string_view name) { return find(optimizer.defaults().fields(), name); }

void check_momentum(bool there) {
  check<ValueError>(there, "optimizer must support momentum with `cycle_momentum` option enabled");
}

}  // namespace

void CyclicLROptions::begin(Optimizer& optimizer) {
  auto& groups = optimizer.param_groups();
  base_lrs_ = detail::for_groups("base_lr", optimizer, detail::required(base_lr_, "base_lr"));
  if (last_epoch() == -1) {
    for (std::size_t g = 0; g < groups.size(); ++g) groups[g].options().set_lr(base_lrs_[g]);
  }
  max_lrs_ = detail::for_groups("max_lr", optimizer, detail::required(max_lr_, "max_lr"));
  total_size_ = step_size_up_ + step_size_down_.value_or(step_size_up_);
  check<ValueError>(total_size_ != 0, "float division by zero");
  step_ratio_ = step_size_up_ / total_size_;
  constexpr std::array<std::string_view, 3> kModes{"triangular", "triangular2", "exp_range"};
  check<ValueError>(scale_fn_ || std::ranges::count(kModes, mode_), "mode is invalid and scale_fn is None");
  if (!scale_fn_) scale_mode_ = mode_ == "exp_range" ? "iterations" : "cycle";
  if (!cycle_momentum_) return;
  check_momentum(has_option(optimizer, "momentum"));
  base_momentums_ = detail::for_groups("base_momentum", optimizer, base_momentum_);
  max_momentums_ = detail::for_groups("max_momentum", optimizer, max_momentum_);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (last_epoch() == -1)
      set_momentum(groups[g], base_momentums_[g]);
    else
      base_momentums_[g] = find(groups[g].options().fields(), "momentum")->get().as_float();
  }
}

Fields CyclicLROptions::fields() {
  Fields all{{"max_lrs", &max_lrs_},       {"total_size", &total_size_},
             {"step_ratio", &step_ratio_}, {"mode", &mode_},
             {"gamma", &gamma_},           {"_scale_fn_custom", kAlwaysNone},
             {"scale_mode", &scale_mode_}, {"cycle_momentum", &cycle_momentum_}};
  if (cycle_momentum_) {
    all.push_back({"base_momentums", &base_momentums_});
    all.push_back({"max_momentums", &max_momentums_});
  }
  return all;
}

double CyclicLROptions::scale(double x) const {
  if (scale_fn_) return scale_fn_(x);
  if (mode_ == "triangular2") return 1 / std::pow(2.0, x - 1);
  return mode_ == "exp_range" ? std::pow(gamma_, x) : 1;
}

double CyclicLROptions::next_lr(const LRScheduler& s, std::size_t g) const {
  const auto step = static_cast<double>(s.last_epoch());
  const double cycle = std::floor(1 + step / total_size_), x = 1.0 + step / total_size_ - cycle;
  const double height = x <= step_ratio_ ? x / step_ratio_ : (x - 1) / (step_ratio_ - 1);
  const double scaled = scale(scale_mode_ == "cycle" ? cycle : step);
  if (cycle_momentum_ && g < max_momentums_.size())
    set_momentum(s.optimizer().param_groups()[g],
                 max_momentums_[g] - (max_momentums_[g] - base_momentums_[g]) * height * scaled);
  return s.base_lr(g) + (max_lrs_[g] - s.base_lr(g)) * height * scaled;
}

void OneCycleLROptions::begin(Optimizer& optimizer) {
  const PerGroup& max_lr = detail::required(max_lr_, "max_lr");
  check<ValueError>(total_steps_ || (epochs_ && steps_per_epoch_),
                    "You must define either total_steps OR (epochs AND steps_per_epoch)");
  if (!total_steps_) {
    check<ValueError>(*epochs_ > 0, "Expected positive integer epochs, but got {}", *epochs_);
    check<ValueError>(*steps_per_epoch_ > 0, "Expected positive integer steps_per_epoch, but got {}",
                      *steps_per_epoch_);
    total_steps_ = *epochs_ * *steps_per_epoch_;
  }
  check<ValueError>(*total_steps_ > 0, "Expected positive integer total_steps, but got {}", *total_steps_);
  check<ValueError>(pct_start_ >= 0 && pct_start_ <= 1, "Expected float between 0 and 1 pct_start, but got {}",
                    pct_start_);
  check<ValueError>(anneal_strategy_ == "cos" || anneal_strategy_ == "linear",
                    "anneal_strategy must by one of 'cos' or 'linear', instead got {}", anneal_strategy_);
  auto& groups = optimizer.param_groups();
  const auto max_lrs = detail::for_groups("max_lr", optimizer, max_lr);
  for (std::size_t g = 0; last_epoch() == -1 && g < groups.size(); ++g) {
    groups[g].set_note("initial_lr", max_lrs[g] / div_factor_);
    groups[g].set_note("max_lr", max_lrs[g]);
    groups[g].set_note("min_lr", max_lrs[g] / div_factor_ / final_div_factor_);
  }
  if (!cycle_momentum_) return;
  use_beta1_ = has_option(optimizer, "betas");
  check_momentum(use_beta1_ || has_option(optimizer, "momentum"));
  const auto highest = detail::for_groups("max_momentum", optimizer, max_momentum_);
  const auto lowest = detail::for_groups("base_momentum", optimizer, base_momentum_);
  for (std::size_t g = 0; last_epoch() == -1 && g < groups.size(); ++g) {
    set_momentum(groups[g], highest[g]);
    groups[g].set_note("max_momentum", highest[g]);
    groups[g].set_note("base_momentum", lowest[g]);
  }
}

Fields OneCycleLROptions::fields() {
  Fields all{{"total_steps", &total_steps_}, {"cycle_momentum", &cycle_momentum_}};
  if (cycle_momentum_) all.push_back({"use_beta1", &use_beta1_});
  return all;
}

double OneCycleLROptions::between(double from, double to, double part) const {
  if (anneal_strategy_ == "linear") return (to - from) * part + from;
  return to + (from - to) / 2.0 * (std::cos(std::numbers::pi * part) + 1);
}

double OneCycleLROptions::next_lr(const LRScheduler& s, std::size_t g) const {
  struct Phase {
    double end;
    const char *start_lr, *end_lr, *start_momentum, *end_momentum;
  };
  const auto steps = static_cast<double>(*total_steps_), step = static_cast<double>(s.last_epoch());
  check<ValueError>(step <= steps, "Tried to step {} times. The specified number of total steps is {}",
                    s.last_epoch() + 1, *total_steps_);
  std::vector<Phase> phases{{pct_start_ * steps - 1, "initial_lr", "max_lr", "max_momentum", "base_momentum"}};
  if (three_phase_) {
    phases.push_back({2 * pct_start_ * steps - 2, "max_lr", "initial_lr", "base_momentum", "max_momentum"});
    phases.push_back({steps - 1, "initial_lr", "min_lr", "max_momentum", "max_momentum"});
  } else {
    phases.push_back({steps - 1, "max_lr", "min_lr", "base_momentum", "max_momentum"});
  }
  std::size_t i = 0;
  while (i + 1 < phases.size() && step > phases[i].end) ++i;
  const double start = i == 0 ? 0 : phases[i - 1].end, part = (step - start) / (phases[i].end - start);
  OptimizerParamGroup& group = s.optimizer().param_groups()[g];
  const auto noted = [&](const char* name) {
    const double* value = group.note(name);
    check<IndexError>(value, "KeyError: '{}'\n  hint: this parameter group was added after the schedule was made",
                      name);
    return *value;
  };
  if (cycle_momentum_)
    set_momentum(group, between(noted(phases[i].start_momentum), noted(phases[i].end_momentum), part));
  return between(noted(phases[i].start_lr), noted(phases[i].end_lr), part);
}

}  // namespace xgrad::optim::lr_scheduler
