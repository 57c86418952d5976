/// Interleaved timing: every case of a group runs in every round, so that ratios compare the same moments of a shared
/// machine. Reports medians and the spread of the per-round ratios.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace bench {

struct Case {
  std::string name;
  std::function<void()> run;
  double per = 1;  ///< operations in one run, to report time an operation
};

inline double now_ns() {
  using Clock = std::chrono::steady_clock;
  return std::chrono::duration<double, std::nano>(Clock::now().time_since_epoch()).count();
}

inline double quantile(std::vector<double> v, double q) {
  std::sort(v.begin(), v.end());
  return v[static_cast<std::size_t>(q * static_cast<double>(v.size() - 1) + 0.5)];
}

/// Times the cases in turns and prints a row each: median, and the ratio to the first case with its quartiles.
inline std::vector<double> run(const std::string& title, const std::vector<Case>& cases, int rounds = 51,
                               double slice_ms = 2) {
  std::vector<long> repeats;
  for (const Case& c : cases) {
    c.run();  // warm-up
    const double start = now_ns();
    c.run();
    repeats.push_back(std::max(1L, static_cast<long>(slice_ms * 1e6 / (now_ns() - start))));
  }
  std::vector<std::vector<double>> times(cases.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t k = 0; k < cases.size(); ++k) {
      const std::size_t i = (k + static_cast<std::size_t>(round)) % cases.size();
      const double start = now_ns();
      for (long r = 0; r < repeats[i]; ++r) cases[i].run();
      times[i].push_back((now_ns() - start) / (static_cast<double>(repeats[i]) * cases[i].per));
    }
  }
  std::printf("%s\n", title.c_str());
  std::vector<double> medians;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    std::vector<double> ratios;
    for (std::size_t r = 0; r < times[i].size(); ++r) ratios.push_back(times[i][r] / times[0][r]);
    medians.push_back(quantile(times[i], 0.5));
    std::printf("  %-44s %12.1f ns   x%.3f (%.3f-%.3f)\n", cases[i].name.c_str(), medians.back(), quantile(ratios, 0.5),
                quantile(ratios, 0.25), quantile(ratios, 0.75));
  }
  return medians;
}

}  // namespace bench
