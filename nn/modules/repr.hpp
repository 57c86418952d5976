/// What Python prints between a module's parentheses.
#pragma once

#include <fmt/core.h>

#include <string>

namespace xgrad::nn::detail {

/// Python's True and False.
inline const char* python(bool value) { return value ? "True" : "False"; }

/// A float as Python writes it: with a point or an exponent.
inline std::string python(double value) {
  std::string text = fmt::format("{}", value);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

/// ", inplace=True", or nothing.
inline const char* also_inplace(bool inplace) { return inplace ? ", inplace=True" : ""; }

}  // namespace xgrad::nn::detail
