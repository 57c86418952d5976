/// Padding, resizing and rearranging as functions.
#pragma once

#include <xgrad/autograd/ops/resampling.hpp>
#include <xgrad/nn/options/padding.hpp>

namespace xgrad::nn::functional {

/// Options: pad (before and after each dimension, the last first), kw::mode = "constant" ("reflect", "replicate",
/// "circular"), value = 0.
Tensor pad(const Tensor& input, const PadFuncOptions& options);
/// x [N, C, spatial...] resized. Options: size or scale_factor, kw::mode = "nearest" ("linear", "bilinear",
/// "trilinear"), align_corners. Throws ValueError for both or neither of the first two.
Tensor interpolate(const Tensor& input, const InterpolateFuncOptions& options);
/// [..., C·r², H, W] to [..., C, H·r, W·r].
Tensor pixel_shuffle(const Tensor& input, const PixelShuffleFuncOptions& options);
/// [..., C, H·r, W·r] to [..., C·r², H, W].
Tensor pixel_unshuffle(const Tensor& input, const PixelUnshuffleFuncOptions& options);

}  // namespace xgrad::nn::functional
