/// Names of an archive's entries.
#pragma once

#include <algorithm>
#include <string_view>

namespace xgrad::serialize {

/// Whether an entry of this name would be written outside of the folder that an archive is unpacked into.
inline bool leads_outside(std::string_view name) {
  constexpr std::string_view kSeparators = "/\\";
  if (name.empty() || kSeparators.find(name[0]) != std::string_view::npos) return true;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find_first_of(kSeparators, begin), name.size());
    if (name.substr(begin, end - begin) == "..") return true;
    begin = end + 1;
  }
  return name.find('\0') != std::string_view::npos;
}

}  // namespace xgrad::serialize
