/// Pooling in one to three dimensions: x is [N, C, spatial...] or [C, spatial...], floating.
///
/// Windows of `kernel_size` start every `stride` elements (kernel_size, unless given) from −padding on. With
/// `ceil_mode` a last window may hang over the end. Numbers by dimension are given for each, or once for all. Throws
/// Error in PyTorch's words for shapes that do not fit.
#pragma once

#include <xgrad/autograd/tensor.hpp>

namespace xgrad {

/// y = the largest element of each window; NaN is largest      dx = g at its place, the first of equal ones
Tensor max_pool1d(const Tensor& x, IntArrayRef kernel_size, IntArrayRef stride = {}, IntArrayRef padding = 0,
                  IntArrayRef dilation = 1, bool ceil_mode = false);
Tensor max_pool2d(const Tensor& x, IntArrayRef kernel_size, IntArrayRef stride = {}, IntArrayRef padding = 0,
                  IntArrayRef dilation = 1, bool ceil_mode = false);
Tensor max_pool3d(const Tensor& x, IntArrayRef kernel_size, IntArrayRef stride = {}, IntArrayRef padding = 0,
                  IntArrayRef dilation = 1, bool ceil_mode = false);
/// The same and its place, counted through the spatial dimensions.
ValuesIndices max_pool1d_with_indices(const Tensor& x, IntArrayRef kernel_size, IntArrayRef stride = {},
                                      IntArrayRef padding = 0, IntArrayRef dilation = 1, bool ceil_mode = false);
ValuesIndices max_pool2d_with_indices(const Tensor& x, IntArrayRef kernel_size, IntArrayRef stride = {},
                                      IntArrayRef padding = 0, IntArrayRef dilation = 1, bool ceil_mode = false);
ValuesIndices max_pool3d_with_indices(const Tensor& x, IntArrayRef kernel_size, IntArrayRef stride = {},
                                      IntArrayRef padding = 0, IntArrayRef dilation = 1, bool ceil_mode = false);
/// Zeros of these spatial sizes, with x's elements at the places that max_pool*_with_indices gave.
Tensor max_unpool2d(const Tensor& x, const Tensor& indices, IntArrayRef output_size);

/// y = the window's sum by its number of elements, which count padding or not, or by `divisor_override`.
Tensor avg_pool1d(const Tensor& x, IntArrayRef kernel_size, IntArrayRef stride = {}, IntArrayRef padding = 0,
                  bool ceil_mode = false, bool count_include_pad = true);
Tensor avg_pool2d(const Tensor& x, IntArrayRef kernel_size, IntArrayRef stride = {}, IntArrayRef padding = 0,
                  bool ceil_mode = false, bool count_include_pad = true,
                  std::optional<std::int64_t> divisor_override = {});
Tensor avg_pool3d(const Tensor& x, IntArrayRef kernel_size, IntArrayRef stride = {}, IntArrayRef padding = 0,
                  bool ceil_mode = false, bool count_include_pad = true,
                  std::optional<std::int64_t> divisor_override = {});

/// Windows that divide each dimension into `output_size` parts: ⌊i·n / m⌋ ≤ place < ⌈(i + 1)·n / m⌉.
Tensor adaptive_avg_pool1d(const Tensor& x, IntArrayRef output_size);
Tensor adaptive_avg_pool2d(const Tensor& x, IntArrayRef output_size);
Tensor adaptive_avg_pool3d(const Tensor& x, IntArrayRef output_size);
ValuesIndices adaptive_max_pool1d(const Tensor& x, IntArrayRef output_size);
ValuesIndices adaptive_max_pool2d(const Tensor& x, IntArrayRef output_size);
ValuesIndices adaptive_max_pool3d(const Tensor& x, IntArrayRef output_size);

}  // namespace xgrad
