#include <xgrad/autograd/gradcheck/slopes.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace xgrad::autograd::detail {
namespace {

/// The function on both sides of the point.
struct Sample {
  double up, down;  // the steps that were made
  Values above, below;
  std::exception_ptr failed_above, failed_below;
};

Sample sample(Element& x, double step, const Values& here, const Evaluate& f) {
  Sample s;
  s.up = x.shift(step);
  s.above = attempt(f, here, &s.failed_above);
  s.down = x.shift(-step);
  s.below = attempt(f, here, &s.failed_below);
  x.shift(0);
  return s;
}

/// Whether a step left the domain: what is finite at the point is not finite here.
bool outside(const Sample& s, const Values& here) {
  for (std::size_t row = 0; row < here.size(); ++row) {
    if (std::isfinite(here[row]) && !(std::isfinite(s.above[row]) && std::isfinite(s.below[row]))) return true;
  }
  return false;
}

Slope slope(const Sample& s, double here, std::size_t row) {
  return {.central = (s.above.at(row) - s.below.at(row)) / (s.up - s.down),
          .above = (s.above[row] - here) / s.up,
          .below = (s.below[row] - here) / s.down};
}

/// What rounding of the function's values alone does to a slope.
double rounding(const Sample& s, std::size_t row, double epsilon) {
  return 4 * epsilon * std::max(std::abs(s.above[row]), std::abs(s.below[row])) / (s.up - s.down);
}

/// One output seen at a ladder of shrinking steps.
class Ladder {
 public:
  Ladder(const std::vector<Sample>& samples, double unit, double here, std::size_t row, double epsilon)
      : unit_(unit), here_(here) {
    for (const Sample& s : samples) {
      if (!std::isfinite(s.above[row]) || !std::isfinite(s.below[row])) continue;
      rungs_.push_back({slope(s, here, row), (s.up - s.down) / 2, rounding(s, row, epsilon), s.above[row] - here,
                        s.below[row] - here, s.above[row], s.below[row]});
    }
    find_stairs();
    if (stairs_ == 0) believe_flat_ground_only_if_wide();
    find_errors();
  }

  Slope best() const {
    if (rungs_.empty()) {
      const double nan = std::numeric_limits<double>::quiet_NaN();
      return {.central = nan, .above = nan, .below = nan, .error = nan};
    }
    // A step may be too wide to see what happens near the point: then narrower steps, which know better, contradict it.
    const Rung* best = nullptr;
    double lowest = -std::numeric_limits<double>::infinity(), highest = -lowest;
    for (std::size_t k = rungs_.size(); k-- > 0;) {
      const Rung& r = rungs_[k];
      const bool consistent = r.slope.central + r.error >= lowest && r.slope.central - r.error <= highest;
      if (consistent && (!best || r.error <= best->error)) best = &r;
      if (consistent) {
        lowest = std::max(lowest, r.slope.central - r.error);
        highest = std::min(highest, r.slope.central + r.error);
      }
    }
    Slope s = best->slope;
    s.error = best->error;
    s.coarse = coarse();
    if (fades()) {
      s.error = std::abs(rungs_.back().slope.central);
      s.central = 0;
    }
    classify(s);
    return s;
  }

 private:
  struct Rung {
    Slope slope;
    double step, rounding, rise_above, rise_below, above, below;
    double error = 0;
  };

  /// Slopes that shrink with the step, as those of x·|x| at 0 do, have the limit zero.
  bool fades() const {
    constexpr std::size_t kRungs = 8;
    if (rungs_.size() <= kRungs) return false;
    for (std::size_t k = rungs_.size() - kRungs; k < rungs_.size(); ++k) {
      const double wider = std::abs(rungs_[k - 1].slope.central), narrower = std::abs(rungs_[k].slope.central);
      if (narrower == 0 || narrower > 0.7 * wider) return false;
    }
    return true;
  }

  static bool flat(const Rung& r) { return r.rise_above == 0 && r.rise_below == 0; }

  /// Where small steps change nothing, the function is flat, or its values are too coarse to tell. It counts as flat
  /// when that holds over a factor of a thousand.
  void believe_flat_ground_only_if_wide() {
    std::size_t first = rungs_.size();
    while (first > 0 && flat(rungs_[first - 1])) --first;
    if (first == 0 || first == rungs_.size()) return;
    if (rungs_[first].step < 1000 * rungs_.back().step) rungs_.resize(first);
  }

  /// Values that come in steps (rounded to float32, or what a large number left when it was taken away) differ by
  /// multiples of one number, their greatest common divisor. For other values Euclid's algorithm ends in rounding.
  void find_stairs() {
    double smallest = std::numeric_limits<double>::infinity(), step = 0, largest = 0;
    const auto rises = [](const Rung& r) { return std::array{std::abs(r.rise_above), std::abs(r.rise_below)}; };
    for (const Rung& r : rungs_) {
      for (double rise : rises(r)) smallest = rise > 0 ? std::min(smallest, rise) : smallest;
    }
    // Of numbers a million times as large, rounding has eaten what would be left over.
    const auto tell = [&](double rise) { return rise > 0 && rise <= 1e6 * smallest; };
    for (const Rung& r : rungs_) {
      if (tell(rises(r)[0]) || tell(rises(r)[1])) largest = std::max({largest, std::abs(r.above), std::abs(r.below)});
    }
    const double least = 16 * std::numeric_limits<double>::epsilon() * largest;
    for (const Rung& r : rungs_) {
      for (double rise : rises(r)) {
        while (tell(rise) && rise > least) rise = std::exchange(step, rise), rise = std::fmod(rise, step);
      }
    }
    if (step > 64 * least && !one_jump_nearby()) stairs_ = step;
  }

  /// A jump beside flat ground is no staircase: on one side all steps that get over it rise by the same, from narrow
  /// ones to wide ones. On stairs a step ten times as wide rises further.
  bool one_jump_nearby() const {
    for (const bool right : {true, false}) {
      double rise = 0, widest = 0, narrowest = 0;
      bool same = true;
      for (const Rung& r : rungs_) {
        const double now = right ? r.rise_above : r.rise_below;
        if (now == 0) continue;
        if (widest == 0) rise = now, widest = r.step;
        same = same && std::abs(now - rise) <= 1e-9 * std::abs(rise);
        narrowest = r.step;
      }
      if (same && widest > 10 * narrowest) return true;
    }
    return false;
  }

  /// Fills in errors. f(x + h) + f(x − h) − 2 f(x) shrinks like h² for a smooth function. What is left of it is
  /// curvature where h is large and the roughness of the function's values where h is small; over h it bounds the
  /// error.
  void find_errors() {
    double bend = 0;
    for (std::size_t k = rungs_.size(); k-- > 0;) {
      Rung& r = rungs_[k];
      bend = std::max(bend, std::abs(r.rise_above + r.rise_below));
      r.error = (bend + stairs_) / r.step + r.rounding;
    }
  }

  /// Kinks and jumps: what does not fade as the step shrinks by ten thousand.
  void classify(Slope& s) const {
    const double least = rungs_.back().step;
    std::size_t first = rungs_.size();
    while (first > 0 && rungs_[first - 1].step <= 1e4 * least) --first;
    if (rungs_.size() - first < 4) return;
    const auto bend = [](const Rung& r) { return std::abs(r.slope.above - r.slope.below); };
    const Rung &wide = rungs_[first], &narrow = rungs_.back();
    const auto steepness = [](const Rung& r) { return std::max(std::abs(r.slope.above), std::abs(r.slope.below)); };
    double smallest = bend(wide);
    bool steeper = true;
    for (std::size_t k = first; k < rungs_.size(); ++k) {
      smallest = std::min(smallest, bend(rungs_[k]) - 4 * rungs_[k].rounding);
      steeper = steeper && (k == first || steepness(rungs_[k]) > steepness(rungs_[k - 1]));
    }
    const double steep = steepness(wide);
    // A sum that is zero but for rounding has kinks and jumps too, very small ones.
    const double rounding = 1e-13 * unit_;
    s.jump = steepness(narrow) * narrow.step > rounding && steeper && steepness(narrow) > 20 * steep &&
             steepness(narrow) > 100 * narrow.rounding;
    s.kink = !s.jump && bend(wide) * wide.step > rounding && smallest > 0.5 * bend(wide) && smallest > 1e-3 * steep;
    if (s.kink || s.jump) {
      s.above = narrow.slope.above;
      s.below = narrow.slope.below;
    }
  }

  /// Every value is one of float32's, and their steps are as fine as float32 has them.
  bool coarse() const {
    const auto single = [](double v) { return v == static_cast<double>(static_cast<float>(v)); };
    double largest = 0;
    for (const Rung& r : rungs_) largest = std::max(largest, std::abs(r.above));
    return stairs_ > 0 && stairs_ <= 2 * machine_epsilon(kFloat32) * largest && single(here_) &&
           std::all_of(rungs_.begin(), rungs_.end(), [&](const Rung& r) { return single(r.above) && single(r.below); });
  }

  double unit_;  // what is not small, next to x
  double here_, stairs_ = 0;
  std::vector<Rung> rungs_;  // widest step first
};

}  // namespace

bool same_numbers(const Values& a, const Values& b, double tolerance) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const bool same = a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i])) || std::abs(a[i] - b[i]) <= tolerance;
    if (!same) return false;
  }
  return true;
}

Values attempt(const Evaluate& f, const Values& here, std::exception_ptr* failure) {
  try {
    return f();
  } catch (const std::exception&) {
    if (failure) *failure = std::current_exception();
    return Values(here.size(), std::numeric_limits<double>::quiet_NaN());
  }
}

double Element::shift(double step) {
  set(value_ + step);
  return get() - value_;
}
double Element::get() const {
  return dtype_ == kFloat32 ? static_cast<double>(*static_cast<float*>(place_)) : *static_cast<double*>(place_);
}
void Element::set(double v) {
  if (dtype_ == kFloat32)
    *static_cast<float*>(place_) = static_cast<float>(v);
  else
    *static_cast<double*>(place_) = v;
}

double machine_epsilon(ScalarType dtype) {
  return dtype == kFloat32 ? std::numeric_limits<float>::epsilon() : std::numeric_limits<double>::epsilon();
}

double first_step(double x, ScalarType dtype, double eps) {
  if (eps > 0) return eps;
  return (dtype == kFloat32 ? 5e-3 : 1e-6) * (std::isfinite(x) ? std::max(1., std::abs(x)) : 1.);
}

std::vector<Slope> first_look(Element& x, double step, const Values& here, const Evaluate& f) {
  const Sample s = sample(x, step, here, f);
  std::vector<Slope> slopes;
  for (std::size_t row = 0; row < here.size(); ++row) slopes.push_back(slope(s, here[row], row));
  return slopes;
}

std::vector<Slope> ridders(Element& x, double step, const Values& here, const Evaluate& f) {
  constexpr std::size_t kSteps = 10;
  constexpr double kShrink = 1.6;
  std::vector<Slope> best(here.size());
  std::vector<std::array<double, kSteps>> last(here.size()), row_of(here.size());
  for (Slope& s : best) s.error = std::numeric_limits<double>::infinity();
  std::vector<bool> done(here.size(), false);
  Sample s = sample(x, step, here, f);
  const double least = 1e-12 * step;
  while (outside(s, here) && step > least) s = sample(x, step /= 4, here, f);
  for (std::size_t i = 0; i < kSteps; ++i, step /= kShrink) {
    if (i > 0) s = sample(x, step, here, f);
    for (std::size_t row = 0; row < here.size(); ++row) {
      if (done[row]) continue;
      auto &previous = last[row], &now = row_of[row];
      const Slope plain = slope(s, here[row], row);
      now[0] = plain.central;
      if (i == 0) best[row].central = plain.central;
      best[row].above = plain.above;
      best[row].below = plain.below;
      double power = kShrink * kShrink;
      for (std::size_t j = 1; j <= i; ++j, power *= kShrink * kShrink) {
        now[j] = (now[j - 1] * power - previous[j - 1]) / (power - 1);
        const double error = std::max(std::abs(now[j] - now[j - 1]), std::abs(now[j] - previous[j - 1]));
        if (error <= best[row].error) best[row].error = error, best[row].central = now[j];
      }
      // Higher orders that got much worse will not get better again.
      done[row] = i > 0 && std::abs(now[i] - previous[i - 1]) >= 2 * best[row].error && best[row].error > 0;
      previous = now;
    }
    if (std::all_of(done.begin(), done.end(), [](bool d) { return d; })) break;
  }
  return best;
}

std::vector<Slope> close_look(Element& x, double scale, ScalarType dtype, const Values& here, const Evaluate& f) {
  constexpr int kInside = 8;
  const double at = std::abs(x.value());
  const double least = at > 0 ? at : std::min(1., scale > 0 ? scale : 1.);
  const double widest = 0.1 * std::max({1., at, scale});
  const double epsilon = machine_epsilon(dtype);
  const double least_step = std::numeric_limits<double>::denorm_min();  // not zero, whatever underflows
  const double narrowest =
      std::max(std::min(1., least) * (dtype == kFloat32 ? 1e-4 : 1e-8) + 4 * epsilon * at, least_step);
  // Rungs a factor of three apart, or more where that makes too many, but never more than ten.
  const double span = std::log(widest) - std::log(narrowest);
  const int steps = static_cast<int>(std::clamp(span / std::log(3.), 11., std::max(47., span / std::log(10.)))) + 1;
  const double shrink = std::exp(-span / (steps - 1));
  std::vector<Sample> samples;
  double step = widest;
  std::exception_ptr failure;
  bool answered = false;
  int more = 0;
  for (int k = 0; k < steps + more; ++k, step *= shrink) {
    Sample s = sample(x, step, here, f);
    if (!(s.up > 0 && s.down < 0)) break;  // rounding left nothing of the step
    if (s.failed_above) failure = s.failed_above;
    if (s.failed_below) failure = s.failed_below;
    answered = answered || !s.failed_above || !s.failed_below;
    // Right beside the edge of a domain the ladder goes further down, some rungs beyond the first that is inside.
    if (k + kInside >= steps + more && step > 64 * epsilon * at && more < 64 && outside(s, here)) ++more;
    samples.push_back(std::move(s));
  }
  if (failure && !answered) std::rethrow_exception(failure);
  std::vector<Slope> slopes;
  for (std::size_t row = 0; row < here.size(); ++row) {
    slopes.push_back(Ladder(samples, least, here[row], row, epsilon).best());
    // Terms that cancel in a derivative are about as large as the value over the element.
    slopes.back().speck = 64 * epsilon * std::abs(here[row]) / std::min(1., least);
  }
  return slopes;
}

}  // namespace xgrad::autograd::detail
