#include "layers.hpp"

namespace xgrad::test {
namespace {

using namespace kwargs;

[[maybe_unused]] const bool convolution_added = add_layers({
    {"Conv1d", one<nn::Conv1d>({2, 3, 6}, 3, 4, 3)},
    {"Conv1d_same", one<nn::Conv1d>({1, 2, 7}, 2, 2, 4, padding = "same", dilation = 2, bias = false)},
    {"Conv2d", one<nn::Conv2d>({2, 1, 8, 8}, nn::Conv2dOptions(1, 6, 5))},
    {"Conv2d_all",
     one<nn::Conv2d>({2, 4, 6, 5},
                     nn::Conv2dOptions(4, 6, {3, 2}).stride({2, 1}).padding({1, 0}).dilation({1, 2}).groups(2))},
    {"Conv2d_reflect", one<nn::Conv2d>({2, 2, 4, 4}, nn::Conv2dOptions(2, 3, 3).padding(1).padding_mode(kReflect))},
    {"Conv2d_circular", one<nn::Conv2d>({2, 2, 4, 4}, 2, 3, 3, padding = {2, 1}, padding_mode = "circular")},
    {"Conv2d_same", one<nn::Conv2d>({2, 4, 4}, nn::Conv2dOptions(2, 3, 3).padding(kSame))},
    {"Conv2d_depthwise", one<nn::Conv2d>({2, 4, 5, 5}, 4, 4, 3, padding = 1, groups = 4)},
    {"Conv3d", one<nn::Conv3d>({1, 2, 4, 3, 5}, 2, 3, 2, stride = 2, padding = 1)},
    {"ConvTranspose1d", one<nn::ConvTranspose1d>({2, 3, 4}, 3, 2, 3, stride = 2)},
    {"ConvTranspose2d",
     one<nn::ConvTranspose2d>({2, 4, 3, 4}, 4, 6, 3, stride = 2, padding = 1, output_padding = 1, groups = 2)},
    {"ConvTranspose3d", one<nn::ConvTranspose3d>({1, 2, 3, 3, 2}, 2, 3, 2, dilation = 2, bias = false)},
    {"MaxPool1d", one<nn::MaxPool1d>({2, 3, 6}, 2)},
    {"MaxPool2d", one<nn::MaxPool2d>({2, 3, 6, 5}, 3, stride = 2, padding = 1, ceil_mode = true)},
    {"MaxPool2d_pair", one<nn::MaxPool2d>({2, 3, 6, 5}, nn::MaxPool2dOptions({3, 2}).dilation({1, 2}))},
    {"MaxPool3d", one<nn::MaxPool3d>({2, 3, 4, 4, 4}, nn::MaxPool3dOptions(2))},
    {"AvgPool1d", one<nn::AvgPool1d>({2, 3, 7}, 3, stride = 2)},
    {"AvgPool2d", one<nn::AvgPool2d>({2, 3, 6, 5}, 3, stride = 2, padding = 1, count_include_pad = false)},
    {"AvgPool3d", one<nn::AvgPool3d>({2, 3, 4, 4, 4}, nn::AvgPool3dOptions(2).divisor_override(5))},
    {"AdaptiveAvgPool1d", one<nn::AdaptiveAvgPool1d>({2, 3, 7}, 4)},
    {"AdaptiveAvgPool2d", one<nn::AdaptiveAvgPool2d>({2, 3, 7, 6}, nn::AdaptiveAvgPool2dOptions({1, 1}))},
    {"AdaptiveAvgPool2d_none",
     one<nn::AdaptiveAvgPool2d>({2, 3, 7, 6}, nn::AdaptiveAvgPool2dOptions({std::nullopt, 4}))},
    {"AdaptiveAvgPool3d", one<nn::AdaptiveAvgPool3d>({2, 3, 4, 3, 5}, 2)},
    {"AdaptiveMaxPool1d", one<nn::AdaptiveMaxPool1d>({2, 3, 7}, 4)},
    {"AdaptiveMaxPool2d", one<nn::AdaptiveMaxPool2d>({2, 3, 7, 6}, output_size = {3, 2})},
    {"AdaptiveMaxPool3d", one<nn::AdaptiveMaxPool3d>({2, 3, 4, 3, 5}, 2)},
});

}  // namespace
}  // namespace xgrad::test
