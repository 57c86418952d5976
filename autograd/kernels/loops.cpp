#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/loops.hpp>

namespace xgrad::kernels {
namespace {

struct Extent {
  std::int64_t low, high;  // in bytes from the start of the storage
};

Extent extent(const Array& a) {
  std::int64_t low = a.offset(), high = a.offset();
  for (std::int64_t d = 0; d < a.dim(); ++d) {
    const std::int64_t reach = (a.sizes()[d] - 1) * a.strides()[d];
    (reach < 0 ? low : high) += reach;
  }
  const auto size = static_cast<std::int64_t>(a.itemsize());
  return {low * size, (high + 1) * size};
}

}  // namespace

void check_no_partial_overlap(const Array& out, const Array& in) {
  if (!out.same_storage(in) || out.numel() == 0 || in.numel() == 0) return;
  if (out.offset() == in.offset() && out.sizes() == in.sizes() && out.strides() == in.strides()) return;
  const Extent a = extent(out), b = extent(in);
  check(a.high <= b.low || b.high <= a.low,
        "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory "
        "location. Please clone() the tensor before performing the operation.");
}

template <std::size_t N>
void run_rows(const RowKernel<N>& kernel, const std::array<const Array*, N>& arrays, std::int64_t cost) {
  const Array& out = *arrays[0];
  if (out.numel() == 0) return;
  const auto one_or_packed = [&](const Array* a) { return a->numel() == 1 || same_packed(out, *a); };
  if (!out.is_contiguous() || !std::all_of(arrays.begin() + 1, arrays.end(), one_or_packed)) {
    const auto plan = plan_rows<N>(arrays);
    return split_rows(plan, cost,
                      [&](const auto& at, std::int64_t n) { kernel.run(kernel.f, at, plan.row_stride, n); });
  }
  typename RowKernel<N>::Pointers base;
  typename RowKernel<N>::Strides stride;
  for (std::size_t k = 0; k < N; ++k) {
    base[k] = static_cast<char*>(arrays[k]->raw());
    const bool repeats = arrays[k]->numel() == 1 && out.numel() != 1;
    stride[k] = repeats ? 0 : static_cast<std::int64_t>(kernel.element[k]);
  }
  split(out.numel(), cost, split_limits.elements, [&](std::int64_t i, std::int64_t end) {
    auto at = base;
    for (std::size_t k = 0; k < N; ++k) at[k] += i * stride[k];
    kernel.run(kernel.f, at, stride, end - i);
  });
}
template void run_rows(const RowKernel<2>&, const std::array<const Array*, 2>&, std::int64_t);
template void run_rows(const RowKernel<3>&, const std::array<const Array*, 3>&, std::int64_t);
template void run_rows(const RowKernel<4>&, const std::array<const Array*, 4>&, std::int64_t);

Array result_for(std::initializer_list<const Array*> inputs, ScalarType dtype, const Array* out) {
  const Array& first = **inputs.begin();
  if (!out) {
    bool same = true, packed = true;
    for (const Array* a : inputs) {
      same = same && a->sizes() == first.sizes();
      packed = packed && a->is_contiguous();
    }
    if (same) return packed ? Array::packed_like(first, dtype) : Array::empty_like(first, dtype);
    Dims shape(first.sizes());
    for (const Array* a : inputs) shape = broadcast_shapes(shape, a->sizes());
    for (const Array* a : inputs) {  // the layout of what is not broadcast, so that memory is gone through in order
      if (a->sizes() == shape) return a->is_contiguous() ? Array::empty(shape, dtype) : Array::empty_like(*a, dtype);
    }
    return Array::empty(shape, dtype);
  }
  Dims shape(first.sizes());
  for (const Array* a : inputs) shape = broadcast_shapes(shape, a->sizes());
  check(shape == out->sizes(), "output with shape {} doesn't match the broadcast shape {}", out->sizes(), shape);
  for (const Array* a : inputs) check_no_partial_overlap(*out, *a);
  return *out;
}

}  // namespace xgrad::kernels
