#include <xgrad/autograd/ops/places.hpp>

#include <string_view>

namespace xgrad {
namespace indexing {

TensorIndex::TensorIndex(const char* dots) : value_(Ellipsis) {
  check<ValueError>(std::string_view(dots) == "...", "Expected \"...\" to represent an ellipsis index, but got \"{}\"",
                    dots);
}

TensorIndex::TensorIndex(const Tensor& tensor) : value_(Slice()) {
  if (tensor.defined()) value_ = Tensor(tensor).release();
}

Tensor TensorIndex::tensor() const {
  const auto* impl = get_if<Intrusive<TensorImpl>>();
  return impl ? Tensor::adopt(*impl) : Tensor();
}

}  // namespace indexing

static constexpr const char* kNoDimensions =
    "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a 0-dim "
    "tensor to a number";

namespace {

bool is_mask(const Tensor& t) { return t.dtype() == kBool || t.dtype() == kUInt8; }

/// Dimensions of x that an entry uses up.
std::int64_t used_dimensions(const TensorIndex& i) {
  if (const Tensor t = i.tensor(); t.defined()) return is_mask(t) ? t.dim() : 1;
  return i.get_if<std::int64_t>() || i.get_if<Slice>();
}

/// Checks what can be told of the entries alone; counts the dimensions they use up.
std::int64_t count_dimensions(const Tensor& x, std::span<const TensorIndex> indices) {
  std::int64_t used = 0;
  for (const TensorIndex& i : indices) {
    used += used_dimensions(i);
    if (const auto* s = i.get_if<Slice>()) {
      check<ValueError>(s->step() != 0, "slice step cannot be zero");
      check<ValueError>(s->step() > 0, "step must be greater than zero");
    }
  }
  if (x.dim() == 0 && indices.size() == 1 && used == 1 && !indices[0].is_tensor()) {
    check<IndexError>(!indices[0].get_if<Slice>(), "slice() cannot be applied to a 0-dim tensor.");
    const std::int64_t at = *indices[0].get_if<std::int64_t>();
    check<IndexError>(at == 0, "index {} is out of bounds for dimension 0 with size 0", at);
    fail<IndexError>("{}", kNoDimensions);
  }
  check<IndexError>(used <= x.dim(), "too many indices for tensor of dimension {}", x.dim());
  return used;
}

/// What slices, integers and None leave of x, as a view, and the tensors that index its dimensions: undefined where a
/// dimension is taken whole.
struct Sliced {
  Tensor part;
  std::vector<Tensor> tensors;
  std::int64_t dim = 0;  ///< the next of part's dimensions

  void select(std::int64_t at, std::size_t entry) {
    const std::int64_t n = dim < part.dim() ? part.size(dim) : 0;  // behind two ellipses
    check<IndexError>(at >= -n && at < n, "index {} is out of bounds for dimension {} with size {}", at, entry, n);
    part = xgrad::select(part, dim, at);
  }
  void slice(const Slice& s) {
    const bool whole = !s.start() && !s.stop() && s.step() == 1;
    if (!whole) part = xgrad::slice(part, dim, s.start(), s.stop(), s.step());
    ++dim;
  }
  void keep(bool b) {
    part = unsqueeze(part, dim);
    record(b ? zeros({1}, kInt64) : zeros({0}, kInt64));
  }
  void record(const Tensor& t) {
    tensors.resize(static_cast<std::size_t>(dim) + 1);
    tensors.back() = t;
    ++dim;
  }
  void index(const Tensor& t, std::size_t entry) {
    if (t.dim() > 0 || t.is_floating_point()) return record(t);
    if (is_mask(t)) return keep(t.item<bool>());
    select(t.item<std::int64_t>(), entry);
  }
};

Sliced apply_slices(const Tensor& x, std::span<const TensorIndex> indices) {
  const std::int64_t used = count_dimensions(x, indices);
  Sliced out{x, {}};
  for (std::size_t k = 0; k < indices.size(); ++k) {
    const TensorIndex& i = indices[k];
    if (const auto* at = i.get_if<std::int64_t>())
      out.select(*at, k);
    else if (const auto* s = i.get_if<Slice>())
      out.slice(*s);
    else if (i.get_if<indexing::NoneType>())
      out.part = unsqueeze(out.part, out.dim++);
    else if (i.get_if<indexing::EllipsisType>())
      out.dim += x.dim() - used;
    else if (const auto* b = i.get_if<bool>())
      out.keep(*b);
    else
      out.index(i.tensor(), k);
  }
  return out;
}

/// As PyTorch: sizes of 1 in front of a value do not count.
Tensor without_leading_ones(const Tensor& value) {
  std::size_t ones = 0;
  while (ones < value.sizes().size() && value.sizes()[ones] == 1) ++ones;
  if (ones == 0) return value;
  return value.view(IntArrayRef(value.sizes().begin() + ones, value.sizes().end()));
}

std::span<const TensorIndex> as_span(std::initializer_list<TensorIndex> list) { return {list.begin(), list.size()}; }

}  // namespace

Tensor index(const Tensor& x, std::initializer_list<TensorIndex> indices) { return index(x, as_span(indices)); }

Tensor index(const Tensor& x, std::span<const TensorIndex> indices) {
  const Sliced s = apply_slices(x, indices);
  if (!s.tensors.empty()) return ops::index_tensors(s.part, s.tensors);
  // A view even when nothing was taken away, as in Python.
  return s.part.is_same(x) ? x.view(x.sizes()) : s.part;
}

Tensor& index_put_(Tensor& x, std::span<const TensorIndex> indices, const Tensor& value, bool accumulate) {
  if (indices.size() == 1 && indices[0].get_if<bool>()) {
    return *indices[0].get_if<bool>() ? index_put_(x, {None}, value, accumulate) : x;  // as PyTorch, without a copy
  }
  const Sliced s = apply_slices(x, indices);
  if (!s.tensors.empty()) {
    ops::index_put_tensors(s.part, s.tensors, without_leading_ones(value), accumulate, Into::in_place(s.part));
  } else if (accumulate) {
    s.part.add_(value);
  } else if (s.part.sizes() == value.sizes()) {
    s.part.copy_(value);
  } else {
    const Tensor rest = without_leading_ones(value);
    s.part.copy_(rest.dim() > s.part.dim() ? rest : rest.expand(s.part.sizes()));
  }
  return x;
}
Tensor& index_put_(Tensor& x, std::initializer_list<TensorIndex> indices, const Tensor& value, bool accumulate) {
  return index_put_(x, as_span(indices), value, accumulate);
}

Tensor& index_put_(Tensor& x, std::span<const TensorIndex> indices, Scalar value, bool accumulate) {
  const Sliced s = apply_slices(x, indices);
  if (!s.tensors.empty()) {
    ops::index_put_tensors(s.part, s.tensors, full({}, value, x.options()), accumulate, Into::in_place(s.part));
  } else if (accumulate) {
    s.part.add_(value);
  } else {
    s.part.fill_(value);
  }
  return x;
}
Tensor& index_put_(Tensor& x, std::initializer_list<TensorIndex> indices, Scalar value, bool accumulate) {
  return index_put_(x, as_span(indices), value, accumulate);
}

Tensor index_put(const Tensor& x, std::span<const TensorIndex> indices, const Tensor& value, bool accumulate) {
  const Sliced s = apply_slices(x, indices);
  if (!s.tensors.empty() && s.part.is_same(x))
    return ops::index_put_tensors(x, s.tensors, without_leading_ones(value), accumulate, {});
  Tensor copy = x.clone();
  return index_put_(copy, indices, value, accumulate);
}
Tensor index_put(const Tensor& x, std::initializer_list<TensorIndex> indices, const Tensor& value, bool accumulate) {
  return index_put(x, as_span(indices), value, accumulate);
}

Tensor Tensor::operator[](std::int64_t index) const {
  check<IndexError>(dim() > 0, "{}", kNoDimensions);
  const std::int64_t n = size(0);
  check<IndexError>(index >= -n && index < n, "index {} is out of bounds for dimension 0 with size {}", index, n);
  return select(0, index);
}
Indexed Tensor::operator[](const TensorIndex& i) const { return Indexed(*this, {i}); }
Indexed Tensor::operator[](std::initializer_list<TensorIndex> indices) const { return Indexed(*this, indices); }

Indexed::Indexed(const Tensor& base, std::vector<TensorIndex> at)
    : Tensor(base.index(at)), base_(base), at_(std::move(at)) {}

Tensor& Indexed::operator=(const Tensor& value) && {
  base_.index_put_(at_, value);
  return *this;
}
Tensor& Indexed::operator=(const Indexed& value) && {
  base_.index_put_(at_, static_cast<const Tensor&>(value));
  return *this;
}
Tensor& Indexed::operator=(Scalar value) && {
  base_.index_put_(at_, value);
  return *this;
}

}  // namespace xgrad
