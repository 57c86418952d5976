/// Texts from files in messages.
#pragma once

#include <string>
#include <string_view>

#include <fmt/core.h>

namespace xgrad::serialize {

/// A text from a file as messages show it: without control characters or broken UTF-8, and cut when it is long. It is
/// written down only when a message is formatted, so a check costs nothing while it holds; the text must live so long.
class Excerpt {
 public:
  Excerpt(std::string_view text, bool quoted) : text_(text), quoted_(quoted) {}
  operator std::string() const;  // NOLINT(google-explicit-constructor)

 private:
  std::string_view text_;
  bool quoted_;
};

inline Excerpt in_quotes(std::string_view text) { return {text, true}; }
inline Excerpt shortened(std::string_view text) { return {text, false}; }

}  // namespace xgrad::serialize

template <>
struct fmt::formatter<xgrad::serialize::Excerpt> {
  constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
  fmt::format_context::iterator format(const xgrad::serialize::Excerpt& excerpt, fmt::format_context& context) const;
};
