/// The model of a picture: a figure holds axes, axes hold series of points, bars and images. Plain data; the front
/// (plt.hpp) fills it, layout.hpp gives it places on paper.
#pragma once

#include <xgrad/plot/style.hpp>

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace xgrad::plotting {

inline constexpr double kPointsPerInch = 72;  // lengths named "pt" are points, as matplotlib's

/// Whether a coordinate can be drawn: not NaN, not infinite, nor so large that the length of a range overflows.
inline bool drawable(double v) { return std::abs(v) < 1e300; }

/// Points joined by a line, or marked, or both. A point with a NaN or an infinity is not drawn and interrupts the line.
struct Line {
  std::vector<double> x, y;
  std::string label;
  Color color;
  Dash dash = Dash::kSolid;
  double width = 1.5;        ///< pt
  char marker = 0;           ///< one of kMarkers, or 0 for none
  double marker_size = 7.0;  ///< pt, the edge included
};

struct Bar {
  double left, right, bottom, top;

  bool drawable() const {
    using plotting::drawable;
    return drawable(left) && drawable(right) && drawable(bottom) && drawable(top);
  }
};
struct Bars {
  std::vector<Bar> bars;
  std::string label;
  Color color;
};

/// Coloured pixels, row 0 first; the pixel of row r and column c is the unit square around (c, r).
struct Image {
  std::size_t rows = 0, cols = 0;
  std::vector<std::uint8_t> rgb;  ///< 3 bytes a pixel
  Interpolation interpolation = Interpolation::kAntialiased;
};

using Series = std::variant<Image, Bars, Line>;  // in the order they are painted

/// A title or a label.
struct Caption {
  std::string text;
  std::optional<double> size;  ///< pt
  Color color;
};

struct Axis {
  Caption label;
  std::optional<double> low, high;           ///< limits set by hand; low > high turns the axis round
  std::optional<std::vector<double>> ticks;  ///< set by hand
  std::vector<std::string> tick_labels;      ///< as many as ticks, or none for the numbers
};

/// One set of axes: cell `index` (from 1) of a grid of rows x cols.
struct Axes {
  int rows = 1, cols = 1, index = 1;
  std::vector<Series> series;
  Caption title;
  Axis x, y;
  bool visible = true;  ///< the frame, the ticks and their labels
  bool image_origin_upper = false;
  bool margins = true;  ///< 5 % of room around the data
  Aspect aspect = Aspect::kAuto;
  std::optional<Grid> grid;
  std::optional<Legend> legend;
  std::size_t next_line_color = 0, next_fill_color = 0;  ///< places in the colour cycle

  /// Nothing was drawn and nothing written.
  bool empty() const {
    return series.empty() && title.text.empty() && x.label.text.empty() && y.label.text.empty() && !legend;
  }
};

struct Figure {
  int number = 1;
  double width = 6.4, height = 4.8;  ///< inches
  double dpi = 100;
  Caption title;  ///< above all axes
  bool tight = false;
  std::vector<Axes> axes;
  std::size_t current = 0;  ///< index of the axes that the next call draws on

  bool empty() const {
    if (!title.text.empty()) return false;
    for (const Axes& a : axes)
      if (!a.empty()) return false;
    return true;
  }
};

}  // namespace xgrad::plotting
