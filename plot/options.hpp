/// Options of the plt functions: fluent setters named as matplotlib's keywords. Values are checked when they are set.
///
///     plt::plot(x, y, plt::PlotOptions().label("Train").linestyle("--").color("C3"));
#pragma once

#include <xgrad/plot/style.hpp>
#include <xgrad/plot/values.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace xgrad::plotting {

/// "-", "--", ":", "-." or "none", or matplotlib's words for them; throws ValueError for others.
Dash parse_dash(std::string_view name);
/// One of kMarkers, or "" and "none" for no marker; throws ValueError for others.
char parse_marker(std::string_view name);
/// "best", "upper right", "center left", ...; throws ValueError for others.
Location parse_location(std::string_view name);
Interpolation parse_interpolation(std::string_view name);
Aspect parse_aspect(std::string_view name);

}  // namespace xgrad::plotting

namespace xgrad::plt {

/// What everything with a legend entry and a colour takes.
template <class Self>
class SeriesOptions {
 public:
  /// The entry in the legend; without one the series has none.
  Self& label(std::string text) { return label_ = std::move(text), self(); }
  /// See plotting::parse_color. Without one the next colour of the cycle is taken.
  Self& color(std::string_view name) { return color_ = plotting::parse_color(name), self(); }
  /// Opacity in [0, 1].
  Self& alpha(double opacity) {
    check<ValueError>(opacity >= 0 && opacity <= 1, "alpha ({}) is outside 0-1 range", opacity);
    return alpha_ = opacity, self();
  }

  const std::string& label() const { return label_; }
  const std::optional<plotting::Color>& color() const { return color_; }
  double alpha() const { return alpha_; }

 protected:
  Self& self() { return static_cast<Self&>(*this); }
  void default_color(plotting::Color color) {
    if (!color_) color_ = color;
  }

 private:
  std::string label_;
  std::optional<plotting::Color> color_;
  double alpha_ = 1;
};

/// plot: label, color, alpha, linestyle, linewidth (points), marker, markersize (points).
class PlotOptions : public SeriesOptions<PlotOptions> {
 public:
  PlotOptions& linestyle(std::string_view name) { return dash_ = plotting::parse_dash(name), *this; }
  PlotOptions& linewidth(double points) { return width_ = points, *this; }
  PlotOptions& marker(std::string_view name) { return marker_ = plotting::parse_marker(name), *this; }
  PlotOptions& markersize(double points) { return marker_size_ = points, *this; }
  /// matplotlib's short form, such as "r--o": a colour's letter, a line style and a marker in any order. A marker alone
  /// means no line. What was set by name stays.
  PlotOptions& fmt(std::string_view text);

  plotting::Dash linestyle() const { return dash_.value_or(plotting::Dash::kSolid); }
  double linewidth() const { return width_; }
  char marker() const { return marker_.value_or(0); }
  double markersize() const { return marker_size_; }

 private:
  std::optional<plotting::Dash> dash_;
  std::optional<char> marker_;
  double width_ = 1.5, marker_size_ = 6;
};

/// scatter: label, color, alpha, marker, s (area of a marker in square points).
class ScatterOptions : public SeriesOptions<ScatterOptions> {
 public:
  ScatterOptions& marker(std::string_view name) { return marker_ = plotting::parse_marker(name), *this; }
  ScatterOptions& s(double area) { return area_ = area, *this; }

  char marker() const { return marker_; }
  double s() const { return area_; }

 private:
  char marker_ = 'o';
  double area_ = 36;
};

/// bar: label, color, alpha, width (in units of x), bottom.
class BarOptions : public SeriesOptions<BarOptions> {
 public:
  BarOptions& width(double units) { return width_ = units, *this; }
  BarOptions& bottom(double y) { return bottom_ = y, *this; }

  double width() const { return width_; }
  double bottom() const { return bottom_; }

 private:
  double width_ = 0.8, bottom_ = 0;
};

/// hist: label, color, alpha, bins (how many), density (area 1 instead of counts).
class HistOptions : public SeriesOptions<HistOptions> {
 public:
  HistOptions& bins(int count) {
    check<ValueError>(count >= 1, "`bins` must be positive, when an integer, but got {}", count);
    return bins_ = count, *this;
  }
  HistOptions& density(bool on) { return density_ = on, *this; }

  int bins() const { return bins_; }
  bool density() const { return density_; }

 private:
  int bins_ = 10;
  bool density_ = false;
};

/// imshow: cmap (see plotting::Colormap), vmin and vmax (the numbers at the ends of the colormap; by default the
/// image's smallest and largest), interpolation ("antialiased", "nearest", "bilinear"), origin ("upper", "lower"),
/// aspect ("equal", "auto"), alpha.
class ImshowOptions {
 public:
  ImshowOptions& cmap(std::string_view name) { return cmap_ = plotting::Colormap(name), *this; }
  ImshowOptions& vmin(double v) { return vmin_ = v, *this; }
  ImshowOptions& vmax(double v) { return vmax_ = v, *this; }
  ImshowOptions& interpolation(std::string_view name) {
    return interpolation_ = plotting::parse_interpolation(name), *this;
  }
  ImshowOptions& origin(std::string_view name) {
    check<ValueError>(name == "upper" || name == "lower",
                      "'{}' is not a valid value for origin; supported values are 'upper', 'lower'", name);
    return upper_ = name == "upper", *this;
  }
  ImshowOptions& aspect(std::string_view name) { return aspect_ = plotting::parse_aspect(name), *this; }
  ImshowOptions& alpha(double opacity) {
    check<ValueError>(opacity >= 0 && opacity <= 1, "alpha ({}) is outside 0-1 range", opacity);
    return alpha_ = opacity, *this;
  }

  const plotting::Colormap& cmap() const { return cmap_; }
  std::optional<double> vmin() const { return vmin_; }
  std::optional<double> vmax() const { return vmax_; }
  plotting::Interpolation interpolation() const { return interpolation_; }
  bool upper() const { return upper_; }
  plotting::Aspect aspect() const { return aspect_; }
  double alpha() const { return alpha_; }

 private:
  plotting::Colormap cmap_{"viridis"};
  std::optional<double> vmin_, vmax_;
  plotting::Interpolation interpolation_ = plotting::Interpolation::kAntialiased;
  plotting::Aspect aspect_ = plotting::Aspect::kEqualBox;
  bool upper_ = true;
  double alpha_ = 1;
};

/// figure: num, figsize (width and height in inches), dpi.
class FigureOptions {
 public:
  FigureOptions& num(int n) { return num_ = n, *this; }
  FigureOptions& figsize(const plotting::Values& inches) {
    check<ValueError>(inches.size() == 2 && inches[0] > 0 && inches[1] > 0,
                      "figsize takes two positive numbers, width and height in inches");
    return width_ = inches[0], height_ = inches[1], *this;
  }
  FigureOptions& figsize(double width, double height) { return figsize(plotting::Values{width, height}); }
  FigureOptions& dpi(double dots) {
    check<ValueError>(dots > 0, "dpi must be positive, but got {}", dots);
    return dpi_ = dots, *this;
  }

  std::optional<int> num() const { return num_; }
  double width() const { return width_; }
  double height() const { return height_; }
  double dpi() const { return dpi_; }

 private:
  std::optional<int> num_;
  double width_ = 6.4, height_ = 4.8, dpi_ = 100;
};

/// title, suptitle, xlabel, ylabel: fontsize (points), color.
class TextOptions {
 public:
  TextOptions& fontsize(double points) {
    check<ValueError>(points > 0, "fontsize must be positive, but got {}", points);
    return size_ = points, *this;
  }
  TextOptions& color(std::string_view name) { return color_ = plotting::parse_color(name), *this; }

  std::optional<double> fontsize() const { return size_; }
  plotting::Color color() const { return color_; }

 private:
  std::optional<double> size_;
  plotting::Color color_;
};

/// legend: loc, frameon, fontsize (points), title.
class LegendOptions {
 public:
  LegendOptions& loc(std::string_view name) { return legend_.location = plotting::parse_location(name), *this; }
  LegendOptions& frameon(bool on) { return legend_.frame = on, *this; }
  LegendOptions& fontsize(double points) {
    check<ValueError>(points > 0, "fontsize must be positive, but got {}", points);
    return legend_.size = points, *this;
  }
  LegendOptions& title(std::string text) { return legend_.title = std::move(text), *this; }

  const plotting::Legend& legend() const { return legend_; }

 private:
  plotting::Legend legend_;
};

/// grid: axis ("both", "x", "y"), color, alpha, linestyle, linewidth (points).
class GridOptions {
 public:
  GridOptions& axis(std::string_view which) {
    check<ValueError>(which == "both" || which == "x" || which == "y",
                      "'{}' is not a valid value for axis; supported values are 'both', 'x', 'y'", which);
    return grid_.x = which != "y", grid_.y = which != "x", *this;
  }
  GridOptions& color(std::string_view name) { return grid_.color = plotting::parse_color(name), *this; }
  GridOptions& alpha(double opacity) { return alpha_ = opacity, *this; }
  GridOptions& linestyle(std::string_view name) { return grid_.dash = plotting::parse_dash(name), *this; }
  GridOptions& linewidth(double points) { return grid_.width = points, *this; }

  plotting::Grid grid() const {
    plotting::Grid grid = grid_;
    if (alpha_) grid.color = plotting::with_alpha(grid.color, *alpha_);  // whichever was set first
    return grid;
  }

 private:
  plotting::Grid grid_;
  std::optional<double> alpha_;
};

/// savefig: dpi.
class SavefigOptions {
 public:
  SavefigOptions& dpi(double dots) {
    check<ValueError>(dots > 0, "dpi must be positive, but got {}", dots);
    return dpi_ = dots, *this;
  }

  std::optional<double> dpi() const { return dpi_; }

 private:
  std::optional<double> dpi_;
};

}  // namespace xgrad::plt
