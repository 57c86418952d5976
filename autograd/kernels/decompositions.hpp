/// Batched factorisations and solutions on LAPACK. Arrays are [..., m, n]; results have column-major matrices, as
/// LAPACK makes them. `info` (int32, one a matrix) is LAPACK's: 0, or where it failed.
#pragma once

#include <xgrad/autograd/array/array.hpp>

#include <string_view>

namespace xgrad::kernels {

struct LU {
  Array lu, pivots, info;  ///< pivots: int32, counted from 1
};
/// a = P·L·U, with L (unit diagonal) and U in one array.
LU lu_factor(const Array& a);
/// The x of a·x = b (or aᵀ·x = b), of a's factors. b [..., n, k]; leading dimensions are equal.
Array lu_solve(const Array& lu, const Array& pivots, const Array& b, bool transposed);
/// The product of U's diagonal with the sign of the permutation: what `det` is made of. `sign` is the latter alone.
Array permutation_sign(const Array& pivots, ScalarType dtype);
/// The permutation as a matrix [..., m, m]: a = P·L·U.
Array permutation_matrix(const Array& pivots, std::int64_t m, ScalarType dtype);

struct Cholesky {
  Array factor, info;
};
/// a = L·Lᵀ, or Uᵀ·U when `upper`; reads that part of a only, and zeroes the other.
Cholesky cholesky(const Array& a, bool upper);

struct QR {
  Array q, r;
};
/// a = Q·R. `complete`: Q [m, m], R [m, n]; else [m, k] and [k, n] with k = min(m, n). Without `with_q`, q is empty.
QR qr(const Array& a, bool complete, bool with_q);

struct Eigen {
  Array values, vectors, info;
};
/// Of symmetric matrices, of which one triangle is read; ascending. Without `with_vectors` those are undefined.
Eigen eigh(const Array& a, bool upper, bool with_vectors);

struct SVD {
  Array u, s, vh, info;
};
/// a = U·diag(S)·Vh, S descending. `full`: square U and Vh. Without `with_vectors` both are undefined.
SVD svd(const Array& a, bool full, bool with_vectors);

/// The x of a·x = b for triangular a, of which one triangle is read (and not the diagonal when `unit`).
Array solve_triangular(const Array& a, const Array& b, bool upper, bool transposed, bool unit);

struct LeastSquares {
  Array solution, rank, singular_values,
      info;  ///< the first [..., max(m, n), k]; what a driver does not find is undefined
};
/// Minimises |a·x − b|. driver: gels, gelsy, gelsd or gelss.
LeastSquares least_squares(const Array& a, const Array& b, double rcond, std::string_view driver);

}  // namespace xgrad::kernels
