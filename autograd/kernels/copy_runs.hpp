/// Copies of runs of memory that are too short for a call of memcpy.
#pragma once

#include <cstdint>
#include <cstring>

namespace xgrad::kernels {

using HalfLine = std::uint64_t __attribute__((vector_size(32)));  ///< of the cache

/// n bytes by V, of which there is at least one; the last may overlap the one before it, so that there is no loop for
/// what is left.
template <class V>
inline void copy_by(char* to, const char* from, std::int64_t n) {
  constexpr auto v = static_cast<std::int64_t>(sizeof(V));
  V piece;
  for (std::int64_t k = 0; k < n - v; k += v) {
    std::memcpy(&piece, from + k, sizeof piece);
    std::memcpy(to + k, &piece, sizeof piece);
  }
  std::memcpy(&piece, from + n - v, sizeof piece);
  std::memcpy(to + n - v, &piece, sizeof piece);
}

/// Calls f(V()), where copy_by<V> copies n > 0 bytes well.
template <class F>
inline void with_piece_for(std::int64_t n, F f) {
  using Quarter = std::uint64_t __attribute__((vector_size(16)));
  if (n < 4) return f(char());
  if (n < 8) return f(std::uint32_t());
  if (n < 16) return f(std::uint64_t());
  if (n < 32) return f(Quarter());
  f(HalfLine());
}

}  // namespace xgrad::kernels
