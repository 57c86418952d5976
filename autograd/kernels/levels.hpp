/// Compute-bound kernels, compiled once for each instruction-set level and chosen when the program runs.
///
/// On x86-64 the library is built for level v3 (AVX2, FMA) and carries these kernels for v4 (AVX-512) as well;
/// elsewhere there is one level, "generic". `XGRAD_CPU_LEVEL=v3` in the environment keeps to a lower one.
///
/// No code in this header: it is included by files of every level.
#pragma once

#include <cstdint>

namespace xgrad::kernels {

enum class Function {
  Exp,
  Log,
  Log1p,
  Expm1,
  Sin,
  Cos,
  Tanh,
  Sigmoid,
  Erf,
  Exp2,
  Log2,
  Log10,
  Tan,
  Asin,
  Acos,
  Atan,
  Sinh,
  Cosh,
  Atanh,
  Erfc
};
inline constexpr int kFunctions = 20;

/// Functions of two numbers.
enum class PairFunction { Pow, Atan2, Hypot };
inline constexpr int kPairFunctions = 3;

/// What softmax divides a row by is sum; e^top was taken out of it before.
template <class T>
struct RowTotal {
  T top, sum;
};

/// y[i] = f(x[i]) for packed memory; y may be x. Special values as in C; results are within 2 units in the last place.
/// (Powers of doubles above 1.797e308 may be infinite already.)
template <class T>
struct RowFunctions {
  void (*of[kFunctions])(T* y, const T* x, std::int64_t n);
  /// y[i] = f(a[i], b[i]); y may be a or b.
  void (*of_pairs[kPairFunctions])(T* y, const T* a, const T* b, std::int64_t n);
  /// y[i] = x[i]^p
  void (*pow)(T* y, const T* x, T p, std::int64_t n);
  /// ln Γ(x) for 0 < x < 10^36; null where only the C library has it.
  void (*lgamma_of_positive)(T* y, const T* x, std::int64_t n);
  /// y = x·Φ(x) and its slope Φ(x) + x·φ(x), with errors of a few units in the last place of x.
  void (*gelu)(T* y, const T* x, std::int64_t n);
  void (*gelu_slope)(T* y, const T* x, std::int64_t n);
  /// Of one row of at least one element. Rows of a few elements waste most of the vectors.
  RowTotal<T> (*softmax)(T* y, const T* x, std::int64_t n);
  void (*log_softmax)(T* y, const T* x, std::int64_t n);
  /// y·(g − Σ g·y), and g − e^y·Σ g
  void (*softmax_backward)(T* dx, const T* g, const T* y, std::int64_t n);
  void (*log_softmax_backward)(T* dx, const T* g, const T* y, std::int64_t n);
};

/// Words in a cache line.
template <class W>
inline constexpr std::int64_t kTransposeTile = 64 / static_cast<std::int64_t>(sizeof(W));

/// out [rows, columns] = alpha·a·b + beta·out with the inner size `inner` ≥ 1. Strides count elements; a row of `out`
/// is packed. `out` is not read when beta = 0.
struct FloatProduct {
  std::int64_t rows, columns, inner;
  const float* a;
  std::int64_t a_row, a_column;
  const float* b;
  std::int64_t b_row;  ///< distance of b's rows (outer) or columns (dot), which are packed
  float* out;
  std::int64_t out_row;
  float alpha, beta;
  std::int64_t of_rows = 0;  ///< of the product that this is a piece of: by them its kernel is chosen
};

/// Products of small matrices, and how large they may be to be faster than BLAS's.
struct ProductKernels {
  void (*outer)(const FloatProduct&);  ///< for packed rows of b
  void (*dot)(const FloatProduct&);    ///< for packed columns of b
  std::int64_t most_elements;          ///< of the result
  std::int64_t most_dot_rows;
};

/// Lines of at least kLeastWindows windows whose neighbours are neighbours in the image; `first` says where the first
/// window of each line begins.
struct WindowLines {
  const std::int64_t* first;
  std::int64_t count, width;
};
inline constexpr std::int64_t kLeastWindows = 8;

/// out[row] = bias[row] + Σ_k weight[row, k]·image[window + offsets[k]] for every window, line by line.
struct WindowProduct {
  std::int64_t rows, inner;
  const float* weight;  ///< packed
  const float* bias;    ///< or null
  const float* image;
  const std::int64_t* offsets;  ///< of `inner` places in a window
  WindowLines lines;
  float* out;
  std::int64_t out_row;
};

/// out[row, k] += Σ g[row, window]·image[window + offsets[k]] over the windows of all images.
struct WindowGradient {
  std::int64_t rows, inner;
  const float* g;
  std::int64_t g_row, g_step;  ///< from row to row and from image to image
  const float* image;
  std::int64_t image_step;
  const std::int64_t* offsets;
  WindowLines lines;
  std::int64_t images;
  float* out;  ///< packed
};

struct WindowKernels {
  void (*product)(const WindowProduct&);
  void (*gradient)(const WindowGradient&);
  /// For a multiple of `channels` rows, whose weights and gradients lie vector by vector, [rows / channels][inner]
  /// [channels], as `pack` puts them and `unpack` puts them back. A product is the same to the bit. Lines may be short.
  std::int64_t channels;
  void (*pack)(float* to, const float* from, std::int64_t rows, std::int64_t inner);
  void (*unpack)(float* to, const float* from, std::int64_t rows, std::int64_t inner);
  void (*channel_product)(const WindowProduct&);
  void (*channel_gradient)(const WindowGradient&);
};

struct LevelKernels {
  const char* name;
  RowFunctions<float> floats;
  RowFunctions<double> doubles;
  /// dst[i][j] = src[j][i] for `rows` × `cols` of dst, both multiples of kTransposeTile; `ld`s in words.
  void (*transpose_4)(std::uint32_t* dst, std::int64_t dst_ld, const std::uint32_t* src, std::int64_t src_ld,
                      std::int64_t rows, std::int64_t cols);
  void (*transpose_8)(std::uint64_t* dst, std::int64_t dst_ld, const std::uint64_t* src, std::int64_t src_ld,
                      std::int64_t rows, std::int64_t cols);
  ProductKernels products;
  WindowKernels windows;
};

/// What this machine runs, lowest first; ends with null.
const LevelKernels* const* available_levels();
/// The highest of them, or the one of that name. Throws ValueError if there is none.
const LevelKernels& choose_level(const char* name);
/// The one that XGRAD_CPU_LEVEL names, or else the highest. Decided once.
const LevelKernels& level();

template <class T>
const RowFunctions<T>& row_functions();
template <>
const RowFunctions<float>& row_functions<float>();
template <>
const RowFunctions<double>& row_functions<double>();

}  // namespace xgrad::kernels
