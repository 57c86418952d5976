/// Operators and keyword forms of the operations: `a + 1`, `2 / x`, `a == b`, `softmax(x, dim = 1)`.
#pragma once

#include <xgrad/autograd/tensor.hpp>

namespace xgrad {

inline Tensor operator+(const Tensor& a, const Tensor& b) { return add(a, b); }
inline Tensor operator+(const Tensor& a, Scalar b) { return add(a, b); }
inline Tensor operator+(Scalar a, const Tensor& b) { return add(b, a); }
inline Tensor operator-(const Tensor& a, const Tensor& b) { return sub(a, b); }
inline Tensor operator-(const Tensor& a, Scalar b) { return sub(a, b); }
inline Tensor operator-(Scalar a, const Tensor& b) { return rsub(b, a); }
inline Tensor operator*(const Tensor& a, const Tensor& b) { return mul(a, b); }
inline Tensor operator*(const Tensor& a, Scalar b) { return mul(a, b); }
inline Tensor operator*(Scalar a, const Tensor& b) { return mul(b, a); }
inline Tensor operator/(const Tensor& a, const Tensor& b) { return div(a, b); }
inline Tensor operator/(const Tensor& a, Scalar b) { return div(a, b); }
inline Tensor operator/(Scalar a, const Tensor& b) { return mul(reciprocal(b), a); }
inline Tensor operator-(const Tensor& a) { return neg(a); }
inline Tensor operator+(const Tensor& a) { return a; }
inline Tensor operator%(const Tensor& a, const Tensor& b) { return remainder(a, b); }
inline Tensor operator%(const Tensor& a, Scalar b) { return remainder(a, b); }
inline Tensor operator%(Scalar a, const Tensor& b) { return remainder(a, b); }
inline Tensor operator&(const Tensor& a, const Tensor& b) { return bitwise_and(a, b); }
inline Tensor operator&(const Tensor& a, Scalar b) { return bitwise_and(a, b); }
inline Tensor operator&(Scalar a, const Tensor& b) { return bitwise_and(a, b); }
inline Tensor operator|(const Tensor& a, const Tensor& b) { return bitwise_or(a, b); }
inline Tensor operator|(const Tensor& a, Scalar b) { return bitwise_or(a, b); }
inline Tensor operator|(Scalar a, const Tensor& b) { return bitwise_or(a, b); }
inline Tensor operator^(const Tensor& a, const Tensor& b) { return bitwise_xor(a, b); }
inline Tensor operator^(const Tensor& a, Scalar b) { return bitwise_xor(a, b); }
inline Tensor operator^(Scalar a, const Tensor& b) { return bitwise_xor(a, b); }
inline Tensor operator<<(const Tensor& a, const Tensor& b) { return bitwise_left_shift(a, b); }
inline Tensor operator<<(const Tensor& a, Scalar b) { return bitwise_left_shift(a, b); }
inline Tensor operator<<(Scalar a, const Tensor& b) { return bitwise_left_shift(a, b); }
inline Tensor operator>>(const Tensor& a, const Tensor& b) { return bitwise_right_shift(a, b); }
inline Tensor operator>>(const Tensor& a, Scalar b) { return bitwise_right_shift(a, b); }
inline Tensor operator>>(Scalar a, const Tensor& b) { return bitwise_right_shift(a, b); }
inline Tensor operator~(const Tensor& a) { return bitwise_not(a); }

// A temporary whose memory nobody else holds and no derivative reads gives it to the result: `x * w + b` takes one
// array, not two. So does what was given away with std::move.
Tensor operator+(Tensor&& a, const Tensor& b);
Tensor operator+(Tensor&& a, Scalar b);
Tensor operator-(Tensor&& a, const Tensor& b);
Tensor operator-(Tensor&& a, Scalar b);
Tensor operator*(Tensor&& a, const Tensor& b);
Tensor operator*(Tensor&& a, Scalar b);
Tensor operator/(Tensor&& a, const Tensor& b);
Tensor operator/(Tensor&& a, Scalar b);
Tensor operator-(Tensor&& a);

inline Tensor operator!(const Tensor& a) { return logical_not(a); }

inline Tensor& operator+=(Tensor& a, const Tensor& b) { return add_(a, b); }
inline Tensor& operator+=(Tensor& a, Scalar b) { return add_(a, b); }
inline Tensor& operator-=(Tensor& a, const Tensor& b) { return sub_(a, b); }
inline Tensor& operator-=(Tensor& a, Scalar b) { return sub_(a, b); }
inline Tensor& operator*=(Tensor& a, const Tensor& b) { return mul_(a, b); }
inline Tensor& operator*=(Tensor& a, Scalar b) { return mul_(a, b); }
inline Tensor& operator/=(Tensor& a, const Tensor& b) { return div_(a, b); }
inline Tensor& operator/=(Tensor& a, Scalar b) { return div_(a, b); }
inline Tensor& operator%=(Tensor& a, const Tensor& b) { return remainder_(a, b); }
inline Tensor& operator%=(Tensor& a, Scalar b) { return remainder_(a, b); }
inline Tensor& operator&=(Tensor& a, const Tensor& b) { return bitwise_and_(a, b); }
inline Tensor& operator&=(Tensor& a, Scalar b) { return bitwise_and_(a, b); }
inline Tensor& operator|=(Tensor& a, const Tensor& b) { return bitwise_or_(a, b); }
inline Tensor& operator|=(Tensor& a, Scalar b) { return bitwise_or_(a, b); }
inline Tensor& operator^=(Tensor& a, const Tensor& b) { return bitwise_xor_(a, b); }
inline Tensor& operator^=(Tensor& a, Scalar b) { return bitwise_xor_(a, b); }
inline Tensor& operator<<=(Tensor& a, const Tensor& b) { return bitwise_left_shift_(a, b); }
inline Tensor& operator<<=(Tensor& a, Scalar b) { return bitwise_left_shift_(a, b); }
inline Tensor& operator>>=(Tensor& a, const Tensor& b) { return bitwise_right_shift_(a, b); }
inline Tensor& operator>>=(Tensor& a, Scalar b) { return bitwise_right_shift_(a, b); }

// `x[0] += y` writes through the view, `x[mask] += y` back to x.
template <class V>
requires std::convertible_to<const V&, Tensor> || std::convertible_to<const V&, Scalar>
void operator+=(Tensor&& part, const V& y) {
  Tensor named = std::move(part);
  named += y;
}
template <class V>
requires std::convertible_to<const V&, Tensor> || std::convertible_to<const V&, Scalar>
void operator+=(Indexed&& part, const V& y) { std::move(part) = static_cast<const Tensor&>(part) + y; }
template <class V>
requires std::convertible_to<const V&, Tensor> || std::convertible_to<const V&, Scalar>
void operator-=(Tensor&& part, const V& y) {
  Tensor named = std::move(part);
  named -= y;
}
template <class V>
requires std::convertible_to<const V&, Tensor> || std::convertible_to<const V&, Scalar>
void operator-=(Indexed&& part, const V& y) { std::move(part) = static_cast<const Tensor&>(part) - y; }
template <class V>
requires std::convertible_to<const V&, Tensor> || std::convertible_to<const V&, Scalar>
void operator*=(Tensor&& part, const V& y) {
  Tensor named = std::move(part);
  named *= y;
}
template <class V>
requires std::convertible_to<const V&, Tensor> || std::convertible_to<const V&, Scalar>
void operator*=(Indexed&& part, const V& y) { std::move(part) = static_cast<const Tensor&>(part) * y; }
template <class V>
requires std::convertible_to<const V&, Tensor> || std::convertible_to<const V&, Scalar>
void operator/=(Tensor&& part, const V& y) {
  Tensor named = std::move(part);
  named /= y;
}
template <class V>
requires std::convertible_to<const V&, Tensor> || std::convertible_to<const V&, Scalar>
void operator/=(Indexed&& part, const V& y) { std::move(part) = static_cast<const Tensor&>(part) / y; }

inline Tensor operator==(const Tensor& a, const Tensor& b) { return eq(a, b); }
inline Tensor operator==(const Tensor& a, Scalar b) { return eq(a, b); }
inline Tensor operator!=(const Tensor& a, const Tensor& b) { return ne(a, b); }
inline Tensor operator!=(const Tensor& a, Scalar b) { return ne(a, b); }
inline Tensor operator<(const Tensor& a, const Tensor& b) { return lt(a, b); }
inline Tensor operator<(const Tensor& a, Scalar b) { return lt(a, b); }
inline Tensor operator<=(const Tensor& a, const Tensor& b) { return le(a, b); }
inline Tensor operator<=(const Tensor& a, Scalar b) { return le(a, b); }
inline Tensor operator>(const Tensor& a, const Tensor& b) { return gt(a, b); }
inline Tensor operator>(const Tensor& a, Scalar b) { return gt(a, b); }
inline Tensor operator>=(const Tensor& a, const Tensor& b) { return ge(a, b); }
inline Tensor operator>=(const Tensor& a, Scalar b) { return ge(a, b); }

/// The options of operations along one dimension, for keywords: `softmax(x, dim = 1)`.
class DimOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::dim, kwargs::key::dtype>;
  DimOptions() = default;
  DimOptions(std::int64_t dim) : dim_(dim) {}
  DimOptions& dim(std::int64_t d) { return dim_ = d, *this; }
  DimOptions& dtype(std::optional<ScalarType> t) { return dtype_ = t, *this; }
  DimOptions& keepdim(bool k) { return keepdim_ = k, *this; }
  /// Throws TypeError when no dimension was given.
  std::int64_t dim() const {
    check<TypeError>(dim_.has_value(), "missing 1 required positional argument: 'dim'");
    return *dim_;
  }
  std::optional<std::int64_t> optional_dim() const { return dim_; }
  std::optional<ScalarType> dtype() const { return dtype_; }
  bool keepdim() const { return keepdim_; }

 private:
  std::optional<std::int64_t> dim_;
  std::optional<ScalarType> dtype_;
  bool keepdim_ = false;
};

template <class... K>
requires kwargs::Keywords<K...> Tensor softmax(const Tensor& x, K... k) {
  const auto o = kwargs::apply(DimOptions(), k...);
  return softmax(x, o.dim(), o.dtype());
}
template <class... K>
requires kwargs::Keywords<K...> Tensor log_softmax(const Tensor& x, K... k) {
  const auto o = kwargs::apply(DimOptions(), k...);
  return log_softmax(x, o.dim(), o.dtype());
}
template <class... K>
requires kwargs::Keywords<K...> Tensor sum(const Tensor& x, K... k) {
  const auto o = kwargs::apply(DimOptions(), k...);
  if (!o.optional_dim()) return sum(x, o.dtype());
  return sum(x, *o.optional_dim(), o.keepdim(), o.dtype());
}
template <class... K>
requires kwargs::Keywords<K...> Tensor mean(const Tensor& x, K... k) {
  const auto o = kwargs::apply(DimOptions(), k...);
  if (!o.optional_dim()) return mean(x, o.dtype());
  return mean(x, *o.optional_dim(), o.keepdim(), o.dtype());
}
template <class... K>
requires kwargs::Keywords<K...> Tensor argmax(const Tensor& x, K... k) {
  const auto o = kwargs::apply(DimOptions(), k...);
  return argmax(x, o.optional_dim(), o.keepdim());
}
template <class... K>
requires kwargs::Keywords<K...> Tensor stack(TensorList tensors, K... k) {
  return stack(tensors, kwargs::apply(DimOptions(0), k...).dim());
}
template <class... K>
requires kwargs::Keywords<K...> Tensor cat(TensorList tensors, K... k) {
  return cat(tensors, kwargs::apply(DimOptions(0), k...).dim());
}

}  // namespace xgrad
