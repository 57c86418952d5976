#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/gather.hpp>
#include <xgrad/autograd/ops/places.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

#include <limits>

namespace xgrad {
namespace {

using kernels::Combine;
using Int = std::int64_t;

struct Reduce {
  const char* name;
  Combine how;
  bool mean;
};

constexpr Reduce kReduces[] = {{"sum", Combine::Add, false},
                               {"prod", Combine::Multiply, false},
                               {"mean", Combine::Add, true},
                               {"amax", Combine::Max, false},
                               {"amin", Combine::Min, false}};

const Reduce& reduce_named(std::string_view name) {
  for (const Reduce& r : kReduces) {
    if (name == r.name) return r;
  }
  fail("reduce argument must be either sum, prod, mean, amax or amin.");
}

/// What changes nothing when combined with a number of this dtype.
Scalar neutral(Combine how, ScalarType dtype) {
  if (how == Combine::Add) return 0;
  if (how == Combine::Multiply) return 1;
  return dispatch(dtype, [&]<class T>() -> Scalar {
    using Limits = std::numeric_limits<T>;
    if constexpr (Limits::has_infinity) return how == Combine::Max ? -Limits::infinity() : Limits::infinity();
    return how == Combine::Max ? Limits::lowest() : Limits::max();
  });
}

/// How many of src come to each place, and the place itself if included; at least 1.
Tensor counts(const Tensor& x, Int dim, const Tensor& index, const Tensor& src, bool include_self) {
  const NoGradGuard guard;
  const Tensor start = include_self ? ones(x.sizes(), x.options()) : zeros(x.sizes(), x.options());
  const Tensor n = scatter_add(start, dim, index, ones(src.sizes(), src.options()));
  return n.masked_fill(n == 0, 1);
}

Array reduce_into(const Tensor& x, Int d, const Tensor& index, const Tensor& src, const Reduce& r, bool include_self,
                  const Array* out) {
  const Array y = out ? *out : kernels::contiguous_copy(x.array());
  kernels::check_no_partial_overlap(y, src.array());
  const Tensor divisor = r.mean ? counts(x, d, index, src, include_self) : Tensor();
  if (!include_self) {
    const Array start = Array::empty({}, y.dtype());
    kernels::fill(start, neutral(r.how, y.dtype()));
    kernels::scatter(y, d, index.array(), start.expand(index.sizes()));
  }
  kernels::scatter_combine(y, d, index.array(), src.array(), r.how);
  if (r.mean) {
    const auto divide = is_floating_point(y.dtype()) ? kernels::Binary::Div : kernels::Binary::FloorDivide;
    kernels::binary(divide, y, divisor.array(), y.dtype(), &y);
  }
  return y;
}

struct Gradients {
  Tensor x, src;
};

/// Gradients of prod. Of src's element: g times the product of all others that come to its place, which is y divided by
/// it, or, if it is the only zero there, the product with a one in its stead.
Gradients product_gradients(const Saved& s, const Tensor& g, Int d, const Tensor& index, bool include_self) {
  const Tensor &x = s.input(0), &src = s.input(1), &y = s.output();
  const auto product = [&](const Tensor& a, const Tensor& b) {
    return scatter_reduce(a, d, index, b, "prod", include_self);
  };
  Gradients out;
  if (s.needs(0)) {
    const Tensor nonzero = x.masked_fill(x == 0, 1);
    out.x = g * product(nonzero, src) / nonzero;
  }
  if (!s.needs(1)) return out;
  const Tensor zero = src == 0;
  const Tensor zeros_there = gather(scatter_add(zeros(x.sizes(), x.options()), d, index, zero.to(x.dtype())), d, index);
  const Tensor only = logical_and(zero, zeros_there == 1);
  const Tensor others = product(x, src.masked_fill(only, 1));
  out.src = where(only, gather(g * others, d, index), gather(g * y, d, index) / src.masked_fill(zero, 1));
  return out;
}

/// Gradients of amax and amin: shared equally among all that are the extreme.
Gradients extreme_gradients(const Saved& s, const Tensor& g, Int d, const Tensor& index) {
  const Tensor &x = s.input(0), &src = s.input(1), y = s.output().detach();
  const Tensor x_is = (x.detach() == y).to(g.dtype()), src_is = (src.detach() == gather(y, d, index)).to(g.dtype());
  const Tensor share = g / scatter_add(x_is, d, index, src_is);
  return {s.needs(0) ? x_is * share : Tensor(), s.needs(1) ? src_is * gather(share, d, index) : Tensor()};
}

Gradients reduce_gradients(const Saved& s, const Tensor& g, Int d, const Tensor& index, const Reduce& r,
                           bool include_self, const Dims& src_sizes) {
  if (r.how == Combine::Multiply) return product_gradients(s, g, d, index, include_self);
  if (r.how != Combine::Add) return extreme_gradients(s, g, d, index);
  Tensor share = g;
  if (r.mean) share = g / counts(g, d, index, zeros(src_sizes, g.options()), include_self);
  return {share, s.needs(1) ? gather(share, d, index) : Tensor()};
}

Tensor scatter_reduce(const Tensor& x, Int dim, const Tensor& index, const Tensor& whole, std::string_view name,
                      bool include_self, Into into) {
  const Int d = wrap_dim(dim, x.dim());
  const Tensor src = ops::scattered(x, d, index, whole);
  const Reduce& r = reduce_named(name);
  kernels::check_inside(x.array(), d, index.array());
  told(d, name, include_self);
  const detail::Traced traced("scatter_reduce", {&x, &index, &src});
  Tensor y = differentiable<"ScatterReduceBackward0">(
      inputs(x, src), into, [&](const Array* out) { return reduce_into(x, d, index, src, r, include_self, out); },
      [&](Save& s) {
        s.tensor(index);
        if (r.how == Combine::Add) return;
        s.input(0);
        s.input(1);
        s.output();
      },
      [d, &r, include_self, sizes = Dims(src.sizes())](const Saved& s, const Tensor& g) -> Grads {
        const Tensor& at = s.tensor();
        Gradients out = reduce_gradients(s, g, d, at, r, include_self, sizes);
        if (s.needs(0) && !include_self) out.x = scatter(out.x, d, at, 0);
        return {s.needs(0) ? out.x : Tensor(), out.src};
      });
  traced.result(y);
  return y;
}

/// scatter with reduce = "add" or "multiply", which has no derivative.
Tensor scatter_with(const Tensor& x, Int dim, const Tensor& index, const Tensor& whole, std::string_view name,
                    Into into) {
  const Int d = wrap_dim(dim, x.dim());
  const Tensor src = ops::scattered(x, d, index, whole);
  check(name == "add" || name == "multiply", "reduce argument must be either add or multiply.");
  kernels::check_inside(x.array(), d, index.array());
  told(d, name == "add" ? "sum" : "prod", true);
  const detail::Traced traced("scatter_reduce", {&x, &index, &src});
  Tensor y = differentiable<"ScatterBackward2">(
      inputs(x, src), into,
      [&](const Array* out) {
        const Array y = out ? *out : kernels::contiguous_copy(x.array());
        kernels::check_no_partial_overlap(y, src.array());
        kernels::scatter_combine(y, d, index.array(), src.array(), name == "add" ? Combine::Add : Combine::Multiply);
        return y;
      },
      no_save,
      [in_place = into.self() != nullptr](const Saved&, const Tensor&) -> Grads {
        no_derivative(in_place ? "aten::scatter_" : "aten::scatter");
      });
  traced.result(y);
  return y;
}

Tensor everywhere(Scalar value, const Tensor& x, const Tensor& index) {
  return full({}, index.numel() ? value : 0, x.options()).expand(index.sizes());  // one that is put nowhere may be any
}

}  // namespace

Tensor scatter_reduce(const Tensor& x, Int dim, const Tensor& index, const Tensor& src, std::string_view reduce,
                      bool include_self) {
  return scatter_reduce(x, dim, index, src, reduce, include_self, Into());
}
Tensor& scatter_reduce_(Tensor& x, Int dim, const Tensor& index, const Tensor& src, std::string_view reduce,
                        bool include_self) {
  return scatter_reduce(x, dim, index, src, reduce, include_self, Into::in_place(x)), x;
}

Tensor scatter(const Tensor& x, Int dim, const Tensor& index, const Tensor& src, std::string_view reduce) {
  return scatter_with(x, dim, index, src, reduce, Into());
}
Tensor& scatter_(Tensor& x, Int dim, const Tensor& index, const Tensor& src, std::string_view reduce) {
  return scatter_with(x, dim, index, src, reduce, Into::in_place(x)), x;
}
Tensor scatter(const Tensor& x, Int dim, const Tensor& index, Scalar value, std::string_view reduce) {
  return scatter(x, dim, index, everywhere(value, x, index), reduce);
}
Tensor& scatter_(Tensor& x, Int dim, const Tensor& index, Scalar value, std::string_view reduce) {
  return scatter_(x, dim, index, everywhere(value, x, index), reduce);
}

}  // namespace xgrad
