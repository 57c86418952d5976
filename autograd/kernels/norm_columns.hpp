/// Statistics whose elements lie one by one, a row apart, as batch norm's of [N, C]: columns of a tile side by side, so
/// that rows are read as they lie.
#pragma once

#include <xgrad/autograd/kernels/independent.hpp>
#include <xgrad/autograd/kernels/norm_rows.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace xgrad::kernels {

/// Columns that are done together: what a few hundred rows of them have fits into the second level of the cache.
inline constexpr std::int64_t kNormTile = 256;
template <class V>
using NormTile = std::array<V, static_cast<std::size_t>(kNormTile)>;

/// total[j] = Σ term(r, j) over all rows, for j < n ≤ kNormTile: in T for a few rows, the sums of those in double.
template <class T, class Term>
void sum_columns(NormTile<double>& total, std::int64_t rows, std::int64_t n, Term term) {
  constexpr std::int64_t kRows = 64;
  std::fill_n(total.begin(), n, 0.);
  for (std::int64_t first = 0; first < rows; first += kRows) {
    NormTile<T> part{};
    T* const sum = part.data();
    for (std::int64_t r = first; r < std::min(rows, first + kRows); ++r) {
      XGRAD_INDEPENDENT
      for (std::int64_t j = 0; j < n; ++j) sum[j] += term(r, j);
    }
    for (std::int64_t j = 0; j < n; ++j) total[static_cast<std::size_t>(j)] += static_cast<double>(sum[j]);
  }
}

/// A matrix of `rows` rows, and what belongs to its columns; w and b may be null.
template <class T>
struct NormColumns {
  std::int64_t rows, columns;
  const T *x, *w, *b, *mean, *rstd;
};

/// y of the columns first ≤ j < last.
template <class T>
void write_columns(const NormColumns<T>& m, T* y, std::int64_t first, std::int64_t last) {
  const std::int64_t width = m.columns;
  for (; first < last; first += kNormTile) {
    const std::int64_t n = std::min(kNormTile, last - first);
    const T *const x = m.x + first, *const mean = m.mean + first;
    NormTile<T> scales, shifts;
    T *const scale = scales.data(), *const shift = shifts.data();
    for (std::int64_t j = 0; j < n; ++j) {
      scale[j] = m.w ? m.rstd[first + j] * m.w[first + j] : m.rstd[first + j];
      shift[j] = m.b ? m.b[first + j] : T(0);
    }
    for (std::int64_t r = 0; r < m.rows; ++r) {
      const T* const from = x + r * width;
      T* const to = y + r * width + first;
      XGRAD_INDEPENDENT
      for (std::int64_t j = 0; j < n; ++j) to[j] = (from[j] - mean[j]) * scale[j] + shift[j];
    }
  }
}

/// `mean` and `rstd`, which are m's, and y of the columns first ≤ j < last.
template <class T>
void normalize_columns(const NormColumns<T>& m, T* mean, T* rstd, T* y, double eps, std::int64_t first,
                       std::int64_t last) {
  const auto count = static_cast<double>(m.rows);
  const std::int64_t width = m.columns;
  for (; first < last; first += kNormTile) {
    const std::int64_t n = std::min(kNormTile, last - first);
    const T* const x = m.x + first;
    T *const of_mean = mean + first, *const of_rstd = rstd + first;
    NormTile<double> total;
    sum_columns<T>(total, m.rows, n, [=](std::int64_t r, std::int64_t j) { return x[r * width + j]; });
    for (std::int64_t j = 0; j < n; ++j) of_mean[j] = static_cast<T>(total[static_cast<std::size_t>(j)] / count);
    sum_columns<T>(total, m.rows, n, [=](std::int64_t r, std::int64_t j) {
      const T centred = x[r * width + j] - of_mean[j];
      return centred * centred;
    });
    for (std::int64_t j = 0; j < n; ++j)
      of_rstd[j] = static_cast<T>(1 / std::sqrt(total[static_cast<std::size_t>(j)] / count + eps));
    write_columns(m, y, first, first + n);
  }
}

/// dx of the columns first ≤ j < last, and the gradients of their scales and shifts; `fixed`: x does not change the
/// statistics.
template <class T>
void normalize_columns_backward(const NormColumns<T>& m, bool fixed, const T* up, T* dx, T* dw, T* db,
                                std::int64_t first, std::int64_t last) {
  const auto count = static_cast<double>(m.rows);
  const std::int64_t width = m.columns;
  for (; first < last; first += kNormTile) {
    const std::int64_t n = std::min(kNormTile, last - first);
    const T *const x = m.x + first, *const g = up + first, *const mean = m.mean + first, *const rstd = m.rstd + first;
    NormTile<double> of_g, of_gx;
    sum_columns<T>(of_g, m.rows, n, [=](std::int64_t r, std::int64_t j) { return g[r * width + j]; });
    sum_columns<T>(of_gx, m.rows, n, [=](std::int64_t r, std::int64_t j) {
      return g[r * width + j] * ((x[r * width + j] - mean[j]) * rstd[j]);
    });
    // dx = rstd·ĝ − offset − x̂·slope
    NormTile<T> scales, offsets, slopes;
    T *const scale = scales.data(), *const offset = offsets.data(), *const slope = slopes.data();
    for (std::int64_t j = 0; j < n; ++j) {
      const auto at = static_cast<std::size_t>(j);
      const T by = m.w ? m.w[first + j] : T(1);
      dw[first + j] = static_cast<T>(of_gx[at]);
      db[first + j] = static_cast<T>(of_g[at]);
      scale[j] = by * rstd[j];
      offset[j] = static_cast<T>(static_cast<double>(by) * of_g[at] / count) * rstd[j];
      slope[j] = static_cast<T>(static_cast<double>(by) * of_gx[at] / count) * rstd[j] * rstd[j];
    }
    for (std::int64_t r = 0; r < m.rows; ++r) {
      const T *const from = g + r * width, *const of_x = x + r * width;
      T* const to = dx + r * width + first;
      if (fixed) {
        XGRAD_INDEPENDENT
        for (std::int64_t j = 0; j < n; ++j) to[j] = from[j] * scale[j];
        continue;
      }
      XGRAD_INDEPENDENT
      for (std::int64_t j = 0; j < n; ++j) to[j] = from[j] * scale[j] - offset[j] - (of_x[j] - mean[j]) * slope[j];
    }
  }
}

}  // namespace xgrad::kernels
