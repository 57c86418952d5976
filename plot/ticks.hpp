/// Limits, tick positions and tick labels of an axis, chosen as matplotlib chooses them.
#pragma once

#include <string>
#include <vector>

namespace xgrad::plotting {

/// An interval, low <= high unless an axis is turned round.
struct Range {
  double low = 0, high = 1;

  double length() const { return high - low; }
};

/// Widens a range of (nearly) no length: v to v +- 5 % of |v|, zero to +-0.05.
Range widened(Range range);

/// Round numbers inside [low, high], 1, 2, 2.5 or 5 times a power of ten apart: at most `intervals` steps unless that
/// leaves fewer than two ticks.
std::vector<double> tick_positions(Range range, int intervals);

struct TickLabels {
  std::vector<std::string> text;
  std::string exponent;  ///< "1e6" when the numbers are written in millions, else empty
};

/// The numbers with as many decimals as tell them apart, in a common power of ten when they are above 10^6 or below
/// 10^-4. The minus sign is U+2212.
TickLabels format_ticks(const std::vector<double>& ticks);

}  // namespace xgrad::plotting
