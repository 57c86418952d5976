#include <xgrad/autograd/ops/sorting.hpp>

#include <xgrad/autograd/kernels/element.hpp>
#include <xgrad/autograd/kernels/sort.hpp>
#include <xgrad/autograd/ops/along.hpp>
#include <xgrad/autograd/ops/gather.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace xgrad {
namespace {

std::int64_t length(const Tensor& x, std::int64_t d) { return x.dim() == 0 ? 1 : x.size(d); }

/// Chosen elements of x and where they stand along d: dx has g there and is 0 elsewhere. `keeps`: the results have d.
template <FixedString Name>
ValuesIndices chosen(const Tensor& x, std::int64_t d, kernels::Sorted&& sorted, bool keeps) {
  Array &values = sorted.first, &indices = sorted.second;
  if (!keeps && x.dim() > 0) values = values.squeeze(d), indices = indices.squeeze(d);
  const Tensor index(std::move(indices));
  Tensor value = differentiable<Name>(
      inputs(x), {}, [&](const Array*) { return std::move(values); }, [&](Save& s) { s.tensor(index); },
      [sizes = Dims(x.sizes()), d, keeps](const Saved& s, const Tensor& g) -> Grads {
        if (sizes.empty()) return {g};
        const Tensor& at = s.tensor();
        return {ops::placed(keeps ? g : g.unsqueeze(d), keeps ? at : at.unsqueeze(d), sizes, d)};
      });
  return {std::move(value), index};
}

void refuse_bool(const char* kernel, const Tensor& x) {
  check<NotImplementedError>(x.dtype() != kBool, "\"{}\" not implemented for 'Bool'", kernel);
}

void check_has_elements(const char* name, const Tensor& x, std::int64_t d) {
  check<IndexError>(length(x, d) > 0, "{}(): Expected reduction dim {} to have non-zero size.", name, d);
}

}  // namespace

ValuesIndices sort(const Tensor& x, std::int64_t dim, bool descending) {
  const std::int64_t d = wrap_dim(dim, x.dim());
  told(d, descending);
  return as_one("sort", {&x},
                [&] { return chosen<"SortBackward0">(x, d, kernels::sort(x.array(), d, descending), true); });
}
ValuesIndices sort(const Tensor& x, std::optional<bool>, std::int64_t dim, bool descending) {
  return sort(x, dim, descending);
}
Tensor argsort(const Tensor& x, std::int64_t dim, bool descending) {
  const std::int64_t d = wrap_dim(dim, x.dim());
  told(d, descending);
  return as_one("argsort", {&x}, [&] { return Tensor(kernels::sort(x.array(), d, descending).second); });
}
Tensor argsort(const Tensor& x, bool, std::int64_t dim, bool descending) { return argsort(x, dim, descending); }
Tensor msort(const Tensor& x) { return sort(x, 0).values(); }

ValuesIndices topk(const Tensor& x, std::int64_t k, std::int64_t dim, bool largest, bool) {
  const std::int64_t d = wrap_dim(dim, x.dim());
  check(k >= 0 && k <= length(x, d), "selected index k out of range");
  refuse_bool("topk_cpu", x);
  if (x.dim() == 0) k = 1;  // as in PyTorch: there is no dimension that could be empty
  told(k, d, largest);
  return as_one("topk", {&x},
                [&] { return chosen<"TopkBackward0">(x, d, kernels::topk(x.array(), k, d, largest), true); });
}

ValuesIndices kthvalue(const Tensor& x, std::int64_t k, std::int64_t dim, bool keepdim) {
  const std::int64_t d = wrap_dim(dim, x.dim());
  check_has_elements("kthvalue", x, d);
  check(k > 0 && k <= length(x, d), "kthvalue(): selected number k out of range for dimension {}", d);
  refuse_bool("kthvalue_cpu", x);
  told(k, d, keepdim);
  return as_one("kthvalue", {&x},
                [&] { return chosen<"KthvalueBackward0">(x, d, kernels::kth_value(x.array(), k - 1, d), keepdim); });
}

namespace {

/// The median of all elements. g is shared equally between those that are it.
template <FixedString Name>
Tensor median_of_all(const Tensor& x, bool ignore_nan) {
  refuse_bool("median_cpu", x);
  return differentiable<Name>(
      inputs(x), {},
      [&](const Array*) {
        const NoGradGuard no_grad;
        if (x.numel() == 0) return full({}, std::numeric_limits<double>::quiet_NaN()).to(x.dtype()).array();
        return kernels::median(x.detach().reshape({-1}).array(), 0, ignore_nan).first.squeeze(0);
      },
      [](Save& s) {
        s.input(0);
        s.output();
      },
      [](const Saved& s, const Tensor& g) -> Grads {
        const Tensor x = s.input(0).detach(), y = s.output().detach();
        const Tensor mask = logical_or(eq(x, y), logical_and(isnan(x), isnan(y))).to(g.dtype());
        return {g * (mask / mask.sum())};
      });
}

template <FixedString Name>
ValuesIndices median_along(const char* name, const Tensor& x, std::int64_t dim, bool keepdim, bool ignore_nan) {
  const std::int64_t d = wrap_dim(dim, x.dim());
  check_has_elements(name, x, d);
  refuse_bool("median_out", x);
  told(d, keepdim);
  return as_one(ignore_nan ? "nanmedian" : "median", {&x},
                [&] { return chosen<Name>(x, d, kernels::median(x.array(), d, ignore_nan), keepdim); });
}

}  // namespace

Tensor median(const Tensor& x) { return median_of_all<"MedianBackward0">(x, false); }
ValuesIndices median(const Tensor& x, std::int64_t dim, bool keepdim) {
  return median_along<"MedianBackward1">("median", x, dim, keepdim, false);
}
Tensor nanmedian(const Tensor& x) { return median_of_all<"NanmedianBackward0">(x, true); }
ValuesIndices nanmedian(const Tensor& x, std::int64_t dim, bool keepdim) {
  return median_along<"NanmedianBackward1">("median", x, dim, keepdim, true);
}

ValuesIndices mode(const Tensor& x, std::int64_t dim, bool keepdim) {
  const std::int64_t d = wrap_dim(dim, x.dim());
  check_has_elements("mode", x, d);
  told(d, keepdim);
  return as_one("mode", {&x}, [&] { return chosen<"ModeBackward0">(x, d, kernels::mode(x.array(), d), keepdim); });
}

// --- quantiles

namespace {

enum class Interpolation { Linear, Lower, Higher, Midpoint, Nearest };

Interpolation interpolation_of(std::string_view name) {
  static constexpr std::array<std::string_view, 5> kNames{"linear", "lower", "higher", "midpoint", "nearest"};
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  check(found != kNames.end(),
        "quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, but got {}", name);
  return static_cast<Interpolation>(found - kNames.begin());
}

void check_quantile(const Tensor& x, const Tensor& q) {
  check(x.numel() > 0, "quantile() input tensor must be non-empty");
  check(q.dim() <= 1, "quantile() q must be a scalar or 1D tensor");
  check(x.is_floating_point(), "quantile() input tensor must be either float or double dtype");
  check(x.dtype() == q.dtype(), "quantile() q tensor must be same dtype as the input tensor");
  check(logical_and(ge(q, 0), le(q, 1)).all().item<bool>(), "quantile() q values must be in the range [0, 1]");
}

/// Where in its sorted line each quantile lies: q·(n − 1), n counting numbers only if NaN is ignored. A NaN that is
/// not makes it the last place, where it stands.
Tensor ranks_of(const Tensor& q, const Tensor& sorted, bool ignore_nan) {
  const Tensor nan = isnan(sorted.detach());
  if (ignore_nan) {
    const Tensor ranks = q * (logical_not(nan).sum(-1, true) - 1).to(q.dtype());
    return masked_fill(ranks, lt(ranks, 0), 0);
  }
  const auto last = static_cast<double>(sorted.size(-1) - 1);
  return where(nan.any(-1, true), last, q * last);
}

Tensor quantile_along_last(const Tensor& sorted, const Tensor& q, Interpolation how, bool ignore_nan) {
  Tensor ranks = ranks_of(q, sorted, ignore_nan);
  if (how == Interpolation::Lower) ranks = floor(ranks);
  if (how == Interpolation::Higher) ranks = ceil(ranks);
  if (how == Interpolation::Nearest) ranks = round(ranks);
  const Tensor index = ranks.detach().to(kInt64), below = gather(sorted, -1, index);
  if (how != Interpolation::Linear && how != Interpolation::Midpoint) return below;
  const Tensor above = gather(sorted, -1, ceil(ranks.detach()).to(kInt64));
  if (how == Interpolation::Midpoint) return below + (above - below) * 0.5;
  return below + (above - below) * (ranks - index.to(ranks.dtype()));
}

Tensor quantile(const Tensor& x, const Tensor& q, std::optional<std::int64_t> dim, bool keepdim,
                std::string_view interpolation, bool ignore_nan) {
  const Interpolation how = interpolation_of(interpolation);
  check_quantile(x, q);
  const std::int64_t d = dim ? wrap_dim(*dim, x.dim()) : 0;
  Tensor lines;  // the dimension last, and where it was a 1
  if (!dim || x.dim() == 0) {
    Dims sizes(keepdim ? static_cast<std::size_t>(x.dim()) : 0, 1);
    sizes.push_back(x.numel());
    lines = x.reshape(sizes);
  } else {
    lines = x.unsqueeze(-1).transpose(d, -1);
    if (!keepdim) lines = lines.squeeze(d);
  }
  const Tensor values = quantile_along_last(sort(lines).values(), q.reshape({-1}), how, ignore_nan);
  return q.dim() == 0 ? values.squeeze(-1) : values.unsqueeze(0).transpose(0, -1).squeeze(-1);
}

Tensor as_quantile(const Tensor& x, double q) {
  check(q >= 0 && q <= 1, "quantile() q must be in the range [0, 1] but got {}", q);
  return full({}, q, x.is_floating_point() ? x.options() : TensorOptions());
}

}  // namespace

Tensor quantile(const Tensor& x, const Tensor& q, std::optional<std::int64_t> dim, bool keepdim,
                std::string_view interpolation) {
  return quantile(x, q, dim, keepdim, interpolation, false);
}
Tensor quantile(const Tensor& x, double q, std::optional<std::int64_t> dim, bool keepdim,
                std::string_view interpolation) {
  return quantile(x, as_quantile(x, q), dim, keepdim, interpolation, false);
}
Tensor nanquantile(const Tensor& x, const Tensor& q, std::optional<std::int64_t> dim, bool keepdim,
                   std::string_view interpolation) {
  return quantile(x, q, dim, keepdim, interpolation, true);
}
Tensor nanquantile(const Tensor& x, double q, std::optional<std::int64_t> dim, bool keepdim,
                   std::string_view interpolation) {
  return quantile(x, as_quantile(x, q), dim, keepdim, interpolation, true);
}

// --- distinct elements, counts

namespace {

/// A result that the graph knows of, so that asking for its derivative throws.
template <FixedString Name>
Tensor without_derivative(const char* error, const Tensor& x, const Array& result) {
  return differentiable<Name>(
      inputs(x), {}, [&](const Array*) { return result; }, no_save,
      [error](const Saved&, const Tensor&) -> Grads { fail<NotImplementedError>("{}", error); });
}

using ThreeTensors = std::tuple<Tensor, Tensor, Tensor>;

Tensor if_asked(bool asked, const Array& result) { return asked ? Tensor(result) : empty({0}, kInt64); }

template <FixedString Name>
ThreeTensors unique_elements(const char* error, const Tensor& x, bool consecutive, bool inverse, bool counts) {
  const kernels::Distinct found = kernels::distinct(x.array(), consecutive, inverse || counts);
  return as_one("unique", {&x}, [&] {
    return ThreeTensors(without_derivative<Name>(error, x, found.values), if_asked(inverse, found.inverse),
                        if_asked(counts, found.counts));
  });
}

template <FixedString Name>
ThreeTensors unique_rows_of(const char* error, const Tensor& x, std::int64_t dim, bool consecutive) {
  const std::int64_t d = wrap_dim(dim, x.dim());
  const auto zeros = std::count(x.sizes().begin(), x.sizes().end(), 0);
  if (x.size(d) == 0) {
    check(zeros == 1, "Number of zero sized dimensions is more than one, so unique cannot be applied ");
    return {without_derivative<Name>(error, x, x.clone().array()), empty({0}, kInt64), empty({0}, kInt64)};
  }
  check(zeros == 0, "There are 0 sized dimensions, and they aren't selected, so unique cannot be applied");
  const NoGradGuard no_grad;
  const Tensor moved = x.detach().transpose(d, 0).contiguous(), rows = moved.view({x.size(d), -1});
  const kernels::Distinct found = kernels::distinct_rows(rows.array(), consecutive);
  const Tensor values = index_select(moved, 0, Tensor(found.values)).transpose(0, d);
  const EnableGradGuard grad;
  return {without_derivative<Name>(error, x, values.array()), Tensor(found.inverse), Tensor(found.counts)};
}
template <FixedString Name>
ThreeTensors unique_rows(const char* error, const Tensor& x, std::int64_t dim, bool consecutive) {
  return as_one("unique_dim", {&x}, [&] { return unique_rows_of<Name>(error, x, dim, consecutive); });
}

}  // namespace

Tensor unique(const Tensor& x, bool sorted) { return std::get<0>(_unique2(x, sorted)); }
ThreeTensors unique(const Tensor& x, bool sorted, bool return_inverse, bool return_counts,
                    std::optional<std::int64_t> dim) {
  if (dim) return unique_dim(x, *dim, sorted, return_inverse, return_counts);
  return _unique2(x, sorted, return_inverse, return_counts);
}
ThreeTensors _unique2(const Tensor& x, bool, bool return_inverse, bool return_counts) {
  // Who asks for counts gets both, from PyTorch too.
  return unique_elements<"Unique2Backward0">("the derivative for '_unique2' is not implemented.", x, false,
                                             return_inverse || return_counts, return_counts);
}
ThreeTensors unique_dim(const Tensor& x, std::int64_t dim, bool, bool, bool) {
  return unique_rows<"UniqueDimBackward0">("the derivative for 'unique_dim' is not implemented.", x, dim, false);
}
ThreeTensors unique_consecutive(const Tensor& x, bool return_inverse, bool return_counts,
                                std::optional<std::int64_t> dim) {
  constexpr const char* kError = "the derivative for 'unique_consecutive' is not implemented.";
  if (!dim) return unique_elements<"UniqueConsecutiveBackward0">(kError, x, true, return_inverse, return_counts);
  return unique_rows<"UniqueConsecutiveBackward0">(kError, x, *dim, true);
}

Tensor bincount(const Tensor& x) { return bincount(x, Tensor()); }

namespace {

Tensor bincount_of(const Tensor& x, const Tensor& weights, std::int64_t minlength) {
  check(minlength >= 0, "minlength should be >= 0");
  check<NotImplementedError>(is_integral(x.dtype()), "\"bincount_cpu\" not implemented for '{}'", x.dtype());
  if (x.dim() == 1 && x.numel() == 0) return zeros({minlength}, kInt64);
  const NoGradGuard no_grad;
  const Tensor values = x.to(kInt64);
  check(x.dim() == 1 && values.min().item<std::int64_t>() >= 0,
        "bincount only supports 1-d non-negative integral inputs.");
  const bool weighted = weights.defined();
  check(!weighted || (weights.dim() == 1 && weights.size(0) == x.size(0)),
        "weights should be 1-d and have the same length as input");
  const std::int64_t size = std::max(values.max().item<std::int64_t>() + 1, minlength);
  if (!weighted) return Tensor(kernels::bincount(values.array(), nullptr, size));
  const Tensor w = weights.detach().to(weights.dtype() == kFloat32 ? kFloat32 : kFloat64);
  const Array sums = kernels::bincount(values.array(), &w.array(), size);
  const EnableGradGuard grad;
  return without_derivative<"NotImplemented">("derivative for aten::bincount is not implemented", weights, sums);
}

}  // namespace

Tensor bincount(const Tensor& x, const Tensor& weights, std::int64_t minlength) {
  return as_one("bincount", {&x, &weights}, [&] { return bincount_of(x, weights, minlength); });
}

Tensor histc(const Tensor& x, std::int64_t bins, Scalar min, Scalar max) {
  check(bins > 0, "torch.histogram(): bins must be > 0, but got {} for dimension 0", bins);
  double low = min.toDouble(), high = max.toDouble();
  if (low == high && x.numel() > 0) {
    low = x.detach().min().item<double>();
    high = x.detach().max().item<double>();
  }
  if (low == high) low -= 1, high += 1;
  check(std::isfinite(low) && std::isfinite(high), "torch.histc: range of [{}, {}] is not finite", low, high);
  check(low < high, "torch.histc: max must be larger than min");
  for (const double edge : {low, high}) kernels::check_held(edge, x.dtype());
  check<NotImplementedError>(x.is_floating_point(), "\"{}\" not implemented for '{}'",
                             x.dtype() == kBool ? "linspace_cpu" : "histogram_cpu", x.dtype());
  return as_one("histc", {&x}, [&] { return Tensor(kernels::histc(x.array(), bins, low, high)); });
}

}  // namespace xgrad
