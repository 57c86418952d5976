#include <xgrad/autograd/print.hpp>
#include <xgrad/optim/schedulers/reduce_lr_on_plateau.hpp>

#include <algorithm>
#include <limits>

namespace xgrad::optim::lr_scheduler {

ReduceLROnPlateauOptions& ReduceLROnPlateauOptions::min_lr(const std::vector<float>& each) {
  return min_lr(each.empty() ? PerGroup(0.0) : PerGroup(std::vector<double>(each.begin(), each.end())));
}

ReduceLROnPlateau::ReduceLROnPlateau(Optimizer& optimizer, ReduceLROnPlateauOptions options)
    : optimizer_(optimizer), options_(std::move(options)) {
  check<ValueError>(options_.factor() < 1, "Factor should be < 1.0.");
  const std::size_t groups = optimizer.param_groups().size();
  check<ValueError>(options_.min_lr().is_one() || options_.min_lr().size() == groups, "expected {} min_lrs, got {}",
                    groups, options_.min_lr().size());
  min_lrs_ = options_.min_lr().expand(groups);
  check_modes();
  best_ = worst_;
}

void ReduceLROnPlateau::check_modes() {
  const std::string &mode = options_.mode(), &threshold_mode = options_.threshold_mode();
  check<ValueError>(mode == "min" || mode == "max", "mode {} is unknown!", mode);
  check<ValueError>(threshold_mode == "rel" || threshold_mode == "abs", "threshold mode {} is unknown!",
                    threshold_mode);
  worst_ = (mode == "min" ? 1 : -1) * std::numeric_limits<double>::infinity();
}

bool ReduceLROnPlateau::is_better(double value) const {
  const bool relative = options_.threshold_mode() == "rel";
  if (options_.mode() == "min")
    return value < (relative ? best_ * (1.0 - options_.threshold()) : best_ - options_.threshold());
  return value > (relative ? best_ * (options_.threshold() + 1.0) : best_ + options_.threshold());
}

void ReduceLROnPlateau::step(double metrics) {
  ++last_epoch_;
  ++num_bad_epochs_;
  if (is_better(metrics)) {
    best_ = metrics;
    num_bad_epochs_ = 0;
  }
  if (cooldown_counter_ > 0) {
    --cooldown_counter_;
    num_bad_epochs_ = 0;
  }
  if (num_bad_epochs_ > options_.patience()) {
    reduce();
    cooldown_counter_ = options_.cooldown();
    num_bad_epochs_ = 0;
  }
  last_lr_.clear();
  for (const auto& group : optimizer_.param_groups()) last_lr_.push_back(group.options().get_lr());
}

void ReduceLROnPlateau::reduce() {
  auto& groups = optimizer_.param_groups();
  for (std::size_t g = 0; g < std::min(groups.size(), min_lrs_.size()); ++g) {
    OptimizerOptions& options = groups[g].options();
    const double before = options.get_lr(), after = std::max(before * options_.factor(), min_lrs_[g]);
    if (before - after <= options_.eps()) continue;
    options.set_lr(after);
    if (options_.verbose())
      print_line(fmt::format("Epoch {:05d}: reducing learning rate of group {} to {:.4e}.", last_epoch_, g, after));
  }
}

Fields ReduceLROnPlateau::fields() {
  Fields all{{"factor", &options_.factor_},
             {"min_lrs", &min_lrs_},
             {"patience", &options_.patience_},
             {"verbose", &options_.verbose_},
             {"cooldown", &options_.cooldown_},
             {"cooldown_counter", &cooldown_counter_},
             {"mode", &options_.mode_},
             {"threshold", &options_.threshold_},
             {"threshold_mode", &options_.threshold_mode_},
             {"best", &best_},
             {"num_bad_epochs", &num_bad_epochs_},
             {"mode_worse", &worst_},
             {"eps", &options_.eps_},
             {"last_epoch", &last_epoch_}};
  if (!last_lr_.empty()) all.push_back({"_last_lr", &last_lr_});
  return all;
}

Value ReduceLROnPlateau::state_dict() const {
  Value::Dict packed;
  get_fields(const_cast<ReduceLROnPlateau*>(this)->fields(), packed);
  return packed;
}

void ReduceLROnPlateau::load_state_dict(const Value& state_dict) {
  set_fields(fields(), state_dict.as_dict());
  set_fields({{"_last_lr", &last_lr_}}, state_dict.as_dict());
  check_modes();
}

}  // namespace xgrad::optim::lr_scheduler
