#include <xgrad/autograd/array/error.hpp>
#include <xgrad/plot/color.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

namespace xgrad::plotting {
namespace {

struct Named {
  std::string_view name;
  std::uint32_t hex;
};

constexpr std::array<Named, 10> kCycle{{{"tab:blue", 0x1f77b4},
                                        {"tab:orange", 0xff7f0e},
                                        {"tab:green", 0x2ca02c},
                                        {"tab:red", 0xd62728},
                                        {"tab:purple", 0x9467bd},
                                        {"tab:brown", 0x8c564b},
                                        {"tab:pink", 0xe377c2},
                                        {"tab:gray", 0x7f7f7f},
                                        {"tab:olive", 0xbcbd22},
                                        {"tab:cyan", 0x17becf}}};

/// matplotlib's letters, then the names of CSS that people use.
constexpr std::array<Named, 56> kNames{
    {{"b", 0x0000ff},         {"g", 0x008000},          {"r", 0xff0000},           {"c", 0x00bfbf},
     {"m", 0xbf00bf},         {"y", 0xbfbf00},          {"k", 0x000000},           {"w", 0xffffff},
     {"black", 0x000000},     {"white", 0xffffff},      {"red", 0xff0000},         {"green", 0x008000},
     {"blue", 0x0000ff},      {"cyan", 0x00ffff},       {"magenta", 0xff00ff},     {"yellow", 0xffff00},
     {"gray", 0x808080},      {"grey", 0x808080},       {"lightgray", 0xd3d3d3},   {"lightgrey", 0xd3d3d3},
     {"darkgray", 0xa9a9a9},  {"darkgrey", 0xa9a9a9},   {"dimgray", 0x696969},     {"silver", 0xc0c0c0},
     {"orange", 0xffa500},    {"darkorange", 0xff8c00}, {"gold", 0xffd700},        {"purple", 0x800080},
     {"violet", 0xee82ee},    {"indigo", 0x4b0082},     {"orchid", 0xda70d6},      {"pink", 0xffc0cb},
     {"hotpink", 0xff69b4},   {"brown", 0xa52a2a},      {"chocolate", 0xd2691e},   {"tan", 0xd2b48c},
     {"salmon", 0xfa8072},    {"coral", 0xff7f50},      {"tomato", 0xff6347},      {"crimson", 0xdc143c},
     {"firebrick", 0xb22222}, {"darkred", 0x8b0000},    {"maroon", 0x800000},      {"olive", 0x808000},
     {"lime", 0x00ff00},      {"limegreen", 0x32cd32},  {"forestgreen", 0x228b22}, {"darkgreen", 0x006400},
     {"seagreen", 0x2e8b57},  {"teal", 0x008080},       {"turquoise", 0x40e0d0},   {"steelblue", 0x4682b4},
     {"skyblue", 0x87ceeb},   {"royalblue", 0x4169e1},  {"dodgerblue", 0x1e90ff},  {"navy", 0x000080}}};

template <std::size_t N>
std::optional<Color> find(const std::array<Named, N>& table, std::string_view name) {
  const auto it = std::find_if(table.begin(), table.end(), [&](const Named& n) { return n.name == name; });
  return it == table.end() ? std::nullopt : std::optional(rgb(it->hex));
}

template <class T, class... Base>
std::optional<T> parse_whole(std::string_view text, Base... base) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base...);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::optional<Color> parse_hex(std::string_view digits) {
  std::string wide;
  if (digits.size() == 3 || digits.size() == 4) {
    for (const char c : digits) wide.append(2, c);
  } else {
    wide = digits;
  }
  const auto value = parse_whole<std::uint32_t>(wide, 16);
  if (!value) return std::nullopt;
  if (wide.size() == 6) return rgb(*value);
  if (wide.size() != 8) return std::nullopt;
  Color c = rgb(*value >> 8);
  c.a = static_cast<std::uint8_t>(*value);
  return c;
}

std::optional<Color> parse(std::string_view name) {
  if (name.starts_with('#')) return parse_hex(name.substr(1));
  if (const auto named = find(kNames, name)) return named;
  if (const auto named = find(kCycle, name)) return named;
  if (name == "tab:grey") return cycle_color(7);
  if (name == "none") return Color{0, 0, 0, 0};
  if (name.starts_with('C')) {
    const auto i = parse_whole<unsigned>(name.substr(1));
    if (i) return cycle_color(*i);
  }
  if (const auto level = parse_whole<double>(name); level && *level >= 0 && *level <= 1) {
    const auto v = static_cast<std::uint8_t>(std::lround(*level * 255));
    return Color{v, v, v};
  }
  return std::nullopt;
}

}  // namespace

Color with_alpha(Color c, double alpha) {
  c.a = static_cast<std::uint8_t>(std::lround(c.a * std::clamp(alpha, 0.0, 1.0)));
  return c;
}

Color cycle_color(std::size_t i) { return rgb(kCycle[i % kCycle.size()].hex); }

Color parse_color(std::string_view name) {
  const auto color = parse(name);
  check<ValueError>(
      color.has_value(),
      "'{}' is not a valid value for color: expected \"C0\", \"r\", \"tab:blue\", a colour's name such as "
      "\"steelblue\", \"#1f77b4\" or a grey level such as \"0.5\"",
      name);
  return *color;
}

}  // namespace xgrad::plotting
