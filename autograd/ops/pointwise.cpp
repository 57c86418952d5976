#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

#include <cmath>
#include <limits>

namespace xgrad {

using kernels::Unary;
using ops::as_dtype;
using ops::irrational;
using ops::rational;
using ops::save_x;
using ops::save_y;

namespace {

/// y = −x                 dx = −g
Tensor neg(const Tensor& x, Into into) {
  check(
      x.dtype() != kBool,
      "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` "
      "or `logical_not()` operator instead.");
  return rational<"NegBackward0">(Unary::Neg, x, into, no_save,
                                  [](const Saved&, Tensor&& g) -> Grads { return {-std::move(g)}; });
}

/// y = |x|                dx = g·sign(x)
Tensor abs(const Tensor& x, Into into) {
  check<NotImplementedError>(x.dtype() != kBool, "\"abs_cpu\" not implemented for 'Bool'");
  return rational<"AbsBackward0">(Unary::Abs, x, into, save_x, [](const Saved& s, Tensor&& g) -> Grads {
    return {std::move(g) * sign(s.input(0))};
  });
}

/// y = sign(x)            dx = 0
Tensor sign(const Tensor& x, Into into) {
  return rational<"SignBackward0">(Unary::Sign, x, into, no_save,
                                   [](const Saved&, const Tensor& g) -> Grads { return {zeros_like(g)}; });
}

/// In place, a power has x's own dtype.
void check_power(const Tensor& x, ScalarType dtype, Scalar p, Into into) {
  check(is_floating_point(dtype) || p.toLong() >= 0, "Integers to negative integer powers are not allowed.");
  check(!into.self() || can_cast(dtype, x.dtype()), "Found dtype {} but expected {}", x.dtype(), dtype);
}

/// y = x²                 dx = 2·g·x
Tensor square(const Tensor& x, Into into) {
  const ScalarType dtype = x.dtype() == kBool ? kInt64 : x.dtype();
  check_power(x, dtype, 2, into);
  if (x.dtype() != dtype) return square(as_dtype(x, dtype), into);
  told(2);
  return rational<"PowBackward0">(Unary::Square, x, into, save_x, [](const Saved& s, Tensor&& g) -> Grads {
    return {std::move(g) * (s.input(0) * 2)};
  });
}

/// y = x^p                dx = g·p·x^(p−1)
Tensor pow(const Tensor& x, Scalar p, Into into) {
  const ScalarType dtype = ops::promoted_type(x, ops::wrap(p));
  check<NotImplementedError>(dtype != kBool, "\"pow\" not implemented for 'Bool'");
  check_power(x, dtype, p, into);
  if (x.dtype() != dtype) return pow(as_dtype(x, dtype), p, into);
  told(p);
  return differentiable<"PowBackward0">(
      inputs(x), into, [&](const Array* out) { return kernels::pow(x.array(), p, out); }, save_x,
      [p](const Saved& s, Tensor&& g) -> Grads {
        if (p.equal(0)) return {zeros_like(g)};
        const Scalar less = p.isFloatingPoint() ? Scalar(p.toDouble() - 1) : Scalar(p.toLong() - 1);
        return {std::move(g) * (xgrad::pow(s.input(0), less) * p)};
      });
}

/// y = √x                 dx = g / (2y)
Tensor sqrt(const Tensor& x, Into into) {
  return irrational<"SqrtBackward0">(Unary::Sqrt, x, into, save_y, [](const Saved& s, Tensor&& g) -> Grads {
    return {std::move(g) / (s.output() * 2)};
  });
}

/// y = 1/x                dx = −g·y²
Tensor reciprocal(const Tensor& x, Into into) {
  return irrational<"ReciprocalBackward0">(Unary::Reciprocal, x, into, save_y, [](const Saved& s, Tensor&& g) -> Grads {
    return {-std::move(g) * (s.output() * s.output())};
  });
}

/// y = e^x                dx = g·y
Tensor exp(const Tensor& x, Into into) {
  return irrational<"ExpBackward0">(Unary::Exp, x, into, save_y,
                                    [](const Saved& s, Tensor&& g) -> Grads { return {std::move(g) * s.output()}; });
}

/// y = ln x               dx = g/x
Tensor log(const Tensor& x, Into into) {
  return irrational<"LogBackward0">(Unary::Log, x, into, save_x,
                                    [](const Saved& s, Tensor&& g) -> Grads { return {std::move(g) / s.input(0)}; });
}

/// y = ln(1 + x)          dx = g / (1 + x)
Tensor log1p(const Tensor& x, Into into) {
  return irrational<"Log1PBackward0">(Unary::Log1p, x, into, save_x, [](const Saved& s, Tensor&& g) -> Grads {
    return {std::move(g) / (s.input(0) + 1)};
  });
}

/// y = sin x              dx = g·cos x
Tensor sin(const Tensor& x, Into into) {
  return irrational<"SinBackward0">(Unary::Sin, x, into, save_x, [](const Saved& s, Tensor&& g) -> Grads {
    return {std::move(g) * cos(s.input(0))};
  });
}

/// y = cos x              dx = −g·sin x
Tensor cos(const Tensor& x, Into into) {
  return irrational<"CosBackward0">(Unary::Cos, x, into, save_x, [](const Saved& s, Tensor&& g) -> Grads {
    return {-std::move(g) * sin(s.input(0))};
  });
}

/// y = min(max(x, low), high)     dx = g where low ≤ x ≤ high, else 0
Tensor clamp(const Tensor& x, std::optional<Scalar> low, std::optional<Scalar> high, Into into) {
  check(low || high, "torch.clamp: At least one of 'min' or 'max' must not be None");
  ScalarType dtype = x.dtype();
  for (const auto& bound : {low, high}) {
    if (bound) dtype = promote_types(dtype, ops::promoted_type(x, ops::wrap(*bound)));
  }
  check(!into.self() || can_cast(dtype, x.dtype()), "result type {} can't be cast to the desired output type {}",
        info(dtype).cname, info(x.dtype()).type);
  check<NotImplementedError>(dtype != kBool || (low && high), "\"{}\" not implemented for 'Bool'",
                             low ? "clamp_min_cpu" : "clamp_max_scalar_cpu");
  if (x.dtype() != dtype) return clamp(as_dtype(x, dtype), low, high, into);
  told(low, high);
  return differentiable<"ClampBackward1">(
      inputs(x), into,
      [&](const Array* out) {
        if (!low || !high || !(std::isnan(low->toDouble()) || std::isnan(high->toDouble())))
          return kernels::clamp(x.array(), low, high, out);
        const Array y = out ? *out : empty_like(x.detach()).array();  // nothing lies between bounds of which one is NaN
        kernels::fill(y, std::numeric_limits<double>::quiet_NaN());
        return y;
      },
      save_x,
      [low, high](const Saved& s, const Tensor& g) -> Grads {
        const Tensor& x = s.input(0);
        const Tensor inside = low && high ? logical_and(x >= *low, x <= *high) : low ? x >= *low : x <= *high;
        return {where(inside, g, 0.)};
      });
}

Into over_floating(Tensor& x) { return x.is_floating_point() ? ops::over(x) : Into(); }

/// Where a derivative may put its result of y's shape and dtype: over the gradient that it was given. `saves_g`: what
/// is recorded of it reads g.
Into over_gradient(Tensor& g, const Tensor& y, bool saves_g) {
  if (saves_g && detail::grad_mode) return {};
  return g.dtype() == y.dtype() && g.sizes() == y.sizes() && y.is_contiguous() ? ops::over(g) : Into();
}

/// y ≤ 0 ? 0 : g          dg = h unless y ≤ 0, dy = 0
Tensor relu_backward(const Tensor& g, const Tensor& y, Into into) {
  return differentiable<"ReluBackwardBackward0">(
      inputs(g, y), into,
      [&](const Array* out) {
        return kernels::binary(kernels::Binary::ReluBackward, g.array(), y.array(), y.dtype(), out);
      },
      [](Save& s) { s.input(1); },
      [](const Saved& s, const Tensor& h) -> Grads {
        return {s.needs(0) ? xgrad::relu_backward(h, s.input(1)) : Tensor(), Tensor()};
      });
}

/// y = max(0, x)          dx = g unless y ≤ 0
Tensor relu(const Tensor& x, Into into) {
  check(x.dtype() != kBool, "Boolean inputs not supported for relu");
  return rational<"ReluBackward0">(Unary::Relu, x, into, save_y, [](const Saved& s, Tensor&& g) -> Grads {
    const Tensor& y = s.output();
    return {relu_backward(g, y, over_gradient(g, y, false))};
  });
}

/// A fused derivative f(g, y), linear in g.
template <FixedString Name, class Derivative>
Tensor fused(kernels::Binary op, const Tensor& g, const Tensor& y, Into into, Derivative derivative) {
  return differentiable<Name>(
      inputs(g, y), into, [&](const Array* out) { return kernels::binary(op, g.array(), y.array(), y.dtype(), out); },
      [](Save& s) {
        s.input(1);
        if (s.needed(1)) s.input(0);
      },
      std::move(derivative));
}

/// g·y·(1 − y)            dg = h·y·(1 − y), dy = h·g·(1 − 2y)
Tensor sigmoid_backward(const Tensor& g, const Tensor& y, Into into) {
  return fused<"SigmoidBackwardBackward0">(kernels::Binary::SigmoidBackward, g, y, into,
                                           [](const Saved& s, const Tensor& h) -> Grads {
                                             const Tensor& y = s.input(1);
                                             return {s.needs(0) ? xgrad::sigmoid_backward(h, y) : Tensor(),
                                                     s.needs(1) ? h * s.input(0) * (1 - y * 2) : Tensor()};
                                           });
}

/// g·(1 − y²)             dg = h·(1 − y²), dy = −2·h·g·y
Tensor tanh_backward(const Tensor& g, const Tensor& y, Into into) {
  return fused<"TanhBackwardBackward0">(
      kernels::Binary::TanhBackward, g, y, into, [](const Saved& s, const Tensor& h) -> Grads {
        const Tensor& y = s.input(1);
        return {s.needs(0) ? xgrad::tanh_backward(h, y) : Tensor(), s.needs(1) ? h * s.input(0) * y * -2 : Tensor()};
      });
}

/// y = 1 / (1 + e^−x)     dx = g·y·(1 − y)
Tensor sigmoid(const Tensor& x, Into into) {
  return irrational<"SigmoidBackward0">(Unary::Sigmoid, x, into, save_y, [](const Saved& s, Tensor&& g) -> Grads {
    const Tensor& y = s.output();
    return {sigmoid_backward(g, y, over_gradient(g, y, true))};
  });
}

/// y = tanh x             dx = g·(1 − y²)
Tensor tanh(const Tensor& x, Into into) {
  return irrational<"TanhBackward0">(Unary::Tanh, x, into, save_y, [](const Saved& s, Tensor&& g) -> Grads {
    const Tensor& y = s.output();
    return {tanh_backward(g, y, over_gradient(g, y, true))};
  });
}

void check_float_power_base(const Tensor& x) {
  check(x.dtype() == kFloat64,
        "the base given to float_power_ has dtype {} but the operation's result requires dtype {}", x.dtype(),
        kFloat64);
}

}  // namespace

Tensor relu_backward(const Tensor& g, const Tensor& y) { return relu_backward(g, y, Into()); }
Tensor sigmoid_backward(const Tensor& g, const Tensor& y) { return sigmoid_backward(g, y, Into()); }
Tensor tanh_backward(const Tensor& g, const Tensor& y) { return tanh_backward(g, y, Into()); }

Tensor neg(const Tensor& x) { return neg(x, Into()); }
Tensor& neg_(Tensor& x) { return neg(x, Into::in_place(x)), x; }
Tensor abs(const Tensor& x) { return abs(x, Into()); }
Tensor& abs_(Tensor& x) { return abs(x, Into::in_place(x)), x; }
Tensor sign(const Tensor& x) { return sign(x, Into()); }
Tensor& sign_(Tensor& x) { return sign(x, Into::in_place(x)), x; }
Tensor square(const Tensor& x) { return square(x, Into()); }
Tensor& square_(Tensor& x) { return square(x, Into::in_place(x)), x; }
Tensor pow(const Tensor& x, Scalar exponent) { return pow(x, exponent, Into()); }
Tensor& pow_(Tensor& x, Scalar exponent) { return pow(x, exponent, Into::in_place(x)), x; }
Tensor float_power(const Tensor& x, const Tensor& exponent) { return pow(x.to(kFloat64), exponent.to(kFloat64)); }
Tensor float_power(const Tensor& x, Scalar exponent) { return pow(x.to(kFloat64), exponent.toDouble()); }
Tensor float_power(Scalar x, const Tensor& exponent) { return pow(x.toDouble(), exponent.to(kFloat64)); }
Tensor& float_power_(Tensor& x, const Tensor& exponent) {
  check_float_power_base(x);
  return pow_(x, exponent.to(kFloat64));
}
Tensor& float_power_(Tensor& x, Scalar exponent) {
  check_float_power_base(x);
  return pow_(x, exponent.toDouble());
}
Tensor sqrt(const Tensor& x) { return sqrt(x, Into()); }
Tensor& sqrt_(Tensor& x) { return sqrt(x, Into::in_place(x)), x; }
Tensor reciprocal(const Tensor& x) { return reciprocal(x, Into()); }
Tensor& reciprocal_(Tensor& x) { return reciprocal(x, Into::in_place(x)), x; }
Tensor exp(const Tensor& x) { return exp(x, Into()); }
Tensor& exp_(Tensor& x) { return exp(x, Into::in_place(x)), x; }
Tensor log(const Tensor& x) { return log(x, Into()); }
Tensor& log_(Tensor& x) { return log(x, Into::in_place(x)), x; }
Tensor log1p(const Tensor& x) { return log1p(x, Into()); }
Tensor& log1p_(Tensor& x) { return log1p(x, Into::in_place(x)), x; }
Tensor sin(const Tensor& x) { return sin(x, Into()); }
Tensor& sin_(Tensor& x) { return sin(x, Into::in_place(x)), x; }
Tensor cos(const Tensor& x) { return cos(x, Into()); }
Tensor& cos_(Tensor& x) { return cos(x, Into::in_place(x)), x; }
Tensor clamp(const Tensor& x, std::optional<Scalar> min, std::optional<Scalar> max) {
  return clamp(x, min, max, Into());
}
Tensor& clamp_(Tensor& x, std::optional<Scalar> min, std::optional<Scalar> max) {
  return clamp(x, min, max, Into::in_place(x)), x;
}
Tensor positive(const Tensor& x) {
  check(x.dtype() != kBool, "The `+` operator, on a bool tensor is not supported.");
  return x;
}
Tensor operator-(Tensor&& x) { return neg(x, ops::over(x)); }
Tensor relu(Tensor x) { return relu(x, ops::over(x)); }
Tensor& relu_(Tensor& x) { return relu(x, Into::in_place(x)), x; }
Tensor sigmoid(Tensor x) { return sigmoid(x, over_floating(x)); }
Tensor& sigmoid_(Tensor& x) { return sigmoid(x, Into::in_place(x)), x; }
Tensor tanh(Tensor x) { return tanh(x, over_floating(x)); }
Tensor& tanh_(Tensor& x) { return tanh(x, Into::in_place(x)), x; }

}  // namespace xgrad
