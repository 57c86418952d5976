#include <gmock/gmock.h>
#include <xgrad/plot/plt.hpp>
#include <xgrad/plot/process.hpp>
#include <xgrad/plot/state.hpp>
#include <xgrad/tests/data_module/temp_folder.hpp>
#include <xgrad/tests/plot/png.hpp>

#include <cstdlib>
#include <optional>
#include <thread>

namespace xgrad::plt {
namespace {

using plotting::Axes;
using plotting::Bars;
using plotting::Line;
using plotting::session;
using test::message_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Every test starts without figures and writes into a folder of its own.
class PltTest : public ::testing::Test {
 protected:
  void SetUp() override {
    close("all");
    set_output_prefix((folder_ / "").string());
  }
  void TearDown() override {
    close("all");
    set_output_prefix("");
    set_gnuplot("gnuplot");
  }
  static const Axes& axes() { return session().axes(); }
  static const Line& line(std::size_t i) { return std::get<Line>(axes().series.at(i)); }

  test::TempFolder folder_;
};

TEST_F(PltTest, PlotTakesWhatPyplotTakes) {
  plot({3, 4});
  plot(std::vector<int>{1, 2}, std::vector<float>{0.5f, 1}, PlotOptions().label("Train").linestyle("--"));
  plot({1, 2}, "ro");
  plot({1, 2}, {5, 6}, "g", PlotOptions().marker("s"));
  EXPECT_THAT(line(0).x, ElementsAre(0, 1));
  EXPECT_EQ(line(0).color, plotting::cycle_color(0));
  EXPECT_THAT(line(1).y, ElementsAre(0.5, 1));
  EXPECT_EQ(line(1).label, "Train");
  EXPECT_EQ(line(1).dash, plotting::Dash::kDashed);
  EXPECT_EQ(line(1).color, plotting::cycle_color(1));
  EXPECT_EQ(line(2).dash, plotting::Dash::kNone);
  EXPECT_EQ(line(2).marker, 'o');
  EXPECT_EQ(line(3).marker, 's');
  plot({0, 0});
  EXPECT_EQ(line(4).color, plotting::cycle_color(2)) << "a colour by name takes none from the cycle";
}

TEST_F(PltTest, LengthsMustAgree) {
  EXPECT_EQ(message_of<ValueError>([] {
              plot({1, 2, 3}, {1, 2});
            }),
            "x and y must have same first dimension, but have shapes (3,) and (2,)");
  EXPECT_EQ(message_of<ValueError>([] { scatter({1}, {1, 2}); }), "x and y must be the same size (1 and 2)");
  EXPECT_EQ(message_of<ValueError>([] {
              bar({"a"}, {1, 2});
            }),
            "x and height must have same first dimension, but have shapes (1,) and (2,)");
  EXPECT_EQ(message_of<ValueError>([] {
              xticks({1, 2, 3}, {"a", "b"});
            }),
            "The number of FixedLocator locations (3), usually from a call to set_ticks, does not match the number of "
            "labels (2).");
}

TEST_F(PltTest, ScatterBarAndHist) {
  scatter({1, 2}, {3, 4}, ScatterOptions().s(100).alpha(0.5));
  EXPECT_EQ(line(0).dash, plotting::Dash::kNone);
  EXPECT_DOUBLE_EQ(line(0).marker_size, 11.5);
  EXPECT_EQ(line(0).color.a, 128);
  cla();
  bar({"a", "b"}, {3, 1}, BarOptions().label("bars"));
  EXPECT_THAT(axes().x.tick_labels, ElementsAre("a", "b"));
  const plotting::Bar first = std::get<Bars>(axes().series[0]).bars[0];
  EXPECT_DOUBLE_EQ(first.left, -0.4);
  EXPECT_DOUBLE_EQ(first.top, 3);
  cla();
  hist({0, 0.1, 0.5, 1, NAN}, HistOptions().bins(2));
  const auto& counts = std::get<Bars>(axes().series[0]).bars;
  ASSERT_EQ(counts.size(), 2u);
  EXPECT_EQ(counts[0].top, 2);
  EXPECT_EQ(counts[1].top, 2) << "the largest number belongs to the last interval";
  cla();
  hist({1, 2, 3, 10}, HistOptions().density(true));
  double area = 0;
  for (const auto& b : std::get<Bars>(axes().series[0]).bars) area += (b.right - b.left) * b.top;
  EXPECT_NEAR(area, 1, 1e-12);
  hist(std::vector<double>{});
  EXPECT_EQ(std::get<Bars>(axes().series[1]).bars.size(), 10u);
}

TEST_F(PltTest, SubplotsAreFoundAgain) {
  subplot(3, 6, 1);
  title("first");
  subplot(3, 6, 18);
  EXPECT_EQ(axes().title.text, "");
  subplot(361);
  EXPECT_EQ(axes().title.text, "first");
  EXPECT_EQ(session().figure().axes.size(), 2u);
  subplot(1, 2, 1);  // covers the first, not the eighteenth
  EXPECT_EQ(session().figure().axes.size(), 2u);
  EXPECT_EQ(session().figure().axes[0].index, 18);
  EXPECT_EQ(message_of<ValueError>([] { subplot(3, 6, 19); }), "num must be an integer with 1 <= num <= 18, not 19");
  EXPECT_EQ(message_of<ValueError>([] { subplot(3, 6, 0); }), "num must be an integer with 1 <= num <= 18, not 0");
  EXPECT_EQ(message_of<ValueError>([] { subplot(0, 6, 1); }), "Number of rows must be a positive integer, not 0");
  EXPECT_EQ(message_of<ValueError>([] { subplot(36); }),
            "Integer subplot specification must be a three-digit number, not 36");
}

TEST_F(PltTest, FiguresAreFoundAgain) {
  figure(FigureOptions().num(70).figsize({8, 4}));
  title("seventy");
  figure();
  EXPECT_EQ(session().figure().number, 71);
  title("another");
  figure(70);
  EXPECT_EQ(axes().title.text, "seventy");
  EXPECT_EQ(session().figure().width, 8);
  close();
  EXPECT_EQ(axes().title.text, "another");
  close(71);
  EXPECT_TRUE(session().figure().empty());
  EXPECT_EQ(message_of<ValueError>([] { close("most"); }),
            "close takes nothing, a figure's number or \"all\", not \"most\"");
}

TEST_F(PltTest, LooksOfTheAxes) {
  plot({1, 2});
  legend({"later"}, LegendOptions().loc("lower left"));
  EXPECT_EQ(line(0).label, "later");
  EXPECT_EQ(axes().legend->location, plotting::Location::kLowerLeft);
  grid();
  EXPECT_TRUE(axes().grid.has_value());
  grid(false);
  EXPECT_FALSE(axes().grid.has_value());
  axis("off");
  EXPECT_FALSE(axes().visible);
  axis(0, 1, 2, 3);
  EXPECT_EQ(axes().y.low, 2);
  xlim(5, -5);
  EXPECT_EQ(axes().x.low, 5);
  EXPECT_EQ(message_of<ValueError>([] { ylim(0, INFINITY); }), "Axis limits cannot be NaN or Inf");
  EXPECT_EQ(message_of<ValueError>([] { axis("of"); }), "Unrecognized string 'of' to axis; try 'on' or 'off'");
  clf();
  EXPECT_TRUE(session().figure().empty());
}

TEST_F(PltTest, FilesAreNamedAfterTheirTitles) {
  plotting::Figure f;
  f.number = 7;
  EXPECT_EQ(plotting::suggested_name(f), "figure_7");
  f.axes.resize(1);
  f.axes[0].y.label.text = "Loss";
  EXPECT_EQ(plotting::suggested_name(f), "loss");
  f.axes[0].title.text = "Training Curve";
  EXPECT_EQ(plotting::suggested_name(f), "training_curve_loss");
  f.axes.resize(2);
  EXPECT_EQ(plotting::suggested_name(f), "figure_7");
  f.title.text = "日本";
  EXPECT_EQ(plotting::suggested_name(f), "figure_7");
  f.title.text = "Digits";
  EXPECT_EQ(plotting::suggested_name(f), "digits");
}

/// A stand-in for gnuplot that "draws" the smallest thing that passes for a picture, so that these tests need none.
class PltFiles : public PltTest {
 protected:
  void SetUp() override {
    PltTest::SetUp();
    const auto path = tools_ / "gnuplot";
    test::write_bytes(path, "#!/bin/sh\ncat >/dev/null\nprintf '\\211PNG\\r\\n\\032\\nIEND\\256B`\\202'\n");
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    set_gnuplot(path.string());
    ::testing::internal::CaptureStderr();
  }
  void TearDown() override {
    if (!said_) ::testing::internal::GetCapturedStderr();
    PltTest::TearDown();
  }
  std::string said() {
    said_ = true;
    return ::testing::internal::GetCapturedStderr();
  }
  void training_curve(const char* what) {
    title("Training Curve");
    plot({1, 2});
    ylabel(what);
  }

  test::TempFolder tools_;
  bool said_ = false;
};

TEST_F(PltFiles, ShowWritesEveryFigureOnceAndSaysSo) {
  training_curve("Loss");
  EXPECT_THAT(show(), ElementsAre((folder_ / "training_curve_loss.png").string()));
  EXPECT_THAT(show(), ElementsAre()) << "shown figures are closed";
  EXPECT_THAT(folder_.files(), ElementsAre("training_curve_loss.png"));
  EXPECT_EQ(said(), "plt: wrote " + (folder_ / "training_curve_loss.png").string() + "\n");
}

TEST_F(PltFiles, OneRunNeverOverwritesItsPictures) {
  test::write_bytes(folder_ / "training_curve_loss.png", "from an earlier run");
  for (int i = 0; i < 3; ++i) training_curve("Loss"), show();
  savefig((folder_ / "training_curve_accuracy.png").string());  // an empty figure
  close();
  training_curve("Accuracy");
  show();
  EXPECT_THAT(folder_.files(),
              ElementsAre("training_curve_accuracy.png", "training_curve_accuracy_2.png", "training_curve_loss.png",
                          "training_curve_loss_2.png", "training_curve_loss_3.png"));
  EXPECT_THAT(test::read_bytes(folder_ / "training_curve_loss.png"), HasSubstr("PNG"));
}

TEST_F(PltFiles, ShowWritesAllFiguresInOrder) {
  figure(91);
  plot({1});
  figure(90);
  plot({1});
  figure(92);  // stays empty
  EXPECT_THAT(show(), ElementsAre((folder_ / "figure_90.png").string(), (folder_ / "figure_91.png").string()));
}

TEST_F(PltFiles, ASavedFigureIsNotWrittenAgain) {
  training_curve("Loss");
  savefig((folder_ / "mine.png").string());
  EXPECT_THAT(show(), ElementsAre());
  training_curve("Loss");
  savefig((folder_ / "mine.png").string());
  grid();
  EXPECT_THAT(show(), ElementsAre((folder_ / "training_curve_loss.png").string())) << "it has changed since";
}

TEST_F(PltFiles, SavefigChecksTheFormatFirst) {
  plot({1});
  const std::string path = (folder_ / "p.jpg").string();
  EXPECT_EQ(message_of<ValueError>([&] { savefig(path); }),
            "Format 'jpg' is not supported (supported formats: png, svg), in savefig(\"" + path + "\")");
}

TEST_F(PltFiles, ErrorsReachTheCallerOfShow) {
  set_output_prefix((folder_ / "missing" / "").string());
  training_curve("Loss");
  EXPECT_THAT(message_of<Error>([] { show(); }), HasSubstr("does not exist"));
  EXPECT_THAT(show(), ElementsAre()) << "a figure that cannot be written is not tried for ever";
}

TEST_F(PltFiles, AFigureOpenAtTheEndIsWritten) {
  const plotting::Tools tools = session().tools;
  {
    plotting::Session other;
    other.tools = tools, other.prefix = (folder_ / "").string();
    other.axes().title.text = "left open";
  }
  { plotting::Session unused; }
  EXPECT_THAT(folder_.files(), ElementsAre("left_open.png"));
  {
    plotting::Session other;
    other.tools = tools, other.prefix = (folder_ / "missing" / "").string();
    other.axes().title.text = "nowhere to go";
  }
  EXPECT_THAT(said(), HasSubstr("plt: Parent directory ")) << "and no exception leaves the destructor";
}

TEST_F(PltFiles, ThreadsMayDraw) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 50; ++i) plot({1, 2}), grid(i % 2 == 0);
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(axes().series.size(), 200u);
}

/// Calls show() twice where there is no gnuplot, and goes on.
void show_without_gnuplot() {
  set_gnuplot("no-such-gnuplot");
  for (int i = 0; i < 2; ++i) title("x"), show();
  plot({1});
  savefig("x.png");
  std::fputs("went on\n", stderr);
  std::exit(0);
}

TEST(PltProgram, WithoutGnuplotItSaysSoOnceAndGoesOn) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // a fresh process: nothing was said before
  EXPECT_EXIT(
      show_without_gnuplot(), ::testing::ExitedWithCode(0),
      "^plt: no picture: gnuplot is not installed \\('no-such-gnuplot' not found\\)\\. To get pictures: apt install "
      "gnuplot-nox\nwent on\n$");
}

TEST(PltProgram, AnOpenFigureIsWrittenWhenTheProgramEnds) {
  plotting::ScratchFile version;
  if (!plotting::run_process({"gnuplot", "--version"}, "", version.descriptor()).ok()) {
    GTEST_SKIP() << "gnuplot is not installed";
  }
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  // The fresh process runs this test too, up to the statement below; the folder reaches it through its environment.
  const char* given = std::getenv("XGRAD_PLT_TEST");
  std::optional<test::TempFolder> folder;
  const std::string prefix = given ? given : (folder.emplace() / "").string();
  setenv("XGRAD_PLT_TEST", prefix.c_str(), 1);
  const auto draw_and_leave = [&] {
    set_output_prefix(prefix);
    for (int k = 0; k < 3; ++k) subplot(1, 3, k + 1), imshow(std::vector<std::vector<int>>{{k, 1}, {2, 3}});
    std::exit(0);
  };
  EXPECT_EXIT(draw_and_leave(), ::testing::ExitedWithCode(0), "plt: wrote .*figure_1\\.png");
  unsetenv("XGRAD_PLT_TEST");
  ASSERT_THAT(folder->files(), ElementsAre("figure_1.png"));
  EXPECT_GT(test::Png(*folder / "figure_1.png").count(plotting::rgb(0x440154)), 1000u) << "viridis' lowest colour";
}

}  // namespace
}  // namespace xgrad::plt
