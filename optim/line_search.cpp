#include <xgrad/optim/line_search.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace xgrad::optim::detail {
namespace {

constexpr double kArmijo = 1e-4, kCurvature = 0.9;  // c₁ and c₂

struct Search {
  const LineFunction& evaluate;
  const LinePoint& start;
  std::int64_t evaluations = 0, iterations = 0;

  LinePoint at(double t) {
    ++evaluations;
    return evaluate(t);
  }
  bool too_high(const LinePoint& p) const { return p.loss > start.loss + kArmijo * p.t * start.slope; }
  bool flat(const LinePoint& p) const { return std::abs(p.slope) <= -kCurvature * start.slope; }
};

/// Two points with a good step between them, or one good step.
struct Bracket {
  LinePoint first, second;
  bool done = false;
};

/// Steps that grow until one is good or a bracket is found.
Bracket grow(Search& search, double t, std::int64_t most) {
  LinePoint before = search.start, now = search.at(t);
  while (search.iterations < most) {
    if (search.too_high(now) || (search.iterations > 1 && now.loss >= before.loss)) return {before, now};
    if (search.flat(now)) return {now, now, true};
    if (now.slope >= 0) return {before, now};
    const double least = now.t + 0.01 * (now.t - before.t), largest = now.t * 10;
    const double next = cubic_minimum(before, now, least, largest);
    before = std::exchange(now, search.at(next));
    ++search.iterations;
  }
  return {search.start, now};
}

/// Where to look next within the bracket: the cubic's minimum, but not too near an end twice.
double inside(const LinePoint& a, const LinePoint& b, bool& little_progress) {
  const double low = std::min(a.t, b.t), high = std::max(a.t, b.t), margin = 0.1 * (high - low);
  const double t = cubic_minimum(a, b, low, high);
  if (std::min(high - t, t - low) >= margin) {
    little_progress = false;
    return t;
  }
  if (!little_progress && t < high && t > low) {
    little_progress = true;
    return t;
  }
  little_progress = false;
  return std::abs(t - high) < std::abs(t - low) ? high - margin : low + margin;
}

}  // namespace

double cubic_minimum(const LinePoint& a, const LinePoint& b, double low, double high) {
  const double d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t);
  const double square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return (low + high) / 2;
  const double d2 = std::sqrt(square);
  const double at = a.t <= b.t ? b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
                               : a.t - (a.t - b.t) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2 * d2));
  return std::min(std::max(at, low), high);
}

LineSearchResult strong_wolfe(const LineFunction& evaluate, const LinePoint& start, double t, double d_norm,
                              double tolerance_change, std::int64_t max_evaluations) {
  Search search{evaluate, start};
  auto [first, second, done] = grow(search, t, max_evaluations);
  bool little_progress = false;
  LinePoint *low = &first, *high = &second;
  if (first.loss > second.loss) std::swap(low, high);
  while (!done && search.iterations < max_evaluations) {
    if (std::abs(second.t - first.t) * d_norm < tolerance_change) break;
    const LinePoint now = search.at(inside(first, second, little_progress));
    ++search.iterations;
    if (search.too_high(now) || now.loss >= low->loss) {
      *high = now;
      low = &first, high = &second;
      if (first.loss > second.loss) std::swap(low, high);
      continue;
    }
    if (search.flat(now))
      done = true;
    else if (now.slope * (high->t - low->t) >= 0)
      *high = *low;
    *low = now;
  }
  return {*low, search.evaluations};
}

}  // namespace xgrad::optim::detail
