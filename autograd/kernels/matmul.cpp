#include <xgrad/autograd/kernels/blas.hpp>
#include <xgrad/autograd/kernels/element.hpp>
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/matmul.hpp>
#include <xgrad/autograd/kernels/split.hpp>

#include <algorithm>
#include <cstring>
#include <optional>
#include <type_traits>

namespace xgrad::kernels {
namespace {

/// How BLAS would read the matrix in the last two dimensions of x, or nothing when no leading dimension describes it.
template <class T>
std::optional<blas::Matrix<T>> as_blas(const Array& x) {
  const std::size_t d = x.strides().size();
  const std::int64_t rows = x.sizes()[d - 2], cols = x.sizes()[d - 1];
  const std::int64_t row = x.strides()[d - 2], col = x.strides()[d - 1];
  // The stride of a dimension of one element is arbitrary, and BLAS wants a leading dimension of at least the length.
  const std::int64_t least_row = std::max<std::int64_t>(cols, 1), least_col = std::max<std::int64_t>(rows, 1);
  if ((cols <= 1 || col == 1) && (rows <= 1 || row >= least_row))
    return blas::Matrix<T>{x.data<T>(), rows <= 1 ? least_row : row, false};
  if ((rows <= 1 || row == 1) && (cols <= 1 || col >= least_col))
    return blas::Matrix<T>{x.data<T>(), cols <= 1 ? least_col : col, true};
  return std::nullopt;
}

/// The same, for a copy (kept in `keep`) where there is no other way.
template <class T>
blas::Matrix<T> as_blas_or_copy(const Array& x, Array& keep) {
  if (const auto m = as_blas<T>(x)) return *m;
  keep = contiguous_copy(x);
  return *as_blas<T>(keep);
}

/// out += alpha·a·b, all packed.
template <class T>
void integer_product(std::int64_t n, std::int64_t m, std::int64_t k, Wrapping<T> alpha, const T* a, const T* b,
                     T* out) {
  constexpr std::int64_t kBlock = 256;  // columns of b and out that stay in the nearest cache for all of a's rows
  for (std::int64_t j0 = 0; j0 < m; j0 += kBlock) {
    const std::int64_t width = std::min(kBlock, m - j0);
    for (std::int64_t i = 0; i < n; ++i) {
      T* __restrict o = out + i * m + j0;
      for (std::int64_t l = 0; l < k; ++l) {
        const auto f = static_cast<Wrapping<T>>(alpha * static_cast<Wrapping<T>>(a[i * k + l]));
        const T* __restrict r = b + l * m + j0;
        for (std::int64_t j = 0; j < width; ++j)
          o[j] = static_cast<T>(static_cast<Wrapping<T>>(o[j]) + f * static_cast<Wrapping<T>>(r[j]));
      }
    }
  }
}

/// some(first, last) of a batch of products of that many multiplications each. A batch of few is left to gemm, which
/// splits each product.
template <class F>
void split_batches(std::int64_t batches, std::int64_t products, const F& some) {
  constexpr std::int64_t kMany = 8;
  if (batches < kMany) return some(std::int64_t{0}, batches);
  split(batches, std::max<std::int64_t>(products / kProductsPerElement, 1), 1, some);
}

/// out [n, m] = c, broadcast.
void prefill(const Array& out, const Array& c) {
  const std::int64_t rows = out.sizes()[0], cols = out.sizes()[1];
  const std::size_t d = c.strides().size();
  const std::size_t row_bytes = static_cast<std::size_t>(cols) * out.itemsize();
  auto* to = static_cast<char*>(out.raw());
  if (c.is_contiguous() && c.sizes() == out.sizes()) {
    std::memcpy(to, c.raw(), out.nbytes());
  } else if (d >= 1 && c.numel() == cols && c.sizes()[d - 1] == cols && c.is_contiguous()) {
    const void* from = c.raw();
    for (std::int64_t i = 0; i < rows; ++i, to += row_bytes) std::memcpy(to, from, row_bytes);
  } else {
    copy(out, c);
  }
}

void check_matrices(const Array& a, const Array& b) {
  check(a.dim() == 2, "self must be a matrix");
  check(b.dim() == 2, "mat2 must be a matrix");
  check(a.sizes()[1] == b.sizes()[0], "mat1 and mat2 shapes cannot be multiplied ({}x{} and {}x{})", a.sizes()[0],
        a.sizes()[1], b.sizes()[0], b.sizes()[1]);
}

void check_dtypes(const Array& a, const Array& b) {
  check(a.dtype() == b.dtype(), "expected scalar type {} but found {}", info(a.dtype()).cname, info(b.dtype()).cname);
}

/// Calls f<T>() for the number types: everything but bool.
template <class F>
decltype(auto) dispatch_numbers(ScalarType dtype, const char* op, F&& f) {
  check<NotImplementedError>(dtype != kBool, "\"{}\" not implemented for 'Bool'", op);
  return dispatch(dtype, [&]<class T>() {
    if constexpr (!std::is_same_v<T, bool>) f.template operator()<T>();
  });
}

}  // namespace

Array matmul(const Array& a, const Array& b, double alpha, const Array* c, double beta) {
  check_matrices(a, b);
  check_dtypes(a, b);
  if (c) check_dtypes(a, *c);
  const std::int64_t n = a.sizes()[0], k = a.sizes()[1], m = b.sizes()[1];
  Array out = Array::empty({n, m}, a.dtype());
  if (beta == 0) c = nullptr;  // as in BLAS: c may then hold anything, even NaN
  if (c) prefill(out, *c);
  if (out.numel() == 0) return out;
  dispatch_numbers(a.dtype(), "addmm_impl_cpu_", [&]<class T>() {
    T* const o = out.data<T>();
    if constexpr (std::is_floating_point_v<T>) {
      if (k == 0 || alpha == 0) {  // as in BLAS, which does not look at what counts for nothing
        if (!c)
          std::fill_n(o, n * m, T(0));
        else
          for (std::int64_t i = 0; i < n * m; ++i) o[i] *= static_cast<T>(beta);
        return;
      }
      Array keep_a, keep_b;
      blas::gemm(n, m, k, static_cast<T>(alpha), as_blas_or_copy<T>(a, keep_a), as_blas_or_copy<T>(b, keep_b),
                 static_cast<T>(c ? beta : 0), o, m);
    } else {
      using W = Wrapping<T>;
      const W scale = static_cast<W>(convert<T>(beta)), factor = static_cast<W>(convert<T>(alpha));
      if (!c)
        std::fill_n(o, n * m, T(0));
      else
        for (std::int64_t i = 0; i < n * m; ++i) o[i] = static_cast<T>(static_cast<W>(o[i]) * scale);
      const Array pa = a.is_contiguous() ? a : contiguous_copy(a), pb = b.is_contiguous() ? b : contiguous_copy(b);
      const T *const p = pa.data<T>(), *const q = pb.data<T>();
      split(n, std::max<std::int64_t>(m * k / kProductsPerElement, 1), 1, [&](std::int64_t first, std::int64_t last) {
        integer_product<T>(last - first, m, k, factor, p + first * k, q, o + first * m);
      });
    }
  });
  return out;
}

void add_matmul(const Array& out, const Array& a, const Array& b) {
  check_matrices(a, b);
  check_dtypes(a, b);
  check_dtypes(a, out);
  const std::int64_t n = a.sizes()[0], k = a.sizes()[1], m = b.sizes()[1];
  check(out.sizes() == Dims({n, m}) && out.is_contiguous(), "internal error: a product of {} cannot be added to {}",
        Dims({n, m}), out.sizes());
  if (out.numel() == 0 || k == 0) return;
  dispatch_floating(a.dtype(), "addmm_impl_cpu_", [&]<class T>() {
    Array keep_a, keep_b;
    blas::gemm(n, m, k, T(1), as_blas_or_copy<T>(a, keep_a), as_blas_or_copy<T>(b, keep_b), T(1), out.data<T>(), m);
  });
}

Array batched_matmul(const Array& a, const Array& b) {
  check(a.dim() == 3, "batch1 must be a 3D tensor");
  check(b.dim() == 3, "batch2 must be a 3D tensor");
  check_dtypes(a, b);
  const std::int64_t batches = a.sizes()[0], n = a.sizes()[1], k = a.sizes()[2], m = b.sizes()[2];
  check(b.sizes()[0] == batches && b.sizes()[1] == k,
        "Expected size for first two dimensions of batch2 tensor to be: [{}, {}] but got: [{}, {}].", batches, k,
        b.sizes()[0], b.sizes()[1]);
  if (batches > 0 && b.strides()[0] == 0 && a.is_contiguous()) {
    // One matrix for the whole batch: the batch is a taller matrix.
    return matmul(a.view({batches * n, k}), b.select(0, 0)).view({batches, n, m});
  }
  Array out = Array::empty({batches, n, m}, a.dtype());
  if (out.numel() == 0) return out;
  dispatch_numbers(a.dtype(), "bmm", [&]<class T>() {
    // A batch that one matrix fills, and that has to be packed, is packed once.
    const auto packed = [](const Array& x) {
      if (x.strides()[0] != 0) return contiguous_copy(x);
      return contiguous_copy(x.slice(0, 0, 1, 1)).expand(x.sizes());
    };
    T* o = out.data<T>();
    if constexpr (std::is_floating_point_v<T>) {
      if (k == 0) {
        std::fill_n(o, out.numel(), T(0));
        return;
      }
      // Lines a multiple of 4 kB apart have the same few places in the cache, where each would be read many times.
      const auto readable = [&](const Array& x, std::int64_t times) {
        const auto matrix = as_blas<T>(x);
        if (!matrix) return packed(x);
        const bool columns = matrix->transposed;
        const std::int64_t length = x.sizes()[columns ? 1 : 2], lines = x.sizes()[columns ? 2 : 1];
        const bool collide = matrix->ld > length && matrix->ld * static_cast<std::int64_t>(sizeof(T)) % 4096 == 0;
        constexpr std::int64_t kMany = 16;
        if (!collide || lines < kMany || times < kMany || x.strides()[0] == 0) return x;
        return columns ? contiguous_copy(x.transpose(1, 2)).transpose(1, 2) : contiguous_copy(x);
      };
      const Array pa = readable(a, m), pb = readable(b, n);
      const blas::Matrix<T> ma = *as_blas<T>(pa), mb = *as_blas<T>(pb);
      split_batches(batches, n * m * k, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i) {
          blas::gemm(n, m, k, T(1), {ma.data + i * pa.strides()[0], ma.ld, ma.transposed},
                     {mb.data + i * pb.strides()[0], mb.ld, mb.transposed}, T(0), o + i * n * m, m);
        }
      });
    } else {
      const Array pa = a.is_contiguous() ? a : packed(a), pb = b.is_contiguous() ? b : packed(b);
      std::fill_n(o, out.numel(), T(0));
      split_batches(batches, n * m * k, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i)
          integer_product<T>(n, m, k, 1, pa.data<T>() + i * pa.strides()[0], pb.data<T>() + i * pb.strides()[0],
                             o + i * n * m);
      });
    }
  });
  return out;
}

Array matvec(const Array& a, const Array& v) {
  check(a.dim() == 2 && v.dim() == 1, "vector + matrix @ vector expected, got {}, {}, {}", 1, a.dim(), v.dim());
  const std::int64_t n = a.sizes()[0], k = a.sizes()[1];
  check(k == v.sizes()[0], "size mismatch, got {}, {}x{},{}", n, n, k, v.sizes()[0]);
  check_dtypes(a, v);
  if (!is_floating_point(a.dtype()) || n == 0 || k == 0) return matmul(a, v.unsqueeze(1)).squeeze(1);
  Array out = Array::empty({n}, a.dtype());
  dispatch_floating(a.dtype(), "addmv_impl_cpu", [&]<class T>() {
    Array keep_a, keep_v;
    const auto matrix = as_blas_or_copy<T>(a, keep_a);
    if (v.strides()[0] < 1) keep_v = contiguous_copy(v);
    const Array& vector = keep_v.defined() ? keep_v : v;
    blas::gemv(n, k, T(1), matrix, vector.data<T>(), k == 1 ? 1 : vector.strides()[0], T(0), out.data<T>());
  });
  return out;
}

Array dot(const Array& a, const Array& b) {
  check(a.dim() == 1 && b.dim() == 1, "1D tensors expected, but got {}D and {}D tensors", a.dim(), b.dim());
  check(a.dtype() == b.dtype(), "dot : expected both vectors to have same dtype, but found {} and {}",
        info(a.dtype()).cname, info(b.dtype()).cname);
  const std::int64_t n = a.numel();
  check(n == b.numel(),
        "inconsistent tensor size, expected tensor [{}] and src [{}] to have the same number of elements, but got {} "
        "and {} elements respectively",
        n, b.numel(), n, b.numel());
  Array out = Array::empty({}, a.dtype());
  dispatch_numbers(a.dtype(), "dot", [&]<class T>() {
    const T *p = a.data<T>(), *q = b.data<T>();
    const std::int64_t sp = a.strides()[0], sq = b.strides()[0];
    if constexpr (std::is_floating_point_v<T>) {
      T total = 0;
      if (sp >= 1 && sq >= 1) {
        // Pieces that BLAS can count, and that keep the error of long sums down.
        constexpr std::int64_t kPiece = std::int64_t{1} << 24;
        double sum = 0;
        for (std::int64_t i = 0; i < n; i += kPiece)
          sum += blas::dot(std::min(kPiece, n - i), p + i * sp, sp, q + i * sq, sq);
        total = static_cast<T>(sum);
      } else {
        double sum = 0;
        for (std::int64_t i = 0; i < n; ++i) sum += static_cast<double>(p[i * sp]) * static_cast<double>(q[i * sq]);
        total = static_cast<T>(sum);
      }
      *out.data<T>() = total;
    } else {
      using W = Wrapping<T>;
      W total = 0;
      for (std::int64_t i = 0; i < n; ++i) total += static_cast<W>(p[i * sp]) * static_cast<W>(q[i * sq]);
      *out.data<T>() = static_cast<T>(total);
    }
  });
  return out;
}

}  // namespace xgrad::kernels
