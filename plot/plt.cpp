#include <xgrad/plot/image.hpp>
#include <xgrad/plot/plt.hpp>
#include <xgrad/plot/state.hpp>

#include <algorithm>
#include <cmath>

namespace xgrad::plt {
namespace {

using namespace plotting;

/// Exclusive use of the session for one call.
struct Use {
  Session& s = session();
  std::lock_guard<std::mutex> lock{s.mutex};
};

void check_same_length(const Values& x, const Values& y, std::string_view name) {
  check<ValueError>(x.size() == y.size(), "x and {} must have same first dimension, but have shapes ({},) and ({},)",
                    name, x.size(), y.size());
}

Caption caption(const std::string& text, const TextOptions& options) {
  return {text, options.fontsize(), options.color()};
}

template <class Options>
Color color_of(const Options& options, std::size_t& next) {
  return with_alpha(options.color() ? *options.color() : cycle_color(next++), options.alpha());
}

/// A marker's size with the edge that is drawn around it; '.' is a small 'o'.
double size_with_edge(char marker, double size, double edge) {
  if (marker == '+' || marker == 'x' || marker == '*') return size;
  return (marker == '.' ? 0.5 : 1.0) * size + edge;
}

void set_limits(Axis& axis, double low, double high) {
  check<ValueError>(drawable(low) && drawable(high), "Axis limits cannot be NaN or Inf");
  axis.low = low, axis.high = high;
}

void set_ticks(Axis& axis, const Values& ticks, const std::vector<std::string>* labels) {
  check<ValueError>(!labels || labels->size() == ticks.size(),
                    "The number of FixedLocator locations ({}), usually from a call to set_ticks, does not match the "
                    "number of labels ({}).",
                    ticks.size(), labels ? labels->size() : 0);
  for (const double t : ticks.vec()) check<ValueError>(drawable(t), "a tick cannot be NaN or Inf");
  axis.ticks = ticks.vec();
  axis.tick_labels = labels ? *labels : std::vector<std::string>();
}

/// Whether two cells of two grids share any paper.
bool overlap(const Axes& a, const Axes& b) {
  const auto apart = [](int i, int n, int j, int m) { return (i + 1) * m <= j * n || (j + 1) * n <= i * m; };
  const int row_a = (a.index - 1) / a.cols, row_b = (b.index - 1) / b.cols;
  const int col_a = (a.index - 1) % a.cols, col_b = (b.index - 1) % b.cols;
  return !apart(row_a, a.rows, row_b, b.rows) && !apart(col_a, a.cols, col_b, b.cols);
}

void add_bars(Axes& axes, const Values& x, const Values& height, const BarOptions& options) {
  Bars bars{{}, options.label(), color_of(options, axes.next_fill_color)};
  const double half = 0.5 * options.width();
  for (std::size_t i = 0; i < x.size(); ++i) {
    bars.bars.push_back({x[i] - half, x[i] + half, options.bottom(), options.bottom() + height[i]});
  }
  axes.series.emplace_back(std::move(bars));
}

}  // namespace

void figure(const FigureOptions& options) {
  Use use;
  Figure fresh;
  fresh.width = options.width(), fresh.height = options.height(), fresh.dpi = options.dpi();
  use.s.select_figure(options.num(), fresh);
}

void figure(int num, FigureOptions options) { figure(options.num(num)); }

void subplot(int rows, int cols, int index) {
  check<ValueError>(rows > 0, "Number of rows must be a positive integer, not {}", rows);
  check<ValueError>(cols > 0, "Number of columns must be a positive integer, not {}", cols);
  check<ValueError>(index >= 1 && index <= static_cast<std::int64_t>(rows) * cols,
                    "num must be an integer with 1 <= num <= {}, not {}", static_cast<std::int64_t>(rows) * cols,
                    index);
  Use use;
  Figure& f = use.s.figure();
  Axes wanted;
  wanted.rows = rows, wanted.cols = cols, wanted.index = index;
  const auto same = [&](const Axes& a) { return a.rows == rows && a.cols == cols && a.index == index; };
  std::erase_if(f.axes, [&](const Axes& a) { return !same(a) && overlap(a, wanted); });
  auto it = std::find_if(f.axes.begin(), f.axes.end(), same);
  if (it == f.axes.end()) it = f.axes.insert(f.axes.end(), std::move(wanted));
  f.current = static_cast<std::size_t>(it - f.axes.begin());
}

void subplot(int digits) {
  check<ValueError>(digits >= 111 && digits <= 999,
                    "Integer subplot specification must be a three-digit number, not {}", digits);
  subplot(digits / 100, digits / 10 % 10, digits % 10);
}

void suptitle(const std::string& text, const TextOptions& options) {
  Use use;
  use.s.figure().title = caption(text, options);
}

void tight_layout() {
  Use use;
  use.s.figure().tight = true;
}

void plot(const Values& y, const PlotOptions& options) { plot(Values::indices(y.size()), y, options); }

void plot(const Values& x, const Values& y, const PlotOptions& options) {
  check_same_length(x, y, "y");
  Use use;
  Axes& axes = use.s.axes();
  Line line{x.vec(), y.vec(), options.label(), color_of(options, axes.next_line_color)};
  line.dash = options.linestyle(), line.width = options.linewidth(), line.marker = options.marker();
  line.marker_size = size_with_edge(options.marker(), options.markersize(), 1.0);
  axes.series.emplace_back(std::move(line));
}

void plot(const Values& y, const char* fmt, PlotOptions options) { plot(y, options.fmt(fmt)); }
void plot(const Values& x, const Values& y, const char* fmt, PlotOptions options) { plot(x, y, options.fmt(fmt)); }

void scatter(const Values& x, const Values& y, const ScatterOptions& options) {
  check<ValueError>(x.size() == y.size(), "x and y must be the same size ({} and {})", x.size(), y.size());
  Use use;
  Axes& axes = use.s.axes();
  Line line{x.vec(), y.vec(), options.label(), color_of(options, axes.next_fill_color), Dash::kNone};
  line.marker = options.marker() ? options.marker() : 'o';
  line.marker_size = size_with_edge(line.marker, std::sqrt(std::max(options.s(), 0.0)), 1.5);
  axes.series.emplace_back(std::move(line));
}

void bar(const Values& x, const Values& height, const BarOptions& options) {
  check_same_length(x, height, "height");
  Use use;
  add_bars(use.s.axes(), x, height, options);
}

void bar(const std::vector<std::string>& names, const Values& height, const BarOptions& options) {
  const Values x = Values::indices(names.size());
  check_same_length(x, height, "height");
  Use use;
  Axes& axes = use.s.axes();
  add_bars(axes, x, height, options);
  set_ticks(axes.x, x, &names);
}

void hist(const Values& numbers, const HistOptions& options) {
  std::vector<double> kept;
  std::copy_if(numbers.vec().begin(), numbers.vec().end(), std::back_inserter(kept), drawable);
  double low = 0, high = 1;
  if (!kept.empty())
    low = *std::min_element(kept.begin(), kept.end()), high = *std::max_element(kept.begin(), kept.end());
  if (low == high) low -= 0.5, high += 0.5;
  const auto bins = static_cast<std::size_t>(options.bins());
  const double width = (high - low) / static_cast<double>(bins);
  std::vector<double> counts(bins, 0);
  for (const double v : kept) counts[std::min(static_cast<std::size_t>((v - low) / width), bins - 1)] += 1;
  const double unit = options.density() && !kept.empty() ? 1 / (static_cast<double>(kept.size()) * width) : 1.0;

  Use use;
  Axes& axes = use.s.axes();
  Bars bars{{}, options.label(), color_of(options, axes.next_fill_color)};
  for (std::size_t i = 0; i < bins; ++i) {
    const auto at = static_cast<double>(i);
    bars.bars.push_back({low + at * width, low + (at + 1) * width, 0, counts[i] * unit});
  }
  axes.series.emplace_back(std::move(bars));
}

void imshow(const Pixels& image, const ImshowOptions& options) {
  Image drawn =
      colored(image, options.cmap(), options.vmin(), options.vmax(), options.alpha(), options.interpolation());
  Use use;
  Axes& axes = use.s.axes();
  axes.image_origin_upper = options.upper();
  axes.aspect = options.aspect();
  axes.series.emplace_back(std::move(drawn));
}

void title(const std::string& text, const TextOptions& options) {
  Use use;
  use.s.axes().title = caption(text, options);
}

void xlabel(const std::string& text, const TextOptions& options) {
  Use use;
  use.s.axes().x.label = caption(text, options);
}

void ylabel(const std::string& text, const TextOptions& options) {
  Use use;
  use.s.axes().y.label = caption(text, options);
}

void xlim(double left, double right) {
  Use use;
  set_limits(use.s.axes().x, left, right);
}

void ylim(double bottom, double top) {
  Use use;
  set_limits(use.s.axes().y, bottom, top);
}

void xticks(const Values& ticks) {
  Use use;
  set_ticks(use.s.axes().x, ticks, nullptr);
}

void xticks(const Values& ticks, const std::vector<std::string>& labels) {
  Use use;
  set_ticks(use.s.axes().x, ticks, &labels);
}

void yticks(const Values& ticks) {
  Use use;
  set_ticks(use.s.axes().y, ticks, nullptr);
}

void yticks(const Values& ticks, const std::vector<std::string>& labels) {
  Use use;
  set_ticks(use.s.axes().y, ticks, &labels);
}

void legend(const LegendOptions& options) {
  Use use;
  use.s.axes().legend = options.legend();
}

void legend(const std::vector<std::string>& labels, const LegendOptions& options) {
  Use use;
  Axes& axes = use.s.axes();
  auto next = labels.begin();
  for (Series& s : axes.series) {
    if (next == labels.end()) break;
    if (auto* line = std::get_if<Line>(&s))
      line->label = *next++;
    else if (auto* bars = std::get_if<Bars>(&s))
      bars->label = *next++;
  }
  axes.legend = options.legend();
}

void grid(bool visible, const GridOptions& options) {
  Use use;
  Axes& axes = use.s.axes();
  if (visible)
    axes.grid = options.grid();
  else
    axes.grid.reset();
}

void axis(const std::string& what) {
  Use use;
  Axes& axes = use.s.axes();
  if (what == "off" || what == "on")
    axes.visible = what == "on";
  else if (what == "equal")
    axes.aspect = Aspect::kEqualLimits;
  else if (what == "image")
    axes.aspect = Aspect::kEqualBox, axes.margins = false;
  else if (what == "tight")
    axes.margins = false;
  else if (what == "auto")
    axes.aspect = Aspect::kAuto, axes.margins = true;
  else
    fail<ValueError>("Unrecognized string '{}' to axis; try 'on' or 'off'", what);
}

void axis(double xmin, double xmax, double ymin, double ymax) {
  Use use;
  Axes& axes = use.s.axes();
  set_limits(axes.x, xmin, xmax);
  set_limits(axes.y, ymin, ymax);
}

std::vector<std::string> show() {
  Use use;
  return use.s.show();
}

void savefig(const std::string& path, const SavefigOptions& options) {
  Use use;
  use.s.save(path, options.dpi());
}

void close() {
  Use use;
  use.s.close();
}

void close(int num) {
  Use use;
  use.s.close(num);
}

void close(const std::string& all) {
  check<ValueError>(all == "all", "close takes nothing, a figure's number or \"all\", not \"{}\"", all);
  Use use;
  use.s.close_all();
}

void clf() {
  Use use;
  Figure& f = use.s.figure();
  f.axes.clear();
  f.title = {};
  f.tight = false;
}

void cla() {
  Use use;
  Axes& axes = use.s.axes();
  Axes fresh;
  fresh.rows = axes.rows, fresh.cols = axes.cols, fresh.index = axes.index;
  axes = std::move(fresh);
}

void set_output_prefix(const std::string& prefix) {
  Use use;
  use.s.prefix = prefix;
}

void set_gnuplot(const std::string& program) {
  Use use;
  use.s.tools.gnuplot = program;
}

}  // namespace xgrad::plt
