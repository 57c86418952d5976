/// What losses ask of their arguments. Internal to ops/.
#pragma once

#include <xgrad/autograd/tensor.hpp>

namespace xgrad::ops {

/// Throws ValueError where a target would have to broadcast.
void check_same_shape(const char* loss, const Tensor& x, const Tensor& target);

}  // namespace xgrad::ops
