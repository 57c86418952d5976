#include <gmock/gmock.h>
#include <xgrad/autograd/array/error.hpp>
#include <xgrad/plot/process.hpp>
#include <xgrad/plot/render.hpp>
#include <xgrad/tests/data_module/temp_folder.hpp>
#include <xgrad/tests/plot/png.hpp>

#include <limits>

namespace xgrad::plotting {
namespace {

using test::message_of;
using test::Png;
using test::read_bytes;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Color kWhite{255, 255, 255}, kBlue{0x1f, 0x77, 0xb4}, kBlack{0, 0, 0};

Figure with(Series series) {
  Figure f;
  f.axes.emplace_back();
  f.axes[0].series.push_back(std::move(series));
  return f;
}

Figure curve() { return with(Line{{0, 1, 2, 3}, {2, 1, 0.5, 0.25}, "Train", kBlue}); }

class PlotRender : public ::testing::Test {
 protected:
  void SetUp() override {
    ScratchFile version;
    if (!run_process({"gnuplot", "--version"}, "", version.descriptor()).ok())
      GTEST_SKIP() << "gnuplot is not installed";
  }
  Png png(const Figure& figure, double dpi = 100) {
    EXPECT_TRUE(render(figure, folder_ / "p.png", dpi, {}));
    return Png(folder_ / "p.png");
  }
  std::string svg(const Figure& figure) {
    EXPECT_TRUE(render(figure, folder_ / "p.svg", 100, {}));
    return read_bytes(folder_ / "p.svg");
  }

  test::TempFolder folder_;
};

TEST_F(PlotRender, APngHasTheFiguresSizeAndColours) {
  const Png picture = png(curve());
  EXPECT_EQ(picture.width(), 640u);
  EXPECT_EQ(picture.height(), 480u);
  EXPECT_EQ(picture.at(0, 0), kWhite);
  EXPECT_GT(picture.count(kBlue), 500u) << "a curve of two pixels' width across the box";
  EXPECT_GT(picture.count(kBlack), 1500u) << "the frame and the numbers";
  EXPECT_EQ(picture.at(80, 200), kBlack) << "the left side of the frame";
  EXPECT_EQ(picture.at(576, 200), kBlack) << "the right side of the frame";
  EXPECT_EQ(picture.at(200, 427), kBlack) << "the bottom of the frame";
  EXPECT_EQ(picture.at(79, 200), kWhite) << "lines of the frame are sharp";
  EXPECT_THAT(folder_.files(), ::testing::ElementsAre("p.png")) << "nothing else is left";
  EXPECT_EQ(png(curve(), 50).width(), 320u);
}

TEST_F(PlotRender, ImagesShowTheirPixels) {
  Image image{2, 2, {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0}};
  Figure f = with(image);
  f.axes[0].image_origin_upper = true;
  f.axes[0].aspect = Aspect::kEqualBox;
  const Png picture = png(f);
  const Box box = lay_out(f, 100).axes[0].box;
  const auto at = [&](double x, double y) {
    return picture.at(static_cast<std::size_t>(box.left + x * box.width()),
                      static_cast<std::size_t>(box.top + y * box.height()));
  };
  EXPECT_EQ(at(0.25, 0.25), rgb(0xff0000));
  EXPECT_EQ(at(0.75, 0.25), rgb(0x00ff00));
  EXPECT_EQ(at(0.25, 0.75), rgb(0x0000ff));
  EXPECT_EQ(at(0.75, 0.75), rgb(0xffff00));
  EXPECT_EQ(at(0.47, 0.25), rgb(0xff0000)) << "pixels are squares, not smoothed";
  EXPECT_THAT(svg(f), HasSubstr("image-rendering:pixelated"));
}

TEST_F(PlotRender, EveryKindOfFigureCanBeDrawn) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  const std::vector<Figure> figures{
      Figure{},
      with(Line{}),
      with(Line{{0}, {0}, "", {}}),
      with(Line{{0, 1, 2}, {5, 5, 5}, "", {}}),
      with(Line{{nan, 1, 2}, {1, inf, nan}, "", {}}),
      with(Line{{0, 1}, {-1e299, 1e299}, "", {}}),
      with(Line{{0, 1}, {1e-300, 3e-300}, "", {}}),
      with(Image{1, 1, {1, 2, 3}}),
      with(Image{500, 1, std::vector<std::uint8_t>(1500, 9)}),
      with(Bars{{{0, 1, 0, nan}, {0, 1, 0, 2}}, "", {}}),
  };
  for (std::size_t i = 0; i < figures.size(); ++i) {
    SCOPED_TRACE(i);
    EXPECT_EQ(png(figures[i]).width(), 640u);
    EXPECT_THAT(svg(figures[i]), HasSubstr("</svg>"));
  }
}

TEST_F(PlotRender, LinesOutsideTheLimitsAreClipped) {
  Figure f = with(Line{{-100, 100}, {-100, 100}, "", kBlue});
  f.axes[0].x.low = 0, f.axes[0].x.high = 1, f.axes[0].y.low = 0, f.axes[0].y.high = 1;
  const Png picture = png(f);
  EXPECT_GT(picture.count(kBlue), 300u) << "the part inside is drawn";
  EXPECT_EQ(picture.at(20, 470), kWhite);
  EXPECT_EQ(picture.at(620, 10), kWhite);
}

TEST_F(PlotRender, TextsComeOutAsTyped) {
  const std::string tricky = "a\"b'c\\d$e_f^g{h}%i%sj@k`echo x`~!#|";
  Figure f = curve();
  f.title.text = tricky, f.axes[0].title.text = "1: " + tricky, f.axes[0].x.label.text = "2: " + tricky;
  f.axes[0].y.label.text = "3: <b>&amp;</b> größe \u2212 日本\nsecond line";
  std::get<Line>(f.axes[0].series[0]).label = "4: " + tricky;
  f.axes[0].legend = Legend{};
  f.axes[0].x.ticks = {1.0}, f.axes[0].x.tick_labels = {"5: " + tricky};
  const std::string picture = svg(f);
  for (const char* before : {"<text>", "<text>1: ", "<text>2: ", "<text>4: ", "<text>5: "}) {
    EXPECT_THAT(picture, HasSubstr(before + tricky + "</text>"));
  }
  f.title.text = "$5 \"1\" #2 %7 '3 !4 _6 $0 ^1";  // a digit after each sign
  EXPECT_THAT(svg(f), HasSubstr("<text>" + f.title.text + "</text>"));
  EXPECT_THAT(picture, HasSubstr("<text>3: &lt;b>&amp;amp;&lt;/b> größe \u2212 日本</text>"));
  EXPECT_THAT(picture, HasSubstr("<text>second line</text>"));
  EXPECT_THAT(picture, Not(HasSubstr("<title>"))) << "a viewer would show it under the mouse";
  EXPECT_THAT(picture, HasSubstr("font-family=\"DejaVu Sans, Bitstream Vera Sans, Verdana, sans-serif\""));
}

TEST_F(PlotRender, TextsAreVisibleInAPng) {
  Figure bare = curve(), titled = curve();
  titled.axes[0].title.text = "WWWW";
  titled.axes[0].title.color = rgb(0xff0000);
  EXPECT_EQ(png(bare).count(rgb(0xff0000), 60), 0u);
  EXPECT_GT(png(titled).count(rgb(0xff0000), 60), 80u);
}

TEST_F(PlotRender, CharactersThatNoFontHasDoNotSpoilThePng) {
  Figure f = curve();
  f.axes[0].title.text = "\U000F1234 \u0378";  // for private use; not assigned
  ::testing::internal::CaptureStderr();
  const Png picture = png(f);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("plt: no installed font has the characters"));
  EXPECT_LT(picture.count(kBlack, 100), 6000u);
}

TEST_F(PlotRender, ReplacesAnOlderPicture) {
  test::write_bytes(folder_ / "p.png", "old");
  EXPECT_EQ(png(curve()).width(), 640u);
}

TEST_F(PlotRender, AnyPathWorks) {
  const auto path = folder_ / "it's a \"new\" $(folder)\\`x`; größe \xff.PNG";
  EXPECT_TRUE(render(curve(), path, 100, {}));
  EXPECT_EQ(Png(path).width(), 640u);
}

TEST_F(PlotRender, FailuresSpeakInTheSystemsWords) {
  EXPECT_EQ(message_of<Error>([&] { render(curve(), folder_ / "no" / "p.png", 100, {}); }),
            "Parent directory " + (folder_ / "no").string() + " does not exist.\n  saving '" +
                (folder_ / "no/p.png").string() + "'");
  std::filesystem::create_directory(folder_ / "p.png");
  EXPECT_EQ(message_of<Error>([&] { render(curve(), folder_ / "p.png", 100, {}); }),
            "[Errno 21] Is a directory: '" + (folder_ / "p.png").string() + "'");
  EXPECT_THAT(folder_.files(), ::testing::IsEmpty()) << "no temporary file stays behind";
}

/// A program that plays gnuplot.
Tools impostor(const test::TempFolder& folder, const std::string& script) {
  const auto path = folder / "impostor";
  test::write_bytes(path, "#!/bin/sh\n" + script + "\n");
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  return Tools{path.string(), "fc-list"};
}

TEST(PlotRenderErrors, GnuplotsOwnWordsAreShown) {
  test::TempFolder folder;
  const auto path = folder / "p.png";
  const auto failure = [&](const std::string& script) {
    return message_of<Error>([&] { render(curve(), path, 100, impostor(folder, script)); });
  };
  const std::string head = "gnuplot could not draw '" + path.string() + "':\n";
  EXPECT_EQ(failure("echo ' line 7: undefined thing' >&2; exit 3"), head + "line 7: undefined thing");
  EXPECT_EQ(failure("exit 4"), head + "exit status 4");
  EXPECT_EQ(failure("exit 0"), head + "disk full?");
  EXPECT_EQ(failure("printf '\\211PNG\\r\\n\\032\\nhalf a picture'"), head + "disk full?");
  EXPECT_EQ(failure("kill -9 $$"), head + "exit status 137");
  EXPECT_THAT(folder.files(), ::testing::ElementsAre("impostor"));
}

TEST(PlotRenderErrors, UnknownFormatsAreNamed) {
  EXPECT_EQ(format_of("a/b.PNG"), Format::kPng);
  EXPECT_EQ(format_of("b.svg"), Format::kSvg);
  EXPECT_EQ(message_of<ValueError>([] { render(curve(), "p.pdf", 100, {}); }),
            "Format 'pdf' is not supported (supported formats: png, svg), in savefig(\"p.pdf\")");
  EXPECT_EQ(message_of<ValueError>([] { format_of("folder.svg/p"); }),
            "Format '' is not supported (supported formats: png, svg), in savefig(\"folder.svg/p\")");
}

TEST(PlotProcess, PassesArgumentsAndInputWithoutAShell) {
  ScratchFile out;
  const ProcessResult r =
      run_process({"/bin/sh", "-c", "printf '%s|' \"$@\"; cat; echo oops >&2; exit 5", "x", "a b", "$HOME"}, "input\n",
                  out.descriptor());
  EXPECT_TRUE(r.found);
  EXPECT_EQ(r.status, 5);
  EXPECT_EQ(r.error, "oops\n");
  EXPECT_EQ(out.contents(), "a b|$HOME|input\n");
}

TEST(PlotProcess, SurvivesAChildThatReadsNothing) {
  ScratchFile out;
  EXPECT_TRUE(run_process({"true"}, std::string(1 << 20, 'x'), out.descriptor()).ok());
}

TEST(PlotProcess, TellsWhenThereIsNoSuchProgram) {
  ScratchFile out;
  EXPECT_FALSE(run_process({"no-such-program-anywhere"}, "", out.descriptor()).found);
}

}  // namespace
}  // namespace xgrad::plotting
