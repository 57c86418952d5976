/// Optimiser updates, one sweep over memory each.
#pragma once

#include <xgrad/autograd/array/array.hpp>

namespace xgrad::kernels {

struct SgdStep {
  double lr = 0, momentum = 0, dampening = 0, weight_decay = 0;
  bool nesterov = false, maximize = false;
};

/// One parameter's update in place, in PyTorch's order of operations (so that its float results agree):
/// d = ±g + weight_decay·p;  buffer = first ? d : momentum·buffer + (1 − dampening)·d;
/// p −= lr·(nesterov ? d + momentum·buffer : momentum ? buffer : d).
/// `buffer` is null without momentum; `first` says that it holds nothing yet. All arrays have p's dtype and shape.
void sgd_step(const Array& p, const Array& g, const Array* buffer, bool first, const SgdStep& step);

}  // namespace xgrad::kernels
