#include <xgrad/serialize/excerpt.hpp>
#include <xgrad/serialize/utf8.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace xgrad::serialize {

Excerpt::operator std::string() const {
  constexpr std::size_t kShown = 80;
  std::size_t end = std::min(text_.size(), kShown);
  const auto is_inside = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
  if (end < text_.size()) {
    std::size_t whole = end;
    while (whole + 3 > end && is_inside(text_[whole])) --whole;
    if (is_utf8(text_.substr(0, whole))) end = whole;  // no character is cut into two
  }
  const std::string_view shown = text_.substr(0, end);
  const bool utf8 = is_utf8(shown);
  std::string out = quoted_ ? "'" : "";
  for (const char c : shown) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !utf8))
      out += fmt::format("\\x{:02x}", byte);
    else
      out += c;
  }
  if (end < text_.size()) out += "...";
  if (quoted_) out += '\'';
  return out;
}

}  // namespace xgrad::serialize

fmt::format_context::iterator fmt::formatter<xgrad::serialize::Excerpt>::format(
    const xgrad::serialize::Excerpt& excerpt, fmt::format_context& context) const {
  return fmt::format_to(context.out(), "{}", std::string(excerpt));
}
