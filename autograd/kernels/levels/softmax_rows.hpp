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

/// f(… f(f(start, element), element) …) in some order, where read(i, m) has the m elements from i on, which are fewer
/// than a vector's at the end. In four vectors, since one would wait for its own last step.
template <class T, class F, class Read>
inline T fold(std::int64_t n, T start, F f, Read read) {
  constexpr std::int64_t kLanes = sizeof(Vector<T>) / sizeof(T);
  Vector<T> a = start - Vector<T>{}, b = a, c = a, d = a;
  std::int64_t i = 0;
  for (; i + 4 * kLanes <= n; i += 4 * kLanes) {
    a = f(a, read(i, kLanes));
    b = f(b, read(i + kLanes, kLanes));
    c = f(c, read(i + 2 * kLanes, kLanes));
    d = f(d, read(i + 3 * kLanes, kLanes));
  }
  for (; i + kLanes <= n; i += kLanes) a = f(a, read(i, kLanes));
  if (i < n) b = f(b, read(i, n - i));
  return fold_lanes<T, sizeof(Vector<T>)>(f(f(a, b), f(c, d)), f);
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

/// The smallest and the largest element; the largest is NaN if there is one.
template <class T>
struct Range {
  T low, high;
};
template <class T>
inline Range<T> range_of(const T* x, std::int64_t n) {
  const auto read = [&](std::int64_t i, std::int64_t m) { return load(x + i, m, x[0]); };
  return {fold<T>(
              n, x[0], [](auto a, auto b) { return b < a ? b : a; }, read),
          fold<T>(
              n, x[0], [](auto a, auto b) { return ((b > a) | (b != b)) ? b : a; }, read)};
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
  const bool normal = r.high - r.low <= T(kNormalExp);  // not if there is a NaN
  double sum = 0;
  for (std::int64_t at = 0; at < n; at += kSumBlock) {
    const std::int64_t m = n - at < kSumBlock ? n - at : kSumBlock;
    T* const e = block(at);
    each_exponential(e, m, normal, [&](auto exponential, std::int64_t i) { return exponential(x[at + i] - r.high); });
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

/// g − e^y·Σ g
template <class T>
void log_softmax_backward_row(T* dx, const T* g, const T* y, std::int64_t n) {
  const T s = static_cast<T>(sum_of(g, n));
  for (std::int64_t at = 0; at < n; at += kSumBlock) {
    const std::int64_t m = n - at < kSumBlock ? n - at : kSumBlock;
    const Range<T> r = range_of(y + at, m);
    const bool normal = r.low >= T(-kNormalExp) && r.high <= T(kNormalExp);
    each_exponential(dx + at, m, normal,
                     [&](auto exponential, std::int64_t i) { return g[at + i] - exponential(y[at + i]) * s; });
  }
}

}  // namespace
}  // namespace xgrad::kernels
