#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/loops.hpp>
#include <xgrad/autograd/kernels/rearrange.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

namespace xgrad {

Tensor contiguous(const Tensor& x, MemoryFormat memory_format) {
  if (x.is_contiguous(memory_format)) return x;
  check(memory_format != MemoryFormat::Preserve, "preserve memory format is unsupported by the contiguous operator");
  return clone(x, memory_format);
}

Tensor clone(const Tensor& x, std::optional<MemoryFormat> memory_format) {
  const MemoryFormat format = memory_format.value_or(MemoryFormat::Preserve);
  return differentiable<"CloneBackward0">(
      inputs(x), {},
      [&](const Array*) {
        const Array y = format == MemoryFormat::Preserve ? kernels::result_for({&x.array()}, x.dtype(), nullptr)
                                                         : Array::empty(x.sizes(), x.dtype(), format);
        kernels::copy(y, x.array());
        return y;
      },
      no_save, [](const Saved&, const Tensor& g) -> Grads { return {g}; });
}

/// The engine converts the gradient back. A result that is not floating leaves the graph.
Tensor to(const Tensor& x, ScalarType dtype, bool copy, std::optional<MemoryFormat> memory_format) {
  const MemoryFormat format = memory_format.value_or(MemoryFormat::Preserve);
  const bool keeps_order = format == MemoryFormat::Preserve || format == x.suggest_memory_format();
  if (x.dtype() == dtype) return copy || !keeps_order ? clone(x, format) : x;
  const auto convert = [&](const Array*) {
    if (format == MemoryFormat::Preserve) return kernels::to_dtype(x.array(), dtype);
    const Array y = Array::empty(x.sizes(), dtype, format);
    kernels::copy(y, x.array());
    return y;
  };
  if (!is_floating_point(dtype)) {
    const detail::Profiled profiled("_to_copy", {&x});
    return profiled.told(Tensor(convert(nullptr)));
  }
  return differentiable<"ToCopyBackward0">(inputs(x), {}, convert, no_save,
                                           [](const Saved&, const Tensor& g) -> Grads { return {g}; });
}

/// y is the tensors one after another; each gets its part of g.
Tensor cat(TensorList tensors, std::int64_t dim) {
  check(!tensors.empty(), "torch.cat(): expected a non-empty list of Tensors");
  const auto skipped = [](const Tensor& t) { return t.dim() == 1 && t.numel() == 0; };  // PyTorch's legacy exception
  const Tensor* model = &tensors[0];
  ScalarType dtype = tensors[0].dtype();
  for (const Tensor& t : tensors) {
    if (skipped(*model)) model = &t;
    dtype = promote_types(dtype, t.dtype());
  }
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    check(tensors[i].dim() > 0, "zero-dimensional tensor (at position {}) cannot be concatenated", i);
  }
  const std::int64_t d = wrap_dim(dim, model->dim());
  Dims sizes(model->sizes());
  sizes[static_cast<std::size_t>(d)] = 0;
  constexpr std::int64_t kSkipped = -1;
  std::vector<std::int64_t> lengths;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const Tensor& t = tensors[i];
    lengths.push_back(skipped(t) ? kSkipped : t.size(d));
    if (skipped(t)) continue;
    check(t.dim() == model->dim(), "Tensors must have same number of dimensions: got {} and {}", model->dim(), t.dim());
    for (std::int64_t k = 0; k < t.dim(); ++k) {
      check(k == d || t.size(k) == model->size(k),
            "Sizes of tensors must match except in dimension {}. Expected size {} but got size {} for tensor number {} "
            "in "
            "the list.",
            d, model->size(k), t.size(k), i);
    }
    sizes[static_cast<std::size_t>(d)] += t.size(d);
  }
  std::vector<const Tensor*> in;
  for (const Tensor& t : tensors) in.push_back(&t);
  told(d);
  return differentiable<"CatBackward0">(
      std::span<const Tensor* const>(in), {},
      [&](const Array*) {
        const Array out = Array::empty(sizes, dtype);
        std::vector<const Array*> parts;
        for (std::size_t i = 0; i < tensors.size(); ++i) {
          if (lengths[i] > 0) parts.push_back(&tensors[i].array());
        }
        kernels::concatenate(out, parts, d);
        return out;
      },
      no_save,
      [d, lengths](const Saved& s, const Tensor& g) {
        Grads out(lengths.size());
        std::int64_t at = 0;
        for (std::size_t i = 0; i < lengths.size(); ++i) {
          if (s.needs(i)) out[i] = lengths[i] == kSkipped ? zeros({0}, g.options()) : g.narrow(d, at, lengths[i]);
          at += std::max<std::int64_t>(lengths[i], 0);
        }
        return out;
      });
}

Tensor concat(TensorList tensors, std::int64_t dim) { return cat(tensors, dim); }
Tensor concatenate(TensorList tensors, std::int64_t dim) { return cat(tensors, dim); }

Tensor stack(TensorList tensors, std::int64_t dim) {
  check(!tensors.empty(), "stack expects a non-empty TensorList");
  const std::int64_t d = wrap_dim(dim, tensors[0].dim() + 1);
  std::vector<Tensor> rows;
  rows.reserve(tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    check(tensors[i].sizes() == tensors[0].sizes(),
          "stack expects each tensor to be equal size, but got {} at entry 0 and {} at entry {}", tensors[0].sizes(),
          tensors[i].sizes(), i);
    rows.push_back(tensors[i].unsqueeze(d));
  }
  return cat(rows, d);
}

}  // namespace xgrad
