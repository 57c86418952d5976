/// The kernels of one level: included by one source file for each, which is compiled with that level's flags.
///
/// An inline function or a template compiled in two files is one function to the linker, and which file's code it keeps
/// is chance: a caller of the lower level could get instructions that its processor lacks. So everything here but the
/// table has internal linkage, and nothing of the standard library is used that is not a plain type.
/// tests/autograd/kernels/levels checks the object files.
#pragma once

#include <xgrad/autograd/kernels/independent.hpp>
#include <xgrad/autograd/kernels/levels.hpp>
#include <xgrad/autograd/kernels/levels/channels.hpp>
#include <xgrad/autograd/kernels/levels/functions.hpp>
#include <xgrad/autograd/kernels/levels/products.hpp>
#include <xgrad/autograd/kernels/levels/softmax_rows.hpp>
#include <xgrad/autograd/kernels/levels/transpose_words.hpp>
#include <xgrad/autograd/kernels/levels/vectors.hpp>
#include <xgrad/autograd/kernels/levels/windows.hpp>

#ifdef XGRAD_HAS_SLEEF
#include <immintrin.h>
#include <sleef.h>
#endif

namespace xgrad::kernels {
namespace {

/// y = f(x), one element at a time as far as the source says.
template <class T, T (*f)(T)>
void each(T* y, const T* x, std::int64_t n) {
  XGRAD_INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) y[i] = f(x[i]);
}

/// The same where a shorter `normal` will do for |x| ≤ kNormalExp: blocks without other elements take it.
template <float (*f)(float), float (*normal)(float)>
void each_normal(float* y, const float* x, std::int64_t n) {
  constexpr std::int64_t kBlock = 512;
  for (; n > 0; n -= kBlock, y += kBlock, x += kBlock) {
    const std::int64_t m = n < kBlock ? n : kBlock;
    int others = 0;
    for (std::int64_t i = 0; i < m; ++i) others |= !(__builtin_fabsf(x[i]) <= kNormalExp);
    if (others)
      each<float, f>(y, x, m);
    else
      each<float, normal>(y, x, m);
  }
}

#ifdef XGRAD_HAS_SLEEF

/// y = f(x) by vectors V of T; what is left over goes through a vector of its own.
template <class V, class T, class F>
inline void by_vectors(T* y, const T* x, std::int64_t n, F f) {
  constexpr std::int64_t kLanes = sizeof(V) / sizeof(T);
  const auto step = [&](T* to, const T* from, std::size_t bytes) {
    V v{};
    __builtin_memcpy(&v, from, bytes);
    v = f(v);
    __builtin_memcpy(to, &v, bytes);
  };
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) step(y + i, x + i, sizeof(V));
  if (i < n) step(y + i, x + i, static_cast<std::size_t>(n - i) * sizeof(T));
}

/// The same of two.
template <class V, class T, class F>
inline void by_pairs(T* y, const T* a, const T* b, std::int64_t n, F f) {
  constexpr std::int64_t kLanes = sizeof(V) / sizeof(T);
  const auto step = [&](std::int64_t i, std::size_t bytes) {
    V v{}, w{};
    __builtin_memcpy(&v, a + i, bytes);
    __builtin_memcpy(&w, b + i, bytes);
    v = f(v, w);
    __builtin_memcpy(y + i, &v, bytes);
  };
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) step(i, sizeof(V));
  if (i < n) step(i, static_cast<std::size_t>(n - i) * sizeof(T));
}

// SLEEF's names hold function, type, lanes, accuracy (1.0 units in the last place, unless said otherwise) and
// instruction set.
#ifdef __AVX512F__
#define XGRAD_SLEEF_FLOAT_TO(name, accuracy) Sleef_##name##f16_##accuracy##avx512f
#define XGRAD_SLEEF_DOUBLE_TO(name, accuracy) Sleef_##name##d8_##accuracy##avx512f
#else
#define XGRAD_SLEEF_FLOAT_TO(name, accuracy) Sleef_##name##f8_##accuracy##avx2
#define XGRAD_SLEEF_DOUBLE_TO(name, accuracy) Sleef_##name##d4_##accuracy##avx2
#endif
#define XGRAD_SLEEF_FLOAT(name) XGRAD_SLEEF_FLOAT_TO(name, u10)
#define XGRAD_SLEEF_DOUBLE(name) XGRAD_SLEEF_DOUBLE_TO(name, u10)

#define XGRAD_FLOAT_ROWS_TO(name, accuracy)                                                                        \
  void rows_##name(float* y, const float* x, std::int64_t n) {                                                     \
    by_vectors<FloatVector>(y, x, n,                                                                               \
                            [](FloatVector v) -> FloatVector { return XGRAD_SLEEF_FLOAT_TO(name, accuracy)(v); }); \
  }
#define XGRAD_DOUBLE_ROWS_TO(name, accuracy)                                                                           \
  void rows_##name(double* y, const double* x, std::int64_t n) {                                                       \
    by_vectors<DoubleVector>(y, x, n,                                                                                  \
                             [](DoubleVector v) -> DoubleVector { return XGRAD_SLEEF_DOUBLE_TO(name, accuracy)(v); }); \
  }
#define XGRAD_PAIR_ROWS_TO(name, accuracy)                                                  \
  void rows_##name(float* y, const float* a, const float* b, std::int64_t n) {              \
    by_pairs<FloatVector>(y, a, b, n, [](FloatVector v, FloatVector w) -> FloatVector {     \
      return XGRAD_SLEEF_FLOAT_TO(name, accuracy)(v, w);                                    \
    });                                                                                     \
  }                                                                                         \
  void rows_##name(double* y, const double* a, const double* b, std::int64_t n) {           \
    by_pairs<DoubleVector>(y, a, b, n, [](DoubleVector v, DoubleVector w) -> DoubleVector { \
      return XGRAD_SLEEF_DOUBLE_TO(name, accuracy)(v, w);                                   \
    });                                                                                     \
  }
#define XGRAD_FLOAT_ROWS(name) XGRAD_FLOAT_ROWS_TO(name, u10)
#define XGRAD_DOUBLE_ROWS(name) XGRAD_DOUBLE_ROWS_TO(name, u10)

XGRAD_FLOAT_ROWS_TO(erfc, u15)
XGRAD_DOUBLE_ROWS_TO(erfc, u15)
XGRAD_PAIR_ROWS_TO(pow, u10)
XGRAD_PAIR_ROWS_TO(atan2, u10)
XGRAD_PAIR_ROWS_TO(hypot, u05)
XGRAD_FLOAT_ROWS(lgamma)
XGRAD_DOUBLE_ROWS(lgamma)

void rows_pow(float* y, const float* x, float p, std::int64_t n) {
  const FloatVector exponent = p - FloatVector{};
  by_vectors<FloatVector>(y, x, n, [&](FloatVector v) -> FloatVector { return XGRAD_SLEEF_FLOAT(pow)(v, exponent); });
}
void rows_pow(double* y, const double* x, double p, std::int64_t n) {
  const DoubleVector exponent = p - DoubleVector{};
  by_vectors<DoubleVector>(y, x, n,
                           [&](DoubleVector v) -> DoubleVector { return XGRAD_SLEEF_DOUBLE(pow)(v, exponent); });
}

/// SLEEF's is infinite from 1e307 on, so large numbers go through their 2^64th part.
void rows_log1p(double* y, const double* x, std::int64_t n) {
  by_vectors<DoubleVector>(y, x, n, [](DoubleVector v) -> DoubleVector {
    const auto large = v > 1e300;
    const DoubleVector part = large ? v * 0x1p-64 : v, y = XGRAD_SLEEF_DOUBLE(log1p)(part);
    return large ? y + 44.361419555836498 : y;
  });
}

/// e^s / 2 as a T, with s a little over ln 2 for which it is one to a ten-thousandth of a unit in the last place.
template <class T>
struct HalfExp;
template <>
struct HalfExp<float> {
  static constexpr float kLarge = 88.0f, kShift = 0x1.672c00p-1f, kFactor = 0x1.022634p+0f;
};
template <>
struct HalfExp<double> {
  static constexpr double kLarge = 709.0, kShift = 0x1.62eb1c4bfb400p-1, kFactor = 0x1.0003763429a94p+0;
};

/// sinh and cosh are e^|x| / 2 for |x| ≥ kLarge, SLEEF's infinite where e^|x| is. So there they are
/// e^(|x| - s)·(e^s / 2), in which the difference is exact. Blocks without such elements take SLEEF's alone.
template <class V, class T, class Small, class Exp>
inline void rows_of_hyperbolic(T* y, const T* x, std::int64_t n, bool odd, Small small, Exp e_to) {
  constexpr T large = HalfExp<T>::kLarge;
  constexpr std::int64_t kBlock = 512;
  for (; n > 0; n -= kBlock, y += kBlock, x += kBlock) {
    const std::int64_t m = n < kBlock ? n : kBlock;
    int others = 0;
    for (std::int64_t i = 0; i < m; ++i) others |= x[i] >= large || x[i] <= -large;
    if (!others) {
      by_vectors<V>(y, x, m, small);
      continue;
    }
    by_vectors<V>(y, x, m, [&](V v) -> V {
      const V size = v < 0 ? -v : v, half = e_to(size - HalfExp<T>::kShift) * HalfExp<T>::kFactor;
      return size >= large ? (odd && v < 0 ? -half : half) : small(v);
    });
  }
}
#define XGRAD_HYPERBOLIC_ROWS(name, odd)                                                          \
  void rows_##name(float* y, const float* x, std::int64_t n) {                                    \
    rows_of_hyperbolic<FloatVector>(                                                              \
        y, x, n, odd, [](FloatVector v) -> FloatVector { return XGRAD_SLEEF_FLOAT(name)(v); },    \
        [](FloatVector v) -> FloatVector { return XGRAD_SLEEF_FLOAT(exp)(v); });                  \
  }                                                                                               \
  void rows_##name(double* y, const double* x, std::int64_t n) {                                  \
    rows_of_hyperbolic<DoubleVector>(                                                             \
        y, x, n, odd, [](DoubleVector v) -> DoubleVector { return XGRAD_SLEEF_DOUBLE(name)(v); }, \
        [](DoubleVector v) -> DoubleVector { return XGRAD_SLEEF_DOUBLE(exp)(v); });               \
  }
XGRAD_HYPERBOLIC_ROWS(sinh, true)
XGRAD_HYPERBOLIC_ROWS(cosh, false)

#else

// The C library's functions, one element at a time.
#define XGRAD_FLOAT_ROWS(name)                                             \
  void rows_##name(float* y, const float* x, std::int64_t n) {             \
    for (std::int64_t i = 0; i < n; ++i) y[i] = __builtin_##name##f(x[i]); \
  }
#define XGRAD_DOUBLE_ROWS(name)                                         \
  void rows_##name(double* y, const double* x, std::int64_t n) {        \
    for (std::int64_t i = 0; i < n; ++i) y[i] = __builtin_##name(x[i]); \
  }
#define XGRAD_PAIR_ROWS(name)                                                     \
  void rows_##name(float* y, const float* a, const float* b, std::int64_t n) {    \
    for (std::int64_t i = 0; i < n; ++i) y[i] = __builtin_##name##f(a[i], b[i]);  \
  }                                                                               \
  void rows_##name(double* y, const double* a, const double* b, std::int64_t n) { \
    for (std::int64_t i = 0; i < n; ++i) y[i] = __builtin_##name(a[i], b[i]);     \
  }

XGRAD_DOUBLE_ROWS(log1p)
XGRAD_FLOAT_ROWS(erfc)
XGRAD_DOUBLE_ROWS(erfc)
XGRAD_FLOAT_ROWS(sinh)
XGRAD_DOUBLE_ROWS(sinh)
XGRAD_FLOAT_ROWS(cosh)
XGRAD_DOUBLE_ROWS(cosh)
XGRAD_PAIR_ROWS(pow)
XGRAD_PAIR_ROWS(atan2)
XGRAD_PAIR_ROWS(hypot)

void rows_pow(float* y, const float* x, float p, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = __builtin_powf(x[i], p);
}
void rows_pow(double* y, const double* x, double p, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = __builtin_pow(x[i], p);
}

#endif

XGRAD_FLOAT_ROWS(sin)
XGRAD_FLOAT_ROWS(cos)
XGRAD_DOUBLE_ROWS(log)
XGRAD_DOUBLE_ROWS(expm1)
XGRAD_DOUBLE_ROWS(sin)
XGRAD_DOUBLE_ROWS(cos)
XGRAD_DOUBLE_ROWS(tanh)
XGRAD_DOUBLE_ROWS(erf)
XGRAD_FLOAT_ROWS(exp2)
XGRAD_DOUBLE_ROWS(exp2)
XGRAD_FLOAT_ROWS(log2)
XGRAD_DOUBLE_ROWS(log2)
XGRAD_FLOAT_ROWS(log10)
XGRAD_DOUBLE_ROWS(log10)
XGRAD_FLOAT_ROWS(tan)
XGRAD_DOUBLE_ROWS(tan)
XGRAD_FLOAT_ROWS(asin)
XGRAD_DOUBLE_ROWS(asin)
XGRAD_FLOAT_ROWS(acos)
XGRAD_DOUBLE_ROWS(acos)
XGRAD_FLOAT_ROWS(atan)
XGRAD_DOUBLE_ROWS(atan)
XGRAD_FLOAT_ROWS(atanh)
XGRAD_DOUBLE_ROWS(atanh)

/// y = f(x, Φ(x)), with Φ from blocks of erf.
template <class F>
inline void by_blocks_of_erf(double* y, const double* x, std::int64_t n, F f) {
  constexpr std::int64_t kBlock = 256;
  double e[kBlock], in[kBlock];
  for (; n > 0; n -= kBlock, y += kBlock, x += kBlock) {
    const std::int64_t m = n < kBlock ? n : kBlock;
    for (std::int64_t i = 0; i < m; ++i) in[i] = x[i];  // y may be x
    for (std::int64_t i = 0; i < m; ++i) e[i] = in[i] * kRootHalf;
    rows_erf(e, e, m);
    for (std::int64_t i = 0; i < m; ++i) y[i] = f(in[i], 0.5 * (1.0 + e[i]));
  }
}
void rows_gelu(double* y, const double* x, std::int64_t n) {
  by_blocks_of_erf(y, x, n, [](double v, double below) { return v * below; });
}
void rows_gelu_slope(double* y, const double* x, std::int64_t n) {
  by_blocks_of_erf(y, x, n, [](double v, double below) { return below + v * exp(v * v * -0.5) * kGaussian; });
}

constexpr WindowKernels kWindowKernels = {window_product,  window_gradient, kChannels,       pack_channels,
                                          unpack_channels, channel_product, channel_gradient};

template <class T>
using RowFunction = void (*)(T*, const T*, std::int64_t);
template <class T>
#ifdef XGRAD_HAS_SLEEF
constexpr RowFunction<T> kLgamma = rows_lgamma;
#else
constexpr RowFunction<T> kLgamma = nullptr;
#endif

/// In the order of Function and PairFunction.
constexpr LevelKernels make_level(const char* name) {
  return {name,
          {{each_normal<exp, exp_normal>,
            each<float, log>,
            each<float, log1p>,
            each<float, expm1>,
            rows_sin,
            rows_cos,
            each<float, tanh>,
            each_normal<sigmoid, sigmoid_normal>,
            each<float, erf>,
            rows_exp2,
            rows_log2,
            rows_log10,
            rows_tan,
            rows_asin,
            rows_acos,
            rows_atan,
            rows_sinh,
            rows_cosh,
            rows_atanh,
            rows_erfc},
           {rows_pow, rows_atan2, rows_hypot},
           rows_pow,
           kLgamma<float>,
           each<float, gelu>,
           each<float, gelu_slope>,
           softmax_row,
           log_softmax_row,
           softmax_backward_row,
           log_softmax_backward_row},
          {{each<double, exp>, rows_log,  rows_log1p, rows_expm1, rows_sin, rows_cos,  rows_tanh, each<double, sigmoid>,
            rows_erf,          rows_exp2, rows_log2,  rows_log10, rows_tan, rows_asin, rows_acos, rows_atan,
            rows_sinh,         rows_cosh, rows_atanh, rows_erfc},
           {rows_pow, rows_atan2, rows_hypot},
           rows_pow,
           kLgamma<double>,
           rows_gelu,
           rows_gelu_slope,
           softmax_row,
           log_softmax_row,
           softmax_backward_row,
           log_softmax_backward_row},
          transpose_words<std::uint32_t>,
          transpose_words<std::uint64_t>,
          {outer_product, dot_product, kMostElements, kMostDotRows},
          kWindowKernels};
}

}  // namespace
}  // namespace xgrad::kernels
