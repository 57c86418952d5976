#include <gmock/gmock.h>
#include <xgrad/plot/ticks.hpp>

#include <cmath>

namespace xgrad::plotting {
namespace {

/// What matplotlib 3.6 shows: MaxNLocator(n, steps=[1, 2, 2.5, 5, 10]) with ScalarFormatter(useOffset=False).
struct Case {
  double low, high;
  int intervals;
  const char* labels;
  const char* exponent;
};

const Case kMatplotlib[] = {
    {-0.5, 27.5, 1, "0 25", ""},
    {-0.5, 27.5, 2, "0 20", ""},
    {-15.95, 334.95, 9, "0 50 100 150 200 250 300", ""},
    {0.0045, 0.0415, 9, "0.005 0.010 0.015 0.020 0.025 0.030 0.035 0.040", ""},
    {0.05, 0.95, 9, "0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9", ""},
    {0, 1, 9, "0.0 0.2 0.4 0.6 0.8 1.0", ""},
    {-1e-06, 2.3e-06, 9, "−1.0 −0.5 0.0 0.5 1.0 1.5 2.0", "1e−6"},
    {-16000000.0, 22000000.0, 5, "−1 0 1 2", "1e7"},
    {4.75, 5.25, 9, "4.8 4.9 5.0 5.1 5.2", ""},
    {999.5, 1000.5, 9, "999.6 999.8 1000.0 1000.2 1000.4", ""},
    {-3.3, 2.8, 4, "−2 0 2", ""},
    {0, 100000, 9, "0 20000 40000 60000 80000 100000", ""},
    {0, 1234567, 9, "0.0 0.2 0.4 0.6 0.8 1.0 1.2", "1e6"},
    {-0.05, 0.05, 9, "−0.04 −0.02 0.00 0.02 0.04", ""},
    {0.00012, 0.00034, 6, "0.00015 0.00020 0.00025 0.00030", ""},
};

TEST(PlotTicks, AreMatplotlibs) {
  for (const Case& c : kMatplotlib) {
    const TickLabels labels = format_ticks(tick_positions({c.low, c.high}, c.intervals));
    std::string joined;
    for (const std::string& t : labels.text) joined += (joined.empty() ? "" : " ") + t;
    EXPECT_EQ(joined, c.labels) << c.low << " to " << c.high;
    EXPECT_EQ(labels.exponent, c.exponent) << c.low << " to " << c.high;
  }
}

TEST(PlotTicks, StayInsideAndAreAtLeastTwo) {
  for (const double scale : {1e-280, 1e-9, 1.0, 3e7, 1e250}) {
    for (int n = 1; n <= 9; ++n) {
      const Range range{-0.37 * scale, 1.91 * scale};
      const auto ticks = tick_positions(range, n);
      ASSERT_GE(ticks.size(), 2u);
      EXPECT_LE(ticks.size(), 11u);
      EXPECT_GE(ticks.front(), range.low);
      EXPECT_LE(ticks.back(), range.high);
    }
  }
}

TEST(PlotTicks, RangesOfNoLengthAreWidened) {
  EXPECT_DOUBLE_EQ(widened({5, 5}).low, 4.75);
  EXPECT_DOUBLE_EQ(widened({5, 5}).high, 5.25);
  EXPECT_DOUBLE_EQ(widened({0, 0}).low, -0.05);
  EXPECT_DOUBLE_EQ(widened({-2, -2}).low, -2.1);
  EXPECT_DOUBLE_EQ(widened({1, 2}).high, 2);
  EXPECT_GT(widened({1e9, std::nextafter(1e9, 2e9)}).length(), 1e7) << "rounding noise is no range";
}

TEST(PlotTicks, NoTicksNoLabels) {
  EXPECT_TRUE(format_ticks({}).text.empty());
  EXPECT_THAT(format_ticks({0}).text, ::testing::ElementsAre("0"));
  EXPECT_THAT(format_ticks({0.125}).text, ::testing::ElementsAre("0.125"));
}

}  // namespace
}  // namespace xgrad::plotting
