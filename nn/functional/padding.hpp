/// Padding, resizing and rearranging as functions.
#pragma once

#include <xgrad/autograd/ops/resampling.hpp>
#include <xgrad/nn/options/padding.hpp>

namespace xgrad::nn::functional {

#define XGRAD_RESHAPED(NAME, OPTIONS)                       \
  Tensor NAME(const Tensor& input, const OPTIONS& options); \
  XGRAD_LOOSE_OPTIONS(NAME, OPTIONS, const Tensor& input, input)

/// Options: pad (before and after each dimension, the last first), kw::mode = "constant" ("reflect", "replicate",
/// "circular"), value = 0.
///
///     F::pad(x, {1, 1, 2, 2}, "reflect");
XGRAD_RESHAPED(pad, PadFuncOptions)
XGRAD_BRACED_OPTIONS(Tensor, pad, PadFuncOptions, const Tensor& input, input)
/// x [N, C, spatial...] resized. Options: kw::size or scale_factor, kw::mode = "nearest" ("nearest-exact",
/// "area", "linear", "bilinear", "bicubic", "trilinear"), align_corners, recompute_scale_factor, antialias. Throws
/// ValueError for both or neither of the first two.
///
///     F::interpolate(x, scale_factor = 0.5, kw::mode = "bilinear", antialias = true);
XGRAD_RESHAPED(interpolate, InterpolateFuncOptions)
XGRAD_BRACED_OPTIONS(Tensor, interpolate, InterpolateFuncOptions, const Tensor& input, input)
/// [..., C·r², H, W] to [..., C, H·r, W·r].
XGRAD_RESHAPED(pixel_shuffle, PixelShuffleFuncOptions)
/// [..., C, H·r, W·r] to [..., C·r², H, W].
XGRAD_RESHAPED(pixel_unshuffle, PixelUnshuffleFuncOptions)
/// Channels of [N, C, ...] as [groups, C / groups] transposed.
Tensor channel_shuffle(const Tensor& input, std::int64_t groups);
#undef XGRAD_RESHAPED

}  // namespace xgrad::nn::functional
