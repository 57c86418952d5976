#include <xgrad/plot/options.hpp>

#include <array>
#include <span>

namespace xgrad::plotting {
namespace {

template <class T>
struct Word {
  std::string_view name;
  T value;
};

constexpr std::array<Word<Dash>, 11> kDashes{{{"-", Dash::kSolid},
                                              {"solid", Dash::kSolid},
                                              {"--", Dash::kDashed},
                                              {"dashed", Dash::kDashed},
                                              {":", Dash::kDotted},
                                              {"dotted", Dash::kDotted},
                                              {"-.", Dash::kDashDot},
                                              {"dashdot", Dash::kDashDot},
                                              {"none", Dash::kNone},
                                              {"None", Dash::kNone},
                                              {"", Dash::kNone}}};

constexpr std::array<Word<Location>, 11> kLocations{{{"best", Location::kBest},
                                                     {"upper right", Location::kUpperRight},
                                                     {"upper left", Location::kUpperLeft},
                                                     {"lower left", Location::kLowerLeft},
                                                     {"lower right", Location::kLowerRight},
                                                     {"right", Location::kCenterRight},
                                                     {"center left", Location::kCenterLeft},
                                                     {"center right", Location::kCenterRight},
                                                     {"lower center", Location::kLowerCenter},
                                                     {"upper center", Location::kUpperCenter},
                                                     {"center", Location::kCenter}}};

constexpr std::array<Word<Interpolation>, 4> kInterpolations{{{"antialiased", Interpolation::kAntialiased},
                                                              {"nearest", Interpolation::kNearest},
                                                              {"none", Interpolation::kNearest},
                                                              {"bilinear", Interpolation::kBilinear}}};

constexpr std::array<Word<Aspect>, 2> kAspects{{{"equal", Aspect::kEqualBox}, {"auto", Aspect::kAuto}}};

/// The value of a word, or matplotlib's error with the words there are.
template <class T>
T look_up(std::span<const Word<T>> words, std::string_view argument, std::string_view name) {
  std::string known;
  for (const Word<T>& w : words) {
    if (w.name == name) return w.value;
    known += fmt::format("{}'{}'", known.empty() ? "" : ", ", w.name);
  }
  fail<ValueError>("'{}' is not a valid value for {}; supported values are {}", name, argument, known);
}

}  // namespace

Dash parse_dash(std::string_view name) { return look_up<Dash>(kDashes, "linestyle", name); }
Location parse_location(std::string_view name) { return look_up<Location>(kLocations, "loc", name); }
Interpolation parse_interpolation(std::string_view name) {
  return look_up<Interpolation>(kInterpolations, "interpolation", name);
}
Aspect parse_aspect(std::string_view name) { return look_up<Aspect>(kAspects, "aspect", name); }

char parse_marker(std::string_view name) {
  if (name.empty() || name == "none" || name == "None") return 0;
  check<ValueError>(name.size() == 1 && kMarkers.find(name[0]) != std::string_view::npos,
                    "Unrecognized marker style '{}': the markers are the characters of \"{}\"", name, kMarkers);
  return name[0];
}

}  // namespace xgrad::plotting

namespace xgrad::plt {

PlotOptions& PlotOptions::fmt(std::string_view text) {
  std::optional<plotting::Dash> dash;
  std::optional<char> mark;
  std::string_view rest = text;
  const auto fail_fmt = [&] {
    fail<ValueError>("'{}' is not a valid format string: it holds a colour's letter, a line style and a marker", text);
  };
  while (!rest.empty()) {
    std::size_t used = 1;
    if (rest[0] == '-' || rest[0] == ':') {
      used = rest.starts_with("--") || rest.starts_with("-.") ? 2 : 1;
      if (dash) fail_fmt();
      dash = plotting::parse_dash(rest.substr(0, used));
    } else if (plotting::kMarkers.find(rest[0]) != std::string_view::npos) {
      if (mark) fail_fmt();
      mark = rest[0];
    } else if (std::string_view("bgrcmykwC").find(rest[0]) != std::string_view::npos) {
      if (rest[0] == 'C' && rest.size() > 1 && rest[1] >= '0' && rest[1] <= '9') used = 2;
      default_color(plotting::parse_color(rest.substr(0, used)));
    } else {
      fail_fmt();
    }
    rest.remove_prefix(used);
  }
  if (!marker_) marker_ = mark;
  if (!dash_) dash_ = dash ? dash : mark ? std::optional(plotting::Dash::kNone) : std::nullopt;
  return *this;
}

}  // namespace xgrad::plt
