#include <gmock/gmock.h>
#include <xgrad/plot/values.hpp>
#include <xgrad/tests/data_module/temp_folder.hpp>

#include <array>
#include <list>
#include <numeric>

namespace xgrad::plotting {
namespace {

using test::message_of;
using ::testing::ElementsAre;

/// 0, 1, 2, ... in row-major order.
Array counting(IntArrayRef sizes, ScalarType dtype) {
  Array a = Array::empty(sizes, dtype);
  dispatch(dtype, [&]<class T>() {
    for (std::int64_t i = 0; i < a.numel(); ++i) a.data<T>()[i] = static_cast<T>(i);
  });
  return a;
}

/// What a tensor looks like to this layer.
struct Handle {
  Array held;
  const Array& array() const { return held; }
};

TEST(PlotValues, TakeNumbersFromAnyContainer) {
  EXPECT_THAT(Values(std::vector<int>{1, 2}).vec(), ElementsAre(1, 2));
  EXPECT_THAT(Values(std::vector<float>{0.5f}).vec(), ElementsAre(0.5));
  EXPECT_THAT(Values(std::vector<bool>{true, false}).vec(), ElementsAre(1, 0));
  EXPECT_THAT(Values(std::list<long>{3, 4}).vec(), ElementsAre(3, 4));
  EXPECT_THAT(Values(std::array<unsigned char, 2>{7, 200}).vec(), ElementsAre(7, 200));
  EXPECT_THAT(Values({1, 2, 3}).vec(), ElementsAre(1, 2, 3));
  EXPECT_THAT(Values::indices(3).vec(), ElementsAre(0, 1, 2));
  static_assert(!std::is_constructible_v<Values, std::string>);
  static_assert(!std::is_constructible_v<Values, const char*>);
}

TEST(PlotValues, TakeArraysAndTensors) {
  EXPECT_THAT(Values(counting({3}, kInt64)).vec(), ElementsAre(0, 1, 2));
  EXPECT_THAT(Values(counting({6}, kFloat32).slice(0, 1, 6, 2)).vec(), ElementsAre(1, 3, 5));
  EXPECT_THAT(Values(counting({}, kFloat64)).vec(), ElementsAre(0));
  EXPECT_THAT(Values(Handle{counting({2}, kBool)}).vec(), ElementsAre(0, 1));
  EXPECT_THAT(Values(std::vector<Handle>{{counting({}, kFloat32)}, {counting({1}, kFloat32)}}).vec(),
              ElementsAre(0, 0));
}

TEST(PlotValues, RejectOtherShapes) {
  EXPECT_EQ(message_of<ValueError>([] {
              Values(counting({2, 3}, kFloat32));
            }),
            "expected numbers in one dimension, but got a tensor of shape [2, 3]");
  EXPECT_EQ(message_of<ValueError>([] { Values(std::vector<Handle>{{counting({2}, kFloat32)}}); }),
            "expected tensors of one element each, but got one of shape [2]");
  EXPECT_EQ(message_of<ValueError>([] { Values{Array{}}; }), "cannot plot an undefined tensor");
}

TEST(PlotPixels, TakeTheShapesOfImages) {
  struct Case {
    std::vector<std::int64_t> sizes;
    std::size_t rows, cols, channels;
  };
  for (const Case& c : {Case{{2, 5}, 2, 5, 1}, Case{{1, 2, 5}, 2, 5, 1}, Case{{2, 5, 1}, 2, 5, 1},
                        Case{{2, 5, 3}, 2, 5, 3}, Case{{2, 5, 4}, 2, 5, 4}, Case{{1, 4, 3}, 1, 4, 3}}) {
    const Pixels p(counting(c.sizes, kUInt8));
    EXPECT_EQ(p.rows(), c.rows);
    EXPECT_EQ(p.cols(), c.cols);
    EXPECT_EQ(p.channels(), c.channels);
    EXPECT_EQ(p.at(c.rows - 1, c.cols - 1, c.channels - 1), static_cast<double>(p.vec().size() - 1));
    EXPECT_FALSE(p.floating());
  }
  EXPECT_TRUE(Pixels(counting({2, 2}, kFloat32)).floating());
  EXPECT_EQ(Pixels(counting({2, 3}, kInt32).transpose(0, 1)).at(2, 1), 5);
  EXPECT_EQ(Pixels(std::vector<std::vector<int>>{{1, 2}, {3, 4}}).at(1, 0), 3);
  EXPECT_EQ(Pixels(Handle{counting({2, 3}, kUInt8)}).cols(), 3u);
}

TEST(PlotPixels, RejectOtherShapes) {
  EXPECT_EQ(message_of<TypeError>([] {
              Pixels(counting({3, 28, 28}, kFloat32));
            }),
            "Invalid shape (3, 28, 28) for image data\n"
            "  hint: channels come last in a picture: imshow(image.permute({1, 2, 0}))");
  EXPECT_TRUE(message_of<TypeError>([] {
                Pixels(counting({784}, kFloat32));
              }).starts_with("Invalid shape (784,) for image data"));
  EXPECT_TRUE(message_of<TypeError>([] {
                Pixels(counting({8, 1, 28, 28}, kFloat32));
              }).starts_with("Invalid shape (8, 1, 28, 28) for image data"));
  EXPECT_EQ(message_of<ValueError>([] {
              Pixels(counting({0, 28}, kFloat32));
            }),
            "imshow: the image has no pixels (0 x 28)");
  EXPECT_EQ(message_of<ValueError>([] {
              Pixels(std::vector<std::vector<int>>{{1, 2}, {3}});
            }),
            "imshow: the rows of an image must have one length, got 2 and 1");
}

}  // namespace
}  // namespace xgrad::plotting
