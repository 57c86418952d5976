/// Rounding, and division that rounds (`div` with a rounding mode is in pointwise.hpp). Integers stay integers.
#pragma once

#include <xgrad/autograd/ops/method.hpp>

namespace xgrad {

/// The next whole number down; of integers, themselves. Not for bool      dx = 0
Tensor floor(const Tensor& x);
Tensor& floor_(Tensor& x);
/// The next whole number up      dx = 0
Tensor ceil(const Tensor& x);
Tensor& ceil_(Tensor& x);
/// The nearest whole number, of two the even one      dx = 0
Tensor round(const Tensor& x);
Tensor& round_(Tensor& x);
/// To `decimals` places, which may be negative: round(1234.567, −2) is 1200. Floating dtypes only      dx = 0
Tensor round(const Tensor& x, std::int64_t decimals);
Tensor& round_(Tensor& x, std::int64_t decimals);
/// The whole number towards zero      dx = 0
Tensor trunc(const Tensor& x);
Tensor& trunc_(Tensor& x);
/// y = x − trunc x, with x's sign      dx = g. Floating dtypes only.
Tensor frac(const Tensor& x);
Tensor& frac_(Tensor& x);

/// NaN becomes `nan` (0), the infinities `posinf` and `neginf` (the dtype's largest and lowest number)
/// dx = g where x is finite, else 0
Tensor nan_to_num(const Tensor& x, std::optional<double> nan = std::nullopt,
                  std::optional<double> posinf = std::nullopt, std::optional<double> neginf = std::nullopt);
Tensor& nan_to_num_(Tensor& x, std::optional<double> nan = std::nullopt, std::optional<double> posinf = std::nullopt,
                    std::optional<double> neginf = std::nullopt);

/// Python's a // b. No derivative, as in PyTorch; div(a, b, "floor") has one.
Tensor floor_divide(const Tensor& a, const Tensor& b);
Tensor floor_divide(const Tensor& a, Scalar b);
Tensor& floor_divide_(Tensor& a, const Tensor& b);
Tensor& floor_divide_(Tensor& a, Scalar b);

/// y = a − b·trunc(a/b), with a's sign      da = g, db = −g·trunc(a/b)
Tensor fmod(const Tensor& a, const Tensor& b);
Tensor fmod(const Tensor& a, Scalar b);
Tensor& fmod_(Tensor& a, const Tensor& b);
Tensor& fmod_(Tensor& a, Scalar b);

/// Python's a % b: y = a − b·floor(a/b), with b's sign      da = g, db = −g·floor(a/b)
Tensor remainder(const Tensor& a, const Tensor& b);
Tensor remainder(const Tensor& a, Scalar b);
Tensor remainder(Scalar a, const Tensor& b);
Tensor& remainder_(Tensor& a, const Tensor& b);
Tensor& remainder_(Tensor& a, Scalar b);

template <class T>
struct RoundingMethods : Methods<T, RoundingMethods<T>> {
  using Methods<T, RoundingMethods>::as;
  using Methods<T, RoundingMethods>::writable;
  T floor() const { return xgrad::floor(as(this)); }
  T& floor_() const { return xgrad::floor_(writable(this)); }
  T ceil() const { return xgrad::ceil(as(this)); }
  T& ceil_() const { return xgrad::ceil_(writable(this)); }
  T round() const { return xgrad::round(as(this)); }
  T& round_() const { return xgrad::round_(writable(this)); }
  T trunc() const { return xgrad::trunc(as(this)); }
  T& trunc_() const { return xgrad::trunc_(writable(this)); }
  T frac() const { return xgrad::frac(as(this)); }
  T& frac_() const { return xgrad::frac_(writable(this)); }
  T round(std::int64_t decimals) const { return xgrad::round(as(this), decimals); }
  T& round_(std::int64_t decimals) const { return xgrad::round_(writable(this), decimals); }
  T nan_to_num(std::optional<double> nan = std::nullopt, std::optional<double> posinf = std::nullopt,
               std::optional<double> neginf = std::nullopt) const {
    return xgrad::nan_to_num(as(this), nan, posinf, neginf);
  }
  T& nan_to_num_(std::optional<double> nan = std::nullopt, std::optional<double> posinf = std::nullopt,
                 std::optional<double> neginf = std::nullopt) const {
    return xgrad::nan_to_num_(writable(this), nan, posinf, neginf);
  }
  T floor_divide(const T& b) const { return xgrad::floor_divide(as(this), b); }
  T floor_divide(Scalar b) const { return xgrad::floor_divide(as(this), b); }
  T& floor_divide_(const T& b) const { return xgrad::floor_divide_(writable(this), b); }
  T& floor_divide_(Scalar b) const { return xgrad::floor_divide_(writable(this), b); }
  T fmod(const T& b) const { return xgrad::fmod(as(this), b); }
  T fmod(Scalar b) const { return xgrad::fmod(as(this), b); }
  T& fmod_(const T& b) const { return xgrad::fmod_(writable(this), b); }
  T& fmod_(Scalar b) const { return xgrad::fmod_(writable(this), b); }
  T remainder(const T& b) const { return xgrad::remainder(as(this), b); }
  T remainder(Scalar b) const { return xgrad::remainder(as(this), b); }
  T& remainder_(const T& b) const { return xgrad::remainder_(writable(this), b); }
  T& remainder_(Scalar b) const { return xgrad::remainder_(writable(this), b); }

  // By keyword: ops/keyword_forms.hpp.
  XGRAD_TAKES_KEYWORDS(nan_to_num)
  XGRAD_TAKES_KEYWORDS(round)
  XGRAD_TAKES_KEYWORDS(floor_divide)
  XGRAD_TAKES_KEYWORDS(fmod)
  XGRAD_TAKES_KEYWORDS(remainder)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(round)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(nan_to_num)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(floor_divide)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(fmod)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(remainder)
};

}  // namespace xgrad
