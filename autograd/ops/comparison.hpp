/// Comparison and logic, element by element. Results are bool and have no derivative.
#pragma once

#include <xgrad/autograd/ops/method.hpp>

namespace xgrad {

/// y = (a == b) and so on, as bool; arguments broadcast and promote.
Tensor eq(const Tensor& a, const Tensor& b);
Tensor eq(const Tensor& a, Scalar b);
Tensor ne(const Tensor& a, const Tensor& b);
Tensor ne(const Tensor& a, Scalar b);
Tensor lt(const Tensor& a, const Tensor& b);
Tensor lt(const Tensor& a, Scalar b);
Tensor le(const Tensor& a, const Tensor& b);
Tensor le(const Tensor& a, Scalar b);
Tensor gt(const Tensor& a, const Tensor& b);
Tensor gt(const Tensor& a, Scalar b);
Tensor ge(const Tensor& a, const Tensor& b);
Tensor ge(const Tensor& a, Scalar b);

/// Logic on "is not zero", for every dtype.
Tensor logical_not(const Tensor& x);
Tensor logical_and(const Tensor& a, const Tensor& b);
Tensor logical_or(const Tensor& a, const Tensor& b);
Tensor logical_xor(const Tensor& a, const Tensor& b);

Tensor isnan(const Tensor& x);
Tensor isinf(const Tensor& x);
Tensor isfinite(const Tensor& x);

/// Same shape, same elements after promotion (NaN differs from itself).
bool equal(const Tensor& a, const Tensor& b);
/// |a − b| ≤ atol + rtol·|b| everywhere; equal infinities are close, NaNs only with `equal_nan`.
bool allclose(const Tensor& a, const Tensor& b, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false);

template <class T>
struct ComparisonMethods : Methods<T> {
  using Methods<T>::as;
  T eq(const T& b) const { return xgrad::eq(as(this), b); }
  T eq(Scalar b) const { return xgrad::eq(as(this), b); }
  T ne(const T& b) const { return xgrad::ne(as(this), b); }
  T ne(Scalar b) const { return xgrad::ne(as(this), b); }
  T lt(const T& b) const { return xgrad::lt(as(this), b); }
  T lt(Scalar b) const { return xgrad::lt(as(this), b); }
  T le(const T& b) const { return xgrad::le(as(this), b); }
  T le(Scalar b) const { return xgrad::le(as(this), b); }
  T gt(const T& b) const { return xgrad::gt(as(this), b); }
  T gt(Scalar b) const { return xgrad::gt(as(this), b); }
  T ge(const T& b) const { return xgrad::ge(as(this), b); }
  T ge(Scalar b) const { return xgrad::ge(as(this), b); }
  T logical_not() const { return xgrad::logical_not(as(this)); }
  T logical_and(const T& b) const { return xgrad::logical_and(as(this), b); }
  T logical_or(const T& b) const { return xgrad::logical_or(as(this), b); }
  T logical_xor(const T& b) const { return xgrad::logical_xor(as(this), b); }
  T isnan() const { return xgrad::isnan(as(this)); }
  T isinf() const { return xgrad::isinf(as(this)); }
  T isfinite() const { return xgrad::isfinite(as(this)); }
  bool equal(const T& b) const { return xgrad::equal(as(this), b); }
  bool allclose(const T& b, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false) const {
    return xgrad::allclose(as(this), b, rtol, atol, equal_nan);
  }
};

}  // namespace xgrad
