#include <xgrad/nn/functional/convolution.hpp>

namespace xgrad::nn {

std::string checked_padding_mode(std::string mode) {
  check<ValueError>(mode == "zeros" || mode == "reflect" || mode == "replicate" || mode == "circular",
                    "padding_mode must be one of {{'zeros', 'reflect', 'replicate', 'circular'}}, but got "
                    "padding_mode='{}'",
                    mode);
  return mode;
}

namespace functional {

#define XGRAD_CONVOLUTION(N)                                                                                        \
  Tensor conv##N##d(const Tensor& input, const Tensor& weight, const Conv##N##dFuncOptions& o) {                    \
    if (const std::string* word = o.padding().word()) {                                                             \
      return xgrad::conv##N##d(input, weight, o.bias(), o.stride(), std::string_view(*word), o.dilation(),          \
                               o.groups());                                                                         \
    }                                                                                                               \
    return xgrad::conv##N##d(input, weight, o.bias(), o.stride(), IntArrayRef(o.padding().numbers()), o.dilation(), \
                             o.groups());                                                                           \
  }                                                                                                                 \
  Tensor conv_transpose##N##d(const Tensor& input, const Tensor& weight, const ConvTranspose##N##dFuncOptions& o) { \
    return xgrad::conv_transpose##N##d(input, weight, o.bias(), o.stride(), o.padding(), o.output_padding(),        \
                                       o.groups(), o.dilation());                                                   \
  }

XGRAD_CONVOLUTION(1)
XGRAD_CONVOLUTION(2)
XGRAD_CONVOLUTION(3)

#undef XGRAD_CONVOLUTION

}  // namespace functional
}  // namespace xgrad::nn
