#include <xgrad/autograd/gradcheck/diagnosis.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

namespace xgrad::autograd::detail {
namespace {

using Cause = GradcheckCause;

/// A block with mistakes, and the questions that causes ask about it.
struct Case {
  const Block& block;
  const std::vector<std::size_t>& entries;  // wrong ones
  const std::vector<Block>& blocks;         // all pairs of the check
  const GradcheckOptions& options;

  /// What a close look at entry e saw, if there was one.
  Slope seen(std::size_t e) const {
    const auto at = block.looked_at.find(e);
    return at == block.looked_at.end() ? Slope() : at->second;
  }
  /// Where the function is not smooth there is no slope that a pattern could be about.
  bool smooth(std::size_t e) const { return !seen(e).kink && !seen(e).jump; }

  /// Whether `analytic` would do for entry e, had it been computed for that.
  bool close(double analytic, std::size_t e) const {
    return std::abs(analytic - block.numeric[e]) <= tolerance(block, e, options) + seen(e).error;
  }
  /// Clear of rounding: large enough to say something about a pattern.
  bool counts(double v) const { return std::abs(v) > 1e-4 * block.largest; }

  template <class Holds>
  bool every(Holds holds) const {
    for (std::size_t e = 0; e < block.numeric.size(); ++e) {
      if (smooth(e) && !holds(e)) return false;
    }
    return true;
  }
  template <class Holds>
  bool every_wrong(Holds holds) const {
    return std::all_of(entries.begin(), entries.end(), holds);
  }
};

std::optional<Suspicion> not_finite(const Case& c) {
  const auto bad = [](double v) { return !std::isfinite(v); };
  if (std::any_of(c.block.numeric.begin(), c.block.numeric.end(), bad)) {
    return Suspicion{
        Cause::OutsideDomain,
        "the function itself gives NaN or infinity here: the inputs are outside of, or at the edge of, its "
        "domain"};
  }
  if (std::any_of(c.block.analytic.begin(), c.block.analytic.end(), bad)) {
    return Suspicion{Cause::NotFinite, "the derivative computes NaN or infinity where the function is finite"};
  }
  return {};
}

/// Every wrong entry is at a kink, or every one at a jump.
std::optional<Suspicion> not_smooth(const Case& c) {
  const std::size_t e = c.entries.front();
  const Slope s = c.seen(e);
  if (c.every_wrong([&](std::size_t w) { return c.seen(w).kink; })) {
    const auto inside = [&](std::size_t w) {
      const Slope k = c.seen(w);
      const double slack = 1e-3 * std::max(std::abs(k.above), std::abs(k.below));
      return c.block.analytic[w] >= std::min(k.above, k.below) - slack &&
             c.block.analytic[w] <= std::max(k.above, k.below) + slack;
    };
    const std::string sides = fmt::format(
        "a kink: not smooth here, the slope is {:.4g} to the left and {:.4g} to the "
        "right",
        s.below + 0., s.above + 0.);
    if (c.every_wrong(inside)) {
      return Suspicion{Cause::Kink, sides +
                                        ", and the derivative lies between. It may well be right: move the inputs "
                                        "away, or allow_kinks"};
    }
    return Suspicion{Cause::Kink,
                     sides + fmt::format("; the derivative, {:.4g}, is not even between the two", c.block.analytic[e])};
  }
  if (c.every_wrong([&](std::size_t w) { return c.seen(w).jump; })) {
    return Suspicion{Cause::Jump,
                     "a jump, or a vertical tangent: the slope grows without bound as the step shrinks. "
                     "Move the inputs away"};
  }
  return {};
}

std::optional<Suspicion> detached(const Case& c) {
  if (!c.block.connected) {
    return Suspicion{Cause::Detached,
                     "detached: no gradient reaches this input, although the output depends on it (detach(), data(), "
                     "NoGradGuard, item(), or a derivative that returns nothing for it)"};
  }
  if (c.every([&](std::size_t e) { return c.block.analytic[e] == 0; })) {
    return Suspicion{Cause::Zero, "the derivative returns zeros: detached, or a term that was left out"};
  }
  return {};
}

std::optional<Suspicion> negated(const Case& c) {
  if (!c.every([&](std::size_t e) { return c.close(-c.block.analytic[e], e); })) return {};
  return Suspicion{Cause::Sign, "the sign: the derivative is negated"};
}

/// Place k of an n x m matrix, were it written as m x n.
std::size_t swapped(std::size_t k, std::size_t n, std::size_t m) { return k % n * m + k / n; }

std::optional<Suspicion> transposed(const Case& c) {
  const Block& b = c.block;
  if (b.diagonal) return {};
  const auto holds = [&](auto place) {
    return c.every([&](std::size_t e) {
      return std::abs(b.analytic[e] - b.numeric[place(e)]) <= tolerance(b, place(e), c.options);
    });
  };
  const auto matrix = [](const Dims& sizes) { return sizes.size() == 2 && sizes[0] > 1 && sizes[1] > 1; };
  const auto size = [](const Dims& sizes, std::size_t d) { return static_cast<std::size_t>(sizes[d]); };
  const Dims &in = b.input->sizes, &out = b.output->sizes;
  if (matrix(in) &&
      holds([&](std::size_t e) { return b.entry(b.row(e), swapped(b.column(e), size(in, 0), size(in, 1))); })) {
    return Suspicion{Cause::Transposed, "transposed: the gradient's two dimensions are swapped"};
  }
  if (matrix(out) &&
      holds([&](std::size_t e) { return b.entry(swapped(b.row(e), size(out, 0), size(out, 1)), b.column(e)); })) {
    return Suspicion{Cause::Transposed,
                     "transposed: the derivative reads the gradient that comes in with its two dimensions swapped (or "
                     "sums over the wrong one)"};
  }
  if (b.rows == b.columns && b.rows > 1 && holds([&](std::size_t e) { return b.entry(b.column(e), b.row(e)); })) {
    return Suspicion{Cause::Transposed,
                     "transposed: the matrix that maps the gradient back is swapped (W·g where Wᵀ·g "
                     "is due)"};
  }
  return {};
}

std::optional<Suspicion> other_input(const Case& c) {
  for (const Block& other : c.blocks) {
    if (&other == &c.block || other.output != c.block.output || other.numeric.size() != c.block.numeric.size())
      continue;
    if (!c.every([&](std::size_t e) {
          return std::abs(c.block.analytic[e] - other.numeric[e]) <= tolerance(other, e, c.options);
        })) {
      continue;
    }
    return Suspicion{Cause::OtherInput, fmt::format("mixed up: these are the slopes along {}", other.input->name)};
  }
  return {};
}

std::optional<Suspicion> permuted(const Case& c) {
  std::vector<double> computed = c.block.analytic, slopes = c.block.numeric;
  std::sort(computed.begin(), computed.end());
  std::sort(slopes.begin(), slopes.end());
  for (std::size_t e = 0; e < slopes.size(); ++e) {
    const double allowed = c.options.rtol() * (std::abs(slopes[e]) + 0.01 * c.block.largest);
    if (std::abs(computed[e] - slopes[e]) > allowed) return {};
  }
  return Suspicion{Cause::Permuted, "the right numbers in the wrong places: a permutation"};
}

/// For each element of a broadcast input several elements of the output depend on it. A derivative that forgot to sum
/// has only some of those entries right and the others zero.
std::optional<Suspicion> lost_a_sum(const Case& c) {
  const Block& b = c.block;
  if (b.columns >= b.rows) return {};
  bool right = false;
  const bool pattern = c.every([&](std::size_t e) {
    const bool close = c.close(b.analytic[e], e);
    right |= close && c.counts(b.numeric[e]);
    return close || b.analytic[e] == 0;
  });
  if (!pattern || !right) return {};
  return Suspicion{Cause::MissingSum,
                   "a missing sum over a broadcast dimension: several outputs depend on each of these elements, and "
                   "only some of them were counted"};
}

/// The c of analytic = c·numeric by least squares, if that holds for all of these entries.
std::optional<double> common_factor(const Case& c, const std::vector<std::size_t>* entries) {
  double an = 0, nn = 0;
  const auto each = [&](auto&& f) {
    if (entries) return std::all_of(entries->begin(), entries->end(), f);
    return c.every(f);
  };
  each([&](std::size_t e) {
    an += c.block.analytic[e] * c.block.numeric[e];
    nn += c.block.numeric[e] * c.block.numeric[e];
    return true;
  });
  if (nn == 0 || an == 0) return {};
  const double by = an / nn, least = 0.1 * c.options.rtol();
  const bool holds = each([&](std::size_t e) {
    return std::abs(c.block.analytic[e] - by * c.block.numeric[e]) <=
           least * std::abs(c.block.numeric[e]) + c.options.atol() * std::min(1., c.block.largest) + c.seen(e).error;
  });
  if (!holds || std::abs(by - 1) <= least) return {};
  return by;
}

/// 1/n of the slope, where n elements of the output, or of another input, meet each element of this one.
const char* broadcast_hint(double by, const Case& c) {
  const double n = std::round(1 / by);
  if (n < 2 || std::abs(by * n - 1) > 1e-4) return "";
  const auto meet = [&](std::size_t count) {
    return static_cast<double>(count) == n * static_cast<double>(c.block.columns);
  };
  const bool found = meet(c.block.rows) || std::any_of(c.blocks.begin(), c.blocks.end(), [&](const Block& other) {
                       return other.output == c.block.output && meet(other.columns);
                     });
  return found ? " (a sum over a broadcast dimension is missing, or a mean is in its place?)" : "";
}

Suspicion factor_text(double by, const Case& c) {
  const auto whole = [](double v) { return v > 1.5 && std::abs(v - std::round(v)) < 1e-4; };
  if (std::abs(by - 2) < 1e-4) return {Cause::FactorOfTwo, "a factor of two: the derivative is twice the slope"};
  if (std::abs(by - 0.5) < 1e-4) {
    return {Cause::FactorOfTwo,
            fmt::format("a factor of two: the derivative is half the slope{}", broadcast_hint(by, c))};
  }
  if (whole(by)) return {Cause::Factor, fmt::format("a factor: the derivative is {:.0f} times the slope", by)};
  if (whole(1 / by)) {
    return {Cause::Factor,
            fmt::format("a factor: the derivative is 1/{:.0f} of the slope{}", 1 / by, broadcast_hint(by, c))};
  }
  const std::string much = std::abs(by - 1) < 1e-4 ? fmt::format("1 {} {:.2g}", by > 1 ? '+' : '-', std::abs(by - 1))
                                                   : fmt::format("{:.6g}", by);
  return {Cause::Factor, fmt::format("a factor: the derivative is {} times the slope everywhere", much)};
}

std::optional<Suspicion> factor(const Case& c) {
  const auto by = common_factor(c, nullptr);
  if (!by) return {};
  return factor_text(*by, c);
}

/// The differences are no larger than what is uncertain of the slopes.
std::optional<Suspicion> rounding(const Case& c) {
  bool coarse = false;
  const bool within = c.every_wrong([&](std::size_t e) {
    const auto seen = c.block.looked_at.find(e);
    if (seen == c.block.looked_at.end()) return false;
    coarse |= seen->second.coarse;
    return std::abs(c.block.analytic[e] - c.block.numeric[e]) <= seen->second.error;
  });
  if (!within) return {};
  if (c.block.input->dtype == kFloat32) {
    return Suspicion{Cause::Float32,
                     "float32's precision: its rounding alone explains the difference. Check in float64"};
  }
  if (coarse) {
    return Suspicion{Cause::Float32,
                     "float32's precision: the function's values are rounded to float32 somewhere on the way, so their "
                     "slopes are not known better than this"};
  }
  return Suspicion{
      Cause::Noise,
      "rounding: the function's values are too rough for slopes of the accuracy asked for. Move the inputs "
      "to where they are smoother, or raise atol and rtol"};
}

/// Nothing else was found, and the numbers have seven digits.
std::optional<Suspicion> low_precision(const Case& c) {
  const bool small = c.every_wrong(
      [&](std::size_t e) { return std::abs(c.block.analytic[e] - c.block.numeric[e]) <= 1e-2 * c.block.largest; });
  if (c.block.input->dtype != kFloat32 || !small) return {};
  return Suspicion{Cause::Float32, "perhaps float32's precision: check in float64"};
}

/// Most entries are right: what do the others have in common?
std::optional<Suspicion> some_entries(const Case& c) {
  std::size_t all = 0;  // entries that are not plainly zero
  c.every([&](std::size_t e) {
    all += c.counts(c.block.numeric[e]) || c.counts(c.block.analytic[e]);
    return true;
  });
  if (2 * c.entries.size() > all) return {};
  std::string text = fmt::format(
      "only some entries ({} of {}): a special case is treated wrongly (an index, an edge, a "
      "mask, a tie?)",
      c.entries.size(), all);
  if (const auto by = common_factor(c, &c.entries); by && c.entries.size() > 1) {
    text += fmt::format("; there the derivative is {:.6g} times the slope", *by);
  }
  return Suspicion{Cause::SomeEntries, text};
}

}  // namespace

Suspicion suspect(const Block& block, const std::vector<std::size_t>& entries, const std::vector<Block>& blocks,
                  const GradcheckOptions& options) {
  const Case all{block, entries, blocks, options};
  for (const auto explain : {not_finite, not_smooth}) {
    if (auto suspicion = explain(all)) return *suspicion;
  }
  // Kinks among other mistakes must not hide what those have in common.
  std::vector<std::size_t> smooth;
  for (std::size_t e : entries) {
    if (all.smooth(e)) smooth.push_back(e);
  }
  const std::size_t left_out = entries.size() - smooth.size();
  if (smooth.empty()) {
    return {Cause::Kink, "not smooth here: kinks at some of these elements, and jumps at others. Move the inputs away"};
  }
  const Case c{block, smooth, blocks, options};
  // The more a cause explains, the earlier it is asked.
  for (const auto explain : {rounding, detached, other_input, negated, transposed, permuted, lost_a_sum, factor,
                             low_precision, some_entries}) {
    auto suspicion = explain(c);
    if (!suspicion) continue;
    if (left_out > 0) {
      suspicion->text +=
          fmt::format("; besides, the function is not smooth at {} of the entries that differ", left_out);
    }
    return *suspicion;
  }
  return {};
}

}  // namespace xgrad::autograd::detail
