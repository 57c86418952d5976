#include <xgrad/autograd/ops/promotion.hpp>

#include <string_view>

namespace xgrad {
namespace indexing {

TensorIndex::TensorIndex(const char* dots) : value_(Ellipsis) {
  check<ValueError>(std::string_view(dots) == "...", "Expected \"...\" to represent an ellipsis index, but got \"{}\"",
                    dots);
}

}  // namespace indexing

static constexpr const char* kNoDimensions =
    "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a 0-dim "
    "tensor to a number";

Tensor index(const Tensor& x, std::initializer_list<TensorIndex> indices) {
  return index(x, std::span<const TensorIndex>(indices.begin(), indices.size()));
}

Tensor index(const Tensor& x, std::span<const TensorIndex> indices) {
  std::int64_t consumed = 0;
  bool ellipsis_seen = false;
  for (const TensorIndex& i : indices) {
    consumed += i.get_if<std::int64_t>() || i.get_if<Slice>();
    if (const auto* s = i.get_if<Slice>()) check<ValueError>(s->step() != 0, "slice step cannot be zero");
    if (!i.get_if<indexing::EllipsisType>()) continue;
    check<IndexError>(!ellipsis_seen, "an index can only have a single ellipsis ('...')");
    ellipsis_seen = true;
  }
  if (x.dim() == 0 && indices.size() == 1 && consumed == 1) {
    check<IndexError>(!indices[0].get_if<Slice>(), "slice() cannot be applied to a 0-dim tensor.");
    const std::int64_t at = *indices[0].get_if<std::int64_t>();
    check<IndexError>(at == 0, "index {} is out of bounds for dimension 0 with size 0", at);
    fail<IndexError>("{}", kNoDimensions);
  }
  check<IndexError>(consumed <= x.dim(), "too many indices for tensor of dimension {}", x.dim());
  Tensor out = x;
  std::int64_t dim = 0, real = 0;  // where we are in `out`, and in x
  for (const TensorIndex& i : indices) {
    if (const auto* at = i.get_if<std::int64_t>()) {
      const std::int64_t n = out.size(dim);
      check<IndexError>(*at >= -n && *at < n, "index {} is out of bounds for dimension {} with size {}", *at, real, n);
      out = select(out, dim, *at);
      ++real;
    } else if (const auto* s = i.get_if<Slice>()) {
      const bool whole = !s->start() && !s->stop() && s->step() == 1;
      if (!whole) out = slice(out, dim, s->start(), s->stop(), s->step());
      ++dim;
      ++real;
    } else if (i.get_if<indexing::NoneType>()) {
      out = unsqueeze(out, dim++);
    } else if (i.get_if<indexing::EllipsisType>()) {
      dim += x.dim() - consumed;
      real += x.dim() - consumed;
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
  const Tensor part = index(x, indices);
  part.copy_(value.dim() > part.dim() ? value : value.expand(part.sizes()));
  return x;
}

Tensor& index_put_(Tensor& x, std::initializer_list<TensorIndex> indices, Scalar value) {
  index(x, indices).fill_(value);
  return x;
}

Tensor Tensor::operator[](std::int64_t index) const {
  check<IndexError>(dim() > 0, "{}", kNoDimensions);
  const std::int64_t n = size(0);
  check<IndexError>(index >= -n && index < n, "index {} is out of bounds for dimension 0 with size {}", index, n);
  return select(0, index);
}

Tensor Tensor::operator[](const TensorIndex& i) const { return index({i}); }

}  // namespace xgrad
