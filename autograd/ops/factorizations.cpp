#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/kernels/decompositions.hpp>
#include <xgrad/autograd/ops/factorizations.hpp>
#include <xgrad/autograd/ops/linear_algebra.hpp>
#include <xgrad/autograd/ops/solving.hpp>

namespace xgrad {

using namespace linalg::detail;

namespace {

constexpr const char* kSingularValuesDiverge =
    "The algorithm failed to converge because the input matrix is ill-conditioned or has too many repeated singular "
    "values (error code: {code}).";
constexpr const char* kNotFinite =
    "The algorithm failed to converge because the input matrix contained non-finite values.";
constexpr const char* kEigenvaluesDiverge =
    "The algorithm failed to converge because the input matrix is ill-conditioned or has too many repeated eigenvalues "
    "(error code: {code}).";

/// Throws if the algorithm failed: LAPACK's −4 says that its fourth argument, the matrix, has a NaN. One name for all
/// that is made of singular values, as in PyTorch.
void check_svd(const Array& info) {
  for (std::int64_t k = 0; k < info.numel(); ++k) {
    if (info.data<std::int32_t>()[k] == 0) continue;
    const bool has_nan = info.data<std::int32_t>()[k] < 0;
    return check_info(info, "linalg.svd", has_nan ? kNotFinite : kSingularValuesDiverge);
  }
}

Tensor or_zeros(const Tensor& g, const Tensor& like) { return g.defined() ? g : zeros_like(like); }

/// For square R: (G_Q + Q·copyltu(R·G_Rᵀ − G_Qᵀ·Q))·R⁻ᵀ, where copyltu mirrors the lower triangle.
Tensor qr_backward_square(const Tensor& gq, const Tensor& gr, const Tensor& q, const Tensor& r) {
  const Tensor m = matmul(r, mT(gr)) - matmul(mT(gq), q);
  const Tensor inside = gq + matmul(q, tril(m) + mT(tril(m, -1)));
  return mT(linalg_solve_triangular(r, mT(inside), true));
}

/// A wide matrix [X Y] = Q·[U V]: V = Qᵀ·Y adds Y·G_Vᵀ to Q's gradient, and dY = Q·G_V.
Tensor qr_backward(const Tensor& gq, const Tensor& gr, const Tensor& q, const Tensor& r, const Tensor& a) {
  const std::int64_t m = a.size(-2), n = a.size(-1);
  if (m >= n) return qr_backward_square(gq, gr, q, r);
  const Tensor y = a.narrow(-1, m, n - m), gv = gr.narrow(-1, m, n - m);
  const Tensor dx = qr_backward_square(gq + matmul(y, mT(gv)), gr.narrow(-1, 0, m), q, r.narrow(-1, 0, m));
  return cat({dx, matmul(q, gv)}, -1);
}

}  // namespace

std::tuple<Tensor, Tensor> linalg_qr(const Tensor& a, std::string_view mode) {
  check_has_matrices(a, "linalg.qr");
  check_real(a, "linalg.qr");
  check(mode == "reduced" || mode == "complete" || mode == "r",
        "qr received unrecognized mode '{}' but expected one of 'reduced' (default), 'r', or 'complete'", mode);
  const bool complete = mode == "complete", with_q = mode != "r";
  const bool derivative = with_q && !(complete && a.size(-2) > a.size(-1));
  std::vector<Tensor> out = differentiable_many<"LinalgQrBackward0">(
      inputs(a),
      [&] {
        kernels::QR f = kernels::qr(a.array(), complete, with_q);
        return std::vector<Array>{f.q, f.r};
      },
      [&](Save& s) {
        if (!derivative) return;
        s.input(0);
        s.output(0);
        s.output(1);
      },
      [derivative, with_q](const Saved& s, Grads& g) -> Grads {
        check(with_q,
              "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use linalg.qr(A, "
              "mode='reduced') if you are going to differentiate through linalg.qr.");
        check(derivative, "The QR decomposition is not differentiable when mode='complete' and nrows > ncols.");
        const Tensor &q = s.output(0), &r = s.output(1);
        return {qr_backward(or_zeros(g[0], q), or_zeros(g[1], r), q, r, s.input(0))};
      });
  return {out[0], out[1]};
}
std::tuple<Tensor, Tensor> qr(const Tensor& a, bool some) { return linalg_qr(a, some ? "reduced" : "complete"); }

namespace {

Tensor skew(const Tensor& x) { return x - mT(x); }

/// 1/(l_j − l_i) off the diagonal, 0 on it.
Tensor inverse_gaps(const Tensor& l) {
  const Tensor gaps = l.unsqueeze(-2) - l.unsqueeze(-1);
  const Tensor same = eye(l.size(-1), kFloat32) == 1;
  return where(same, 0, where(same, 1, gaps).reciprocal());
}

struct Eigen {
  Tensor values, vectors;
};

/// Which triangle of a symmetric matrix is read.
bool is_upper(std::string_view uplo) {
  const bool upper = uplo == "U" || uplo == "u";
  check(upper || uplo == "L" || uplo == "l", "Expected UPLO argument to be 'L' or 'U', but got {}", uplo);
  return upper;
}

/// A = V·diag(L)·Vᵀ       dA = V·(diag(g_L) + skew(Vᵀ·G_V)/E)·Vᵀ
Eigen eigen(const Tensor& a, std::string_view uplo, const char* name) {
  check_squares(a, name);
  check_kernel(a, "linalg_eigh_cpu");
  const bool upper = is_upper(uplo);
  std::vector<Tensor> out = differentiable_many<"LinalgEighBackward0">(
      inputs(a),
      [&] {
        kernels::Eigen f = kernels::eigh(a.array(), upper, true);
        check_info(f.info, name, kEigenvaluesDiverge);
        return std::vector<Array>{f.values, f.vectors};
      },
      [&](Save& s) {
        s.output(0);
        s.output(1);
      },
      [](const Saved& s, Grads& g) -> Grads {
        const Tensor &l = s.output(0), &v = s.output(1);
        if (!g[0].defined() && !g[1].defined()) return {Tensor()};
        Tensor middle = diagonal_matrix(or_zeros(g[0], l));
        if (g[1].defined()) middle = middle + skew(matmul(mT(v), g[1])) * 0.5 * inverse_gaps(l);
        return {matmul(v, matmul(middle, mT(v)))};
      });
  return {out[0], out[1]};
}

}  // namespace

std::tuple<Tensor, Tensor> linalg_eigh(const Tensor& a, std::string_view uplo) {
  const Eigen f = eigen(a, uplo, "linalg.eigh");
  return {f.values, f.vectors};
}

Tensor linalg_eigvalsh(const Tensor& a, std::string_view uplo) {
  if (is_grad_enabled() && a.requires_grad()) return eigen(a, uplo, "linalg.eigh").values;
  check_squares(a, "linalg.eigh");
  check_kernel(a, "linalg_eigh_cpu");
  const bool upper = is_upper(uplo);
  const detail::Traced traced("linalg_eigvalsh", {&a});
  kernels::Eigen f = kernels::eigh(a.array(), upper, false);
  check_info(f.info, "linalg.eigh", kEigenvaluesDiverge);
  return traced.told(Tensor(f.values));
}

namespace {

struct SingularValues {
  Tensor u, s, vh;
};

/// The first k columns of a gradient of U or V; the others, which only full matrices have, have no derivative.
Tensor thin(const Tensor& g, std::int64_t k) {
  if (!g.defined() || g.size(-1) == k) return g;
  check(!g.narrow(-1, k, g.size(-1) - k).any().item<bool>(),
        "linalg.svd: the columns of U and V beyond min(m, n), which full_matrices=True adds, have no derivative. Use "
        "full_matrices=False, or leave them out of the computation");
  return g.narrow(-1, 0, k);
}

/// What of g stands across the space of q's columns: g − q·qᵀ·g.
Tensor across(const Tensor& q, const Tensor& g) { return g - matmul(q, matmul(mT(q), g)); }

Tensor svd_backward(const Tensor& gu, const Tensor& gs, const Tensor& gv, const Tensor& u, const Tensor& s,
                    const Tensor& v) {
  Tensor middle = gs.defined() ? diagonal_matrix(gs) : Tensor();
  const auto add = [](Tensor& to, const Tensor& x) { to = to.defined() ? to + x : x; };
  const Tensor gaps = gu.defined() || gv.defined() ? inverse_gaps(s * s) : Tensor();
  if (gu.defined()) add(middle, scale_columns(skew(matmul(mT(u), gu)) * gaps, s));
  if (gv.defined()) add(middle, scale_rows(s, skew(matmul(mT(v), gv)) * gaps));
  Tensor out = matmul(u, matmul(middle, mT(v)));
  if (gu.defined() && u.size(-2) > u.size(-1)) add(out, matmul(scale_columns(across(u, gu), s.reciprocal()), mT(v)));
  if (gv.defined() && v.size(-2) > v.size(-1)) add(out, matmul(u, mT(scale_columns(across(v, gv), s.reciprocal()))));
  return out;
}

SingularValues singular_values(const Tensor& a, bool full, const char* name) {
  check_has_matrices(a, name);
  check_real(a, name);
  std::vector<Tensor> out = differentiable_many<"LinalgSvdBackward0">(
      inputs(a),
      [&] {
        kernels::SVD f = kernels::svd(a.array(), full, true);
        check_svd(f.info);
        return std::vector<Array>{f.u, f.s, f.vh};
      },
      [&](Save& s) {
        for (std::size_t i = 0; i < 3; ++i) s.output(i);
      },
      [](const Saved& saved, Grads& g) -> Grads {
        const Tensor& s = saved.output(1);
        const std::int64_t k = s.size(-1);
        const Tensor u = saved.output(0).narrow(-1, 0, k), v = mT(saved.output(2)).narrow(-1, 0, k);
        if (!g[0].defined() && !g[1].defined() && !g[2].defined()) return {Tensor()};
        return {svd_backward(thin(g[0], k), g[1], g[2].defined() ? thin(mT(g[2]), k) : Tensor(), u, s, v)};
      });
  return {out[0], out[1], out[2]};
}

void check_no_driver(const std::optional<std::string_view>& driver) {
  check(!driver,
        "torch.linalg.svd: keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER backend.");
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor> linalg_svd(const Tensor& a, bool full_matrices,
                                              std::optional<std::string_view> driver) {
  check_no_driver(driver);
  const SingularValues f = singular_values(a, full_matrices, "linalg.svd");
  return {f.u, f.s, f.vh};
}

Tensor linalg_svdvals(const Tensor& a, std::optional<std::string_view> driver) {
  check_no_driver(driver);
  if (is_grad_enabled() && a.requires_grad()) return singular_values(a, false, "linalg.svd").s;
  check_has_matrices(a, "linalg.svd");
  check_real(a, "linalg.svd");
  const detail::Traced traced("linalg_svdvals", {&a});
  kernels::SVD f = kernels::svd(a.array(), false, false);
  check_svd(f.info);
  return traced.told(Tensor(f.s));
}

std::tuple<Tensor, Tensor, Tensor> svd(const Tensor& a, bool some, bool compute_uv) {
  check(a.dim() >= 2, "linalg.svd: input should have at least 2 dimensions, but has {} dimensions instead", a.dim());
  if (compute_uv) {
    const SingularValues f = singular_values(a, !some, "linalg.svd");
    return {f.u, f.s, mT(f.vh)};
  }
  Dims square_u(batch_sizes_of(a)), square_v(batch_sizes_of(a));
  square_u.push_back(a.size(-2));
  square_u.push_back(a.size(-2));
  square_v.push_back(a.size(-1));
  square_v.push_back(a.size(-1));
  return {zeros(square_u, a.dtype()), linalg_svdvals(a), mT(zeros(square_v, a.dtype()))};
}

namespace {

/// −Pᵀ·G·Pᵀ + (I − A·P)·Gᵀ·P·Pᵀ + Pᵀ·P·Gᵀ·(I − P·A), P the pseudo-inverse (Golub and Pereyra 1973).
Tensor pinv_backward(const Tensor& g, const Tensor& p, const Tensor& a) {
  const Tensor pt = mT(p), gt = mT(g);
  const Tensor left = matmul(gt, matmul(p, pt)), right = matmul(matmul(pt, p), gt);
  return left - matmul(a, matmul(p, left)) + right - matmul(matmul(right, p), a) - matmul(pt, matmul(g, pt));
}

}  // namespace

Tensor linalg_pinv(const Tensor& a, const Tensor& atol, const Tensor& rtol, bool hermitian) {
  check((!atol.defined() && !rtol.defined()) || (a.dim() >= 2 && a.is_floating_point()),
        "linalg.pinv({}{{{}}}): expected a tensor with 2 or more dimensions of float, double, cfloat or cdouble types",
        a.dtype(), a.sizes());
  check_real(a, "linalg.pinv");
  hermitian ? check_squares(a, "linalg.pinv") : check_has_matrices(a, "linalg.pinv");
  if (a.numel() == 0) return mT(a).clone();
  const detail::Traced traced("linalg_pinv", {&a, &atol, &rtol});
  return traced.told(differentiable<"LinalgPinvBackward0">(
      inputs(a), {},
      [&](const Array*) {
        const NoGradGuard no_grad;
        if (hermitian) {
          const Eigen f = eigen(a, "L", "linalg.pinv");
          const Tensor size = f.values.abs();
          const Tensor kept = where(size > threshold(a, size, atol, rtol), f.values.reciprocal(), 0);
          return matmul(scale_columns(f.vectors, kept), mT(f.vectors)).array();
        }
        const SingularValues f = singular_values(a, false, "linalg.pinv");
        const Tensor kept = where(f.s > threshold(a, f.s, atol, rtol), f.s.reciprocal(), 0);
        return matmul(scale_columns(mT(f.vh), kept), mT(f.u)).array();
      },
      [](Save& s) {
        s.input(0);
        s.output();
      },
      [](const Saved& s, const Tensor& g) -> Grads { return {pinv_backward(g, s.output(), s.input(0))}; }));
}
Tensor linalg_pinv(const Tensor& a, std::optional<double> atol, std::optional<double> rtol, bool hermitian) {
  return linalg_pinv(a, tolerance(atol), tolerance(rtol), hermitian);
}
Tensor linalg_pinv(const Tensor& a, const Tensor& rcond, OnlyBool hermitian) {
  return linalg_pinv(a, tolerance(0), rcond, hermitian.value);
}
Tensor pinverse(const Tensor& a, double rcond) { return linalg_pinv(a, rcond); }

std::tuple<Tensor, Tensor, Tensor, Tensor> linalg_lstsq(const Tensor& a, const Tensor& b, std::optional<double> rcond,
                                                        std::optional<std::string_view> driver) {
  const detail::Traced traced("linalg_lstsq", {&a, &b});
  const std::string_view how = driver.value_or("gelsy");
  check(a.dim() >= 2, "torch.linalg.lstsq: input must have at least 2 dimensions.");
  check(b.dim() >= 1, "torch.linalg.lstsq: other must have at least 1 dimension.");
  check(a.dtype() == b.dtype(),
        "torch.linalg.lstsq: Expected input and other to have the same dtype, but got input's dtype {} and other's "
        "dtype {}",
        a.dtype(), b.dtype());
  check_real(a, "torch.linalg.lstsq");
  check(how == "gels" || how == "gelsy" || how == "gelsd" || how == "gelss",
        "torch.linalg.lstsq: parameter `driver` should be one of (gels, gelsy, gelsd, gelss)");
  const std::int64_t m = a.size(-2), n = a.size(-1);
  const bool vectors = a.dim() - 1 == b.dim() && batch_sizes_of(a, 1) == Dims(b.sizes());
  const Tensor rhs = vectors ? b.unsqueeze(-1) : b;
  check(rhs.dim() >= 2 && rhs.size(-2) == m, "torch.linalg.lstsq: input.size(-2) should match other.size({})",
        vectors ? -1 : -2);
  check(batch_sizes_of(a) == batch_sizes_of(rhs),
        "torch.linalg.lstsq: batch dimensions of input and other must be the same, but got {} and {}",
        batch_sizes_of(a), batch_sizes_of(rhs));
  const double least = rcond.value_or(epsilon(a) * static_cast<double>(std::max(m, n)));
  kernels::LeastSquares found;
  Tensor x = differentiable<"LinalgLstsqBackward0">(
      inputs(a, rhs), {},
      [&](const Array*) {
        found = kernels::least_squares(a.array(), rhs.array(), least, how);
        check_info(found.info, "torch.linalg.lstsq",
                   "The least squares solution could not be computed because the input matrix does not have full rank "
                   "(error code: {code}).");
        return found.solution.slice(found.solution.dim() - 2, 0, n, 1);
      },
      [](Save& s) {
        s.input(0);
        s.input(1);
      },
      [](const Saved& s, const Tensor& g) -> Grads {
        const Tensor& a = s.input(0);
        const Tensor p = linalg_pinv(a);
        return {s.needs(0) ? pinv_backward(matmul(g, mT(s.input(1))), p, a) : Tensor(),
                s.needs(1) ? matmul(mT(p), g) : Tensor()};
      });
  const TensorOptions options(a.dtype());
  Tensor residuals = empty({0}, options), rank = empty({0}, kInt64), s = empty({0}, options);
  if (found.rank.defined()) rank = Tensor(found.rank).to(kInt64);
  if (found.singular_values.defined()) s = Tensor(found.singular_values);
  const bool full_rank = how == "gels" || (rank == n).all().item<bool>();
  if (m > n && how != "gelsy" && full_rank) {
    const Tensor rest = Tensor(found.solution).narrow(-2, n, m - n);
    residuals = (rest * rest).sum(-2);
  }
  return traced.told(std::tuple(vectors ? x.squeeze(-1) : x, residuals, rank, s));
}

}  // namespace xgrad
