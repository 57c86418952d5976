#include <xgrad/optim/schedulers/factor_lr.hpp>

#include <algorithm>
#include <cmath>

namespace xgrad::optim::lr_scheduler {
namespace {

double real(std::int64_t n) { return static_cast<double>(n); }

}  // namespace

void ConstantLROptions::begin(Optimizer&) const {
  check<ValueError>(factor_ <= 1 && factor_ >= 0, "Constant multiplicative factor expected to be between 0 and 1.");
}

double ConstantLROptions::next_lr(const LRScheduler& s, std::size_t g) const {
  if (s.last_epoch() == 0) return s.lr(g) * factor_;
  return s.last_epoch() == total_iters_ ? s.lr(g) * (1.0 / factor_) : s.lr(g);
}

double ConstantLROptions::closed_form(const LRScheduler& s, std::size_t g) const {
  return s.base_lr(g) * (factor_ + (s.last_epoch() >= total_iters_ ? 1 - factor_ : 0));
}

void LinearLROptions::begin(Optimizer&) const {
  check<ValueError>(start_factor_ <= 1 && start_factor_ >= 0,
                    "Starting multiplicative factor expected to be between 0 and 1.");
  check<ValueError>(end_factor_ <= 1 && end_factor_ >= 0,
                    "Ending multiplicative factor expected to be between 0 and 1.");
}

double LinearLROptions::next_lr(const LRScheduler& s, std::size_t g) const {
  if (s.last_epoch() == 0) return s.lr(g) * start_factor_;
  if (s.last_epoch() > total_iters_) return s.lr(g);
  const double rise = end_factor_ - start_factor_;
  return s.lr(g) * (1.0 + rise / (real(total_iters_) * start_factor_ + real(s.last_epoch() - 1) * rise));
}

double LinearLROptions::closed_form(const LRScheduler& s, std::size_t g) const {
  const double rise = end_factor_ - start_factor_;
  return s.base_lr(g) * (start_factor_ + rise * real(std::min(total_iters_, s.last_epoch())) / real(total_iters_));
}

double ExponentialLROptions::next_lr(const LRScheduler& s, std::size_t g) const {
  return s.last_epoch() == 0 ? s.lr(g) : s.lr(g) * *gamma_;
}

double ExponentialLROptions::closed_form(const LRScheduler& s, std::size_t g) const {
  return s.base_lr(g) * std::pow(*gamma_, s.last_epoch());
}

double PolynomialLROptions::next_lr(const LRScheduler& s, std::size_t g) const {
  if (s.last_epoch() == 0 || s.last_epoch() > total_iters_) return s.lr(g);
  const double now = 1.0 - real(s.last_epoch()) / real(total_iters_);
  const double before = 1.0 - real(s.last_epoch() - 1) / real(total_iters_);
  return s.lr(g) * std::pow(now / before, power_);
}

double PolynomialLROptions::closed_form(const LRScheduler& s, std::size_t g) const {
  return s.base_lr(g) * std::pow(1.0 - real(std::min(total_iters_, s.last_epoch())) / real(total_iters_), power_);
}

}  // namespace xgrad::optim::lr_scheduler
