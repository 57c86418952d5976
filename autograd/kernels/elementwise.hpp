/// Element-by-element kernels: arithmetic, comparison, copies, activations.
///
/// Every function takes arrays that broadcast together, computes in `dtype` where it has one, and returns a new array,
/// or writes to `*out` when given one; then the broadcast shape must be out's shape. Arguments of another dtype are
/// converted first. Nothing here knows of graphs; shape and dtype rules of the public operations are in ops/.
#pragma once

#include <xgrad/autograd/array/array.hpp>
#include <xgrad/autograd/array/scalar.hpp>

namespace xgrad::kernels {

enum class Unary { Neg, Abs, Sign, Square, Sqrt, Reciprocal, Exp, Log, Log1p, Sin, Cos, Relu, Sigmoid, Tanh };
enum class Binary { Add, Sub, Mul, Div, Maximum, Minimum, SigmoidBackward, TanhBackward, ReluBackward };
enum class Compare { Eq, Ne, Lt, Le, Gt, Ge };
enum class Logic { And, Or, Xor };

/// op(x). Sqrt … Tanh without Relu want a floating dtype.
Array unary(Unary op, const Array& x, const Array* out = nullptr);
/// op(a, b), computed in `dtype`, which is also the result's unless `out` has its own.
/// SigmoidBackward is a·b·(1−b), TanhBackward a·(1−b²), ReluBackward b <= 0 ? 0 : a (so that NaN lets a pass).
Array binary(Binary op, const Array& a, const Array& b, ScalarType dtype, const Array* out = nullptr);
/// a + alpha·b
Array add_scaled(const Array& a, const Array& b, Scalar alpha, ScalarType dtype, const Array* out = nullptr);
/// x^exponent in x's dtype.
Array pow(const Array& x, Scalar exponent, const Array* out = nullptr);
/// Both bounds optional; NaN stays.
Array clamp(const Array& x, std::optional<Scalar> low, std::optional<Scalar> high, const Array* out = nullptr);
/// condition (bool) ? a : b, both of `dtype`.
Array where(const Array& condition, const Array& a, const Array& b, ScalarType dtype);

/// Bool results. `dtype` is the type in which a and b are compared.
Array compare(Compare op, const Array& a, const Array& b, ScalarType dtype);
Array logic(Logic op, const Array& a, const Array& b);
Array logical_not(const Array& x);
Array isnan(const Array& x);
Array isinf(const Array& x);

/// Throws when `out` and `in` share some, but not exactly all, of their memory.
void check_no_partial_overlap(const Array& out, const Array& in);
/// Copies `src`, broadcast and converted, into `dst`.
void copy(const Array& dst, const Array& src);
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
