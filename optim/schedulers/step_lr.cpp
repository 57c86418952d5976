#include <xgrad/optim/schedulers/step_lr.hpp>

#include <algorithm>
#include <cmath>

namespace xgrad::optim::lr_scheduler {

double StepLROptions::next_lr(const LRScheduler& s, std::size_t g) const {
  return s.last_epoch() == 0 || s.last_epoch() % *step_size_ != 0 ? s.lr(g) : s.lr(g) * gamma_;
}

double StepLROptions::closed_form(const LRScheduler& s, std::size_t g) const {
  return s.base_lr(g) * std::pow(gamma_, s.last_epoch() / *step_size_);
}

MultiStepLROptions& MultiStepLROptions::sort(std::vector<std::int64_t> milestones) {
  std::sort(milestones.begin(), milestones.end());
  milestones_ = std::move(milestones);
  return *this;
}

double MultiStepLROptions::next_lr(const LRScheduler& s, std::size_t g) const {
  const auto times = std::ranges::count(milestones_, s.last_epoch());
  return times == 0 ? s.lr(g) : s.lr(g) * std::pow(gamma_, times);
}

double MultiStepLROptions::closed_form(const LRScheduler& s, std::size_t g) const {
  return s.base_lr(g) * std::pow(gamma_, std::ranges::upper_bound(milestones_, s.last_epoch()) - milestones_.begin());
}

Value MultiStepLR::state_dict() const {
  Value::Dict counts;
  for (const std::int64_t epoch : const_cast<MultiStepLR*>(this)->options().sorted_milestones()) {
    if (!counts.entries.empty() && counts.entries.back().first.as_int() == epoch)
      counts.entries.back().second = counts.entries.back().second.as_int() + 1;
    else
      counts.entries.emplace_back(epoch, 1);
  }
  Value packed = Schedule::state_dict();
  packed.as_dict().entries.insert(packed.as_dict().entries.begin(), {"milestones", std::move(counts)});
  return packed;
}

void MultiStepLR::load_state_dict(const Value& state_dict) {
  Schedule::load_state_dict(state_dict);
  const Value* counts = state_dict.as_dict().find("milestones");
  if (!counts) return;
  std::vector<std::int64_t> all;
  for (const auto& [epoch, times] : counts->as_dict().entries) {
    for (std::int64_t i = 0; i < times.as_int(); ++i) all.push_back(epoch.as_int());
  }
  options().milestones(all);
}

}  // namespace xgrad::optim::lr_scheduler
