#include <xgrad/autograd/ops/linear_algebra.hpp>

#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/ops/rearrange.hpp>

namespace xgrad::linalg::detail {

void check_real(const Tensor& a, const char* name) {
  check(a.is_floating_point(), "{}: Expected a floating point or complex tensor as input. Got {}", name, a.dtype());
}

void check_has_matrices(const Tensor& a, const char* name, const char* argument) {
  check(a.dim() >= 2, "{}: The input tensor {} must have at least 2 dimensions.", name, argument);
}

void check_squares(const Tensor& a, const char* name, const char* argument) {
  check_has_matrices(a, name, argument);
  check(a.size(-1) == a.size(-2), "{}: {} must be batches of square matrices, but they are {} by {} matrices", name,
        argument, a.size(-2), a.size(-1));
}

void check_info(const Array& info, const char* name, fmt::string_view problem) {
  for (std::int64_t k = 0; k < info.numel(); ++k) {
    const int code = info.data<std::int32_t>()[k];
    if (code == 0) continue;
    const std::string which = info.dim() == 0 ? "" : fmt::format("(Batch element {}): ", k);
    throw LinAlgError(fmt::format("{}: {}", name, which) + fmt::format(fmt::runtime(problem), fmt::arg("code", code)));
  }
}

Tensor lower_mask(std::int64_t rows, std::int64_t columns, std::int64_t k) {
  const Array mask = Array::empty({rows, columns}, kBool);
  bool* out = mask.data<bool>();
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) *out++ = j - i <= k;
  }
  return Tensor(mask);
}

Tensor lower(const Tensor& x, std::int64_t k) { return where(lower_mask(x.size(-2), x.size(-1), k), x, 0); }
Tensor upper(const Tensor& x, std::int64_t k) { return where(lower_mask(x.size(-2), x.size(-1), k - 1), 0, x); }
Tensor half_lower(const Tensor& x) { return (lower(x) + lower(x, -1)) * 0.5; }

Tensor diagonal_of(const Tensor& x) { return diagonal(x, 0, -2, -1); }
Tensor diagonal_matrix(const Tensor& v) { return diag_embed(v); }

}  // namespace xgrad::linalg::detail
