#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/kernels/decompositions.hpp>
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/ops/linear_algebra.hpp>
#include <xgrad/autograd/ops/solving.hpp>

#include <cmath>
#include <limits>

namespace xgrad {

using namespace linalg::detail;

namespace {

/// The determinant of P·L·U: the product of U's diagonal, with the sign of P.
Array determinant(const kernels::LU& f) {
  Array out = kernels::permutation_sign(f.pivots, f.lu.dtype());
  const std::int64_t n = f.lu.size(-1);
  for (std::int64_t i = 0; i < n; ++i) {
    const Array pivot = f.lu.select(f.lu.dim() - 1, i).select(f.lu.dim() - 2, i);
    out = kernels::binary(kernels::Binary::Mul, out, pivot, out.dtype());
  }
  return out;
}

/// A = U·diag(s)·Vh with d = det(U·Vh) = ±1, as constants.
struct CofactorParts {
  Tensor u, s, vh, d;
  explicit CofactorParts(const Tensor& a) {
    const NoGradGuard no_grad;
    const kernels::SVD f = kernels::svd(a.array(), true, true);
    u = Tensor(f.u);
    s = Tensor(f.s);
    vh = Tensor(f.vh);
    d = Tensor(determinant(kernels::lu_factor(matmul(u, vh).array()))).unsqueeze(-1).unsqueeze(-1);
  }
};

/// The products of all of v's elements but each: Π_{j≠i} v_j, without dividing.
Tensor products_of_others(const Tensor& v) {
  const std::int64_t n = v.size(-1);
  return where(eye(n, kBool), 1., v.unsqueeze(-2)).prod(-1);
}

/// The products of all of v's elements but every two: Π_{k≠i,j} v_k; zero where i = j.
Tensor products_of_others_than_two(const Tensor& v) {
  const std::int64_t n = v.size(-1);
  const Tensor same = eye(n, kBool), left_out = logical_or(same.unsqueeze(0), same.unsqueeze(1));
  return where(same, 0., where(left_out, 1., v.unsqueeze(-2).unsqueeze(-2)).prod(-1));
}

/// ⟨G, d cof(A)⟩ = ⟨d·U·R·Vh, dA⟩, where H = Uᵀ·G·Vhᵀ, R_jj = Σ_{i≠j} P_ij·H_ii, R_ij = −P_ij·H_ji for i ≠ j, and P_ij
/// are the products of all singular values but s_i and s_j.
Tensor cofactors_backward(const Tensor& g, const Tensor& a) {
  return differentiable<"CofactorsBackwardBackward0">(
      inputs(g, a), {},
      [&](const Array*) {
        const NoGradGuard no_grad;
        const CofactorParts f(a);
        const Tensor p = products_of_others_than_two(f.s), h = matmul(mT(f.u), matmul(g, mT(f.vh)));
        const Tensor r = diagonal_matrix(matmul(p, diagonal_of(h).unsqueeze(-1)).squeeze(-1)) - p * mT(h);
        return (f.d * matmul(f.u, matmul(r, f.vh))).array();
      },
      no_save,
      [](const Saved&, const Tensor&) -> Grads {
        no_derivative("linalg.det, a third one at a matrix that is singular or nearly so,");
      });
}

/// The matrices of cofactors, which exist for singular matrices too: d·U·diag(Π_{j≠i} s_j)·Vh.
Tensor cofactors(const Tensor& a) {
  return differentiable<"CofactorsBackward0">(
      inputs(a), {},
      [&](const Array*) {
        const NoGradGuard no_grad;
        const CofactorParts f(a);
        return (f.d * matmul(scale_columns(f.u, products_of_others(f.s)), f.vh)).array();
      },
      [](Save& s) { s.input(0); },
      [](const Saved& s, const Tensor& g) -> Grads { return {cofactors_backward(g, s.input(0))}; });
}

/// Whether every matrix has an inverse with half of the dtype's digits, ‖A‖₁·‖A⁻¹‖₁ < ε^(−1/2): the derivative of
/// det(A)·A⁻ᵀ is a difference of terms that large, of which little remains.
bool well_conditioned(const Tensor& a, const Tensor& inverse) {
  const NoGradGuard no_grad;
  const auto norm = [](const Tensor& m) { return m.abs().sum(-2).amax(-1); };
  const double epsilon =
      a.dtype() == kFloat64 ? std::numeric_limits<double>::epsilon() : std::numeric_limits<float>::epsilon();
  const Tensor size = norm(a), badly = size * norm(inverse) >= 1 / std::sqrt(epsilon);
  return !logical_and(badly, size.isfinite()).any().item<bool>();
}

/// g·cof(A): through A⁻ᵀ where every matrix can well be inverted.
Tensor det_backward(const Tensor& g, const Tensor& det, const Tensor& a) {
  const Tensor scale = g.unsqueeze(-1).unsqueeze(-1);
  if ((det == 0).any().item<bool>()) return scale * cofactors(a);
  const Tensor inverse = std::get<0>(linalg_inv_ex(a));
  if (!well_conditioned(a, inverse)) return scale * cofactors(a);
  return scale * det.unsqueeze(-1).unsqueeze(-1) * mT(inverse);
}

}  // namespace

Tensor linalg_det(const Tensor& a) {
  check_real(a, "linalg.det");
  check_squares(a, "linalg.det");
  return differentiable<"LinalgDetBackward0">(
      inputs(a), {}, [&](const Array*) { return determinant(kernels::lu_factor(a.array())); },
      [](Save& s) {
        s.input(0);
        s.output();
      },
      [](const Saved& s, const Tensor& g) -> Grads {
        return {s.input(0).numel() ? det_backward(g, s.output(), s.input(0)) : zeros_like(s.input(0))};
      });
}
Tensor det(const Tensor& a) { return linalg_det(a); }

std::tuple<Tensor, Tensor> linalg_slogdet(const Tensor& a) {
  check_real(a, "linalg.slogdet");
  check_squares(a, "linalg.slogdet");
  const auto in = inputs(a);
  std::vector<Tensor> out = differentiable_many<"LinalgSlogdetBackward0">(
      std::span<const Tensor* const>(in),
      [&] {
        const NoGradGuard no_grad;
        const kernels::LU f = kernels::lu_factor(a.array());
        const Tensor diagonal = diagonal_of(Tensor(f.lu));
        Tensor sign(kernels::permutation_sign(f.pivots, a.dtype()));
        for (std::int64_t i = 0; i < diagonal.size(-1); ++i) sign = sign * diagonal.select(-1, i).sign();
        return std::vector<Array>{sign.array(), diagonal.abs().log().sum(-1).array()};
      },
      [](Save& s) { s.input(0); },
      [](const Saved& s, Grads& g) -> Grads {
        const Tensor& a = s.input(0);
        if (!g[1].defined()) return {zeros_like(a)};
        const auto [inverse, info] = linalg_inv_ex(a);
        check_info(info.array(), "torch.linalg.solve", kSingularSolve);
        return {g[1].unsqueeze(-1).unsqueeze(-1) * mT(inverse)};
      });
  return {out[0], out[1]};
}
std::tuple<Tensor, Tensor> slogdet(const Tensor& a) { return linalg_slogdet(a); }

Tensor logdet(const Tensor& a) {
  check_real(a, "logdet");
  check_squares(a, "logdet");
  const auto [sign, log_size] = linalg_slogdet(a);
  return where(sign == -1.0, std::numeric_limits<double>::quiet_NaN(), log_size);
}

}  // namespace xgrad
