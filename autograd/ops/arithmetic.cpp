#include <xgrad/autograd/array/warning.hpp>
#include <xgrad/autograd/kernels/element.hpp>
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/loops.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

namespace xgrad {

using kernels::Binary;
using ops::as_dtype;
using ops::check_cast;
using ops::floating_type;
using ops::promoted_type;
using ops::wrap;

namespace {

/// alpha must not be a float for integers, nor a bool for anything but bool.
void check_alpha(ScalarType dtype, Scalar alpha) {
  check(dtype == kBool || !alpha.isBoolean(), "Boolean alpha only supported for Boolean results.");
  check(is_floating_point(dtype) || !alpha.isFloatingPoint(),
        "For integral input tensors, argument alpha must not be a floating point number.");
}

/// y = a + alpha·b        da = g, db = alpha·g
Tensor add(const Tensor& a, const Tensor& b, Scalar alpha, const Into& into) {
  const ScalarType dtype = promoted_type(a, b);
  check_cast(dtype, into);
  check_alpha(dtype, alpha);
  told(alpha);
  return differentiable<"AddBackward0">(
      inputs(a, b), into,
      [&](const Array* out) {
        return alpha.equal(1) ? kernels::binary(Binary::Add, a.array(), b.array(), dtype, out)
                              : kernels::add_scaled(a.array(), b.array(), alpha, dtype, out);
      },
      no_save,
      [alpha](const Saved& s, const Tensor& g) -> Grads {
        return {s.needs(0) ? g : Tensor(), !s.needs(1) ? Tensor() : alpha.equal(1) ? g : g * alpha};
      });
}

/// y = a − alpha·b        da = g, db = −alpha·g
Tensor sub(const Tensor& a, const Tensor& b, Scalar alpha, const Into& into) {
  check(
      a.dtype() != kBool || b.dtype() != kBool,
      "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator "
      "instead.");
  check(
      a.dtype() != kBool && b.dtype() != kBool,
      "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the "
      "`~` or `logical_not()` operator instead.");
  const ScalarType dtype = promoted_type(a, b);
  check_cast(dtype, into);
  check_alpha(dtype, alpha);
  told(alpha);
  return differentiable<"SubBackward0">(
      inputs(a, b), into,
      [&](const Array* out) {
        if (alpha.equal(1)) return kernels::binary(Binary::Sub, a.array(), b.array(), dtype, out);
        const Scalar minus = alpha.isFloatingPoint() ? Scalar(-alpha.toDouble()) : Scalar(-alpha.toLong());
        return kernels::add_scaled(a.array(), b.array(), minus, dtype, out);
      },
      no_save,
      [alpha](const Saved& s, const Tensor& g) -> Grads {
        return {s.needs(0) ? g : Tensor(), !s.needs(1) ? Tensor() : alpha.equal(1) ? -g : -(g * alpha)};
      });
}

/// Where a function of a and b may put its result of their dtype: over a, if that is a dying tensor of the result's
/// shape and dtype. `saves_a`: the derivative with respect to b reads a.
Into over(Tensor& a, const Tensor& b, bool saves_a) {
  if (!ops::is_dying(a) || a.dtype() != promoted_type(a, b) || (saves_a && detail::grad_mode && takes_gradient(b)))
    return {};
  const Dims &to = a.array().sizes(), &from = b.array().sizes();
  if (to == from || b.numel() == 1) return from.size() <= to.size() ? Into::over(a) : Into();
  if (from.size() > to.size()) return {};
  for (std::size_t i = 1; i <= from.size(); ++i) {
    const std::int64_t n = from[from.size() - i];
    if (n != 1 && n != to[to.size() - i]) return {};
  }
  return Into::over(a);
}
/// Writes a ∘ b over a and returns true, if a is dying and nothing is to be recorded, converted or broadcast but a
/// number: what a derivative's products are, since nobody else has its gradient.
bool written_over(Binary op, Tensor& a, const Tensor& b) {
  if (detail::grad_mode || detail::profiling.load(std::memory_order_relaxed) || !ops::is_dying(a) || !b.defined())
    return false;
  const TensorImpl& impl = *a.impl();
  const Array &x = impl.array, &y = b.array();
  const bool fits = (y.numel() == 1 && y.dim() <= x.dim()) || (y.is_contiguous() && y.sizes() == x.sizes());
  if (!fits || !impl.is_bare() || x.dtype() != y.dtype() || !is_floating_point(x.dtype())) return false;
  kernels::binary_into(op, x, x, y);
  return true;
}

Tensor mul(const Tensor& a, const Tensor& b, const Into& into);
/// a·b over a, where it may be. Inlined in the derivative of a product, of which a chain has one for each of its own.
[[gnu::always_inline]] inline Tensor product_over(Tensor&& a, const Tensor& b) {
  return written_over(Binary::Mul, a, b) ? std::move(a) : mul(a, b, over(a, b, true));
}

/// y = a · b              da = g·b, db = g·a
Tensor mul(const Tensor& a, const Tensor& b, const Into& into) {
  const ScalarType dtype = promoted_type(a, b);
  check_cast(dtype, into);
  return differentiable<"MulBackward0">(
      inputs(a, b), into,
      // Inlined in all its places: the chain of small products is what overhead is measured by.
      [&](const Array* out)
          __attribute__((always_inline)) { return kernels::binary(Binary::Mul, a.array(), b.array(), dtype, out); },
      [](Save& s) {
        if (s.needed(0)) s.input(1);
        if (s.needed(1)) s.input(0);
      },
      [](const Saved& s, Tensor&& g) -> Grads {
        if (s.needs(0) && !s.needs(1)) return {product_over(std::move(g), s.input(1)), Tensor()};
        Tensor db = s.needs(1) ? (s.needs(0) ? g * s.input(0) : std::move(g) * s.input(0)) : Tensor();
        return {s.needs(0) ? std::move(g) * s.input(1) : Tensor(), std::move(db)};
      });
}

/// The same with a number, which is all that is kept of it.
Tensor mul(const Tensor& a, Scalar b, const Into& into) {
  if (!a.is_floating_point() || a.impl()->wrapped_number || b.isBoolean()) return mul(a, wrap(b), into);
  static const Tensor number;
  told(b);
  return differentiable<"MulBackward0">(
      inputs(a, number), into,
      [&](const Array* out) {
        return kernels::binary(Binary::Mul, a.array(), ops::number(b, a.dtype()), a.dtype(), out);
      },
      no_save,
      [b](const Saved&, Tensor&& g) -> Grads {
        return {std::move(g) * b, Tensor()};
      });
}

/// y = a / b              da = g/b, db = −g·(a/b)/b
Tensor div(const Tensor& a, const Tensor& b, const Into& into) {
  const ScalarType dtype = floating_type(promoted_type(a, b));
  check_cast(dtype, into);
  return differentiable<"DivBackward0">(
      inputs(a, b), into,
      [&](const Array* out) { return kernels::binary(Binary::Div, a.array(), b.array(), dtype, out); },
      [](Save& s) {
        s.input(1);
        if (s.needed(1)) s.input(0);
      },
      [](const Saved& s, Tensor&& g) -> Grads {
        const Tensor& b = s.input(1);
        Tensor db = s.needs(1) ? -g * ((s.input(0) / b) / b) : Tensor();
        return {s.needs(0) ? std::move(g) / b : Tensor(), std::move(db)};
      });
}

/// y = a + w·(b − a)      da = (1 − w)·g, db = w·g. From the nearer end, so that w = 1 gives b itself.
Tensor lerp(const Tensor& a, const Tensor& b, Scalar weight, const Into& into) {
  check(a.dtype() == b.dtype(), "expected dtype {} for `end` but got dtype {}", info(a.dtype()).type,
        info(b.dtype()).type);
  check<NotImplementedError>(a.is_floating_point(), "\"lerp_kernel_scalar\" not implemented for '{}'", a.dtype());
  const double w = weight.toDouble();
  told(w);
  return differentiable<"LerpBackward0">(
      inputs(a, b), into,
      [&](const Array* out) {
        // Whichever end is nearer, the order of dimensions in memory is a's before b's.
        const Array y = kernels::result_for({&a.array(), &b.array()}, a.dtype(), out);
        const Array span = kernels::binary(Binary::Sub, b.array(), a.array(), a.dtype());
        return w < 0.5 ? kernels::add_scaled(a.array(), span, w, a.dtype(), &y)
                       : kernels::add_scaled(b.array(), span, w - 1, a.dtype(), &y);
      },
      no_save,
      [w](const Saved& s, const Tensor& g) -> Grads {
        return {s.needs(0) ? g * (1 - w) : Tensor(), s.needs(1) ? g * w : Tensor()};
      });
}

Into over_floating(Tensor& a, Scalar b) { return a.is_floating_point() && !b.isBoolean() ? ops::over(a) : Into(); }

/// y = max(a, b) or min(a, b): g to the chosen argument, half each where they are equal.
template <FixedString Name>
Tensor extremum(Binary op, const Tensor& a, const Tensor& b) {
  const ScalarType dtype = promoted_type(a, b);
  return differentiable<Name>(
      inputs(a, b), {}, [&](const Array* out) { return kernels::binary(op, a.array(), b.array(), dtype, out); },
      [](Save& s) {
        s.input(0);
        s.input(1);
      },
      [op](const Saved& s, const Tensor& g) -> Grads {
        const Tensor &a = s.input(0), &b = s.input(1);
        const Tensor half = where(a == b, g / 2, g);
        const Tensor a_loses = op == Binary::Maximum ? a < b : a > b, b_loses = op == Binary::Maximum ? a > b : a < b;
        return {s.needs(0) ? where(a_loses, 0., half) : Tensor(), s.needs(1) ? where(b_loses, 0., half) : Tensor()};
      });
}

}  // namespace

Tensor add(const Tensor& a, const Tensor& b, Scalar alpha) { return add(a, b, alpha, Into()); }
Tensor add(const Tensor& a, Scalar b, Scalar alpha) { return add(a, wrap(b, a), alpha, Into()); }
Tensor& add_(Tensor& a, const Tensor& b, Scalar alpha) { return add(a, b, alpha, Into::in_place(a)), a; }
Tensor& add_(Tensor& a, Scalar b, Scalar alpha) { return add(a, wrap(b, a), alpha, Into::in_place(a)), a; }

Tensor sub(const Tensor& a, const Tensor& b, Scalar alpha) { return sub(a, b, alpha, Into()); }
Tensor sub(const Tensor& a, Scalar b, Scalar alpha) { return sub(a, wrap(b, a), alpha, Into()); }
Tensor& sub_(Tensor& a, const Tensor& b, Scalar alpha) { return sub(a, b, alpha, Into::in_place(a)), a; }
Tensor& sub_(Tensor& a, Scalar b, Scalar alpha) { return sub(a, wrap(b, a), alpha, Into::in_place(a)), a; }
Tensor rsub(const Tensor& a, const Tensor& b, Scalar alpha) { return sub(b, a, alpha, Into()); }
Tensor rsub(const Tensor& a, Scalar b, Scalar alpha) { return sub(wrap(b, a), a, alpha, Into()); }

Tensor mul(const Tensor& a, const Tensor& b) { return mul(a, b, Into()); }
Tensor mul(const Tensor& a, Scalar b) { return mul(a, b, Into()); }
Tensor& mul_(Tensor& a, const Tensor& b) { return mul(a, b, Into::in_place(a)), a; }
Tensor& mul_(Tensor& a, Scalar b) { return mul(a, b, Into::in_place(a)), a; }

Tensor div(const Tensor& a, const Tensor& b) { return div(a, b, Into()); }
Tensor div(const Tensor& a, Scalar b) { return div(a, wrap(b, a), Into()); }
Tensor& div_(Tensor& a, const Tensor& b) { return div(a, b, Into::in_place(a)), a; }
Tensor& div_(Tensor& a, Scalar b) { return div(a, wrap(b, a), Into::in_place(a)), a; }

Tensor operator+(Tensor&& a, const Tensor& b) {
  return written_over(Binary::Add, a, b) ? std::move(a) : add(a, b, 1, over(a, b, false));
}
Tensor operator+(Tensor&& a, Scalar b) { return add(a, wrap(b, a), 1, over_floating(a, b)); }
Tensor operator-(Tensor&& a, const Tensor& b) {
  return written_over(Binary::Sub, a, b) ? std::move(a) : sub(a, b, 1, over(a, b, false));
}
Tensor operator-(Tensor&& a, Scalar b) { return sub(a, wrap(b, a), 1, over_floating(a, b)); }
Tensor operator*(Tensor&& a, const Tensor& b) { return product_over(std::move(a), b); }
Tensor operator*(Tensor&& a, Scalar b) { return mul(a, b, over_floating(a, b)); }
Tensor operator/(Tensor&& a, const Tensor& b) {
  if (written_over(Binary::Div, a, b)) return std::move(a);
  return div(a, b, a.is_floating_point() ? over(a, b, true) : Into());
}
Tensor operator/(Tensor&& a, Scalar b) { return div(a, wrap(b, a), over_floating(a, b)); }

Tensor lerp(const Tensor& a, const Tensor& b, Scalar weight) { return lerp(a, b, weight, Into()); }
Tensor& lerp_(Tensor& a, const Tensor& b, Scalar weight) { return lerp(a, b, weight, Into::in_place(a)), a; }

Tensor maximum(const Tensor& a, const Tensor& b) { return extremum<"MaximumBackward0">(Binary::Maximum, a, b); }
Tensor minimum(const Tensor& a, const Tensor& b) { return extremum<"MinimumBackward0">(Binary::Minimum, a, b); }
Tensor max(const Tensor& a, const Tensor& b) { return maximum(a, b); }
Tensor min(const Tensor& a, const Tensor& b) { return minimum(a, b); }

namespace {

/// A number beside `other`: the dtype of both together must hold it.
Tensor held(Scalar value, const Tensor& other) {
  Tensor w = wrap(value);
  kernels::check_held(value, promoted_type(other, w));
  return w;
}

}  // namespace

/// y = condition ? a : b  da = g where the condition holds, db elsewhere
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  if (condition.dtype() == kUInt8) {
    warn_once<struct ByteConditionWarning>(
        "where received a uint8 condition tensor. This behavior is deprecated and will be removed in a future version "
        "of "
        "PyTorch. Use a boolean condition instead.");
    return where(condition.to(kBool), a, b);
  }
  check(condition.dtype() == kBool, "where expected condition to be a boolean tensor, but got a tensor with dtype {}",
        condition.dtype());
  const ScalarType dtype = promoted_type(a, b);
  const detail::Traced traced("where", {&condition, &a, &b});
  const Tensor y = differentiable<"WhereBackward0">(
      inputs(a, b), {}, [&](const Array*) { return kernels::where(condition.array(), a.array(), b.array(), dtype); },
      [&](Save& s) { s.tensor(condition); },
      [](const Saved& s, const Tensor& g) -> Grads {
        const Tensor& c = s.tensor();
        return {s.needs(0) ? where(c, g, 0.) : Tensor(), s.needs(1) ? where(c, 0., g) : Tensor()};
      });
  traced.result(y);
  return y;
}
Tensor where(const Tensor& condition, Scalar a, const Tensor& b) { return where(condition, held(a, b), b); }
Tensor where(const Tensor& condition, const Tensor& a, Scalar b) { return where(condition, a, held(b, a)); }
Tensor where(const Tensor& condition, Scalar a, Scalar b) {
  return where(condition, held(a, wrap(b)), held(b, wrap(a)));
}

/// The old value plays no part: dx = 0.
Tensor& fill_(Tensor& x, Scalar value) {
  told(value);
  differentiable<"FillBackward0">(
      inputs(x), Into::in_place(x),
      [&](const Array*) {
        kernels::fill(x.array(), value);
        return x.array();
      },
      no_save, [](const Saved&, const Tensor& g) -> Grads { return {zeros_like(g)}; });
  return x;
}
Tensor& zero_(Tensor& x) { return fill_(x, 0); }

/// x takes src's values: dx = 0, dsrc = g. Integers take no part in the graph.
Tensor& copy_(Tensor& x, const Tensor& src, bool /*non_blocking*/) {
  if (!x.is_floating_point() && src.requires_grad()) return copy_(x, src.detach());
  differentiable<"CopyBackwards">(
      inputs(x, src), Into::in_place(x),
      [&](const Array*) {
        const Dims shape = broadcast_shapes(x.sizes(), src.sizes());
        check(shape == x.sizes(), "output with shape {} doesn't match the broadcast shape {}", x.sizes(), shape);
        const Array from = src.array().expand(x.sizes());
        kernels::check_no_partial_overlap(x.array(), from);
        kernels::copy(x.array(), from);
        return x.array();
      },
      no_save,
      [](const Saved& s, const Tensor& g) -> Grads {
        return {s.needs(0) ? zeros_like(g) : Tensor(), s.needs(1) ? g : Tensor()};
      });
  return x;
}

Tensor& fill_(Tensor& x, const Tensor& value) {
  check(value.dim() == 0, "fill_ only supports 0-dimension value tensor but got tensor with {} dimensions.",
        value.dim());
  kernels::check_held(value.array(), x.dtype());
  return copy_(x, value.array().same_storage(x.array()) ? value.clone() : value);  // it may be an element of x
}

}  // namespace xgrad
