/// Linear maps along dimensions as a differentiable operation. Internal to ops/.
#pragma once

#include <xgrad/autograd/graph/differentiable.hpp>
#include <xgrad/autograd/kernels/resample.hpp>

#include <memory>

namespace xgrad::ops {

/// One map for each of the last dimensions, null where there is none.
using Maps = std::vector<std::shared_ptr<const kernels::Taps>>;

/// The maps applied to x       dx = the transposed maps applied to g
template <FixedString Name>
Tensor resample(const Tensor& x, Maps maps) {
  const auto apply = [&] {
    std::vector<const kernels::Taps*> plain;
    for (const auto& m : maps) plain.push_back(m.get());
    return kernels::resample(x.array(), plain);
  };
  return differentiable<Name>(
      inputs(x), {}, [&](const Array*) { return apply(); }, no_save,
      [maps](const Saved&, const Tensor& g) -> Grads {
        Maps back;
        for (const auto& m : maps) {
          back.push_back(m ? std::make_shared<const kernels::Taps>(m->transposed()) : nullptr);
        }
        return {resample<"ResampleBackward0">(g, back)};
      });
}

inline std::shared_ptr<const kernels::Taps> share(kernels::Taps taps) {
  return std::make_shared<const kernels::Taps>(std::move(taps));
}

}  // namespace xgrad::ops
