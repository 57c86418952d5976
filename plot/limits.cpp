#include <xgrad/plot/layout.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace xgrad::plotting {
namespace {

constexpr double kMargin = 0.05;  // of the data's length, on either side

/// The interval of some data, and the edges that take no margin.
class Extent {
 public:
  void add(double v) { low_ = std::min(low_, v), high_ = std::max(high_, v); }
  void add_edge(double v) {
    add(v);
    edges_.push_back(v);
  }

  Range range(const Axis& axis, bool margins) const {
    Range out = low_ <= high_ ? widened({low_, high_}) : Range{0, 1};
    if (low_ <= high_ && margins) {
      const double room = kMargin * out.length();
      if (!is_edge(low_)) out.low -= room;
      if (!is_edge(high_)) out.high += room;
    }
    if (axis.ticks) {
      for (const double t : *axis.ticks) out = {std::min(out.low, t), std::max(out.high, t)};
    }
    if (axis.low) out.low = *axis.low;
    if (axis.high) out.high = *axis.high;
    if (out.low <= out.high) return widened(out);
    const Range turned = widened({out.high, out.low});
    return {turned.high, turned.low};
  }

 private:
  bool is_edge(double v) const { return std::find(edges_.begin(), edges_.end(), v) != edges_.end(); }

  double low_ = std::numeric_limits<double>::infinity(), high_ = -low_;
  std::vector<double> edges_;
};

struct Collector {
  Extent &x, &y;

  void operator()(const Line& line) const {
    for (std::size_t i = 0; i < line.x.size(); ++i) {
      if (drawable(line.x[i]) && drawable(line.y[i])) x.add(line.x[i]), y.add(line.y[i]);
    }
  }
  void operator()(const Bars& bars) const {
    for (const Bar& b : bars.bars) {
      if (!b.drawable()) continue;
      x.add(b.left), x.add(b.right), y.add_edge(b.bottom), y.add(b.top);
    }
  }
  void operator()(const Image& image) const {
    x.add_edge(-0.5), x.add_edge(static_cast<double>(image.cols) - 0.5);
    y.add_edge(-0.5), y.add_edge(static_cast<double>(image.rows) - 0.5);
  }
};

}  // namespace

Limits data_limits(const Axes& axes) {
  Extent x, y;
  for (const Series& s : axes.series) std::visit(Collector{x, y}, s);
  Limits out{x.range(axes.x, axes.margins), y.range(axes.y, axes.margins)};
  const bool by_hand = axes.y.low || axes.y.high;
  if (axes.image_origin_upper && !by_hand) std::swap(out.y.low, out.y.high);
  return out;
}

}  // namespace xgrad::plotting
