#include <xgrad/autograd/ops/scans.hpp>

#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/scans.hpp>
#include <xgrad/autograd/ops/along.hpp>
#include <xgrad/autograd/ops/gather.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

#include <limits>

namespace xgrad {

using kernels::Scan;

namespace {

/// y[k] = Σ g[j] over j ≥ k           dg = the running sums of h
Tensor sums_from_end(const Tensor& g, std::int64_t dim) {
  return differentiable<"CumsumBackwardBackward0">(
      inputs(g), {}, [&](const Array*) { return kernels::running(Scan::Sum, g.array(), dim, nullptr, true); }, no_save,
      [dim](const Saved&, const Tensor& h) -> Grads { return {cumsum(h, dim)}; });
}

/// What PyTorch's error calls the dtype.
const char* cpp_name(ScalarType dtype) {
  static constexpr const char* kNames[kDtypeCount] = {"unsigned char", "signed char", "short",  "int",
                                                      "long int",      "float",       "double", "bool"};
  return kNames[static_cast<std::size_t>(dtype)];
}

Array as_array(const Array& x, ScalarType dtype) { return x.dtype() == dtype ? x : kernels::to_dtype(x, dtype); }

/// What both sums and products do about dtypes; `out` then has the computed dtype.
template <FixedString Name, class SaveFn, class Derivative>
Tensor scan(Scan op, const char* name, const Tensor& x, std::int64_t dim, std::optional<ScalarType> dtype, Into into,
            SaveFn save, Derivative derivative) {
  const std::int64_t d = wrap_dim(dim, x.dim());
  const ScalarType own = into.self() || is_floating_point(x.dtype()) ? x.dtype() : kInt64;
  const ScalarType type = dtype.value_or(own);
  check(!into.self() || type == x.dtype(),
        "Bad in-place call: input tensor dtype {} and output tensor dtype {} should match", cpp_name(x.dtype()),
        cpp_name(type));
  check<NotImplementedError>(type != kBool, "\"{}_out_cpu\" not implemented for 'Bool'", name);
  if (!is_floating_point(type) && x.requires_grad() && !into.self())
    return scan<Name>(op, name, x.detach(), dim, dtype, into, save, derivative);
  told(d);
  return differentiable<Name>(
      inputs(x), into,
      [&](const Array* out) {
        // Integers of fewer bits are computed in 64 and wrapped.
        const ScalarType computed = is_floating_point(type) ? type : kInt64;
        const bool counts = op == Scan::Sum && x.dtype() == kBool && computed == kInt64;
        const Array in = counts ? x.array() : as_array(as_array(x.array(), type), computed);
        if (computed == type) return kernels::running(op, in, d, out);
        const Array wide = kernels::running(op, in, d);
        if (!out) return kernels::to_dtype(wide, type);
        kernels::copy(*out, wide);
        return *out;
      },
      save, [d, derivative](const Saved& s, const Tensor& g) -> Grads { return {derivative(s, g, d)}; });
}

Tensor cumsum(const Tensor& x, std::int64_t dim, std::optional<ScalarType> dtype, Into into) {
  return scan<"CumsumBackward0">(Scan::Sum, "cumsum", x, dim, dtype, into, no_save,
                                 [](const Saved&, const Tensor& g, std::int64_t d) { return sums_from_end(g, d); });
}

Tensor cumprod(const Tensor& x, std::int64_t dim, std::optional<ScalarType> dtype, Into into) {
  return scan<"CumprodBackward0">(
      Scan::Prod, "cumprod", x, dim, dtype, into,
      [](Save& s) {
        s.input(0);
        s.output();
      },
      [](const Saved& s, const Tensor& g, std::int64_t d) {
        if (g.dim() == 0 || g.numel() == 0) return g;
        const Tensor x = ops::as_dtype(s.input(0), g.dtype());
        return ops::shifted_down(s.output(), d, 1) * ops::linear_recurrence(g, x, d, true);
      });
}

template <FixedString Name>
ValuesIndices running_extreme(bool largest, const Tensor& x, std::int64_t dim) {
  const std::int64_t d = wrap_dim(dim, x.dim());
  told(d);
  const detail::Traced traced(largest ? "cummax" : "cummin", {&x});
  auto [values, indices] = kernels::running_extreme(largest, x.array(), d);
  const Tensor index(std::move(indices));
  Tensor value = differentiable<Name>(
      inputs(x), {}, [&, v = &values](const Array*) { return std::move(*v); }, [&](Save& s) { s.tensor(index); },
      [d](const Saved& s, const Tensor& g) -> Grads { return {scatter_add(zeros_like(g), d, s.tensor(), g)}; });
  traced.result(value);
  traced.result(index);
  return {std::move(value), index};
}

}  // namespace

Tensor cumsum(const Tensor& x, std::int64_t dim, std::optional<ScalarType> dtype) {
  return cumsum(x, dim, dtype, Into());
}
Tensor& cumsum_(Tensor& x, std::int64_t dim, std::optional<ScalarType> dtype) {
  return cumsum(x, dim, dtype, Into::in_place(x)), x;
}
Tensor cumprod(const Tensor& x, std::int64_t dim, std::optional<ScalarType> dtype) {
  return cumprod(x, dim, dtype, Into());
}
Tensor& cumprod_(Tensor& x, std::int64_t dim, std::optional<ScalarType> dtype) {
  return cumprod(x, dim, dtype, Into::in_place(x)), x;
}

ValuesIndices cummax(const Tensor& x, std::int64_t dim) { return running_extreme<"CummaxBackward0">(true, x, dim); }
ValuesIndices cummin(const Tensor& x, std::int64_t dim) { return running_extreme<"CumminBackward0">(false, x, dim); }

/// dx[k] = e^(x[k] − y[k])·a[k] with a[k] = g[k] + e^(y[k] − y[k+1])·a[k+1]: no exponent is above 0.
Tensor logcumsumexp(const Tensor& x, std::int64_t dim) {
  const std::int64_t d = wrap_dim(dim, x.dim());
  check<NotImplementedError>(x.is_floating_point(), "\"logcumsumexp_out_cpu\" not implemented for '{}'", x.dtype());
  told(d);
  return differentiable<"LogcumsumexpBackward0">(
      inputs(x), {}, [&](const Array*) { return kernels::running(Scan::LogSumExp, x.array(), d); },
      [](Save& s) {
        s.input(0);
        s.output();
      },
      [d](const Saved& s, const Tensor& g) -> Grads {
        if (g.dim() == 0 || g.numel() == 0) return {g};
        // Where x is −∞ it plays no part (but in a NaN), nor does what is before where y is.
        constexpr double kNothing = -std::numeric_limits<double>::infinity();
        const Tensor &x = s.input(0), &y = s.output();
        const Tensor decay = exp(masked_fill(ops::shifted_down(y, d, 0) - y, eq(y, kNothing), kNothing));
        const Tensor no_part = logical_and(eq(x, kNothing), eq(y, y));
        return {
            where(no_part, 0., exp(masked_fill(x - y, no_part, kNothing)) * ops::linear_recurrence(g, decay, d, true))};
      });
}

Tensor diff(const Tensor& x, std::int64_t n, std::int64_t dim) { return diff(x, n, dim, Tensor(), Tensor()); }
Tensor diff(const Tensor& x, std::int64_t n, std::int64_t dim, const Tensor& prepend, const Tensor& append) {
  check(x.dim() > 0, "diff expects input to be at least one-dimensional");
  check(n >= 0, "order must be non-negative but got {}", n);
  const std::int64_t d = wrap_dim(dim, x.dim());
  for (const Tensor* more : {&prepend, &append}) {
    if (!more->defined()) continue;
    check(more->dim() == x.dim(), "diff expects prepend or append to be the same dimension as input");
    for (std::int64_t i = 0; i < x.dim(); ++i)
      check(i == d || more->size(i) == x.size(i),
            "diff expects the shape of tensor to prepend or append to match that of input except along the "
            "differencing dimension; input.size({0}) = {1}, but got tensor.size({0}) = {2}",
            i, x.size(i), more->size(i));
  }
  if (n == 0) return x.clone();
  std::vector<Tensor> parts;
  for (const Tensor* part : {&prepend, &x, &append}) {
    if (part->defined()) parts.push_back(*part);
  }
  Tensor y = parts.size() == 1 ? x : cat(parts, d);
  for (std::int64_t k = std::min(n, y.size(d)); k > 0; --k) {
    const std::int64_t rest = std::max<std::int64_t>(y.size(d) - 1, 0);
    const Tensor after = y.narrow(d, y.size(d) - rest, rest), before = y.narrow(d, 0, rest);
    y = y.dtype() == kBool ? logical_xor(after, before) : after - before;
  }
  return y;
}

}  // namespace xgrad
