#include <gmock/gmock.h>
#include <xgrad/plot/keywords.hpp>
#include <xgrad/plot/state.hpp>
#include <xgrad/tests/data_module/temp_folder.hpp>
#include <xgrad/tests/plot/png.hpp>

namespace xgrad {
namespace {

using namespace kwargs;
using plotting::session;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PlotKeywords : public ::testing::Test {
 protected:
  void SetUp() override { plt::close("all"); }
  void TearDown() override { plt::close("all"); }
  static const plotting::Axes& axes() { return session().axes(); }
};

TEST_F(PlotKeywords, Grid) {
  plt::grid(linestyle = "--", axis = "y");
  ASSERT_TRUE(axes().grid.has_value());
  EXPECT_FALSE(axes().grid->x);
  EXPECT_TRUE(axes().grid->y);
  EXPECT_EQ(axes().grid->dash, plotting::Dash::kDashed);
  plt::grid(false, axis = "y");
  EXPECT_FALSE(axes().grid.has_value());
}

TEST_F(PlotKeywords, OrderOfColorAndAlphaInGridsIsFree) {
  plt::grid(true, color = "r", alpha = 0.5);
  const plotting::Color first = axes().grid->color;
  plt::grid(true, alpha = 0.5, color = "r");
  EXPECT_EQ(first, plotting::with_alpha(plotting::parse_color("r"), 0.5));
  EXPECT_EQ(axes().grid->color, first);
}

TEST_F(PlotKeywords, Texts) {
  plt::suptitle("All of it", fontsize = 20, color = "C1");
  EXPECT_EQ(session().figure().title.text, "All of it");
  EXPECT_EQ(session().figure().title.size, 20);
  EXPECT_EQ(session().figure().title.color, plotting::cycle_color(1));
}

TEST_F(PlotKeywords, SeriesWithAFormatOrNames) {
  plt::plot({1, 2}, "r--", label = "a");
  plt::plot({1, 2}, {3, 4}, "bo", markersize = 3);
  plt::bar(std::vector<std::string>{"x", "y"}, {1, 2}, label = "bars");
  plt::legend({"p", "q"}, loc = "upper left", frameon = false);
  const auto& first = std::get<plotting::Line>(axes().series.at(0));
  const auto& second = std::get<plotting::Line>(axes().series.at(1));
  EXPECT_EQ(first.dash, plotting::Dash::kDashed);
  EXPECT_EQ(first.label, "p");
  EXPECT_EQ(second.marker, 'o');
  EXPECT_EQ(second.marker_size, 4) << "with its edge";
  EXPECT_EQ(std::get<plotting::Bars>(axes().series.at(2)).label, "bars");
  ASSERT_TRUE(axes().legend.has_value());
  EXPECT_FALSE(axes().legend->frame);
  EXPECT_EQ(axes().legend->location, plotting::Location::kUpperLeft);
}

TEST_F(PlotKeywords, WrongValuesThrow) {
  EXPECT_THROW(plt::grid(axis = "z"), ValueError);
  EXPECT_THROW(plt::savefig("curve.png", dpi = 0), ValueError);
}

class TqdmKeywords : public ::testing::Test {
 protected:
  std::vector<std::string> written_during(const std::function<void()>& f) {
    ::testing::internal::CaptureStderr();
    f();
    std::vector<std::string> lines;
    std::istringstream text(::testing::internal::GetCapturedStderr());
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }
};

TEST_F(TqdmKeywords, DescUnitTotal) {
  const std::vector<int> numbers{1, 2, 3};
  int sum = 0;
  const auto lines = written_during([&] {
    for (const int n : tqdm(numbers, desc = "epoch 1", unit = "batch")) sum += n;
  });
  EXPECT_EQ(sum, 6);
  ASSERT_FALSE(lines.empty());
  EXPECT_THAT(lines.back(), HasSubstr("epoch 1: 100%"));
  EXPECT_THAT(lines.back(), HasSubstr("3/3"));
  EXPECT_THAT(lines.back(), HasSubstr("batch/s"));
  const auto short_of_total = written_during([&] {
    for ([[maybe_unused]] const int n : tqdm(numbers, "positional", total = 6)) continue;
  });
  ASSERT_FALSE(short_of_total.empty());
  EXPECT_THAT(short_of_total.back(), HasSubstr("positional:  50%"));
  EXPECT_THAT(short_of_total.back(), HasSubstr("3/6"));
}

TEST_F(TqdmKeywords, DisableIsSilentAndStillLoops) {
  int count = 0;
  const auto lines = written_during([&] {
    for ([[maybe_unused]] const int n : tqdm(std::vector<int>{1, 2}, desc = "quiet", disable = true)) ++count;
  });
  EXPECT_EQ(count, 2);
  EXPECT_THAT(lines, IsEmpty());
}

TEST_F(TqdmKeywords, Leave) {
  const ProgressOptions o = kwargs::apply(ProgressOptions(), leave = false);
  EXPECT_EQ(o.leave(), false);
  EXPECT_EQ(ProgressOptions().leave(), std::nullopt);
}

TEST_F(TqdmKeywords, ABarMovedByHand) {
  const auto lines = written_during([] {
    auto bar = tqdm(total = 10, desc = "pages");
    bar.update(4);
    EXPECT_EQ(bar.n(), 4);
  });
  ASSERT_FALSE(lines.empty());
  EXPECT_THAT(lines.back(), HasSubstr("pages:  40%"));
}

}  // namespace
}  // namespace xgrad
