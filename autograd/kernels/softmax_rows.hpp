/// Softmax of packed rows: what softmax and cross-entropy share.
#pragma once

#include <xgrad/autograd/kernels/levels.hpp>
#include <xgrad/autograd/kernels/rows.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace xgrad::kernels {

/// Rows short enough are exponentiated several at a time, because a loop over 10 elements does not fill the processor.
inline constexpr std::int64_t kSoftmaxBlock = 2048;

/// From here on a row by itself fills the processor: see RowFunctions::softmax.
inline constexpr std::int64_t kLongSoftmax = 64;

/// What an element of a softmax costs, in additions.
inline constexpr std::int64_t kSoftmaxCost = 4;

/// How many rows of `n` elements make a block.
inline std::int64_t softmax_block_rows(std::int64_t n) { return std::max<std::int64_t>(1, kSoftmaxBlock / n); }

/// The largest of a row without regard to NaN, which reaches the result through the sum.
template <class T>
inline T row_max(const T* p, std::int64_t n) {
  T m = p[0];
  for (std::int64_t i = 1; i < n; ++i) m = p[i] > m ? p[i] : m;
  return m;
}

/// shifted = x - max(x), row by row. An infinite maximum makes NaN of the row, as in PyTorch.
template <class T>
inline void shift_rows(T* __restrict shifted, const T* __restrict x, std::int64_t rows, std::int64_t n) {
  for (std::int64_t i = 0; i < rows; ++i, x += n, shifted += n) {
    const T m = row_max(x, n);
    for (std::int64_t j = 0; j < n; ++j) shifted[j] = x[j] - m;
  }
}

/// y = e^x; y may be x.
template <class T>
inline void exp_row(T* y, const T* x, std::int64_t n) {
  row_functions<T>().of[static_cast<int>(Function::Exp)](y, x, n);
}

/// Σ a[i]·b[i]: products and 4 registers of partial sums in T, totals of every few thousand in SumTotal.
template <class T>
inline SumTotal<T> dot_row(const T* a, const T* b, std::int64_t n) {
  constexpr auto kLanes = static_cast<std::int64_t>(sizeof(Lanes<T>) / sizeof(T));
  constexpr std::int64_t kBlock = 1024;
  SumTotal<T> total = 0;
  for (std::int64_t start = 0; start < n; start += kBlock) {
    const std::int64_t end = std::min(n, start + kBlock);
    Lanes<T> s[4] = {};
    std::int64_t i = start;
    for (; i + 4 * kLanes <= end; i += 4 * kLanes) {
      for (int k = 0; k < 4; ++k) s[k] += load_lanes(a + i + k * kLanes) * load_lanes(b + i + k * kLanes);
    }
    Lanes<T> sum = (s[0] + s[1]) + (s[2] + s[3]);
    for (std::int64_t width = kLanes / 2; width > 0; width /= 2) {
      for (std::int64_t l = 0; l < width; ++l) sum[l] += sum[l + width];
    }
    T tail = 0;
    for (; i < end; ++i) tail += a[i] * b[i];
    total += sum[0] + tail;
  }
  return total;
}

}  // namespace xgrad::kernels
