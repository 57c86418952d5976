/// Systems of linear equations: solutions, inverses, determinants, and the factorisations that give them.
///
/// Matrices stand in the last two dimensions, the others are a batch. Floating dtypes only. A factorisation that fails
/// throws LinAlgError in PyTorch's words; the forms with `_ex` return LAPACK's `info` instead.
#pragma once

#include <xgrad/autograd/ops/method.hpp>

#include <tuple>

namespace xgrad {

/// A matrix that linear algebra can do nothing with: singular, not positive-definite, or one that does not converge.
class LinAlgError : public Error {
  using Error::Error;
};

/// Y = A⁻¹                dA = −Yᵀ·G·Yᵀ
Tensor linalg_inv(const Tensor& a);
Tensor inverse(const Tensor& a);
/// The inverse and, a number a matrix, 0 or the place of the zero on U's diagonal; `check_errors` throws for it.
std::tuple<Tensor, Tensor> linalg_inv_ex(const Tensor& a, bool check_errors = false);

/// y = det(A)             dA = g·cof(A), which is g·y·A⁻ᵀ where A can be inverted
Tensor linalg_det(const Tensor& a);
Tensor det(const Tensor& a);
/// The determinant's sign and the logarithm of its size      dA = g·A⁻ᵀ (of the logarithm; the sign has no derivative)
std::tuple<Tensor, Tensor> linalg_slogdet(const Tensor& a);
std::tuple<Tensor, Tensor> slogdet(const Tensor& a);
/// log det(A); NaN where the determinant is negative.
Tensor logdet(const Tensor& a);

/// The X of A·X = B (X·A = B with left = false); b may be a batch of vectors      dB = A⁻ᵀ·G, dA = −dB·Xᵀ
Tensor linalg_solve(const Tensor& a, const Tensor& b, bool left = true);
/// The same for a triangular A, of which one triangle is read (not the diagonal when unitriangular).
Tensor linalg_solve_triangular(const Tensor& a, const Tensor& b, bool upper, bool left = true,
                               bool unitriangular = false);
/// The X of A·X = B (Aᵀ·X = B when transpose) for a triangular A, and A itself.
std::tuple<Tensor, Tensor> triangular_solve(const Tensor& b, const Tensor& a, bool upper = true, bool transpose = false,
                                            bool unitriangular = false);

/// The inverse of a as a map between tensors: the first `ind` dimensions and the others multiply to one size, and the
/// result has them exchanged, so that tensordot(tensorinv(a), b, ind) solves tensordot(a, x, x.dim()) = b.
Tensor linalg_tensorinv(const Tensor& a, std::int64_t ind = 2);
/// That x itself, with `dims` of a moved to the end before.
Tensor linalg_tensorsolve(const Tensor& a, const Tensor& b, OptionalIntArrayRef dims = {});

/// A = L·Lᵀ (Uᵀ·U when upper), of a symmetric positive-definite A
///     dA = the symmetric part of L⁻ᵀ·Φ(Lᵀ·G)·L⁻¹, Φ the lower triangle with half of the diagonal
Tensor linalg_cholesky(const Tensor& a, bool upper = false);
Tensor cholesky(const Tensor& a, bool upper = false);
std::tuple<Tensor, Tensor> linalg_cholesky_ex(const Tensor& a, bool upper = false, bool check_errors = false);
/// The X of L·Lᵀ·X = B (Uᵀ·U·X = B when upper).
Tensor cholesky_solve(const Tensor& b, const Tensor& factor, bool upper = false);
/// (L·Lᵀ)⁻¹, of a factor.
Tensor cholesky_inverse(const Tensor& factor, bool upper = false);

/// A = P·L·U with partial pivoting: L and U in one tensor, and the rows that were exchanged (int32, from 1).
std::tuple<Tensor, Tensor> linalg_lu_factor(const Tensor& a, bool pivot = true);
std::tuple<Tensor, Tensor, Tensor> linalg_lu_factor_ex(const Tensor& a, bool pivot = true, bool check_errors = false);
/// P, L and U themselves.
std::tuple<Tensor, Tensor, Tensor> linalg_lu(const Tensor& a, bool pivot = true);
std::tuple<Tensor, Tensor, Tensor> lu_unpack(const Tensor& lu, const Tensor& pivots, bool unpack_data = true,
                                             bool unpack_pivots = true);
/// The X of A·X = B, of A's factors; with left = false of X·A = B, with adjoint of Aᵀ·X = B.
Tensor linalg_lu_solve(const Tensor& lu, const Tensor& pivots, const Tensor& b, bool left = true, bool adjoint = false);
Tensor lu_solve(const Tensor& b, const Tensor& lu, const Tensor& pivots);

template <class T>
struct SolvingMethods : Methods<T, SolvingMethods<T>> {
  using Methods<T, SolvingMethods>::as;
  T inverse() const { return xgrad::inverse(as(this)); }
  T det() const { return xgrad::det(as(this)); }
  std::tuple<T, T> slogdet() const { return xgrad::slogdet(as(this)); }
  T logdet() const { return xgrad::logdet(as(this)); }
  T cholesky(bool upper = false) const { return xgrad::cholesky(as(this), upper); }
  T cholesky_solve(const T& factor, bool upper = false) const { return xgrad::cholesky_solve(as(this), factor, upper); }
  T cholesky_inverse(bool upper = false) const { return xgrad::cholesky_inverse(as(this), upper); }
  T lu_solve(const T& lu, const T& pivots) const { return xgrad::lu_solve(as(this), lu, pivots); }
  std::tuple<T, T> triangular_solve(const T& a, bool upper = true, bool transpose = false,
                                    bool unitriangular = false) const {
    return xgrad::triangular_solve(as(this), a, upper, transpose, unitriangular);
  }

  // By keyword: ops/keyword_forms.hpp.
  XGRAD_TAKES_KEYWORDS(cholesky)
  XGRAD_TAKES_KEYWORDS(cholesky_solve)
  XGRAD_TAKES_KEYWORDS(cholesky_inverse)
  XGRAD_TAKES_KEYWORDS(triangular_solve)
  XGRAD_TAKES_KEYWORDS(lu_solve)
};

}  // namespace xgrad
