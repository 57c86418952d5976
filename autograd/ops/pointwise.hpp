/// Arithmetic, element by element, with broadcasting and PyTorch's promotion.
///
/// Unless a function says otherwise: shapes broadcast, dtypes promote, the functions whose results are irrational take
/// integers to the default floating dtype, and errors are Error (shapes), TypeError (dtypes). A trailing underscore
/// changes the first argument in place and returns it; its shape and dtype stay, so broadcasting it or putting a float
/// into an integer tensor throws.
#pragma once

#include <xgrad/autograd/ops/method.hpp>

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
/// y = alpha-free b − a: subtraction with the arguments swapped, as `1 - x` uses it.
Tensor rsub(const Tensor& a, Scalar b);

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

/// y = −x                 dx = −g. Not for bool.
Tensor neg(const Tensor& x);
Tensor& neg_(Tensor& x);

/// y = |x|                dx = g·sign(x)
Tensor abs(const Tensor& x);
Tensor& abs_(Tensor& x);

/// y = sign(x), in {−1, 0, 1}; of NaN, 0      dx = 0
Tensor sign(const Tensor& x);
Tensor& sign_(Tensor& x);

/// y = x^p                dx = g·p·x^(p−1). Integers to negative integer powers throw.
Tensor pow(const Tensor& x, Scalar exponent);
Tensor& pow_(Tensor& x, Scalar exponent);

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

/// y = a + w·(b − a)      da = (1 − w)·g, db = w·g. Floating tensors of one dtype.
Tensor lerp(const Tensor& a, const Tensor& b, Scalar weight);
Tensor& lerp_(Tensor& a, const Tensor& b, Scalar weight);

/// y = min(max(x, low), high)     dx = g where low ≤ x ≤ high, else 0. At least one bound is needed.
Tensor clamp(const Tensor& x, std::optional<Scalar> min, std::optional<Scalar> max = std::nullopt);
Tensor& clamp_(Tensor& x, std::optional<Scalar> min, std::optional<Scalar> max = std::nullopt);

/// y = condition ? a : b  da = g where the condition holds, db elsewhere. `condition` is bool.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);
Tensor where(const Tensor& condition, Scalar a, const Tensor& b);
Tensor where(const Tensor& condition, const Tensor& a, Scalar b);

/// Every element becomes `value`.
Tensor& fill_(Tensor& x, Scalar value);
Tensor& zero_(Tensor& x);
/// Takes over the elements of `src`, which broadcasts and converts to x's dtype.
Tensor& copy_(Tensor& x, const Tensor& src);

template <class T>
struct PointwiseMethods : Methods<T> {
  using Methods<T>::as;
  using Methods<T>::writable;
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
  T neg() const { return xgrad::neg(as(this)); }
  T& neg_() const { return xgrad::neg_(writable(this)); }
  T abs() const { return xgrad::abs(as(this)); }
  T& abs_() const { return xgrad::abs_(writable(this)); }
  T sign() const { return xgrad::sign(as(this)); }
  T& sign_() const { return xgrad::sign_(writable(this)); }
  T pow(Scalar exponent) const { return xgrad::pow(as(this), exponent); }
  T& pow_(Scalar exponent) const { return xgrad::pow_(writable(this), exponent); }
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
  T lerp(const T& b, Scalar weight) const { return xgrad::lerp(as(this), b, weight); }
  T& lerp_(const T& b, Scalar weight) const { return xgrad::lerp_(writable(this), b, weight); }
  T clamp(std::optional<Scalar> min, std::optional<Scalar> max = std::nullopt) const {
    return xgrad::clamp(as(this), min, max);
  }
  T& clamp_(std::optional<Scalar> min, std::optional<Scalar> max = std::nullopt) const {
    return xgrad::clamp_(writable(this), min, max);
  }
  T where(const T& condition, const T& other) const { return xgrad::where(condition, as(this), other); }
  T& fill_(Scalar value) const { return xgrad::fill_(writable(this), value); }
  T& zero_() const { return xgrad::zero_(writable(this)); }
  T& copy_(const T& src) const { return xgrad::copy_(writable(this), src); }
};

}  // namespace xgrad
