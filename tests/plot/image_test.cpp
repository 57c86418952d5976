#include <gmock/gmock.h>
#include <xgrad/plot/image.hpp>

#include <limits>

namespace xgrad::plotting {
namespace {

using ::testing::ElementsAre;

const Colormap kGray("gray");
const double kNan = std::numeric_limits<double>::quiet_NaN();

/// The first channel of each pixel.
std::vector<int> reds(const Image& image) {
  std::vector<int> out;
  for (std::size_t i = 0; i < image.rgb.size(); i += 3) out.push_back(image.rgb[i]);
  return out;
}

Image gray(const Pixels& p, std::optional<double> vmin = {}, std::optional<double> vmax = {}) {
  return colored(p, kGray, vmin, vmax, 1, Interpolation::kAntialiased);
}

Image gray_image(std::size_t rows, std::size_t cols, const std::vector<std::uint8_t>& levels, Interpolation how) {
  Image out{rows, cols, {}, how};
  for (const std::uint8_t v : levels) out.rgb.insert(out.rgb.end(), 3, v);
  return out;
}

TEST(PlotImage, TheColormapSpansTheImage) {
  EXPECT_THAT(reds(gray(std::vector<std::vector<int>>{{-10, 0, 10}})), ElementsAre(0, 128, 255));
  EXPECT_THAT(reds(gray(std::vector<std::vector<double>>{{kNan, 2, 4}})), ElementsAre(255, 0, 255)) << "NaN is paper";
  EXPECT_THAT(reds(gray(std::vector<std::vector<int>>{{3, 3}})), ElementsAre(0, 0)) << "one level: the lowest colour";
}

TEST(PlotImage, LimitsByHandClip) {
  EXPECT_THAT(reds(gray(std::vector<std::vector<int>>{{-5, 0, 50, 100, 200}}, 0, 100)),
              ElementsAre(0, 0, 128, 255, 255));
}

TEST(PlotImage, RgbIsTakenAsItIs) {
  Array bytes = Array::empty({1, 1, 3}, kUInt8);
  std::copy_n(std::array<std::uint8_t, 3>{10, 20, 30}.begin(), 3, bytes.data<std::uint8_t>());
  EXPECT_THAT(gray(bytes).rgb, ElementsAre(10, 20, 30));
  Array floats = Array::empty({1, 1, 3}, kFloat32);
  std::copy_n(std::array<float, 3>{0.0f, 0.5f, 7.0f}.begin(), 3, floats.data<float>());
  EXPECT_THAT(gray(floats).rgb, ElementsAre(0, 128, 255));
}

TEST(PlotImage, OpacityShowsThePaper) {
  Array rgba = Array::empty({1, 2, 4}, kUInt8);
  std::copy_n(std::array<std::uint8_t, 8>{0, 0, 0, 0, 0, 100, 200, 255}.begin(), 8, rgba.data<std::uint8_t>());
  EXPECT_THAT(gray(rgba).rgb, ElementsAre(255, 255, 255, 0, 100, 200));
  const Image half = colored(std::vector<std::vector<int>>{{0, 1}}, kGray, 0, 1, 0.5, Interpolation::kNearest);
  EXPECT_THAT(reds(half), ElementsAre(128, 255));
}

TEST(PlotImage, SmallImagesStayAsTheyAre) {
  const Image image = gray_image(2, 3, {1, 2, 3, 4, 5, 6}, Interpolation::kAntialiased);
  const Image same = resampled(image, 300, 200);
  EXPECT_EQ(same.rows, 2u);
  EXPECT_EQ(same.rgb, image.rgb);
}

TEST(PlotImage, LargeImagesAreAveraged) {
  const Image image =
      gray_image(2, 8, {0, 100, 0, 100, 0, 100, 0, 100, 0, 100, 0, 100, 0, 100, 0, 100}, Interpolation::kAntialiased);
  const Image small = resampled(image, 4, 2);
  EXPECT_EQ(small.cols, 4u);
  EXPECT_THAT(reds(small), ::testing::Each(50));
  const Image uneven = resampled(gray_image(2, 3, {0, 0, 90, 0, 0, 90}, Interpolation::kAntialiased), 2, 2);
  EXPECT_THAT(reds(uneven), ElementsAre(0, 60, 0, 60)) << "parts of pixels count by their part";
  Image nearest = image;
  nearest.interpolation = Interpolation::kNearest;
  EXPECT_THAT(reds(resampled(nearest, 4, 2)), ::testing::Each(100));
}

TEST(PlotImage, BilinearMixesNeighbours) {
  const Image image = gray_image(2, 2, {0, 200, 0, 200}, Interpolation::kBilinear);
  const Image large = resampled(image, 4, 2);
  EXPECT_THAT(reds(large), ElementsAre(0, 50, 150, 200, 0, 50, 150, 200));
}

TEST(PlotImage, IsNeverThinnerThanTwoPixels) {
  const Image image = resampled(gray_image(1, 1, {7}, Interpolation::kAntialiased), 100, 100);
  EXPECT_EQ(image.rows, 2u);
  EXPECT_THAT(reds(image), ElementsAre(7, 7, 7, 7));
}

TEST(PlotImage, Repeats) {
  const Image image = repeated(gray_image(1, 2, {1, 2}, Interpolation::kNearest), 2);
  EXPECT_EQ(image.rows, 2u);
  EXPECT_EQ(image.cols, 4u);
  EXPECT_THAT(reds(image), ElementsAre(1, 1, 2, 2, 1, 1, 2, 2));
}

}  // namespace
}  // namespace xgrad::plotting
