/// Colours by matplotlib's names, its colour cycle, and its colormaps.
#pragma once

#include <cstdint>
#include <string_view>

namespace xgrad::plotting {

/// Red, green, blue and opacity, each 0 to 255.
struct Color {
  std::uint8_t r = 0, g = 0, b = 0, a = 255;

  friend bool operator==(const Color&, const Color&) = default;
};

/// 0xRRGGBB
constexpr Color rgb(std::uint32_t hex) {
  return {static_cast<std::uint8_t>(hex >> 16), static_cast<std::uint8_t>(hex >> 8), static_cast<std::uint8_t>(hex)};
}

/// The colour `c` with its opacity scaled by `alpha` in [0, 1].
Color with_alpha(Color c, double alpha);
/// The i-th colour of the cycle that successive lines take: "C0", "C1", ... (ten, then again).
Color cycle_color(std::size_t i);
/// "C0", "r", "tab:blue", "steelblue", "#1f77b4", "#1f77b480", "#08f", "0.5" (grey); throws ValueError for others.
Color parse_color(std::string_view name);

/// A map from [0, 1] to colours.
class Colormap {
 public:
  /// "viridis", "plasma", "inferno", "magma", "gray", "binary", "hot", "bwr", each also reversed with "_r".
  /// Throws ValueError, listing these, for another name.
  explicit Colormap(std::string_view name);
  /// `t` is clamped to [0, 1]; NaN maps to transparent.
  Color operator()(double t) const;

 private:
  const std::uint32_t* knots_;
  std::size_t count_;
  bool reversed_;
};

}  // namespace xgrad::plotting
