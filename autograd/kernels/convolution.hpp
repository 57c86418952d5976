/// Convolutions in one to three dimensions: the sum itself and its two adjoints. All three are linear in each of their
/// two arguments, and each is the derivative of the others.
#pragma once

#include <xgrad/autograd/array/array.hpp>

#include <array>

namespace xgrad::kernels {

using ThreeSizes = std::array<std::int64_t, 3>;

/// How windows lie, by spatial dimension.
struct ConvGeometry {
  ThreeSizes stride{1, 1, 1}, padding{0, 0, 0}, dilation{1, 1, 1};
  std::int64_t groups = 1;
};

/// y[n, o, p] = bias[o] + Σ_{c, k} x[n, c, p·stride − padding + k·dilation]·w[o, c, k]
/// x [N, G·C, ...], w [G·O, C, ...], y [N, G·O, output...]; `bias` may be null. Floating, of one dtype.
Array convolution(const Array& x, const Array& w, const Array* bias, const ConvGeometry& geometry, IntArrayRef output);
/// dx[n, c, i] = Σ of g[n, o, p]·w[o, c, k] over p·stride − padding + k·dilation = i, for x of these spatial sizes,
/// plus bias[c] if there is one: the transposed convolution.
Array convolution_input(const Array& g, const Array& w, const Array* bias, const ConvGeometry& geometry,
                        IntArrayRef input);
/// dw[o, c, k] = Σ_{n, p} g[n, o, p]·x[n, c, p·stride − padding + k·dilation], for w of these spatial sizes.
Array convolution_weight(const Array& g, const Array& x, const ConvGeometry& geometry, IntArrayRef kernel);

}  // namespace xgrad::kernels
