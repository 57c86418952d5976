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

}  // namespace xgrad::kernels
