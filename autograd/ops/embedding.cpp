#include <xgrad/autograd/kernels/embedding.hpp>
#include <xgrad/autograd/ops/embedding.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

namespace xgrad {

namespace {

constexpr std::int64_t kNoRow = -1;

/// out[i] = table[index[i]], zeros where that is `skip`      dtable = add_rows(g)
Tensor take_rows(const Tensor& table, const Tensor& index, std::int64_t skip);

/// out[r] = Σ g[i] over index[i] = r                         dg = take_rows(h)
Tensor add_rows(const Tensor& g, const Tensor& index, std::int64_t rows, std::int64_t skip, bool mean) {
  return differentiable<"EmbeddingDenseBackwardBackward0">(
      inputs(g), {}, [&](const Array*) { return kernels::add_rows(g.array(), index.array(), rows, skip, mean); },
      [&](Save& s) { s.tensor(index); },
      [skip, mean, rows](const Saved& s, const Tensor& h) -> Grads {
        const Tensor& at = s.tensor(0);
        if (!mean) return {take_rows(h, at, skip)};
        const Tensor ones_of = ones({at.numel(), 1}, h.dtype());
        const Tensor times(kernels::add_rows(ones_of.array(), at.array(), rows, kNoRow, false));
        return {take_rows(h / times.clamp(1.), at, skip)};
      });
}

Tensor take_rows(const Tensor& table, const Tensor& index, std::int64_t skip) {
  return differentiable<"EmbeddingBackward0">(
      inputs(table), {}, [&](const Array*) { return kernels::take_rows(table.array(), index.array(), skip); },
      [&](Save& s) { s.tensor(index); },
      [skip, rows = table.size(0)](const Saved& s, const Tensor& g) -> Grads {
        return {add_rows(g, s.tensor(0), rows, skip, false)};
      });
}

}  // namespace

Tensor embedding(const Tensor& weight, const Tensor& indices, std::int64_t padding_idx, bool scale_grad_by_freq, bool) {
  check(weight.dim() == 2, "'weight' must be 2-D");
  check(indices.dtype() == kInt64 || indices.dtype() == kInt32,
        "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
        "torch.{}Tensor instead (while checking arguments for embedding)",
        info(indices.dtype()).cname);
  told(padding_idx);
  const detail::Traced traced("embedding", {&weight, &indices});
  const Tensor index = ops::as_dtype(indices, kInt64).contiguous();
  const std::int64_t rows = weight.size(0);
  const Tensor y = differentiable<"EmbeddingBackward0">(
      inputs(weight), {}, [&](const Array*) { return kernels::take_rows(weight.array(), index.array(), kNoRow); },
      [&](Save& s) { s.tensor(index); },
      [padding_idx, scale_grad_by_freq, rows](const Saved& s, const Tensor& g) -> Grads {
        return {add_rows(g, s.tensor(0), rows, padding_idx, scale_grad_by_freq)};
      });
  traced.result(y);
  return y;
}

}  // namespace xgrad
