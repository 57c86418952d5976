/// Element-by-element kernels: arithmetic, comparison, copies, activations.
///
/// Every function takes arrays that broadcast together, computes in `dtype` where it has one, and returns a new array,
/// or writes to `*out` when given one; then the broadcast shape must be out's shape. Arguments of another dtype are
/// converted first. Nothing here knows of graphs; shape and dtype rules of the public operations are in ops/.
#pragma once

#include <xgrad/autograd/array/array.hpp>
#include <xgrad/autograd/array/scalar.hpp>

namespace xgrad::kernels {

enum class Unary {
  // any dtype; Frac floating only, the other roundings leave integers as they are
  Neg,
  Abs,
  Sign,
  Square,
  Relu,
  Floor,
  Ceil,
  Round,
  Trunc,
  Frac,
  // floating dtypes
  Sqrt,
  Reciprocal,
  Rsqrt,
  Exp,
  Exp2,
  Expm1,
  Log,
  Log2,
  Log10,
  Log1p,
  Sigmoid,
  Logit,
  Sin,
  Cos,
  Tan,
  Asin,
  Acos,
  Atan,
  Sinh,
  Cosh,
  Tanh,
  Asinh,
  Acosh,
  Atanh,
  Sinc,
  Erf,
  Erfc,
  Erfinv,
  Lgamma,
  Digamma
};
enum class Binary {
  // any dtype
  Add,
  Sub,
  Mul,
  Maximum,
  Minimum,
  Fmax,
  Fmin,
  Heaviside,
  // any but bool
  TruncDivide,
  FloorDivide,
  Fmod,
  Remainder,
  Pow,
  // integers, the first three bool too
  BitwiseAnd,
  BitwiseOr,
  BitwiseXor,
  LeftShift,
  RightShift,
  Gcd,
  Lcm,
  // floating dtypes
  Div,
  Atan2,
  Hypot,
  Xlogy,
  Logaddexp,
  Logaddexp2,
  Copysign,
  SigmoidBackward,
  TanhBackward,
  ReluBackward,
  Prelu
};
enum class Ternary { Addcmul, Addr, Addcdiv, Lerp, Clamp };
enum class Compare { Eq, Ne, Lt, Le, Gt, Ge };
enum class Logic { And, Or, Xor };

/// op(x). Round goes to the even neighbour.
Array unary(Unary op, const Array& x, const Array* out = nullptr);
/// op(a, b), computed in `dtype`, which is also the result's unless `out` has its own.
/// SigmoidBackward is a·b·(1−b), TanhBackward a·(1−b²), ReluBackward b <= 0 ? 0 : a (so that NaN lets a pass),
/// Prelu a > 0 ? a : a·b.
Array binary(Binary op, const Array& a, const Array& b, ScalarType dtype, const Array* out = nullptr);
/// The same into `out`, which must have the dtype of both and their broadcast shape, and share memory with a or b only
/// element by element.
void binary_into(Binary op, const Array& out, const Array& a, const Array& b);
/// a + value·b·c, value·a + b·c, a + value·b/c, a + c·(b − a), min(max(a, b), c), computed in `dtype`. Not for bool;
/// the third and the fourth for floating dtypes.
Array ternary(Ternary op, const Array& a, const Array& b, const Array& c, Scalar value, ScalarType dtype,
              const Array* out = nullptr);
/// The vector product of a and b, of one shape and dtype, along `dim`, which has size 3. Not for bool.
Array cross(const Array& a, const Array& b, std::int64_t dim);
/// a + alpha·b
Array add_scaled(const Array& a, const Array& b, Scalar alpha, ScalarType dtype, const Array* out = nullptr);
/// ψ's n-th derivative, of floating x.
Array polygamma(std::int64_t n, const Array& x, const Array* out = nullptr);
/// x to `decimals` places, half to even; floating x.
Array round(const Array& x, std::int64_t decimals, const Array* out = nullptr);
/// NaN, ∞ and −∞ replaced, by 0 and the dtype's largest and lowest numbers unless said otherwise.
Array nan_to_num(const Array& x, std::optional<double> nan, std::optional<double> positive,
                 std::optional<double> negative, const Array* out = nullptr);
/// x^exponent in x's dtype.
Array pow(const Array& x, Scalar exponent, const Array* out = nullptr);
/// Both bounds optional; NaN stays.
Array clamp(const Array& x, std::optional<Scalar> low, std::optional<Scalar> high, const Array* out = nullptr);
/// condition (bool) ? a : b, both of `dtype`.
Array where(const Array& condition, const Array& a, const Array& b, ScalarType dtype);

/// ~x of integers, !x of bools.
Array bitwise_not(const Array& x, const Array* out = nullptr);

/// Bool results, or 0 and 1 in `*out` of any dtype. `dtype` is the type in which a and b are compared.
Array compare(Compare op, const Array& a, const Array& b, ScalarType dtype, const Array* out = nullptr);
Array logic(Logic op, const Array& a, const Array& b, const Array* out = nullptr);
Array logical_not(const Array& x, const Array* out = nullptr);
Array isnan(const Array& x);
Array isinf(const Array& x);
/// Whether |a − b| <= rtol·|b| + atol, of two arrays of one dtype, in doubles.
Array isclose(const Array& a, const Array& b, double rtol, double atol, bool equal_nan);
/// The sign bit of floating numbers, x < 0 of others.
Array signbit(const Array& x);

/// Throws when `out` and `in` share some, but not exactly all, of their memory.
void check_no_partial_overlap(const Array& out, const Array& in);
/// Copies `src`, broadcast and converted, into `dst`.
void copy(const Array& dst, const Array& src);
/// Throws where dst's dtype cannot hold the number.
void fill(const Array& dst, Scalar value);
/// A packed copy in `dtype`; keeps a dense layout.
Array to_dtype(const Array& x, ScalarType dtype);
/// A packed (row-major) copy.
Array contiguous_copy(const Array& x);
/// start, start + step, …, n elements.
Array arange(Scalar start, Scalar step, std::int64_t n, ScalarType dtype);
/// flat[geometry] += g for every element of g; geometry's strides may overlap.
void scatter_add_strided(const Array& flat, IntArrayRef sizes, IntArrayRef strides, std::int64_t offset,
                         const Array& g);

}  // namespace xgrad::kernels
