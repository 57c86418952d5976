#include <xgrad/autograd/ops/promotion.hpp>

#include <string_view>

namespace xgrad {
namespace indexing {

TensorIndex::TensorIndex(const char* dots) : value_(Ellipsis) {
  check<ValueError>(std::string_view(dots) == "...", "Expected \"...\" to represent an ellipsis index, but got \"{}\"",
                    dots);
}

}  // namespace indexing

Tensor index(const Tensor& x, std::initializer_list<TensorIndex> indices) {
  return index(x, std::span<const TensorIndex>(indices.begin(), indices.size()));
}

Tensor index(const Tensor& x, std::span<const TensorIndex> indices) {
  std::int64_t consumed = 0;
  bool ellipsis_seen = false;
  for (const TensorIndex& i : indices) {
    consumed += i.get_if<std::int64_t>() || i.get_if<Slice>();
    if (!i.get_if<indexing::EllipsisType>()) continue;
    check<IndexError>(!ellipsis_seen, "an index can only have a single ellipsis ('...')");
    ellipsis_seen = true;
  }
  check<IndexError>(consumed <= x.dim(), "too many indices for tensor of dimension {}", x.dim());
  Tensor out = x;
  std::int64_t dim = 0;
  for (const TensorIndex& i : indices) {
    if (const auto* at = i.get_if<std::int64_t>()) {
      out = select(out, dim, *at);
    } else if (const auto* s = i.get_if<Slice>()) {
      const bool whole = !s->start() && !s->stop() && s->step() == 1;
      if (!whole) out = slice(out, dim, s->start(), s->stop(), s->step());
      ++dim;
    } else if (i.get_if<indexing::NoneType>()) {
      out = unsqueeze(out, dim++);
    } else if (i.get_if<indexing::EllipsisType>()) {
      dim += x.dim() - consumed;
    } else {
      out = unsqueeze(out, dim);
      if (!*i.get_if<bool>()) out = slice(out, dim, 0, 0);
      ++dim;
    }
  }
  // A view even when nothing was taken away, as in Python.
  return out.is_same(x) ? x.view(x.sizes()) : out;
}

Tensor& index_put_(Tensor& x, std::initializer_list<TensorIndex> indices, const Tensor& value) {
  index(x, indices).copy_(value);
  return x;
}

Tensor& index_put_(Tensor& x, std::initializer_list<TensorIndex> indices, Scalar value) {
  index(x, indices).fill_(value);
  return x;
}

Tensor Tensor::operator[](std::int64_t index) const {
  check<IndexError>(dim() > 0,
                    "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to "
                    "convert a 0-dim tensor to a number");
  return select(0, index);
}

Tensor Tensor::operator[](const TensorIndex& i) const { return index({i}); }

}  // namespace xgrad
