/// What the families of linear algebra share. Internal to ops/.
#pragma once

#include <xgrad/autograd/graph/differentiable.hpp>
#include <xgrad/autograd/ops/solving.hpp>

namespace xgrad::linalg::detail {

/// Aᵀ of a batch of matrices.
inline Tensor mT(const Tensor& a) { return a.transpose(-2, -1); }

/// The sizes before the last `matrix` ones.
inline Dims batch_sizes_of(const Tensor& a, std::size_t matrix = 2) {
  return Dims(IntArrayRef(a.sizes().data(), a.sizes().size() - matrix));
}

void check_has_matrices(const Tensor& a, const char* name, const char* argument = "A");
/// Throws PyTorch's words where a kernel of its own is for floating tensors only.
void check_kernel(const Tensor& a, const char* kernel);
void check_squares(const Tensor& a, const char* name, const char* argument = "A");
void check_real(const Tensor& a, const char* name);

inline constexpr const char* kSingularInverse =
    "The diagonal element {code} is zero, the inversion could not be completed because the input matrix is singular.";
inline constexpr const char* kSingularSolve = "The solver failed because the input matrix is singular.";

/// Throws LinAlgError for the first matrix whose info is not 0; `problem` has one {} for its number, or none.
void check_info(const Array& info, const char* name, fmt::string_view problem);

/// The machine epsilon of a's dtype.
double epsilon(const Tensor& a);
/// Below what the singular values `s` of `a` count for nothing: max(atol, rtol·largest), a number a matrix. Undefined:
/// atol is 0, and rtol the larger size times epsilon, or 0 where atol is not.
Tensor threshold(const Tensor& a, const Tensor& s, const Tensor& atol, const Tensor& rtol);
/// A number for threshold(), or none.
Tensor tolerance(std::optional<double> value);

/// The lower triangle with half of the diagonal.
Tensor half_lower(const Tensor& x);
/// diag(v)·x, x·diag(v)
inline Tensor scale_rows(const Tensor& v, const Tensor& x) { return v.unsqueeze(-1) * x; }
inline Tensor scale_columns(const Tensor& x, const Tensor& v) { return x * v.unsqueeze(-2); }
/// The diagonals of matrices, as vectors; and matrices of diagonals.
Tensor diagonal_of(const Tensor& x);
Tensor diagonal_matrix(const Tensor& v);

}  // namespace xgrad::linalg::detail
