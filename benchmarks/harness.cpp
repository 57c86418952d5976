#include "harness.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>

namespace bench {
namespace {

constexpr int kLeastRounds = 9;

double now_ns() {
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double used_ns() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) * 1e9 + static_cast<double>(used.tv_nsec);
}

/// Nanoseconds a run.
double turn(const Contender& c, long runs, double (*clock)()) {
  const double start = clock();
  for (long i = 0; i < runs; ++i) c.run();
  return (clock() - start) / static_cast<double>(runs);
}

}  // namespace

Quartiles quartiles(std::vector<double> sample) {
  std::sort(sample.begin(), sample.end());
  const auto at = [&](double q) {
    return sample[static_cast<std::size_t>(q * static_cast<double>(sample.size() - 1) + 0.5)];
  };
  return {at(0.25), at(0.5), at(0.75)};
}

Quartiles Times::ratio(std::size_t b, std::size_t a) const {
  std::vector<double> ratios;
  for (std::size_t r = 0; r < ns[a].size(); ++r) ratios.push_back(ns[b][r] / ns[a][r]);
  return quartiles(std::move(ratios));
}

Times take_turns(const std::vector<Contender>& contenders, double seconds, Clock which, double turn_ns) {
  const auto clock = which == Clock::Processor ? used_ns : now_ns;
  std::vector<long> runs;
  for (const Contender& c : contenders) {
    c.prepare();
    c.run();
    const double once = std::min(turn(c, 1, clock), turn(c, 1, clock));
    runs.push_back(std::max(1L, static_cast<long>(turn_ns / once)));
  }
  Times times;
  times.ns.resize(contenders.size());
  const double end = now_ns() + seconds * 1e9;
  for (int round = 0; round < kLeastRounds || (now_ns() < end && round < 500); ++round) {
    for (std::size_t k = 0; k < contenders.size(); ++k) {
      const std::size_t i = (k + static_cast<std::size_t>(round)) % contenders.size();
      contenders[i].prepare();
      contenders[i].run();
      times.ns[i].push_back(turn(contenders[i], runs[i], clock));
    }
  }
  return times;
}

}  // namespace bench
