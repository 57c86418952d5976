/// Linear maps along dimensions as a differentiable operation. Internal to ops/.
#pragma once

#include <xgrad/autograd/graph/differentiable.hpp>

#include <memory>
#include <vector>

namespace xgrad::kernels {
struct Taps;
}

namespace xgrad::ops {

/// One map for each of the last dimensions, null where there is none.
using Maps = std::vector<std::shared_ptr<const kernels::Taps>>;

std::shared_ptr<const kernels::Taps> share(kernels::Taps taps);
Array apply_maps(const Maps& maps, const Array& x);
Maps transposed(const Maps& maps);

/// The maps applied to x       dx = the transposed maps applied to g
template <FixedString Name>
Tensor resample(const Tensor& x, Maps maps) {
  return differentiable<Name>(
      inputs(x), {}, [&](const Array*) { return apply_maps(maps, x.array()); }, no_save,
      [maps](const Saved&, const Tensor& g) -> Grads { return {resample<"ResampleBackward0">(g, transposed(maps))}; });
}

}  // namespace xgrad::ops
