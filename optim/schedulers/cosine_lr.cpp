#include <xgrad/optim/schedulers/cosine_lr.hpp>

#include <cmath>
#include <numbers>

namespace xgrad::optim::lr_scheduler {
namespace {

constexpr double kPi = std::numbers::pi;

double annealed(double from, double to, double turn) { return to + (from - to) * (1 + std::cos(turn)) / 2; }

}  // namespace

double CosineAnnealingLROptions::next_lr(const LRScheduler& s, std::size_t g) const {
  const std::int64_t epoch = s.last_epoch(), period = *T_max_;
  const auto e = static_cast<double>(epoch), t = static_cast<double>(period);
  if (epoch == 0) return s.lr(g);
  if (s.step_count() == 1 && epoch > 0) return annealed(s.base_lr(g), eta_min_, e * kPi / t);
  // At the end of each second half, of periods of any length.
  if ((epoch - 1) % period == 0 && (epoch - 1) / period % 2 != 0)
    return s.lr(g) + (s.base_lr(g) - eta_min_) * (1 - std::cos(kPi / t)) / 2;
  return (1 + std::cos(kPi * e / t)) / (1 + std::cos(kPi * (e - 1) / t)) * (s.lr(g) - eta_min_) + eta_min_;
}

double CosineAnnealingLROptions::closed_form(const LRScheduler& s, std::size_t g) const {
  return annealed(s.base_lr(g), eta_min_, kPi * static_cast<double>(s.last_epoch()) / static_cast<double>(*T_max_));
}

void CosineAnnealingWarmRestartsOptions::begin(Optimizer&) {
  T_i_ = detail::required(T_0_, "T_0");
  check<ValueError>(T_i_ > 0, "Expected positive integer T_0, but got {}", T_i_);
  check<ValueError>(T_mult_ >= 1, "Expected integer T_mult >= 1, but got {}", T_mult_);
  T_cur_ = static_cast<double>(last_epoch());
}

double CosineAnnealingWarmRestartsOptions::next_lr(const LRScheduler& s, std::size_t g) const {
  return annealed(s.base_lr(g), eta_min_, kPi * T_cur_ / static_cast<double>(T_i_));
}

void CosineAnnealingWarmRestartsOptions::advance() {
  T_cur_ += 1;
  if (T_cur_ < static_cast<double>(T_i_)) return;
  T_cur_ -= static_cast<double>(T_i_);
  T_i_ *= T_mult_;
}

void CosineAnnealingWarmRestartsOptions::go_to(double epoch) {
  check<ValueError>(epoch >= 0, "Expected non-negative epoch, but got {}", epoch);
  const auto first = static_cast<double>(*T_0_), ratio = static_cast<double>(T_mult_);
  if (epoch < first) {
    T_i_ = *T_0_;
    T_cur_ = epoch;
  } else if (T_mult_ == 1) {
    T_cur_ = std::fmod(epoch, first);
  } else {
    const double periods = std::floor(std::log(epoch / first * (ratio - 1) + 1) / std::log(ratio));
    T_cur_ = epoch - first * (std::pow(ratio, periods) - 1) / (ratio - 1);
    T_i_ = static_cast<std::int64_t>(first * std::pow(ratio, periods));
  }
}

}  // namespace xgrad::optim::lr_scheduler
