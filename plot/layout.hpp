/// Where everything in a figure goes: limits, ticks, texts and the legend in pixels. The sizes and distances are
/// matplotlib's defaults; unlike there, labels that would run into a neighbour or off the paper push the axes aside.
#pragma once

#include <xgrad/plot/figure.hpp>
#include <xgrad/plot/ticks.hpp>

#include <optional>
#include <string>
#include <vector>

namespace xgrad::plotting {

/// Pixels from the left upper corner, y downwards.
struct Position {
  double x = 0, y = 0;
};

struct Box {
  double left = 0, top = 0, right = 0, bottom = 0;

  double width() const { return right - left; }
  double height() const { return bottom - top; }
};

enum class Align : std::uint8_t { kLeft, kCenter, kRight };

/// One line of text; `at` is at half the height of its capitals.
struct Text {
  std::string line;
  Position at;
  double size;  ///< pixels an em
  Align align = Align::kCenter;
  bool upright = false;  ///< reads from bottom to top
  Color color{};
};

struct Stroke {
  Position from, to;
  double width;  ///< pixels
  Color color{};
  Dash dash = Dash::kSolid;
};

/// A legend's frame and, for each entry, where its sample of a line or bar stands. The texts are among the axes' texts.
struct LegendLayout {
  Box frame;
  bool framed;
  struct Entry {
    std::size_t series;  ///< index in the axes' series
    Box sample;
  };
  std::vector<Entry> entries;
};

struct AxesLayout {
  Box box;
  Range x, y;  ///< at left and right, at bottom and top: low > high on an axis that is turned round
  std::vector<Stroke> grid, ticks;
  std::vector<Text> texts;
  std::optional<LegendLayout> legend;
};

struct Layout {
  int width = 0, height = 0;  ///< pixels
  double pixels_per_point = 1;
  std::vector<AxesLayout> axes;  ///< as many as the figure's
  std::vector<Text> texts;
};

/// Lays out a figure at `dpi` pixels an inch.
Layout lay_out(const Figure& figure, double dpi);

/// The limits of an axes' data with its margins, or what was set by hand.
struct Limits {
  Range x, y;
};
Limits data_limits(const Axes& axes);

/// Places the legend, and appends its texts to `layout.texts`. Nothing when no series has a label.
std::optional<LegendLayout> place_legend(const Axes& axes, AxesLayout& layout, double pixels_per_point);

/// Where a point of the data lies in pixels.
Position to_pixels(const AxesLayout& layout, double x, double y);

}  // namespace xgrad::plotting
