#include <gmock/gmock.h>
#include <xgrad/plot/gnuplot.hpp>

#include <limits>

namespace xgrad::plotting {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string script(const Figure& figure, Format format = Format::kPng) {
  return gnuplot_script(figure, lay_out(figure, figure.dpi), format);
}

Figure with(Series series) {
  Figure f;
  f.axes.emplace_back();
  f.axes[0].series.push_back(std::move(series));
  return f;
}

TEST(PlotGnuplot, QuotesEverythingThatMeansSomething) {
  EXPECT_EQ(gnuplot_quoted("Loss (1/epoch): 0.5, a=b"), "\"Loss (1/epoch): 0.5, a=b\"");
  EXPECT_EQ(gnuplot_quoted("a\"b"), "\"a\\0042b\"");
  EXPECT_EQ(gnuplot_quoted("\\n"), "\"\\0134n\"");
  EXPECT_EQ(gnuplot_quoted("`ls`"), "\"\\0140ls\\0140\"");
  EXPECT_EQ(gnuplot_quoted("@m"), "\"\\0100m\"");
  EXPECT_EQ(gnuplot_quoted("x\ny"), "\"x\\0012y\"");
  EXPECT_EQ(gnuplot_quoted("größe"), "\"größe\"");
  for (int c = 1; c < 128; ++c) {
    const std::string quoted = gnuplot_quoted(std::string(1, static_cast<char>(c)));
    if (std::string_view("\"'\\`@$%^_{}&~#!|<>;\n\r\t").find(static_cast<char>(c)) == std::string_view::npos ||
        c == ';') {
      continue;
    }
    char octal[8];
    std::snprintf(octal, sizeof octal, "\"\\%04o\"", c);
    EXPECT_EQ(quoted, octal);
  }
  EXPECT_EQ(gnuplot_quoted("$5"), "\"\\00445\"") << "three digits would take the 5 along and make it a %";
}

TEST(PlotGnuplot, NoLabelEscapesIntoTheProgram) {
  Figure f = with(Line{{0, 1}, {0, 1}, "l\"\nsystem('x')", {}});
  f.title.text = "t\"; system('x') #", f.axes[0].title.text = "`x`", f.axes[0].x.label.text = "$0 @x";
  f.axes[0].y.label.text = "\\", f.axes[0].legend = Legend{};
  f.axes[0].x.ticks = {0.0}, f.axes[0].x.tick_labels = {"%g\"\n!x"};
  const std::string text = script(f);
  for (const char* bad : {"system('", "`x`", "@x", "!x", "#\"", "%g"}) EXPECT_THAT(text, Not(HasSubstr(bad)));
  EXPECT_THAT(text, HasSubstr("system(\\0047x\\0047)"));
}

TEST(PlotGnuplot, NamesTheTerminalAndTheSize) {
  Figure f = with(Line{{0, 1}, {0, 1}, "", {}});
  EXPECT_THAT(script(f), HasSubstr("set terminal pngcairo size 640,480 noenhanced"));
  EXPECT_THAT(script(f, Format::kSvg), HasSubstr("set terminal svg standalone size 640,480 noenhanced"));
  f.width = 8, f.height = 2, f.dpi = 50;
  EXPECT_THAT(script(f), HasSubstr("size 400,100"));
}

TEST(PlotGnuplot, LinesBreakWhereThereIsNoNumber) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  const std::string text = script(with(Line{{0, 1, 2, 3, 4, 5}, {nan, 1.5, 2, inf, nan, -5}, "", rgb(0x1f77b4)}));
  EXPECT_THAT(text, HasSubstr("<< EOD\n1 1.5\n2 2\n\n5 -5\nEOD\n"));
  EXPECT_THAT(text, HasSubstr("with lines linewidth 2.083 linecolor rgb \"#001f77b4\" dashtype solid"));
}

TEST(PlotGnuplot, NothingToDrawIsAnEmptyPlot) {
  for (const Series& s :
       {Series(Line{}), Series(Line{{1}, {std::numeric_limits<double>::quiet_NaN()}, "", {}}), Series(Bars{})}) {
    const std::string text = script(with(s));
    EXPECT_THAT(text, Not(HasSubstr("<< EOD")));
    EXPECT_THAT(text, HasSubstr("\nplot NaN\n"));
  }
  EXPECT_THAT(script(Figure{}), HasSubstr("\nplot NaN\n"));
}

TEST(PlotGnuplot, MarkersAndDashes) {
  Line line{{0, 1}, {0, 1}, "", rgb(0xff0000)};
  line.dash = Dash::kNone, line.marker = 'o';
  EXPECT_THAT(script(with(line)), HasSubstr("with points pointtype 7"));
  EXPECT_THAT(script(with(line)), Not(HasSubstr("with lines")));
  line.dash = Dash::kDashed, line.marker = 0;
  EXPECT_THAT(script(with(line)), HasSubstr("dashtype (10.8,10.4)"));
  EXPECT_THAT(script(with(line), Format::kSvg), HasSubstr("dashtype (5.4,5.2)"));
  line.color.a = 128;
  EXPECT_THAT(script(with(line)), HasSubstr("linecolor rgb \"#7fff0000\""));
}

TEST(PlotGnuplot, ImagesComeFirstAndTheirBytesFollowTheCommand) {
  Figure f = with(Line{{0, 1}, {0, 1}, "", {}});
  f.axes[0].series.emplace_back(Image{2, 2, {'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'}});
  EXPECT_THAT(script(f),
              HasSubstr("plot NaN, '-' binary array=(2,2) dx=1 dy=1 origin=(0,0) format='%uchar' using 1:2:3 "
                        "with rgbimage, $data_0_0 with lines"));
  EXPECT_THAT(script(f), HasSubstr("\nabcdefghijkl\n"));
}

TEST(PlotGnuplot, FramesGridsAndLegends) {
  Figure f = with(Bars{{{0, 1, 0, 1}}, "b", rgb(0x1f77b4)});
  EXPECT_THAT(script(f), HasSubstr("set border 15"));
  EXPECT_THAT(script(f), HasSubstr("with boxxyerror fillstyle solid noborder fillcolor rgb \"#001f77b4\""));
  EXPECT_THAT(script(f), Not(HasSubstr("nohead back")));
  f.axes[0].grid = Grid{};
  EXPECT_THAT(script(f), HasSubstr("nohead back linewidth 1 linecolor rgb \"#00b0b0b0\""));
  f.axes[0].legend = Legend{};
  EXPECT_THAT(script(f), HasSubstr("set object polygon"));
  f.axes[0].visible = false;
  EXPECT_THAT(script(f), Not(HasSubstr("set border 15")));
}

}  // namespace
}  // namespace xgrad::plotting
