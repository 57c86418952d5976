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

/// Calls f(line, first window) for all vectors of all lines.
template <class V, class F>
inline void each_line_vector(const WindowLines& lines, F f) {
  for (std::int64_t l = 0; l < lines.count; ++l) {
    std::int64_t x = 0;
    for (; x + kLanesIn<V> <= lines.width; x += kLanesIn<V>) f(l, x);
    if (x < lines.width) f(l, lines.width - kLanesIn<V>);
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

constexpr int kOneRowVectors = 8;  // with fewer, each sum of a single row would wait for its own last step

/// All tiles of R rows from `row` on, then what is left with fewer.
template <class V, int R, int C>
void window_rows(const WindowProduct& p, std::int64_t row, const Slot* slots) {
  for (; row + R <= p.rows; row += R) window_tile<V, R, C>(p, row, slots);
  if constexpr (R > 1) {
    if (row < p.rows) window_rows<V, R - 1, C>(p, row, slots);
  }
}

/// C slots or fewer.
template <class V, int R, int C>
void window_slots(const WindowProduct& p, const Slot* slots, int used) {
  if constexpr (C > 1) {
    if (used < C) return window_slots<V, R, C - 1>(p, slots, used);
  }
  window_rows<V, R, C>(p, 0, slots);
}

template <class V, int R, int C>
void by_slots(const WindowProduct& p) {
  Slot slots[C];
  int used = 0;
  each_line_vector<V>(p.lines, [&](std::int64_t line, std::int64_t x) {
    slots[used++] = {p.image + p.lines.first[line] + x, p.out + line * p.lines.width + x};
    if (used == C) window_slots<V, R, C>(p, slots, used), used = 0;
  });
  if (used > 0) window_slots<V, R, C>(p, slots, used);
}

void window_product(const WindowProduct& p) {
  with_line_vector(p.lines.width, [&]<class V>(V) {
    if (p.rows == 1)
      by_slots<V, 1, kOneRowVectors>(p);
    else
      by_slots<V, kTileRows, kTileVectors>(p);
  });
}

// --- gradients of the weight

// A tile's sums, the vectors of its places and one of g fill the registers.
#if defined(__AVX512F__)
constexpr int kGradientRows = 6, kGradientPlaces = 4;
#else
constexpr int kGradientRows = 4, kGradientPlaces = 3;
#endif
constexpr int kOneRowPlaces = 8;

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
  V sum[R][(C + 3) / 4 * 4] = {};
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
    for (int c = 0; c < C; c += 4) {
      const Four s = sums(sum[r][c], sum[r][c + 1], sum[r][c + 2], sum[r][c + 3]);
      for (int i = 0; i < 4 && c + i < C; ++i) out[r * p.inner + c + i] += s[i];
    }
  }
}

template <class V, bool whole, int R, int C>
void gradient_places(const WindowGradient& p, const GradientSlots& slots, std::int64_t row, std::int64_t k) {
  for (; k + C <= p.inner; k += C) gradient_tile<V, whole, R, C>(p, slots, row, k);
  if constexpr (C > 1) {
    if (k < p.inner) gradient_places<V, whole, R, C - 1>(p, slots, row, k);
  }
}

template <class V, bool whole, int R, int C>
void gradient_rows(const WindowGradient& p, const GradientSlots& slots, std::int64_t row) {
  for (; row + R <= p.rows; row += R) gradient_places<V, whole, R, C>(p, slots, row, 0);
  if constexpr (R > 1) {
    if (row < p.rows) gradient_rows<V, whole, R - 1, C>(p, slots, row);
  }
}

/// Vectors of windows of one length, which are summed up whenever there are enough of them.
template <class V>
class GradientLists {
 public:
  explicit GradientLists(const WindowGradient& p) : p_(p) {}
  void add(const float* g, const float* image, int counted) {
    if (counted == 0)
      add_to<true>(whole_, g, image, counted);
    else
      add_to<false>(part_, g, image, counted);
  }
  void finish() {
    if (whole_.used > 0) sum<true>(whole_);
    if (part_.used > 0) sum<false>(part_);
  }

 private:
  template <bool whole>
  void add_to(GradientSlots& slots, const float* g, const float* image, int counted) {
    slots.at[slots.used++] = {g, image, counted};
    if (slots.used == GradientSlots::kMost) sum<whole>(slots);
  }
  template <bool whole>
  void sum(GradientSlots& slots) {
    if (p_.rows == 1)
      gradient_rows<V, whole, 1, kOneRowPlaces>(p_, slots, 0);
    else
      gradient_rows<V, whole, kGradientRows, kGradientPlaces>(p_, slots, 0);
    slots.used = 0;
  }

  const WindowGradient& p_;
  GradientSlots whole_, part_;
};

void window_gradient(const WindowGradient& p) {
  constexpr int kHalf = kLeastWindows;  // of a line's end that needs no more
  const std::int64_t width = p.lines.width;
  with_line_vector(width, [&]<class V>(V) {
    GradientLists<V> lists(p);
    GradientLists<typename SizedVector<float, kHalf * sizeof(float)>::Type> ends(p);
    for (std::int64_t n = 0; n < p.images; ++n) {
      for (std::int64_t line = 0; line < p.lines.count; ++line) {
        const float* const g = p.g + n * p.g_step + line * width;
        const float* const image = p.image + n * p.image_step + p.lines.first[line];
        std::int64_t x = 0;
        for (; x + kLanesIn<V> <= width; x += kLanesIn<V>) lists.add(g + x, image + x, 0);
        const std::int64_t rest = width - x;
        if (rest > kHalf)
          lists.add(g + width - kLanesIn<V>, image + width - kLanesIn<V>, static_cast<int>(kLanesIn<V> - rest));
        else if (rest > 0)
          ends.add(g + width - kHalf, image + width - kHalf, static_cast<int>(kHalf - rest));
      }
    }
    lists.finish();
    ends.finish();
  });
}

}  // namespace
}  // namespace xgrad::kernels
