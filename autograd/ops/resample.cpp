#include <xgrad/autograd/kernels/resample.hpp>
#include <xgrad/autograd/ops/resample.hpp>

namespace xgrad::ops {

std::shared_ptr<const kernels::Taps> share(kernels::Taps taps) {
  return std::make_shared<const kernels::Taps>(std::move(taps));
}

Array apply_maps(const Maps& maps, const Array& x) {
  std::vector<const kernels::Taps*> plain;
  for (const auto& m : maps) plain.push_back(m.get());
  return kernels::resample(x, plain);
}

Maps transposed(const Maps& maps) {
  Maps back;
  for (const auto& m : maps) back.push_back(m ? share(m->transposed()) : nullptr);
  return back;
}

}  // namespace xgrad::ops
