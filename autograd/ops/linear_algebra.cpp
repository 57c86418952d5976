#include <xgrad/autograd/ops/linear_algebra.hpp>

#include <xgrad/autograd/ops/rearrange.hpp>

#include <limits>

namespace xgrad::linalg::detail {

void check_real(const Tensor& a, const char* name) {
  check(a.is_floating_point(), "{}: Expected a floating point or complex tensor as input. Got {}", name, a.dtype());
}

void check_kernel(const Tensor& a, const char* kernel) {
  check<NotImplementedError>(a.is_floating_point(), "\"{}\" not implemented for '{}'", kernel, a.dtype());
}

void check_has_matrices(const Tensor& a, const char* name, const char* argument) {
  check(a.dim() >= 2, "{}: The input tensor {} must have at least 2 dimensions.", name, argument);
}

void check_squares(const Tensor& a, const char* name, const char* argument) {
  check_has_matrices(a, name, argument);
  check(a.size(-1) == a.size(-2), "{}{}{} must be batches of square matrices, but they are {} by {} matrices", name,
        *name ? ": " : "", argument, a.size(-2), a.size(-1));
}

void check_info(const Array& info, const char* name, fmt::string_view problem) {
  for (std::int64_t k = 0; k < info.numel(); ++k) {
    const int code = info.data<std::int32_t>()[k];
    if (code == 0) continue;
    const std::string which = info.dim() == 0 ? "" : fmt::format("(Batch element {}): ", k);
    throw LinAlgError(fmt::format("{}: {}", name, which) + fmt::format(fmt::runtime(problem), fmt::arg("code", code)));
  }
}

double epsilon(const Tensor& a) {
  return a.dtype() == kFloat64 ? std::numeric_limits<double>::epsilon()
                               : static_cast<double>(std::numeric_limits<float>::epsilon());
}

Tensor threshold(const Tensor& a, const Tensor& s, const Tensor& atol, const Tensor& rtol) {
  const Tensor usual = full({}, epsilon(a) * static_cast<double>(std::max(a.size(-2), a.size(-1))), kFloat64);
  const Tensor absolute = atol.defined() ? atol : zeros({}, kFloat64);
  const Tensor relative = rtol.defined() ? rtol : atol.defined() ? where(atol > 0, 0, usual) : usual;
  if (s.size(-1) == 0) return absolute.unsqueeze(-1);
  return maximum(absolute.unsqueeze(-1), relative.unsqueeze(-1) * s.amax({-1}, true));
}

Tensor tolerance(std::optional<double> value) { return value ? full({}, *value, kFloat64) : Tensor(); }

Tensor half_lower(const Tensor& x) { return (tril(x) + tril(x, -1)) * 0.5; }

Tensor diagonal_of(const Tensor& x) { return diagonal(x, 0, -2, -1); }
Tensor diagonal_matrix(const Tensor& v) { return diag_embed(v); }

}  // namespace xgrad::linalg::detail
