/// Long rows of softmax and its derivatives: see level_kernels.hpp for what files of this folder must observe.
#pragma once

#include <xgrad/autograd/kernels/independent.hpp>
#include <xgrad/autograd/kernels/levels.hpp>
#include <xgrad/autograd/kernels/levels/functions.hpp>
#include <xgrad/autograd/kernels/levels/vectors.hpp>

namespace xgrad::kernels {
namespace {

/// f of all lanes, by halves.
template <class T, std::uint64_t bytes, class F>
inline T fold_lanes(typename SizedVector<T, bytes>::Type v, F f) {
  if constexpr (bytes == 2 * sizeof(T)) {
    return f(v[0], v[1]);
  } else {
    typename SizedVector<T, bytes / 2>::Type half[2];
    __builtin_memcpy(half, &v, bytes);
    return fold_lanes<T, bytes / 2>(f(half[0], half[1]), f);
  }
}

template <class T>
constexpr std::int64_t kLanesOf = sizeof(Vector<T>) / sizeof(T);

/// Calls take(k, i, m) for vectors of m elements from i on, fewer than a vector's at the end: for k = 0 to 3 in turn,
/// since one accumulator would wait for its own last step.
template <class T, class Take>
inline void each_vector(std::int64_t n, Take take) {
  std::int64_t i = 0;
  for (; i + 4 * kLanesOf<T> <= n; i += 4 * kLanesOf<T>) {
    for (int k = 0; k < 4; ++k) take(k, i + k * kLanesOf<T>, kLanesOf<T>);
  }
  for (; i < n; i += kLanesOf<T>) take(0, i, n - i < kLanesOf<T> ? n - i : kLanesOf<T>);
}

template <class T, class F>
inline T fold_four(const Vector<T>* v, F f) {
  return fold_lanes<T, sizeof(Vector<T>)>(f(f(v[0], v[1]), f(v[2], v[3])), f);
}

/// f(… f(f(start, element), element) …) in some order, where read(i, m) has the m elements from i on.
template <class T, class F, class Read>
inline T fold(std::int64_t n, T start, F f, Read read) {
  Vector<T> v[4];
  for (int k = 0; k < 4; ++k) v[k] = start - Vector<T>{};
  each_vector<T>(n, [&](int k, std::int64_t i, std::int64_t m) { v[k] = f(v[k], read(i, m)); });
  return fold_four<T>(v, f);
}

constexpr std::int64_t kSumBlock = 1024;  // so many are added in T, their sums in double

/// Σ read(i), in blocks.
template <class T, class Read>
inline double sum_by_blocks(std::int64_t n, Read read) {
  double sum = 0;
  for (std::int64_t at = 0; at < n; at += kSumBlock) {
    sum += fold<T>(
        n - at < kSumBlock ? n - at : kSumBlock, T(0), [](auto a, auto b) { return a + b; },
        [&](std::int64_t i, std::int64_t m) { return read(at + i, m); });
  }
  return sum;
}
template <class T>
inline double sum_of(const T* a, std::int64_t n) {
  return sum_by_blocks<T>(n, [&](std::int64_t i, std::int64_t m) { return load(a + i, m, T(0)); });
}
template <class T>
inline double dot_of(const T* a, const T* b, std::int64_t n) {
  return sum_by_blocks<T>(n,
                          [&](std::int64_t i, std::int64_t m) { return load(a + i, m, T(0)) * load(b + i, m, T(0)); });
}

/// The largest element, NaN aside, and whether all are numbers at most kNormalExp below it.
template <class T>
struct Range {
  T high;
  bool normal;
};
template <class T>
inline Range<T> range_of(const T* x, std::int64_t n) {
  Vector<T> low[4], high[4], rest[4];
  for (int k = 0; k < 4; ++k) low[k] = high[k] = x[0] - Vector<T>{}, rest[k] = Vector<T>{};
  each_vector<T>(n, [&](int k, std::int64_t i, std::int64_t m) {
    const Vector<T> v = load(x + i, m, x[0]);
    low[k] = v < low[k] ? v : low[k];
    high[k] = v > high[k] ? v : high[k];
    rest[k] += v * T(0);  // NaN for NaN, and for the infinite, where exponentials are not normal either
  });
  const T most = fold_four<T>(high, [](auto a, auto b) { return b > a ? b : a; });
  const T least = fold_four<T>(low, [](auto a, auto b) { return b < a ? b : a; });
  const T zero = fold_four<T>(rest, [](auto a, auto b) { return a + b; });
  return {most, most - least + zero <= T(kNormalExp)};
}

/// to[i] = f(i)
template <class T, class F>
inline void each_index(T* to, std::int64_t n, F f) {
  XGRAD_INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) to[i] = f(i);
}

/// to[i] = f(e, i) with e(x) the exponential function, or its shorter form if all arguments are within kNormalExp.
template <class F>
inline void each_exponential(float* to, std::int64_t n, bool normal, F f) {
  if (normal)
    each_index(to, n, [&](std::int64_t i) { return f([](float x) { return exp_normal(x); }, i); });
  else
    each_index(to, n, [&](std::int64_t i) { return f([](float x) { return exp(x); }, i); });
}
template <class F>
inline void each_exponential(double* to, std::int64_t n, bool, F f) {
  each_index(to, n, [&](std::int64_t i) { return f([](double x) { return exp(x); }, i); });
}

/// e[i] = e^(x[i] - high), a block at a time at the place that `block(start)` says. Returns their sum.
template <class T, class Block>
inline T exponentials(const T* x, std::int64_t n, const Range<T>& r, Block block) {
  double sum = 0;
  for (std::int64_t at = 0; at < n; at += kSumBlock) {
    const std::int64_t m = n - at < kSumBlock ? n - at : kSumBlock;
    T* const e = block(at);
    each_exponential(e, m, r.normal, [&](auto exponential, std::int64_t i) { return exponential(x[at + i] - r.high); });
    sum += sum_of(e, m);
  }
  return static_cast<T>(sum);
}

/// Exponentials wait in a buffer of their own rather than in y: reading back what was just written there stalls where x
/// and y have the same place in their pages.
template <class T>
RowTotal<T> softmax_row(T* y, const T* x, std::int64_t n) {
  constexpr std::int64_t kHeld = 4 * kSumBlock;
  T held[kHeld];
  T* const e = n <= kHeld ? held : y;
  const Range<T> r = range_of(x, n);
  const T sum = exponentials(x, n, r, [&](std::int64_t at) { return e + at; }), scale = T(1) / sum;
  each_index(y, n, [&](std::int64_t i) { return e[i] * scale; });
  return {r.high, sum};
}

template <class T>
void log_softmax_row(T* y, const T* x, std::int64_t n) {
  T e[kSumBlock];
  const Range<T> r = range_of(x, n);
  const T log_sum =
      static_cast<T>(__builtin_log(static_cast<double>(exponentials(x, n, r, [&](std::int64_t) { return e; }))));
  each_index(y, n, [&](std::int64_t i) { return (x[i] - r.high) - log_sum; });
}

/// y·(g − Σ g·y)
template <class T>
void softmax_backward_row(T* dx, const T* g, const T* y, std::int64_t n) {
  const T s = static_cast<T>(dot_of(g, y, n));
  each_index(dx, n, [&](std::int64_t i) { return y[i] * (g[i] - s); });
}

/// Σ g, and in `normal` whether all |y| ≤ kNormalExp. In one pass: so the rows of both come from memory side by side.
template <class T>
inline double sum_beside(const T* g, const T* y, std::int64_t n, bool& normal) {
  Vector<T> largest[4] = {};
  double sum = 0;
  const auto larger = [](auto a, auto b) { return !(b <= a) ? b : a; };  // NaN stays
  for (std::int64_t at = 0; at < n; at += kSumBlock) {
    Vector<T> s[4] = {};
    each_vector<T>(n - at < kSumBlock ? n - at : kSumBlock, [&](int k, std::int64_t i, std::int64_t m) {
      const Vector<T> v = load(y + at + i, m, T(0));
      largest[k] = larger(largest[k], v < 0 ? -v : v);
      s[k] += load(g + at + i, m, T(0));
    });
    sum += fold_four<T>(s, [](auto a, auto b) { return a + b; });
  }
  normal = fold_four<T>(largest, larger) <= T(kNormalExp);
  return sum;
}

/// g − e^y·Σ g
template <class T>
void log_softmax_backward_row(T* dx, const T* g, const T* y, std::int64_t n) {
  bool normal;
  const T s = static_cast<T>(sum_beside(g, y, n, normal));
  each_exponential(dx, n, normal, [&](auto exponential, std::int64_t i) { return g[i] - exponential(y[i]) * s; });
}

}  // namespace
}  // namespace xgrad::kernels
