/// PyTorch's second names of element-by-element operations: `multiply` is `mul`, `clip` is `clamp`. Each is a function
/// and a method, both with a twin in place (`multiply_`), and takes `out`, `multiply_out(x, a, b)` and `multiply(a, b,
/// out = x)`. All pass their arguments on, so that they have every form of the operation.
///
/// Second names of operations on shapes and lists (`swapaxes`, `concat`) are declared with their families.
#pragma once

#include <xgrad/autograd/ops/comparison.hpp>
#include <xgrad/autograd/ops/elementary.hpp>
#include <xgrad/autograd/ops/pointwise.hpp>
#include <xgrad/autograd/ops/rounding.hpp>

// clang-format off
#define XGRAD_ALIASES(X) \
  X(absolute, abs) X(arccos, acos) X(arccosh, acosh) X(arcsin, asin) X(arcsinh, asinh) X(arctan, atan)                 \
  X(arctanh, atanh) X(arctan2, atan2) X(clip, clamp) X(divide, div) X(fix, trunc) X(greater, gt) X(greater_equal, ge)  \
  X(less, lt) X(less_equal, le) X(multiply, mul) X(negative, neg) X(not_equal, ne) X(subtract, sub) X(true_divide, div)

namespace xgrad {

#define XGRAD_ALIAS(NAME, OF)                                                                                             \
  template <class... A> decltype(auto) NAME(const Tensor& x, A&&... a) { return OF(x, static_cast<A&&>(a)...); }          \
  template <class... A> Tensor& NAME##_(Tensor& x, A&&... a) { return OF##_(x, static_cast<A&&>(a)...); }
XGRAD_ALIASES(XGRAD_ALIAS)
#undef XGRAD_ALIAS

template <class T>
struct AliasMethods : Methods<T, AliasMethods<T>> {
  using Methods<T, AliasMethods>::as;
  using Methods<T, AliasMethods>::writable;
#define XGRAD_ALIAS(NAME, OF)                                                                             \
  template <class... A> T NAME(A&&... a) const { return as(this).OF(static_cast<A&&>(a)...); }             \
  template <class... A> T& NAME##_(A&&... a) const { return writable(this).OF##_(static_cast<A&&>(a)...); }
  XGRAD_ALIASES(XGRAD_ALIAS)
#undef XGRAD_ALIAS
};
// clang-format on

}  // namespace xgrad
