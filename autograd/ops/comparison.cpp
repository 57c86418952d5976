#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/reduce.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

namespace xgrad {

using kernels::Compare;
using ops::wrap;

namespace {

Tensor compare(Compare op, const Tensor& a, const Tensor& b) {
  return Tensor(kernels::compare(op, a.array(), b.array(), ops::result_type(a, b)));
}

}  // namespace

Tensor eq(const Tensor& a, const Tensor& b) { return compare(Compare::Eq, a, b); }
Tensor eq(const Tensor& a, Scalar b) { return compare(Compare::Eq, a, wrap(b)); }
Tensor ne(const Tensor& a, const Tensor& b) { return compare(Compare::Ne, a, b); }
Tensor ne(const Tensor& a, Scalar b) { return compare(Compare::Ne, a, wrap(b)); }
Tensor lt(const Tensor& a, const Tensor& b) { return compare(Compare::Lt, a, b); }
Tensor lt(const Tensor& a, Scalar b) { return compare(Compare::Lt, a, wrap(b)); }
Tensor le(const Tensor& a, const Tensor& b) { return compare(Compare::Le, a, b); }
Tensor le(const Tensor& a, Scalar b) { return compare(Compare::Le, a, wrap(b)); }
Tensor gt(const Tensor& a, const Tensor& b) { return compare(Compare::Gt, a, b); }
Tensor gt(const Tensor& a, Scalar b) { return compare(Compare::Gt, a, wrap(b)); }
Tensor ge(const Tensor& a, const Tensor& b) { return compare(Compare::Ge, a, b); }
Tensor ge(const Tensor& a, Scalar b) { return compare(Compare::Ge, a, wrap(b)); }

Tensor logical_not(const Tensor& x) { return Tensor(kernels::logical_not(x.array())); }
Tensor logical_and(const Tensor& a, const Tensor& b) {
  return Tensor(kernels::logic(kernels::Logic::And, a.array(), b.array()));
}
Tensor logical_or(const Tensor& a, const Tensor& b) {
  return Tensor(kernels::logic(kernels::Logic::Or, a.array(), b.array()));
}
Tensor logical_xor(const Tensor& a, const Tensor& b) {
  return Tensor(kernels::logic(kernels::Logic::Xor, a.array(), b.array()));
}

Tensor isnan(const Tensor& x) { return Tensor(kernels::isnan(x.array())); }
Tensor isinf(const Tensor& x) { return Tensor(kernels::isinf(x.array())); }
Tensor isfinite(const Tensor& x) { return logical_not(logical_or(isnan(x), isinf(x))); }

bool equal(const Tensor& a, const Tensor& b) { return a.sizes() == b.sizes() && eq(a, b).all().item<bool>(); }

bool allclose(const Tensor& a, const Tensor& b, double rtol, double atol, bool equal_nan) {
  check(a.dtype() == b.dtype(), "{} did not match {}", a.dtype(), b.dtype());
  const NoGradGuard no_grad;
  const Tensor x = a.to(kFloat64), y = b.to(kFloat64);
  Tensor close = logical_or(eq(x, y), logical_and(le((x - y).abs(), y.abs() * rtol + atol), isfinite(y)));
  if (equal_nan) close = logical_or(close, logical_and(isnan(x), isnan(y)));
  return close.all().item<bool>();
}

}  // namespace xgrad
