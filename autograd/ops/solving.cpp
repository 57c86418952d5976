#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/kernels/decompositions.hpp>
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/ops/linear_algebra.hpp>
#include <xgrad/autograd/ops/solving.hpp>

#include <limits>

namespace xgrad {

using namespace linalg::detail;

namespace {

constexpr const char* kNotPositive =
    "The factorization could not be completed because the input is not positive-definite (the leading minor of order "
    "{code} is not positive-definite).";
constexpr const char* kZeroPivot =
    "U[{code},{code}] is zero and using it on lu_solve would result in a division by zero. If you still want to "
    "perform "
    "the factorization, consider calling linalg.lu(A, pivot) or linalg.lu_factor_ex(A, pivot)";

/// Identity matrices in a's place.
Array identities(const Array& a) {
  const Array out = Array::empty(a.sizes(), a.dtype());
  kernels::fill(out, 0);
  const std::int64_t n = a.size(-1);
  Dims strides(out.strides());
  if (out.numel() == 0) return out;
  Dims sizes(out.sizes());
  sizes.resize(sizes.size() - 1);
  strides.resize(strides.size() - 1);
  strides.back() = n + 1;
  kernels::fill(out.as_strided(sizes, strides, out.offset()), 1);
  return out;
}

/// A batch of matrices, or of vectors, made matrices of one size of batch: what a solver works on.
Dims common_batch(const Tensor& a, const Tensor& b) { return broadcast_shapes(batch_sizes_of(a), batch_sizes_of(b)); }
Tensor spread(const Tensor& x, const Dims& batch) {
  Dims sizes(batch);
  sizes.push_back(x.size(-2));
  sizes.push_back(x.size(-1));
  return x.sizes() == sizes ? x : x.expand(sizes);
}

struct Inverse {
  Tensor inverse;
  Array info;
};

/// Y = A⁻¹                dA = −Yᵀ·G·Yᵀ
Inverse invert(const Tensor& a) {
  Array info;
  Tensor y = differentiable<"LinalgInvExBackward0">(
      inputs(a), {},
      [&](const Array*) {
        const kernels::LU f = kernels::lu_factor(a.array());
        info = f.info;
        return kernels::lu_solve(f.lu, f.pivots, identities(a.array()), false);
      },
      [](Save& s) { s.output(); },
      [](const Saved& s, const Tensor& g) -> Grads {
        const Tensor y = mT(s.output());
        return {-matmul(y, matmul(g, y))};
      });
  return {y, info};
}

}  // namespace

Tensor linalg_inv(const Tensor& a) {
  check_real(a, "linalg.inv");
  check_squares(a, "linalg.inv");
  Inverse y = invert(a);
  check_info(y.info, "linalg.inv", kSingularInverse);
  return y.inverse;
}
Tensor inverse(const Tensor& a) { return linalg_inv(a); }

std::tuple<Tensor, Tensor> linalg_inv_ex(const Tensor& a, bool check_errors) {
  const detail::Traced traced("linalg_inv_ex", {&a});
  check_real(a, "linalg.inv");
  check_squares(a, "linalg.inv");
  Inverse y = invert(a);
  if (check_errors) check_info(y.info, "linalg.inv_ex", kSingularInverse);
  return traced.told(std::tuple(y.inverse, Tensor(y.info)));
}

namespace {

/// The X of A·X = B for matrices of one batch.
Tensor solve_matrices(const Tensor& a, const Tensor& b, const char* name) {
  return differentiable<"LinalgSolveExBackward0">(
      inputs(a, b), {},
      [&](const Array*) {
        const kernels::LU f = kernels::lu_factor(a.array());
        check_info(f.info, name, kSingularSolve);
        return kernels::lu_solve(f.lu, f.pivots, b.array(), false);
      },
      [](Save& s) {
        s.input(0);
        if (s.needed(0)) s.output();
      },
      [name](const Saved& s, const Tensor& g) -> Grads {
        const Tensor db = solve_matrices(mT(s.input(0)), g, name);
        return {s.needs(0) ? -matmul(db, mT(s.output())) : Tensor(), s.needs(1) ? db : Tensor()};
      });
}

/// NumPy's rule: b is a batch of vectors if it has one dimension, or one less than A and the sizes of its batch.
bool is_vectors(const Tensor& a, const Tensor& b) {
  return b.dim() == 1 || (b.dim() == a.dim() - 1 && batch_sizes_of(a, 1) == Dims(b.sizes()));
}

}  // namespace

Tensor linalg_solve(const Tensor& a, const Tensor& b, bool left) {
  check_real(a, "linalg.solve");
  check(a.dtype() == b.dtype(),
        "linalg.solve: Expected A and B to have the same dtype, but found A of type {} and B of type {} instead",
        a.dtype(), b.dtype());
  check_squares(a, "linalg.solve");
  const bool vectors = is_vectors(a, b);
  check(left || !vectors,
        "linalg.solve: Vector broadcasting of the left hand side is not supported for left=False. In this case "
        "linalg.solve is equivalent to B / A.squeeze(-1)");
  Tensor rhs = vectors ? b.unsqueeze(-1) : b;
  check_has_matrices(rhs, "linalg.solve", "B");
  check(rhs.size(left ? -2 : -1) == a.size(-1),
        "linalg.solve: Incompatible shapes of A and B for the equation {} ({}x{} and {}x{})",
        left ? "AX = B" : "XA = B", a.size(-2), a.size(-1), rhs.size(-2), rhs.size(-1));
  const Dims batch = common_batch(a, rhs);
  const Tensor wide = spread(a, batch);
  const Tensor all = spread(rhs, batch);
  if (!left) return mT(solve_matrices(mT(wide), mT(all), "torch.linalg.solve"));
  const Tensor x = solve_matrices(wide, all, "torch.linalg.solve");
  return vectors ? x.squeeze(-1) : x;
}

namespace {

/// The X of op(A)·X = B for a triangular A; matrices of one batch.
Tensor solve_triangular(const Tensor& a, const Tensor& b, bool upper, bool transposed, bool unit) {
  return differentiable<"LinalgSolveTriangularBackward0">(
      inputs(a, b), {},
      [&](const Array*) { return kernels::solve_triangular(a.array(), b.array(), upper, transposed, unit); },
      [](Save& s) {
        s.input(0);
        if (s.needed(0)) s.output();
      },
      [upper, transposed, unit](const Saved& s, const Tensor& g) -> Grads {
        const Tensor db = solve_triangular(s.input(0), g, upper, !transposed, unit);
        Tensor da;
        if (s.needs(0)) {
          const Tensor full = transposed ? -matmul(s.output(), mT(db)) : -matmul(db, mT(s.output()));
          da = upper ? triu(full, unit ? 1 : 0) : tril(full, unit ? -1 : 0);
        }
        return {da, s.needs(1) ? db : Tensor()};
      });
}

}  // namespace

namespace {

/// What the two that have no "linalg" in their names ask of A·X = b.
void check_solved(const Tensor& b, const Tensor& a) {
  check(a.dtype() == b.dtype(),
        "Expected b and A to have the same dtype, but found b of type {} and A of type {} instead.", b.dtype(),
        a.dtype());
  check_squares(a, "");
}

}  // namespace

Tensor linalg_solve_triangular(const Tensor& a, const Tensor& b, bool upper, bool left, bool unitriangular) {
  check_kernel(a, "triangular_solve_cpu");
  check(a.dtype() == b.dtype(),
        "linalg.solve_triangular: Expected A and B to have the same dtype, but found A of type {} and B of type {} "
        "instead",
        a.dtype(), b.dtype());
  check_squares(a, "linalg.solve_triangular");
  check_has_matrices(b, "linalg.solve_triangular", "B");
  check(b.size(left ? -2 : -1) == a.size(-1),
        "linalg.solve_triangular: Incompatible shapes of A and B for the equation {} ({}x{} and {}x{})",
        left ? "AX = B" : "XA = B", a.size(-2), a.size(-1), b.size(-2), b.size(-1));
  const Dims batch = common_batch(a, b);
  const Tensor wide = spread(a, batch), all = spread(b, batch);
  // X·A = B is Aᵀ·Xᵀ = Bᵀ
  if (!left) return mT(solve_triangular(wide, mT(all), upper, true, unitriangular));
  return solve_triangular(wide, all, upper, false, unitriangular);
}

std::tuple<Tensor, Tensor> triangular_solve(const Tensor& b, const Tensor& a, bool upper, bool transpose,
                                            bool unitriangular) {
  check(b.dim() >= 2,
        "torch.triangular_solve: Expected b to have at least 2 dimensions, but it has {} dimensions instead", b.dim());
  check(a.dim() >= 2,
        "torch.triangular_solve: Expected A to have at least 2 dimensions, but it has {} dimensions instead", a.dim());
  check_kernel(b, "triangular_solve_cpu");
  check_solved(b, a);
  check(a.size(-1) == b.size(-2),
        "Incompatible matrix sizes for triangular_solve: each A matrix is {} by {} but each b matrix is {} by {}",
        a.size(-1), a.size(-1), b.size(-2), b.size(-1));
  const Dims batch = common_batch(a, b);
  const Tensor wide = spread(a, batch), columns = mT(wide);
  // The copy's columns lie along memory, as PyTorch's do.
  return {solve_triangular(wide, spread(b, batch), upper, transpose, unitriangular),
          mT(columns.is_contiguous() ? columns.clone() : columns.contiguous())};
}

namespace {

struct Factor {
  Tensor factor;
  Array info;
};

/// A = L·Lᵀ               dA = sym(L⁻ᵀ·Φ(Lᵀ·G)·L⁻¹), Φ the lower triangle with half of the diagonal
Factor cholesky_factor(const Tensor& a, bool upper) {
  Array info;
  Tensor y = differentiable<"LinalgCholeskyExBackward0">(
      inputs(a), {},
      [&](const Array*) {
        const kernels::Cholesky f = kernels::cholesky(a.array(), upper);
        info = f.info;
        return f.factor;
      },
      [](Save& s) { s.output(); },
      [upper](const Saved& s, const Tensor& g0) -> Grads {
        const Tensor l = upper ? mT(s.output()) : s.output(), g = upper ? mT(g0) : g0;
        const Tensor middle = half_lower(matmul(mT(l), g));
        const Tensor left = solve_triangular(l, (middle + mT(middle)), false, true, false);  // L⁻ᵀ·(Φ + Φᵀ)
        return {mT(solve_triangular(l, mT(left), false, true, false)) * 0.5};
      });
  return {y, info};
}

/// Of each triangular matrix, the place of the first zero on the diagonal, counted from 1, or 0: LAPACK's `info`.
Array zeros_on_diagonals(const Tensor& a) {
  const Tensor is_zero = diagonal_of(a.detach()) == 0;
  if (is_zero.size(-1) == 0) return zeros(batch_sizes_of(a), kInt32).array();
  return where(is_zero.any(-1), is_zero.to(kInt32).argmax(-1) + 1, 0).to(kInt32).array();
}

void check_cholesky(const Tensor& a) {
  check_real(a, "linalg.cholesky");
  check_squares(a, "linalg.cholesky");
}

}  // namespace

Tensor linalg_cholesky(const Tensor& a, bool upper) {
  check_cholesky(a);
  Factor f = cholesky_factor(a, upper);
  check_info(f.info, "linalg.cholesky", kNotPositive);
  return f.factor;
}
Tensor cholesky(const Tensor& a, bool upper) {
  check_kernel(a, "cholesky_cpu");
  check_squares(a, "cholesky");
  Factor f = cholesky_factor(a, upper);
  check_info(f.info, "cholesky", kNotPositive);
  return f.factor;
}
std::tuple<Tensor, Tensor> linalg_cholesky_ex(const Tensor& a, bool upper, bool check_errors) {
  const detail::Traced traced("linalg_cholesky_ex", {&a});
  check_cholesky(a);
  Factor f = cholesky_factor(a, upper);
  if (check_errors) check_info(f.info, "linalg.cholesky_ex", kNotPositive);
  return traced.told(std::tuple(f.factor, Tensor(f.info)));
}

Tensor cholesky_solve(const Tensor& b, const Tensor& factor, bool upper) {
  check(b.dim() >= 2, "b should have at least 2 dimensions, but has {} dimensions instead", b.dim());
  check(factor.dim() >= 2, "u should have at least 2 dimensions, but has {} dimensions instead", factor.dim());
  check_kernel(b, "cholesky_solve_cpu");
  check_solved(b, factor);
  check(factor.size(-1) == b.size(-2),
        "Incompatible matrix sizes for cholesky_solve: each A matrix is {} by {} but each b matrix is {} by {}",
        factor.size(-1), factor.size(-1), b.size(-2), b.size(-1));
  const Dims batch = common_batch(factor, b);
  const Tensor l = spread(factor, batch);
  return solve_triangular(l, solve_triangular(l, spread(b, batch), upper, upper, false), upper, !upper, false);
}

Tensor cholesky_inverse(const Tensor& factor, bool upper) {
  check_kernel(factor, "cholesky_inverse_out_cpu");
  check_squares(factor, "cholesky_inverse");
  check_info(zeros_on_diagonals(factor), "cholesky_inverse", kSingularInverse);
  return cholesky_solve(Tensor(identities(factor.array())), factor, upper);
}

namespace {

struct LUResult {
  Tensor lu, pivots;
  Array info;
};

/// A = P·L·U. For square matrices, with M = Lᵀ·tril(G)₋₁ … : dA = P·L⁻ᵀ·(tril₋₁(Lᵀ·G_L) + triu(G_U·Uᵀ))·U⁻ᵀ; a wide or
/// tall matrix adds what its further columns or rows do.
Tensor lu_backward(const Tensor& g, const Tensor& lu, const Tensor& pivots) {
  const std::int64_t m = lu.size(-2), n = lu.size(-1), k = std::min(m, n);
  const Tensor p(kernels::permutation_matrix(pivots.array(), m, lu.dtype()));
  const Tensor square = lu.narrow(-2, 0, k).narrow(-1, 0, k), g1 = g.narrow(-2, 0, k).narrow(-1, 0, k);
  const auto unit_lower = [&](const Tensor& x) { return tril(x, -1) + eye(k, TensorOptions(x.dtype())); };
  const Tensor l = unit_lower(square), u = triu(square);
  const auto solve_l = [&](const Tensor& b) { return solve_triangular(square, b, false, true, true); };  // L⁻ᵀ·b
  const auto times_u = [&](const Tensor& b) {
    return mT(solve_triangular(square, mT(b), true, false, false));
  };  // b·U⁻ᵀ
  const Tensor gl = tril(g1, -1), gu = triu(g1);
  Tensor middle = tril(matmul(mT(l), gl), -1) + triu(matmul(gu, mT(u)));
  if (m == n) return matmul(p, solve_l(times_u(middle)));
  if (m < n) {  // A = P·L·[U, U₂]
    const Tensor u2 = lu.narrow(-1, k, n - k), g2 = g.narrow(-1, k, n - k);
    middle = middle - tril(matmul(g2, mT(u2)), -1);
    return matmul(p, cat({solve_l(times_u(middle)), solve_l(g2)}, -1));
  }
  const Tensor l2 = lu.narrow(-2, k, m - k), g2 = g.narrow(-2, k, m - k);  // A = P·[L; L₂]·U
  middle = middle - triu(matmul(mT(l2), g2));
  return matmul(p, cat({times_u(solve_l(middle)), times_u(g2)}, -2));
}

LUResult factorize(const Tensor& a) {
  LUResult out;
  out.lu = differentiable<"LinalgLuFactorExBackward0">(
      inputs(a), {},
      [&](const Array*) {
        const kernels::LU f = kernels::lu_factor(a.array());
        out.pivots = Tensor(f.pivots);
        out.info = f.info;
        return f.lu;
      },
      [&](Save& s) {
        s.output();
        s.tensor(out.pivots);
      },
      [](const Saved& s, const Tensor& g) -> Grads { return {lu_backward(g, s.output(), s.tensor())}; });
  return out;
}

void check_lu(const Tensor& a, bool pivot, const char* name) {
  check(a.dim() >= 2, "{}: Expected tensor with 2 or more dimensions. Got size: {} instead", name, a.sizes());
  check_kernel(a, "lu_cpu");
  check(pivot, "{}: LU without pivoting is not implemented on the CPU", name);
}

}  // namespace

std::tuple<Tensor, Tensor> linalg_lu_factor(const Tensor& a, bool pivot) {
  const detail::Traced traced("linalg_lu_factor", {&a});
  check_lu(a, pivot, "torch.lu_factor");
  LUResult f = factorize(a);
  check_info(f.info, "torch.linalg.lu_factor", kZeroPivot);
  return traced.told(std::tuple(f.lu, f.pivots));
}

std::tuple<Tensor, Tensor, Tensor> linalg_lu_factor_ex(const Tensor& a, bool pivot, bool check_errors) {
  const detail::Traced traced("linalg_lu_factor_ex", {&a});
  check_lu(a, pivot, "torch.lu_factor");
  LUResult f = factorize(a);
  if (check_errors) check_info(f.info, "torch.linalg.lu_factor_ex", kZeroPivot);
  return traced.told(std::tuple(f.lu, f.pivots, Tensor(f.info)));
}

std::tuple<Tensor, Tensor, Tensor> lu_unpack(const Tensor& lu, const Tensor& pivots, bool unpack_data,
                                             bool unpack_pivots) {
  const detail::Traced traced("lu_unpack", {&lu, &pivots});
  check(lu.dim() >= 2, "torch.lu_unpack: Expected tensor with 2 or more dimensions. Got size: {} instead", lu.sizes());
  check(!unpack_pivots || pivots.dtype() == kInt32,
        "torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype.\n"
        "Note: this function is intended to be used with the output produced by torch.linalg.lu_factor");
  const std::int64_t m = lu.size(-2), n = lu.size(-1), k = std::min(m, n);
  Tensor p = empty({0}, lu.dtype()), l = empty({0}, lu.dtype()), u = empty({0}, lu.dtype());
  if (unpack_pivots) p = Tensor(kernels::permutation_matrix(pivots.array(), m, lu.dtype()));
  if (unpack_data) {
    l = tril(lu.narrow(-1, 0, k), -1) + eye(m, k, TensorOptions(lu.dtype()));
    u = triu(lu.narrow(-2, 0, k));
  }
  return traced.told(std::tuple(p, l, u));
}

std::tuple<Tensor, Tensor, Tensor> linalg_lu(const Tensor& a, bool pivot) {
  const detail::Traced traced("linalg_lu", {&a});
  check_lu(a, pivot, "linalg.lu");
  const LUResult f = factorize(a);
  return traced.told(lu_unpack(f.lu, f.pivots, true, true));
}

Tensor linalg_lu_solve(const Tensor& lu, const Tensor& pivots, const Tensor& b, bool left, bool adjoint) {
  const detail::Traced traced("linalg_lu_solve", {&lu, &pivots, &b});
  check_real(lu, "torch.linalg.lu_solve");
  check(pivots.dtype() == kInt32, "linalg.lu_solve: pivots should be a Tensor of scalar type torch.int32");
  check(lu.dtype() == b.dtype(),
        "linalg.lu_solve: Expected LU and B to have the same dtype, but found LU of type {} and B of type {} instead",
        lu.dtype(), b.dtype());
  check_squares(lu, "torch.linalg.lu_solve", "LU");
  check_has_matrices(b, "torch.linalg.lu_solve", "B");
  check(b.size(left ? -2 : -1) == lu.size(-1),
        "linalg.lu_solve: Incompatible shapes of LU and B for the equation {} ({}x{} and {}x{})",
        left ? "AX = B" : "XA = B", lu.size(-2), lu.size(-1), b.size(-2), b.size(-1));
  check(lu.size(-1) == pivots.size(-1),
        "linalg.lu_solve: Number of pivots per batch should be same as the dimension of the matrix");
  // A = P·L·U: three steps, each with a derivative of its own.
  const Dims batch = common_batch(lu, b);
  const Tensor f = spread(lu, batch), p(kernels::permutation_matrix(pivots.array(), lu.size(-1), lu.dtype()));
  if (!left) return traced.told(mT(linalg_lu_solve(lu, pivots, mT(b), true, !adjoint)));
  const Tensor rhs = spread(b, batch);
  if (adjoint) {
    return traced.told(matmul(p, solve_triangular(f, solve_triangular(f, rhs, true, true, false), false, true, true)));
  }
  return traced.told(
      solve_triangular(f, solve_triangular(f, matmul(mT(p), rhs), false, false, true), true, false, false));
}
Tensor lu_solve(const Tensor& b, const Tensor& lu, const Tensor& pivots) { return linalg_lu_solve(lu, pivots, b); }

}  // namespace xgrad
