/// The sums of windows.hpp for many rows: a vector is 8 or 16 rows (channels of the result) at one window, and what a
/// window sees at one place of the kernel is one number for all of them. So no line is too short for a vector, and
/// none is read across two lines of the cache. Weights, and their gradients, lie vector by vector: [rows / kChannels]
/// [inner][kChannels].
///
/// For the files that are compiled once for each level (level_kernels.hpp).
#pragma once

#include <xgrad/autograd/kernels/levels.hpp>
#include <xgrad/autograd/kernels/levels/products.hpp>
#include <xgrad/autograd/kernels/levels/transpose_words.hpp>
#include <xgrad/autograd/kernels/levels/vectors.hpp>

namespace xgrad::kernels {
namespace {

constexpr int kChannels = sizeof(FloatVector) / sizeof(float);

inline FloatVector channels_at(const float* p) {
  FloatVector v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

/// r[i] becomes lane i of them all.
inline void transpose_channels(FloatVector* r) {
  using Block = TransposeBlock<std::uint32_t>;
  static_assert(sizeof(Block::Lanes) == sizeof(FloatVector) && Block::kLanes == kChannels);
  Block::Lanes words[kChannels];
  __builtin_memcpy(words, r, sizeof words);
  Block::transpose(words);
  __builtin_memcpy(r, words, sizeof words);
}

/// to[i][V vectors] = from[row][i] for V vectors of rows, which lie `distance` apart, and i < n.
template <int V>
void to_channels(float* to, const float* from, std::int64_t distance, std::int64_t n) {
  for (int v = 0; v < V; ++v, from += kChannels * distance) {
    for (std::int64_t i = 0; i < n; i += kChannels) {
      const std::int64_t some = n - i < kChannels ? n - i : kChannels;
      FloatVector r[kChannels];
      for (int c = 0; c < kChannels; ++c) r[c] = load(from + c * distance + i, some, 0.0f);
      transpose_channels(r);
      for (std::int64_t j = 0; j < some; ++j) __builtin_memcpy(to + ((i + j) * V + v) * kChannels, &r[j], sizeof r[j]);
    }
  }
}

void pack_channels(float* to, const float* from, std::int64_t rows, std::int64_t inner) {
  for (std::int64_t row = 0; row < rows; row += kChannels)
    to_channels<1>(to + row * inner, from + row * inner, inner, inner);
}

void unpack_channels(float* to, const float* from, std::int64_t rows, std::int64_t inner) {
  for (; rows > 0; rows -= kChannels, to += kChannels * inner) {
    for (std::int64_t i = 0; i < inner; i += kChannels) {
      const std::int64_t some = inner - i < kChannels ? inner - i : kChannels;
      FloatVector r[kChannels] = {};
      for (std::int64_t j = 0; j < some; ++j, from += kChannels) r[j] = channels_at(from);
      transpose_channels(r);
      for (int c = 0; c < kChannels; ++c)
        __builtin_memcpy(to + c * inner + i, &r[c], static_cast<std::size_t>(some) * sizeof(float));
    }
  }
}

// --- products

// As many sums as registers hold beside the weights, and more than the processor needs to wait for none of them.
#if defined(__AVX512F__)
constexpr int kWindowsOfTwo = 14;
#else
constexpr int kWindowsOfTwo = 6;
#endif
template <int V>
constexpr int kWindows = V == 1 ? kChannels : kWindowsOfTwo;

/// N neighbouring windows, and V vectors of rows from `row` on.
template <int V, int N>
void channel_tile(const WindowProduct& p, std::int64_t row, const float* image, float* out) {
  FloatVector sum[V][kChannels];  // the last ones are not used
  for (int v = 0; v < V; ++v) {
    const FloatVector bias = p.bias ? channels_at(p.bias + row + v * kChannels) : FloatVector{};
    for (int x = 0; x < N; ++x) sum[v][x] = bias;
  }
  const float* weight = p.weight + row * p.inner;
  for (std::int64_t k = 0; k < p.inner; ++k, weight += kChannels) {
    const float* const seen = image + p.offsets[k];
    FloatVector w[V];
    for (int v = 0; v < V; ++v) w[v] = channels_at(weight + v * p.inner * kChannels);
    for (int x = 0; x < N; ++x) {
      for (int v = 0; v < V; ++v) sum[v][x] += w[v] * seen[x];
    }
  }
  for (int v = 0; v < V; ++v) {
    for (int x = N; x < kChannels; ++x) sum[v][x] = FloatVector{};
    transpose_channels(sum[v]);
    for (int c = 0; c < kChannels; ++c)
      __builtin_memcpy(out + (row + v * kChannels + c) * p.out_row, &sum[v][c], N * sizeof(float));
  }
}

template <int V, int N>
void channel_windows(const WindowProduct& p, std::int64_t row, const float* image, float* out, std::int64_t n) {
  if constexpr (N > 1) {
    if (n < N) return channel_windows<V, N - 1>(p, row, image, out, n);
  }
  channel_tile<V, N>(p, row, image, out);
}

/// Lines are cut into tiles of nearly the same length, as short ones keep the processor waiting for its own sums.
template <int V>
void channel_lines(const WindowProduct& p, std::int64_t row) {
  const std::int64_t width = p.lines.width, tiles = (width + kWindows<V> - 1) / kWindows<V>;
  for (std::int64_t line = 0; line < p.lines.count; ++line) {
    for (std::int64_t t = 0; t < tiles; ++t) {
      const std::int64_t x = width * t / tiles, end = width * (t + 1) / tiles;
      channel_windows<V, kWindows<V>>(p, row, p.image + p.lines.first[line] + x, p.out + line * width + x, end - x);
    }
  }
}

/// A few lines at a time, which all rows find in the second cache; enough of them to use what they read of the weight.
void channel_product(const WindowProduct& p) {
  constexpr std::int64_t kTogether = 256;  // windows
  const std::int64_t lines = 1 + kTogether / p.lines.width;
  for (std::int64_t line = 0; line < p.lines.count; line += lines) {
    WindowProduct part = p;
    part.lines.first += line;
    part.lines.count = p.lines.count - line < lines ? p.lines.count - line : lines;
    part.out += line * p.lines.width;
    std::int64_t row = 0;
    for (; row + 2 * kChannels <= p.rows; row += 2 * kChannels) channel_lines<2>(part, row);
    if (row < p.rows) channel_lines<1>(part, row);
  }
}

// --- gradients of the weight

// Of a tile of sums.
#if defined(__AVX512F__)
constexpr int kChannelVectors = 4;
#else
constexpr int kChannelVectors = 2;
#endif
template <int V>
constexpr int kPlaces = V == 1 ? 12 : 6;  // of the kernel
// Summed up at once: what a tile reads of g stays in the nearest cache.
constexpr std::int64_t kGradientWindows = 128;

/// Windows of one line, and where their gradients begin in the block.
struct LinePart {
  const float* image;
  std::int64_t first, count;
};

/// Windows that follow each other in g.
struct GradientBlock {
  std::int64_t count = 0;
  int parts = 0;
  LinePart part[kGradientWindows];
};

template <int V, int C>
void channel_places(const WindowGradient& p, const GradientBlock& block, const float* g, float* out, std::int64_t k) {
  for (; k + C <= p.inner; k += C) {
    FloatVector sum[C][V] = {};
    for (int i = 0; i < block.parts; ++i) {
      const LinePart part = block.part[i];
      const float *at[C], *up = g + part.first * V * kChannels;
      for (int c = 0; c < C; ++c) at[c] = part.image + p.offsets[k + c];
      for (std::int64_t x = 0; x < part.count; ++x, up += V * kChannels) {
        FloatVector upstream[V];
        for (int v = 0; v < V; ++v) upstream[v] = channels_at(up + v * kChannels);
        for (int c = 0; c < C; ++c) {
          for (int v = 0; v < V; ++v) sum[c][v] += upstream[v] * at[c][x];
        }
      }
    }
    for (int c = 0; c < C; ++c) {
      for (int v = 0; v < V; ++v) {
        float* const to = out + (v * p.inner + k + c) * kChannels;
        const FloatVector total = channels_at(to) + sum[c][v];
        __builtin_memcpy(to, &total, sizeof total);
      }
    }
  }
  if constexpr (C > 1) {
    if (k < p.inner) channel_places<V, C - 1>(p, block, g, out, k);
  }
}

template <int V>
void channel_gradient_rows(const WindowGradient& p, std::int64_t row) {
  alignas(64) float block_of_g[kGradientWindows * V * kChannels];
  const std::int64_t width = p.lines.width,
                     most = width < kGradientWindows ? kGradientWindows / width * width : kGradientWindows;
  for (std::int64_t n = 0; n < p.images; ++n) {
    const float* const image = p.image + n * p.image_step;
    const float* g = p.g + n * p.g_step + row * p.g_row;
    GradientBlock block;
    const auto sum = [&] {
      to_channels<V>(block_of_g, g, p.g_row, block.count);
      channel_places<V, kPlaces<V>>(p, block, block_of_g, p.out + row * p.inner, 0);
      g += block.count;
      block.count = block.parts = 0;
    };
    for (std::int64_t line = 0; line < p.lines.count; ++line) {
      for (std::int64_t x = 0; x < width;) {
        const std::int64_t count = width - x < most - block.count ? width - x : most - block.count;
        block.part[block.parts++] = {image + p.lines.first[line] + x, block.count, count};
        block.count += count;
        x += count;
        if (block.count == most) sum();
      }
    }
    if (block.count > 0) sum();
  }
}

template <int V>
void channel_gradient_vectors(const WindowGradient& p, std::int64_t row) {
  for (; row + V * kChannels <= p.rows; row += V * kChannels) channel_gradient_rows<V>(p, row);
  if constexpr (V > 1) channel_gradient_vectors<V / 2>(p, row);
}

void channel_gradient(const WindowGradient& p) { channel_gradient_vectors<kChannelVectors>(p, 0); }

}  // namespace
}  // namespace xgrad::kernels
