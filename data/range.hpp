/// Python's range(): `for (auto epoch : range(5))`.
#pragma once

#include <cstdint>
#include <ranges>

namespace xgrad {

/// The integers start … stop−1; none when stop is not above start.
inline auto range(std::int64_t start, std::int64_t stop) {
  return std::views::iota(start, stop > start ? stop : start);
}
inline auto range(std::int64_t stop) { return range(0, stop); }

}  // namespace xgrad
