#include <xgrad/autograd/ops/statistics.hpp>

#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/statistics.hpp>
#include <xgrad/autograd/ops/along.hpp>
#include <xgrad/autograd/ops/promotion.hpp>
#include <xgrad/autograd/ops/scans.hpp>

#include <cmath>
#include <limits>

namespace xgrad {

using ops::count_along;
using ops::restore;
using ops::wrap_dims;

namespace {

/// g·Π of the others along dim: y/x, or from what is before and behind each where an element is 0. g and y keep dim.
Tensor product_slope(const Tensor& g, const Tensor& x, const Tensor& y, std::int64_t dim) {
  if (!eq(x, 0).any().item<bool>()) return g * (y / x);
  // The product is the last of the running ones: cumprod's derivative with g there and 0 before.
  const Tensor before = zeros_like(x.narrow(dim, 1, x.size(dim) - 1).detach());
  const Tensor at_end = before.numel() ? cat({before, g}, dim) : g;
  return ops::shifted_down(cumprod(x, dim), dim, 1) * ops::linear_recurrence(at_end, x, dim, true);
}

ScalarType product_type(const Tensor& x, std::optional<ScalarType> dtype) {
  return dtype.value_or(is_floating_point(x.dtype()) ? x.dtype() : kInt64);
}

template <FixedString Name>
Tensor prod(const Tensor& x, const Dims& dims, bool keepdim, ScalarType type) {
  if (!is_floating_point(type) && x.requires_grad()) return prod<Name>(x.detach(), dims, keepdim, type);
  told(dims, keepdim);
  return differentiable<Name>(
      inputs(x), {}, [&](const Array*) { return kernels::prod(x.array(), dims, keepdim, type); },
      [](Save& s) {
        s.input(0);
        s.output();
      },
      [dims, keepdim](const Saved& s, const Tensor& g) -> Grads {
        const Tensor x = ops::as_dtype(s.input(0), g.dtype());
        const Tensor& y = s.output();
        if (x.dim() == 0) return {g};
        if (x.numel() == 0) return {zeros_like(x)};
        if (dims.size() == 1) {
          const Dims sizes(x.sizes());
          return {product_slope(restore(g, sizes, dims, keepdim), x, restore(y, sizes, dims, keepdim), dims[0])};
        }
        return {product_slope(g.reshape({1}), x.reshape({-1}), y.reshape({1}), 0).reshape(x.sizes())};
      });
}

}  // namespace

Tensor prod(const Tensor& x, std::optional<ScalarType> dtype) {
  return prod<"ProdBackward0">(x, wrap_dims(x, {}), false, product_type(x, dtype));
}
Tensor prod(const Tensor& x, std::int64_t dim, bool keepdim, std::optional<ScalarType> dtype) {
  return prod<"ProdBackward1">(x, wrap_dims(x, dim), keepdim, product_type(x, dtype));
}

/// y = Σ x without NaN    dx = g where x is a number
Tensor nansum(const Tensor& x, IntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype) {
  const ScalarType type = product_type(x, dtype);
  const bool nothing = x.numel() == 0 && !is_floating_point(type);
  if (!is_floating_point(x.dtype()) || nothing) return sum(x, dim, keepdim, type);
  check<NotImplementedError>(is_floating_point(type), "\"nansum_cpu\" not implemented for '{}'", type);
  const Dims dims = wrap_dims(x, dim);
  told(dims, keepdim);
  return differentiable<"NansumBackward0">(
      inputs(x), {},
      [&](const Array*) {
        return kernels::nansum(x.dtype() == type ? x.array() : kernels::to_dtype(x.array(), type), dims, keepdim);
      },
      [](Save& s) { s.input(0); },
      [dims, keepdim](const Saved& s, const Tensor& g) -> Grads {
        const Tensor& x = s.input(0);
        const Dims sizes(x.sizes());
        return {restore(g, sizes, dims, keepdim).expand(sizes) * logical_not(isnan(x)).to(g.dtype())};
      });
}

Tensor nanmean(const Tensor& x, IntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype) {
  check(x.is_floating_point(), "nanmean(): expected input to have floating point dtype but got {}", x.dtype());
  const Tensor factor = logical_not(isnan(x.detach())).sum(dim, keepdim);
  return div(nansum(x, dim, keepdim, dtype), factor);
}

// --- moments

namespace {

struct Moments {
  Dims dims;
  bool keepdim;
  double correction;
};

/// d var: 2g·(x − mean)/(n − correction). An infinite slope where n is the correction and no dimension was named.
Tensor var_slope(const Tensor& g, const Tensor& x, const Moments& m, bool all) {
  const auto n = static_cast<double>(count_along(x, m.dims));
  if ((all || x.dim() == 0) && n == m.correction)
    return (restore(g, Dims(x.sizes()), m.dims, m.keepdim) * std::numeric_limits<double>::infinity()).expand(x.sizes());
  const Tensor mean = m.dims.empty() ? x : x.mean(m.dims, true);
  return restore(g, Dims(x.sizes()), m.dims, m.keepdim) * (x - mean) * (2 / (n - m.correction));
}
/// d std: through the variance, 0 where y is 0.
Tensor std_slope(const Tensor& g, const Tensor& x, const Tensor& y, const Moments& m, bool all) {
  return var_slope(masked_fill(g / (y * 2), eq(y, 0), 0), x, m, all);
}

Moments moments(const char* name, const Tensor& x, IntArrayRef dim, std::optional<std::int64_t> correction,
                bool keepdim) {
  check(x.is_floating_point(), "{} only support floating point and complex dtypes", name);
  return {wrap_dims(x, dim), keepdim, static_cast<double>(correction.value_or(1))};
}

template <FixedString Name, bool root>
Tensor variance(const Tensor& x, const Moments& m, bool all) {
  told(m.dims, m.correction, m.keepdim);
  return differentiable<Name>(
      inputs(x), {},
      [&](const Array*) {
        const Array var = kernels::var_mean(x.array(), m.dims, m.keepdim, m.correction).first;
        return root ? kernels::unary(kernels::Unary::Sqrt, var, &var) : var;
      },
      [](Save& s) {
        s.input(0);
        if (root) s.output();
      },
      [m, all](const Saved& s, const Tensor& g) -> Grads {
        if constexpr (root)
          return {std_slope(g, s.input(0), s.output(), m, all)};
        else
          return {var_slope(g, s.input(0), m, all)};
      });
}

template <FixedString Name, bool root>
std::tuple<Tensor, Tensor> variance_and_mean(const Tensor& x, const Moments& m, bool all) {
  const Inputs<1> in = inputs(x);
  told(m.dims, m.correction, m.keepdim);
  auto results = differentiable_many<Name>(
      in,
      [&] {
        auto [var, mean] = kernels::var_mean(x.array(), m.dims, m.keepdim, m.correction);
        if (root) kernels::unary(kernels::Unary::Sqrt, var, &var);
        return std::vector<Array>{var, mean};
      },
      [](Save& s) {
        s.input(0);
        if (root) s.output(0);
      },
      [m, all](const Saved& s, Grads& g) -> Grads {
        const Tensor& x = s.input(0);
        Tensor dx;
        if (g[0].defined()) {
          if constexpr (root)
            dx = std_slope(g[0], x, s.output(0), m, all);
          else
            dx = var_slope(g[0], x, m, all);
        }
        if (g[1].defined()) {
          const auto n = static_cast<double>(std::max<std::int64_t>(count_along(x, m.dims), 1));
          const Tensor of_mean = (restore(g[1], Dims(x.sizes()), m.dims, m.keepdim) / n).expand(x.sizes());
          dx = dx.defined() ? dx + of_mean : of_mean;
        }
        return {dx};
      });
  return {std::move(results[0]), std::move(results[1])};
}

}  // namespace

Tensor var(const Tensor& x, IntArrayRef dim, std::optional<std::int64_t> correction, bool keepdim) {
  return variance<"VarBackward0", false>(x, moments("std and var", x, dim, correction, keepdim), dim.empty());
}
Tensor std(const Tensor& x, IntArrayRef dim, std::optional<std::int64_t> correction, bool keepdim) {
  return variance<"StdBackward0", true>(x, moments("std and var", x, dim, correction, keepdim), dim.empty());
}
std::tuple<Tensor, Tensor> var_mean(const Tensor& x, IntArrayRef dim, std::optional<std::int64_t> correction,
                                    bool keepdim) {
  return variance_and_mean<"VarMeanBackward0", false>(x, moments("var_mean", x, dim, correction, keepdim), dim.empty());
}
std::tuple<Tensor, Tensor> std_mean(const Tensor& x, IntArrayRef dim, std::optional<std::int64_t> correction,
                                    bool keepdim) {
  return variance_and_mean<"StdMeanBackward0", true>(x, moments("std_mean", x, dim, correction, keepdim), dim.empty());
}

#define XGRAD_VARIANCE(RESULT, NAME)                                                   \
  RESULT NAME(const Tensor& x) { return NAME(x, IntArrayRef(), std::nullopt); }        \
  RESULT NAME(const Tensor& x, IntArrayRef dim) { return NAME(x, dim, std::nullopt); } \
  static_assert(true)
XGRAD_VARIANCE(Tensor, var);
XGRAD_VARIANCE(Tensor, std);
XGRAD_VARIANCE(TwoTensors, var_mean);
XGRAD_VARIANCE(TwoTensors, std_mean);
#undef XGRAD_VARIANCE

// --- extremes, norms

std::tuple<Tensor, Tensor> aminmax(const Tensor& x, std::optional<std::int64_t> dim, bool keepdim) {
  if (dim) {
    const std::int64_t d = wrap_dim(*dim, x.dim());
    check<IndexError>(x.dim() == 0 || x.size(d) > 0, "aminmax: Expected reduction dim {} to have non-zero size.", d);
  } else {
    check(x.numel() > 0, "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity.");
  }
  const Dims dims = dim ? wrap_dims(x, *dim) : wrap_dims(x, {});
  const Inputs<1> in = inputs(x);
  told(dims, keepdim);
  auto results = differentiable_many<"AminmaxBackward0">(
      in,
      [&] {
        auto [low, high] = kernels::minimum_and_maximum(x.array(), dims, keepdim);
        return std::vector<Array>{low, high};
      },
      [](Save& s) {
        s.input(0);
        s.output(0);
        s.output(1);
      },
      [dims, keepdim](const Saved& s, Grads& g) -> Grads {
        const Tensor& x = s.input(0);
        const Dims sizes(x.sizes());
        Tensor dx;
        for (const std::size_t k : {0, 1}) {
          if (!g[k].defined()) continue;
          const Tensor mask = eq(x, restore(s.output(k), sizes, dims, keepdim)).to(g[k].dtype());
          const Tensor share = restore(g[k], sizes, dims, keepdim) * (mask / mask.sum(dims, true));
          dx = dx.defined() ? dx + share : share;
        }
        return {dx};
      });
  return {std::move(results[0]), std::move(results[1])};
}

namespace {

/// PyTorch's formulas, so that the second derivative is the same at 0 too. g and y keep the dimensions.
Tensor norm_slope(const Tensor& g, const Tensor& x, const Tensor& y, double p, const Dims& dims) {
  if (p == 0) return zeros_like(x);
  if (p == 1) return sign(x) * g;
  if (p == 2) return g * masked_fill(x / y, eq(y, 0), 0);
  const Tensor size = abs(x);
  if (std::isinf(p)) {
    const Tensor mask = logical_or(eq(size.detach(), y.detach()), isnan(x.detach())).to(g.dtype());
    return sign(x) * ((g / mask.sum(dims, true)) * mask);
  }
  if (p < 1) return sign(x) * masked_fill(pow(size, p - 1), eq(x, 0), 0) * g * pow(y, 1 - p);
  const Tensor scale = masked_fill(g / pow(y, p - 1), eq(y, 0), 0);
  return p < 2 ? sign(x) * pow(size, p - 1) * scale : x * pow(size, p - 2) * scale;
}

template <FixedString Name>
Tensor norm(const Tensor& x, double p, IntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype) {
  check(dtype || x.is_floating_point(),
        "norm(): input dtype should be either floating point or complex. Got {} instead.", x.dtype());
  check(!dtype || is_floating_point(*dtype),
        "norm(): the desired output dtype should be either floating point or complex. "
        "Got {} instead.",
        dtype.value_or(kFloat32));
  const Tensor in = ops::as_dtype(x, dtype.value_or(x.dtype()));
  const Dims dims = wrap_dims(x, dim);
  told(p, dims, keepdim);
  return differentiable<Name>(
      inputs(in), {}, [&](const Array*) { return kernels::norm(in.array(), p, dims, keepdim); },
      [](Save& s) {
        s.input(0);
        s.output();
      },
      [p, dims, keepdim](const Saved& s, const Tensor& g) -> Grads {
        const Tensor& x = s.input(0);
        const Dims sizes(x.sizes());
        return {norm_slope(restore(g, sizes, dims, keepdim), x, restore(s.output(), sizes, dims, keepdim), p, dims)};
      });
}

/// Beyond what a float holds it counts as 0 or infinite, as in PyTorch: the sum of such powers would be 1, 0 or
/// infinite.
double exponent(std::optional<Scalar> p) {
  if (!p) return 2;
  check(!p->isBoolean(), "norm_kernel_tensor_iterator_impl expects norm to be integer or float");
  const float rounded = p->to_unchecked<float>();
  return rounded == 0 || std::isinf(rounded) ? rounded : p->toDouble();
}

}  // namespace

Tensor norm(const Tensor& x, Scalar p) { return norm<"NormBackward0">(x, exponent(p), {}, false, std::nullopt); }
Tensor dist(const Tensor& a, const Tensor& b, Scalar p) { return norm(sub(a, b), p); }

Tensor frobenius_norm(const Tensor& x) { return norm(x); }
Tensor frobenius_norm(const Tensor& x, IntArrayRef dim, bool keepdim) {
  check(dim.size() <= 2, "Expected at most 2 dimensions, but got {} dimensions instead.", dim.size());
  if (dim.size() == 2)
    check(wrap_dim(dim[0], x.dim()) != wrap_dim(dim[1], x.dim()), "Expected dims to be different, got {} instead", dim);
  return norm(x, 2, dim, keepdim);
}

Tensor nuclear_norm(const Tensor& x, bool keepdim) {
  check(x.dim() == 2, "Expected a tensor with 2 dimensions, but got a tensor with {} dimension{} instead.", x.dim(),
        x.dim() == 1 ? "" : "s");
  return nuclear_norm(x, {0, 1}, keepdim);
}
Tensor nuclear_norm(const Tensor& x, IntArrayRef dim, bool keepdim) {
  check(dim.size() == 2, "nuclear norm requires a 'dim' argument of size 2");
  const std::int64_t rows = wrap_dim(dim[0], x.dim()), columns = wrap_dim(dim[1], x.dim());
  check(rows != columns && x.dim() > 0, "duplicate or invalid dimensions");
  Dims order;
  for (std::int64_t d = 0; d < x.dim(); ++d) {
    if (d != rows && d != columns) order.push_back(d);
  }
  order.push_back(rows);
  order.push_back(columns);
  const Tensor sums = linalg_svdvals(x.permute(order)).sum(-1, keepdim);
  if (!keepdim) return sums;
  Dims back(order);
  for (std::size_t i = 0; i < order.size(); ++i)
    back[static_cast<std::size_t>(order[i])] = static_cast<std::int64_t>(i);
  return sums.unsqueeze(-1).permute(back);
}

Tensor ops::named_norm(const Tensor& x, std::string_view p, IntArrayRef dim, bool keepdim) {
  check(p == "fro" || p == "nuc", "only valid string values are 'fro' and 'nuc', found {}", p);
  if (p == "fro") return frobenius_norm(x, dim, keepdim);
  return dim.empty() ? nuclear_norm(x, keepdim) : nuclear_norm(x, dim, keepdim);
}

Tensor norm(const Tensor& x, std::optional<Scalar> p, ScalarType dtype) {
  return norm<"NormBackward2">(x, exponent(p), {}, false, dtype);
}
Tensor norm(const Tensor& x, std::optional<Scalar> p, IntArrayRef dim, bool keepdim) {
  return norm<"NormBackward1">(x, exponent(p), dim, keepdim, std::nullopt);
}
Tensor norm(const Tensor& x, std::optional<Scalar> p, IntArrayRef dim, bool keepdim, ScalarType dtype) {
  return norm<"NormBackward3">(x, exponent(p), dim, keepdim, dtype);
}

Tensor logsumexp(const Tensor& x, IntArrayRef dim, bool keepdim) {
  if (!x.is_floating_point()) return logsumexp(x.to(get_default_dtype()), dim, keepdim);
  const Dims dims = wrap_dims(x, dim);
  told(dims, keepdim);
  return differentiable<"LogsumexpBackward0">(
      inputs(x), {}, [&](const Array*) { return kernels::logsumexp(x.array(), dims, keepdim); },
      [](Save& s) {
        s.input(0);
        s.output();
      },
      [dims, keepdim](const Saved& s, const Tensor& g) -> Grads {
        const Tensor& x = s.input(0);
        const Dims sizes(x.sizes());
        return {restore(g, sizes, dims, keepdim) * exp(x - restore(s.output(), sizes, dims, keepdim))};
      });
}

Tensor count_nonzero(const Tensor& x) { return count_nonzero(x, IntArrayRef()); }
Tensor count_nonzero(const Tensor& x, std::int64_t dim) { return count_nonzero(x, IntArrayRef(dim)); }
Tensor count_nonzero(const Tensor& x, IntArrayRef dim) {
  const Dims dims = wrap_dims(x, dim);
  told(dims);
  return as_one("count_nonzero", {&x}, [&] { return Tensor(kernels::count_nonzero(x.array(), dims, false)); });
}

}  // namespace xgrad
