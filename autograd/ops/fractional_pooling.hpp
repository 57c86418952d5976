/// Max pooling over windows that a random number places.
#pragma once

#include <xgrad/autograd/tensor.hpp>

namespace xgrad {

/// y = the largest element of each of `output_size` windows of `kernel_size`, and its place in the plane. Along a
/// dimension of n elements window i begins at ⌊(i + u)·a⌋ − ⌊u·a⌋ with a = (n − kernel) / (outputs − 1), the last one
/// at n − kernel. `random_samples` [N, C, 2] has u for each plane, that of the last dimension first.
ValuesIndices fractional_max_pool2d(const Tensor& x, IntArrayRef kernel_size, IntArrayRef output_size,
                                    const Tensor& random_samples);
/// The same in three dimensions, with samples [N, C, 3], that of the first dimension first.
ValuesIndices fractional_max_pool3d(const Tensor& x, IntArrayRef kernel_size, IntArrayRef output_size,
                                    const Tensor& random_samples);

}  // namespace xgrad
