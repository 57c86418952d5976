/// Arithmetic, element by element, with broadcasting and PyTorch's promotion.
///
/// Unless a function says otherwise: shapes broadcast, dtypes promote, the functions whose results are irrational take
/// integers to the default floating dtype, and errors are Error (shapes), TypeError (dtypes). A trailing underscore
/// changes the first argument in place and returns it; its shape and dtype stay, so broadcasting it or putting a float
/// into an integer tensor throws.
#pragma once

#include <xgrad/autograd/ops/method.hpp>

#include <string_view>

namespace xgrad {

/// y = a + alpha·b        da = g, db = alpha·g
Tensor add(const Tensor& a, const Tensor& b, Scalar alpha = 1);
Tensor add(const Tensor& a, Scalar b, Scalar alpha = 1);
Tensor& add_(Tensor& a, const Tensor& b, Scalar alpha = 1);
Tensor& add_(Tensor& a, Scalar b, Scalar alpha = 1);

/// y = a − alpha·b        da = g, db = −alpha·g
Tensor sub(const Tensor& a, const Tensor& b, Scalar alpha = 1);
Tensor sub(const Tensor& a, Scalar b, Scalar alpha = 1);
Tensor& sub_(Tensor& a, const Tensor& b, Scalar alpha = 1);
Tensor& sub_(Tensor& a, Scalar b, Scalar alpha = 1);
/// y = b − alpha·a: subtraction with the arguments swapped, as `1 - x` uses it.
Tensor rsub(const Tensor& a, const Tensor& b, Scalar alpha = 1);
Tensor rsub(const Tensor& a, Scalar b, Scalar alpha = 1);

/// y = a · b              da = g·b, db = g·a
Tensor mul(const Tensor& a, const Tensor& b);
Tensor mul(const Tensor& a, Scalar b);
Tensor& mul_(Tensor& a, const Tensor& b);
Tensor& mul_(Tensor& a, Scalar b);

/// y = a / b              da = g/b, db = −g·(a/b)/b. Integers divide to the default floating dtype.
Tensor div(const Tensor& a, const Tensor& b);
Tensor div(const Tensor& a, Scalar b);
Tensor& div_(Tensor& a, const Tensor& b);
Tensor& div_(Tensor& a, Scalar b);

/// a / b as `rounding_mode` says: none is true division, "trunc" goes towards zero, "floor" down. With a mode integers
/// stay integers, dividing them by zero throws, and da = db = 0.
Tensor div(const Tensor& a, const Tensor& b, std::optional<std::string_view> rounding_mode);
Tensor div(const Tensor& a, Scalar b, std::optional<std::string_view> rounding_mode);
Tensor& div_(Tensor& a, const Tensor& b, std::optional<std::string_view> rounding_mode);
Tensor& div_(Tensor& a, Scalar b, std::optional<std::string_view> rounding_mode);

/// y = −x                 dx = −g. Not for bool.
Tensor neg(const Tensor& x);
Tensor& neg_(Tensor& x);
/// +x, x itself; throws for bools.
Tensor positive(const Tensor& x);

/// y = |x|                dx = g·sign(x)
Tensor abs(const Tensor& x);
Tensor& abs_(Tensor& x);

/// y = sign(x), in {−1, 0, 1}; of NaN, 0      dx = 0
Tensor sign(const Tensor& x);
Tensor& sign_(Tensor& x);

/// y = x^p                dx = g·p·x^(p−1). Integers to negative integer powers throw.
Tensor pow(const Tensor& x, Scalar exponent);
Tensor& pow_(Tensor& x, Scalar exponent);
/// y = x^p                dx = g·p·x^(p−1), dp = g·y·ln x; 0 where p is 0, and where x is 0 and p ≥ 0.
/// Integers overflow as machine words do; one to a negative power is 0, unless it is 1 or −1.
Tensor pow(const Tensor& x, const Tensor& exponent);
Tensor pow(Scalar x, const Tensor& exponent);
Tensor& pow_(Tensor& x, const Tensor& exponent);

/// x^p in float64, whatever the dtypes; in place therefore of float64 only.
Tensor float_power(const Tensor& x, const Tensor& exponent);
Tensor float_power(const Tensor& x, Scalar exponent);
Tensor float_power(Scalar x, const Tensor& exponent);
Tensor& float_power_(Tensor& x, const Tensor& exponent);
Tensor& float_power_(Tensor& x, Scalar exponent);

/// y = x²                 dx = 2·g·x
Tensor square(const Tensor& x);
Tensor& square_(Tensor& x);

/// y = √x                 dx = g / (2y)
Tensor sqrt(const Tensor& x);
Tensor& sqrt_(Tensor& x);

/// y = 1/x                dx = −g·y²
Tensor reciprocal(const Tensor& x);
Tensor& reciprocal_(Tensor& x);

/// y = e^x                dx = g·y
Tensor exp(const Tensor& x);
Tensor& exp_(Tensor& x);

/// y = ln x               dx = g/x
Tensor log(const Tensor& x);
Tensor& log_(Tensor& x);

/// y = ln(1 + x), accurate near zero      dx = g / (1 + x)
Tensor log1p(const Tensor& x);
Tensor& log1p_(Tensor& x);

/// y = sin x              dx = g·cos x
Tensor sin(const Tensor& x);
Tensor& sin_(Tensor& x);

/// y = cos x              dx = −g·sin x
Tensor cos(const Tensor& x);
Tensor& cos_(Tensor& x);

/// y = max(a, b)          the larger argument gets g; equal ones get g/2 each. NaN wins.
Tensor maximum(const Tensor& a, const Tensor& b);
/// y = min(a, b)          the smaller argument gets g; equal ones get g/2 each. NaN wins.
Tensor minimum(const Tensor& a, const Tensor& b);
/// The same, but NaN loses, and of equal arguments the first gets all of g.
Tensor fmax(const Tensor& a, const Tensor& b);
Tensor fmin(const Tensor& a, const Tensor& b);

/// y = the angle of (b, a), in (−π, π]      da = g·b / (a² + b²), db = −g·a / (a² + b²)
Tensor atan2(const Tensor& a, const Tensor& b);
Tensor& atan2_(Tensor& a, const Tensor& b);
/// y = √(a² + b²)         da = g·a/y, db = g·b/y. Floating tensors only.
Tensor hypot(const Tensor& a, const Tensor& b);
Tensor& hypot_(Tensor& a, const Tensor& b);

/// y = a·ln b, 0 where a is 0 unless b is NaN      da = g·ln b, db = g·a/b
Tensor xlogy(const Tensor& a, const Tensor& b);
Tensor xlogy(const Tensor& a, Scalar b);
Tensor xlogy(Scalar a, const Tensor& b);
Tensor& xlogy_(Tensor& a, const Tensor& b);
Tensor& xlogy_(Tensor& a, Scalar b);
/// y = ln(e^a + e^b), without overflow      da = g / (1 + e^(b−a)), db = g / (1 + e^(a−b)). Floating tensors only.
Tensor logaddexp(const Tensor& a, const Tensor& b);
/// y = log₂(2^a + 2^b)                      da = g / (1 + 2^(b−a)), db = g / (1 + 2^(a−b)). Floating tensors only.
Tensor logaddexp2(const Tensor& a, const Tensor& b);

/// y = |a| with b's sign  da = g·y/a, 0 where a is 0; db = 0
Tensor copysign(const Tensor& a, const Tensor& b);
Tensor copysign(const Tensor& a, Scalar b);
Tensor& copysign_(Tensor& a, const Tensor& b);
Tensor& copysign_(Tensor& a, Scalar b);
/// y = 0 where x < 0, `values` where x is 0, else 1; of NaN, 0. One dtype. No derivative, as in PyTorch.
Tensor heaviside(const Tensor& x, const Tensor& values);
Tensor& heaviside_(Tensor& x, const Tensor& values);

/// y = x + value·a·b      dx = g, da = g·value·b, db = g·value·a. Not for bool.
Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value = 1);
Tensor& addcmul_(Tensor& x, const Tensor& a, const Tensor& b, Scalar value = 1);
/// y = x + value·a/b      dx = g, da = g·value/b, db = −g·value·a/b². Not for two integers a and b.
Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value = 1);
Tensor& addcdiv_(Tensor& x, const Tensor& a, const Tensor& b, Scalar value = 1);

/// y = a + w·(b − a)      da = (1 − w)·g, db = w·g. Floating tensors of one dtype.
Tensor lerp(const Tensor& a, const Tensor& b, Scalar weight);
Tensor& lerp_(Tensor& a, const Tensor& b, Scalar weight);
/// The same with a weight for every element      dw = g·(b − a)
Tensor lerp(const Tensor& a, const Tensor& b, const Tensor& weight);
Tensor& lerp_(Tensor& a, const Tensor& b, const Tensor& weight);

/// y = min(max(x, low), high)     dx = g where low ≤ x ≤ high, else 0. At least one bound is needed.
Tensor clamp(const Tensor& x, std::optional<Scalar> min = std::nullopt, std::optional<Scalar> max = std::nullopt);
Tensor& clamp_(Tensor& x, std::optional<Scalar> min = std::nullopt, std::optional<Scalar> max = std::nullopt);
/// The same with a bound for every element; a bound gets g where it decides. A NaN among x and bounds is the result.
/// An undefined tensor is no bound.
Tensor clamp(const Tensor& x, const Tensor& min);
Tensor clamp(const Tensor& x, const Tensor& min, const Tensor& max);
Tensor& clamp_(Tensor& x, const Tensor& min);
Tensor& clamp_(Tensor& x, const Tensor& min, const Tensor& max);
/// clamp with one bound.
Tensor clamp_min(const Tensor& x, Scalar min);
Tensor clamp_min(const Tensor& x, const Tensor& min);
Tensor& clamp_min_(Tensor& x, Scalar min);
Tensor& clamp_min_(Tensor& x, const Tensor& min);
Tensor clamp_max(const Tensor& x, Scalar max);
Tensor clamp_max(const Tensor& x, const Tensor& max);
Tensor& clamp_max_(Tensor& x, Scalar max);
Tensor& clamp_max_(Tensor& x, const Tensor& max);

/// y = condition ? a : b  da = g where the condition holds, db elsewhere. `condition` is bool.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);
Tensor where(const Tensor& condition, Scalar a, const Tensor& b);
Tensor where(const Tensor& condition, const Tensor& a, Scalar b);
Tensor where(const Tensor& condition, Scalar a, Scalar b);

/// Every element becomes `value`; a tensor for one has no dimensions, and gets the sum of g. Throws where x's dtype
/// cannot hold the number, but −1 in uint8 is 255.
Tensor& fill_(Tensor& x, Scalar value);
Tensor& fill_(Tensor& x, const Tensor& value);
Tensor& zero_(Tensor& x);
/// Takes over the elements of `src`, which broadcasts and converts to x's dtype. Nothing is copied in the background,
/// whatever `non_blocking` says.
Tensor& copy_(Tensor& x, const Tensor& src, bool non_blocking = false);

template <class T>
struct PointwiseMethods : Methods<T, PointwiseMethods<T>> {
  using Methods<T, PointwiseMethods>::as;
  using Methods<T, PointwiseMethods>::writable;
  T add(const T& b, Scalar alpha = 1) const { return xgrad::add(as(this), b, alpha); }
  T add(Scalar b, Scalar alpha = 1) const { return xgrad::add(as(this), b, alpha); }
  T& add_(const T& b, Scalar alpha = 1) const { return xgrad::add_(writable(this), b, alpha); }
  T& add_(Scalar b, Scalar alpha = 1) const { return xgrad::add_(writable(this), b, alpha); }
  T sub(const T& b, Scalar alpha = 1) const { return xgrad::sub(as(this), b, alpha); }
  T sub(Scalar b, Scalar alpha = 1) const { return xgrad::sub(as(this), b, alpha); }
  T& sub_(const T& b, Scalar alpha = 1) const { return xgrad::sub_(writable(this), b, alpha); }
  T& sub_(Scalar b, Scalar alpha = 1) const { return xgrad::sub_(writable(this), b, alpha); }
  T mul(const T& b) const { return xgrad::mul(as(this), b); }
  T mul(Scalar b) const { return xgrad::mul(as(this), b); }
  T& mul_(const T& b) const { return xgrad::mul_(writable(this), b); }
  T& mul_(Scalar b) const { return xgrad::mul_(writable(this), b); }
  T div(const T& b) const { return xgrad::div(as(this), b); }
  T div(Scalar b) const { return xgrad::div(as(this), b); }
  T& div_(const T& b) const { return xgrad::div_(writable(this), b); }
  T& div_(Scalar b) const { return xgrad::div_(writable(this), b); }
  T div(const T& b, std::optional<std::string_view> rounding_mode) const {
    return xgrad::div(as(this), b, rounding_mode);
  }
  T div(Scalar b, std::optional<std::string_view> rounding_mode) const {
    return xgrad::div(as(this), b, rounding_mode);
  }
  T& div_(const T& b, std::optional<std::string_view> rounding_mode) const {
    return xgrad::div_(writable(this), b, rounding_mode);
  }
  T& div_(Scalar b, std::optional<std::string_view> rounding_mode) const {
    return xgrad::div_(writable(this), b, rounding_mode);
  }
  T neg() const { return xgrad::neg(as(this)); }
  T& neg_() const { return xgrad::neg_(writable(this)); }
  T positive() const { return xgrad::positive(as(this)); }
  T abs() const { return xgrad::abs(as(this)); }
  T& abs_() const { return xgrad::abs_(writable(this)); }
  T sign() const { return xgrad::sign(as(this)); }
  T& sign_() const { return xgrad::sign_(writable(this)); }
  T pow(Scalar exponent) const { return xgrad::pow(as(this), exponent); }
  T& pow_(Scalar exponent) const { return xgrad::pow_(writable(this), exponent); }
  T pow(const T& b) const { return xgrad::pow(as(this), b); }
  T& pow_(const T& b) const { return xgrad::pow_(writable(this), b); }
  T float_power(const T& exponent) const { return xgrad::float_power(as(this), exponent); }
  T float_power(Scalar exponent) const { return xgrad::float_power(as(this), exponent); }
  T& float_power_(const T& exponent) const { return xgrad::float_power_(writable(this), exponent); }
  T& float_power_(Scalar exponent) const { return xgrad::float_power_(writable(this), exponent); }
  T square() const { return xgrad::square(as(this)); }
  T& square_() const { return xgrad::square_(writable(this)); }
  T sqrt() const { return xgrad::sqrt(as(this)); }
  T& sqrt_() const { return xgrad::sqrt_(writable(this)); }
  T reciprocal() const { return xgrad::reciprocal(as(this)); }
  T& reciprocal_() const { return xgrad::reciprocal_(writable(this)); }
  T exp() const { return xgrad::exp(as(this)); }
  T& exp_() const { return xgrad::exp_(writable(this)); }
  T log() const { return xgrad::log(as(this)); }
  T& log_() const { return xgrad::log_(writable(this)); }
  T log1p() const { return xgrad::log1p(as(this)); }
  T& log1p_() const { return xgrad::log1p_(writable(this)); }
  T sin() const { return xgrad::sin(as(this)); }
  T& sin_() const { return xgrad::sin_(writable(this)); }
  T cos() const { return xgrad::cos(as(this)); }
  T& cos_() const { return xgrad::cos_(writable(this)); }
  T maximum(const T& b) const { return xgrad::maximum(as(this), b); }
  T minimum(const T& b) const { return xgrad::minimum(as(this), b); }
  T fmax(const T& b) const { return xgrad::fmax(as(this), b); }
  T fmin(const T& b) const { return xgrad::fmin(as(this), b); }
  T atan2(const T& b) const { return xgrad::atan2(as(this), b); }
  T& atan2_(const T& b) const { return xgrad::atan2_(writable(this), b); }
  T hypot(const T& b) const { return xgrad::hypot(as(this), b); }
  T& hypot_(const T& b) const { return xgrad::hypot_(writable(this), b); }
  T xlogy(const T& b) const { return xgrad::xlogy(as(this), b); }
  T xlogy(Scalar b) const { return xgrad::xlogy(as(this), b); }
  T& xlogy_(const T& b) const { return xgrad::xlogy_(writable(this), b); }
  T& xlogy_(Scalar b) const { return xgrad::xlogy_(writable(this), b); }
  T logaddexp(const T& b) const { return xgrad::logaddexp(as(this), b); }
  T logaddexp2(const T& b) const { return xgrad::logaddexp2(as(this), b); }
  T copysign(const T& b) const { return xgrad::copysign(as(this), b); }
  T copysign(Scalar b) const { return xgrad::copysign(as(this), b); }
  T& copysign_(const T& b) const { return xgrad::copysign_(writable(this), b); }
  T& copysign_(Scalar b) const { return xgrad::copysign_(writable(this), b); }
  T heaviside(const T& b) const { return xgrad::heaviside(as(this), b); }
  T& heaviside_(const T& b) const { return xgrad::heaviside_(writable(this), b); }
  T addcmul(const T& a, const T& b, Scalar value = 1) const { return xgrad::addcmul(as(this), a, b, value); }
  T& addcmul_(const T& a, const T& b, Scalar value = 1) const { return xgrad::addcmul_(writable(this), a, b, value); }
  T addcdiv(const T& a, const T& b, Scalar value = 1) const { return xgrad::addcdiv(as(this), a, b, value); }
  T& addcdiv_(const T& a, const T& b, Scalar value = 1) const { return xgrad::addcdiv_(writable(this), a, b, value); }
  T lerp(const T& b, const T& weight) const { return xgrad::lerp(as(this), b, weight); }
  T& lerp_(const T& b, const T& weight) const { return xgrad::lerp_(writable(this), b, weight); }
  T clamp_min(Scalar b) const { return xgrad::clamp_min(as(this), b); }
  T clamp_min(const T& b) const { return xgrad::clamp_min(as(this), b); }
  T& clamp_min_(Scalar b) const { return xgrad::clamp_min_(writable(this), b); }
  T& clamp_min_(const T& b) const { return xgrad::clamp_min_(writable(this), b); }
  T clamp_max(Scalar b) const { return xgrad::clamp_max(as(this), b); }
  T clamp_max(const T& b) const { return xgrad::clamp_max(as(this), b); }
  T& clamp_max_(Scalar b) const { return xgrad::clamp_max_(writable(this), b); }
  T& clamp_max_(const T& b) const { return xgrad::clamp_max_(writable(this), b); }
  T clamp(const T& min) const { return xgrad::clamp(as(this), min); }
  T clamp(const T& min, const T& max) const { return xgrad::clamp(as(this), min, max); }
  T& clamp_(const T& min) const { return xgrad::clamp_(writable(this), min); }
  T& clamp_(const T& min, const T& max) const { return xgrad::clamp_(writable(this), min, max); }
  T lerp(const T& b, Scalar weight) const { return xgrad::lerp(as(this), b, weight); }
  T& lerp_(const T& b, Scalar weight) const { return xgrad::lerp_(writable(this), b, weight); }
  T clamp(std::optional<Scalar> min = std::nullopt, std::optional<Scalar> max = std::nullopt) const {
    return xgrad::clamp(as(this), min, max);
  }
  T& clamp_(std::optional<Scalar> min = std::nullopt, std::optional<Scalar> max = std::nullopt) const {
    return xgrad::clamp_(writable(this), min, max);
  }
  T where(const T& condition, const T& other) const { return xgrad::where(condition, as(this), other); }
  T where(const T& condition, Scalar other) const { return xgrad::where(condition, as(this), other); }
  template <class Value>
  auto where(const T& condition, kwargs::Argument<kwargs::key::other, Value> other) const {
    return where(condition, other.value);
  }
  T& fill_(Scalar value) const { return xgrad::fill_(writable(this), value); }
  T& fill_(const T& value) const { return xgrad::fill_(writable(this), value); }
  T& zero_() const { return xgrad::zero_(writable(this)); }
  T& copy_(const T& src, bool non_blocking = false) const { return xgrad::copy_(writable(this), src, non_blocking); }

  // By keyword: ops/keyword_forms.hpp.
  XGRAD_TAKES_KEYWORDS(add)
  XGRAD_TAKES_KEYWORDS(sub)
  XGRAD_TAKES_KEYWORDS(div)
  XGRAD_TAKES_KEYWORDS(clamp)
  XGRAD_TAKES_KEYWORDS(addcmul)
  XGRAD_TAKES_KEYWORDS(addcdiv)
  XGRAD_TAKES_KEYWORDS(lerp)
  XGRAD_TAKES_KEYWORDS(clamp_min)
  XGRAD_TAKES_KEYWORDS(clamp_max)
  XGRAD_TAKES_KEYWORDS(mul)
  XGRAD_TAKES_KEYWORDS(maximum)
  XGRAD_TAKES_KEYWORDS(minimum)
  XGRAD_TAKES_KEYWORDS(fmax)
  XGRAD_TAKES_KEYWORDS(fmin)
  XGRAD_TAKES_KEYWORDS(atan2)
  XGRAD_TAKES_KEYWORDS(hypot)
  XGRAD_TAKES_KEYWORDS(xlogy)
  XGRAD_TAKES_KEYWORDS(logaddexp)
  XGRAD_TAKES_KEYWORDS(logaddexp2)
  XGRAD_TAKES_KEYWORDS(copysign)
  XGRAD_TAKES_KEYWORDS(pow)
  XGRAD_TAKES_KEYWORDS(float_power)
  XGRAD_TAKES_KEYWORDS(heaviside)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(add)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(sub)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(div)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(clamp)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(clamp_min)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(clamp_max)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(addcmul)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(addcdiv)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(lerp)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(mul)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(atan2)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(hypot)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(xlogy)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(copysign)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(pow)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(float_power)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(heaviside)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(fill)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(copy)
};

}  // namespace xgrad
