#include <xgrad/plot/text.hpp>

#include <array>

namespace xgrad::plotting {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr double kUnitsPerEm = 2048;

/// Advance widths of DejaVu Sans for U+0020 to U+007E, in font units.
constexpr std::array<std::uint16_t, 95> kAsciiWidths = {
    651,  821,  942,  1716, 1303, 1946, 1597, 563,  799,  799,  1024, 1716, 651,  739,  651,  690,   //
    1303, 1303, 1303, 1303, 1303, 1303, 1303, 1303, 1303, 1303, 690,  690,  1716, 1716, 1716, 1087,  //
    2048, 1401, 1405, 1430, 1577, 1294, 1178, 1587, 1540, 604,  604,  1343, 1141, 1767, 1532, 1612,  //
    1235, 1612, 1423, 1300, 1251, 1499, 1401, 2025, 1403, 1251, 1403, 799,  690,  799,  1716, 1024,  //
    1024, 1255, 1300, 1126, 1300, 1260, 721,  1300, 1298, 569,  569,  1186, 569,  1995, 1298, 1253,  //
    1300, 1300, 842,  1067, 803,  1298, 1212, 1675, 1212, 1212, 1075, 1303, 690,  1303, 1716};
constexpr double kMinusWidth = 1716, kTypicalWidth = 1290, kWideWidth = 2048;

bool is_combining(char32_t c) {
  return (c >= 0x300 && c <= 0x36F) || (c >= 0x200B && c <= 0x200F) || (c >= 0xFE00 && c <= 0xFE0F);
}

/// Scripts whose characters fill a square: Hangul, kana, Chinese characters, full-width forms, emoji.
bool is_wide(char32_t c) {
  return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFF00 && c <= 0xFF60) || c >= 0x1F000;
}

double advance(char32_t c) {
  if (c >= 0x20 && c <= 0x7E) return kAsciiWidths[c - 0x20];
  if (c == 0x2212) return kMinusWidth;
  if (is_combining(c)) return 0;
  return is_wide(c) ? kWideWidth : kTypicalWidth;
}

}  // namespace

CodePoint decode_utf8(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  if (first < 0x80) return {first, at + 1};
  const int extra = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  const CodePoint invalid{kReplacement, at + 1};
  if (first < 0xC2 || first > 0xF4 || text.size() - at <= static_cast<std::size_t>(extra)) return invalid;
  char32_t value = first & (0x3F >> extra);
  for (int i = 1; i <= extra; ++i) {
    const unsigned char next = byte(at + static_cast<std::size_t>(i));
    if ((next & 0xC0) != 0x80) return invalid;
    value = (value << 6) | (next & 0x3F);
  }
  constexpr std::array<char32_t, 4> kSmallest = {0, 0x80, 0x800, 0x10000};  // shorter forms are not UTF-8
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kSmallest[static_cast<std::size_t>(extra)] || value > 0x10FFFF || surrogate) return invalid;
  return {value, at + 1 + static_cast<std::size_t>(extra)};
}

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6)), put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12)), put(0x80 | ((c >> 6) & 0x3F)), put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | (c >> 18)), put(0x80 | ((c >> 12) & 0x3F)), put(0x80 | ((c >> 6) & 0x3F)), put(0x80 | (c & 0x3F));
  }
}

std::vector<std::string> text_lines(std::string_view text) {
  std::vector<std::string> lines(1);
  for (std::size_t at = 0; at < text.size();) {
    const auto [c, end] = decode_utf8(text, at);
    const bool crlf = c == '\r' && end < text.size() && text[end] == '\n';
    if (c == '\n')
      lines.emplace_back();
    else if (c == '\t')
      lines.back() += "    ";
    else if ((c < 0x20 && !crlf) || (c >= 0x7F && c < 0xA0))
      append_utf8(lines.back(), kReplacement);
    else if (!crlf)
      append_utf8(lines.back(), c);
    at = end;
  }
  return lines;
}

double text_width(std::string_view line) {
  double units = 0;
  for (std::size_t at = 0; at < line.size();) {
    const auto [c, end] = decode_utf8(line, at);
    units += advance(c);
    at = end;
  }
  return units / kUnitsPerEm;
}

std::string slug(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::string out;
  for (const char c : text) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
      out.push_back(upper ? static_cast<char>(c + 32) : c);
    else if (!out.empty() && out.back() != '_')
      out.push_back('_');
    if (out.size() == kLongest) break;
  }
  while (!out.empty() && out.back() == '_') out.pop_back();
  return out;
}

}  // namespace xgrad::plotting
