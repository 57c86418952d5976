#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/search.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

namespace xgrad {
namespace {

/// Whether the search is for the right end.
bool is_right(bool right, std::optional<std::string_view> side) {
  if (!side) return right;
  check(*side == "left" || *side == "right", "torch.searchsorted(): side can only be 'left' or 'right' but got {}",
        *side);
  check(*side == "right" || !right,
        "torch.searchsorted(): side and right can't be set to opposites, got side of {} while right was True", *side);
  return *side == "right";
}

void check_sorter(const Tensor& sorted, const Tensor& sorter) {
  check(sorted.sizes() == sorter.sizes(),
        "torch.searchsorted(): boundary and sorter must have the same size, but got boundary tensor {}and got sorter "
        "tensor {}",
        sorted.sizes(), sorter.sizes());
  check(sorter.dtype() == kInt64, "torch.searchsorted(): sorter must be a tensor of long dtype but got dtype {}",
        info(sorter.dtype()).cname);
  check(sorter.numel() == 0 || (sorter.min().item<std::int64_t>() >= 0 &&
                                sorter.max().item<std::int64_t>() < sorter.sizes()[sorter.sizes().size() - 1]),
        "torch.searchsorted(): sorter index out of range");
}

void check_sequence(const Tensor& sorted, const Tensor& values) {
  check(values.dim() > 0 || (sorted.dim() == 1 && values.numel() == 1),
        "torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, but we got "
        "boundaries tensor dim({}) and input value's dim({}) numel({})",
        sorted.dim(), values.dim(), values.numel());
  check(sorted.dim() != 0,
        "torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 dimension");
  bool fits = sorted.dim() == 1 || sorted.dim() == values.dim();
  for (std::int64_t d = 0; fits && sorted.dim() > 1 && d + 1 < sorted.dim(); ++d)
    fits = sorted.size(d) == values.size(d);
  check(fits,
        "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries "
        "tensor and input value tensor must match, but we got boundaries tensor {} and input value tensor {}",
        sorted.sizes(), values.sizes());
}

Tensor search(const Tensor& sorted, const Tensor& values, bool out_int32, bool right, const Tensor& sorter) {
  if (sorter.defined()) check_sorter(sorted, sorter);
  check_sequence(sorted, values);
  const ScalarType dtype = ops::promoted_type(sorted, values);
  check<NotImplementedError>(dtype != kBool, "\"searchsorted_out_cpu\" not implemented for 'Bool'");
  const auto packed = [](const Tensor& x, ScalarType t) { return x.detach().to(t).contiguous(); };
  const Tensor order = sorter.defined() ? packed(sorter, kInt64) : Tensor();
  told(out_int32, right);
  return as_one("searchsorted", {&sorted, &values, &sorter}, [&] {
    return Tensor(kernels::search_sorted(packed(sorted, dtype).array(), packed(values, dtype).array(), right,
                                         out_int32 ? kInt32 : kInt64, order.defined() ? &order.array() : nullptr));
  });
}

/// Both as they are compared.
Tensor among(const Tensor& elements, const Tensor& set, bool invert) {
  const ScalarType dtype = ops::promoted_type(elements, set);
  check(elements.dtype() != kBool && set.dtype() != kBool, "Unsupported input type encountered for isin(): Bool");
  told(invert);
  return as_one("isin", {&elements, &set}, [&] {
    return Tensor(
        kernels::is_among(kernels::to_dtype(elements.array(), dtype), kernels::to_dtype(set.array(), dtype), invert));
  });
}

}  // namespace

Tensor searchsorted(const Tensor& sorted_sequence, const Tensor& values, bool out_int32, bool right,
                    std::optional<std::string_view> side, const Tensor& sorter) {
  return search(sorted_sequence, values, out_int32, is_right(right, side), sorter);
}
Tensor searchsorted(const Tensor& sorted_sequence, Scalar value, bool out_int32, bool right,
                    std::optional<std::string_view> side, const Tensor& sorter) {
  return search(sorted_sequence, ops::wrap(value), out_int32, is_right(right, side), sorter);
}

Tensor bucketize(const Tensor& x, const Tensor& boundaries, bool out_int32, bool right) {
  check(boundaries.dim() == 1, "boundaries tensor must be 1 dimension, but got dim({})", boundaries.dim());
  return search(boundaries, x, out_int32, right, {});
}
Tensor bucketize(Scalar x, const Tensor& boundaries, bool out_int32, bool right) {
  return bucketize(ops::wrap(x), boundaries, out_int32, right);
}

Tensor isin(const Tensor& elements, const Tensor& test_elements, bool, bool invert) {
  return among(elements, test_elements, invert);
}
Tensor isin(const Tensor& elements, Scalar test_element, bool, bool invert) {
  return among(elements, ops::wrap(test_element), invert);
}
Tensor isin(Scalar element, const Tensor& test_elements, bool, bool invert) {
  return among(ops::wrap(element), test_elements, invert);
}

}  // namespace xgrad
