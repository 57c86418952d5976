#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/reduce.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

#include <limits>

namespace xgrad {

using kernels::Binary;
using kernels::Compare;
using kernels::Logic;
using ops::wrap;

namespace {

Tensor compare(Compare op, const char* name, const Tensor& a, const Tensor& b) {
  const detail::Profiled profiled(name, {&a, &b});
  return profiled.told(Tensor(kernels::compare(op, a.array(), b.array(), ops::promoted_type(a, b))));
}

Tensor logic(Logic op, const char* name, const Tensor& a, const Tensor& b) {
  const detail::Profiled profiled(name, {&a, &b});
  return profiled.told(Tensor(kernels::logic(op, a.array(), b.array())));
}
/// A question about each element alone.
template <class Kernel>
Tensor predicate(const char* name, Kernel kernel, const Tensor& x) {
  const detail::Profiled profiled(name, {&x});
  return profiled.told(Tensor(kernel(x.array())));
}

/// Writes what `compute(out)` says into x: dx = 0.
template <FixedString Name, class F>
Tensor& overwrite(Tensor& x, F compute) {
  differentiable<Name>(inputs(x), Into::in_place(x), compute, no_save,
                       [](const Saved&, const Tensor& g) -> Grads { return {zeros_like(g)}; });
  return x;
}
Tensor& compare_into(Compare op, const char* name, Tensor& a, const Tensor& b) {
  const detail::Traced traced(name, {&a, &b});
  traced.result(a);
  return overwrite<"EqBackward0">(
      a, [&](const Array* out) { return kernels::compare(op, a.array(), b.array(), ops::promoted_type(a, b), out); });
}
Tensor& logic_into(Logic op, const char* name, Tensor& a, const Tensor& b) {
  const detail::Traced traced(name, {&a, &b});
  traced.result(a);
  return overwrite<"LogicalAndBackward0">(
      a, [&](const Array* out) { return kernels::logic(op, a.array(), b.array(), out); });
}

/// A function of integers, some of them of bools too.
Tensor bitwise(Binary op, const char* name, const char* kernel, bool of_bools, const Tensor& a, const Tensor& b,
               Into into) {
  const ScalarType dtype = ops::promoted_type(a, b);
  ops::check_cast(dtype, into);
  const Dims shape = broadcast_shapes(a.sizes(), b.sizes());  // what does not fit comes before what does not exist
  check(!into.self() || shape == a.sizes(), "output with shape {} doesn't match the broadcast shape {}", a.sizes(),
        shape);
  check<NotImplementedError>(is_integral(dtype) || (of_bools && dtype == kBool), "\"{}\" not implemented for '{}'",
                             kernel, dtype);
  const detail::Traced traced(name, {&a, &b});
  const Tensor y = differentiable<"BitwiseBackward0">(
      inputs(a, b), into, [&](const Array* out) { return kernels::binary(op, a.array(), b.array(), dtype, out); },
      no_save, [](const Saved&, const Tensor&) -> Grads { no_derivative("operations on integers"); });
  traced.result(y);
  return y;
}
Tensor bitwise_not(const Tensor& x, Into into) {
  check<NotImplementedError>(!x.is_floating_point(), "\"bitwise_not_cpu\" not implemented for '{}'", x.dtype());
  return differentiable<"BitwiseNotBackward0">(
      inputs(x), into, [&](const Array* out) { return kernels::bitwise_not(x.array(), out); }, no_save,
      [](const Saved&, const Tensor&) -> Grads { no_derivative("bitwise_not"); });
}

}  // namespace

#define XGRAD_FORMS(NAME, OP)                                                                        \
  Tensor NAME(const Tensor& a, const Tensor& b) { return compare(Compare::OP, #NAME, a, b); }        \
  Tensor NAME(const Tensor& a, Scalar b) { return NAME(a, wrap(b)); }                                \
  Tensor& NAME##_(Tensor& a, const Tensor& b) { return compare_into(Compare::OP, #NAME "_", a, b); } \
  Tensor& NAME##_(Tensor& a, Scalar b) { return NAME##_(a, wrap(b)); }
XGRAD_FORMS(eq, Eq)
XGRAD_FORMS(ne, Ne)
XGRAD_FORMS(lt, Lt)
XGRAD_FORMS(le, Le)
XGRAD_FORMS(gt, Gt)
XGRAD_FORMS(ge, Ge)
#undef XGRAD_FORMS

Tensor& logical_not_(Tensor& x) {
  return overwrite<"LogicalNotBackward0">(x, [&](const Array* out) { return kernels::logical_not(x.array(), out); });
}
#define XGRAD_FORMS(NAME, OP)                                                             \
  Tensor NAME(const Tensor& a, const Tensor& b) { return logic(Logic::OP, #NAME, a, b); } \
  Tensor& NAME##_(Tensor& a, const Tensor& b) { return logic_into(Logic::OP, #NAME "_", a, b); }
XGRAD_FORMS(logical_and, And)
XGRAD_FORMS(logical_or, Or)
XGRAD_FORMS(logical_xor, Xor)
#undef XGRAD_FORMS

Tensor bitwise_not(const Tensor& x) { return bitwise_not(x, Into()); }
Tensor& bitwise_not_(Tensor& x) { return bitwise_not(x, Into::in_place(x)), x; }

#define XGRAD_FORMS(NAME, OP, KERNEL, BOOLS)                                                                    \
  Tensor NAME(const Tensor& a, const Tensor& b) { return bitwise(Binary::OP, #NAME, KERNEL, BOOLS, a, b, {}); } \
  Tensor NAME(const Tensor& a, Scalar b) { return bitwise(Binary::OP, #NAME, KERNEL, BOOLS, a, wrap(b), {}); }  \
  Tensor NAME(Scalar a, const Tensor& b) { return bitwise(Binary::OP, #NAME, KERNEL, BOOLS, wrap(a), b, {}); }  \
  Tensor& NAME##_(Tensor& a, const Tensor& b) {                                                                 \
    return bitwise(Binary::OP, #NAME, KERNEL, BOOLS, a, b, Into::in_place(a)), a;                               \
  }                                                                                                             \
  Tensor& NAME##_(Tensor& a, Scalar b) {                                                                        \
    return bitwise(Binary::OP, #NAME, KERNEL, BOOLS, a, wrap(b), Into::in_place(a)), a;                         \
  }
XGRAD_FORMS(bitwise_and, BitwiseAnd, "bitwise_and_cpu", true)
XGRAD_FORMS(bitwise_or, BitwiseOr, "bitwise_or_cpu", true)
XGRAD_FORMS(bitwise_xor, BitwiseXor, "bitwise_xor_cpu", true)
XGRAD_FORMS(bitwise_left_shift, LeftShift, "lshift_cpu", false)
XGRAD_FORMS(bitwise_right_shift, RightShift, "rshift_cpu", false)
#undef XGRAD_FORMS

Tensor gcd(const Tensor& a, const Tensor& b) { return bitwise(Binary::Gcd, "gcd", "gcd_cpu", false, a, b, {}); }
Tensor& gcd_(Tensor& a, const Tensor& b) {
  return bitwise(Binary::Gcd, "gcd", "gcd_cpu", false, a, b, Into::in_place(a)), a;
}
Tensor lcm(const Tensor& a, const Tensor& b) { return bitwise(Binary::Lcm, "lcm", "lcm_cpu", false, a, b, {}); }
Tensor& lcm_(Tensor& a, const Tensor& b) {
  return bitwise(Binary::Lcm, "lcm", "lcm_cpu", false, a, b, Into::in_place(a)), a;
}

Tensor logical_not(const Tensor& x) {
  const detail::Profiled profiled("logical_not", {&x});
  return profiled.told(Tensor(kernels::logical_not(x.array())));
}

Tensor isnan(const Tensor& x) { return predicate("isnan", kernels::isnan, x); }
Tensor isinf(const Tensor& x) { return predicate("isinf", kernels::isinf, x); }
Tensor isposinf(const Tensor& x) { return eq(x, std::numeric_limits<double>::infinity()); }
Tensor isneginf(const Tensor& x) { return eq(x, -std::numeric_limits<double>::infinity()); }
Tensor signbit(const Tensor& x) { return predicate("signbit", kernels::signbit, x); }
Tensor isreal(const Tensor& x) { return ones_like(x, TensorOptions(kBool)); }
Tensor isfinite(const Tensor& x) { return logical_not(logical_or(isnan(x), isinf(x))); }

bool equal(const Tensor& a, const Tensor& b) { return a.sizes() == b.sizes() && eq(a, b).all().item<bool>(); }

Tensor isclose(const Tensor& a, const Tensor& b, double rtol, double atol, bool equal_nan) {
  check(a.dtype() == b.dtype(), "{} did not match {}", a.dtype(), b.dtype());
  check(rtol >= 0, "rtol must be greater than or equal to zero, but got {}", rtol);
  check(atol >= 0, "atol must be greater than or equal to zero, but got {}", atol);
  told(rtol, atol, equal_nan);
  const detail::Profiled profiled("isclose", {&a, &b});
  return profiled.told(Tensor(kernels::isclose(a.array(), b.array(), rtol, atol, equal_nan)));
}

bool allclose(const Tensor& a, const Tensor& b, double rtol, double atol, bool equal_nan) {
  return isclose(a, b, rtol, atol, equal_nan).all().item<bool>();
}

}  // namespace xgrad
