#include <xgrad/plot/gnuplot.hpp>
#include <xgrad/plot/image.hpp>

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <numbers>

namespace xgrad::plotting {
namespace {

/// How a renderer's units relate to pixels.
struct Device {
  std::string_view terminal;
  double font;       ///< font size for one pixel an em
  double dash;       ///< dash length for one line width
  double shift;      ///< of coordinates, so that whole numbers are the middles of pixels
  double less;       ///< pixels fewer between the edges of the paper than there are: from middle to middle
  double text_rise;  ///< of the capitals above the place asked for, in ems
};

constexpr Device kPngDevice{"pngcairo", 0.75, 4, 0, 1, 0};
constexpr Device kSvgDevice{"svg standalone", 1, 2, 0.5, 0, 0.04};

/// gnuplot's marker for one of ours, and its size against a circle's in each renderer.
struct Marker {
  char name;
  int type;
  double png, svg;
};
constexpr std::array<Marker, kMarkers.size()> kGnuplotMarkers{{{'o', 7, 1, 1},
                                                               {'.', 7, 1, 1},
                                                               {'s', 5, 1, 1},
                                                               {'^', 9, 1, 0.75},
                                                               {'v', 11, 1, 0.75},
                                                               {'D', 13, std::numbers::sqrt2, 1},
                                                               {'d', 13, 1, 0.7},
                                                               {'p', 15, 1, 0.75},
                                                               {'+', 1, 1, 1},
                                                               {'x', 2, 1, 1},
                                                               {'*', 3, 1, 1}}};

/// matplotlib's dashes in line widths, less the round cap that either end of a dash gets.
std::string_view dash_lengths(Dash dash) {
  switch (dash) {
    case Dash::kDashed:
      return "2.7 2.6";
    case Dash::kDotted:
      return "0.1 2.55";
    case Dash::kDashDot:
      return "5.4 2.6 0.1 2.5";
    case Dash::kSolid:
    case Dash::kNone:
      break;
  }
  return "";
}

/// "#AARRGGBB", where AA is transparency.
std::string color_code(Color c) { return fmt::format("\"#{:02x}{:02x}{:02x}{:02x}\"", 255 - c.a, c.r, c.g, c.b); }

class Writer {
 public:
  Writer(const Figure& figure, const Layout& layout, Format format)
      : figure_(figure), layout_(layout), device_(format == Format::kPng ? kPngDevice : kSvgDevice), format_(format) {}

  std::string run() {
    put("set encoding utf8\n");
    put("set terminal {} size {},{} noenhanced rounded font \"DejaVu Sans,{:.6g}\" background rgb \"white\"\n",
        device_.terminal, layout_.width, layout_.height, kDefaultFont * layout_.pixels_per_point * device_.font);
    put("set multiplot\n");
    for (std::size_t i = 0; i < layout_.axes.size(); ++i) write_axes(figure_.axes[i], layout_.axes[i], i);
    begin_plot({0, 0, double(layout_.width), double(layout_.height)}, {0, 1}, {0, 1});
    put("unset border\n");
    for (const Text& t : layout_.texts) write_text(t);
    put("plot NaN\nunset multiplot\n");
    return std::move(out_);
  }

 private:
  static constexpr double kDefaultFont = 10, kFrameWidth = 0.8;  // points

  template <class... Args>
  void put(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  // Places in parts of the paper, y upwards.
  double part_x(double x) const { return (x + device_.shift) / (layout_.width - device_.less); }
  double part_y(double y) const { return 1 - (y + device_.shift) / (layout_.height - device_.less); }
  std::string screen(Position p) const { return fmt::format("screen {:.7g},{:.7g}", part_x(p.x), part_y(p.y)); }
  double pixels(double points) const { return points * layout_.pixels_per_point; }

  std::string dash_type(Dash dash) const {
    std::string list;
    for (std::string_view rest = dash_lengths(dash); !rest.empty();) {
      const std::size_t end = std::min(rest.find(' '), rest.size());
      const double length = std::stod(std::string(rest.substr(0, end)));
      list += fmt::format("{}{:.4g}", list.empty() ? "" : ",", length * device_.dash);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return list.empty() ? " dashtype solid" : fmt::format(" dashtype ({})", list);
  }

  void begin_plot(Box box, Range x, Range y) {
    put("\nreset\nunset key\nunset tics\nset clip two\n");
    put("set lmargin at screen {:.7g}\nset rmargin at screen {:.7g}\n", part_x(box.left), part_x(box.right));
    put("set tmargin at screen {:.7g}\nset bmargin at screen {:.7g}\n", part_y(box.top), part_y(box.bottom));
    put("set xrange [{}:{}]\nset yrange [{}:{}]\n", x.low, x.high, y.low, y.high);
  }

  void write_axes(const Axes& axes, const AxesLayout& place, std::size_t number) {
    begin_plot(place.box, place.x, place.y);
    if (axes.visible)
      put("set border 15 front linewidth {:.4g} linecolor \"black\"\n", frame_width());
    else
      put("unset border\n");
    for (const Stroke& s : place.grid) write_stroke(s, "back");
    for (const Stroke& s : place.ticks) write_stroke(s, "front");
    if (place.legend) write_legend(axes, *place.legend);
    for (const Text& t : place.texts) write_text(t);
    write_series(axes, place, number);
  }

  double frame_width() const { return std::max(1.0, std::round(pixels(kFrameWidth))); }

  void write_stroke(const Stroke& s, std::string_view layer) {
    if (s.dash == Dash::kNone) return;
    // Lines along an axis are a whole number of pixels wide, so that they come out sharp.
    const double width = s.dash == Dash::kSolid ? std::max(1.0, std::round(s.width)) : s.width;
    put("set arrow from {} to {} nohead {} linewidth {:.4g} linecolor rgb {}{}\n", screen(s.from), screen(s.to), layer,
        width, color_code(s.color), dash_type(s.dash));
  }

  void write_text(const Text& t) {
    if (t.line.empty()) return;
    const double rise = device_.text_rise * t.size;
    const Position at = t.upright ? Position{t.at.x + rise, t.at.y} : Position{t.at.x, t.at.y + rise};
    constexpr std::array<std::string_view, 3> kAlign = {"left", "center", "right"};
    put("set label {} at {} {}{} front font \",{:.5g}\" textcolor rgb {}\n", gnuplot_quoted(t.line), screen(at),
        kAlign[static_cast<std::size_t>(t.align)], t.upright ? " rotate by 90" : "", t.size * device_.font,
        color_code(t.color));
  }

  std::string point_style(const Line& line) const {
    const Marker& m = kGnuplotMarkers[kMarkers.find(line.marker)];
    const double radius = 0.5 * pixels(line.marker_size), edge = pixels(1);
    // The circle of size 1 has a radius of 3 pixels in a PNG, and an edge around it; in an SVG it has a radius of 3/8
    // of the default font.
    const double size = format_ == Format::kPng ? m.png * std::max(radius - 0.5 * edge, 0.1) / 3
                                                : m.svg * radius / (0.375 * pixels(kDefaultFont));
    return fmt::format("pointtype {} pointsize {:.4g} linewidth {:.4g} linecolor rgb {}", m.type, size, edge,
                       color_code(line.color));
  }
  std::string line_style(const Line& line) const {
    return fmt::format("linewidth {:.4g} linecolor rgb {}{}", pixels(line.width), color_code(line.color),
                       dash_type(line.dash));
  }

  void write_polygon(const std::vector<Position>& corners, std::string_view style) {
    put("set object polygon from {}", screen(corners.back()));
    for (const Position& p : corners) put(" to {}", screen(p));
    put(" front {}\n", style);
  }

  void write_legend(const Axes& axes, const LegendLayout& legend) {
    if (legend.framed) write_legend_frame(legend.frame);
    for (const LegendLayout::Entry& entry : legend.entries) {
      const Box& b = entry.sample;
      const double y = 0.5 * (b.top + b.bottom);
      if (const auto* bars = std::get_if<Bars>(&axes.series[entry.series])) {
        write_polygon({{b.left, b.top}, {b.right, b.top}, {b.right, b.bottom}, {b.left, b.bottom}},
                      fmt::format("fillstyle solid noborder fillcolor rgb {}", color_code(bars->color)));
      } else if (const auto* line = std::get_if<Line>(&axes.series[entry.series])) {
        if (line->dash != Dash::kNone) {
          put("set arrow from {} to {} nohead front {}\n", screen({b.left, y}), screen({b.right, y}),
              line_style(*line));
        }
        if (line->marker) {
          put("set label \"\" at {} front point {}\n", screen({0.5 * (b.left + b.right), y}), point_style(*line));
        }
      }
    }
  }

  void write_legend_frame(const Box& b) {
    const double radius = pixels(2);
    std::vector<Position> corners;
    const std::array<Position, 4> centers{{{b.right - radius, b.top + radius},
                                           {b.left + radius, b.top + radius},
                                           {b.left + radius, b.bottom - radius},
                                           {b.right - radius, b.bottom - radius}}};
    constexpr int kSteps = 4;  // of a quarter of a circle
    for (int i = 0; i < 4; ++i) {
      for (int j = 0; j <= kSteps; ++j) {
        const double angle = (i + double(j) / kSteps) * std::numbers::pi / 2;
        const Position& c = centers[static_cast<std::size_t>(i)];
        corners.push_back({c.x + radius * std::cos(angle), c.y - radius * std::sin(angle)});
      }
    }
    write_polygon(corners, fmt::format("fillstyle transparent solid 0.8 border linecolor rgb \"#cccccc\" fillcolor rgb "
                                       "\"white\" linewidth {:.4g}",
                                       std::max(1.0, std::round(pixels(1)))));
  }

  /// The data blocks, then one plot command that uses them, then the bytes of images.
  void write_series(const Axes& axes, const AxesLayout& place, std::size_t number) {
    std::string plot = "plot NaN", bytes;
    for (std::size_t pass = 0; pass < std::variant_size_v<Series>; ++pass) {
      for (std::size_t i = 0; i < axes.series.size(); ++i) {
        const Series& s = axes.series[i];
        if (s.index() != pass) continue;
        const std::string block = fmt::format("$data_{}_{}", number, i);
        if (const auto* image = std::get_if<Image>(&s))
          plot += write_image(*image, place, bytes);
        else if (const auto* bars = std::get_if<Bars>(&s))
          plot += write_bars(*bars, place, block);
        else
          plot += write_line(std::get<Line>(s), block);
      }
    }
    out_ += plot + "\n" + bytes;
    if (!bytes.empty()) out_ += "\n";
  }

  std::string write_image(const Image& image, const AxesLayout& place, std::string& bytes) const {
    const double unit_x = place.box.width() / std::abs(place.x.length());
    const double unit_y = place.box.height() / std::abs(place.y.length());
    const auto rows = static_cast<double>(image.rows), cols = static_cast<double>(image.cols);
    Image drawn = resampled(image, cols * unit_x, rows * unit_y);
    if (format_ == Format::kSvg) {
      // Some viewers smooth enlarged images whatever the file says; three pixels for one on the screen hide it.
      const double sparse = 3 * std::max(cols * unit_x / static_cast<double>(drawn.cols), 1.0);
      const auto longest = static_cast<double>(std::max(drawn.rows, drawn.cols));
      drawn =
          repeated(drawn, static_cast<std::size_t>(std::clamp(std::ceil(sparse), 1.0, std::max(4096 / longest, 1.0))));
    }
    bytes.append(drawn.rgb.begin(), drawn.rgb.end());
    const double dx = cols / static_cast<double>(drawn.cols), dy = rows / static_cast<double>(drawn.rows);
    return fmt::format(
        ", '-' binary array=({},{}) dx={} dy={} origin=({},{}) format='%uchar' using 1:2:3 with rgbimage", drawn.cols,
        drawn.rows, dx, dy, 0.5 * dx - 0.5, 0.5 * dy - 0.5);
  }

  /// The data of the nearest border between two pixels: bars that touch show no seam.
  static Bar snapped(const Bar& bar, const AxesLayout& place) {
    const Box& b = place.box;
    const auto x = [&](double v) {
      const double edge = std::floor(to_pixels(place, v, 0).x) + 0.5;
      return place.x.low + (edge - b.left) / b.width() * place.x.length();
    };
    const auto y = [&](double v) {
      const double edge = std::floor(to_pixels(place, 0, v).y) + 0.5;
      return place.y.low + (b.bottom - edge) / b.height() * place.y.length();
    };
    return {x(bar.left), x(bar.right), y(bar.bottom), y(bar.top)};
  }

  std::string write_bars(const Bars& bars, const AxesLayout& place, const std::string& block) {
    bool any = false;
    std::string rows;
    for (const Bar& exact : bars.bars) {
      if (!exact.drawable()) continue;
      const Bar b = snapped(exact, place);
      any = true;
      rows += fmt::format("{} {} {} {}\n", b.left, b.right, b.bottom, b.top);
    }
    if (!any) return "";
    put("{} << EOD\n{}EOD\n", block, rows);
    return fmt::format(
        ", {} using (0.5*($1+$2)):(0.5*($3+$4)):1:2:3:4 with boxxyerror fillstyle solid noborder "
        "fillcolor rgb {}",
        block, color_code(bars.color));
  }

  std::string write_line(const Line& line, const std::string& block) {
    std::string rows;
    bool any = false;
    for (std::size_t i = 0; i < line.x.size(); ++i) {
      if (drawable(line.x[i]) && drawable(line.y[i])) {
        fmt::format_to(std::back_inserter(rows), "{} {}\n", line.x[i], line.y[i]);
        any = true;
      } else if (any && !rows.ends_with("\n\n")) {
        rows += "\n";  // an empty line interrupts a line
      }
    }
    std::string plot;
    if (any) put("{} << EOD\n{}EOD\n", block, rows);
    if (any && line.dash != Dash::kNone) plot += fmt::format(", {} with lines {}", block, line_style(line));
    if (any && line.marker) plot += fmt::format(", {} with points {}", block, point_style(line));
    return plot;
  }

  const Figure& figure_;
  const Layout& layout_;
  const Device device_;
  const Format format_;
  std::string out_;
};

}  // namespace

std::string gnuplot_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    const auto byte = static_cast<unsigned char>(c);
    if (letter || byte >= 0x80 || std::string_view(" .,:;()+-/=").find(c) != std::string_view::npos)
      out += c;
    else
      out += fmt::format("\\{:04o}", byte);  // gnuplot reads four digits after \0, even where three were meant
  }
  return out + "\"";
}

std::string gnuplot_script(const Figure& figure, const Layout& layout, Format format) {
  return Writer(figure, layout, format).run();
}

}  // namespace xgrad::plotting
