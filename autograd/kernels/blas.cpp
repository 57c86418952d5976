#include <xgrad/autograd/array/error.hpp>
#include <xgrad/autograd/kernels/blas.hpp>
#include <xgrad/autograd/kernels/levels.hpp>

#include <cblas.h>

#include <algorithm>
#include <limits>

namespace xgrad::kernels::blas {
namespace {

void prepare() {
  static const bool done = (openblas_set_num_threads(1), true);
  (void)done;
}

blasint narrow(std::int64_t size) {
  check(size <= std::numeric_limits<blasint>::max(),
        "matrix product: a size or stride of {} is more than BLAS can take ({})", size,
        std::numeric_limits<blasint>::max());
  return static_cast<blasint>(size);
}

CBLAS_TRANSPOSE flag(bool transposed) { return transposed ? CblasTrans : CblasNoTrans; }

/// `call` is cblas_?gemm.
template <class T, class F>
void any_gemm(F call, std::int64_t n, std::int64_t m, std::int64_t k, T alpha, Matrix<T> a, Matrix<T> b, T beta, T* out,
              std::int64_t ld_out) {
  prepare();
  call(CblasRowMajor, flag(a.transposed), flag(b.transposed), narrow(n), narrow(m), narrow(k), alpha, a.data,
       narrow(a.ld), b.data, narrow(b.ld), beta, out, narrow(ld_out));
}

template <class T, class F>
void any_gemv(F call, std::int64_t n, std::int64_t k, Matrix<T> a, const T* v, std::int64_t v_stride, T* out) {
  prepare();
  if (a.transposed) std::swap(n, k);  // gemv wants the stored matrix's shape, gemm the product's
  call(CblasRowMajor, flag(a.transposed), narrow(n), narrow(k), T(1), a.data, narrow(a.ld), v, narrow(v_stride), T(0),
       out, 1);
}

template <class T, class F>
T any_dot(F call, std::int64_t n, const T* a, std::int64_t a_stride, const T* b, std::int64_t b_stride) {
  prepare();
  return call(narrow(n), a, narrow(a_stride), b, narrow(b_stride));
}

}  // namespace

void gemm(std::int64_t n, std::int64_t m, std::int64_t k, float alpha, Matrix<float> a, Matrix<float> b, float beta,
          float* out, std::int64_t ld_out) {
  const ProductKernels& own = level().products;
  const bool blas_could = std::max({k, a.ld, b.ld, ld_out}) <= std::numeric_limits<blasint>::max();
  if (n * m <= own.most_elements && k > 0 && (!b.transposed || n <= own.most_dot_rows) && blas_could) {
    return (b.transposed ? own.dot : own.outer)(
        {n, m, k, a.data, a.transposed ? 1 : a.ld, a.transposed ? a.ld : 1, b.data, b.ld, out, ld_out, alpha, beta});
  }
  any_gemm<float>(cblas_sgemm, n, m, k, alpha, a, b, beta, out, ld_out);
}
void gemm(std::int64_t n, std::int64_t m, std::int64_t k, double alpha, Matrix<double> a, Matrix<double> b, double beta,
          double* out, std::int64_t ld_out) {
  any_gemm<double>(cblas_dgemm, n, m, k, alpha, a, b, beta, out, ld_out);
}

void gemv(std::int64_t n, std::int64_t k, Matrix<float> a, const float* v, std::int64_t v_stride, float* out) {
  any_gemv<float>(cblas_sgemv, n, k, a, v, v_stride, out);
}
void gemv(std::int64_t n, std::int64_t k, Matrix<double> a, const double* v, std::int64_t v_stride, double* out) {
  any_gemv<double>(cblas_dgemv, n, k, a, v, v_stride, out);
}

float dot(std::int64_t n, const float* a, std::int64_t a_stride, const float* b, std::int64_t b_stride) {
  return any_dot<float>(cblas_sdot, n, a, a_stride, b, b_stride);
}
double dot(std::int64_t n, const double* a, std::int64_t a_stride, const double* b, std::int64_t b_stride) {
  return any_dot<double>(cblas_ddot, n, a, a_stride, b, b_stride);
}

std::string configuration() { return openblas_get_config(); }
std::string core_name() { return openblas_get_corename(); }
int thread_count() {
  prepare();
  return openblas_get_num_threads();
}

}  // namespace xgrad::kernels::blas
