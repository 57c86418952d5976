#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/reduce.hpp>
#include <xgrad/autograd/ops/along.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

namespace xgrad {

using kernels::Reduce;
using ops::restore;
using ops::wrap_dims;

namespace {

/// y = Σ x                dx = g, expanded
template <FixedString Name>
Tensor sum(const Tensor& x, const Dims& dims, bool keepdim, std::optional<ScalarType> dtype) {
  const ScalarType type = dtype.value_or(is_floating_point(x.dtype()) ? x.dtype() : kInt64);
  if (!is_floating_point(type) && x.requires_grad()) return sum<Name>(x.detach(), dims, keepdim, dtype);
  told(dims, keepdim);
  return differentiable<Name>(
      inputs(x), {}, [&](const Array*) { return kernels::reduce(Reduce::Sum, x.array(), dims, keepdim, type); },
      no_save,
      [sizes = Dims(x.sizes()), dims, keepdim](const Saved&, const Tensor& g) -> Grads {
        return {restore(g, sizes, dims, keepdim).expand(sizes)};
      });
}

/// y = Σ x / n            dx = g/n, expanded
template <FixedString Name>
Tensor mean(const Tensor& x, IntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype) {
  const ScalarType type = dtype.value_or(x.dtype());
  check(is_floating_point(type),
        "mean(): could not infer output dtype. {} dtype must be either a floating point or complex dtype. Got: {}",
        dtype ? "Optional" : "Input", type);
  const Dims dims = wrap_dims(x, dim);
  double n = 1;
  for (std::int64_t d : dims) n *= static_cast<double>(x.size(d));
  told(dims, keepdim);
  return differentiable<Name>(
      inputs(x), {},
      [&](const Array*) {
        const Array total = kernels::reduce(Reduce::Sum, x.array(), dims, keepdim, type);
        const Array count = Array::empty({}, type);
        kernels::fill(count, n);
        return kernels::binary(kernels::Binary::Div, total, count, type, &total);
      },
      no_save,
      [sizes = Dims(x.sizes()), dims, keepdim, n](const Saved&, const Tensor& g) -> Grads {
        return {(restore(g, sizes, dims, keepdim) / std::max(n, 1.)).expand(sizes)};
      });
}

/// The extreme elements over dims; g is shared equally between equals. A NaN result gives its g to the NaNs, or makes
/// the whole gradient NaN: PyTorch's max() does the one, its amax() the other.
template <FixedString Name>
Tensor extreme(Reduce op, const Tensor& x, const Dims& dims, bool keepdim, bool nan_too) {
  told(dims, keepdim);
  return differentiable<Name>(
      inputs(x), {}, [&](const Array*) { return kernels::reduce(op, x.array(), dims, keepdim, x.dtype()); },
      [](Save& s) {
        s.input(0);
        s.output();
      },
      [dims, keepdim, nan_too](const Saved& s, const Tensor& g) -> Grads {
        const Tensor& x = s.input(0);
        const Dims sizes(x.sizes());
        const Tensor y = restore(s.output(), sizes, dims, keepdim);
        Tensor chosen = eq(x, y);
        if (nan_too) chosen = logical_or(chosen, logical_and(isnan(x), isnan(y)));
        const Tensor mask = chosen.to(g.dtype());
        return {restore(g, sizes, dims, keepdim) * (mask / mask.sum(dims, true))};
      });
}

template <FixedString Name>
ValuesIndices extreme_along(bool largest, const Tensor& x, std::int64_t dim, bool keepdim) {
  const std::int64_t d = wrap_dim(dim, x.dim());
  told(d, keepdim);
  const detail::Traced traced(largest ? "max" : "min", {&x});
  Tensor index;
  Tensor value = differentiable<Name>(
      inputs(x), {},
      [&](const Array*) {
        auto [values, indices] = kernels::extreme_with_index(largest, x.array(), d, keepdim);
        index = Tensor(std::move(indices));
        return std::move(values);
      },
      [&](Save& s) { s.tensor(index); },
      [sizes = Dims(x.sizes()), d, keepdim](const Saved& s, const Tensor& g) -> Grads {
        if (sizes.empty()) return {g};
        const Tensor& at = s.tensor();
        return {ops::placed(keepdim ? g : g.unsqueeze(d), keepdim ? at : at.unsqueeze(d), sizes, d)};
      });
  traced.result(value);
  traced.result(index);
  return {std::move(value), index};
}

/// Throws for a dimension, or for no dimensions, of which there is no extreme element.
void check_not_empty(const char* name, const Tensor& x, IntArrayRef dims) {
  check<IndexError>(x.numel() > 0 || !dims.empty(),
                    "{}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim "
                    "with the 'dim' argument.",
                    name);
  for (const std::int64_t d : dims) {
    const std::int64_t w = wrap_dim(d, x.dim());
    check<IndexError>(x.dim() == 0 || x.size(w) > 0, "{}(): Expected reduction dim {} to have non-zero size.", name, d);
  }
}

Tensor arg_extreme(bool largest, const char* name, const Tensor& x, std::optional<std::int64_t> dim, bool keepdim) {
  told(dim, keepdim);
  const detail::Profiled profiled(name, {&x});
  if (dim) check_not_empty(name, x, *dim);
  check<NotImplementedError>(x.dtype() != kBool, "\"{}_cpu\" not implemented for 'Bool'", name);
  if (!dim) {
    check<IndexError>(x.numel() > 0, "{}(): Expected reduction dim to be specified for input.numel() == 0.", name);
    const NoGradGuard no_grad;
    Tensor flat(kernels::extreme_with_index(largest, x.reshape({-1}).array(), 0, false).second);
    return profiled.told(keepdim ? flat.reshape(Dims(x.sizes().size(), 1)) : flat);
  }
  return profiled.told(
      Tensor(kernels::extreme_with_index(largest, x.array(), wrap_dim(*dim, x.dim()), keepdim).second));
}

Tensor truth(Reduce op, const char* name, const Tensor& x, const Dims& dims, bool keepdim) {
  told(dims, keepdim);
  const detail::Profiled profiled(name, {&x});
  return profiled.told(Tensor(kernels::reduce(op, x.array(), dims, keepdim, kBool)));
}

}  // namespace

Tensor sum(const Tensor& x, std::optional<ScalarType> dtype) {
  return sum<"SumBackward0">(x, wrap_dims(x, {}), false, dtype);
}
Tensor sum(const Tensor& x, IntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype) {
  return sum<"SumBackward1">(x, wrap_dims(x, dim), keepdim, dtype);
}

Tensor sum_to_size(const Tensor& x, IntArrayRef size) {
  if (size.empty()) return sum(x);
  if (x.sizes() == size) return x;
  Dims dims;
  const std::size_t lead = x.sizes().size() - size.size();
  check(size.size() <= x.sizes().size(), "size {{{}}} is not expandable to size {{{}}}.", size, x.sizes());
  for (std::size_t d = 0; d < x.sizes().size(); ++d) {
    const bool goes = d < lead || (size[d - lead] == 1 && x.sizes()[d] != 1);
    check(goes || x.sizes()[d] == size[d - lead], "size {{{}}} is not expandable to size {{{}}}.", size, x.sizes());
    if (goes) dims.push_back(static_cast<std::int64_t>(d));
  }
  if (dims.empty()) return x;
  // A bias's gradient: not a view, so that .grad may take it as it is.
  if (dims.size() == lead && !(GradMode::is_enabled() && x.requires_grad())) return sum(x, dims);
  const Tensor summed = sum(x, dims, true);
  return lead ? summed.reshape(size) : summed;
}

Tensor mean(const Tensor& x, std::optional<ScalarType> dtype) { return mean<"MeanBackward0">(x, {}, false, dtype); }
Tensor mean(const Tensor& x, IntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype) {
  return mean<"MeanBackward1">(x, dim, keepdim, dtype);
}

Tensor max(const Tensor& x) {
  check(x.numel() > 0,
        "max(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim "
        "with the 'dim' argument.");
  return extreme<"MaxBackward1">(Reduce::Max, x, wrap_dims(x, {}), false, true);
}
Tensor min(const Tensor& x) {
  check(x.numel() > 0,
        "min(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim "
        "with the 'dim' argument.");
  return extreme<"MinBackward1">(Reduce::Min, x, wrap_dims(x, {}), false, true);
}
ValuesIndices max(const Tensor& x, std::int64_t dim, bool keepdim) {
  return extreme_along<"MaxBackward0">(true, x, dim, keepdim);
}
ValuesIndices min(const Tensor& x, std::int64_t dim, bool keepdim) {
  return extreme_along<"MinBackward0">(false, x, dim, keepdim);
}
Tensor amax(const Tensor& x, IntArrayRef dim, bool keepdim) {
  check_not_empty("amax", x, dim);
  return extreme<"AmaxBackward0">(Reduce::Max, x, wrap_dims(x, dim), keepdim, false);
}
Tensor amin(const Tensor& x, IntArrayRef dim, bool keepdim) {
  check_not_empty("amin", x, dim);
  return extreme<"AminBackward0">(Reduce::Min, x, wrap_dims(x, dim), keepdim, false);
}
Tensor argmax(const Tensor& x, std::optional<std::int64_t> dim, bool keepdim) {
  return arg_extreme(true, "argmax", x, dim, keepdim);
}
Tensor argmin(const Tensor& x, std::optional<std::int64_t> dim, bool keepdim) {
  return arg_extreme(false, "argmin", x, dim, keepdim);
}

Tensor all(const Tensor& x) { return truth(Reduce::All, "all", x, wrap_dims(x, {}), false); }
Tensor all(const Tensor& x, std::int64_t dim, bool keepdim) {
  return truth(Reduce::All, "all", x, wrap_dims(x, dim), keepdim);
}
Tensor any(const Tensor& x) { return truth(Reduce::Any, "any", x, wrap_dims(x, {}), false); }
Tensor any(const Tensor& x, std::int64_t dim, bool keepdim) {
  return truth(Reduce::Any, "any", x, wrap_dims(x, dim), keepdim);
}

}  // namespace xgrad
