/// Products of float matrices straight from memory, without BLAS's copies into its own order: faster where the matrices
/// are so small that copying takes a good part of the time, as in the layers of a small network.
///
/// A tile of the result stays in registers while the inner dimension goes by. An element's sum does not depend on where
/// its tile lies. For the files that are compiled once for each level (level_kernels.hpp).
#pragma once

#include <xgrad/autograd/kernels/levels.hpp>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace xgrad::kernels {
namespace {

// Tiles fill the registers. The limits are those of ProductKernels: with AVX-512 these products took half of OpenBLAS
// 0.3.21's time, which knows no processor younger than itself and then keeps to AVX2; with AVX2 they are its equals,
// but for a few rows.
#if defined(__AVX512F__)
constexpr int kLanes = 16, kTileRows = 6, kTileVectors = 4, kDotRows = 6;
constexpr std::int64_t kMostElements = 1 << 18, kMostDotRows = INT64_MAX;
#elif defined(__AVX2__)
constexpr int kLanes = 8, kTileRows = 6, kTileVectors = 2, kDotRows = 3;
constexpr std::int64_t kMostElements = 1 << 16, kMostDotRows = 15;
#else
constexpr int kLanes = 4, kTileRows = 4, kTileVectors = 2, kDotRows = 2;
constexpr std::int64_t kMostElements = 0, kMostDotRows = 0;
#endif
constexpr int kDotColumns = 4;
// Of the inner dimension: what stays in the nearest cache.
constexpr std::int64_t kInnerBlock = 128, kDotBlock = 1024;
constexpr std::int64_t kPanel = kTileVectors * kLanes;  // columns

typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float))));
typedef float Four __attribute__((vector_size(4 * sizeof(float))));

inline Lanes load(const float* p) {
  Lanes v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
inline void store(float* p, Lanes v) { __builtin_memcpy(p, &v, sizeof v); }

#if defined(__AVX2__) && !defined(__AVX512F__)
inline __m256i first_lanes(int count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
#endif

/// The first `count` lanes; the others are zero, and their memory is not touched.
inline Lanes load_part(const float* p, int count) {
#if defined(__AVX512F__)
  return reinterpret_cast<Lanes>(_mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1), p));
#elif defined(__AVX2__)
  return reinterpret_cast<Lanes>(_mm256_maskload_ps(p, first_lanes(count)));
#else
  Lanes v{};
  for (int i = 0; i < count; ++i) v[i] = p[i];
  return v;
#endif
}
inline void store_part(float* p, Lanes v, int count) {
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << count) - 1), reinterpret_cast<__m512>(v));
#elif defined(__AVX2__)
  _mm256_maskstore_ps(p, first_lanes(count), reinterpret_cast<__m256>(v));
#else
  for (int i = 0; i < count; ++i) p[i] = v[i];
#endif
}

/// Rows of b, packed along the result's rows.
struct Rows {
  const float* at;
  std::int64_t distance;
};

/// A tile of R rows and C vectors: out += a's column · b's row, for every k. The last vector has `last` columns.
template <int R, int C, bool whole>
inline void outer_tile(const FloatProduct& p, const float* a, Rows rows_of_b, std::int64_t inner, float beta,
                       float* out, int last) {
  Lanes sum[R][C] = {};
  const float* b = rows_of_b.at;
  for (std::int64_t l = 0; l < inner; ++l, a += p.a_column, b += rows_of_b.distance) {
    Lanes row[C];
    for (int c = 0; c < C; ++c) row[c] = whole || c + 1 < C ? load(b + c * kLanes) : load_part(b + c * kLanes, last);
    for (int r = 0; r < R; ++r) {
      const float x = a[r * p.a_row];
      for (int c = 0; c < C; ++c) sum[r][c] += row[c] * x;
    }
  }
  for (int r = 0; r < R; ++r, out += p.out_row) {
    for (int c = 0; c < C; ++c) {
      Lanes v = sum[r][c] * p.alpha;
      float* const to = out + c * kLanes;
      if (whole || c + 1 < C) {
        if (beta != 0) v += load(to) * beta;
        store(to, v);
      } else {
        if (beta != 0) v += load_part(to, last) * beta;
        store_part(to, v, last);
      }
    }
  }
}

/// The columns of one panel: all tiles of R rows, then what is left with fewer.
template <int R, int C, bool whole>
void outer_panel(const FloatProduct& p, std::int64_t rows, const float* a, Rows b, std::int64_t inner, float beta,
                 float* out, int last) {
  for (; rows >= R; rows -= R, a += R * p.a_row, out += R * p.out_row)
    outer_tile<R, C, whole>(p, a, b, inner, beta, out, last);
  if constexpr (R > 1) {
    if (rows > 0) outer_panel<R - 1, C, whole>(p, rows, a, b, inner, beta, out, last);
  }
}

/// A panel of C vectors or fewer.
template <int C>
void outer_columns(const FloatProduct& p, std::int64_t columns, const float* a, Rows b, std::int64_t inner, float beta,
                   float* out) {
  if constexpr (C > 1) {
    if (columns <= (C - 1) * kLanes) return outer_columns<C - 1>(p, columns, a, b, inner, beta, out);
  }
  if (columns == C * kLanes)
    outer_panel<kTileRows, C, true>(p, p.rows, a, b, inner, beta, out, kLanes);
  else
    outer_panel<kTileRows, C, false>(p, p.rows, a, b, inner, beta, out, static_cast<int>(columns - (C - 1) * kLanes));
}

/// Block by block: `rows_of_b(l, inner, j, columns)` gives these rows of b from column j on.
template <class F>
inline void outer_blocks(const FloatProduct& p, F rows_of_b) {
  for (std::int64_t l = 0; l < p.inner; l += kInnerBlock) {
    const std::int64_t inner = p.inner - l < kInnerBlock ? p.inner - l : kInnerBlock;
    for (std::int64_t j = 0; j < p.columns; j += kPanel) {
      const std::int64_t columns = p.columns - j < kPanel ? p.columns - j : kPanel;
      outer_columns<kTileVectors>(p, columns, p.a + l * p.a_column, rows_of_b(l, inner, j, columns), inner,
                                  l == 0 ? p.beta : 1, p.out + j);
    }
  }
}

void outer_product(const FloatProduct& p) {
  outer_blocks(p, [&](std::int64_t l, std::int64_t, std::int64_t j, std::int64_t) {
    return Rows{p.b + l * p.b_row + j, p.b_row};
  });
}

/// The same for packed columns of b, which are transposed a block at a time.
void transposing_product(const FloatProduct& p) {
  alignas(64) float block[kInnerBlock * kPanel];
  outer_blocks(p, [&](std::int64_t l, std::int64_t inner, std::int64_t j, std::int64_t columns) {
    for (std::int64_t i = 0; i < inner; ++i) {
      const float* from = p.b + j * p.b_row + l + i;
      for (std::int64_t c = 0; c < columns; ++c) block[i * kPanel + c] = from[c * p.b_row];
    }
    return Rows{block, kPanel};
  });
}

/// Sums of the lanes of four vectors.
template <class V>
inline Four sums(V a, V b, V c, V d) {
  const auto four = [](V v) {
    constexpr int kParts = sizeof(V) / sizeof(Four);
    Four part[kParts];
    __builtin_memcpy(part, &v, sizeof v);
    for (int n = kParts / 2; n > 0; n /= 2) {
      for (int i = 0; i < n; ++i) part[i] += part[i + n];
    }
    return part[0];
  };
  const auto add_pairs = [](Four x, Four y) {
    return __builtin_shufflevector(x, y, 0, 2, 4, 6) + __builtin_shufflevector(x, y, 1, 3, 5, 7);
  };
  return add_pairs(add_pairs(four(a), four(b)), add_pairs(four(c), four(d)));
}

/// A tile of R rows and C columns, where both matrices lie along the inner dimension: scalar products, lane by lane.
template <int R, int C>
inline void dot_tile(const FloatProduct& p, const float* a, const float* b, std::int64_t inner, float beta,
                     float* out) {
  Lanes sum[R][kDotColumns] = {};
  const auto step = [&](const auto& get, std::int64_t l) {
    Lanes column[C];
    for (int c = 0; c < C; ++c) column[c] = get(b + c * p.b_row + l);
    for (int r = 0; r < R; ++r) {
      const Lanes x = get(a + r * p.a_row + l);
      for (int c = 0; c < C; ++c) sum[r][c] += column[c] * x;
    }
  };
  std::int64_t l = 0;
  for (; l + kLanes <= inner; l += kLanes) step([](const float* x) { return load(x); }, l);
  if (const int rest = static_cast<int>(inner - l)) step([rest](const float* x) { return load_part(x, rest); }, l);
  for (int r = 0; r < R; ++r, out += p.out_row) {
    const Four s = sums(sum[r][0], sum[r][1], sum[r][2], sum[r][3]);
    for (int c = 0; c < C; ++c) out[c] = s[c] * p.alpha + (beta != 0 ? out[c] * beta : 0);
  }
}

template <int R, int C>
void dot_columns(const FloatProduct& p, std::int64_t columns, const float* a, const float* b, std::int64_t inner,
                 float beta, float* out) {
  for (; columns >= C; columns -= C, b += C * p.b_row, out += C) dot_tile<R, C>(p, a, b, inner, beta, out);
  if constexpr (C > 1) {
    if (columns > 0) dot_columns<R, C - 1>(p, columns, a, b, inner, beta, out);
  }
}

template <int R>
void dot_rows(const FloatProduct& p, std::int64_t rows, const float* a, const float* b, std::int64_t inner, float beta,
              float* out) {
  for (; rows >= R; rows -= R, a += R * p.a_row, out += R * p.out_row)
    dot_columns<R, kDotColumns>(p, p.columns, a, b, inner, beta, out);
  if constexpr (R > 1) {
    if (rows > 0) dot_rows<R - 1>(p, rows, a, b, inner, beta, out);
  }
}

void dot_product(const FloatProduct& p) {
  // Transposing pays where the copy is small or serves many rows, and is needed where a is not packed that way.
  const std::int64_t rows = p.rows > p.of_rows ? p.rows : p.of_rows;
  if (p.a_column != 1 || rows >= 128 || (rows >= 16 && p.inner <= kInnerBlock)) return transposing_product(p);
  for (std::int64_t l = 0; l < p.inner; l += kDotBlock) {
    const std::int64_t inner = p.inner - l < kDotBlock ? p.inner - l : kDotBlock;
    dot_rows<kDotRows>(p, p.rows, p.a + l, p.b + l, inner, l == 0 ? p.beta : 1, p.out);
  }
}

}  // namespace
}  // namespace xgrad::kernels
