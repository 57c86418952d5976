/// Which dtype an operation computes in, and functions of one tensor in it. Internal to ops/.
#pragma once

#include <xgrad/autograd/graph/differentiable.hpp>

namespace xgrad::kernels {
enum class Unary;
Array unary(Unary op, const Array& x, const Array* out);
}  // namespace xgrad::kernels

namespace xgrad::ops {

/// PyTorch's result type of two tensors: dimensioned tensors before 0-dimensional ones before C++ numbers; a lower
/// kind only decides when its category (bool < integer < float) is higher.
inline ScalarType promoted_type(const Tensor& a, const Tensor& b);
/// The same of three.
ScalarType promoted_type(const Tensor& a, const Tensor& b, const Tensor& c);
/// The dtype itself if floating, else the default floating dtype.
ScalarType floating_type(ScalarType dtype);
/// A C++ number as a 0-dimensional tensor that promotes by category only.
Tensor wrap(Scalar value);
/// The same beside `other`: in other's dtype if that will be the result's anyway, so that nothing is converted.
Tensor wrap(Scalar value, const Tensor& other);
/// A C++ number as a 0-dimensional array of `dtype`.
Array number(Scalar value, ScalarType dtype);
/// Throws "result type Float can't be cast to the desired output type Long" for an in-place operation that would.
void check_cast_into(ScalarType from, const Tensor& self);
inline void check_cast(ScalarType from, const Into& into) {
  if (into.self()) check_cast_into(from, *into.self());
}
/// x in `dtype`, through the graph.
Tensor as_dtype(const Tensor& x, ScalarType dtype);
/// The same of a tensor without dimensions that stands for a number: throws where `dtype` cannot hold it.
Tensor as_held(const Tensor& number, ScalarType dtype);

/// Whether x's memory is free to be written to once the call is over that x was given to as a temporary: no other
/// handle, view, graph or user of the library can reach it. While somebody traces, never: to a tracer a tensor is what
/// it was computed as.
inline bool is_dying(const Tensor& x) {
  const TensorImpl* impl = x.impl();
  return impl && impl->unique() && impl->array.storage()->unique() && !impl->array.storage()->is_borrowed() &&
         (impl->array.is_contiguous() || impl->array.is_dense()) &&
         detail::tracing.load(std::memory_order_relaxed) == 0;
}
/// Where a function of one argument may put its result of x's shape and dtype: over x, if x is dying.
inline Into over(Tensor& x) { return is_dying(x) ? Into::over(x) : Into(); }

/// A function of one floating argument; integers are converted, unless the result must go back into them.
template <FixedString Name, class SaveFn, class Derivative>
Tensor irrational(kernels::Unary op, const Tensor& x, Into into, SaveFn save, Derivative derivative) {
  const ScalarType dtype = floating_type(x.dtype());
  check_cast(dtype, into);
  if (x.dtype() != dtype) return irrational<Name>(op, as_dtype(x, dtype), into, save, std::move(derivative));
  return differentiable<Name>(
      inputs(x), into, [&](const Array* out) { return kernels::unary(op, x.array(), out); }, save,
      std::move(derivative));
}

/// A function of one argument, in its dtype.
template <FixedString Name, class SaveFn, class Derivative>
Tensor rational(kernels::Unary op, const Tensor& x, Into into, SaveFn save, Derivative derivative) {
  return differentiable<Name>(
      inputs(x), into, [&](const Array* out) { return kernels::unary(op, x.array(), out); }, save,
      std::move(derivative));
}

ScalarType mixed_type(const Tensor& a, const Tensor& b);

inline ScalarType promoted_type(const Tensor& a, const Tensor& b) {
  const ScalarType dtype = a.dtype();
  if (dtype == b.dtype() && !a.impl()->wrapped_number && !b.impl()->wrapped_number) return dtype;
  return mixed_type(a, b);
}

inline constexpr auto save_x = [](Save& s) { s.input(0); };
inline constexpr auto save_y = [](Save& s) { s.output(); };

}  // namespace xgrad::ops
