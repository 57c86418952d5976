/// Padding and upsampling: each element of the result is a weighted sum of a few of x's along a dimension. Floating x
/// only.
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <string_view>

namespace xgrad {

/// x with pad = {left, right} more elements of `value` before and after the last dimension, {left, right, top, bottom}
/// for two, and so on. Negative numbers cut.
Tensor constant_pad_nd(const Tensor& x, IntArrayRef pad, Scalar value = 0);
/// The same by mode: "constant", or from the elements themselves: "reflect" (at the border, which is not repeated),
/// "replicate" (the border), "circular" (the other end). Those take 1 to 3 last dimensions, before which there are a
/// channel and perhaps a batch.
Tensor pad(const Tensor& x, IntArrayRef pad, std::string_view mode = "constant", std::optional<double> value = {});

/// x's last dimensions resized to `output_size`: y[i] = x[⌊i·scale⌋]. scale is the sizes' ratio, or 1 / scales.
Tensor upsample_nearest1d(const Tensor& x, IntArrayRef output_size, std::optional<double> scales = {});
Tensor upsample_nearest2d(const Tensor& x, IntArrayRef output_size, std::optional<double> scales_h = {},
                          std::optional<double> scales_w = {});
Tensor upsample_nearest3d(const Tensor& x, IntArrayRef output_size, std::optional<double> scales_d = {},
                          std::optional<double> scales_h = {}, std::optional<double> scales_w = {});
/// The same from the middle of each place: y[i] = x[⌊(i + ½)·scale⌋].
Tensor _upsample_nearest_exact1d(const Tensor& x, IntArrayRef output_size, std::optional<double> scales = {});
Tensor _upsample_nearest_exact2d(const Tensor& x, IntArrayRef output_size, std::optional<double> scales_h = {},
                                 std::optional<double> scales_w = {});
Tensor _upsample_nearest_exact3d(const Tensor& x, IntArrayRef output_size, std::optional<double> scales_d = {},
                                 std::optional<double> scales_h = {}, std::optional<double> scales_w = {});
/// Between neighbours on a line: with align_corners the corners keep their values, otherwise elements are areas.
Tensor upsample_linear1d(const Tensor& x, IntArrayRef output_size, bool align_corners,
                         std::optional<double> scales = {});
Tensor upsample_bilinear2d(const Tensor& x, IntArrayRef output_size, bool align_corners,
                           std::optional<double> scales_h = {}, std::optional<double> scales_w = {});
Tensor upsample_trilinear3d(const Tensor& x, IntArrayRef output_size, bool align_corners,
                            std::optional<double> scales_d = {}, std::optional<double> scales_h = {},
                            std::optional<double> scales_w = {});

/// Through four neighbours in each dimension, by the cubic of a = −3/4; results may leave the range of x.
Tensor upsample_bicubic2d(const Tensor& x, IntArrayRef output_size, bool align_corners,
                          std::optional<double> scales_h = {}, std::optional<double> scales_w = {});

/// Without aliases: where the result is smaller, each of its elements is a mean of all those of x that it covers,
/// weighted by a triangle, or by the cubic of a = −1/2.
Tensor _upsample_bilinear2d_aa(const Tensor& x, IntArrayRef output_size, bool align_corners,
                               std::optional<double> scales_h = {}, std::optional<double> scales_w = {});
Tensor _upsample_bicubic2d_aa(const Tensor& x, IntArrayRef output_size, bool align_corners,
                              std::optional<double> scales_h = {}, std::optional<double> scales_w = {});

}  // namespace xgrad
