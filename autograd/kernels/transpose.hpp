/// Transposed copies of matrices of 4- and 8-byte words.
#pragma once

#include <cstdint>
#include <cstring>

namespace xgrad::kernels {

/// A 32-byte register of W (an extension of g++ and clang), and the transposition of as many of them as it has lanes.
template <class W>
struct TransposeBlock;

template <>
struct TransposeBlock<std::uint32_t> {
  typedef std::uint32_t Vector __attribute__((vector_size(32)));
  static constexpr std::int64_t kLanes = 8;

  static void transpose(Vector* r) {
    Vector a[8], b[8];
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
  typedef std::uint64_t Vector __attribute__((vector_size(32)));
  static constexpr std::int64_t kLanes = 4;

  static void transpose(Vector* r) {
    const Vector a = __builtin_shufflevector(r[0], r[1], 0, 4, 2, 6),
                 b = __builtin_shufflevector(r[0], r[1], 1, 5, 3, 7),
                 c = __builtin_shufflevector(r[2], r[3], 0, 4, 2, 6),
                 d = __builtin_shufflevector(r[2], r[3], 1, 5, 3, 7);
    r[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
    r[1] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
    r[2] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
    r[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
  }
};

/// dst[i][j] = src[j][i] for whole tiles of a cache line by a cache line; `ld`s in words. Both sides are read and
/// written by whole lines, so that a line is never fetched twice, whatever the strides do to the cache's sets.
template <class W>
void transpose_tiles(W* dst, std::int64_t dst_ld, const W* src, std::int64_t src_ld, std::int64_t rows,
                     std::int64_t cols) {
  using Block = TransposeBlock<W>;
  using Vector = typename Block::Vector;
  constexpr std::int64_t kLanes = Block::kLanes, kTile = 2 * kLanes;
  for (std::int64_t i = 0; i + kTile <= rows; i += kTile) {
    for (std::int64_t j = 0; j + kTile <= cols; j += kTile) {
      for (std::int64_t half = 0; half < kTile; half += kLanes) {
        const W* const from = src + j * src_ld + i + half;
        W* const to = dst + (i + half) * dst_ld + j;
        Vector left[kLanes], right[kLanes];
        for (std::int64_t k = 0; k < kLanes; ++k) std::memcpy(&left[k], from + k * src_ld, sizeof(Vector));
        for (std::int64_t k = 0; k < kLanes; ++k) std::memcpy(&right[k], from + (k + kLanes) * src_ld, sizeof(Vector));
        Block::transpose(left);
        Block::transpose(right);
        for (std::int64_t k = 0; k < kLanes; ++k) {
          std::memcpy(to + k * dst_ld, &left[k], sizeof(Vector));
          std::memcpy(to + k * dst_ld + kLanes, &right[k], sizeof(Vector));
        }
      }
    }
  }
}

}  // namespace xgrad::kernels
