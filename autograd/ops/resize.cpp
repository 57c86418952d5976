#include <xgrad/autograd/graph/in_place.hpp>
#include <xgrad/autograd/graph/tracing.hpp>
#include <xgrad/autograd/ops/resize.hpp>

#include <cstring>

namespace xgrad {
namespace {

void check_resizable(const Tensor& x) { check(!x.requires_grad(), "cannot resize variables that require grad"); }

/// Whether `numel` elements fit into x's memory from its first one on.
bool fits(const Array& x, std::int64_t numel) {
  return static_cast<std::size_t>(x.offset() + numel) * x.itemsize() <= x.storage()->nbytes();
}

/// Puts x in new memory, later than all that was saved of the old.
void move_to(const Tensor& x, const Array& to) {
  TensorImpl& impl = *x.impl();
  const std::uint32_t version = impl.version();
  impl.array = to;
  impl.own_version.reset();
  impl.view.reset();
  while (impl.version() <= version) impl.bump_version();
}

Array packed(const Array& x, IntArrayRef size) {
  return Array(x.storage(), x.dtype(), size, contiguous_strides(size), x.offset());
}

}  // namespace

void ops::resize(const Tensor& x, IntArrayRef size) {
  check_resizable(x);
  if (!fits(x.array(), count_elements(size))) return move_to(x, Array::empty(size, x.dtype()));
  x.impl()->array = packed(x.array(), size);
}

bool ops::take_memory(const Tensor& x, const Tensor& result) {
  check_resizable(x);
  const Array& made = result.array();
  if (fits(x.array(), made.numel()) || made.dtype() != x.dtype() || !made.storage()->unique() || !made.is_dense())
    return false;
  move_to(x, made);
  return true;
}

Tensor& resize_(Tensor& x, IntArrayRef size) {
  check_resizable(x);
  if (x.sizes() == size) return x;
  const detail::Traced traced("resize_", {&x});
  traced.result(x);
  const Array& old = x.array();
  if (fits(old, count_elements(size))) {
    x.impl()->array = packed(old, size);
    x.impl()->bump_version();
    return x;
  }
  const Array grown = Array::empty(size, x.dtype());
  // What lies behind x's first element in its memory, whatever x's strides are: as if the memory had grown.
  std::memcpy(grown.raw(), old.raw(),
              old.storage()->nbytes() - static_cast<std::size_t>(old.offset()) * old.itemsize());
  move_to(x, grown);
  return x;
}

Tensor& resize_as_(Tensor& x, const Tensor& other) { return resize_(x, other.sizes()); }

}  // namespace xgrad
