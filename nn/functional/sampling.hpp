/// Folding, reading images at any places, and pooling by norms and fractions, as functions.
#pragma once

#include <xgrad/autograd/ops/fractional_pooling.hpp>
#include <xgrad/autograd/ops/grid_sample.hpp>
#include <xgrad/autograd/ops/patches.hpp>
#include <xgrad/nn/options/sampling.hpp>

namespace xgrad::nn::functional {

#define XGRAD_SAMPLING(NAME, OPTIONS)                            \
  Tensor NAME(const Tensor& input, const OPTIONS& options);      \
  XGRAD_LOOSE_OPTIONS(NAME, OPTIONS, const Tensor& input, input) \
  XGRAD_BRACED_OPTIONS(Tensor, NAME, OPTIONS, const Tensor& input, input)
#define XGRAD_UNPOOLING(NAME, OPTIONS)                                                                      \
  Tensor NAME(const Tensor& input, const Tensor& indices, const OPTIONS& options);                          \
  XGRAD_LOOSE_OPTIONS(NAME, OPTIONS, const Tensor& input XGRAD_COMMA const Tensor& indices, input, indices) \
  XGRAD_BRACED_OPTIONS(Tensor, NAME, OPTIONS, const Tensor& input XGRAD_COMMA const Tensor& indices, input, indices)

/// The patches of [N, C, H, W] as columns [N, C·kernel, places]. Options: kernel_size, dilation = 1, padding = 0,
/// stride = 1.
XGRAD_SAMPLING(unfold, UnfoldFuncOptions)
/// The sum of columns where they lie in an image of output_size. Options: output_size and those of unfold.
XGRAD_SAMPLING(fold, FoldFuncOptions)

/// (Σ x^p)^(1/p) over windows. Options: norm_type = p, kernel_size, stride = kernel_size, ceil_mode = false.
XGRAD_SAMPLING(lp_pool1d, LPPool1dFuncOptions)
XGRAD_SAMPLING(lp_pool2d, LPPool2dFuncOptions)

/// Max pooling over windows that a random number places. Options: kernel_size, output_size or output_ratio,
/// _random_samples.
XGRAD_SAMPLING(fractional_max_pool2d, FractionalMaxPool2dFuncOptions)
XGRAD_SAMPLING(fractional_max_pool3d, FractionalMaxPool3dFuncOptions)
#define XGRAD_FRACTIONAL_WITH_INDICES(NAME, OPTIONS)                                                                  \
  ValuesIndices NAME(const Tensor& input, const OPTIONS& options);                                                    \
  template <class First, class... Rest>                                                                               \
  requires nn::detail::LooseArguments<OPTIONS, First, Rest...> ValuesIndices NAME(const Tensor& input, First&& first, \
                                                                                  Rest&&... rest) {                   \
    return NAME(input, nn::detail::options_of<OPTIONS>(std::forward<First>(first), std::forward<Rest>(rest)...));     \
  }                                                                                                                   \
  XGRAD_BRACED_OPTIONS(ValuesIndices, NAME, OPTIONS, const Tensor& input, input)
XGRAD_FRACTIONAL_WITH_INDICES(fractional_max_pool2d_with_indices, FractionalMaxPool2dFuncOptions)
XGRAD_FRACTIONAL_WITH_INDICES(fractional_max_pool3d_with_indices, FractionalMaxPool3dFuncOptions)
#undef XGRAD_FRACTIONAL_WITH_INDICES

/// Zeros, with the input's elements at the places that max pooling gave. Options: kernel_size, stride = kernel_size,
/// padding = 0, output_size.
XGRAD_UNPOOLING(max_unpool1d, MaxUnpool1dFuncOptions)
XGRAD_UNPOOLING(max_unpool2d, MaxUnpool2dFuncOptions)
XGRAD_UNPOOLING(max_unpool3d, MaxUnpool3dFuncOptions)

/// The input at the places of a grid (autograd/ops/grid_sample.hpp). Options: mode = "bilinear", padding_mode =
/// "zeros", align_corners = false.
Tensor grid_sample(const Tensor& input, const Tensor& grid, const GridSampleFuncOptions& options = {});
XGRAD_LOOSE_OPTIONS(grid_sample, GridSampleFuncOptions, const Tensor& input XGRAD_COMMA const Tensor& grid, input, grid)
/// The grid of an affine map of an image of `size`, its channels too.
Tensor affine_grid(const Tensor& theta, IntArrayRef size, bool align_corners = false);
template <class Value>
Tensor affine_grid(const Tensor& theta, IntArrayRef size,
                   kwargs::Argument<kwargs::key::align_corners, Value> align_corners) {
  return affine_grid(theta, size, static_cast<bool>(align_corners.value));
}

#undef XGRAD_UNPOOLING
#undef XGRAD_SAMPLING

}  // namespace xgrad::nn::functional
