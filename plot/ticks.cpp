#include <xgrad/plot/ticks.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace xgrad::plotting {
namespace {

constexpr std::array<double, 4> kSteps = {1, 2, 2.5, 5};
constexpr double kSlack = 1e-10;  // of a step: a tick on the limit counts as inside

/// The i-th round step from 10^exponent on; i may be negative.
double round_step(int i, int exponent) {
  const int n = static_cast<int>(kSteps.size());
  const int decade = i >= 0 ? i / n : -((n - 1 - i) / n);
  const double mantissa = kSteps[static_cast<std::size_t>(i - decade * n)];
  const int e = exponent + decade;
  return e >= 0 ? mantissa * std::pow(10.0, e) : mantissa / std::pow(10.0, -e);  // powers below one are inexact
}

std::vector<double> multiples(Range range, double step) {
  const double first = std::ceil(range.low / step - kSlack), last = std::floor(range.high / step + kSlack);
  std::vector<double> out;
  for (double k = first; k <= last; ++k) out.push_back(k * step + 0.0);  // + 0.0: no negative zero
  return out;
}

double largest(const std::vector<double>& values) {
  double out = 0;
  for (const double v : values) out = std::max(out, std::abs(v));
  return out;
}

std::string with_minus_sign(std::string number) {
  return number.starts_with('-') ? "\u2212" + number.substr(1) : number;
}

}  // namespace

Range widened(Range range) {
  const double size = std::max(std::abs(range.low), std::abs(range.high));
  if (range.length() > size * 1e-13 && range.length() > 1e-300) return range;
  if (size < 1e-290) return {-0.05, 0.05};
  return {range.low - 0.05 * size, range.high + 0.05 * size};
}

std::vector<double> tick_positions(Range range, int intervals) {
  const double least = range.length() / std::max(intervals, 1);
  const int exponent = static_cast<int>(std::floor(std::log10(least)));
  int i = 0;
  while (round_step(i, exponent) < least * (1 - kSlack)) ++i;
  std::vector<double> ticks = multiples(range, round_step(i, exponent));
  while (ticks.size() < 2) ticks = multiples(range, round_step(--i, exponent));
  return ticks;
}

TickLabels format_ticks(const std::vector<double>& ticks) {
  TickLabels out;
  if (ticks.empty()) return out;
  const double size = largest(ticks);
  int exponent = size > 0 ? static_cast<int>(std::floor(std::log10(size) + 1e-12)) : 0;
  if (exponent > -5 && exponent < 6)
    exponent = 0;
  else
    out.exponent = fmt::format("1e{}", with_minus_sign(std::to_string(exponent)));

  const auto scaled = [&](double v) {
    return exponent >= 0 ? v / std::pow(10.0, exponent) : v * std::pow(10.0, -exponent);
  };
  const auto [low, high] = std::minmax_element(ticks.begin(), ticks.end());
  const double spread = *low == *high ? std::abs(scaled(*low)) : scaled(*high) - scaled(*low);
  const double tolerance = spread * 1e-4;
  int decimals = 0;
  const auto exact = [&](double v) {
    const double unit = std::pow(10.0, decimals);
    return std::abs(std::round(scaled(v) * unit) / unit - scaled(v)) <= tolerance;
  };
  while (decimals < 12 && !std::all_of(ticks.begin(), ticks.end(), exact)) ++decimals;
  for (const double v : ticks) {
    const double shown = std::abs(scaled(v)) < tolerance ? 0.0 : scaled(v);
    out.text.push_back(with_minus_sign(fmt::format("{:.{}f}", shown, decimals)));
  }
  return out;
}

}  // namespace xgrad::plotting
