/// BLAS, as far as the kernels need it: row-major, overloaded for float and double, checked for sizes.
///
/// Only blas.cpp includes <cblas.h>. OpenBLAS runs on the calling thread (OneThread). Large products are split here,
/// among the threads of the library's own pool.
#pragma once

#include <cstdint>
#include <string>

namespace xgrad::kernels::blas {

/// A matrix of BLAS: where it starts, the distance of its rows (of its columns when transposed).
template <class T>
struct Matrix {
  const T* data;
  std::int64_t ld;
  bool transposed;
};

/// Within its scope, BLAS and LAPACK stay on the calling thread. OpenBLAS with threads of its own has one number of
/// them for all callers, which is set to 1 for good; with OpenMP's, each calling thread has its number, which the
/// program may need for other things and gets back.
class OneThread {
 public:
  OneThread();
  ~OneThread();
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_ = 1;
};

/// Parts of products are whole tiles of so many rows or columns, as BLAS's kernels do. (Tests have 1, so that small
/// products are split too.)
extern constinit std::int64_t tile;

/// out [n, m] = alpha·a·b + beta·out with the inner size k. Throws when a size does not fit BLAS's 32-bit integers.
/// Small products of floats go to kernels of our own (levels/products.hpp), where those are faster; a product with a
/// vector, or of two, is computed as one.
void gemm(std::int64_t n, std::int64_t m, std::int64_t k, float alpha, Matrix<float> a, Matrix<float> b, float beta,
          float* out, std::int64_t ld_out);
void gemm(std::int64_t n, std::int64_t m, std::int64_t k, double alpha, Matrix<double> a, Matrix<double> b, double beta,
          double* out, std::int64_t ld_out);

/// out [n] = alpha·a [n, k]·v + beta·out for v with a stride ≥ 1.
void gemv(std::int64_t n, std::int64_t k, float alpha, Matrix<float> a, const float* v, std::int64_t v_stride,
          float beta, float* out);
void gemv(std::int64_t n, std::int64_t k, double alpha, Matrix<double> a, const double* v, std::int64_t v_stride,
          double beta, double* out);

/// Σ a_i·b_i
float dot(std::int64_t n, const float* a, std::int64_t a_stride, const float* b, std::int64_t b_stride);
double dot(std::int64_t n, const double* a, std::int64_t a_stride, const double* b, std::int64_t b_stride);

/// The library that was linked, as it describes itself: "OpenBLAS 0.3.21 NO_LAPACKE ... Cooperlake MAX_THREADS=64".
std::string configuration();
/// Its set of kernels, chosen by processor: "Haswell", "SkylakeX", ...
std::string core_name();
/// How many threads it uses.
int thread_count();

}  // namespace xgrad::kernels::blas
