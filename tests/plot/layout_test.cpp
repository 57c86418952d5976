#include <gmock/gmock.h>
#include <xgrad/plot/layout.hpp>
#include <xgrad/plot/text.hpp>

#include <cmath>
#include <limits>

namespace xgrad::plotting {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

Line line(std::vector<double> y, std::string label = "") {
  Line out;
  for (std::size_t i = 0; i < y.size(); ++i) out.x.push_back(static_cast<double>(i));
  out.y = std::move(y);
  out.label = std::move(label);
  return out;
}

Figure with(Series series) {
  Figure f;
  f.axes.emplace_back();
  f.axes[0].series.push_back(std::move(series));
  return f;
}

Figure digits(int rows, int cols) {
  Figure f;
  for (int i = 1; i <= rows * cols; ++i) {
    Axes a;
    a.rows = rows, a.cols = cols, a.index = i;
    a.series.emplace_back(Image{28, 28, std::vector<std::uint8_t>(28 * 28 * 3), Interpolation::kAntialiased});
    a.image_origin_upper = true, a.aspect = Aspect::kEqualBox;
    f.axes.push_back(std::move(a));
  }
  return f;
}

/// The paper that a text covers.
Box extent(const Text& t) {
  const double width = text_width(t.line) * t.size, high = 0.4 * t.size;
  if (t.upright) return {t.at.x - high, t.at.y - width / 2, t.at.x + high, t.at.y + width / 2};
  const double left = t.align == Align::kLeft ? t.at.x : t.align == Align::kRight ? t.at.x - width : t.at.x - width / 2;
  return {left, t.at.y - high, left + width, t.at.y + high};
}

bool overlap(const Box& a, const Box& b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/// Every text is on the paper and runs into no other text and no box of any axes.
void check_readable(const Layout& layout) {
  std::vector<Text> texts = layout.texts;
  for (const AxesLayout& a : layout.axes) texts.insert(texts.end(), a.texts.begin(), a.texts.end());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const Box e = extent(texts[i]);
    EXPECT_TRUE(e.left >= 0 && e.top >= 0 && e.right <= layout.width && e.bottom <= layout.height) << texts[i].line;
    for (const AxesLayout& a : layout.axes) EXPECT_FALSE(overlap(e, a.box)) << texts[i].line;
    for (std::size_t j = 0; j < i; ++j)
      EXPECT_FALSE(overlap(e, extent(texts[j]))) << texts[i].line << "|" << texts[j].line;
  }
}

std::vector<std::string> lines_of(const AxesLayout& layout) {
  std::vector<std::string> out;
  for (const Text& t : layout.texts) out.push_back(t.line);
  return out;
}

TEST(PlotLimits, LeaveFivePercent) {
  const Limits l = data_limits(with(line({1, 3, 2})).axes[0]);
  EXPECT_DOUBLE_EQ(l.x.low, -0.1);
  EXPECT_DOUBLE_EQ(l.x.high, 2.1);
  EXPECT_DOUBLE_EQ(l.y.low, 0.9);
  EXPECT_DOUBLE_EQ(l.y.high, 3.1);
}

TEST(PlotLimits, IgnoreWhatCannotBeDrawn) {
  const Limits l = data_limits(with(line({kNan, 1, kInf, 3, -kInf, 1e305})).axes[0]);
  EXPECT_DOUBLE_EQ(l.x.low, 0.9);
  EXPECT_DOUBLE_EQ(l.x.high, 3.1);
  EXPECT_DOUBLE_EQ(l.y.high, 3.1);
  for (const Line& nothing : {line({}), line({kNan})}) {
    const Limits unit = data_limits(with(nothing).axes[0]);
    EXPECT_EQ(unit.x.low, 0);
    EXPECT_EQ(unit.y.high, 1);
  }
}

TEST(PlotLimits, BarsStandOnTheAxisAndImagesFillTheBox) {
  const Limits bars = data_limits(with(Bars{{{0, 1, 0, 10}, {1, 2, 0, 4}}, "", {}}).axes[0]);
  EXPECT_DOUBLE_EQ(bars.y.low, 0);
  EXPECT_DOUBLE_EQ(bars.y.high, 10.5);
  EXPECT_DOUBLE_EQ(bars.x.low, -0.1);
  const Limits image = data_limits(digits(1, 1).axes[0]);
  EXPECT_DOUBLE_EQ(image.x.low, -0.5);
  EXPECT_DOUBLE_EQ(image.x.high, 27.5);
  EXPECT_DOUBLE_EQ(image.y.low, 27.5) << "row 0 is at the top";
  EXPECT_DOUBLE_EQ(image.y.high, -0.5);
}

TEST(PlotLimits, ByHand) {
  Figure f = with(line({1, 3}));
  f.axes[0].y.low = 10, f.axes[0].y.high = 0;
  f.axes[0].x.ticks = {-5.0, 2.0};
  const Limits l = data_limits(f.axes[0]);
  EXPECT_EQ(l.y.low, 10);
  EXPECT_EQ(l.y.high, 0);
  EXPECT_EQ(l.x.low, -5) << "ticks widen the limits";
  EXPECT_EQ(l.x.high, 2);
  f.axes[0].y.high = 10;
  EXPECT_DOUBLE_EQ(data_limits(f.axes[0]).y.low, 9.5);
}

TEST(PlotLayout, OneSetOfAxesIsWhereMatplotlibPutsIt) {
  Figure f = with(line({0, 1}));
  f.axes[0].title.text = "Training Curve";
  f.axes[0].x.label.text = "Iterations", f.axes[0].y.label.text = "Loss";
  const Layout layout = lay_out(f, 100);
  EXPECT_EQ(layout.width, 640);
  EXPECT_EQ(layout.height, 480);
  const Box& b = layout.axes[0].box;
  EXPECT_EQ(b.left, 80);
  EXPECT_EQ(b.right, 576);
  EXPECT_EQ(b.top, 58);
  EXPECT_EQ(b.bottom, 427);
  EXPECT_THAT(lines_of(layout.axes[0]),
              ::testing::IsSupersetOf({"Training Curve", "Iterations", "Loss", "0.0", "1.0"}));
  check_readable(layout);
  EXPECT_EQ(lay_out(f, 200).width, 1280);
}

TEST(PlotLayout, TheNotebooksDigitsDoNotRunIntoEachOther) {
  const Layout layout = lay_out(digits(3, 6), 100);
  check_readable(layout);
  for (const AxesLayout& a : layout.axes) {
    EXPECT_NEAR(a.box.width(), a.box.height(), 1.0) << "pixels are square";
    EXPECT_GT(a.box.width(), 60);
    EXPECT_THAT(lines_of(a), ::testing::IsSupersetOf({"0", "20"}));
  }
  EXPECT_EQ(layout.axes[0].box.top, layout.axes[5].box.top);
  EXPECT_EQ(layout.axes[0].box.left, layout.axes[12].box.left);
}

TEST(PlotLayout, GridsOfManyKindsStayReadable) {
  for (const auto& [rows, cols] :
       {std::pair(1, 2), std::pair(2, 2), std::pair(4, 1), std::pair(3, 3), std::pair(2, 5)}) {
    Figure f;
    f.title.text = "All of them";
    for (int i = 1; i <= rows * cols; ++i) {
      Axes a;
      a.rows = rows, a.cols = cols, a.index = i;
      a.series.emplace_back(line({-1e6 * i, 2e-3, 1e6}));
      a.title.text = cols < 4 ? "a rather long title for one of these" : "a shorter title", a.x.label.text = "x",
      a.y.label.text = "y";
      f.axes.push_back(std::move(a));
    }
    f.tight = rows == 2;
    SCOPED_TRACE(rows * 10 + cols);
    check_readable(lay_out(f, 100));
  }
}

TEST(PlotLayout, LongNumbersPushTheAxesAside) {
  Figure f = with(line({100000.00001, 100000.00002}));
  f.axes[0].y.label.text = "two\nlines";
  const Layout layout = lay_out(f, 100);
  EXPECT_GT(layout.axes[0].box.left, 100);
  check_readable(layout);
}

TEST(PlotLayout, TicksByHand) {
  Figure f = with(line({0, 10}));
  f.axes[0].x.ticks = {0.0, 0.5, 1.0}, f.axes[0].x.tick_labels = {"no", "may\nbe", "yes"};
  f.axes[0].y.ticks = std::vector<double>{};
  const Layout layout = lay_out(f, 100);
  EXPECT_THAT(lines_of(layout.axes[0]), ::testing::ElementsAre("no", "may", "be", "yes"));
  EXPECT_EQ(layout.axes[0].ticks.size(), 3u);
}

TEST(PlotLayout, InvisibleAxesHaveOnlyATitle) {
  Figure f = digits(1, 1);
  f.axes[0].visible = false;
  f.axes[0].title.text = "7";
  const AxesLayout a = lay_out(f, 100).axes[0];
  EXPECT_TRUE(a.ticks.empty());
  EXPECT_THAT(lines_of(a), ::testing::ElementsAre("7"));
}

TEST(PlotLayout, EqualAspectByLimits) {
  Figure f = with(line({0, 1, 0}));
  f.axes[0].aspect = Aspect::kEqualLimits;
  const AxesLayout a = lay_out(f, 100).axes[0];
  EXPECT_NEAR(a.box.width() / a.x.length() * a.y.length() / a.box.height(), 1, 0.01) << "up to whole pixels";
}

TEST(PlotLayout, OddSizesDoNotBreakIt) {
  for (const double inches : {0.01, 0.5, 3.0, 60.0}) {
    Figure f = digits(6, 6);
    f.width = f.height = inches;
    for (const AxesLayout& a : lay_out(f, 100).axes) {
      EXPECT_GT(a.box.width(), 0);
      EXPECT_TRUE(std::isfinite(a.box.left));
    }
  }
}

Box legend_of(Figure& f, Location where) {
  f.axes[0].legend = Legend{where, true, 10, ""};
  return lay_out(f, 100).axes[0].legend.value().frame;
}

TEST(PlotLegend, BestIsWhereNothingIsCovered) {
  std::vector<double> rising, falling;
  for (int i = 0; i < 300; ++i) rising.push_back(1 - std::exp(-i / 60.0)), falling.push_back(std::exp(-i / 60.0));
  Figure f = with(line(rising, "Train"));
  EXPECT_EQ(legend_of(f, Location::kBest).left, legend_of(f, Location::kUpperLeft).left);
  EXPECT_EQ(legend_of(f, Location::kBest).top, legend_of(f, Location::kUpperLeft).top);
  f = with(line(falling, "Train"));
  EXPECT_EQ(legend_of(f, Location::kBest).left, legend_of(f, Location::kUpperRight).left);
  // A line that crosses a corner without a point in it is seen too.
  f = with(Line{{0, 10}, {10, 0}, "diagonal", {}});
  EXPECT_EQ(legend_of(f, Location::kBest).left, legend_of(f, Location::kUpperRight).left);
  f = with(Line{{0, 10}, {0, 10}, "diagonal", {}});
  EXPECT_EQ(legend_of(f, Location::kBest).left, legend_of(f, Location::kUpperLeft).left);
}

TEST(PlotLegend, StaysInsideTheAxesEverywhere) {
  Figure f = with(line({0, 1}, "a label"));
  f.axes[0].series.emplace_back(Bars{{{0, 1, 0, 1}}, "bars", {}});
  f.axes[0].series.emplace_back(line({1, 0}));
  for (int i = 0; i <= static_cast<int>(Location::kBest); ++i) {
    const Box frame = legend_of(f, static_cast<Location>(i));
    const AxesLayout a = lay_out(f, 100).axes[0];
    EXPECT_TRUE(frame.left > a.box.left && frame.right < a.box.right && frame.top > a.box.top &&
                frame.bottom < a.box.bottom);
    EXPECT_EQ(a.legend->entries.size(), 2u) << "one for each label";
    for (const Text& t : a.texts) {
      if (t.line != "a label" && t.line != "bars") continue;
      const Box e = extent(t);
      EXPECT_TRUE(e.left > frame.left && e.right < frame.right && e.top > frame.top && e.bottom < frame.bottom);
    }
  }
}

TEST(PlotLegend, NeedsALabel) {
  Figure f = with(line({0, 1}));
  f.axes[0].legend = Legend{};
  EXPECT_FALSE(lay_out(f, 100).axes[0].legend.has_value());
}

}  // namespace
}  // namespace xgrad::plotting
