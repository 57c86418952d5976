#include <xgrad/autograd/array/error.hpp>
#include <xgrad/autograd/kernels/blas.hpp>
#include <xgrad/autograd/kernels/levels.hpp>
#include <xgrad/autograd/kernels/split.hpp>

#include <cblas.h>
#include <dlfcn.h>

#include <algorithm>
#include <limits>

namespace xgrad::kernels::blas {
namespace {

/// OpenMP's number of threads for the calling thread, where OpenBLAS goes by it.
struct OpenMp {
  int (*get)() = nullptr;
  void (*set)(int) = nullptr;

  OpenMp() {
    openblas_set_num_threads(1);
    if (openblas_get_parallel() != OPENBLAS_OPENMP) return;
    get = reinterpret_cast<int (*)()>(::dlsym(RTLD_DEFAULT, "omp_get_max_threads"));
    set = reinterpret_cast<void (*)(int)>(::dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
    if (!set) get = nullptr;
  }
};
const OpenMp& openmp() {
  static const OpenMp found;
  return found;
}

blasint narrow(std::int64_t size) {
  check(size <= std::numeric_limits<blasint>::max(),
        "matrix product: a size or stride of {} is more than BLAS can take ({})", size,
        std::numeric_limits<blasint>::max());
  return static_cast<blasint>(size);
}

CBLAS_TRANSPOSE flag(bool transposed) { return transposed ? CblasTrans : CblasNoTrans; }

/// The rows of op(a) from number i on.
template <class T>
Matrix<T> from_row(Matrix<T> a, std::int64_t i) {
  return {a.data + (a.transposed ? i : i * a.ld), a.ld, a.transposed};
}
template <class T>
Matrix<T> from_column(Matrix<T> a, std::int64_t j) {
  return {a.data + (a.transposed ? j * a.ld : j), a.ld, a.transposed};
}

/// What a product costs for each of `rows`, in additions.
std::int64_t cost_of(std::int64_t columns, std::int64_t k) {
  return std::max<std::int64_t>(columns * k / kProductsPerElement, 1);
}

/// part(first, last) of n rows or columns of a product. One part for each thread: every part reads all of the other
/// factor.
template <class F>
void split_product(std::int64_t n, std::int64_t cost, const F& part) {
  const std::int64_t step = n * cost < split_limits.work_to_split ? n : piece_length(n, cost, tile, 1);
  if (step >= n) return part(std::int64_t{0}, n);
  detail::run_pieces(0, n, step, part);
}

/// `call` is cblas_?gemm.
template <class T, class F>
void any_gemm(F call, std::int64_t n, std::int64_t m, std::int64_t k, T alpha, Matrix<T> a, Matrix<T> b, T beta, T* out,
              std::int64_t ld_out) {
  const auto part = [&](std::int64_t rows, std::int64_t columns, Matrix<T> a, Matrix<T> b, T* out) {
    const OneThread one_thread;
    call(CblasRowMajor, flag(a.transposed), flag(b.transposed), narrow(rows), narrow(columns), narrow(k), alpha, a.data,
         narrow(a.ld), b.data, narrow(b.ld), beta, out, narrow(ld_out));
  };
  // The longer side is cut, because each part packs all of the other side's factor.
  if (n >= m) {
    split_product(n, cost_of(m, k), [&](std::int64_t first, std::int64_t last) {
      part(last - first, m, from_row(a, first), b, out + first * ld_out);
    });
  } else {
    split_product(m, cost_of(n, k), [&](std::int64_t first, std::int64_t last) {
      part(n, last - first, a, from_column(b, first), out + first);
    });
  }
}

template <class T, class F>
void any_gemv(F call, std::int64_t n, std::int64_t k, T alpha, Matrix<T> a, const T* v, std::int64_t v_stride, T beta,
              T* out) {
  split_product(n, cost_of(1, k), [&](std::int64_t first, std::int64_t last) {
    const Matrix<T> part = from_row(a, first);
    const std::int64_t length = last - first;
    const OneThread one_thread;
    // gemv wants the stored matrix's shape, gemm the product's.
    call(CblasRowMajor, flag(a.transposed), narrow(a.transposed ? k : length), narrow(a.transposed ? length : k), alpha,
         part.data, narrow(a.ld), v, narrow(v_stride), beta, out + first, 1);
  });
}

template <class T, class F>
T any_dot(F call, std::int64_t n, const T* a, std::int64_t a_stride, const T* b, std::int64_t b_stride) {
  const OneThread one_thread;
  return call(narrow(n), a, narrow(a_stride), b, narrow(b_stride));
}

/// The distance of a row's elements (a matrix of one row), and of a column's.
template <class T>
std::int64_t row_stride(const Matrix<T>& a) {
  return a.transposed ? a.ld : 1;
}
template <class T>
std::int64_t column_stride(const Matrix<T>& a) {
  return a.transposed ? 1 : a.ld;
}
template <class T>
Matrix<T> transposed(const Matrix<T>& a) {
  return {a.data, a.ld, !a.transposed};
}

/// What to do with a product [n, k]·[k, m] one side of which has length 1, where gemm would take its tiles mostly for
/// nothing: true when it is done. A column is a row of the transposed product, [1, k]·[k, n].
template <class T>
bool product_with_vector(std::int64_t n, std::int64_t m, std::int64_t k, T alpha, Matrix<T> a, Matrix<T> b, T beta,
                         T* out, std::int64_t ld_out) {
  if (k == 0) return false;
  if (n == 1 && m == 1) {
    const T product = alpha * dot(k, a.data, row_stride(a), b.data, column_stride(b));
    *out = beta == 0 ? product : product + beta * *out;
    return true;
  }
  if (m == 1 && ld_out == 1) return gemm(1, n, k, alpha, transposed(b), transposed(a), beta, out, n), true;
  if (n == 1) return gemv(m, k, alpha, transposed(b), a.data, row_stride(a), beta, out), true;
  return false;
}

}  // namespace

OneThread::OneThread() {
  if (const OpenMp& omp = openmp(); omp.get) [[unlikely]] {
    before_ = omp.get();
    if (before_ != 1) omp.set(1);
  }
}
OneThread::~OneThread() {
  if (before_ != 1) [[unlikely]]
    openmp().set(before_);
}

constinit std::int64_t tile = 16;

void gemm(std::int64_t n, std::int64_t m, std::int64_t k, float alpha, Matrix<float> a, Matrix<float> b, float beta,
          float* out, std::int64_t ld_out) {
  const ProductKernels& own = level().products;
  const bool blas_could = std::max({k, a.ld, b.ld, ld_out}) <= std::numeric_limits<blasint>::max();
  // Our own kernels go down a few columns at a time, which for a single row is slower than BLAS when b is large.
  const bool long_row = n == 1 && !b.transposed && m * k >= own.most_elements;
  if ((m == 1 || long_row) && product_with_vector(n, m, k, alpha, a, b, beta, out, ld_out)) return;
  if (n * m <= own.most_elements && k > 0 && (!b.transposed || n <= own.most_dot_rows) && blas_could) {
    const auto kernel = b.transposed ? own.dot : own.outer;
    const std::int64_t a_row = a.transposed ? 1 : a.ld, a_column = a.transposed ? a.ld : 1;
    const FloatProduct whole{n, m, k, a.data, a_row, a_column, b.data, b.ld, out, ld_out, alpha, beta, n};
    // Each element is summed up alike wherever its tile begins, so that pieces have the bits of the whole.
    if (n >= m) {
      return split_product(n, cost_of(m, k), [&](std::int64_t first, std::int64_t last) {
        FloatProduct piece = whole;
        piece.rows = last - first, piece.a += first * a_row, piece.out += first * ld_out;
        kernel(piece);
      });
    }
    return split_product(m, cost_of(n, k), [&](std::int64_t first, std::int64_t last) {
      FloatProduct piece = whole;
      piece.columns = last - first, piece.b = from_column(b, first).data, piece.out += first;
      kernel(piece);
    });
  }
  if (n == 1 && product_with_vector(n, m, k, alpha, a, b, beta, out, ld_out)) return;
  any_gemm<float>(cblas_sgemm, n, m, k, alpha, a, b, beta, out, ld_out);
}
void gemm(std::int64_t n, std::int64_t m, std::int64_t k, double alpha, Matrix<double> a, Matrix<double> b, double beta,
          double* out, std::int64_t ld_out) {
  if ((n == 1 || m == 1) && product_with_vector(n, m, k, alpha, a, b, beta, out, ld_out)) return;
  any_gemm<double>(cblas_dgemm, n, m, k, alpha, a, b, beta, out, ld_out);
}

void gemv(std::int64_t n, std::int64_t k, float alpha, Matrix<float> a, const float* v, std::int64_t v_stride,
          float beta, float* out) {
  any_gemv<float>(cblas_sgemv, n, k, alpha, a, v, v_stride, beta, out);
}
void gemv(std::int64_t n, std::int64_t k, double alpha, Matrix<double> a, const double* v, std::int64_t v_stride,
          double beta, double* out) {
  any_gemv<double>(cblas_dgemv, n, k, alpha, a, v, v_stride, beta, out);
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
  const OneThread one_thread;
  return openmp().get ? openmp().get() : openblas_get_num_threads();
}

}  // namespace xgrad::kernels::blas
