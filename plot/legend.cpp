#include <xgrad/plot/layout.hpp>
#include <xgrad/plot/text.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace xgrad::plotting {
namespace {

// matplotlib's defaults, in ems of the legend's text.
constexpr double kPad = 0.4, kSpacing = 0.5, kSample = 2.0, kSampleGap = 0.8, kAxesPad = 0.5;
constexpr double kSampleHeight = 0.7;

const std::string* label_of(const Series& series) {
  if (const auto* line = std::get_if<Line>(&series)) return &line->label;
  if (const auto* bars = std::get_if<Bars>(&series)) return &bars->label;
  return nullptr;
}

Box corner(Location where, const Box& axes, double width, double height, double pad) {
  const double left = axes.left + pad, right = axes.right - pad - width;
  const double top = axes.top + pad, bottom = axes.bottom - pad - height;
  const double center = 0.5 * (axes.left + axes.right - width), middle = 0.5 * (axes.top + axes.bottom - height);
  const auto at = [&](double x, double y) { return Box{x, y, x + width, y + height}; };
  switch (where) {
    case Location::kUpperRight:
    case Location::kBest:
      return at(right, top);
    case Location::kUpperLeft:
      return at(left, top);
    case Location::kLowerLeft:
      return at(left, bottom);
    case Location::kLowerRight:
      return at(right, bottom);
    case Location::kCenterLeft:
      return at(left, middle);
    case Location::kCenterRight:
      return at(right, middle);
    case Location::kLowerCenter:
      return at(center, bottom);
    case Location::kUpperCenter:
      return at(center, top);
    case Location::kCenter:
      return at(center, middle);
  }
  return at(right, top);
}

/// Whether the line from a to b meets the box (Liang and Barsky's clipping).
bool crosses(Position a, Position b, const Box& box) {
  double enter = 0, leave = 1;
  const auto clip = [&](double start, double delta, double low, double high) {
    if (delta == 0) return start >= low && start <= high;
    const double t0 = (low - start) / delta, t1 = (high - start) / delta;
    enter = std::max(enter, std::min(t0, t1)), leave = std::min(leave, std::max(t0, t1));
    return enter <= leave;
  };
  return clip(a.x, b.x - a.x, box.left, box.right) && clip(a.y, b.y - a.y, box.top, box.bottom);
}

/// How much of the drawing a legend at `box` would cover.
struct Cover {
  const AxesLayout& layout;
  const Box& box;

  std::size_t operator()(const Line& line) const {
    std::size_t count = 0;
    Position last{std::numeric_limits<double>::quiet_NaN(), 0};
    for (std::size_t i = 0; i < line.x.size(); ++i) {
      const bool drawn = drawable(line.x[i]) && drawable(line.y[i]);
      const Position p = to_pixels(layout, line.x[i], line.y[i]);
      if (drawn) {
        count += crosses(p, p, box);
        if (line.dash != Dash::kNone && !std::isnan(last.x)) count += crosses(last, p, box);
      }
      last = drawn ? p : Position{std::numeric_limits<double>::quiet_NaN(), 0};
    }
    return count;
  }
  std::size_t operator()(const Bars& bars) const {
    std::size_t count = 0;
    for (const Bar& b : bars.bars) {
      if (!b.drawable()) continue;
      const Position p = to_pixels(layout, b.left, b.bottom), q = to_pixels(layout, b.right, b.top);
      count += std::max(p.x, q.x) > box.left && std::min(p.x, q.x) < box.right && std::max(p.y, q.y) > box.top &&
               std::min(p.y, q.y) < box.bottom;
    }
    return count;
  }
  std::size_t operator()(const Image&) const { return 0; }
};

/// The first location that covers least.
Box best(const Axes& axes, const AxesLayout& layout, double width, double height, double pad) {
  Box out{};
  std::size_t least = std::numeric_limits<std::size_t>::max();
  for (int i = 0; i < static_cast<int>(Location::kBest); ++i) {
    const Box box = corner(static_cast<Location>(i), layout.box, width, height, pad);
    std::size_t covered = 0;
    for (const Series& s : axes.series) covered += std::visit(Cover{layout, box}, s);
    if (covered < least) least = covered, out = box;
  }
  return out;
}

}  // namespace

std::optional<LegendLayout> place_legend(const Axes& axes, AxesLayout& layout, double pixels_per_point) {
  if (!axes.legend) return std::nullopt;
  const double em = axes.legend->size * pixels_per_point;

  LegendLayout out;
  double widest = 0, lines = 0;
  for (std::size_t i = 0; i < axes.series.size(); ++i) {
    const std::string* label = label_of(axes.series[i]);
    if (!label || label->empty()) continue;
    out.entries.push_back({i, {}});
    for (const std::string& line : text_lines(*label)) widest = std::max(widest, text_width(line)), ++lines;
  }
  if (out.entries.empty()) return std::nullopt;

  const auto titles = axes.legend->title.empty() ? std::vector<std::string>() : text_lines(axes.legend->title);
  double width = (2 * kPad + kSample + kSampleGap + widest) * em;
  for (const std::string& t : titles) width = std::max(width, (2 * kPad + text_width(t)) * em);
  lines += static_cast<double>(titles.size());
  const double height = (2 * kPad + lines + kSpacing * (lines - 1)) * em;
  const double pad = kAxesPad * em;
  out.frame = axes.legend->location == Location::kBest ? best(axes, layout, width, height, pad)
                                                       : corner(axes.legend->location, layout.box, width, height, pad);
  out.frame = {std::round(out.frame.left), std::round(out.frame.top), std::round(out.frame.left + width),
               std::round(out.frame.top + height)};
  out.framed = axes.legend->frame;

  const double left = out.frame.left + kPad * em, text_left = left + (kSample + kSampleGap) * em;
  double y = out.frame.top + (kPad + kCapitalCenter) * em;
  const double step = (1 + kSpacing) * em;
  for (const std::string& t : titles) {
    layout.texts.push_back({t, {0.5 * (out.frame.left + out.frame.right), y}, em, Align::kCenter});
    y += step;
  }
  for (LegendLayout::Entry& entry : out.entries) {
    entry.sample = {left, y - 0.5 * kSampleHeight * em, left + kSample * em, y + 0.5 * kSampleHeight * em};
    for (std::string& line : text_lines(*label_of(axes.series[entry.series]))) {
      layout.texts.push_back({std::move(line), {text_left, y}, em, Align::kLeft});
      y += step;
    }
  }
  return out;
}

}  // namespace xgrad::plotting
