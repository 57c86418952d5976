/// Images read at any places, between their elements.
#pragma once

#include <xgrad/autograd/array/array.hpp>

#include <utility>

namespace xgrad::kernels {

// In PyTorch's order, which is that of its numbers.
enum class Interpolation { Bilinear, Nearest, Bicubic };
enum class Border { Zeros, Border, Reflection };

struct GridSampling {
  Interpolation interpolation;
  Border border;
  bool align_corners;
};

/// x [N, C, size...] at grid [N, places..., dims], whose last dimension says where, from −1 to 1, the last coordinate
/// first: [N, C, places...]. One to three dimensions of one floating dtype.
Array grid_sample(const Array& x, const Array& grid, const GridSampling& how);
/// The gradients of x and grid; either is left out unless it is wanted.
std::pair<Array, Array> grid_sample_backward(const Array& g, const Array& x, const Array& grid, const GridSampling& how,
                                             bool want_x, bool want_grid);

}  // namespace xgrad::kernels
