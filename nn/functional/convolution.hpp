/// Convolutions as functions: options are bias, stride, padding (numbers, "same" or "valid"), dilation, groups, and for
/// the transposed ones output_padding. The formulas stand in autograd/ops/convolution.hpp.
#pragma once

#include <xgrad/autograd/ops/convolution.hpp>
#include <xgrad/nn/options/convolution.hpp>

namespace xgrad::nn::functional {

#define XGRAD_CONVOLUTION(NAME, OPTIONS)                                               \
  Tensor NAME(const Tensor& input, const Tensor& weight, const OPTIONS& options = {}); \
  XGRAD_LOOSE_OPTIONS(NAME, OPTIONS, const Tensor& input XGRAD_COMMA const Tensor& weight, input, weight)

XGRAD_CONVOLUTION(conv1d, Conv1dFuncOptions)
XGRAD_CONVOLUTION(conv2d, Conv2dFuncOptions)
XGRAD_CONVOLUTION(conv3d, Conv3dFuncOptions)
XGRAD_CONVOLUTION(conv_transpose1d, ConvTranspose1dFuncOptions)
XGRAD_CONVOLUTION(conv_transpose2d, ConvTranspose2dFuncOptions)
XGRAD_CONVOLUTION(conv_transpose3d, ConvTranspose3dFuncOptions)

#undef XGRAD_CONVOLUTION

}  // namespace xgrad::nn::functional
