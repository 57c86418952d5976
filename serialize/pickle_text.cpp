#include <xgrad/autograd/array/error.hpp>
#include <xgrad/serialize/elements.hpp>
#include <xgrad/serialize/pickle_text.hpp>

#include <array>
#include <charconv>
#include <utility>

namespace xgrad::serialize::pickle {
namespace {

void append_utf8(std::string& out, std::uint32_t code) {
  check<ValueError>(code < 0x110000 && (code < 0xd800 || code > 0xdfff), "\\U{:08x} is no character", code);
  const auto part = [&](unsigned shift) { return static_cast<char>(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += {static_cast<char>(0xc0 | code >> 6), part(0)};
  } else if (code < 0x10000) {
    out += {static_cast<char>(0xe0 | code >> 12), part(6), part(0)};
  } else {
    out += {static_cast<char>(0xf0 | code >> 18), part(12), part(6), part(0)};
  }
}

/// The number that `digits` hexadecimal digits at the front of `rest` are, which are taken off.
std::uint32_t take_hex(std::string_view& rest, std::size_t digits) {
  std::uint32_t code = 0;
  const std::string_view text = rest.substr(0, digits);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code, 16);
  check<ValueError>(error == std::errc() && text.size() == digits && end == text.data() + digits,
                    "truncated escape of {} digits", digits);
  rest.remove_prefix(digits);
  return code;
}

}  // namespace

std::int64_t parse_int(std::string_view line) {
  std::string_view digits = line;
  if (digits.ends_with('L')) digits.remove_suffix(1);
  std::int64_t i = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), i);
  check<NotImplementedError>(error != std::errc::result_out_of_range, "an int of {} digits does not fit into 64 bits",
                             digits.size());
  check<ValueError>(error == std::errc() && end == digits.data() + digits.size(), "invalid literal for int(): {}",
                    in_quotes(line));
  return i;
}

double parse_float(std::string_view line) {
  double x = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), x);
  check<ValueError>(error == std::errc() && end == line.data() + line.size(), "could not convert string to float: {}",
                    in_quotes(line));
  return x;
}

std::string parse_unicode(std::string_view line) {
  std::string out;
  while (!line.empty()) {
    const char c = line.front();
    line.remove_prefix(1);
    if (c == '\\' && (line.starts_with('u') || line.starts_with('U'))) {
      const std::size_t digits = line.front() == 'u' ? 4 : 8;
      line.remove_prefix(1);
      append_utf8(out, take_hex(line, digits));
    } else {
      append_utf8(out, static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string parse_string(std::string_view line) {
  check<ValueError>(line.size() >= 2 && (line.front() == '\'' || line.front() == '"') && line.back() == line.front(),
                    "the STRING opcode argument must be quoted");
  line = line.substr(1, line.size() - 2);
  constexpr std::array<std::pair<char, char>, 6> kEscapes{
      {{'\\', '\\'}, {'\'', '\''}, {'"', '"'}, {'n', '\n'}, {'r', '\r'}, {'t', '\t'}}};
  std::string out;
  while (!line.empty()) {
    const char c = line.front();
    line.remove_prefix(1);
    if (c != '\\') {
      out += c;
      continue;
    }
    check<ValueError>(!line.empty(), "a backslash at the end of a string");
    const char escape = line.front();
    line.remove_prefix(1);
    if (escape == 'x') {
      out += static_cast<char>(take_hex(line, 2));
      continue;
    }
    const auto* known = kEscapes.begin();
    while (known != kEscapes.end() && known->first != escape) ++known;
    check<ValueError>(known != kEscapes.end(), "unknown escape \\{} in a string", escape);
    out += known->second;
  }
  return out;
}

}  // namespace xgrad::serialize::pickle
