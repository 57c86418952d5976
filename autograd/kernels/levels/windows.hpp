/// Products of a weight matrix with the windows of an image, read where they lie: a convolution without a matrix of
/// columns. Neighbouring windows of a line are neighbours in memory, so that what 8 or 16 of them see at one place of
/// the kernel is a vector of the image. Where a line is no whole number of vectors, the last one begins earlier.
///
/// For the files that are compiled once for each level (level_kernels.hpp). Tiles are as large as those of
/// products.hpp.
#pragma once

#include <xgrad/autograd/kernels/levels.hpp>
#include <xgrad/autograd/kernels/levels/products.hpp>
#include <xgrad/autograd/kernels/levels/vectors.hpp>

namespace xgrad::kernels {
namespace {

template <class V>
constexpr int kLanesIn = sizeof(V) / sizeof(float);

template <class V>
inline V read_vector(const float* p) {
  V v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

/// Calls f with a vector type: half a register's where a whole one would not save a vector of the line.
template <class F>
inline void with_line_vector(std::int64_t width, F f) {
  if constexpr (kLanes > kLeastWindows) {
    constexpr int kHalf = kLanes / 2;
    if (width < kLanes || (width + kLanes - 1) / kLanes == (width + kHalf - 1) / kHalf)
      return f(typename SizedVector<float, kHalf * sizeof(float)>::Type());
  }
  f(Lanes());
}

/// Calls f(line, first window, how many of the vector's windows an earlier one has) for all vectors of all lines.
template <class V, class F>
inline void each_line_vector(const WindowLines& lines, F f) {
  for (std::int64_t l = 0; l < lines.count; ++l) {
    std::int64_t x = 0;
    for (; x + kLanesIn<V> <= lines.width; x += kLanesIn<V>) f(l, x, 0);
    if (x < lines.width) f(l, lines.width - kLanesIn<V>, static_cast<int>(x + kLanesIn<V> - lines.width));
  }
}

// --- products

/// A vector of windows: where the first of them begins, and where its result in the first row goes.
struct Slot {
  const float* image;
  float* out;
};

template <class V, int R, int C>
inline void window_tile(const WindowProduct& p, std::int64_t row, const Slot* slots) {
  V sum[R][C];
  const float* at[C];
  for (int r = 0; r < R; ++r) {
    for (int c = 0; c < C; ++c) sum[r][c] = (p.bias ? p.bias[row + r] : 0.0f) - V{};
  }
  for (int c = 0; c < C; ++c) at[c] = slots[c].image;
  const float* const a = p.weight + row * p.inner;
  for (std::int64_t k = 0; k < p.inner; ++k) {
    V seen[C];
    for (int c = 0; c < C; ++c) seen[c] = read_vector<V>(at[c] + p.offsets[k]);
    for (int r = 0; r < R; ++r) {
      const float x = a[r * p.inner + k];
      for (int c = 0; c < C; ++c) sum[r][c] += seen[c] * x;
    }
  }
  for (int r = 0; r < R; ++r) {
    for (int c = 0; c < C; ++c) __builtin_memcpy(slots[c].out + (row + r) * p.out_row, &sum[r][c], sizeof(V));
  }
}

/// All tiles of R rows from `row` on, then what is left with fewer.
template <class V, int R, int C>
void window_rows(const WindowProduct& p, std::int64_t row, const Slot* slots) {
  for (; row + R <= p.rows; row += R) window_tile<V, R, C>(p, row, slots);
  if constexpr (R > 1) {
    if (row < p.rows) window_rows<V, R - 1, C>(p, row, slots);
  }
}

/// C slots or fewer.
template <class V, int C>
void window_slots(const WindowProduct& p, const Slot* slots, int used) {
  if constexpr (C > 1) {
    if (used < C) return window_slots<V, C - 1>(p, slots, used);
  }
  window_rows<V, kTileRows, C>(p, 0, slots);
}

void window_product(const WindowProduct& p) {
  with_line_vector(p.lines.width, [&]<class V>(V) {
    Slot slots[kTileVectors];
    int used = 0;
    each_line_vector<V>(p.lines, [&](std::int64_t line, std::int64_t x, int) {
      slots[used++] = {p.image + p.lines.first[line] + x, p.out + line * p.lines.width + x};
      if (used == kTileVectors) window_slots<V, kTileVectors>(p, slots, used), used = 0;
    });
    if (used > 0) window_slots<V, kTileVectors>(p, slots, used);
  });
}

// --- gradients of the weight

// A tile's sums, the vectors of its places and one of g fill the registers.
#if defined(__AVX512F__)
constexpr int kGradientRows = 6, kGradientPlaces = 4;
#else
constexpr int kGradientRows = 4, kGradientPlaces = 3;
#endif

/// Vectors of windows, and where their gradients in the first row of g are.
struct GradientSlots {
  static constexpr int kMost = 64;  // what a tile reads of so many stays in the nearest cache
  struct {
    const float *g, *image;
    int counted;  ///< lanes that an earlier vector has
  } at[kMost];
  int used = 0;
};

/// 0 in the first `counted` lanes.
template <class V>
inline V without_first(V v, int counted) {
  typename SizedVector<std::int32_t, sizeof(V)>::Type lane;
  for (int i = 0; i < kLanesIn<V>; ++i) lane[i] = i;
  return lane >= counted ? v : V{};
}

/// A tile of R rows of g and C places of the kernel: scalar products over all slots.
template <class V, bool whole, int R, int C>
inline void gradient_tile(const WindowGradient& p, const GradientSlots& slots, std::int64_t row, std::int64_t k) {
  V sum[R][4] = {};
  std::int64_t offset[C];
  for (int c = 0; c < C; ++c) offset[c] = p.offsets[k + c];
  for (int s = 0; s < slots.used; ++s) {
    const auto slot = slots.at[s];
    const auto get = [&](const float* at) {
      const V v = read_vector<V>(at);
      return whole ? v : without_first(v, slot.counted);  // both factors, as one may be infinite
    };
    V column[C];
    for (int c = 0; c < C; ++c) column[c] = get(slot.image + offset[c]);
    for (int r = 0; r < R; ++r) {
      const V x = get(slot.g + (row + r) * p.g_row);
      for (int c = 0; c < C; ++c) sum[r][c] += column[c] * x;
    }
  }
  float* const out = p.out + row * p.inner + k;
  for (int r = 0; r < R; ++r) {
    const Four s = sums(sum[r][0], sum[r][1], sum[r][2], sum[r][3]);
    for (int c = 0; c < C; ++c) out[r * p.inner + c] += s[c];
  }
}

template <class V, bool whole, int R, int C>
void gradient_places(const WindowGradient& p, const GradientSlots& slots, std::int64_t row, std::int64_t k) {
  for (; k + C <= p.inner; k += C) gradient_tile<V, whole, R, C>(p, slots, row, k);
  if constexpr (C > 1) {
    if (k < p.inner) gradient_places<V, whole, R, C - 1>(p, slots, row, k);
  }
}

template <class V, bool whole, int R>
void gradient_rows(const WindowGradient& p, const GradientSlots& slots, std::int64_t row) {
  for (; row + R <= p.rows; row += R) gradient_places<V, whole, R, kGradientPlaces>(p, slots, row, 0);
  if constexpr (R > 1) {
    if (row < p.rows) gradient_rows<V, whole, R - 1>(p, slots, row);
  }
}

void window_gradient(const WindowGradient& p) {
  with_line_vector(p.lines.width, [&]<class V>(V) {
    GradientSlots whole, part;
    const auto flush_whole = [&] { gradient_rows<V, true, kGradientRows>(p, whole, 0), whole.used = 0; };
    const auto flush_part = [&] { gradient_rows<V, false, kGradientRows>(p, part, 0), part.used = 0; };
    for (std::int64_t n = 0; n < p.images; ++n) {
      each_line_vector<V>(p.lines, [&](std::int64_t line, std::int64_t x, int counted) {
        GradientSlots& to = counted > 0 ? part : whole;
        to.at[to.used++] = {p.g + n * p.g_step + line * p.lines.width + x,
                            p.image + n * p.image_step + p.lines.first[line] + x, counted};
        if (whole.used == GradientSlots::kMost) flush_whole();
        if (part.used == GradientSlots::kMost) flush_part();
      });
    }
    if (whole.used > 0) flush_whole();
    if (part.used > 0) flush_part();
  });
}

}  // namespace
}  // namespace xgrad::kernels
