/// Runs of memory under one mean and deviation: what normalization.cpp sums up of them, in one pass each.
#pragma once

#include <xgrad/autograd/kernels/rows.hpp>

#include <cstdint>
#include <cstring>

namespace xgrad::kernels {

/// What the derivative sums up for each statistic: Σ ĝ and Σ ĝ·x̂.
struct NormSums {
  double g = 0, gx = 0;
};

/// Σ (x − mean)²
template <class T>
double sum_of_squares_from(const T* x, std::int64_t n, T mean) {
  return sum_of_terms<T>(n, [=]<class V>(std::int64_t i, V) {
    const V centred = read_as<V>(x + i) - mean;
    return centred * centred;
  });
}

/// The same of one of many rows: x is near by from the pass for its mean, and the row behind it is asked for. Of
/// shorter rows that costs more than it gains, and longer ones would push each other out.
template <class T>
double sum_of_squares_of_row(const T* x, std::int64_t n, T mean) {
  if (n < 256 || n > 4096) return sum_of_squares_from(x, n, mean);
  return sum_of_terms<T>(n, [=]<class V>(std::int64_t i, V) {
    __builtin_prefetch(x + n + i);
    const V centred = read_as<V>(x + i) - mean;
    return centred * centred;
  });
}

/// Σ g and Σ g·x̂ of a run.
template <class T>
NormSums sums_of_run(const T* g, const T* x, std::int64_t n, T mean, T rstd) {
  return {sum_row(g, n), sum_of_terms<T>(n, [=]<class V>(std::int64_t i, V) {
            return read_as<V>(g + i) * ((read_as<V>(x + i) - mean) * rstd);
          })};
}

/// Of `rows` neighbouring rows of n elements that have scales w of their own, with a mean and a deviation each: the
/// sums of each over ĝ = g·w, and over all rows, in their order, dw += g·x̂ and db += g. Several rows at once read and
/// write dw and db less often.
template <int rows, class T>
void sum_scaled_rows(const T* g, const T* x, std::int64_t n, const T* w, const T* mean, const T* rstd, T* dw, T* db,
                     NormSums* sums) {
  constexpr auto kLanes = static_cast<std::int64_t>(sizeof(Lanes<T>) / sizeof(T));
  const auto step = [=]<class V>(std::int64_t i, V* of_g, V* of_gx) {
    const V scale = read_as<V>(w + i);
    V weight = read_as<V>(dw + i), bias = read_as<V>(db + i);
    for (int r = 0; r < rows; ++r) {
      const V up = read_as<V>(g + r * n + i), hat = (read_as<V>(x + r * n + i) - mean[r]) * rstd[r];
      const V scaled = up * scale;
      weight += up * hat;
      bias += up;
      of_g[r] += scaled;
      of_gx[r] += scaled * hat;
    }
    std::memcpy(dw + i, &weight, sizeof weight);
    std::memcpy(db + i, &bias, sizeof bias);
  };
  for (int r = 0; r < rows; ++r) sums[r] = {};
  by_sum_blocks(n, [&](std::int64_t i, std::int64_t last) {
    Lanes<T> of_g[rows] = {}, of_gx[rows] = {};
    T rest_g[rows] = {}, rest_gx[rows] = {};
    for (; i + kLanes <= last; i += kLanes) step(i, of_g, of_gx);
    for (; i < last; ++i) step(i, rest_g, rest_gx);
    for (int r = 0; r < rows; ++r) {
      sums[r].g += static_cast<double>(sum_of_lanes<T>(of_g[r]) + rest_g[r]);
      sums[r].gx += static_cast<double>(sum_of_lanes<T>(of_gx[r]) + rest_gx[r]);
    }
  });
}

/// dx = ĝ·rstd − offset − (x − mean)·slope of a row, where ĝ = g·w. g and x are near by then, and those of the row
/// `ahead` elements behind are asked for.
template <class T>
void write_scaled_row(T* dx, const T* g, const T* x, std::int64_t n, const T* w, T mean, T rstd, T offset, T slope,
                      std::int64_t ahead) {
  constexpr auto kLanes = static_cast<std::int64_t>(sizeof(Lanes<T>) / sizeof(T));
  const auto step = [=]<class V>(std::int64_t i, V) {
    const V d = read_as<V>(g + i) * read_as<V>(w + i) * rstd - offset - (read_as<V>(x + i) - mean) * slope;
    std::memcpy(dx + i, &d, sizeof d);
  };
  std::int64_t i = 0;
  for (; i + 2 * kLanes <= n; i += 2 * kLanes) {  // a line of the cache
    __builtin_prefetch(g + ahead + i);
    __builtin_prefetch(x + ahead + i);
    step(i, Lanes<T>());
    step(i + kLanes, Lanes<T>());
  }
  for (; i < n; ++i) step(i, T());
}

}  // namespace xgrad::kernels
