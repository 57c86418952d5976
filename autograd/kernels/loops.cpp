#include <xgrad/autograd/array/offered_memory.hpp>
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
    auto plan = plan_rows<N>(arrays);
    constexpr std::int64_t kShort = 256;
    if (plan.ndim == 0 || plan.row >= kShort) {
      return split_rows(plan, cost, [&](const auto& at, std::int64_t n) {
        kernel.run(kernel.f, at, {plan.row_stride, n});
      });
    }
    const std::size_t d = --plan.ndim;
    RowBlock<N> rows{plan.row_stride, plan.row};
    for (std::size_t k = 0; k < N; ++k) rows.next[k] = plan.stride[k][d];
    return split_matrix(plan.rows(), plan.size[d], cost * plan.row, 1,
                        [&](std::int64_t first, std::int64_t last, std::int64_t from, std::int64_t to) {
                          RowBlock<N> some = rows;
                          some.count = to - from;
                          for_rows(plan, first, last, [&](auto at) {
                            for (std::size_t k = 0; k < N; ++k) at[k] += from * rows.next[k];
                            kernel.run(kernel.f, at, some);
                          });
                        });
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
    kernel.run(kernel.f, at, {stride, end - i});
  });
}
template void run_rows(const RowKernel<2>&, const std::array<const Array*, 2>&, std::int64_t);
template void run_rows(const RowKernel<3>&, const std::array<const Array*, 3>&, std::int64_t);
template void run_rows(const RowKernel<4>&, const std::array<const Array*, 4>&, std::int64_t);

namespace {

/// Which of two dimensions of a result lies further inside memory: negative for i, positive for j, 0 where no input
/// tells. The first input with a stride along both decides; of equal strides, which a dimension of one element has,
/// the longer dimension counts as the outer one.
int inner_of(std::initializer_list<const Array*> inputs, const Dims& shape, std::size_t i, std::size_t j) {
  for (const Array* a : inputs) {
    const std::size_t missing = shape.size() - a->sizes().size();
    const auto stride = [&](std::size_t d) -> std::int64_t {
      if (d < missing || (a->sizes()[d - missing] == 1 && shape[d] != 1)) return 0;  // broadcast
      return std::abs(a->strides()[d - missing]);
    };
    const std::int64_t x = stride(i), y = stride(j);
    if (x == 0 || y == 0) continue;
    if (x != y) return x < y ? -1 : 1;
    if (shape[i] > shape[j]) return 1;
  }
  return 0;
}

/// The strides of a packed result whose dimensions lie in memory as the inputs' do, so that loops run along memory:
/// PyTorch's rule for elementwise operations (TensorIterator).
Dims strides_for(std::initializer_list<const Array*> inputs, const Dims& shape) {
  const std::size_t ndim = shape.size();
  check(ndim <= kMaxDims, "tensors of more than {} dimensions are not supported", kMaxDims);
  std::size_t order[kMaxDims];  // from the inside out
  for (std::size_t i = 0; i < ndim; ++i) order[i] = ndim - 1 - i;
  // An insertion sort that looks past what does not compare. Which order that gives where inputs contradict each other
  // is part of the rule.
  for (std::size_t i = 1; i < ndim; ++i) {
    for (std::size_t at = i, k = i; k-- > 0;) {
      const int side = inner_of(inputs, shape, order[k], order[at]);
      if (side < 0) break;
      if (side > 0) std::swap(order[k], order[at]), at = k;
    }
  }
  Dims strides(ndim, 0);
  std::int64_t stride = 1;
  for (std::size_t i = 0; i < ndim; ++i) {
    strides[order[i]] = stride;
    stride *= std::max<std::int64_t>(shape[order[i]], 1);
  }
  return strides;
}

/// Memory that is offered for the result decides its order itself.
Array empty_dense(const Dims& sizes, const Dims& strides, ScalarType dtype) {
  if (detail::offered_memory) [[unlikely]] {
    if (auto offered = detail::offered_memory->take(sizes, dtype))
      return Array(std::move(offered), dtype, sizes, contiguous_strides(sizes), 0);
  }
  const auto bytes = static_cast<std::size_t>(count_elements(sizes)) * element_size(dtype);
  return Array(Storage::create(bytes), dtype, sizes, strides, 0);
}

}  // namespace

Array result_for(std::initializer_list<const Array*> inputs, ScalarType dtype, const Array* out) {
  const Array& first = **inputs.begin();
  if (!out) {
    bool same = true, packed = true;
    for (const Array* a : inputs) {
      same = same && a->sizes() == first.sizes();
      packed = packed && a->is_contiguous();
    }
    if (same && packed) return Array::packed_like(first, dtype);
    const auto alike = [&](const Array* a) { return a->strides() == first.strides(); };
    if (same && first.is_dense() && std::all_of(inputs.begin(), inputs.end(), alike))
      return empty_dense(first.sizes(), first.strides(), dtype);
  }
  Dims shape(first.sizes());
  for (const Array* a : inputs) shape = broadcast_shapes(shape, a->sizes());
  if (!out) return empty_dense(shape, strides_for(inputs, shape), dtype);
  check(shape == out->sizes(), "output with shape {} doesn't match the broadcast shape {}", out->sizes(), shape);
  for (const Array* a : inputs) check_no_partial_overlap(*out, *a);
  return *out;
}

}  // namespace xgrad::kernels
