/// Images read at places that a grid names, and grids of affine maps.
#pragma once

#include <xgrad/autograd/tensor.hpp>

namespace xgrad {

/// x [N, C, H, W] at the places of grid [N, h, w, 2]: (x, y) from −1 to 1, with align_corners between the middles of
/// the corner elements, else between the image's edges. `interpolation_mode`: 0 between the four neighbours, 1 the
/// nearest, 2 a cubic through four in each dimension. `padding_mode` beyond the image: 0 zeros, 1 its border, 2
/// reflection.
Tensor grid_sampler_2d(const Tensor& x, const Tensor& grid, std::int64_t interpolation_mode, std::int64_t padding_mode,
                       bool align_corners);
/// The same for x [N, C, D, H, W] and grid [N, d, h, w, 3]; no cubic.
Tensor grid_sampler_3d(const Tensor& x, const Tensor& grid, std::int64_t interpolation_mode, std::int64_t padding_mode,
                       bool align_corners);
/// Whichever of the two fits.
Tensor grid_sampler(const Tensor& x, const Tensor& grid, std::int64_t interpolation_mode, std::int64_t padding_mode,
                    bool align_corners);
/// The places of an image of `size` [N, C, H, W] (or [N, C, D, H, W]) under the maps theta [N, 2, 3] (or [N, 3, 4]),
/// for grid_sampler.
Tensor affine_grid_generator(const Tensor& theta, IntArrayRef size, bool align_corners);

}  // namespace xgrad
