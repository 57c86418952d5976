#include <gmock/gmock.h>
#include <xgrad/plot/glyphs.hpp>
#include <xgrad/plot/text.hpp>

namespace xgrad::plotting {
namespace {

using ::testing::ElementsAre;

TEST(PlotText, SplitsLinesAndKeepsWhatWasTyped) {
  EXPECT_THAT(text_lines(""), ElementsAre(""));
  EXPECT_THAT(text_lines("a\nb\r\nc"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(text_lines("$x_1^{2}$ \\n \"q\" 'q' %d @a `b`"), ElementsAre("$x_1^{2}$ \\n \"q\" 'q' %d @a `b`"));
  EXPECT_THAT(text_lines("a\tb"), ElementsAre("a    b"));
  EXPECT_THAT(text_lines("größe \u2212 日本"), ElementsAre("größe \u2212 日本"));
}

TEST(PlotText, ReplacesWhatIsNoText) {
  EXPECT_THAT(text_lines(std::string_view("a\0b", 3)), ElementsAre("a\uFFFDb"));
  EXPECT_THAT(text_lines("\x1b[K"), ElementsAre("\uFFFD[K"));
  EXPECT_THAT(text_lines("\xFF\xC3"), ElementsAre("\uFFFD\uFFFD"));            // a stray byte, a character cut short
  EXPECT_THAT(text_lines("\xC0\xAF"), ElementsAre("\uFFFD\uFFFD"));            // an overlong '/'
  EXPECT_THAT(text_lines("\xED\xA0\x80"), ElementsAre("\uFFFD\uFFFD\uFFFD"));  // a surrogate
}

TEST(PlotText, DecodingAndEncodingAreInverse) {
  for (const char32_t c : {U'a', U'\u00e9', U'\u20ac', U'\U0001F600', U'\U0010FFFF'}) {
    std::string bytes;
    append_utf8(bytes, c);
    const CodePoint back = decode_utf8(bytes, 0);
    EXPECT_EQ(back.value, c);
    EXPECT_EQ(back.end, bytes.size());
  }
}

TEST(PlotText, WidthsAreDejaVuSans) {
  EXPECT_DOUBLE_EQ(text_width(""), 0);
  EXPECT_DOUBLE_EQ(text_width("0"), 1303.0 / 2048);
  EXPECT_DOUBLE_EQ(text_width("iW"), (569.0 + 2025) / 2048);
  EXPECT_DOUBLE_EQ(text_width("日本"), 2);
  EXPECT_DOUBLE_EQ(text_width("e\u0301"), text_width("e"));  // a combining accent takes no room
}

TEST(PlotText, SlugsAreFileNames) {
  EXPECT_EQ(slug("Training Curve"), "training_curve");
  EXPECT_EQ(slug("  ../Loss (%) / epoch!  "), "loss_epoch");
  EXPECT_EQ(slug("日本"), "");
  EXPECT_EQ(slug(std::string(500, 'x')).size(), 60u);
}

TEST(PlotGlyphs, ReadsTheRangesOfAllFonts) {
  const Glyphs glyphs("20-7e a0\n70-80 25a1\n");
  EXPECT_FALSE(glyphs.empty());
  for (const char32_t c : {0x20, 0x7e, 0x7f, 0x80, 0xa0, 0x25a1}) EXPECT_TRUE(glyphs.has(c)) << std::uint32_t(c);
  for (const char32_t c : {0x1f, 0x81, 0x9f, 0xa1, 0x25a2}) EXPECT_FALSE(glyphs.has(c)) << std::uint32_t(c);
  EXPECT_TRUE(Glyphs("\n").empty());
}

TEST(PlotGlyphs, PutsBoxesForMissingCharacters) {
  const Glyphs glyphs("20-7e 25a1");
  std::string missing;
  EXPECT_EQ(glyphs.drawable("a日b日本", missing), "a□b□□");
  EXPECT_EQ(missing, "日本");
  EXPECT_EQ(glyphs.drawable("a\u200Db", missing), "a\u200Db");  // a joiner needs no glyph
  EXPECT_EQ(missing, "日本");
}

}  // namespace
}  // namespace xgrad::plotting
