/// Which characters the installed fonts can draw.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace xgrad::plotting {

/// The characters of all fonts that fontconfig knows.
class Glyphs {
 public:
  /// From the ranges that `fc-list --format '%{charset}\n'` prints: "20-7e a0-17f ...", hexadecimal, a font a line.
  explicit Glyphs(std::string_view ranges);

  /// No font at all is installed.
  bool empty() const { return ranges_.empty(); }
  bool has(char32_t c) const;
  /// `line` with a box (U+25A1) for each character that no font has; those are added to `missing`. (Left in, they would
  /// make gnuplot's cairo terminals paint over the whole picture.)
  std::string drawable(std::string_view line, std::string& missing) const;

 private:
  struct Interval {
    char32_t first, last;
  };
  std::vector<Interval> ranges_;  // sorted, disjoint
};

}  // namespace xgrad::plotting
