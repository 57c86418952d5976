#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

namespace xgrad {

using kernels::Binary;
using kernels::Unary;
using ops::promoted_type;
using ops::rational;
using ops::wrap;

namespace {

void not_for(const Tensor& x, ScalarType dtype, const char* kernel) {
  check<NotImplementedError>(x.dtype() != dtype, "\"{}\" not implemented for '{}'", kernel, x.dtype());
}

/// ⌊x⌋                    dx = 0
Tensor floor(const Tensor& x, Into into) {
  not_for(x, kBool, "floor_vml_cpu");
  return rational<"FloorBackward0">(Unary::Floor, x, into, no_save,
                                    [](const Saved&, const Tensor& g) -> Grads { return {zeros_like(g)}; });
}

/// ⌈x⌉                    dx = 0
Tensor ceil(const Tensor& x, Into into) {
  not_for(x, kBool, "ceil_vml_cpu");
  return rational<"CeilBackward0">(Unary::Ceil, x, into, no_save,
                                   [](const Saved&, const Tensor& g) -> Grads { return {zeros_like(g)}; });
}

/// to the nearest, half to even dx = 0
Tensor round(const Tensor& x, Into into) {
  not_for(x, kBool, "round_vml_cpu");
  return rational<"RoundBackward0">(Unary::Round, x, into, no_save,
                                    [](const Saved&, const Tensor& g) -> Grads { return {zeros_like(g)}; });
}

/// towards zero           dx = 0
Tensor trunc(const Tensor& x, Into into) {
  not_for(x, kBool, "trunc_vml_cpu");
  return rational<"TruncBackward0">(Unary::Trunc, x, into, no_save,
                                    [](const Saved&, const Tensor& g) -> Grads { return {zeros_like(g)}; });
}

/// y = x − trunc x        dx = g
Tensor frac(const Tensor& x, Into into) {
  check<NotImplementedError>(x.is_floating_point(), "\"frac_cpu\" not implemented for '{}'", x.dtype());
  return rational<"FracBackward0">(Unary::Frac, x, into, no_save,
                                   [](const Saved&, const Tensor& g) -> Grads { return {g}; });
}

/// To `decimals` places    dx = 0
Tensor round(const Tensor& x, std::int64_t decimals, Into into) {
  check<NotImplementedError>(x.is_floating_point(), "\"{}\" not implemented for '{}'",
                             decimals ? "round_cpu" : "round_vml_cpu", x.dtype());
  told(decimals);
  return differentiable<"RoundBackward1">(
      inputs(x), into, [&](const Array* out) { return kernels::round(x.array(), decimals, out); }, no_save,
      [](const Saved&, const Tensor& g) -> Grads { return {zeros_like(g)}; });
}

/// NaN and ∞ replaced      dx = g where x is finite, else 0
Tensor nan_to_num(const Tensor& x, std::optional<double> nan, std::optional<double> posinf,
                  std::optional<double> neginf, Into into) {
  told(nan, posinf, neginf);
  return differentiable<"NanToNumBackward0">(
      inputs(x), into, [&](const Array* out) { return kernels::nan_to_num(x.array(), nan, posinf, neginf, out); },
      ops::save_x, [](const Saved& s, const Tensor& g) -> Grads { return {g * isfinite(s.input(0))}; });
}

/// The dtype of a division that rounds; bools have none.
ScalarType rounded_type(const Tensor& a, const Tensor& b, Into into, const char* kernel) {
  const ScalarType dtype = promoted_type(a, b);
  ops::check_cast(dtype, into);
  check<NotImplementedError>(dtype != kBool, "\"{}\" not implemented for 'Bool'", kernel);
  return dtype;
}

/// y = a/b rounded         da = db = 0
Tensor rounded_div(Binary op, const Tensor& a, const Tensor& b, Into into) {
  const ScalarType dtype = rounded_type(a, b, into, op == Binary::TruncDivide ? "div_trunc_cpu" : "div_floor_cpu");
  told(op == Binary::TruncDivide ? "trunc" : "floor");
  return differentiable<"DivBackward1">(
      inputs(a, b), into, [&](const Array* out) { return kernels::binary(op, a.array(), b.array(), dtype, out); },
      no_save,
      [](const Saved& s, const Tensor& g) -> Grads {
        return {s.needs(0) ? zeros_like(g) : Tensor(), s.needs(1) ? zeros_like(g) : Tensor()};
      });
}

Tensor div(const Tensor& a, const Tensor& b, std::optional<std::string_view> mode, Into into) {
  if (!mode) return into.self() ? div_(const_cast<Tensor&>(a), b) : xgrad::div(a, b);
  check(*mode == "trunc" || *mode == "floor",
        "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{}'", *mode);
  return rounded_div(*mode == "trunc" ? Binary::TruncDivide : Binary::FloorDivide, a, b, into);
}

/// y = ⌊a/b⌋               no derivative
Tensor floor_divide(const Tensor& a, const Tensor& b, Into into) {
  const ScalarType dtype = rounded_type(a, b, into, "div_floor_cpu");
  return differentiable<"FloorDivideBackward0">(
      inputs(a, b), into,
      [&](const Array* out) { return kernels::binary(Binary::FloorDivide, a.array(), b.array(), dtype, out); }, no_save,
      [name = into.self() && !b.impl()->wrapped_number ? "aten::floor_divide_" : "aten::floor_divide"](
          const Saved&, const Tensor&) -> Grads { no_derivative(name); });
}

/// y = a − b·q, q = a/b rounded as `mode` says      da = g, db = −g·q
template <FixedString Name>
Tensor rest(Binary op, const char* mode, const char* kernel, const Tensor& a, const Tensor& b, Into into) {
  const ScalarType dtype = rounded_type(a, b, into, kernel);
  return differentiable<Name>(
      inputs(a, b), into, [&](const Array* out) { return kernels::binary(op, a.array(), b.array(), dtype, out); },
      [](Save& s) {
        if (s.needed(1)) s.input(0), s.input(1);
      },
      [mode](const Saved& s, const Tensor& g) -> Grads {
        return {s.needs(0) ? g : Tensor(), s.needs(1) ? -g * xgrad::div(s.input(0), s.input(1), mode) : Tensor()};
      });
}
Tensor fmod(const Tensor& a, const Tensor& b, Into into) {
  return rest<"FmodBackward0">(Binary::Fmod, "trunc", "fmod_cpu", a, b, into);
}
Tensor remainder(const Tensor& a, const Tensor& b, Into into) {
  return rest<"RemainderBackward0">(Binary::Remainder, "floor", "remainder_cpu", a, b, into);
}

}  // namespace

#define XGRAD_FORMS(NAME)                                  \
  Tensor NAME(const Tensor& x) { return NAME(x, Into()); } \
  Tensor& NAME##_(Tensor& x) { return NAME(x, Into::in_place(x)), x; }
XGRAD_FORMS(floor)
XGRAD_FORMS(ceil)
XGRAD_FORMS(round)
XGRAD_FORMS(trunc)
XGRAD_FORMS(frac)
#undef XGRAD_FORMS

#define XGRAD_FORMS(NAME)                                                                  \
  Tensor NAME(const Tensor& a, const Tensor& b) { return NAME(a, b, Into()); }             \
  Tensor NAME(const Tensor& a, Scalar b) { return NAME(a, wrap(b), Into()); }              \
  Tensor& NAME##_(Tensor& a, const Tensor& b) { return NAME(a, b, Into::in_place(a)), a; } \
  Tensor& NAME##_(Tensor& a, Scalar b) { return NAME(a, wrap(b), Into::in_place(a)), a; }
XGRAD_FORMS(floor_divide)
XGRAD_FORMS(fmod)
XGRAD_FORMS(remainder)
#undef XGRAD_FORMS
Tensor remainder(Scalar a, const Tensor& b) { return remainder(wrap(a), b, Into()); }

Tensor round(const Tensor& x, std::int64_t decimals) { return round(x, decimals, Into()); }
Tensor& round_(Tensor& x, std::int64_t decimals) { return round(x, decimals, Into::in_place(x)), x; }
Tensor nan_to_num(const Tensor& x, std::optional<double> nan, std::optional<double> posinf,
                  std::optional<double> neginf) {
  return nan_to_num(x, nan, posinf, neginf, Into());
}
Tensor& nan_to_num_(Tensor& x, std::optional<double> nan, std::optional<double> posinf, std::optional<double> neginf) {
  return nan_to_num(x, nan, posinf, neginf, Into::in_place(x)), x;
}
Tensor div(const Tensor& a, const Tensor& b, std::optional<std::string_view> rounding_mode) {
  return div(a, b, rounding_mode, Into());
}
Tensor div(const Tensor& a, Scalar b, std::optional<std::string_view> rounding_mode) {
  return div(a, wrap(b), rounding_mode, Into());
}
Tensor& div_(Tensor& a, const Tensor& b, std::optional<std::string_view> rounding_mode) {
  return div(a, b, rounding_mode, Into::in_place(a)), a;
}
Tensor& div_(Tensor& a, Scalar b, std::optional<std::string_view> rounding_mode) {
  return div(a, wrap(b), rounding_mode, Into::in_place(a)), a;
}

}  // namespace xgrad
