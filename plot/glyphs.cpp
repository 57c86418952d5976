#include <xgrad/plot/glyphs.hpp>
#include <xgrad/plot/text.hpp>

#include <algorithm>
#include <charconv>

namespace xgrad::plotting {
namespace {

constexpr char32_t kBox = 0x25A1;

/// Characters that are never drawn themselves: joiners, direction marks, variation selectors.
bool is_invisible(char32_t c) {
  return c == 0xAD || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x2064) ||
         (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF;
}

}  // namespace

Glyphs::Glyphs(std::string_view text) {
  std::vector<Interval> all;
  const char *at = text.data(), *end = at + text.size();
  while (at < end) {
    std::uint32_t first = 0;
    const auto [after, error] = std::from_chars(at, end, first, 16);
    if (error != std::errc()) {
      ++at;
      continue;
    }
    std::uint32_t last = first;
    at = after;
    if (at < end && *at == '-') at = std::from_chars(at + 1, end, last, 16).ptr;
    all.push_back({first, last});
  }
  std::sort(all.begin(), all.end(), [](const Interval& a, const Interval& b) { return a.first < b.first; });
  for (const Interval& i : all) {
    if (!ranges_.empty() && i.first <= ranges_.back().last + 1) {
      ranges_.back().last = std::max(ranges_.back().last, i.last);
    } else {
      ranges_.push_back(i);
    }
  }
}

bool Glyphs::has(char32_t c) const {
  const auto after =
      std::upper_bound(ranges_.begin(), ranges_.end(), c, [](char32_t v, const Interval& i) { return v < i.first; });
  return after != ranges_.begin() && c <= std::prev(after)->last;
}

std::string Glyphs::drawable(std::string_view line, std::string& missing) const {
  std::string out;
  for (std::size_t at = 0; at < line.size();) {
    const auto [c, end] = decode_utf8(line, at);
    if (has(c) || is_invisible(c)) {
      append_utf8(out, c);
    } else {
      append_utf8(out, has(kBox) ? kBox : U'?');
      std::string character;
      append_utf8(character, c);
      if (missing.find(character) == std::string::npos) missing += character;
    }
    at = end;
  }
  return out;
}

}  // namespace xgrad::plotting
