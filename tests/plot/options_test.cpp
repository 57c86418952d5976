#include <gtest/gtest.h>
#include <xgrad/plot/options.hpp>
#include <xgrad/tests/data_module/temp_folder.hpp>

namespace xgrad::plt {
namespace {

using plotting::Dash;
using test::message_of;

TEST(PlotOptions, AreFluent) {
  const PlotOptions o =
      PlotOptions().label("Train").color("r").alpha(0.5).linestyle("--").linewidth(3).marker("o").markersize(4);
  EXPECT_EQ(o.label(), "Train");
  EXPECT_EQ(o.color(), plotting::rgb(0xff0000));
  EXPECT_EQ(o.alpha(), 0.5);
  EXPECT_EQ(o.linestyle(), Dash::kDashed);
  EXPECT_EQ(o.linewidth(), 3);
  EXPECT_EQ(o.marker(), 'o');
  EXPECT_EQ(o.markersize(), 4);
}

TEST(PlotOptions, ReadMatplotlibsShortForm) {
  const PlotOptions dashed = PlotOptions().fmt("r--o");
  EXPECT_EQ(dashed.color(), plotting::rgb(0xff0000));
  EXPECT_EQ(dashed.linestyle(), Dash::kDashed);
  EXPECT_EQ(dashed.marker(), 'o');
  EXPECT_EQ(PlotOptions().fmt("^k:").linestyle(), Dash::kDotted);
  EXPECT_EQ(PlotOptions().fmt("-.").linestyle(), Dash::kDashDot);
  EXPECT_EQ(PlotOptions().fmt(".").linestyle(), Dash::kNone) << "a marker alone means no line";
  EXPECT_EQ(PlotOptions().fmt("C3").color(), plotting::rgb(0xd62728));
  EXPECT_EQ(PlotOptions().fmt("").linestyle(), Dash::kSolid);
  EXPECT_EQ(PlotOptions().linestyle(":").fmt("o").linestyle(), Dash::kDotted) << "what was set by name stays";
}

TEST(PlotOptions, RejectWhatTheyDoNotKnow) {
  EXPECT_TRUE(message_of<ValueError>([] {
                PlotOptions().linestyle("~");
              }).starts_with("'~' is not a valid value for linestyle; supported values are '-', 'solid', '--'"));
  EXPECT_TRUE(message_of<ValueError>([] { PlotOptions().marker("Q"); }).starts_with("Unrecognized marker style 'Q'"));
  EXPECT_TRUE(message_of<ValueError>([] { PlotOptions().fmt("r?"); }).starts_with("'r?' is not a valid format string"));
  EXPECT_TRUE(
      message_of<ValueError>([] { PlotOptions().fmt("--:"); }).starts_with("'--:' is not a valid format string"));
  EXPECT_EQ(message_of<ValueError>([] { PlotOptions().alpha(2); }), "alpha (2) is outside 0-1 range");
  EXPECT_EQ(
      message_of<ValueError>([] { LegendOptions().loc("top"); }),
      "'top' is not a valid value for loc; supported values are 'best', 'upper right', 'upper left', 'lower left', "
      "'lower right', 'right', 'center left', 'center right', 'lower center', 'upper center', 'center'");
  EXPECT_EQ(message_of<ValueError>([] { ImshowOptions().interpolation("lanczos"); }),
            "'lanczos' is not a valid value for interpolation; supported values are 'antialiased', 'nearest', 'none', "
            "'bilinear'");
  EXPECT_EQ(message_of<ValueError>([] { HistOptions().bins(0); }),
            "`bins` must be positive, when an integer, but got 0");
  EXPECT_EQ(message_of<ValueError>([] { FigureOptions().figsize({8}); }),
            "figsize takes two positive numbers, width and height in inches");
}

TEST(PlotOptions, FiguresAndGrids) {
  const FigureOptions f = FigureOptions().num(3).figsize({8, 6}).dpi(50);
  EXPECT_EQ(f.num(), 3);
  EXPECT_EQ(f.width(), 8);
  EXPECT_EQ(f.height(), 6);
  EXPECT_EQ(f.dpi(), 50);
  const plotting::Grid g = GridOptions().axis("y").linestyle(":").grid();
  EXPECT_FALSE(g.x);
  EXPECT_TRUE(g.y);
  EXPECT_EQ(g.dash, Dash::kDotted);
}

}  // namespace
}  // namespace xgrad::plt
