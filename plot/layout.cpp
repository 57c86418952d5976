#include <xgrad/plot/layout.hpp>
#include <xgrad/plot/text.hpp>

#include <algorithm>
#include <cmath>

namespace xgrad::plotting {
namespace {

// matplotlib's defaults, in points.
constexpr double kTickSize = 10, kLabelSize = 10, kTitleSize = 12, kSuptitleSize = 12;
constexpr double kTickLength = 3.5, kTickPad = 3.5, kTickWidth = 0.8, kLabelPad = 4, kTitlePad = 6;
// Parts of the figure's width or height.
constexpr double kLeft = 0.125, kRight = 0.1, kBottom = 0.11, kTop = 0.12, kGap = 0.2, kSuptitleTop = 0.02;
constexpr double kTightPad = 1.08;  // ems of the tick labels, around everything in a tight layout

constexpr double kLineHeight = 1.2;  // ems from a line of text to the next
constexpr double kSmallBox = 79;     // points: in a smaller box the tick labels are smaller, but not below kSmallest
constexpr double kSmallest = 0.7;

/// Room that ticks, labels and titles take around a box, in pixels.
struct Room {
  double left = 0, top = 0, right = 0, bottom = 0;

  void grow(const Room& other) {
    left = std::max(left, other.left), top = std::max(top, other.top);
    right = std::max(right, other.right), bottom = std::max(bottom, other.bottom);
  }
};

double widest(const std::vector<std::string>& lines) {
  double out = 0;
  for (const std::string& line : lines) out = std::max(out, text_width(line));
  return out;
}

/// Ticks inside the limits, with their labels.
struct Scale {
  std::vector<double> at;
  TickLabels labels;
};

Range sorted(Range r) { return {std::min(r.low, r.high), std::max(r.low, r.high)}; }

Scale ticks_by_hand(const Axis& axis, Range range) {
  Scale out;
  TickLabels numbers = axis.tick_labels.empty() ? format_ticks(*axis.ticks) : TickLabels{axis.tick_labels, ""};
  out.labels.exponent = numbers.exponent;
  const double slack = range.length() * 1e-9;
  for (std::size_t i = 0; i < axis.ticks->size(); ++i) {
    const double t = (*axis.ticks)[i];
    if (t < range.low - slack || t > range.high + slack) continue;
    out.at.push_back(t);
    out.labels.text.push_back(numbers.text[i]);
  }
  return out;
}

/// Round ticks: one for every two (y) or three (x) ems at most, nine at most, and so many that labels stay apart.
Scale choose_ticks(const Axis& axis, Range limits, double pixels, double em, bool horizontal) {
  const Range range = sorted(limits);
  if (axis.ticks) return ticks_by_hand(axis, range);
  int intervals = std::clamp(static_cast<int>(pixels / (em * (horizontal ? 3 : 2))), 1, 9);
  for (;; --intervals) {
    Scale out;
    out.at = tick_positions(range, intervals);
    out.labels = format_ticks(out.at);
    const double spacing = out.at.size() < 2 ? pixels : pixels * (out.at[1] - out.at[0]) / range.length();
    const double needed = em * (horizontal ? widest(out.labels.text) + 0.4 : 1.1);
    if (spacing >= needed || intervals == 1) return out;
  }
}

/// Lays out one set of axes in a cell of the paper.
class AxesPlacer {
 public:
  AxesPlacer(const Axes& axes, double pixels_per_point) : axes_(axes), pt_(pixels_per_point) {}

  /// Chooses limits, box and ticks for a cell. `pitch` is the room for a title: the cell and the gap beside it.
  void fit(Box cell, double pitch) {
    const Limits limits = data_limits(axes_);
    out_ = {};
    out_.x = limits.x, out_.y = limits.y;
    pitch_ = pitch;
    apply_aspect(cell);
    out_.box = {std::round(cell.left), std::round(cell.top), std::round(cell.right), std::round(cell.bottom)};
    const double side = std::min(out_.box.width(), out_.box.height());
    em_ = kTickSize * pt_ * std::clamp(side / (kSmallBox * pt_), kSmallest, 1.0);
    x_ = choose_ticks(axes_.x, out_.x, out_.box.width(), em_, true);
    y_ = choose_ticks(axes_.y, out_.y, out_.box.height(), em_, false);
  }

  /// How far the decorations of the fitted box reach beyond it.
  Room room() const {
    Room r;
    if (axes_.visible) {
      r.left = tick_reach() + widest(y_.labels.text) * em_;
      r.bottom = tick_reach() + x_label_height();
      if (!y_.labels.text.empty()) r.top = 0.5 * em_;
      if (!x_.at.empty()) {
        const auto [first, last] = std::minmax({to_pixels(out_, x_.at[0], 0).x, to_pixels(out_, x_.at.back(), 0).x});
        const double half = 0.5 * widest(x_.labels.text) * em_;
        r.right = std::max(0.0, last + half - out_.box.right);
        r.left = std::max(r.left, out_.box.left - first + half);
      }
      if (!y_.labels.exponent.empty()) r.top = 1.3 * em_;
      if (!x_.labels.exponent.empty()) r.bottom += em_;
      if (!axes_.y.label.text.empty()) r.left += (kLabelPad * pt_) + height_of(axes_.y.label, kLabelSize);
      if (!axes_.x.label.text.empty()) {
        r.bottom = tick_reach() + x_label_height() + kLabelPad * pt_ + height_of(axes_.x.label, kLabelSize);
      }
    }
    if (!axes_.title.text.empty()) {
      r.top = std::max(r.top, title_gap() + height_of(axes_.title, kTitleSize));
    }
    return r;
  }

  const Box& box() const { return out_.box; }

  AxesLayout finish() {
    if (axes_.grid) add_grid(*axes_.grid);
    if (axes_.visible) add_x_axis(), add_y_axis();
    add_title();
    out_.legend = place_legend(axes_, out_, pt_);
    return std::move(out_);
  }

 private:
  double tick_reach() const { return (kTickLength + kTickPad) * pt_; }
  double size_of(const Caption& caption, double otherwise) const { return caption.size.value_or(otherwise) * pt_; }
  double height_of(const Caption& caption, double otherwise) const {
    const auto lines = static_cast<double>(text_lines(caption.text).size());
    return size_of(caption, otherwise) * (1 + (lines - 1) * kLineHeight);
  }
  double x_label_height() const {
    std::size_t lines = x_.labels.text.empty() ? 0 : 1;
    for (const std::string& t : x_.labels.text) lines = std::max(lines, text_lines(t).size());
    return lines == 0 ? 0 : em_ * (1 + static_cast<double>(lines - 1) * kLineHeight);
  }

  /// From the box to the title's baseline; a title so wide that it reaches the power of ten stands above that.
  double title_gap() const {
    const double exponent = axes_.visible ? text_width(y_.labels.exponent) * em_ : 0;
    const double width = widest(text_lines(axes_.title.text)) * fitted(axes_.title, kTitleSize);
    const bool meet = exponent > 0 && 0.5 * (out_.box.width() - width) < exponent + 0.5 * em_;
    return meet ? 1.5 * em_ : kTitlePad * pt_;
  }

  void apply_aspect(Box& cell) {
    const double units_x = std::abs(out_.x.length()), units_y = std::abs(out_.y.length());
    const double scale_x = cell.width() / units_x, scale_y = cell.height() / units_y;
    if (axes_.aspect == Aspect::kEqualBox) {
      const double scale = std::min(scale_x, scale_y);
      const double w = units_x * scale, h = units_y * scale;
      const double x = 0.5 * (cell.left + cell.right), y = 0.5 * (cell.top + cell.bottom);
      cell = {x - w / 2, y - h / 2, x + w / 2, y + h / 2};
    } else if (axes_.aspect == Aspect::kEqualLimits) {
      Range& shorter = scale_x > scale_y ? out_.x : out_.y;
      const double factor = std::max(scale_x, scale_y) / std::min(scale_x, scale_y);
      const double middle = 0.5 * (shorter.low + shorter.high), half = 0.5 * shorter.length() * factor;
      shorter = {middle - half, middle + half};
    }
  }

  void add_lines(const std::string& text, Position top, double size, Align align, Color color = {}) {
    double y = top.y + kCapitalCenter * size;
    for (std::string& line : text_lines(text)) {
      if (!line.empty()) out_.texts.push_back({std::move(line), {top.x, y}, size, align, false, color});
      y += kLineHeight * size;
    }
  }

  void add_grid(const Grid& grid) {
    const auto stroke = [&](Position from, Position to) {
      out_.grid.push_back({from, to, grid.width * pt_, grid.color, grid.dash});
    };
    const Box& b = out_.box;
    if (grid.x) {
      for (const double t : x_.at) stroke({to_pixels(out_, t, 0).x, b.bottom}, {to_pixels(out_, t, 0).x, b.top});
    }
    if (grid.y) {
      for (const double t : y_.at) stroke({b.left, to_pixels(out_, 0, t).y}, {b.right, to_pixels(out_, 0, t).y});
    }
  }

  void add_x_axis() {
    const Box& b = out_.box;
    for (std::size_t i = 0; i < x_.at.size(); ++i) {
      const double x = std::round(to_pixels(out_, x_.at[i], 0).x);
      out_.ticks.push_back({{x, b.bottom}, {x, b.bottom + kTickLength * pt_}, kTickWidth * pt_});
      add_lines(x_.labels.text[i], {x, b.bottom + tick_reach()}, em_, Align::kCenter);
    }
    const double below = b.bottom + tick_reach() + x_label_height();
    add_lines(x_.labels.exponent, {b.right, below}, em_, Align::kRight);
    const double size = fitted(axes_.x.label, kLabelSize);
    add_lines(axes_.x.label.text, {0.5 * (b.left + b.right), below + kLabelPad * pt_}, size, Align::kCenter,
              axes_.x.label.color);
  }

  void add_y_axis() {
    const Box& b = out_.box;
    for (std::size_t i = 0; i < y_.at.size(); ++i) {
      const double y = std::round(to_pixels(out_, 0, y_.at[i]).y);
      out_.ticks.push_back({{b.left, y}, {b.left - kTickLength * pt_, y}, kTickWidth * pt_});
      const auto lines = text_lines(y_.labels.text[i]);
      double line_y = y - 0.5 * kLineHeight * em_ * static_cast<double>(lines.size() - 1);
      for (const std::string& line : lines) {
        if (!line.empty()) out_.texts.push_back({line, {b.left - tick_reach(), line_y}, em_, Align::kRight});
        line_y += kLineHeight * em_;
      }
    }
    add_lines(y_.labels.exponent, {b.left, b.top - 1.2 * em_}, em_, Align::kLeft);
    const Caption& label = axes_.y.label;
    const double size = size_of(label, kLabelSize);
    const auto lines = text_lines(label.text);
    double x = b.left - tick_reach() - widest(y_.labels.text) * em_ - kLabelPad * pt_;
    x -= size * (1 - kCapitalCenter + static_cast<double>(lines.size() - 1) * kLineHeight);
    for (const std::string& line : lines) {
      if (!line.empty()) {
        out_.texts.push_back({line, {x, 0.5 * (b.top + b.bottom)}, size, Align::kCenter, true, label.color});
      }
      x += kLineHeight * size;
    }
  }

  /// The size of a caption that is no wider than its share of the paper.
  double fitted(const Caption& caption, double otherwise) const {
    const double size = size_of(caption, otherwise);
    if (caption.size) return size;
    const double ems = widest(text_lines(caption.text));
    return std::min(size, std::max(pitch_ / std::max(ems, 1e-9), 0.55 * size));
  }

  void add_title() {
    const double size = fitted(axes_.title, kTitleSize);
    const auto lines = static_cast<double>(text_lines(axes_.title.text).size());
    constexpr double kBaseline = 0.365 + kCapitalCenter;  // ems below the top of a line
    const double top = out_.box.top - title_gap() - size * (kBaseline + (lines - 1) * kLineHeight);
    add_lines(axes_.title.text, {0.5 * (out_.box.left + out_.box.right), top}, size, Align::kCenter, axes_.title.color);
  }

  const Axes& axes_;
  double pt_, em_ = 0, pitch_ = 0;
  Scale x_, y_;
  AxesLayout out_;
};

/// The margins and gaps of all grids of a figure.
struct Spacing {
  Room margin;
  double gap_x = 0, gap_y = 0;  ///< 0: a fifth of a box

  Box cell(const Axes& axes, double width, double height) const {
    const auto span = [](int count, int index, double low, double high, double gap) {
      const double room = high - low;
      const double box =
          gap > 0 ? std::max((room - gap * (count - 1)) / count, 8.0) : room / (count + kGap * (count - 1));
      const double start = low + index * (box + (gap > 0 ? gap : kGap * box));
      return std::pair(start, start + box);
    };
    const int row = (axes.index - 1) / axes.cols, column = (axes.index - 1) % axes.cols;
    const auto [left, right] = span(axes.cols, column, margin.left, width - margin.right, gap_x);
    const auto [top, bottom] = span(axes.rows, row, margin.top, height - margin.bottom, gap_y);
    return {left, top, right, bottom};
  }
};

class FigurePlacer {
 public:
  FigurePlacer(const Figure& figure, double dpi)
      : figure_(figure),
        pt_(dpi / kPointsPerInch),
        width_(std::max(std::round(figure.width * dpi), 16.0)),
        height_(std::max(std::round(figure.height * dpi), 16.0)) {
    for (const Axes& a : figure.axes) placers_.emplace_back(a, pt_);
  }

  Layout run() {
    Layout out;
    out.width = static_cast<int>(width_), out.height = static_cast<int>(height_), out.pixels_per_point = pt_;
    Spacing spacing{{kLeft * width_, kTop * height_, kRight * width_, kBottom * height_}, 0, 0};
    fit(spacing);
    const bool tight = figure_.tight || collides(spacing);
    // Ticks depend on the size of a box and the size of a box on the room for ticks: this settles at once or twice.
    for (int round = 0; round < 3; ++round) {
      spacing = tight ? tight_spacing() : roomy(spacing);
      fit(spacing);
    }
    for (AxesPlacer& p : placers_) out.axes.push_back(p.finish());
    add_suptitle(out);
    return out;
  }

 private:
  double pad() const { return kTightPad * kTickSize * pt_; }
  double suptitle_size() const { return figure_.title.size.value_or(kSuptitleSize) * pt_; }
  double suptitle_bottom() const {
    if (figure_.title.text.empty()) return 0;
    const auto lines = static_cast<double>(text_lines(figure_.title.text).size());
    return kSuptitleTop * height_ + suptitle_size() * (1 + (lines - 1) * kLineHeight);
  }

  void fit(const Spacing& spacing) {
    room_ = excess_ = {};
    for (std::size_t i = 0; i < placers_.size(); ++i) {
      const Axes& axes = figure_.axes[i];
      const Box cell = spacing.cell(axes, width_, height_);
      placers_[i].fit(cell, caption_room(axes, cell, spacing));
      Room r = placers_[i].room();
      room_.grow(r);
      // A box that keeps its aspect leaves part of its cell to its decorations.
      const Box& used = placers_[i].box();
      r.left -= used.left - cell.left, r.right -= cell.right - used.right;
      r.top -= used.top - cell.top, r.bottom -= cell.bottom - used.bottom;
      excess_.grow(r);
    }
  }

  /// How wide a text over or under a cell may be: up to its neighbours and the edges of the paper.
  double caption_room(const Axes& axes, const Box& cell, const Spacing& spacing) const {
    const double space = 0.5 * kTickSize * pt_, center = 0.5 * (cell.left + cell.right);
    const double edges = 2 * (std::min(center, width_ - center) - space);
    if (axes.cols == 1) return edges;
    const double gap = spacing.gap_x > 0 ? spacing.gap_x : kGap * cell.width();
    return std::min(edges, cell.width() + gap - space);
  }

  bool collides(const Spacing& spacing) const {
    for (const Axes& axes : figure_.axes) {
      const Box cell = spacing.cell(axes, width_, height_);
      if (axes.cols > 1 && excess_.left + excess_.right > kGap * cell.width()) return true;
      if (axes.rows > 1 && excess_.top + excess_.bottom > kGap * cell.height()) return true;
    }
    return false;
  }

  /// matplotlib's margins, wider where a label would leave the paper.
  Spacing roomy(const Spacing& spacing) const {
    Spacing out = spacing;
    const double edge = 0.3 * kTickSize * pt_;
    const double above = suptitle_bottom() > 0 ? suptitle_bottom() + edge : 0;
    out.margin.grow({excess_.left + edge, excess_.top + edge + above, excess_.right + edge, excess_.bottom + edge});
    return out;
  }

  Spacing tight_spacing() const {
    const double above = suptitle_bottom() > 0 ? suptitle_bottom() : 0;
    Spacing out{{room_.left + pad(), room_.top + pad() + above, room_.right + pad(), room_.bottom + pad()}, 0, 0};
    out.gap_x = std::max(room_.left + room_.right + pad(), 1.0);
    out.gap_y = std::max(room_.top + room_.bottom + pad(), 1.0);
    return out;
  }

  void add_suptitle(Layout& out) const {
    const double size = suptitle_size();
    double y = kSuptitleTop * height_ + kCapitalCenter * size;
    for (std::string& line : text_lines(figure_.title.text)) {
      if (!line.empty()) {
        out.texts.push_back({std::move(line), {0.5 * width_, y}, size, Align::kCenter, false, figure_.title.color});
      }
      y += kLineHeight * size;
    }
  }

  const Figure& figure_;
  double pt_, width_, height_;
  std::vector<AxesPlacer> placers_;
  Room room_;    ///< the most that decorations take around a box
  Room excess_;  ///< the most that they reach out of a cell
};

}  // namespace

Position to_pixels(const AxesLayout& layout, double x, double y) {
  const Box& b = layout.box;
  return {b.left + (x - layout.x.low) / layout.x.length() * b.width(),
          b.bottom - (y - layout.y.low) / layout.y.length() * b.height()};
}

Layout lay_out(const Figure& figure, double dpi) { return FigurePlacer(figure, dpi).run(); }

}  // namespace xgrad::plotting
