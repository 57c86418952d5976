#include "layers.hpp"

namespace xgrad::test {
namespace {

using namespace kwargs;

[[maybe_unused]] const bool normalization_added = add_layers({
    {"BatchNorm1d", one<nn::BatchNorm1d>({4, 3}, 3)},
    {"BatchNorm1d_3", one<nn::BatchNorm1d>({4, 3, 5}, nn::BatchNorm1dOptions(3).momentum(std::nullopt))},
    {"BatchNorm2d", one<nn::BatchNorm2d>({2, 3, 4, 5}, 3, eps = 1e-3, momentum = 0.3)},
    {"BatchNorm2d_plain",
     one<nn::BatchNorm2d>({2, 3, 4, 5}, nn::BatchNorm2dOptions(3).affine(false).track_running_stats(false))},
    {"BatchNorm3d", one<nn::BatchNorm3d>({2, 2, 3, 2, 3}, 2)},
    {"InstanceNorm1d", one<nn::InstanceNorm1d>({2, 3, 5}, 3)},
    {"InstanceNorm2d", one<nn::InstanceNorm2d>({2, 3, 4, 5}, 3, affine = true, track_running_stats = true)},
    {"InstanceNorm2d_unbatched", one<nn::InstanceNorm2d>({3, 4, 5}, 3)},
    {"InstanceNorm3d", one<nn::InstanceNorm3d>({2, 2, 3, 2, 3}, nn::InstanceNorm3dOptions(2).affine(true))},
    {"LayerNorm", one<nn::LayerNorm>({2, 3, 4}, 4)},
    {"LayerNorm_two", one<nn::LayerNorm>({2, 3, 4}, nn::LayerNormOptions({3, 4}).eps(1e-3))},
    {"LayerNorm_plain", one<nn::LayerNorm>({2, 4}, 4, elementwise_affine = false)},
    {"GroupNorm", one<nn::GroupNorm>({2, 4, 3, 3}, 2, 4)},
    {"GroupNorm_plain", one<nn::GroupNorm>({2, 4, 6}, nn::GroupNormOptions(4, 4).affine(false))},
    {"LocalResponseNorm", one<nn::LocalResponseNorm>({2, 5, 3, 4}, 2)},
    {"LocalResponseNorm_three",
     one<nn::LocalResponseNorm>({2, 5, 3}, nn::LocalResponseNormOptions(3).alpha(0.5).beta(1.0).k(2.0))},
});

}  // namespace
}  // namespace xgrad::test
