/// Text for pictures: UTF-8 made safe, split into lines, and measured without asking a renderer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace xgrad::plotting {

/// Half the capitals lie this far below the top of a line, in ems.
inline constexpr double kCapitalCenter = 0.43;

/// One character of a string, and where it ends.
struct CodePoint {
  char32_t value;
  std::size_t end;
};

/// Decodes the character at `at`; a byte that is no UTF-8 decodes to U+FFFD and is one byte long.
CodePoint decode_utf8(std::string_view text, std::size_t at);
/// Appends a character as UTF-8.
void append_utf8(std::string& out, char32_t c);

/// The lines of a label: split at line ends, tabs widened to spaces, other control characters and invalid UTF-8
/// replaced by U+FFFD. Never empty.
std::vector<std::string> text_lines(std::string_view text);

/// The width of one line in ems of DejaVu Sans (matplotlib's font); other scripts by a typical width of theirs.
double text_width(std::string_view line);

/// "Training Curve" -> "training_curve": ASCII letters and digits in lower case, runs of anything else as one '_'.
std::string slug(std::string_view text);

}  // namespace xgrad::plotting
