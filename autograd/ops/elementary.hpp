/// Exponential, trigonometric, hyperbolic and special functions of one tensor.
///
/// Integers and bools go to the default floating dtype; an in-place twin therefore throws for them. Special values are
/// the C library's. Formulas follow PyTorch's, derivatives of every order exist.
#pragma once

#include <xgrad/autograd/ops/method.hpp>

namespace xgrad {

/// y = 2^x                dx = g·y·ln 2
Tensor exp2(const Tensor& x);
Tensor& exp2_(Tensor& x);

/// y = e^x − 1, accurate near zero dx = g·(y + 1)
Tensor expm1(const Tensor& x);
Tensor& expm1_(Tensor& x);

/// y = log₂ x             dx = g / (x·ln 2)
Tensor log2(const Tensor& x);
Tensor& log2_(Tensor& x);

/// y = log₁₀ x            dx = g / (x·ln 10)
Tensor log10(const Tensor& x);
Tensor& log10_(Tensor& x);

/// y = 1/√x               dx = −g·y³/2
Tensor rsqrt(const Tensor& x);
Tensor& rsqrt_(Tensor& x);

/// y = tan x              dx = g·(1 + y²)
Tensor tan(const Tensor& x);
Tensor& tan_(Tensor& x);

/// y = arcsin x           dx = g / √(1 − x²)
Tensor asin(const Tensor& x);
Tensor& asin_(Tensor& x);

/// y = arccos x           dx = −g / √(1 − x²)
Tensor acos(const Tensor& x);
Tensor& acos_(Tensor& x);

/// y = arctan x           dx = g / (x² + 1)
Tensor atan(const Tensor& x);
Tensor& atan_(Tensor& x);

/// y = sinh x             dx = g·cosh x
Tensor sinh(const Tensor& x);
Tensor& sinh_(Tensor& x);

/// y = cosh x             dx = g·sinh x
Tensor cosh(const Tensor& x);
Tensor& cosh_(Tensor& x);

/// y = arsinh x           dx = g / √(x² + 1)
Tensor asinh(const Tensor& x);
Tensor& asinh_(Tensor& x);

/// y = arcosh x           dx = g / √(x² − 1)
Tensor acosh(const Tensor& x);
Tensor& acosh_(Tensor& x);

/// y = artanh x           dx = g / (1 − x²)
Tensor atanh(const Tensor& x);
Tensor& atanh_(Tensor& x);

/// y = sin(πx) / (πx), 1 at 0 dx = g·(cos(πx) − y) / x, 0 at 0
Tensor sinc(const Tensor& x);
Tensor& sinc_(Tensor& x);

/// y = 2/√π·∫₀ˣ e^(−t²) dt dx = g·2/√π·e^(−x²)
Tensor erf(const Tensor& x);
Tensor& erf_(Tensor& x);

/// y = 1 − erf x          dx = −g·2/√π·e^(−x²)
Tensor erfc(const Tensor& x);
Tensor& erfc_(Tensor& x);

/// the y with erf y = x   dx = g·√π/2·e^(y²)
Tensor erfinv(const Tensor& x);
Tensor& erfinv_(Tensor& x);

/// y = ln |Γ(x)|          dx = g·digamma(x)
Tensor lgamma(const Tensor& x);
Tensor& lgamma_(Tensor& x);

/// y = ψ(x) = d ln Γ(x) / dx dx = g·polygamma(1, x)
Tensor digamma(const Tensor& x);
Tensor& digamma_(Tensor& x);

/// The n-th derivative of ψ; polygamma(0, x) is digamma(x)      dx = g·polygamma(n + 1, x). Throws for n < 0.
Tensor polygamma(std::int64_t n, const Tensor& x);
Tensor& polygamma_(Tensor& x, std::int64_t n);

/// y = ln(x / (1 − x))    dx = g / (x·(1 − x)). With `eps`, of x clamped to [eps, 1 − eps]: dx = 0 outside; without,
/// NaN outside of [0, 1].
Tensor logit(const Tensor& x, std::optional<double> eps = std::nullopt);
Tensor& logit_(Tensor& x, std::optional<double> eps = std::nullopt);

/// y = x·π/180, and x·180/π
Tensor deg2rad(const Tensor& x);
Tensor& deg2rad_(Tensor& x);
Tensor rad2deg(const Tensor& x);
Tensor& rad2deg_(Tensor& x);

template <class T>
struct ElementaryMethods : Methods<T, ElementaryMethods<T>> {
  using Methods<T, ElementaryMethods>::as;
  using Methods<T, ElementaryMethods>::writable;
  T exp2() const { return xgrad::exp2(as(this)); }
  T& exp2_() const { return xgrad::exp2_(writable(this)); }
  T expm1() const { return xgrad::expm1(as(this)); }
  T& expm1_() const { return xgrad::expm1_(writable(this)); }
  T log2() const { return xgrad::log2(as(this)); }
  T& log2_() const { return xgrad::log2_(writable(this)); }
  T log10() const { return xgrad::log10(as(this)); }
  T& log10_() const { return xgrad::log10_(writable(this)); }
  T rsqrt() const { return xgrad::rsqrt(as(this)); }
  T& rsqrt_() const { return xgrad::rsqrt_(writable(this)); }
  T tan() const { return xgrad::tan(as(this)); }
  T& tan_() const { return xgrad::tan_(writable(this)); }
  T asin() const { return xgrad::asin(as(this)); }
  T& asin_() const { return xgrad::asin_(writable(this)); }
  T acos() const { return xgrad::acos(as(this)); }
  T& acos_() const { return xgrad::acos_(writable(this)); }
  T atan() const { return xgrad::atan(as(this)); }
  T& atan_() const { return xgrad::atan_(writable(this)); }
  T sinh() const { return xgrad::sinh(as(this)); }
  T& sinh_() const { return xgrad::sinh_(writable(this)); }
  T cosh() const { return xgrad::cosh(as(this)); }
  T& cosh_() const { return xgrad::cosh_(writable(this)); }
  T asinh() const { return xgrad::asinh(as(this)); }
  T& asinh_() const { return xgrad::asinh_(writable(this)); }
  T acosh() const { return xgrad::acosh(as(this)); }
  T& acosh_() const { return xgrad::acosh_(writable(this)); }
  T atanh() const { return xgrad::atanh(as(this)); }
  T& atanh_() const { return xgrad::atanh_(writable(this)); }
  T sinc() const { return xgrad::sinc(as(this)); }
  T& sinc_() const { return xgrad::sinc_(writable(this)); }
  T erf() const { return xgrad::erf(as(this)); }
  T& erf_() const { return xgrad::erf_(writable(this)); }
  T erfc() const { return xgrad::erfc(as(this)); }
  T& erfc_() const { return xgrad::erfc_(writable(this)); }
  T erfinv() const { return xgrad::erfinv(as(this)); }
  T& erfinv_() const { return xgrad::erfinv_(writable(this)); }
  T lgamma() const { return xgrad::lgamma(as(this)); }
  T& lgamma_() const { return xgrad::lgamma_(writable(this)); }
  T digamma() const { return xgrad::digamma(as(this)); }
  T& digamma_() const { return xgrad::digamma_(writable(this)); }
  T deg2rad() const { return xgrad::deg2rad(as(this)); }
  T& deg2rad_() const { return xgrad::deg2rad_(writable(this)); }
  T rad2deg() const { return xgrad::rad2deg(as(this)); }
  T& rad2deg_() const { return xgrad::rad2deg_(writable(this)); }
  T polygamma(std::int64_t n) const { return xgrad::polygamma(n, as(this)); }
  auto polygamma(kwargs::Argument<kwargs::key::n, int> n) const { return polygamma(n.value); }
  T& polygamma_(std::int64_t n) const { return xgrad::polygamma_(writable(this), n); }
  T logit(std::optional<double> eps = std::nullopt) const { return xgrad::logit(as(this), eps); }
  T& logit_(std::optional<double> eps = std::nullopt) const { return xgrad::logit_(writable(this), eps); }

  // By keyword: ops/keyword_forms.hpp.
  XGRAD_TAKES_KEYWORDS(logit)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(polygamma)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(logit)
};

}  // namespace xgrad
