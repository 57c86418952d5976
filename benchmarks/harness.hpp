/// Interleaved timing: every contender runs in every round, so that ratios compare the same moments of a shared
/// machine.
#pragma once

#include <functional>
#include <vector>

namespace bench {

struct Contender {
  std::function<void()> prepare;  ///< before each turn, not timed
  std::function<void()> run;
};

/// The median of a sample and its quartiles.
struct Quartiles {
  double low = 0, median = 0, high = 0;
};
Quartiles quartiles(std::vector<double> sample);

struct Times {
  std::vector<std::vector<double>> ns;  ///< [contender][round], for one run
  /// Contender b's time over contender a's, round by round.
  Quartiles ratio(std::size_t b, std::size_t a) const;
};

/// The time that passed, or the processor time of this process, in which other programs count for less.
enum class Clock { Wall, Processor };

/// Runs the contenders in turns for about `seconds`, at least nine times each. A turn is an untimed run and then as
/// many as fit in `turn_ns`.
Times take_turns(const std::vector<Contender>& contenders, double seconds, Clock clock, double turn_ns);

}  // namespace bench
