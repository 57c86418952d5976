#include <xgrad/autograd/graph/in_place.hpp>
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/ops/parts.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

#include <limits>

namespace xgrad {
namespace {

using ops::into_zeros;

Dims inverse(const Dims& order) {
  Dims out(order.size(), 0);
  for (std::size_t i = 0; i < order.size(); ++i) out[static_cast<std::size_t>(order[i])] = static_cast<std::int64_t>(i);
  return out;
}

/// Where a view's elements lie, counted from the first element of the tensor it is a view of.
struct Geometry {
  Dims sizes, strides;
  std::int64_t offset = 0;

  std::int64_t first() const { return offset + reach(false); }
  std::int64_t end() const { return offset + reach(true) + 1; }
  Geometry shifted(std::int64_t by) const { return {sizes, strides, offset + by}; }
  Array in(const Array& memory) const { return memory.as_strided(sizes, strides, offset); }

 private:
  std::int64_t reach(bool up) const {
    std::int64_t n = 0;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      if (sizes[i] == 0) return 0;
      if ((strides[i] > 0) == up) n += (sizes[i] - 1) * strides[i];
    }
    return n;
  }
};

/// Adds g, whose elements lie at `from`, into memory, and reads what is at `to`: the derivative of as_strided, and its
/// own with `from` and `to` exchanged. Elements of `base` that lie in one place share what comes there.
Tensor through_memory(const Tensor& g, const Geometry& from, const Geometry& to, const Geometry& base) {
  return differentiable<"AsStridedBackwardBackward0">(
      inputs(g), {},
      [&](const Array*) {
        const std::int64_t first = std::min(from.first(), to.first()), end = std::max(from.end(), to.end());
        const auto add = [first](const Array& memory, const Geometry& at, const Array& x) {
          kernels::scatter_add_strided(memory, at.sizes, at.strides, at.offset - first, x);
        };
        const Array memory = Array::empty({end - first}, g.dtype());
        kernels::fill(memory, 0);
        add(memory, from, g.array());
        const Geometry shared = base.shifted(-first);
        if (shared.in(memory).overlaps_itself()) {
          const Array count = Array::empty(memory.sizes(), g.dtype());
          kernels::fill(count, 0);
          add(count, base, ones(base.sizes, g.options().requires_grad(false)).array());
          const Array least = kernels::binary(kernels::Binary::Maximum, count, ones({}, g.dtype()).array(), g.dtype());
          kernels::binary(kernels::Binary::Div, memory, least, g.dtype(), &memory);
        }
        return kernels::contiguous_copy(to.shifted(-first).in(memory));
      },
      no_save,
      [from, to, base](const Saved&, const Tensor& h) -> Grads { return {through_memory(h, to, from, base)}; });
}

Tensor view_to(const Tensor& x, Array array) {
  told(array.sizes());
  return differentiable_view<"ViewBackward0">(
      x, std::move(array),
      [sizes = Dims(x.sizes())](const Saved&, const Tensor& g) -> Grads { return {g.reshape(sizes)}; });
}

}  // namespace

Tensor view(const Tensor& x, IntArrayRef size) { return view_to(x, x.array().view(size)); }
Tensor view_as(const Tensor& x, const Tensor& other) { return view(x, other.sizes()); }

Tensor ops::view_as(const Tensor& x, ScalarType dtype) {
  const auto from = static_cast<std::int64_t>(x.itemsize()), to = static_cast<std::int64_t>(element_size(dtype));
  Dims sizes(x.sizes()), strides(x.strides());
  std::int64_t offset = x.storage_offset();
  if (from != to) {
    const auto what = [&](const char* must) {
      return fmt::format("self.{} to view {} as {} (different element sizes)", must, x.dtype(), dtype);
    };
    check(x.dim() > 0, "{}", what("dim() cannot be 0"));
    check(strides.back() == 1, "{}, but got {}", what("stride(-1) must be 1"), strides.back());
    const std::int64_t ratio = std::max(from, to) / std::min(from, to);
    if (from > to) {
      for (std::size_t d = 0; d + 1 < strides.size(); ++d) strides[d] *= ratio;
      sizes.back() *= ratio;
      offset *= ratio;
    } else {
      const auto divisible = [&](const std::string& name, std::int64_t n) {
        check(n % ratio == 0, "{}, but got {}", what((name + " must be divisible by " + std::to_string(ratio)).c_str()),
              n);
        return n / ratio;
      };
      sizes.back() = divisible("size(-1)", sizes.back());
      offset = divisible("storage_offset()", offset);
      for (std::size_t d = 0; d + 1 < strides.size(); ++d)
        strides[d] = divisible("stride(" + std::to_string(d) + ")", strides[d]);
    }
  }
  return as_one("view_dtype", {&x}, [&] {
    return Tensor(Array(x.array().storage(), dtype, std::move(sizes), std::move(strides), offset));
  });
}

Tensor reshape(const Tensor& x, IntArrayRef shape) {
  if (auto v = x.array().try_view(shape)) {
    told(v->sizes());
    return differentiable_view<"ReshapeAliasBackward0">(
        x, *std::move(v),
        [sizes = Dims(x.sizes())](const Saved&, const Tensor& g) -> Grads { return {g.reshape(sizes)}; });
  }
  const Dims sizes = infer_size(shape, x.numel());
  told(sizes);
  return differentiable<"UnsafeViewBackward0">(
      inputs(x), {}, [&](const Array*) { return kernels::contiguous_copy(x.array()).view(sizes); }, no_save,
      [sizes = Dims(x.sizes())](const Saved&, const Tensor& g) -> Grads { return {g.reshape(sizes)}; });
}
Tensor reshape_as(const Tensor& x, const Tensor& other) { return reshape(x, other.sizes()); }

Tensor flatten(const Tensor& x, std::int64_t start_dim, std::int64_t end_dim) {
  const std::int64_t start = wrap_dim(start_dim, x.dim()), end = wrap_dim(end_dim, x.dim());
  check(start <= end, "flatten() has invalid args: start_dim cannot come after end_dim");
  if (x.dim() == 0) return reshape(x, {1});
  if (start == end) return x;
  Dims sizes;
  std::int64_t merged = 1;
  for (std::int64_t d = 0; d < x.dim(); ++d) {
    if (d < start || d > end)
      sizes.push_back(x.size(d));
    else
      merged *= x.size(d);
    if (d == end) sizes.push_back(merged);
  }
  return reshape(x, sizes);
}

Tensor squeeze(const Tensor& x) {
  return differentiable_view<"SqueezeBackward0">(
      x, x.array().squeeze(),
      [sizes = Dims(x.sizes())](const Saved&, const Tensor& g) -> Grads { return {g.reshape(sizes)}; });
}

Tensor squeeze(const Tensor& x, std::int64_t dim) {
  told(dim);
  return differentiable_view<"SqueezeBackward1">(
      x, x.array().squeeze(dim),
      [sizes = Dims(x.sizes())](const Saved&, const Tensor& g) -> Grads { return {g.reshape(sizes)}; });
}

Tensor unsqueeze(const Tensor& x, std::int64_t dim) {
  const std::int64_t d = wrap_dim(dim, x.dim() + 1);
  told(d);
  return differentiable_view<"UnsqueezeBackward0">(
      x, x.array().unsqueeze(d), [d](const Saved&, const Tensor& g) -> Grads { return {g.squeeze(d)}; });
}

Tensor permute(const Tensor& x, IntArrayRef dims) {
  Array array = x.array().permute(dims);
  Dims order(dims);
  for (auto& d : order) d = wrap_dim(d, x.dim());
  told(order);
  return differentiable_view<"PermuteBackward0">(
      x, std::move(array),
      [back = inverse(order)](const Saved&, const Tensor& g) -> Grads { return {g.permute(back)}; });
}

Tensor transpose(const Tensor& x, std::int64_t dim0, std::int64_t dim1) {
  told(dim0, dim1);
  return differentiable_view<"TransposeBackward0">(
      x, x.array().transpose(dim0, dim1),
      [dim0, dim1](const Saved&, const Tensor& g) -> Grads { return {g.transpose(dim0, dim1)}; });
}

Tensor t(const Tensor& x) {
  check(x.dim() <= 2, "t() expects a tensor with <= 2 dimensions, but self is {}D", x.dim());
  const std::int64_t last = x.dim() < 2 ? 0 : 1;
  return differentiable_view<"TBackward0">(x, x.array().transpose(0, last),
                                           [](const Saved&, const Tensor& g) -> Grads { return {g.t()}; });
}

Tensor adjoint(const Tensor& x) {
  check(x.dim() != 1, "tensor.adjoint() is only supported on matrices or batches of matrices. Got 1-D tensor.");
  return x.dim() == 0 ? x : transpose(x, -2, -1);
}
Tensor Tensor::mT() const {
  check(dim() != 1, "tensor.mT is only supported on matrices or batches of matrices. Got 1-D tensor.");
  return xgrad::adjoint(*this);
}
Tensor Tensor::mH() const {
  check(dim() != 1, "tensor.mH is only supported on matrices or batches of matrices. Got 1-D tensor.");
  return xgrad::adjoint(*this);
}
Tensor Tensor::H() const {
  check(dim() == 0 || dim() == 2, "tensor.H is only supported on matrices (2-D tensors). Got {}-D tensor.{}", dim(),
        dim() > 2 ? " For batches of matrices, consider using tensor.mH" : "");
  return xgrad::adjoint(*this);
}
Tensor Tensor::T() const {
  Dims reversed;
  for (std::int64_t d = dim(); d-- > 0;) reversed.push_back(d);
  return permute(reversed);
}

/// The engine sums over what was stretched.
Tensor expand(const Tensor& x, IntArrayRef size) {
  told(size);
  return differentiable_view<"ExpandBackward0">(x, x.array().expand(size),
                                                [](const Saved&, const Tensor& g) -> Grads { return {g}; });
}
Tensor expand_as(const Tensor& x, const Tensor& other) { return expand(x, other.sizes()); }
Tensor broadcast_to(const Tensor& x, IntArrayRef size) { return expand(x, size); }

Tensor select(const Tensor& x, std::int64_t dim, std::int64_t index) {
  if (x.dim() > 0) {
    const std::int64_t n = x.size(dim);
    check<IndexError>(index >= -n && index < n, "select(): index {} out of range for tensor of size {} at dimension {}",
                      index, x.sizes(), wrap_dim(dim, x.dim()));
  }
  Array array = x.array().select(dim, index);
  told(dim, index);
  return differentiable_view<"SelectBackward0">(
      x, std::move(array), [sizes = Dims(x.sizes()), dim, index](const Saved&, const Tensor& g) -> Grads {
        return {into_zeros<"SelectBackwardBackward0">(
            g, sizes, [dim, index](const auto& whole) { return whole.select(dim, index); })};
      });
}

Tensor slice(const Tensor& x, std::int64_t dim, std::optional<std::int64_t> start, std::optional<std::int64_t> end,
             std::int64_t step) {
  const std::int64_t from = start.value_or(0), to = end.value_or(std::numeric_limits<std::int64_t>::max());
  Array array = x.array().slice(dim, from, to, step);
  told(dim, from, to, step);
  return differentiable_view<"SliceBackward0">(
      x, std::move(array), [sizes = Dims(x.sizes()), dim, from, to, step](const Saved&, const Tensor& g) -> Grads {
        return {into_zeros<"SliceBackwardBackward0">(
            g, sizes, [dim, from, to, step](const auto& whole) { return whole.slice(dim, from, to, step); })};
      });
}

Tensor narrow(const Tensor& x, std::int64_t dim, std::int64_t start, std::int64_t length) {
  check(x.dim() > 0, "narrow() cannot be applied to a 0-dim tensor.");
  const std::int64_t n = x.size(dim);
  if (start != n) start = start < 0 ? start + n : start;  // start may equal the size: nothing is taken
  check(start >= 0 && length >= 0 && start <= n - length, "start ({}) + length ({}) exceeds dimension size ({}).",
        start, length, n);
  return slice(x, dim, start, start + length, 1);
}

Tensor narrow(const Tensor& x, std::int64_t dim, const Tensor& start, std::int64_t length) {
  check(start.dim() == 0 && is_integral(start.dtype()), "start must be an 0-dim integral Tensor.");
  return narrow(x, dim, start.item<std::int64_t>(), length);
}

Tensor as_strided(const Tensor& x, IntArrayRef size, IntArrayRef stride, std::optional<std::int64_t> offset) {
  const Array& a = x.array();
  const std::int64_t at = offset.value_or(a.offset());
  Array array = a.as_strided(size, stride, at);
  Geometry base{a.sizes(), a.strides(), 0}, view{size, stride, at - a.offset()};
  told(size, stride, at - a.offset());
  return differentiable_view<"AsStridedBackward0">(
      x, std::move(array), [base = std::move(base), view = std::move(view)](const Saved&, const Tensor& g) -> Grads {
        return {through_memory(g, view, base, base)};
      });
}

namespace {

/// Several views of one tensor, made by one call and so outputs of one node. `join` puts their gradients, zeros for
/// those that were not used, together again.
template <FixedString Name, class Join>
std::vector<Tensor> views(const Tensor& x, std::vector<Array> parts, Join join) {
  std::vector<Dims> sizes;
  for (const Array& p : parts) sizes.emplace_back(p.sizes());
  const auto in = inputs(x);
  std::vector<Tensor> out = differentiable_many<Name>(
      std::span<const Tensor* const>(in), [&] { return std::move(parts); }, no_save,
      [sizes = std::move(sizes), options = x.options(), join](const Saved&, Grads& g) -> Grads {
        std::vector<Tensor> all;
        for (std::size_t i = 0; i < sizes.size(); ++i) {
          all.push_back(g[i].defined() ? std::move(g[i]) : zeros(sizes[i], options));
        }
        return {join(all)};
      });
  for (Tensor& t : out) set_view_of(t, x, view_origin(ViewOrigin::MultiOutput));
  return out;
}

/// `count` pieces of `size` along `dim`, the last as long as the rest.
std::vector<Tensor> pieces(const Tensor& x, std::int64_t size, std::int64_t count, std::int64_t dim) {
  std::vector<Array> parts;
  for (std::int64_t i = 0; i < count; ++i) parts.push_back(x.array().slice(dim, i * size, (i + 1) * size, 1));
  told(size, dim);
  return views<"SplitBackward0">(x, std::move(parts),
                                 [d = wrap_dim(dim, x.dim())](const std::vector<Tensor>& g) { return cat(g, d); });
}

}  // namespace

Tensor& squeeze_(Tensor& x) { return take_view_in_place(x, squeeze(x)), x; }
Tensor& squeeze_(Tensor& x, std::int64_t dim) { return take_view_in_place(x, squeeze(x, dim)), x; }
Tensor& unsqueeze_(Tensor& x, std::int64_t dim) { return take_view_in_place(x, unsqueeze(x, dim)), x; }
Tensor& transpose_(Tensor& x, std::int64_t dim0, std::int64_t dim1) {
  return take_view_in_place(x, transpose(x, dim0, dim1)), x;
}
Tensor& as_strided_(Tensor& x, IntArrayRef size, IntArrayRef stride, std::optional<std::int64_t> offset) {
  return take_view_in_place(x, as_strided(x, size, stride, offset)), x;
}
Tensor& t_(Tensor& x) {
  check(x.dim() <= 2, "t_() expects a tensor with <= 2 dimensions, but self is {}D", x.dim());
  return take_view_in_place(x, t(x)), x;
}

std::vector<Tensor> unbind(const Tensor& x, std::int64_t dim) {
  const std::int64_t d = wrap_dim(dim, x.dim());
  check<IndexError>(x.dim() > 0, "Dimension specified as {} but tensor has no dimensions", d);
  std::vector<Array> parts;
  for (std::int64_t i = 0; i < x.size(d); ++i) parts.push_back(x.array().select(d, i));
  if (parts.empty()) return {};
  told(d);
  return views<"UnbindBackward0">(x, std::move(parts), [d](const std::vector<Tensor>& g) { return stack(g, d); });
}

std::vector<Tensor> split(const Tensor& x, std::int64_t split_size, std::int64_t dim) {
  check(x.dim() > 0, "split expects at least a 1-dimensional tensor");
  check(split_size >= 0, "split expects split_size be non-negative, but got split_size={}", split_size);
  const std::int64_t n = x.size(dim);
  check(split_size > 0 || n == 0, "split_size can only be 0 if dimension size is 0, but got dimension size of {}", n);
  const std::int64_t size = std::min(split_size, std::max<std::int64_t>(n, 1));
  return pieces(x, size, n == 0 ? 1 : (n + size - 1) / size, dim);
}

std::vector<Tensor> split_with_sizes(const Tensor& x, IntArrayRef split_sizes, std::int64_t dim) {
  check(x.dim() > 0, "split expects at least a 1-dimensional tensor");
  std::int64_t at = 0;
  std::vector<Array> parts;
  for (const std::int64_t n : split_sizes) {
    check(n >= 0, "split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes={}",
          split_sizes);
    if (at + n <= x.size(dim)) parts.push_back(x.array().slice(dim, at, at + n, 1));
    at += n;
  }
  check(at == x.size(dim),
        "split_with_sizes expects split_sizes to sum exactly to {} (input tensor's size at dimension {}), but got "
        "split_sizes={}",
        x.size(dim), dim, split_sizes);
  told(split_sizes, dim);
  return views<"SplitWithSizesBackward0">(
      x, std::move(parts), [d = wrap_dim(dim, x.dim())](const std::vector<Tensor>& g) { return cat(g, d); });
}
std::vector<Tensor> split(const Tensor& x, IntArrayRef split_sizes, std::int64_t dim) {
  return split_with_sizes(x, split_sizes, dim);
}

std::vector<Tensor> chunk(const Tensor& x, std::int64_t chunks, std::int64_t dim) {
  check(x.dim() > 0, "chunk expects at least a 1-dimensional tensor");
  check(chunks > 0, "chunk expects `chunks` to be greater than 0, got: {}", chunks);
  const std::int64_t n = x.size(dim);
  if (n > 0) return split(x, (n + chunks - 1) / chunks, dim);
  return pieces(x, 0, chunks, dim);  // of nothing, all the chunks that were asked for
}

}  // namespace xgrad
