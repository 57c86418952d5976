#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

namespace xgrad {

using kernels::Unary;
using ops::as_dtype;
using ops::irrational;
using ops::save_x;
using ops::save_y;

namespace {

constexpr double kLn2 = 0.69314718055994530942, kLn10 = 2.30258509299404568402, kPi = 3.14159265358979323846,
                 kTwoByRootPi = 1.12837916709551257390;

/// y = 2^x                dx = g·y·ln 2
Tensor exp2(const Tensor& x, Into into) {
  return irrational<"Exp2Backward0">(Unary::Exp2, x, into, save_y,
                                     [](const Saved& s, const Tensor& g) -> Grads { return {g * s.output() * kLn2}; });
}

/// y = e^x − 1, accurate near zero dx = g·(y + 1)
Tensor expm1(const Tensor& x, Into into) {
  return irrational<"Expm1Backward0">(Unary::Expm1, x, into, save_y,
                                      [](const Saved& s, const Tensor& g) -> Grads { return {g * (s.output() + 1)}; });
}

/// y = log₂ x             dx = g / (x·ln 2)
Tensor log2(const Tensor& x, Into into) {
  return irrational<"Log2Backward0">(
      Unary::Log2, x, into, save_x, [](const Saved& s, const Tensor& g) -> Grads { return {g / (s.input(0) * kLn2)}; });
}

/// y = log₁₀ x            dx = g / (x·ln 10)
Tensor log10(const Tensor& x, Into into) {
  return irrational<"Log10Backward0">(Unary::Log10, x, into, save_x, [](const Saved& s, const Tensor& g) -> Grads {
    return {g / (s.input(0) * kLn10)};
  });
}

/// y = 1/√x               dx = −g·y³/2
Tensor rsqrt(const Tensor& x, Into into) {
  return irrational<"RsqrtBackward0">(Unary::Rsqrt, x, into, save_y, [](const Saved& s, const Tensor& g) -> Grads {
    return {g * -0.5 * s.output().pow(3)};
  });
}

/// y = tan x              dx = g·(1 + y²)
Tensor tan(const Tensor& x, Into into) {
  return irrational<"TanBackward0">(Unary::Tan, x, into, save_y, [](const Saved& s, const Tensor& g) -> Grads {
    return {g * (s.output().square() + 1)};
  });
}

/// y = arcsin x           dx = g / √(1 − x²)
Tensor asin(const Tensor& x, Into into) {
  return irrational<"AsinBackward0">(Unary::Asin, x, into, save_x, [](const Saved& s, const Tensor& g) -> Grads {
    return {g * (1 - s.input(0).square()).rsqrt()};
  });
}

/// y = arccos x           dx = −g / √(1 − x²)
Tensor acos(const Tensor& x, Into into) {
  return irrational<"AcosBackward0">(Unary::Acos, x, into, save_x, [](const Saved& s, const Tensor& g) -> Grads {
    return {g * -(1 - s.input(0).square()).rsqrt()};
  });
}

/// y = arctan x           dx = g / (x² + 1)
Tensor atan(const Tensor& x, Into into) {
  return irrational<"AtanBackward0">(Unary::Atan, x, into, save_x, [](const Saved& s, const Tensor& g) -> Grads {
    return {g / (s.input(0).square() + 1)};
  });
}

/// y = sinh x             dx = g·cosh x
Tensor sinh(const Tensor& x, Into into) {
  return irrational<"SinhBackward0">(Unary::Sinh, x, into, save_x,
                                     [](const Saved& s, const Tensor& g) -> Grads { return {g * cosh(s.input(0))}; });
}

/// y = cosh x             dx = g·sinh x
Tensor cosh(const Tensor& x, Into into) {
  return irrational<"CoshBackward0">(Unary::Cosh, x, into, save_x,
                                     [](const Saved& s, const Tensor& g) -> Grads { return {g * sinh(s.input(0))}; });
}

/// y = arsinh x           dx = g / √(x² + 1)
Tensor asinh(const Tensor& x, Into into) {
  return irrational<"AsinhBackward0">(Unary::Asinh, x, into, save_x, [](const Saved& s, const Tensor& g) -> Grads {
    return {g * (s.input(0).square() + 1).rsqrt()};
  });
}

/// y = arcosh x           dx = g / √(x² − 1)
Tensor acosh(const Tensor& x, Into into) {
  return irrational<"AcoshBackward0">(Unary::Acosh, x, into, save_x, [](const Saved& s, const Tensor& g) -> Grads {
    return {g * (s.input(0).square() - 1).rsqrt()};
  });
}

/// y = artanh x           dx = g / (1 − x²)
Tensor atanh(const Tensor& x, Into into) {
  return irrational<"AtanhBackward0">(Unary::Atanh, x, into, save_x, [](const Saved& s, const Tensor& g) -> Grads {
    return {g / (1 - s.input(0).square())};
  });
}

/// y = sin(πx) / (πx), 1 at 0 dx = g·(cos(πx) − y) / x, 0 at 0
Tensor sinc(const Tensor& x, Into into) {
  return irrational<"SincBackward0">(Unary::Sinc, x, into, save_x, [](const Saved& s, const Tensor& g) -> Grads {
    const Tensor& x = s.input(0);
    const Tensor a = x * kPi, square = a * x;
    return {where(square == 0, 0., g * ((a * cos(a) - sin(a)) / square))};
  });
}

/// y = 2/√π·∫₀ˣ e^(−t²) dt dx = g·2/√π·e^(−x²)
Tensor erf(const Tensor& x, Into into) {
  return irrational<"ErfBackward0">(Unary::Erf, x, into, save_x, [](const Saved& s, const Tensor& g) -> Grads {
    return {g * exp(-s.input(0).square()) * kTwoByRootPi};
  });
}

/// y = 1 − erf x          dx = −g·2/√π·e^(−x²)
Tensor erfc(const Tensor& x, Into into) {
  return irrational<"ErfcBackward0">(Unary::Erfc, x, into, save_x, [](const Saved& s, const Tensor& g) -> Grads {
    return {g * exp(-s.input(0).square()) * -kTwoByRootPi};
  });
}

/// the y with erf y = x   dx = g·√π/2·e^(y²)
Tensor erfinv(const Tensor& x, Into into) {
  return irrational<"ErfinvBackward0">(Unary::Erfinv, x, into, save_y, [](const Saved& s, const Tensor& g) -> Grads {
    return {g * exp(s.output().square()) * (1 / kTwoByRootPi)};
  });
}

/// y = ln |Γ(x)|          dx = g·digamma(x)
Tensor lgamma(const Tensor& x, Into into) {
  return irrational<"LgammaBackward0">(Unary::Lgamma, x, into, save_x, [](const Saved& s, const Tensor& g) -> Grads {
    return {g * digamma(s.input(0))};
  });
}

/// y = ψ(x) = d ln Γ(x) / dx dx = g·polygamma(1, x)
Tensor digamma(const Tensor& x, Into into) {
  return irrational<"DigammaBackward0">(Unary::Digamma, x, into, save_x, [](const Saved& s, const Tensor& g) -> Grads {
    return {g * polygamma(1, s.input(0))};
  });
}

/// ψ's n-th derivative     dx = g·polygamma(n + 1, x)
Tensor polygamma(std::int64_t n, const Tensor& x, Into into) {
  check(n >= 0, "polygamma(n, x) does not support negative n.");
  const ScalarType dtype = ops::floating_type(x.dtype());
  ops::check_cast(dtype, into);
  if (x.dtype() != dtype) return polygamma(n, as_dtype(x, dtype), into);
  told(n);
  return differentiable<"PolygammaBackward0">(
      inputs(x), into, [&](const Array* out) { return kernels::polygamma(n, x.array(), out); }, save_x,
      [n](const Saved& s, const Tensor& g) -> Grads { return {g * xgrad::polygamma(n + 1, s.input(0))}; });
}

/// y = ln(x / (1 − x))    dx = g / (x·(1 − x)) within the bounds
Tensor logit(const Tensor& x, std::optional<double> eps, Into into) {
  const ScalarType dtype = ops::floating_type(x.dtype());
  ops::check_cast(dtype, into);
  if (x.dtype() != dtype) return logit(as_dtype(x, dtype), eps, into);
  told(eps);
  return differentiable<"LogitBackward0">(
      inputs(x), into,
      [&](const Array* out) {
        if (!eps) return kernels::unary(Unary::Logit, x.array(), out);
        return kernels::unary(Unary::Logit, kernels::clamp(x.array(), *eps, 1 - *eps), out);
      },
      save_x,
      [eps](const Saved& s, const Tensor& g) -> Grads {
        const Tensor& x = s.input(0);
        const double low = eps.value_or(0), outside = eps ? 0. : std::numeric_limits<double>::quiet_NaN();
        return {where(logical_and(x >= low, x <= 1 - low), g / (x * (1 - x)), outside)};
      });
}

}  // namespace

#define XGRAD_FORMS(NAME)                                  \
  Tensor NAME(const Tensor& x) { return NAME(x, Into()); } \
  Tensor& NAME##_(Tensor& x) { return NAME(x, Into::in_place(x)), x; }

XGRAD_FORMS(exp2)
XGRAD_FORMS(expm1)
XGRAD_FORMS(log2)
XGRAD_FORMS(log10)
XGRAD_FORMS(rsqrt)
XGRAD_FORMS(tan)
XGRAD_FORMS(asin)
XGRAD_FORMS(acos)
XGRAD_FORMS(atan)
XGRAD_FORMS(sinh)
XGRAD_FORMS(cosh)
XGRAD_FORMS(asinh)
XGRAD_FORMS(acosh)
XGRAD_FORMS(atanh)
XGRAD_FORMS(sinc)
XGRAD_FORMS(erf)
XGRAD_FORMS(erfc)
XGRAD_FORMS(erfinv)
XGRAD_FORMS(lgamma)
XGRAD_FORMS(digamma)

#undef XGRAD_FORMS

Tensor deg2rad(const Tensor& x) { return mul(x, kPi / 180); }
Tensor& deg2rad_(Tensor& x) { return mul_(x, kPi / 180); }
Tensor rad2deg(const Tensor& x) { return mul(x, 180 / kPi); }
Tensor& rad2deg_(Tensor& x) { return mul_(x, 180 / kPi); }

Tensor polygamma(std::int64_t n, const Tensor& x) { return polygamma(n, x, Into()); }
Tensor& polygamma_(Tensor& x, std::int64_t n) { return polygamma(n, x, Into::in_place(x)), x; }
Tensor logit(const Tensor& x, std::optional<double> eps) { return logit(x, eps, Into()); }
Tensor& logit_(Tensor& x, std::optional<double> eps) { return logit(x, eps, Into::in_place(x)), x; }

}  // namespace xgrad
