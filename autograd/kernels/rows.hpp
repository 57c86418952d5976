/// Sums and extremes of runs of memory, with enough accumulators to keep up with it.
#pragma once

#include <xgrad/autograd/kernels/loops.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

namespace xgrad::kernels {

/// What T's sums are totalled in: double for floats, 64 wrapping bits for integers.
template <class T>
using SumTotal = std::conditional_t<std::is_floating_point_v<T>, double, std::uint64_t>;

/// As many T as a 32-byte register holds, for arithmetic lane by lane (an extension of g++ and clang, which keeps the
/// accumulators in registers where a plain array of them would not be).
template <class T>
struct LanesOf {
  typedef T Type __attribute__((vector_size(32)));
};
template <class T>
using Lanes = typename LanesOf<T>::Type;

/// A vector, or a single number, from memory.
template <class V, class T>
inline V read_as(const T* p) {
  V v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

template <class T>
inline Lanes<T> load_lanes(const T* p) {
  return read_as<Lanes<T>>(p);
}

/// The sum of all lanes, by halves.
template <class T>
inline T sum_of_lanes(Lanes<T> v) {
  for (auto width = static_cast<std::int64_t>(sizeof v / sizeof(T)) / 2; width > 0; width /= 2) {
    for (std::int64_t l = 0; l < width; ++l) v[l] += v[l + width];
  }
  return v[0];
}

/// Calls block(first, last) for blocks that are short enough to be added up in T.
template <class Block>
inline void by_sum_blocks(std::int64_t n, Block block) {
  constexpr std::int64_t kBlock = 1024;
  for (std::int64_t at = 0; at < n; at += kBlock) block(at, std::min(at + kBlock, n));
}

/// Σ term(i) for 0 ≤ i < n in 4 registers of partial sums in T, the sums of blocks in SumTotal. term(i, V()) makes a V,
/// which is Lanes<T> or T, of the elements from i on.
template <class T, class Term>
inline SumTotal<T> sum_of_terms(std::int64_t n, Term term) {
  constexpr auto kLanes = static_cast<std::int64_t>(sizeof(Lanes<T>) / sizeof(T));
  SumTotal<T> total = 0;
  by_sum_blocks(n, [&](std::int64_t i, std::int64_t last) {
    Lanes<T> s[4] = {};
    for (; i + 4 * kLanes <= last; i += 4 * kLanes) {
      for (int k = 0; k < 4; ++k) s[k] += term(i + k * kLanes, Lanes<T>());
    }
    T rest = 0;
    for (; i < last; ++i) rest += term(i, T());
    total += sum_of_lanes<T>((s[0] + s[1]) + (s[2] + s[3])) + rest;
  });
  return total;
}

/// Σ a[i]·b[i]
template <class T>
inline SumTotal<T> dot_row(const T* a, const T* b, std::int64_t n) {
  return sum_of_terms<T>(n, [=]<class V>(std::int64_t i, V) { return read_as<V>(a + i) * read_as<V>(b + i); });
}

/// Σ p[i] of at most a few thousand floats or doubles, in T: 4 registers of partial sums, then a tree.
template <class T>
inline T sum_block(const T* p, std::int64_t n) {
  constexpr std::int64_t kLanes = static_cast<std::int64_t>(sizeof(Lanes<T>) / sizeof(T));
  std::int64_t i = 0;
  T total = 0;
  if (n >= kLanes) {
    Lanes<T> a = load_lanes(p);
    i = kLanes;
    if (n >= 4 * kLanes) {
      Lanes<T> b = load_lanes(p + kLanes), c = load_lanes(p + 2 * kLanes), d = load_lanes(p + 3 * kLanes);
      for (i = 4 * kLanes; i + 4 * kLanes <= n; i += 4 * kLanes) {
        a += load_lanes(p + i);
        b += load_lanes(p + i + kLanes);
        c += load_lanes(p + i + 2 * kLanes);
        d += load_lanes(p + i + 3 * kLanes);
      }
      a = (a + b) + (c + d);
    }
    for (; i + kLanes <= n; i += kLanes) a += load_lanes(p + i);
    total = sum_of_lanes<T>(a);
  }
  T tail = 0;
  for (; i < n; ++i) tail += p[i];
  return total + tail;
}

/// Σ p[i], exact to about a unit in the last place of a float however long it is.
template <class T>
inline SumTotal<T> sum_row(const T* p, std::int64_t n) {
  if constexpr (std::is_floating_point_v<T>) {
    constexpr std::int64_t kBlock = 1024;
    if (n <= kBlock) return sum_block(p, n);
    double total = 0;
    for (std::int64_t i = 0; i < n; i += kBlock) total += sum_block(p + i, std::min(kBlock, n - i));
    return total;
  } else {
    std::int64_t i = 0;
    std::uint64_t total = 0;
    if constexpr (sizeof(T) == 8) {
      Lanes<std::uint64_t> s[4] = {};
      for (; i + 16 <= n; i += 16) {
        for (int k = 0; k < 4; ++k) s[k] += read_as<Lanes<std::uint64_t>>(p + i + 4 * k);
      }
      total = sum_of_lanes<std::uint64_t>((s[0] + s[1]) + (s[2] + s[3]));
    } else if constexpr (std::is_same_v<T, bool>) {
      // In bytes as long as those hold the sum.
      constexpr std::int64_t kLanes = 32, kMost = 255;
      while (i + kLanes <= n) {
        Lanes<std::uint8_t> s = {};
        for (const std::int64_t end = std::min(n - kLanes, i + kLanes * (kMost - 1)); i <= end; i += kLanes)
          s += read_as<Lanes<std::uint8_t>>(p + i);
        for (std::int64_t l = 0; l < kLanes; ++l) total += s[l];
      }
    }
    for (; i < n; ++i) total += static_cast<std::uint64_t>(p[i]);  // the compiler vectorises this, of narrow ones well
    return total;
  }
}

template <class T, class Total = SumTotal<T>>
inline Total sum_strided(const T* p, std::int64_t n, std::int64_t stride) {
  Total total = 0;
  for (std::int64_t i = 0; i < n; ++i) total += static_cast<Total>(p[i * stride]);
  return total;
}

/// Where the search for the largest (smallest) starts.
template <bool largest, class T>
constexpr T extreme_start() {
  using Limits = std::numeric_limits<T>;
  if constexpr (Limits::has_infinity)
    return largest ? -Limits::infinity() : Limits::infinity();
  else
    return largest ? Limits::lowest() : Limits::max();
}

/// Whether x takes over from `best`: it is beyond it, or NaN, which nothing takes over from.
template <bool largest, class T>
constexpr bool beyond(T x, T best) {
  if constexpr (std::is_floating_point_v<T>)
    return (largest ? x > best : x < best) | (x != x);
  else
    return largest ? x > best : x < best;
}

/// The extreme of p[0] … p[n-1] and `best`; NaN if there is one. An instruction takes the larger of two floats but
/// loses NaN, so that a sum looks for those: it is NaN too where infinities meet, and only then is each number asked.
template <bool largest, class T>
inline T extreme_row(const T* p, std::int64_t n, T best = extreme_start<largest, T>()) {
  if constexpr (std::is_same_v<T, bool>) {
    using Byte = std::uint8_t;  // whose arithmetic vectorises
    return extreme_row<largest>(reinterpret_cast<const Byte*>(p), n, static_cast<Byte>(best)) != 0;
  } else {
    constexpr std::int64_t kLanes = static_cast<std::int64_t>(sizeof(Lanes<T>) / sizeof(T));
    constexpr std::int64_t kStep = 4 * kLanes;
    std::int64_t i = 0;
    if (n >= kStep) {
      const auto of = [](const auto& x, const auto& y) { return (largest ? x > y : x < y) ? x : y; };
      const auto odd = [](const Lanes<T>& x, const Lanes<T>& y, const Lanes<T>& z, const Lanes<T>& w) {
        const Lanes<T> sum = (x + y) + (z + w);
        return sum != sum;
      };
      Lanes<T> a = load_lanes(p), b = load_lanes(p + kLanes), c = load_lanes(p + 2 * kLanes),
               d = load_lanes(p + 3 * kLanes);
      auto found = odd(a, b, c, d);
      for (i = kStep; i + kStep <= n; i += kStep) {
        const Lanes<T> x = load_lanes(p + i), y = load_lanes(p + i + kLanes), z = load_lanes(p + i + 2 * kLanes),
                       w = load_lanes(p + i + 3 * kLanes);
        a = of(x, a), b = of(y, b), c = of(z, c), d = of(w, d);
        if constexpr (std::is_floating_point_v<T>) found |= odd(x, y, z, w);
      }
      std::uint64_t bits[4] = {};
      if constexpr (std::is_floating_point_v<T>) std::memcpy(bits, &found, sizeof found);
      if ((bits[0] | bits[1] | bits[2] | bits[3]) == 0) {
        // Halves of the register, then numbers two at a time: a row is short enough for its end to count.
        typedef T Half __attribute__((vector_size(16)));
        Half half[2];
        a = of(of(a, b), of(c, d));
        std::memcpy(half, &a, sizeof a);
        const Half both = of(half[0], half[1]);
        T most = of(both[0], both[1]);
        for (std::int64_t l = 2; l < kLanes / 2; l += 2) {
          const T next = of(both[l], both[l + 1]);
          most = of(next, most);
        }
        best = beyond<largest>(most, best) ? most : best;
      } else {
        i = 0;
      }
    }
    for (; i < n; ++i) best = beyond<largest>(p[i], best) ? p[i] : best;
    return best;
  }
}

}  // namespace xgrad::kernels
