#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/ops/factorizations.hpp>
#include <xgrad/autograd/ops/linear_algebra.hpp>
#include <xgrad/autograd/ops/promotion.hpp>
#include <xgrad/autograd/ops/solving.hpp>
#include <xgrad/autograd/ops/statistics.hpp>

#include <cmath>
#include <limits>

namespace xgrad {

using namespace linalg::detail;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Identity matrices of a's sizes.
Tensor identity_like(const Tensor& a) { return eye(a.size(-1), TensorOptions(a.dtype())).expand(a.sizes()); }

}  // namespace

Tensor linalg_matrix_power(const Tensor& a, std::int64_t n) {
  check_squares(a, "linalg.matrix_power");
  if (n == 0) {
    Tensor one = a.clone();
    one.copy_(identity_like(a));
    return one;
  }
  if (n < 0) return linalg_matrix_power(linalg_inv(a), -n);
  Tensor power = a, out;
  for (;; power = matmul(power, power)) {
    if (n & 1) out = out.defined() ? matmul(out, power) : power;
    n >>= 1;
    if (n == 0) break;
  }
  return out.is_same(a) ? a.clone() : out;
}
Tensor matrix_power(const Tensor& a, std::int64_t n) { return linalg_matrix_power(a, n); }

namespace {

/// The Padé approximation [13/13] of exp, for matrices whose 1-norm is at most kPadeRadius (Higham 2005, table 2.3).
constexpr double kPadeRadius = 5.371920351148152;
constexpr double kPade[] = {64764752532480000.,
                            32382376266240000.,
                            7771770303897600.,
                            1187353796428800.,
                            129060195264000.,
                            10559470521600.,
                            670442572800.,
                            33522128640.,
                            1323241920.,
                            40840800.,
                            960960.,
                            16380.,
                            182.,
                            1.};

Tensor exp_of(const Tensor& a) {
  const double norm = a.numel() ? a.abs().sum(-2).max().item<double>() : 0;
  if (!std::isfinite(norm)) return full_like(a, std::numeric_limits<double>::quiet_NaN());
  const int squarings = norm > kPadeRadius ? static_cast<int>(std::ceil(std::log2(norm / kPadeRadius))) : 0;
  const Tensor x = a * std::ldexp(1.0, -squarings), i = identity_like(a);
  const Tensor x2 = matmul(x, x), x4 = matmul(x2, x2), x6 = matmul(x4, x2);
  const auto sum = [&](int k) { return x6 * kPade[k + 6] + x4 * kPade[k + 4] + x2 * kPade[k + 2]; };
  const Tensor odd = matmul(x, matmul(x6, x6 * kPade[13] + x4 * kPade[11] + x2 * kPade[9]) + sum(1) + i * kPade[1]);
  const Tensor even = matmul(x6, x6 * kPade[12] + x4 * kPade[10] + x2 * kPade[8]) + sum(0) + i * kPade[0];
  Tensor y = linalg_solve(even - odd, even + odd);
  for (int k = 0; k < squarings; ++k) y = matmul(y, y);
  return y;
}

}  // namespace

Tensor linalg_matrix_exp(const Tensor& a) {
  check_real(a, "matrix_exp");
  check_squares(a, "linalg.matrix_exp");
  return differentiable<"LinalgMatrixExpBackward0">(
      inputs(a), {},
      [&](const Array*) {
        const NoGradGuard no_grad;
        return exp_of(a).contiguous().array();
      },
      [](Save& s) { s.input(0); },
      [](const Saved& s, const Tensor& g) -> Grads {
        const Tensor at = mT(s.input(0));
        const std::int64_t n = at.size(-1);
        const Tensor block = cat({cat({at, g}, -1), cat({zeros_like(at), at}, -1)}, -2);
        return {linalg_matrix_exp(block).narrow(-2, 0, n).narrow(-1, n, n)};
      });
}
Tensor matrix_exp(const Tensor& a) { return linalg_matrix_exp(a); }

Tensor linalg_matrix_rank(const Tensor& a, const Tensor& atol, const Tensor& rtol, bool hermitian) {
  const NoGradGuard no_grad;
  check_has_matrices(a, "torch.linalg.matrix_rank", "input");
  const Tensor s = hermitian ? linalg_eigvalsh(a).abs() : linalg_svdvals(a);
  if (s.size(-1) == 0) return zeros(batch_sizes_of(a), kInt64);
  return (s > threshold(a, s, atol, rtol)).sum(-1);
}
Tensor linalg_matrix_rank(const Tensor& a, std::optional<double> atol, std::optional<double> rtol, bool hermitian) {
  return linalg_matrix_rank(a, tolerance(atol), tolerance(rtol), hermitian);
}
Tensor linalg_matrix_rank(const Tensor& a, const Tensor& tol, OnlyBool hermitian) {
  return linalg_matrix_rank(a, tol, tolerance(0), hermitian.value);
}

namespace {

/// A norm may be computed in a wider dtype, and not in a narrower one.
Tensor in_dtype(const Tensor& x, std::optional<ScalarType> dtype, const char* name) {
  if (!dtype) return x;
  check(is_floating_point(*dtype), "{}: dtype should be floating point or complex, but got {}", name, *dtype);
  check(promote_types(x.dtype(), *dtype) == *dtype,
        "{}: the dtype of the input ({}) should be convertible without narrowing to the specified dtype ({})", name,
        x.dtype(), *dtype);
  return ops::as_dtype(x, *dtype);
}

}  // namespace

Tensor linalg_vector_norm(const Tensor& x, Scalar ord, OptionalIntArrayRef dim, bool keepdim,
                          std::optional<ScalarType> dtype) {
  check(x.is_floating_point(), "linalg.vector_norm: Expected a floating point or complex tensor as input. Got {}",
        x.dtype());
  const Tensor y = in_dtype(x, dtype, "linalg.vector_norm");
  Dims all;
  for (std::int64_t d = 0; d < y.dim(); ++d) all.push_back(d);
  const bool everything = !dim || dim->empty();
  const double p = ord.toDouble();
  if (y.numel() == 0) {
    check((p >= 0 && p != kInfinity) || !everything,
          "linalg.vector_norm cannot compute the {} norm on an empty tensor because the operation does not have an "
          "identity",
          p);
  }
  return norm(y, p, everything ? IntArrayRef(all) : *dim, keepdim);
}

namespace {

/// Moves the matrix's dimensions to the end.
Tensor to_the_end(const Tensor& a, IntArrayRef dim) {
  Dims order;
  const std::int64_t rows = wrap_dim(dim[0], a.dim()), columns = wrap_dim(dim[1], a.dim());
  for (std::int64_t d = 0; d < a.dim(); ++d) {
    if (d != rows && d != columns) order.push_back(d);
  }
  order.push_back(rows);
  order.push_back(columns);
  return a.permute(order);
}

/// A norm of matrices in the last two dimensions came out without them: puts them back with size 1.
Tensor with_kept(const Tensor& y, const Tensor& a, IntArrayRef dim, bool keepdim) {
  if (!keepdim) return y;
  const std::int64_t first = wrap_dim(dim[0], a.dim()), second = wrap_dim(dim[1], a.dim());
  return y.unsqueeze(std::min(first, second)).unsqueeze(std::max(first, second));
}

Tensor checked_matrix(const Tensor& a, IntArrayRef dim, std::optional<ScalarType> dtype) {
  check_has_matrices(a, "linalg.matrix_norm");
  check_real(a, "linalg.matrix_norm");
  check(dim.size() == 2, "linalg.matrix_norm: dim must be a 2-tuple. Got {}", Dims(dim));
  check(wrap_dim(dim[0], a.dim()) != wrap_dim(dim[1], a.dim()),
        "linalg.matrix_norm: dims must be different. Got ({}, {})", dim[0], dim[1]);
  return in_dtype(a, dtype, "linalg.matrix_norm");
}

}  // namespace

Tensor linalg_matrix_norm(const Tensor& a, Scalar ord, IntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype) {
  const Tensor x = checked_matrix(a, dim, dtype);
  const double p = ord.toDouble(), size = std::fabs(p);
  check(size == 1 || size == 2 || size == kInfinity, "linalg.matrix_norm: Order {} not supported.", p);
  const Tensor m = to_the_end(x, dim);
  const Tensor all = size == 2 ? linalg_svdvals(m) : m.abs().sum(size == 1 ? -2 : -1);
  return with_kept(p > 0 ? all.amax({-1}) : all.amin({-1}), x, dim, keepdim);
}

Tensor linalg_matrix_norm(const Tensor& a, std::string_view ord, IntArrayRef dim, bool keepdim,
                          std::optional<ScalarType> dtype) {
  const Tensor x = checked_matrix(a, dim, dtype);
  check(ord == "fro" || ord == "nuc", "linalg.matrix_norm: Order {} not supported.", ord);
  if (ord == "fro") return linalg_vector_norm(x, 2, dim, keepdim);
  return with_kept(linalg_svdvals(to_the_end(x, dim)).sum(-1), x, dim, keepdim);
}

Tensor linalg_norm(const Tensor& x, std::optional<Scalar> ord, OptionalIntArrayRef dim, bool keepdim,
                   std::optional<ScalarType> dtype) {
  if (dim) {
    check(dim->size() == 1 || dim->size() == 2, "linalg.norm: If dim is specified, it must be of length 1 or 2. Got {}",
          *dim);
  } else if (ord) {
    check(x.dim() == 1 || x.dim() == 2,
          "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {}D.", x.dim());
  }
  if (ord && (dim ? dim->size() == 2 : x.dim() == 2)) {
    return linalg_matrix_norm(x, *ord, dim.value_or({-2, -1}), keepdim, dtype);
  }
  return linalg_vector_norm(x, ord.value_or(2), dim, keepdim, dtype);
}

Tensor linalg_norm(const Tensor& x, std::string_view ord, OptionalIntArrayRef dim, bool keepdim,
                   std::optional<ScalarType> dtype) {
  check(dim || x.dim() == 1 || x.dim() == 2,
        "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {}D.", x.dim());
  return linalg_matrix_norm(x, ord, dim.value_or({-2, -1}), keepdim, dtype);
}

namespace {

/// |A|·|A⁻¹|, and infinity where A cannot be inverted or the product is NaN.
template <class Norm>
Tensor condition(const Tensor& a, const std::string& order, Norm norm) {
  check_squares(a, fmt::format("linalg.cond(ord={})", order).c_str());
  const auto [inverse, info] = linalg_inv_ex(a);
  const Tensor y = norm(a) * norm(inverse);
  return where(logical_and(info == 0, y == y), y, kInfinity);
}

}  // namespace

Tensor linalg_cond(const Tensor& a, std::optional<Scalar> p) {
  check(a.dim() >= 2, "linalg.cond: The input tensor must have at least 2 dimensions.");
  const double order = p ? p->toDouble() : 2;
  if (std::fabs(order) == 2) {
    const Tensor s = linalg_svdvals(a);
    const Tensor largest = s.select(-1, 0), least = s.select(-1, s.size(-1) - 1);
    return order > 0 ? largest / least : least / largest;
  }
  return condition(a, fmt::format("{}", order),
                   [order](const Tensor& x) { return linalg_matrix_norm(x, Scalar(order)); });
}

Tensor linalg_cond(const Tensor& a, std::string_view p) {
  check(p == "fro" || p == "nuc", "linalg.cond: Order {} not supported.", p);
  if (p == "nuc") check_real(a, "linalg.svd");
  return condition(a, std::string(p), [p](const Tensor& x) { return linalg_matrix_norm(x, p); });
}

}  // namespace xgrad
