/// Convolutions in one to three dimensions, and their transposes.
///
/// x is [N, C, spatial...] or [C, spatial...]. Numbers by dimension (stride, padding, ...) are given for each spatial
/// dimension, or once for all. Throws Error in PyTorch's words for shapes that do not fit.
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <string_view>

namespace xgrad {

/// y[n, o, p] = bias[o] + Σ_{c, k} x[n, c, p·stride − padding + k·dilation]·w[o, c, k]
/// w is [O, C / groups, kernel...]; channels o of a group see channels c of that group only.
///     dx = the transposed convolution of g with w,  dw = Σ_{n, p} g[n, o, p]·x[...],  dbias = Σ_{n, p} g[n, o, p]
Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, IntArrayRef stride = 1,
              IntArrayRef padding = 0, IntArrayRef dilation = 1, std::int64_t groups = 1);
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, IntArrayRef stride = 1,
              IntArrayRef padding = 0, IntArrayRef dilation = 1, std::int64_t groups = 1);
Tensor conv3d(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, IntArrayRef stride = 1,
              IntArrayRef padding = 0, IntArrayRef dilation = 1, std::int64_t groups = 1);
/// The same with padding "valid" (none) or "same" (as much as keeps the size, for stride 1 only).
Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias, IntArrayRef stride, std::string_view padding,
              IntArrayRef dilation = 1, std::int64_t groups = 1);
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, IntArrayRef stride, std::string_view padding,
              IntArrayRef dilation = 1, std::int64_t groups = 1);
Tensor conv3d(const Tensor& x, const Tensor& weight, const Tensor& bias, IntArrayRef stride, std::string_view padding,
              IntArrayRef dilation = 1, std::int64_t groups = 1);

/// The transposed convolution: what conv's derivative does to g, as an operation. w is [C, O / groups, kernel...]; the
/// result has (size − 1)·stride − 2·padding + dilation·(kernel − 1) + output_padding + 1 elements a dimension.
Tensor conv_transpose1d(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, IntArrayRef stride = 1,
                        IntArrayRef padding = 0, IntArrayRef output_padding = 0, std::int64_t groups = 1,
                        IntArrayRef dilation = 1);
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, IntArrayRef stride = 1,
                        IntArrayRef padding = 0, IntArrayRef output_padding = 0, std::int64_t groups = 1,
                        IntArrayRef dilation = 1);
Tensor conv_transpose3d(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, IntArrayRef stride = 1,
                        IntArrayRef padding = 0, IntArrayRef output_padding = 0, std::int64_t groups = 1,
                        IntArrayRef dilation = 1);

}  // namespace xgrad
