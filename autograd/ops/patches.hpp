/// Patches of images as columns, and back.
#pragma once

#include <xgrad/autograd/tensor.hpp>

namespace xgrad {

/// The patches of x [N, C, H, W] (or [C, H, W]) as columns: [N, C·kernel, places]. Numbers are given for both
/// dimensions, or once.      dx = col2im(g)
Tensor im2col(const Tensor& x, IntArrayRef kernel_size, IntArrayRef dilation, IntArrayRef padding, IntArrayRef stride);
/// The sum of columns [N, C·kernel, places] (or [C·kernel, places]) where they lie in an image of `output_size`:
/// [N, C, H, W].              dx = im2col(g)
Tensor col2im(const Tensor& x, IntArrayRef output_size, IntArrayRef kernel_size, IntArrayRef dilation,
              IntArrayRef padding, IntArrayRef stride);

}  // namespace xgrad
