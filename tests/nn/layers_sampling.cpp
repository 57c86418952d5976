#include "layers.hpp"

namespace xgrad::test {
namespace {

using namespace kwargs;
using Factors = std::vector<double>;

/// The script's integers.
Tensor integers(const Shape& shape, std::int64_t high) {
  return (arange(count_elements(shape), kInt64) * 7 % 11 % high).view(shape);
}

template <class H>
MakeLayer unpooled(Shape shape, Tensor indices, auto... args) {
  return [=] {
    const H holder(args...);
    return Layer{holder.ptr(), {shape, indices}, [holder](const std::vector<Tensor>& x) {
                   return as_list(holder->forward(x.at(0), x.at(1)));
                 }};
  };
}

[[maybe_unused]] const bool sampling_added = add_layers({
    {"EmbeddingBag", several<1, nn::EmbeddingBag>({integers({2, 3}, 5)}, 5, 4)},
    {"EmbeddingBag_sum", several<3, nn::EmbeddingBag>({integers({7}, 5), tensor({0, 2, 2, 5}, kInt64), Shape{7}}, 5, 4,
                                                      kw::mode = "sum", padding_idx = -4)},
    {"EmbeddingBag_max",
     several<2, nn::EmbeddingBag>({integers({7}, 5), tensor({0, 2, 2, 7}, kInt64)},
                                  nn::EmbeddingBagOptions(5, 4).mode("max").max_norm(1.0).include_last_offset(true))},
    {"Bilinear", several<2, nn::Bilinear>({Shape{2, 3}, Shape{2, 2}}, 3, 2, 4)},
    {"Bilinear_plain",
     several<2, nn::Bilinear>({Shape{2, 2, 3}, Shape{2, 2, 2}}, nn::BilinearOptions(3, 2, 4).bias(false))},
    {"Unfold", one<nn::Unfold>({2, 2, 5, 6}, nn::UnfoldOptions({2, 3}).dilation(2).padding(1).stride({2, 1}))},
    {"Fold", one<nn::Fold>({2, 8, 6}, nn::FoldOptions({4, 5}, 2).stride({1, 3}))},
    {"LPPool1d", one<nn::LPPool1d>({2, 3, 7}, 2, 3, stride = 2)},
    {"LPPool2d", one<nn::LPPool2d>({2, 3, 6, 5}, nn::LPPool2dOptions(2, {3, 2}).ceil_mode(true))},
    {"MaxUnpool1d", unpooled<nn::MaxUnpool1d>({1, 2, 3}, tensor({{{0, 3, 4}, {1, 2, 5}}}, kInt64), 2)},
    {"MaxUnpool2d", unpooled<nn::MaxUnpool2d>({1, 1, 2, 2}, tensor({0, 3, 9, 10}, kInt64).view({1, 1, 2, 2}),
                                              nn::MaxUnpool2dOptions({3, 2}).stride(2).padding({1, 0}))},
    {"MaxUnpool3d", unpooled<nn::MaxUnpool3d>({1, 1, 1, 2, 1}, tensor({5, 2}, kInt64).view({1, 1, 1, 2, 1}), 2)},
    {"FractionalMaxPool2d",
     one<nn::FractionalMaxPool2d>({2, 3, 8, 9}, nn::FractionalMaxPool2dOptions({2, 3}).output_size({{3, 4}}))},
    {"FractionalMaxPool2d_ratio",
     one<nn::FractionalMaxPool2d>({3, 8, 9}, nn::FractionalMaxPool2dOptions(2).output_ratio(Factors{0.5, 0.6}))},
    {"FractionalMaxPool3d",
     one<nn::FractionalMaxPool3d>({1, 2, 4, 5, 4}, nn::FractionalMaxPool3dOptions(2).output_size({{2, 3, 2}}))},
    {"Dropout1d", one<nn::Dropout1d>({3, 4, 5}, 0.4)},
    {"Dropout2d", one<nn::Dropout2d>({3, 4, 2, 2}, 0.3, inplace = true)},
    {"Dropout3d", one<nn::Dropout3d>({3, 4, 2, 1, 2})},
    {"AlphaDropout", one<nn::AlphaDropout>({4, 5}, 0.3)},
    {"FeatureAlphaDropout", one<nn::FeatureAlphaDropout>({3, 4, 2, 2})},
    {"Upsample_bicubic",
     one<nn::Upsample>({1, 2, 3, 4}, nn::UpsampleOptions().scale_factor(Factors{2, 1.5}).mode("bicubic"))},
});

}  // namespace
}  // namespace xgrad::test
