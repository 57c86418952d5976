/// Comparison, logic and bits, element by element. Results of the first two are bool and have no derivative; their
/// in-place twins write 0 and 1 into a tensor of any dtype, and give it a gradient of zero.
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

Tensor& eq_(Tensor& a, const Tensor& b);
Tensor& eq_(Tensor& a, Scalar b);
Tensor& ne_(Tensor& a, const Tensor& b);
Tensor& ne_(Tensor& a, Scalar b);
Tensor& lt_(Tensor& a, const Tensor& b);
Tensor& lt_(Tensor& a, Scalar b);
Tensor& le_(Tensor& a, const Tensor& b);
Tensor& le_(Tensor& a, Scalar b);
Tensor& gt_(Tensor& a, const Tensor& b);
Tensor& gt_(Tensor& a, Scalar b);
Tensor& ge_(Tensor& a, const Tensor& b);
Tensor& ge_(Tensor& a, Scalar b);

/// Logic on "is not zero", for every dtype.
Tensor logical_not(const Tensor& x);
Tensor logical_and(const Tensor& a, const Tensor& b);
Tensor logical_or(const Tensor& a, const Tensor& b);
Tensor logical_xor(const Tensor& a, const Tensor& b);

Tensor& logical_not_(Tensor& x);
Tensor& logical_and_(Tensor& a, const Tensor& b);
Tensor& logical_or_(Tensor& a, const Tensor& b);
Tensor& logical_xor_(Tensor& a, const Tensor& b);

/// Python's ~ & | ^ on the bits of integers, and on bools.
Tensor bitwise_not(const Tensor& x);
Tensor& bitwise_not_(Tensor& x);
Tensor bitwise_and(const Tensor& a, const Tensor& b);
Tensor bitwise_and(const Tensor& a, Scalar b);
Tensor bitwise_and(Scalar a, const Tensor& b);
Tensor& bitwise_and_(Tensor& a, const Tensor& b);
Tensor& bitwise_and_(Tensor& a, Scalar b);
Tensor bitwise_or(const Tensor& a, const Tensor& b);
Tensor bitwise_or(const Tensor& a, Scalar b);
Tensor bitwise_or(Scalar a, const Tensor& b);
Tensor& bitwise_or_(Tensor& a, const Tensor& b);
Tensor& bitwise_or_(Tensor& a, Scalar b);
Tensor bitwise_xor(const Tensor& a, const Tensor& b);
Tensor bitwise_xor(const Tensor& a, Scalar b);
Tensor bitwise_xor(Scalar a, const Tensor& b);
Tensor& bitwise_xor_(Tensor& a, const Tensor& b);
Tensor& bitwise_xor_(Tensor& a, Scalar b);
/// Python's << >> on integers. Shifting by the width of the type or more, or by less than nothing, leaves no bit
/// but copies of the sign.
Tensor bitwise_left_shift(const Tensor& a, const Tensor& b);
Tensor bitwise_left_shift(const Tensor& a, Scalar b);
Tensor bitwise_left_shift(Scalar a, const Tensor& b);
Tensor& bitwise_left_shift_(Tensor& a, const Tensor& b);
Tensor& bitwise_left_shift_(Tensor& a, Scalar b);
Tensor bitwise_right_shift(const Tensor& a, const Tensor& b);
Tensor bitwise_right_shift(const Tensor& a, Scalar b);
Tensor bitwise_right_shift(Scalar a, const Tensor& b);
Tensor& bitwise_right_shift_(Tensor& a, const Tensor& b);
Tensor& bitwise_right_shift_(Tensor& a, Scalar b);

/// The greatest common divisor and the least common multiple of integers, which are not negative; of 0 and 0, 0.
Tensor gcd(const Tensor& a, const Tensor& b);
Tensor& gcd_(Tensor& a, const Tensor& b);
Tensor lcm(const Tensor& a, const Tensor& b);
Tensor& lcm_(Tensor& a, const Tensor& b);

Tensor isnan(const Tensor& x);
Tensor isinf(const Tensor& x);
Tensor isfinite(const Tensor& x);
/// Whether the imaginary part is zero: true everywhere, as there are no complex numbers.
Tensor isreal(const Tensor& x);
/// Whether it is +∞, and −∞.
Tensor isposinf(const Tensor& x);
Tensor isneginf(const Tensor& x);
/// Whether the sign bit is set: of −0 and of negative NaNs too.
Tensor signbit(const Tensor& x);

/// Same shape, same elements after promotion (NaN differs from itself).
bool equal(const Tensor& a, const Tensor& b);
/// |a − b| ≤ atol + rtol·|b|, element by element; equal infinities are close, NaNs only with `equal_nan`. One dtype.
Tensor isclose(const Tensor& a, const Tensor& b, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false);
/// |a − b| ≤ atol + rtol·|b| everywhere; equal infinities are close, NaNs only with `equal_nan`.
bool allclose(const Tensor& a, const Tensor& b, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false);

template <class T>
struct ComparisonMethods : Methods<T, ComparisonMethods<T>> {
  using Methods<T, ComparisonMethods>::as;
  using Methods<T, ComparisonMethods>::writable;
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
  T& eq_(const T& b) const { return xgrad::eq_(writable(this), b); }
  T& eq_(Scalar b) const { return xgrad::eq_(writable(this), b); }
  T& ne_(const T& b) const { return xgrad::ne_(writable(this), b); }
  T& ne_(Scalar b) const { return xgrad::ne_(writable(this), b); }
  T& lt_(const T& b) const { return xgrad::lt_(writable(this), b); }
  T& lt_(Scalar b) const { return xgrad::lt_(writable(this), b); }
  T& le_(const T& b) const { return xgrad::le_(writable(this), b); }
  T& le_(Scalar b) const { return xgrad::le_(writable(this), b); }
  T& gt_(const T& b) const { return xgrad::gt_(writable(this), b); }
  T& gt_(Scalar b) const { return xgrad::gt_(writable(this), b); }
  T& ge_(const T& b) const { return xgrad::ge_(writable(this), b); }
  T& ge_(Scalar b) const { return xgrad::ge_(writable(this), b); }
  T logical_not() const { return xgrad::logical_not(as(this)); }
  T logical_and(const T& b) const { return xgrad::logical_and(as(this), b); }
  T logical_or(const T& b) const { return xgrad::logical_or(as(this), b); }
  T logical_xor(const T& b) const { return xgrad::logical_xor(as(this), b); }
  T& logical_not_() const { return xgrad::logical_not_(writable(this)); }
  T bitwise_not() const { return xgrad::bitwise_not(as(this)); }
  T& bitwise_not_() const { return xgrad::bitwise_not_(writable(this)); }
  T& logical_and_(const T& b) const { return xgrad::logical_and_(writable(this), b); }
  T& logical_or_(const T& b) const { return xgrad::logical_or_(writable(this), b); }
  T& logical_xor_(const T& b) const { return xgrad::logical_xor_(writable(this), b); }
  T bitwise_and(const T& b) const { return xgrad::bitwise_and(as(this), b); }
  T bitwise_and(Scalar b) const { return xgrad::bitwise_and(as(this), b); }
  T& bitwise_and_(const T& b) const { return xgrad::bitwise_and_(writable(this), b); }
  T& bitwise_and_(Scalar b) const { return xgrad::bitwise_and_(writable(this), b); }
  T bitwise_or(const T& b) const { return xgrad::bitwise_or(as(this), b); }
  T bitwise_or(Scalar b) const { return xgrad::bitwise_or(as(this), b); }
  T& bitwise_or_(const T& b) const { return xgrad::bitwise_or_(writable(this), b); }
  T& bitwise_or_(Scalar b) const { return xgrad::bitwise_or_(writable(this), b); }
  T bitwise_xor(const T& b) const { return xgrad::bitwise_xor(as(this), b); }
  T bitwise_xor(Scalar b) const { return xgrad::bitwise_xor(as(this), b); }
  T& bitwise_xor_(const T& b) const { return xgrad::bitwise_xor_(writable(this), b); }
  T& bitwise_xor_(Scalar b) const { return xgrad::bitwise_xor_(writable(this), b); }
  T bitwise_left_shift(const T& b) const { return xgrad::bitwise_left_shift(as(this), b); }
  T bitwise_left_shift(Scalar b) const { return xgrad::bitwise_left_shift(as(this), b); }
  T& bitwise_left_shift_(const T& b) const { return xgrad::bitwise_left_shift_(writable(this), b); }
  T& bitwise_left_shift_(Scalar b) const { return xgrad::bitwise_left_shift_(writable(this), b); }
  T bitwise_right_shift(const T& b) const { return xgrad::bitwise_right_shift(as(this), b); }
  T bitwise_right_shift(Scalar b) const { return xgrad::bitwise_right_shift(as(this), b); }
  T& bitwise_right_shift_(const T& b) const { return xgrad::bitwise_right_shift_(writable(this), b); }
  T& bitwise_right_shift_(Scalar b) const { return xgrad::bitwise_right_shift_(writable(this), b); }
  T gcd(const T& b) const { return xgrad::gcd(as(this), b); }
  T& gcd_(const T& b) const { return xgrad::gcd_(writable(this), b); }
  T lcm(const T& b) const { return xgrad::lcm(as(this), b); }
  T& lcm_(const T& b) const { return xgrad::lcm_(writable(this), b); }
  T signbit() const { return xgrad::signbit(as(this)); }
  T isnan() const { return xgrad::isnan(as(this)); }
  T isinf() const { return xgrad::isinf(as(this)); }
  T isposinf() const { return xgrad::isposinf(as(this)); }
  T isneginf() const { return xgrad::isneginf(as(this)); }
  T isfinite() const { return xgrad::isfinite(as(this)); }
  T isreal() const { return xgrad::isreal(as(this)); }
  bool equal(const T& b) const { return xgrad::equal(as(this), b); }
  T isclose(const T& b, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false) const {
    return xgrad::isclose(as(this), b, rtol, atol, equal_nan);
  }
  bool allclose(const T& b, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false) const {
    return xgrad::allclose(as(this), b, rtol, atol, equal_nan);
  }

  // By keyword: ops/keyword_forms.hpp.
  XGRAD_TAKES_KEYWORDS(isclose)
  XGRAD_TAKES_KEYWORDS(allclose)
  XGRAD_TAKES_KEYWORDS(bitwise_and)
  XGRAD_TAKES_KEYWORDS(bitwise_or)
  XGRAD_TAKES_KEYWORDS(bitwise_xor)
  XGRAD_TAKES_KEYWORDS(bitwise_left_shift)
  XGRAD_TAKES_KEYWORDS(bitwise_right_shift)
  XGRAD_TAKES_KEYWORDS(gcd)
  XGRAD_TAKES_KEYWORDS(lcm)
  XGRAD_TAKES_KEYWORDS(eq)
  XGRAD_TAKES_KEYWORDS(ne)
  XGRAD_TAKES_KEYWORDS(lt)
  XGRAD_TAKES_KEYWORDS(le)
  XGRAD_TAKES_KEYWORDS(gt)
  XGRAD_TAKES_KEYWORDS(ge)
  XGRAD_TAKES_KEYWORDS(logical_and)
  XGRAD_TAKES_KEYWORDS(logical_or)
  XGRAD_TAKES_KEYWORDS(logical_xor)
  XGRAD_TAKES_KEYWORDS(equal)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(bitwise_and)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(bitwise_or)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(bitwise_xor)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(bitwise_left_shift)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(bitwise_right_shift)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(gcd)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(lcm)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(eq)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(ne)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(lt)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(le)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(gt)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(ge)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(logical_and)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(logical_or)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(logical_xor)
};

}  // namespace xgrad
