/// Operators and keyword forms of the operations: `a + 1`, `2 / x`, `a == b`, `softmax(x, dim = 1)`.
#pragma once

#include <xgrad/autograd/ops/keyword_forms.hpp>
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
inline Tensor operator-(const Tensor& a) { return neg(a); }
inline Tensor operator+(const Tensor& a) { return positive(a); }
inline Tensor operator~(const Tensor& a) { return bitwise_not(a); }
inline Tensor operator!(const Tensor& a) { return logical_not(a); }

// Of two tensors, and of a tensor and a number in either order.
#define XGRAD_OPERATOR(OP, NAME)                                                     \
  inline Tensor operator OP(const Tensor& a, const Tensor& b) { return NAME(a, b); } \
  inline Tensor operator OP(const Tensor& a, Scalar b) { return NAME(a, b); }        \
  inline Tensor operator OP(Scalar a, const Tensor& b) { return NAME(a, b); }
XGRAD_OPERATOR(%, remainder)
XGRAD_OPERATOR(&, bitwise_and)
XGRAD_OPERATOR(|, bitwise_or)
XGRAD_OPERATOR(^, bitwise_xor)
XGRAD_OPERATOR(<<, bitwise_left_shift)
XGRAD_OPERATOR(>>, bitwise_right_shift)
#undef XGRAD_OPERATOR

// `2 < x` asks which elements of x are greater.
#define XGRAD_COMPARISON(OP, NAME, MIRRORED)                                         \
  inline Tensor operator OP(const Tensor& a, const Tensor& b) { return NAME(a, b); } \
  inline Tensor operator OP(const Tensor& a, Scalar b) { return NAME(a, b); }        \
  inline Tensor operator OP(Scalar a, const Tensor& b) { return MIRRORED(b, a); }
XGRAD_COMPARISON(==, eq, eq)
XGRAD_COMPARISON(!=, ne, ne)
XGRAD_COMPARISON(<, lt, gt)
XGRAD_COMPARISON(<=, le, ge)
XGRAD_COMPARISON(>, gt, lt)
XGRAD_COMPARISON(>=, ge, le)
#undef XGRAD_COMPARISON

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
inline Tensor operator/(Scalar a, const Tensor& b) { return reciprocal(b) * a; }

/// What may stand on the right of an assignment: a tensor or a number.
template <class V>
concept Operand = std::convertible_to<const V&, Tensor> || std::convertible_to<const V&, Scalar>;

// In place, of what has a name and of parts: `x[0] += y` writes through the view, `x[mask] += y` back to x.
#define XGRAD_ASSIGNMENT(ASSIGN, OP, NAME)                                          \
  inline Tensor& operator ASSIGN(Tensor& a, const Tensor& b) { return NAME(a, b); } \
  inline Tensor& operator ASSIGN(Tensor& a, Scalar b) { return NAME(a, b); }        \
  void operator ASSIGN(Tensor&& part, const Operand auto& y) { part ASSIGN y; }     \
  void operator ASSIGN(Indexed&& part, const Operand auto& y) {                     \
    std::move(part) = static_cast<const Tensor&>(part) OP y;                        \
  }
XGRAD_ASSIGNMENT(+=, +, add_)
XGRAD_ASSIGNMENT(-=, -, sub_)
XGRAD_ASSIGNMENT(*=, *, mul_)
XGRAD_ASSIGNMENT(/=, /, div_)
XGRAD_ASSIGNMENT(%=, %, remainder_)
XGRAD_ASSIGNMENT(&=, &, bitwise_and_)
XGRAD_ASSIGNMENT(|=, |, bitwise_or_)
XGRAD_ASSIGNMENT(^=, ^, bitwise_xor_)
XGRAD_ASSIGNMENT(<<=, <<, bitwise_left_shift_)
XGRAD_ASSIGNMENT(>>=, >>, bitwise_right_shift_)
#undef XGRAD_ASSIGNMENT

/// The options of operations along one dimension, for keywords: `softmax(x, dim = 1)`.
class DimOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::dim, kwargs::key::dtype>;
  DimOptions() = default;
  DimOptions(std::int64_t dim) : dim_(dim) {}
  DimOptions& dim(std::int64_t d) { return dim_ = d, *this; }
  DimOptions& dtype(std::optional<ScalarType> t) { return dtype_ = t, *this; }
  /// Throws TypeError when no dimension was given.
  std::int64_t dim() const {
    check<TypeError>(dim_.has_value(), "missing 1 required positional argument: 'dim'");
    return *dim_;
  }
  std::optional<ScalarType> dtype() const { return dtype_; }

 private:
  std::optional<std::int64_t> dim_;
  std::optional<ScalarType> dtype_;
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
// With the dimension by position: `softmax(x, 1, dtype = kFloat64)`.
template <class... K>
requires kwargs::Keywords<K...> Tensor softmax(const Tensor& x, std::int64_t dim, K... k) {
  return softmax(x, dim, kwargs::apply(DimOptions(dim), k...).dtype());
}
template <class... K>
requires kwargs::Keywords<K...> Tensor log_softmax(const Tensor& x, std::int64_t dim, K... k) {
  return log_softmax(x, dim, kwargs::apply(DimOptions(dim), k...).dtype());
}
template <class... K>
requires kwargs::Keywords<K...> Tensor stack(TensorList tensors, K... k) {
  return stack(tensors, kwargs::apply(DimOptions(0), k...).dim());
}
template <class... K>
requires kwargs::Keywords<K...> Tensor cat(TensorList tensors, K... k) {
  return cat(tensors, kwargs::apply(DimOptions(0), k...).dim());
}
template <class... K>
requires kwargs::Keywords<K...> Tensor concat(TensorList tensors, K... k) { return cat(tensors, k...); }
template <class... K>
requires kwargs::Keywords<K...> Tensor concatenate(TensorList tensors, K... k) { return cat(tensors, k...); }

}  // namespace xgrad
