/// Derivatives of taking a part. Internal to ops/.
#pragma once

#include <xgrad/autograd/graph/differentiable.hpp>

namespace xgrad::kernels {
void copy(const Array& dst, const Array& src);
void fill(const Array& dst, Scalar value);
}  // namespace xgrad::kernels

namespace xgrad::ops {

/// Zeros of `sizes`, with g in the part that `part` selects of an Array: the derivative of taking that part.
template <FixedString Name, class Part>
Tensor into_zeros(const Tensor& g, const Dims& sizes, Part part) {
  return differentiable<Name>(
      inputs(g), {},
      [&](const Array*) {
        const Array whole = Array::empty(sizes, g.dtype());
        kernels::fill(whole, 0);
        kernels::copy(part(whole), g.array());
        return whole;
      },
      no_save, [part](const Saved&, const Tensor& h) -> Grads { return {part(h)}; });
}

}  // namespace xgrad::ops
