#include <xgrad/autograd/gradcheck_diagnosis.hpp>

#include <algorithm>
#include <cmath>

namespace xgrad::autograd::detail {
namespace {

bool close(double a, double n, const GradcheckOptions& o) {
  return std::abs(a - n) <= o.atol() + o.rtol() * std::abs(n);
}

/// Clear of rounding: large enough to say something about a pattern.
bool counts(double v, const GradcheckOptions& o) { return std::abs(v) > 100 * o.atol(); }

struct Wrong {
  const JacobianPair* pair;
  std::size_t entry;
  double error() const { return std::abs(pair->analytic[entry] - pair->numeric[entry]); }
};

/// Worst first: what is not a number, then by absolute error.
bool worse(const Wrong& a, const Wrong& b) {
  const double x = a.error(), y = b.error();
  if (std::isnan(x) != std::isnan(y)) return std::isnan(x);
  return x > y;
}

template <class Holds>
bool every_entry(const JacobianPair& p, Holds holds) {
  for (std::size_t e = 0; e < p.numeric.size(); ++e) {
    if (!holds(p.analytic[e], p.numeric[e])) return false;
  }
  return !p.numeric.empty();
}

/// The c of analytic = c·numeric by least squares.
double factor(const JacobianPair& p) {
  double an = 0, nn = 0;
  for (std::size_t e = 0; e < p.numeric.size(); ++e) {
    an += p.analytic[e] * p.numeric[e];
    nn += p.numeric[e] * p.numeric[e];
  }
  return nn > 0 ? an / nn : 0;
}

bool transposed(const JacobianPair& p, const GradcheckOptions& o) {
  if (p.input_sizes.size() != 2) return false;
  const auto n = static_cast<std::size_t>(p.input_sizes[0]), m = static_cast<std::size_t>(p.input_sizes[1]);
  if (n < 2 || m < 2) return false;
  for (std::size_t r = 0; r < p.rows; ++r) {
    for (std::size_t k = 0; k < p.columns; ++k) {
      // Place k of a gradient that was written as m x n.
      if (!close(p.analytic[r * p.columns + k], p.numeric[r * p.columns + k % n * m + k / n], o)) return false;
    }
  }
  return p.rows > 0;
}

/// For each element of a broadcast input several elements of the output depend on it. A derivative that forgot to sum
/// has only some of those entries right and the others zero.
bool lost_a_sum(const JacobianPair& p, const GradcheckOptions& o) {
  if (p.columns >= p.rows) return false;
  bool right = false;
  const bool pattern = every_entry(p, [&](double a, double n) {
    right |= counts(n, o) && close(a, n, o);
    return close(a, n, o) || a == 0;
  });
  return pattern && right;
}

bool at_kink(const JacobianPair& p, std::size_t e) {
  const double low = std::min(p.above[e], p.below[e]), high = std::max(p.above[e], p.below[e]);
  const double slack = 1e-3 * std::max({1., std::abs(low), std::abs(high)});
  return high - low > 10 * slack && p.analytic[e] >= low - slack && p.analytic[e] <= high + slack;
}

std::string suspect(const JacobianPair& p, const std::vector<Wrong>& wrong, const GradcheckOptions& o) {
  const auto any_nan = [](const std::vector<double>& v) {
    return std::any_of(v.begin(), v.end(), [](double x) { return !std::isfinite(x); });
  };
  if (any_nan(p.numeric)) {
    return "the function itself gives NaN or infinity here: the inputs are outside of, or at the edge of, its domain";
  }
  if (any_nan(p.analytic)) return "the derivative computes NaN or infinity where the function is finite";
  if (!p.connected) {
    return "detached: no gradient reaches this input, although the output depends on it (detach(), data(), "
           "NoGradGuard, item(), or a derivative that returns nothing for it)";
  }
  if (std::all_of(wrong.begin(), wrong.end(), [&](const Wrong& w) { return w.pair != &p || at_kink(p, w.entry); })) {
    return "a kink: the slopes to the left and to the right differ here, and the derivative lies between them; move "
           "the "
           "inputs away from it";
  }
  if (every_entry(p, [](double a, double) { return a == 0; })) {
    return "the derivative returns zeros: detached, or a term that was left out";
  }
  if (every_entry(p, [&](double a, double n) { return close(-a, n, o); })) return "the sign: the derivative is negated";
  if (transposed(p, o)) return "transposed: the gradient's two dimensions are swapped";
  if (lost_a_sum(p, o)) {
    return "a missing sum over a broadcast dimension: several outputs depend on each of these elements, and only some "
           "of "
           "them were counted";
  }
  const double c = factor(p);
  const double least = 0.1 * o.rtol();
  if (c != 0 && std::abs(c - 1) > least &&
      every_entry(p, [&](double a, double n) { return std::abs(a - c * n) <= o.atol() + least * std::abs(n); })) {
    const auto whole = [](double v) { return v > 1.5 && std::abs(v - std::round(v)) < 1e-4; };
    if (std::abs(c - 2) < 1e-4) return "a factor of two: the derivative is twice the slope";
    if (std::abs(c - 0.5) < 1e-4) return "a factor of two: the derivative is half the slope";
    if (whole(c)) return fmt::format("a factor: the derivative is {:.0f} times the slope", c);
    if (whole(1 / c)) {
      return fmt::format("a factor: the derivative is 1/{:.0f} of the slope{}", 1 / c,
                         p.columns < p.rows ? " (a mean over a broadcast dimension where a sum is due?)" : "");
    }
    return fmt::format("a factor: the derivative is {:.6g} times the slope everywhere", c);
  }
  if (p.dtype == kFloat32) return "perhaps only float32's rounding: check in float64";
  return {};
}

std::string index_text(std::size_t flat, const Dims& sizes) {
  std::vector<std::int64_t> index(sizes.size());
  for (std::size_t d = sizes.size(); d-- > 0;) {
    index[d] = static_cast<std::int64_t>(flat) % sizes[d];
    flat /= static_cast<std::size_t>(sizes[d]);
  }
  return to_string(index);
}

std::string table(const std::vector<Wrong>& wrong, std::size_t shown) {
  std::vector<std::pair<std::string, std::string>> names;
  std::size_t width[2] = {9, 8};  // of the headings
  for (std::size_t i = 0; i < shown; ++i) {
    const JacobianPair& p = *wrong[i].pair;
    names.emplace_back(fmt::format("{} {}", p.output, index_text(wrong[i].entry / p.columns, p.output_sizes)),
                       fmt::format("{} {}", p.input, index_text(wrong[i].entry % p.columns, p.input_sizes)));
    width[0] = std::max(width[0], names.back().first.size());
    width[1] = std::max(width[1], names.back().second.size());
  }
  std::string out = fmt::format("  {:<{}}  {:<{}}  {:>15}  {:>15}  {:>10}  {:>10}\n", "d output", width[0], "/ d input",
                                width[1], "analytic", "numeric", "abs error", "rel error");
  for (std::size_t i = 0; i < shown; ++i) {
    const double a = wrong[i].pair->analytic[wrong[i].entry], n = wrong[i].pair->numeric[wrong[i].entry];
    out += fmt::format("  {:<{}}  {:<{}}  {:>15.8g}  {:>15.8g}  {:>10.3g}  {:>10.3g}\n", names[i].first, width[0],
                       names[i].second, width[1], a, n, std::abs(a - n), std::abs(a - n) / std::abs(n));
  }
  if (shown < wrong.size()) out += fmt::format("  ... and {} more\n", wrong.size() - shown);
  return out;
}

}  // namespace

GradcheckResult judge(const std::vector<JacobianPair>& pairs, const GradcheckOptions& options) {
  std::vector<Wrong> wrong;
  std::size_t entries = 0;
  for (const JacobianPair& p : pairs) {
    entries += p.numeric.size();
    for (std::size_t e = 0; e < p.numeric.size(); ++e) {
      if (!close(p.analytic[e], p.numeric[e], options)) wrong.push_back({&p, e});
    }
  }
  if (wrong.empty()) return {true, fmt::format("gradcheck passed: {} entries agree", entries)};
  std::sort(wrong.begin(), wrong.end(), worse);
  std::string report =
      fmt::format("gradcheck failed: {} of {} entries of the Jacobian differ by more than {:g} + {:g}·|numeric|\n",
                  wrong.size(), entries, options.atol(), options.rtol());
  report += table(wrong, std::min(wrong.size(), options.max_entries()));
  std::vector<const JacobianPair*> told;
  for (const Wrong& w : wrong) {
    if (std::find(told.begin(), told.end(), w.pair) != told.end()) continue;
    told.push_back(w.pair);
    const std::string cause = suspect(*w.pair, wrong, options);
    if (!cause.empty())
      report += fmt::format("  input {}, output {}: suspected cause: {}\n", w.pair->input, w.pair->output, cause);
  }
  return {false, report};
}

}  // namespace xgrad::autograd::detail
