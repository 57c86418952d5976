#include "layouts.hpp"

#include <xgrad/autograd/graph/grad_mode.hpp>

namespace xgrad::op_table {
namespace {

Tensor reversed(const Tensor& x) {
  Dims order;
  for (std::int64_t d = x.dim(); d-- > 0;) order.push_back(d);
  return x.permute(order).contiguous().permute(order);
}

Tensor spaced(const Tensor& x) {
  if (x.dim() == 0) return stack({x, x}).select(0, 1);
  return stack({zeros_like(x), x}, x.dim()).select(-1, 1);
}

Tensor stretched(const Tensor& x) {
  if (x.dim() == 0 || x.size(0) == 0) return x;
  return x.slice(0, 0, 1).expand(x.sizes());
}

/// Elements from last to first along every dimension. No function makes such an array, but kernels have to take it.
Tensor backwards(const Tensor& x) {
  Tensor flipped(Array::empty(x.sizes(), x.dtype()));
  Dims strides(flipped.strides());
  std::int64_t offset = 0;
  for (std::size_t d = 0; d < strides.size(); ++d) {
    if (x.numel()) offset += (x.sizes()[d] - 1) * strides[d];
    strides[d] = -strides[d];
  }
  const Array& a = flipped.array();
  Tensor view(Array(a.storage(), a.dtype(), a.sizes(), strides, offset));
  view.copy_(x);
  return view;
}

/// Never the memory of the arguments themselves, which operations in place would change.
template <class F>
Values mapped(const Values& in, F f) {
  const NoGradGuard no_grad;
  Values out = in;
  each_tensor(out, [&](Tensor& x) { x = f(x.detach().clone()).detach(); });
  return out;
}

}  // namespace

const std::array<Layout, 4> kLayouts{
    {{"reversed", reversed}, {"spaced", spaced}, {"stretched", stretched}, {"backwards", backwards}}};

Values laid_out(const Values& in, const Layout& layout) { return mapped(in, layout.of); }

Values packed(const Values& in) {
  return mapped(in, [](const Tensor& x) {
    Tensor out(Array::empty(x.sizes(), x.dtype()));
    return out.copy_(x);
  });
}

}  // namespace xgrad::op_table
