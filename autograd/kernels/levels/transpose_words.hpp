/// Transposed copies of matrices of 4- and 8-byte words: see level_kernels.hpp for what files of this folder must
/// observe.
#pragma once

#include <xgrad/autograd/kernels/levels.hpp>

#include <cstdint>

namespace xgrad::kernels {
namespace {

/// A register of W, and the transposition of as many of them as it has lanes.
template <class W>
struct TransposeBlock;

#ifdef __AVX512F__

template <>
struct TransposeBlock<std::uint32_t> {
  typedef std::uint32_t Lanes __attribute__((vector_size(64)));
  static constexpr std::int64_t kLanes = 16;

  static void transpose(Lanes* r) {
    Lanes a[16], b[16];
    for (int i = 0; i < 16; i += 2) {  // pairs of rows
      a[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
      a[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
    }
    for (int quad = 0; quad < 16; quad += 4) {  // pairs of pairs: quarters hold columns k, k + 4, k + 8, k + 12
      for (int i = 0; i < 2; ++i) {
        const Lanes x = a[quad + i], y = a[quad + i + 2];
        b[quad + 2 * i] = __builtin_shufflevector(x, y, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
        b[quad + 2 * i + 1] = __builtin_shufflevector(x, y, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
      }
    }
    for (int k = 0; k < 4; ++k) turn_quarters(r + k, b[k], b[k + 4], b[k + 8], b[k + 12]);
  }

  /// to[4q] = quarter q of each.
  static void turn_quarters(Lanes* to, Lanes x, Lanes y, Lanes z, Lanes w) {
    const Lanes even0 = __builtin_shufflevector(x, y, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27),
                odd0 = __builtin_shufflevector(x, y, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31),
                even1 = __builtin_shufflevector(z, w, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27),
                odd1 = __builtin_shufflevector(z, w, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
    to[0] = __builtin_shufflevector(even0, even1, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
    to[4] = __builtin_shufflevector(odd0, odd1, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
    to[8] = __builtin_shufflevector(even0, even1, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
    to[12] = __builtin_shufflevector(odd0, odd1, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
  }
};

template <>
struct TransposeBlock<std::uint64_t> {
  typedef std::uint64_t Lanes __attribute__((vector_size(64)));
  static constexpr std::int64_t kLanes = 8;

  static void transpose(Lanes* r) {
    Lanes a[8];
    for (int i = 0; i < 8; i += 2) {  // pairs of rows
      a[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
      a[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (int k = 0; k < 2; ++k) {  // quarters of even and of odd columns
      const Lanes even0 = __builtin_shufflevector(a[k], a[k + 2], 0, 1, 8, 9, 4, 5, 12, 13),
                  odd0 = __builtin_shufflevector(a[k], a[k + 2], 2, 3, 10, 11, 6, 7, 14, 15),
                  even1 = __builtin_shufflevector(a[k + 4], a[k + 6], 0, 1, 8, 9, 4, 5, 12, 13),
                  odd1 = __builtin_shufflevector(a[k + 4], a[k + 6], 2, 3, 10, 11, 6, 7, 14, 15);
      r[k] = __builtin_shufflevector(even0, even1, 0, 1, 2, 3, 8, 9, 10, 11);
      r[k + 2] = __builtin_shufflevector(odd0, odd1, 0, 1, 2, 3, 8, 9, 10, 11);
      r[k + 4] = __builtin_shufflevector(even0, even1, 4, 5, 6, 7, 12, 13, 14, 15);
      r[k + 6] = __builtin_shufflevector(odd0, odd1, 4, 5, 6, 7, 12, 13, 14, 15);
    }
  }
};

#else

template <>
struct TransposeBlock<std::uint32_t> {
  typedef std::uint32_t Lanes __attribute__((vector_size(32)));
  static constexpr std::int64_t kLanes = 8;

  static void transpose(Lanes* r) {
    Lanes a[8], b[8];
    for (int i = 0; i < 8; i += 2) {  // pairs of rows
      a[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
      a[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    for (int half = 0; half < 8; half += 4) {  // pairs of pairs
      for (int i = 0; i < 2; ++i) {
        b[half + 2 * i] = __builtin_shufflevector(a[half + i], a[half + i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
        b[half + 2 * i + 1] = __builtin_shufflevector(a[half + i], a[half + i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
      }
    }
    for (int i = 0; i < 4; ++i) {  // halves of registers
      r[i] = __builtin_shufflevector(b[i], b[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
      r[i + 4] = __builtin_shufflevector(b[i], b[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
  }
};

template <>
struct TransposeBlock<std::uint64_t> {
  typedef std::uint64_t Lanes __attribute__((vector_size(32)));
  static constexpr std::int64_t kLanes = 4;

  static void transpose(Lanes* r) {
    const Lanes a = __builtin_shufflevector(r[0], r[1], 0, 4, 2, 6),
                b = __builtin_shufflevector(r[0], r[1], 1, 5, 3, 7),
                c = __builtin_shufflevector(r[2], r[3], 0, 4, 2, 6),
                d = __builtin_shufflevector(r[2], r[3], 1, 5, 3, 7);
    r[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
    r[1] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
    r[2] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
    r[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
  }
};

#endif

/// dst[i][j] = src[j][i] for whole tiles of a cache line by a cache line. Both sides are read and written by whole
/// lines, so that a line is never fetched twice, whatever the strides do to the cache's sets.
template <class W>
void transpose_words(W* dst, std::int64_t dst_ld, const W* src, std::int64_t src_ld, std::int64_t rows,
                     std::int64_t cols) {
  using Block = TransposeBlock<W>;
  using Lanes = typename Block::Lanes;
  constexpr std::int64_t kLanes = Block::kLanes, kTile = kTransposeTile<W>, kParts = kTile / kLanes;
  for (std::int64_t i = 0; i < rows; i += kTile) {
    for (std::int64_t j = 0; j < cols; j += kTile) {
      for (std::int64_t part = 0; part < kTile; part += kLanes) {
        const W* const from = src + j * src_ld + i + part;
        W* const to = dst + (i + part) * dst_ld + j;
        Lanes r[kTile];
        for (std::int64_t k = 0; k < kTile; ++k) __builtin_memcpy(&r[k], from + k * src_ld, sizeof(Lanes));
        for (std::int64_t p = 0; p < kParts; ++p) Block::transpose(r + p * kLanes);
        for (std::int64_t k = 0; k < kLanes; ++k) {
          for (std::int64_t p = 0; p < kParts; ++p)
            __builtin_memcpy(to + k * dst_ld + p * kLanes, &r[p * kLanes + k], sizeof(Lanes));
        }
      }
    }
  }
}

}  // namespace
}  // namespace xgrad::kernels
