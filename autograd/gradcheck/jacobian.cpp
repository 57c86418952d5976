#include <xgrad/autograd/gradcheck/jacobian.hpp>

#include <xgrad/autograd/array/generator.hpp>

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

namespace xgrad::autograd::detail {
namespace {

/// Once this many elements of an input have a derivative that is certainly wrong, the others are not looked at again.
constexpr std::size_t kEnough = 16;
/// How many kinks are looked for where the derivative agrees with the slope.
constexpr std::size_t kKinksNoted = 16;

/// An element at which the slopes to the right and to the left are `gap` apart.
struct Bend {
  const Block* block;
  std::size_t column;
  double gap;
};

/// The first look at every element of one input for blocks in full; and where something bends.
void look(std::vector<Block*>& blocks, const Variable& v, const Measured& m, const GradcheckOptions& options,
          std::vector<Bend>& bends) {
  for (std::size_t c = 0; c < v.numel(); ++c) {
    Element x = v.element(c);
    const double step = first_step(x.value(), v.dtype, options.eps());
    // Ridders' method starts where the function visibly bends, and shrinks from there.
    const auto slopes = options.ridders() ? ridders(x, options.eps() > 0 ? step : 1e4 * step, m.here, m.f)
                                          : first_look(x, step, m.here, m.f);
    for (Block* b : blocks) {
      for (std::size_t r = 0; r < b->rows; ++r) {
        const Slope& s = slopes[b->output->first + r];
        b->numeric[b->entry(r, c)] = s.central;
        if (options.ridders()) b->error[b->entry(r, c)] = s.error;
        const double gap = std::abs(s.above - s.below);
        if (gap > 1e-2 * std::max(std::abs(s.above), std::abs(s.below))) bends.push_back({b, c, gap});
      }
    }
  }
}

/// The first look at the diagonal: all elements take their step at once.
void look_along_diagonal(std::vector<Block*>& blocks, const Variable& v, const Measured& m,
                         const GradcheckOptions& options) {
  std::vector<double> up, down;
  Values above, below;
  {
    std::deque<Element> all;
    for (std::size_t i = 0; i < v.numel(); ++i) all.emplace_back(v.places[i], v.dtype);
    const auto step = [&](Element& x) { return first_step(x.value(), v.dtype, options.eps()); };
    for (Element& x : all) up.push_back(x.shift(step(x)));
    above = attempt(m.f, m.here);
    for (Element& x : all) down.push_back(x.shift(-step(x)));
    below = attempt(m.f, m.here);
  }
  for (Block* b : blocks) {
    for (std::size_t r = 0; r < b->rows; ++r) {
      const std::size_t at = b->output->first + r;
      b->numeric[r] = (above.at(at) - below.at(at)) / (up[r] - down[r]);
    }
  }
}

void find_largest(Block& b) {
  b.largest = 0;
  for (double n : b.numeric) {
    if (std::isfinite(n)) b.largest = std::max(b.largest, std::abs(n));
  }
}

/// Close looks at the elements of one input whose derivatives differ from what the first look saw, worst first.
void look_closely(const std::vector<Block*>& blocks, const Variable& v, const Measured& m,
                  const GradcheckOptions& options, const std::vector<Bend>& bends) {
  std::map<std::size_t, double> suspicious;  // elements, and how far off their derivatives are
  for (const Bend& bend : bends) {
    if (suspicious.size() < kKinksNoted && bend.gap > 1e-3 * bend.block->largest) suspicious[bend.column] = 0;
  }
  for (const Block* b : blocks) {
    for (std::size_t e = 0; e < b->numeric.size(); ++e) {
      const double off = std::abs(b->analytic[e] - b->numeric[e]);
      if (std::isfinite(b->numeric[e]) && off <= tolerance(*b, e, options)) continue;
      double& worst = suspicious[b->column(e)];
      worst = std::isnan(off) ? std::numeric_limits<double>::infinity() : std::max(worst, off);
    }
  }
  std::vector<std::pair<double, std::size_t>> order;
  for (const auto& [column, off] : suspicious) order.emplace_back(-off, column);
  std::sort(order.begin(), order.end());
  std::size_t certain = 0;
  for (const auto& [off, c] : order) {
    if (certain >= kEnough) break;
    Element x = v.element(c);
    const auto slopes = close_look(x, v.scale, v.dtype, m.here, m.f);
    bool bad = false;
    for (Block* b : blocks) {
      for (std::size_t r = 0; r < b->rows; ++r) {
        if (b->diagonal && r != c) continue;
        const std::size_t e = b->entry(r, c);
        Slope s = slopes[b->output->first + r];
        if (!b->error.empty() && std::abs(s.central - b->numeric[e]) <= s.error + b->error[e] &&
            b->error[e] < s.error) {
          s.central = b->numeric[e];  // the first look knew better
          s.error = b->error[e];
        }
        const bool agreed =
            std::isfinite(b->numeric[e]) && std::abs(b->analytic[e] - b->numeric[e]) <= tolerance(*b, e, options);
        if (agreed && !s.kink) continue;
        if (!agreed && !s.kink && !s.jump) b->numeric[e] = s.central;
        b->looked_at[e] = s;
        bad |= wrong(*b, e, options);
      }
    }
    certain += bad;
  }
}

}  // namespace

std::vector<Block> make_blocks(const Measured& m, bool elementwise) {
  std::vector<Block> blocks;
  for (const Output& o : m.outputs) {
    for (const Variable& v : m.variables) blocks.emplace_back(v, o, elementwise && v.sizes == o.sizes);
  }
  return blocks;
}

void measure(std::vector<Block>& blocks, const Measured& m, const GradcheckOptions& options) {
  for (const Variable& v : m.variables) {
    std::vector<Block*> full, diagonal, all;
    for (Block& b : blocks) {
      if (b.input != &v) continue;
      (b.diagonal ? diagonal : full).push_back(&b);
      all.push_back(&b);
    }
    std::vector<Bend> bends;
    for (Block* b : full) b->error.assign(options.ridders() ? b->numeric.size() : 0, 0);
    if (!full.empty()) look(full, v, m, options, bends);
    if (!diagonal.empty()) look_along_diagonal(diagonal, v, m, options);
    for (Block* b : all) find_largest(*b);
    look_closely(all, v, m, options, bends);
    for (Block* b : all) find_largest(*b);
  }
}

double tolerance(const Block& b, std::size_t e, const GradcheckOptions& options) {
  const double relative = options.rtol() * std::abs(b.numeric[e]);
  if (options.tolerances_given()) return relative + options.atol();
  // Where every slope is zero, what rounding leaves of a derivative that should be zero is no mistake.
  return relative + options.atol() * (b.largest > 0 ? std::min(1., b.largest) : 1e-9);
}

bool wrong(const Block& b, std::size_t e, const GradcheckOptions& options) {
  const double off = std::abs(b.analytic[e] - b.numeric[e]), allowed = tolerance(b, e, options);
  if (!std::isfinite(b.numeric[e])) return true;  // or anything would be within rtol of infinity
  if (off <= allowed) return false;
  const auto seen = b.looked_at.find(e);
  if (seen == b.looked_at.end()) return true;
  const Slope& s = seen->second;
  if (s.kink && options.allow_kinks()) {
    const double slack = 1e-3 * std::max(std::abs(s.above), std::abs(s.below));
    return !(b.analytic[e] >= std::min(s.above, s.below) - slack &&
             b.analytic[e] <= std::max(s.above, s.below) + slack);
  }
  if (s.kink || s.jump || options.tolerances_given()) return true;
  // The slope is known to within s.error. That excuses a difference unless it is too much to call the slope known.
  const double uncertain = options.atol() * std::max(1., b.largest) + options.rtol() * std::abs(b.numeric[e]);
  // Where no slope is seen, what rounding leaves of a derivative that should be zero is no mistake.
  const double excused = s.error + (std::abs(s.central) <= s.error ? s.speck : 0);
  return !(off <= allowed + excused && s.error <= uncertain);
}

bool agrees_along_directions(const Measured& m, const GradcheckOptions& options,
                             const std::function<std::vector<Values>(std::size_t o, const Values& weights)>& product) {
  constexpr int kDirections = 3;
  Generator generator(20231001);
  const auto draw = [&](std::size_t n) {  // between one half and three halves, of either sign
    Values v(n);
    for (double& x : v) {
      const double u = std::ldexp(static_cast<double>(generator.random64()), -63) - 1;
      x = u + std::copysign(0.5, u);
    }
    return v;
  };
  for (int d = 0; d < kDirections; ++d) {
    std::vector<Values> weights;
    std::vector<std::vector<Values>> gradients;
    for (std::size_t o = 0; o < m.outputs.size(); ++o) {
      weights.push_back(draw(m.outputs[o].numel));
      gradients.push_back(product(o, weights.back()));
      if (d > 0) continue;
      const auto again = product(o, weights.back());
      for (std::size_t k = 0; k < again.size(); ++k) {
        if (!same_numbers(gradients.back()[k], again[k], options.nondet_tol())) return false;
      }
    }
    for (std::size_t k = 0; k < m.variables.size(); ++k) {
      const Variable& v = m.variables[k];
      Values along = draw(v.numel()), above[2], below[2];
      const double step = first_step(0, v.dtype, options.eps());
      {
        std::deque<Element> all;
        for (void* place : v.places) all.emplace_back(place, v.dtype);
        for (std::size_t i = 0; i < v.numel(); ++i) along[i] *= std::max(1., std::abs(all[i].value()));
        for (int wide = 0; wide < 2; ++wide) {
          const double h = step * (wide ? 4 : 1);
          for (std::size_t i = 0; i < v.numel(); ++i) all[i].shift(h * along[i]);
          above[wide] = attempt(m.f, m.here);
          for (std::size_t i = 0; i < v.numel(); ++i) all[i].shift(-h * along[i]);
          below[wide] = attempt(m.f, m.here);
        }
      }
      for (std::size_t o = 0; o < m.outputs.size(); ++o) {
        const Output& out = m.outputs[o];
        double slope[2] = {0, 0}, size = 0, noise = 0, computed = 0;
        for (std::size_t r = 0; r < out.numel; ++r) {
          const std::size_t at = out.first + r;
          const double near = (above[0].at(at) - below[0].at(at)) / (2 * step);
          slope[0] += weights[o][r] * near;
          slope[1] += weights[o][r] * (above[1].at(at) - below[1].at(at)) / (8 * step);
          size += std::abs(weights[o][r] * near);
          noise += 8 * machine_epsilon(v.dtype) * std::max(std::abs(above[0][at]), std::abs(below[0][at])) / step;
        }
        for (std::size_t i = 0; i < v.numel(); ++i) computed += gradients[o][k][i] * along[i];
        if (size == 0 && computed == 0) continue;
        // A false alarm costs only the full check, so this may be strict; and a slope that rounding or curvature leave
        // uncertain says nothing.
        const double tolerated = options.rtol() * size + (options.tolerances_given() ? options.atol() : 0);
        const double uncertain = noise + std::abs(slope[1] - slope[0]);
        if (!(uncertain <= 0.1 * tolerated)) return false;
        const double allowed = (options.tolerances_given() ? tolerated : 1e-7 * size) + uncertain;
        if (!(std::abs(computed - slope[0]) <= allowed)) return false;
      }
    }
  }
  return true;
}

}  // namespace xgrad::autograd::detail
