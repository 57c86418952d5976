#include <gtest/gtest.h>
#include <xgrad/autograd/array/error.hpp>
#include <xgrad/plot/color.hpp>
#include <xgrad/tests/data_module/temp_folder.hpp>

#include <cmath>

namespace xgrad::plotting {

void PrintTo(const Color& c, std::ostream* out) {
  *out << int(c.r) << "," << int(c.g) << "," << int(c.b) << "," << int(c.a);
}

namespace {

TEST(PlotColor, UnderstandsMatplotlibsNames) {
  EXPECT_EQ(parse_color("C0"), rgb(0x1f77b4));
  EXPECT_EQ(parse_color("C13"), rgb(0xd62728));
  EXPECT_EQ(parse_color("tab:orange"), rgb(0xff7f0e));
  EXPECT_EQ(parse_color("k"), rgb(0x000000));
  EXPECT_EQ(parse_color("g"), rgb(0x008000));
  EXPECT_EQ(parse_color("steelblue"), rgb(0x4682b4));
  EXPECT_EQ(parse_color("#1f77b4"), rgb(0x1f77b4));
  EXPECT_EQ(parse_color("#08f"), rgb(0x0088ff));
  EXPECT_EQ(parse_color("#10203040"), (Color{0x10, 0x20, 0x30, 0x40}));
  EXPECT_EQ(parse_color("0.5"), rgb(0x808080));
  EXPECT_EQ(parse_color("none").a, 0);
}

TEST(PlotColor, RejectsOthers) {
  for (const char* bad : {"", "blurple", "#12", "#12345g", "1.5", "C", "Cx", "-0.1", "nan"}) {
    const std::string message = test::message_of<ValueError>([&] { parse_color(bad); });
    EXPECT_TRUE(message.starts_with("'" + std::string(bad) + "' is not a valid value for color")) << message;
  }
}

TEST(PlotColor, AlphaScalesOpacity) {
  EXPECT_EQ(with_alpha(rgb(0x102030), 0.5).a, 128);
  EXPECT_EQ(with_alpha(Color{0, 0, 0, 100}, 0.5).a, 50);
}

TEST(PlotColormap, HasMatplotlibsColours) {
  const Colormap viridis("viridis");
  EXPECT_EQ(viridis(0), rgb(0x440154));
  EXPECT_EQ(viridis(1), rgb(0xfde725));
  const Color middle = viridis(128.0 / 255);  // matplotlib: 0x20908c (33, 145, 140 for entry 128)
  EXPECT_NEAR(middle.r, 33, 2);
  EXPECT_NEAR(middle.g, 145, 2);
  EXPECT_NEAR(middle.b, 140, 2);
  EXPECT_EQ(Colormap("gray")(0.5), rgb(0x808080));
  EXPECT_EQ(Colormap("gray_r")(0), rgb(0xffffff));
  EXPECT_EQ(Colormap("viridis_r")(1), viridis(0));
  EXPECT_EQ(Colormap("bwr")(0.5), rgb(0xffffff));
}

TEST(PlotColormap, ClampsAndLeavesNanTransparent) {
  const Colormap magma("magma");
  EXPECT_EQ(magma(-3), magma(0));
  EXPECT_EQ(magma(INFINITY), magma(1));
  EXPECT_EQ(magma(NAN).a, 0);
}

TEST(PlotColormap, NamesTheMapsThereAre) {
  EXPECT_EQ(
      test::message_of<ValueError>([] { Colormap("jett"); }),
      "'jett' is not a valid value for cmap; supported values are 'viridis', 'plasma', 'inferno', 'magma', 'gray', "
      "'grey', 'binary', 'hot', 'bwr', each also with '_r'");
}

}  // namespace
}  // namespace xgrad::plotting
