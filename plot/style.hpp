/// What lines, images, grids and legends may look like.
#pragma once

#include <xgrad/plot/color.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace xgrad::plotting {

enum class Dash : std::uint8_t { kSolid, kDashed, kDotted, kDashDot, kNone };

inline constexpr std::string_view kMarkers = "o.s^vDdp+x*";

enum class Interpolation : std::uint8_t { kAntialiased, kNearest, kBilinear };

struct Grid {
  bool x = true, y = true;
  Color color = plotting::rgb(0xb0b0b0);
  Dash dash = Dash::kSolid;
  double width = 0.8;  ///< pt
};

/// Where a legend stands. The first nine are tried in this order for kBest.
enum class Location : std::uint8_t {
  kUpperRight,
  kUpperLeft,
  kLowerLeft,
  kLowerRight,
  kCenterLeft,
  kCenterRight,
  kLowerCenter,
  kUpperCenter,
  kCenter,
  kBest
};

struct Legend {
  Location location = Location::kBest;
  bool frame = true;
  double size = 10;  ///< pt
  std::string title;
};

enum class Aspect : std::uint8_t {
  kAuto,
  kEqualBox,    ///< one unit is as long in x as in y: the box shrinks (images)
  kEqualLimits  ///< the same: the limits grow
};

}  // namespace xgrad::plotting
