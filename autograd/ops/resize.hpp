/// What forms with `out` need of resize_. Internal to ops/.
#pragma once

#include <xgrad/autograd/tensor.hpp>

namespace xgrad::ops {

/// resize_ without its promise to keep elements.
void resize(const Tensor& x, IntArrayRef size);
/// Makes `result`'s memory that of `x`, whose own is too small for it, if nobody else has it; whether it did.
bool take_memory(const Tensor& x, const Tensor& result);

}  // namespace xgrad::ops
