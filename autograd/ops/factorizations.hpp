/// Orthogonal factorisations of matrices, and what is made of them: pseudo-inverses, least squares, powers, norms,
/// ranks.
///
/// Matrices stand in the last two dimensions, the others are a batch. Floating dtypes only. What does not converge
/// throws LinAlgError in PyTorch's words.
#pragma once

#include <xgrad/autograd/ops/method.hpp>

#include <concepts>
#include <string_view>
#include <tuple>

namespace xgrad {

/// A = Q·R. mode: "reduced" (Q [m, k], k = min(m, n)), "complete" (Q [m, m], no derivative if m > n) or "r" (an empty
/// Q, no derivative).      dA = (G_Q + Q·copyltu(R·G_Rᵀ − G_Qᵀ·Q))·R⁻ᵀ      https://arxiv.org/abs/2009.10071
std::tuple<Tensor, Tensor> linalg_qr(const Tensor& a, std::string_view mode = "reduced");
std::tuple<Tensor, Tensor> qr(const Tensor& a, bool some = true);

/// A = V·diag(L)·Vᵀ of symmetric matrices, of which the triangle `uplo` ("L" or "U") is read; L ascends.
///     dA = V·(diag(g_L) + skew(Vᵀ·G_V) / E)·Vᵀ, E_ij = L_j − L_i, skew(X) = (X − Xᵀ)/2
std::tuple<Tensor, Tensor> linalg_eigh(const Tensor& a, std::string_view uplo = "L");
Tensor linalg_eigvalsh(const Tensor& a, std::string_view uplo = "L");

/// A = U·diag(S)·Vh, S descending. full_matrices: square U and Vh, whose further columns and rows have no derivative.
///     dA = U·((skew(Uᵀ·G_U)/E)·S + S·(skew(Vᵀ·G_V)/E) + diag(g_S))·Vh + what leaves the spaces of U and V,
///     E_ij = S_j² − S_i²      https://j-towns.github.io/papers/svd-derivative.pdf
/// `driver` chooses between cuSOLVER's algorithms in PyTorch; here, as there on the CPU, giving one throws.
std::tuple<Tensor, Tensor, Tensor> linalg_svd(const Tensor& a, bool full_matrices = true,
                                              std::optional<std::string_view> driver = std::nullopt);
Tensor linalg_svdvals(const Tensor& a, std::optional<std::string_view> driver = std::nullopt);
/// The same with V instead of Vh, thin unless some = false; compute_uv = false leaves U and V zero.
std::tuple<Tensor, Tensor, Tensor> svd(const Tensor& a, bool some = true, bool compute_uv = true);

/// A bool that no number becomes: with a plain one, `rtol` behind a tensor or None would be read as it.
struct OnlyBool {
  bool value;
  OnlyBool(std::same_as<bool> auto b) : value(b) {}
};

/// The pseudo-inverse, with singular values below max(atol, rtol·max S) taken for zero; rtol is max(m, n)·eps unless
/// one of them is given.
Tensor linalg_pinv(const Tensor& a, std::optional<double> atol = std::nullopt,
                   std::optional<double> rtol = std::nullopt, bool hermitian = false);
/// The same with a number for each matrix; an undefined tensor leaves one out.
Tensor linalg_pinv(const Tensor& a, const Tensor& atol, const Tensor& rtol, bool hermitian = false);
/// One number alone is rtol.
auto linalg_pinv(const Tensor& a, std::floating_point auto rcond, std::same_as<bool> auto... hermitian) {
  return linalg_pinv(a, std::optional<double>(0), std::optional<double>(rcond), hermitian...);
}
Tensor linalg_pinv(const Tensor& a, const Tensor& rcond, OnlyBool hermitian = false);
Tensor pinverse(const Tensor& a, double rcond = 1e-15);

/// The x that minimises |A·x − b|: solution, squared residuals, rank, singular values; what the driver ("gels",
/// "gelsy", "gelsd", "gelss") does not give is empty.
std::tuple<Tensor, Tensor, Tensor, Tensor> linalg_lstsq(const Tensor& a, const Tensor& b,
                                                        std::optional<double> rcond = std::nullopt,
                                                        std::optional<std::string_view> driver = std::nullopt);

/// Aⁿ; negative powers of the inverse.
Tensor linalg_matrix_power(const Tensor& a, std::int64_t n);
Tensor matrix_power(const Tensor& a, std::int64_t n);
/// Σ Aᵏ/k!, by scaling and squaring (Higham 2005)      dA: the upper right block of exp([Aᵀ G; 0 Aᵀ])
Tensor linalg_matrix_exp(const Tensor& a);
Tensor matrix_exp(const Tensor& a);

/// The number of singular values above max(atol, rtol·max S); int64.
Tensor linalg_matrix_rank(const Tensor& a, std::optional<double> atol = std::nullopt,
                          std::optional<double> rtol = std::nullopt, bool hermitian = false);
Tensor linalg_matrix_rank(const Tensor& a, const Tensor& atol, const Tensor& rtol, bool hermitian = false);
Tensor linalg_matrix_rank(const Tensor& a, const Tensor& tol, OnlyBool hermitian = false);
/// One number alone is atol.
auto linalg_matrix_rank(const Tensor& a, std::floating_point auto tol, std::same_as<bool> auto... hermitian) {
  return linalg_matrix_rank(a, std::optional<double>(tol), std::optional<double>(0), hermitian...);
}
/// |A|·|A⁻¹| in the norm p, by default max S / min S.
Tensor linalg_cond(const Tensor& a, std::optional<Scalar> p = std::nullopt);
Tensor linalg_cond(const Tensor& a, std::string_view p);

/// The norm of vectors: Σ|x|^p to the power 1/p over `dim` (everything, flattened, without it); p may be ±∞ and 0.
Tensor linalg_vector_norm(const Tensor& x, Scalar ord = 2, OptionalIntArrayRef dim = {}, bool keepdim = false,
                          std::optional<ScalarType> dtype = std::nullopt);
/// The norm of matrices: ord "fro", "nuc", ±∞ (rows), ±1 (columns), ±2 (singular values).
Tensor linalg_matrix_norm(const Tensor& a, Scalar ord, IntArrayRef dim = {-2, -1}, bool keepdim = false,
                          std::optional<ScalarType> dtype = std::nullopt);
Tensor linalg_matrix_norm(const Tensor& a, std::string_view ord = "fro", IntArrayRef dim = {-2, -1},
                          bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt);
/// The norm of vectors or matrices, as `dim` and `ord` say.
Tensor linalg_norm(const Tensor& x, std::optional<Scalar> ord = std::nullopt, OptionalIntArrayRef dim = {},
                   bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt);
Tensor linalg_norm(const Tensor& x, std::string_view ord, OptionalIntArrayRef dim = {}, bool keepdim = false,
                   std::optional<ScalarType> dtype = std::nullopt);

template <class T>
struct FactorizationMethods : Methods<T, FactorizationMethods<T>> {
  using Methods<T, FactorizationMethods>::as;
  std::tuple<T, T> qr(bool some = true) const { return xgrad::qr(as(this), some); }
  std::tuple<T, T, T> svd(bool some = true, bool compute_uv = true) const {
    return xgrad::svd(as(this), some, compute_uv);
  }
  T pinverse(double rcond = 1e-15) const { return xgrad::pinverse(as(this), rcond); }
  T matrix_power(std::int64_t n) const { return xgrad::matrix_power(as(this), n); }
  T matrix_exp() const { return xgrad::matrix_exp(as(this)); }

  // By keyword: ops/keyword_forms.hpp.
  XGRAD_TAKES_KEYWORDS(qr)
  XGRAD_TAKES_KEYWORDS(svd)
  XGRAD_TAKES_KEYWORDS(pinverse)
  XGRAD_TAKES_KEYWORDS(matrix_power)
};

}  // namespace xgrad
