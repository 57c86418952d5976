// Functions of two and three tensors beyond the four operations; declared in pointwise.hpp.
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

#include <cmath>
#include <limits>

namespace xgrad {

using kernels::Binary;
using kernels::Ternary;
using ops::as_dtype;
using ops::check_cast;
using ops::floating_type;
using ops::promoted_type;
using ops::wrap;

namespace {

constexpr auto save_both = [](Save& s) {
  s.input(0);
  s.input(1);
};

/// f(a, b) computed in `dtype`.
template <FixedString Name, class SaveFn, class Derivative>
Tensor function(Binary op, ScalarType dtype, const Tensor& a, const Tensor& b, Into into, SaveFn save,
                Derivative derivative) {
  check_cast(dtype, into);
  return differentiable<Name>(
      inputs(a, b), into, [&](const Array* out) { return kernels::binary(op, a.array(), b.array(), dtype, out); }, save,
      std::move(derivative));
}

/// Whether a formula of a and b needs them converted first: a derivative in the dtype of an integer overflows, and bool
/// has no subtraction.
bool mixed(const Tensor& a, const Tensor& b, ScalarType dtype) { return a.dtype() != dtype || b.dtype() != dtype; }

/// The result's dtype of what exists for floating tensors only.
ScalarType only_floating(const Tensor& a, const Tensor& b, const char* kernel, Into into = {}) {
  const ScalarType dtype = promoted_type(a, b);
  check_cast(dtype, into);
  check<NotImplementedError>(is_floating_point(dtype), "\"{}\" not implemented for '{}'", kernel, dtype);
  return dtype;
}

/// x^p                    dx = g·p·x^(p−1), dp = g·y·ln x
Tensor pow(const Tensor& x, const Tensor& p, Into into) {
  const ScalarType dtype = promoted_type(x, p);
  check_cast(dtype, into);
  check<NotImplementedError>(dtype != kBool, "\"pow\" not implemented for 'Bool'");
  if (mixed(x, p, dtype)) return pow(as_dtype(x, dtype), as_dtype(p, dtype), into);
  return function<"PowBackward1">(
      Binary::Pow, dtype, x, p, into,
      [](Save& s) {
        save_both(s);
        if (s.needed(1)) s.output();
      },
      [](const Saved& s, const Tensor& g) -> Grads {
        const Tensor &x = s.input(0), &p = s.input(1);
        Grads grads{Tensor(), Tensor()};
        if (s.needs(0)) grads[0] = where(p == 0, 0., g * (p * xgrad::pow(x, p - 1)));
        if (s.needs(1)) {
          // ln 1 = 0 where the slope is to be 0, so that no infinity is multiplied by it, at the second order neither.
          grads[1] = g * s.output() * log(where(logical_and(x == 0, p >= 0), 1., x));
        }
        return grads;
      });
}

/// x^p of a number x      dp = g·y·ln x
Tensor number_to_power(Scalar x, const Tensor& p) {
  const Tensor base = wrap(x);
  const ScalarType dtype = promoted_type(base, p);
  check<NotImplementedError>(dtype != kBool, "\"pow\" not implemented for 'Bool'");
  const detail::Traced traced("pow", {&base, &p});  // the node has the exponent only
  const Tensor y = differentiable<"PowBackward2">(
      inputs(p), {}, [&](const Array*) { return kernels::binary(Binary::Pow, base.array(), p.array(), dtype); },
      [](Save& s) {
        s.input(0);
        s.output();
      },
      [x = x.toDouble()](const Saved& s, const Tensor& g) -> Grads {
        if (x != 0) return {g * (s.output() * std::log(x))};
        return {g * (s.output() * where(s.input(0) >= 0, 0., -std::numeric_limits<double>::infinity()))};
      });
  traced.result(y);
  return y;
}

/// The angle of (b, a)    da = g·b / (a² + b²), db = −g·a / (a² + b²)
Tensor atan2(const Tensor& a, const Tensor& b, Into into) {
  const ScalarType dtype = floating_type(promoted_type(a, b));
  check_cast(dtype, into);
  if (mixed(a, b, dtype)) return atan2(as_dtype(a, dtype), as_dtype(b, dtype), into);
  return function<"Atan2Backward0">(
      Binary::Atan2, dtype, a, b, into, save_both, [](const Saved& s, const Tensor& g) -> Grads {
        const Tensor &a = s.input(0), &b = s.input(1);
        const Tensor inverse = (a * a + b * b).reciprocal();
        return {s.needs(0) ? g * b * inverse : Tensor(), s.needs(1) ? g * -a * inverse : Tensor()};
      });
}

/// √(a² + b²)             da = g·a/y, db = g·b/y
Tensor hypot(const Tensor& a, const Tensor& b, Into into) {
  const ScalarType dtype = only_floating(a, b, "hypot_cpu", into);
  check_cast(dtype, into);
  if (mixed(a, b, dtype)) return hypot(as_dtype(a, dtype), as_dtype(b, dtype), into);
  return function<"HypotBackward0">(
      Binary::Hypot, dtype, a, b, into,
      [](Save& s) {
        save_both(s);
        s.output();
      },
      [](const Saved& s, const Tensor& g) -> Grads {
        const Tensor& y = s.output();
        return {s.needs(0) ? g * (s.input(0) / y) : Tensor(), s.needs(1) ? g * (s.input(1) / y) : Tensor()};
      });
}

/// a·ln b                 da = g·ln b, db = g·a/b
Tensor xlogy(const Tensor& a, const Tensor& b, Into into) {
  const ScalarType dtype = floating_type(promoted_type(a, b));
  check_cast(dtype, into);
  if (mixed(a, b, dtype)) return xlogy(as_dtype(a, dtype), as_dtype(b, dtype), into);
  return function<"XlogyBackward0">(
      Binary::Xlogy, dtype, a, b, into, save_both, [](const Saved& s, const Tensor& g) -> Grads {
        const Tensor &a = s.input(0), &b = s.input(1);
        return {s.needs(0) ? where(logical_and(a == 0, b <= 0), 0., xgrad::xlogy(g, b)) : Tensor(),
                s.needs(1) ? g * a / b : Tensor()};
      });
}

/// |a| with b's sign      da = g·y/a, 0 where a is 0; db = 0
Tensor copysign(const Tensor& a, const Tensor& b, Into into) {
  const ScalarType dtype = floating_type(promoted_type(a, b));
  check_cast(dtype, into);
  if (mixed(a, b, dtype)) return copysign(as_dtype(a, dtype), as_dtype(b, dtype), into);
  return function<"CopysignBackward0">(
      Binary::Copysign, dtype, a, b, into,
      [](Save& s) {
        if (s.needed(0)) s.input(0), s.output();
      },
      [](const Saved& s, const Tensor& g) -> Grads {
        Grads grads{Tensor(), Tensor()};
        if (s.needs(0)) grads[0] = g * where(s.input(0) == 0, 0., s.output() / s.input(0));
        if (s.needs(1)) grads[1] = zeros_like(g);
        return grads;
      });
}

/// The unit step          no derivative
Tensor heaviside(const Tensor& x, const Tensor& values, Into into) {
  check(x.dtype() == values.dtype(), "heaviside is not yet implemented for tensors with different dtypes.");
  return function<"HeavisideBackward0">(Binary::Heaviside, x.dtype(), x, values, into, no_save,
                                        [name = into.self() ? "aten::heaviside_" : "aten::heaviside"](
                                            const Saved&, const Tensor&) -> Grads { no_derivative(name); });
}

/// fmax and fmin: g to the chosen argument, the first of equal ones.
template <FixedString Name>
Tensor chosen(Binary op, const Tensor& a, const Tensor& b) {
  return function<Name>(op, promoted_type(a, b), a, b, {}, save_both, [op](const Saved& s, const Tensor& g) -> Grads {
    const Tensor &a = s.input(0), &b = s.input(1);
    const Tensor first = logical_or(op == Binary::Fmax ? a >= b : a <= b, isnan(b));
    return {s.needs(0) ? where(first, g, 0.) : Tensor(), s.needs(1) ? where(first, 0., g) : Tensor()};
  });
}

ScalarType not_two_integers(const Tensor& x, const Tensor& a, const Tensor& b) {
  check(a.is_floating_point() || b.is_floating_point(),
        "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true "
        "division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value * "
        "torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / tensor2) "
        "for float inputs. The future addcdiv behavior is just the latter implementation: (input + value * tensor1 / "
        "tensor2), for all dtypes.");
  return promoted_type(x, a, b);
}

/// x + value·a·b          dx = g, da = g·value·b, db = g·value·a
Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value, Into into) {
  const ScalarType dtype = promoted_type(x, a, b);
  check_cast(dtype, into);
  check<NotImplementedError>(dtype != kBool, "\"addcmul_cpu_out\" not implemented for 'Bool'");
  told(value);
  return differentiable<"AddcmulBackward0">(
      inputs(x, a, b), into,
      [&](const Array* out) {
        return kernels::ternary(Ternary::Addcmul, x.array(), a.array(), b.array(), value, dtype, out);
      },
      [](Save& s) {
        if (s.needed(1)) s.input(2);
        if (s.needed(2)) s.input(1);
      },
      [value](const Saved& s, const Tensor& g) -> Grads {
        return {s.needs(0) ? g : Tensor(), s.needs(1) ? g * s.input(2) * value : Tensor(),
                s.needs(2) ? g * s.input(1) * value : Tensor()};
      });
}

/// x + value·a/b          dx = g, da = g·value/b, db = −g·value·a/b²
Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value, Into into) {
  const ScalarType dtype = not_two_integers(x, a, b);
  check_cast(dtype, into);
  told(value);
  return differentiable<"AddcdivBackward0">(
      inputs(x, a, b), into,
      [&](const Array* out) {
        return kernels::ternary(Ternary::Addcdiv, x.array(), a.array(), b.array(), value, dtype, out);
      },
      [](Save& s) {
        if (s.needed(1) || s.needed(2)) s.input(2);
        if (s.needed(2)) s.input(1);
      },
      [value](const Saved& s, const Tensor& g) -> Grads {
        Grads grads{s.needs(0) ? g : Tensor(), Tensor(), Tensor()};
        if (s.needs(1)) grads[1] = g * (value / s.input(2));
        if (s.needs(2)) grads[2] = -g * (s.input(1) / s.input(2) / s.input(2)) * value;
        return grads;
      });
}

/// a + w·(b − a)          da = (1 − w)·g, db = w·g, dw = g·(b − a)
Tensor lerp(const Tensor& a, const Tensor& b, const Tensor& w, Into into) {
  for (const auto& [other, name] : {std::pair(&b, "end"), std::pair(&w, "weight")}) {
    check(a.dtype() == other->dtype(), "expected dtype {} for `{}` but got dtype {}", info(a.dtype()).type, name,
          info(other->dtype()).type);
  }
  check<NotImplementedError>(a.is_floating_point(), "\"lerp_kernel_tensor\" not implemented for '{}'", a.dtype());
  return differentiable<"LerpBackward1">(
      inputs(a, b, w), into,
      [&](const Array* out) {
        return kernels::ternary(Ternary::Lerp, a.array(), b.array(), w.array(), 0, a.dtype(), out);
      },
      [](Save& s) {
        if (s.needed(0) || s.needed(1)) s.input(2);
        if (s.needed(2)) s.input(0), s.input(1);
      },
      [](const Saved& s, const Tensor& g) -> Grads {
        Grads grads{Tensor(), Tensor(), Tensor()};
        if (s.needs(0)) grads[0] = g * (1 - s.input(2));
        if (s.needs(1)) grads[1] = g * s.input(2);
        if (s.needs(2)) grads[2] = g * (s.input(1) - s.input(0));
        return grads;
      });
}

/// min(max(x, low), high)      dx = g within the bounds; a bound gets g where it decides
Tensor clamp(const Tensor& x, const Tensor& low, const Tensor& high, Into into) {
  const ScalarType dtype = promoted_type(x, low, high);
  check_cast(dtype, into);
  check<NotImplementedError>(dtype != kBool, "\"clamp_cpu\" not implemented for 'Bool'");
  return differentiable<"ClampBackward0">(
      inputs(x, low, high), into,
      [&](const Array* out) {
        return kernels::ternary(Ternary::Clamp, x.array(), low.array(), high.array(), 0, dtype, out);
      },
      [](Save& s) {
        save_both(s);
        s.input(2);
      },
      [](const Saved& s, const Tensor& g) -> Grads {
        const Tensor &x = s.input(0), &low = s.input(1), &high = s.input(2);
        Grads grads{Tensor(), Tensor(), Tensor()};
        if (s.needs(0)) grads[0] = where(logical_and(x >= low, x <= high), g, 0.);
        if (s.needs(1)) grads[1] = where(logical_and(low < high, x < low), g, 0.);
        if (s.needs(2)) grads[2] = where(logical_or(x > high, high < low), g, 0.);
        return grads;
      });
}

/// max(x, bound) or min(x, bound): x gets g where it is within, the bound elsewhere.
template <FixedString Name>
Tensor bounded(Binary op, const Tensor& x, const Tensor& bound, Into into) {
  return function<Name>(op, promoted_type(x, bound), x, bound, into, save_both,
                        [op](const Saved& s, const Tensor& g) -> Grads {
                          const Tensor &x = s.input(0), &bound = s.input(1);
                          const bool low = op == Binary::Maximum;
                          Grads grads{Tensor(), Tensor()};
                          if (s.needs(0)) grads[0] = where(low ? x >= bound : x <= bound, g, 0.);
                          if (s.needs(1)) grads[1] = where(low ? x < bound : x > bound, g, 0.);
                          return grads;
                        });
}
Tensor clamp_min(const Tensor& x, const Tensor& min, Into into) {
  return bounded<"ClampMinBackward1">(Binary::Maximum, x, min, into);
}
Tensor clamp_max(const Tensor& x, const Tensor& max, Into into) {
  return bounded<"ClampMaxBackward1">(Binary::Minimum, x, max, into);
}
/// A bound that is NaN makes everything NaN in clamp_min and clamp_max, as two do in clamp; one alone is ignored there.
std::optional<Scalar> other_bound(Scalar bound) {
  return std::isnan(bound.toDouble()) ? std::optional(bound) : std::nullopt;
}
Tensor clamp_to(const Tensor& x, const Tensor& min, const Tensor& max, Into into) {
  const bool low = min.defined(), high = max.defined();
  check(low || high, "torch.clamp: At least one of 'min' or 'max' must not be None");
  return low && high ? clamp(x, min, max, into) : low ? clamp_min(x, min, into) : clamp_max(x, max, into);
}

}  // namespace

#define XGRAD_FORMS(NAME)                                                      \
  Tensor NAME(const Tensor& a, const Tensor& b) { return NAME(a, b, Into()); } \
  Tensor& NAME##_(Tensor& a, const Tensor& b) { return NAME(a, b, Into::in_place(a)), a; }
XGRAD_FORMS(pow)
XGRAD_FORMS(atan2)
XGRAD_FORMS(hypot)
XGRAD_FORMS(xlogy)
XGRAD_FORMS(copysign)
XGRAD_FORMS(heaviside)
XGRAD_FORMS(clamp_min)
XGRAD_FORMS(clamp_max)
#undef XGRAD_FORMS

Tensor pow(Scalar x, const Tensor& exponent) { return number_to_power(x, exponent); }
Tensor xlogy(const Tensor& a, Scalar b) { return xlogy(a, wrap(b), Into()); }
Tensor xlogy(Scalar a, const Tensor& b) { return xlogy(wrap(a), b, Into()); }
Tensor& xlogy_(Tensor& a, Scalar b) { return xlogy(a, wrap(b), Into::in_place(a)), a; }
Tensor copysign(const Tensor& a, Scalar b) { return copysign(a, wrap(b), Into()); }
Tensor& copysign_(Tensor& a, Scalar b) { return copysign(a, wrap(b), Into::in_place(a)), a; }

Tensor fmax(const Tensor& a, const Tensor& b) { return chosen<"FmaxBackward0">(Binary::Fmax, a, b); }
Tensor fmin(const Tensor& a, const Tensor& b) { return chosen<"FminBackward0">(Binary::Fmin, a, b); }

Tensor logaddexp(const Tensor& a, const Tensor& b) {
  const ScalarType dtype = only_floating(a, b, "logaddexp_cpu");
  if (mixed(a, b, dtype)) return logaddexp(as_dtype(a, dtype), as_dtype(b, dtype));
  return function<"LogaddexpBackward0">(
      Binary::Logaddexp, dtype, a, b, {}, save_both, [](const Saved& s, const Tensor& g) -> Grads {
        const Tensor &a = s.input(0), &b = s.input(1);
        return {s.needs(0) ? g / (exp(b - a) + 1) : Tensor(), s.needs(1) ? g / (exp(a - b) + 1) : Tensor()};
      });
}
Tensor logaddexp2(const Tensor& a, const Tensor& b) {
  const ScalarType dtype = only_floating(a, b, "logaddexp2_cpu");
  if (mixed(a, b, dtype)) return logaddexp2(as_dtype(a, dtype), as_dtype(b, dtype));
  return function<"Logaddexp2Backward0">(
      Binary::Logaddexp2, dtype, a, b, {}, save_both, [](const Saved& s, const Tensor& g) -> Grads {
        const Tensor &a = s.input(0), &b = s.input(1);
        return {s.needs(0) ? g / (exp2(b - a) + 1) : Tensor(), s.needs(1) ? g / (exp2(a - b) + 1) : Tensor()};
      });
}

Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value) { return addcmul(x, a, b, value, {}); }
Tensor& addcmul_(Tensor& x, const Tensor& a, const Tensor& b, Scalar value) {
  return addcmul(x, a, b, value, Into::in_place(x)), x;
}
Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value) { return addcdiv(x, a, b, value, {}); }
Tensor& addcdiv_(Tensor& x, const Tensor& a, const Tensor& b, Scalar value) {
  return addcdiv(x, a, b, value, Into::in_place(x)), x;
}
Tensor lerp(const Tensor& a, const Tensor& b, const Tensor& weight) { return lerp(a, b, weight, {}); }
Tensor& lerp_(Tensor& a, const Tensor& b, const Tensor& weight) { return lerp(a, b, weight, Into::in_place(a)), a; }

Tensor clamp(const Tensor& x, const Tensor& min) { return clamp_to(x, min, Tensor(), Into()); }
Tensor clamp(const Tensor& x, const Tensor& min, const Tensor& max) { return clamp_to(x, min, max, Into()); }
Tensor& clamp_(Tensor& x, const Tensor& min) { return clamp_to(x, min, Tensor(), Into::in_place(x)), x; }
Tensor& clamp_(Tensor& x, const Tensor& min, const Tensor& max) { return clamp_to(x, min, max, Into::in_place(x)), x; }
Tensor clamp_min(const Tensor& x, Scalar min) { return clamp(x, std::optional(min), other_bound(min)); }
Tensor& clamp_min_(Tensor& x, Scalar min) { return clamp_(x, std::optional(min), other_bound(min)); }
Tensor clamp_max(const Tensor& x, Scalar max) { return clamp(x, other_bound(max), max); }
Tensor& clamp_max_(Tensor& x, Scalar max) { return clamp_(x, other_bound(max), max); }

}  // namespace xgrad
