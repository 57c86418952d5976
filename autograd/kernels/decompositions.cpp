#include <xgrad/autograd/kernels/decompositions.hpp>
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/lapack.hpp>

#include <algorithm>
#include <numeric>

namespace xgrad::kernels {
namespace {

using lapack::Part;

std::int64_t rows_of(const Array& a) { return a.size(-2); }
std::int64_t columns_of(const Array& a) { return a.size(-1); }

/// The leading dimensions of a batch of matrices, followed by `more`.
Dims batch_of(const Array& a, std::initializer_list<std::int64_t> more = {}) {
  Dims out(IntArrayRef(a.sizes().data(), a.sizes().size() - 2));
  for (const std::int64_t n : more) out.push_back(n);
  return out;
}
std::int64_t count(const Dims& sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, std::multiplies<>());
}

/// Memory for [..., m, n] with the columns one after another.
Array column_major(const Dims& batch, std::int64_t m, std::int64_t n, ScalarType dtype) {
  Dims sizes(batch), strides(batch.size() + 2, 1);
  sizes.push_back(m);
  sizes.push_back(n);
  std::int64_t stride = std::max<std::int64_t>(m, 1) * std::max<std::int64_t>(n, 1);
  for (std::size_t d = batch.size(); d-- > 0;) {
    strides[d] = stride;
    stride *= std::max<std::int64_t>(batch[d], 1);
  }
  strides[batch.size()] = 1;
  strides[batch.size() + 1] = std::max<std::int64_t>(m, 1);
  return Array::empty_strided(sizes, strides, dtype);
}
Array column_major_copy(const Array& a) {
  const Array out = column_major(batch_of(a), rows_of(a), columns_of(a), a.dtype());
  copy(out, a);
  return out;
}

/// The k-th matrix of a batch made by column_major, and the k-th row of a packed array.
template <class T>
T* matrix(const Array& a, std::int64_t k) {
  return a.data<T>() + k * rows_of(a) * columns_of(a);
}
template <class T>
T* row(const Array& a, std::int64_t k) {
  return a.data<T>() + k * a.size(-1);
}

Array integers(const Dims& sizes) {
  const Array out = Array::empty(sizes, kInt32);
  fill(out, 0);
  return out;
}

/// Calls f<T>(k) for every matrix of the batch.
template <class F>
void each_matrix(const Array& a, const char* name, F f) {
  const std::int64_t batches = count(batch_of(a));
  dispatch_floating(a.dtype(), name, [&]<class T>() {
    for (std::int64_t k = 0; k < batches; ++k) f.template operator()<T>(k);
  });
}

/// Zeroes what lies below (or above) the diagonal of a column-major matrix.
template <class T>
void clear_triangle(T* a, std::int64_t m, std::int64_t n, bool below) {
  for (std::int64_t j = 0; j < n; ++j) {
    const std::int64_t begin = below ? std::min(j + 1, m) : 0, end = below ? m : std::min(j, m);
    std::fill(a + j * m + begin, a + j * m + std::max(begin, end), T(0));
  }
}

}  // namespace

LU lu_factor(const Array& a) {
  const std::int64_t m = rows_of(a), n = columns_of(a);
  LU out{column_major_copy(a), integers(batch_of(a, {std::min(m, n)})), integers(batch_of(a))};
  if (std::min(m, n) == 0) return out;
  each_matrix(a, "lu_factor", [&]<class T>(std::int64_t k) {
    out.info.data<std::int32_t>()[k] = lapack::getrf(m, n, matrix<T>(out.lu, k), row<std::int32_t>(out.pivots, k));
  });
  return out;
}

Array lu_solve(const Array& lu, const Array& pivots, const Array& b, bool transposed) {
  const std::int64_t n = rows_of(lu), columns = columns_of(b);
  const Array factors = column_major_copy(lu), order = contiguous_copy(pivots), out = column_major_copy(b);
  if (out.numel() == 0) return out;
  each_matrix(lu, "lu_solve", [&]<class T>(std::int64_t k) {
    lapack::getrs(transposed, n, columns, matrix<T>(factors, k), row<std::int32_t>(order, k), matrix<T>(out, k));
  });
  return out;
}

Array permutation_sign(const Array& pivots, ScalarType dtype) {
  const Array order = contiguous_copy(pivots);
  const Dims batch(IntArrayRef(pivots.sizes().data(), pivots.sizes().size() - 1));
  const Array out = Array::empty(batch, dtype);
  const std::int64_t n = pivots.size(-1);
  dispatch_floating(dtype, "lu_det", [&]<class T>() {
    for (std::int64_t k = 0; k < out.numel(); ++k) {
      const std::int32_t* p = row<std::int32_t>(order, k);
      bool odd = false;
      for (std::int64_t i = 0; i < n; ++i) odd ^= p[i] != i + 1;
      out.data<T>()[k] = odd ? T(-1) : T(1);
    }
  });
  return out;
}

Array permutation_matrix(const Array& pivots, std::int64_t m, ScalarType dtype) {
  const Array order = contiguous_copy(pivots);
  Dims sizes(IntArrayRef(pivots.sizes().data(), pivots.sizes().size() - 1));
  const std::int64_t batches = count(sizes), n = pivots.size(-1);
  sizes.push_back(m);
  sizes.push_back(m);
  const Array out = Array::empty(sizes, dtype);
  fill(out, 0);
  dispatch_floating(dtype, "lu_unpack", [&]<class T>() {
    std::vector<std::int64_t> places(static_cast<std::size_t>(m));
    for (std::int64_t k = 0; k < batches; ++k) {
      std::iota(places.begin(), places.end(), 0);
      const std::int32_t* p = row<std::int32_t>(order, k);
      for (std::int64_t i = 0; i < n; ++i) {
        std::swap(places[static_cast<std::size_t>(i)], places[static_cast<std::size_t>(p[i] - 1)]);
      }
      for (std::int64_t i = 0; i < m; ++i) matrix<T>(out, k)[places[static_cast<std::size_t>(i)] * m + i] = T(1);
    }
  });
  return out;
}

Cholesky cholesky(const Array& a, bool upper) {
  const std::int64_t n = rows_of(a);
  Cholesky out{column_major_copy(a), integers(batch_of(a))};
  each_matrix(a, "cholesky", [&]<class T>(std::int64_t k) {
    T* m = matrix<T>(out.factor, k);
    if (n > 0) out.info.data<std::int32_t>()[k] = lapack::potrf(upper ? Part::Upper : Part::Lower, n, m);
    clear_triangle(m, n, n, upper);
  });
  return out;
}

QR qr(const Array& a, bool complete, bool with_q) {
  const std::int64_t m = rows_of(a), n = columns_of(a), k = std::min(m, n), width = complete ? m : k;
  const Dims batch = batch_of(a);
  const Array packed = column_major_copy(a), tau = Array::empty(batch_of(a, {k}), a.dtype());
  QR out{with_q ? column_major(batch, m, width, a.dtype()) : Array::empty({0}, a.dtype()),
         column_major(batch, width, n, a.dtype())};
  each_matrix(a, "qr", [&]<class T>(std::int64_t i) {
    T* f = matrix<T>(packed, i);
    if (k > 0) lapack::geqrf(m, n, f, row<T>(tau, i));
    T* r = matrix<T>(out.r, i);
    for (std::int64_t j = 0; j < n; ++j) std::copy_n(f + j * m, width, r + j * width);
    clear_triangle(r, width, n, true);
    if (!with_q) return;
    T* q = matrix<T>(out.q, i);
    std::fill_n(q, m * width, T(0));
    std::copy_n(f, m * k, q);
    if (k > 0) {
      lapack::orgqr(m, width, k, q, row<T>(tau, i));
    } else {
      for (std::int64_t j = 0; j < width; ++j) q[j * m + j] = T(1);
    }
  });
  return out;
}

Eigen eigh(const Array& a, bool upper, bool with_vectors) {
  const std::int64_t n = rows_of(a);
  Eigen out{Array::empty(batch_of(a, {n}), a.dtype()), column_major_copy(a), integers(batch_of(a))};
  each_matrix(a, "linalg_eigh", [&]<class T>(std::int64_t k) {
    if (n == 0) return;
    out.info.data<std::int32_t>()[k] = lapack::syevd(with_vectors, upper ? Part::Upper : Part::Lower, n,
                                                     matrix<T>(out.vectors, k), row<T>(out.values, k));
  });
  if (!with_vectors) out.vectors = {};
  return out;
}

SVD svd(const Array& a, bool full, bool with_vectors) {
  const std::int64_t m = rows_of(a), n = columns_of(a), k = std::min(m, n);
  const Dims batch = batch_of(a);
  const Array work = column_major_copy(a);
  SVD out{{}, Array::empty(batch_of(a, {k}), a.dtype()), {}, integers(batch)};
  if (with_vectors) {
    out.u = column_major(batch, m, full ? m : k, a.dtype());
    out.vh = column_major(batch, full ? n : k, n, a.dtype());
  }
  each_matrix(a, "linalg_svd", [&]<class T>(std::int64_t i) {
    T* u = with_vectors ? matrix<T>(out.u, i) : nullptr;
    T* vh = with_vectors ? matrix<T>(out.vh, i) : nullptr;
    if (k == 0) {  // orthonormal bases of nothing
      for (std::int64_t j = 0; with_vectors && full && j < m * m; ++j) u[j] = T(j % (m + 1) == 0);
      for (std::int64_t j = 0; with_vectors && full && j < n * n; ++j) vh[j] = T(j % (n + 1) == 0);
      return;
    }
    out.info.data<std::int32_t>()[i] = lapack::gesdd(with_vectors ? full ? 'A' : 'S' : 'N', m, n, matrix<T>(work, i),
                                                     row<T>(out.s, i), u, m, vh, full ? n : k);
  });
  return out;
}

Array solve_triangular(const Array& a, const Array& b, bool upper, bool transposed, bool unit) {
  const std::int64_t n = rows_of(a), columns = columns_of(b);
  const Array factors = column_major_copy(a), out = column_major_copy(b);
  if (out.numel() == 0) return out;
  each_matrix(a, "triangular_solve", [&]<class T>(std::int64_t k) {
    lapack::trsm(upper ? Part::Upper : Part::Lower, transposed, unit, n, columns, matrix<T>(factors, k),
                 matrix<T>(out, k));
  });
  return out;
}

LeastSquares least_squares(const Array& a, const Array& b, double rcond, std::string_view driver) {
  const std::int64_t m = rows_of(a), n = columns_of(a), columns = columns_of(b), tall = std::max(m, n);
  const Dims batch = batch_of(a);
  const Array work = column_major_copy(a);
  LeastSquares out{column_major(batch, tall, columns, a.dtype()), {}, {}, integers(batch)};
  fill(out.solution, 0);
  copy(out.solution.slice(out.solution.dim() - 2, 0, m, 1), b);
  if (driver != "gels") out.rank = integers(batch);
  if (driver == "gelsd" || driver == "gelss")
    out.singular_values = Array::empty(batch_of(a, {std::min(m, n)}), a.dtype());
  if (std::min(m, n) == 0 || columns == 0) return out;
  each_matrix(a, "linalg_lstsq", [&]<class T>(std::int64_t k) {
    T *x = matrix<T>(work, k), *y = matrix<T>(out.solution, k);
    std::int32_t* rank = out.rank.defined() ? out.rank.data<std::int32_t>() + k : nullptr;
    T* s = out.singular_values.defined() ? row<T>(out.singular_values, k) : nullptr;
    out.info.data<std::int32_t>()[k] = driver == "gels"    ? lapack::gels(m, n, columns, x, y)
                                       : driver == "gelsy" ? lapack::gelsy(m, n, columns, x, y, rcond, rank)
                                       : driver == "gelsd" ? lapack::gelsd(m, n, columns, x, y, s, rcond, rank)
                                                           : lapack::gelss(m, n, columns, x, y, s, rcond, rank);
  });
  return out;
}

}  // namespace xgrad::kernels
