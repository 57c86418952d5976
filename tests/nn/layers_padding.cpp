#include "layers.hpp"

namespace xgrad::test {
namespace {

using Factors = std::vector<double>;
using Sizes = std::vector<std::int64_t>;

[[maybe_unused]] const bool padding_added = add_layers({
    {"ReflectionPad1d", one<nn::ReflectionPad1d>({2, 3, 4}, nn::ReflectionPad1dOptions({1, 2}))},
    {"ReflectionPad2d", one<nn::ReflectionPad2d>({2, 3, 4, 3}, 1)},
    {"ReplicationPad2d", one<nn::ReplicationPad2d>({2, 3, 4, 3}, nn::ReplicationPad2dOptions({1, 0, 2, 1}))},
    {"ReplicationPad3d", one<nn::ReplicationPad3d>({1, 2, 3, 2, 2}, 1)},
    {"ZeroPad2d", one<nn::ZeroPad2d>({2, 3, 3}, nn::ZeroPad2dOptions({1, 2, 0, 1}))},
    {"ConstantPad1d", one<nn::ConstantPad1d>({2, 3}, 2, 3.5)},
    {"ConstantPad2d", one<nn::ConstantPad2d>({2, 3, 3}, nn::ConstantPad2dOptions({1, 0, -1, 1}, 1.5))},
    {"Upsample", one<nn::Upsample>({1, 2, 3, 2}, nn::UpsampleOptions().scale_factor(Factors{2}))},
    {"Upsample_linear",
     one<nn::Upsample>({1, 2, 3}, nn::UpsampleOptions().size(Sizes{5}).mode("linear").align_corners(true))},
    {"Upsample_bilinear",
     one<nn::Upsample>({1, 2, 3, 4}, nn::UpsampleOptions().scale_factor(Factors{2, 1.5}).mode(kBilinear))},
    {"Upsample_trilinear",
     one<nn::Upsample>({1, 1, 2, 3, 2}, nn::UpsampleOptions().size(Sizes{3, 4, 3}).mode(kTrilinear))},
    {"PixelShuffle", one<nn::PixelShuffle>({2, 8, 2, 3}, 2)},
    {"PixelUnshuffle", one<nn::PixelUnshuffle>({2, 2, 4, 6}, 2)},
    {"Unflatten", one<nn::Unflatten>({2, 6}, 1, Sizes{2, 3})},
});

}  // namespace
}  // namespace xgrad::test
