// Convolutions, pools, pads and what samples an image.
#pragma once

#include "functional_table.hpp"

namespace bench {
namespace {

struct Windows {
  Sizes stride, padding, dilation;
  std::int64_t groups = 1;
};

template <class Convolve>
void add_convolution(FunctionTable& t, const std::string& name, Sizes image, Sizes kernel, Convolve f,
                     std::int64_t channels = 0) {
  t.add(
      name, {{image, -1, 1}, {kernel, -0.3f, 0.3f}, {{channels ? channels : kernel[0]}, -1, 1}},
      [f](In x) { return f(x[0], x[1], x[2]); }, 1e-4);
}

void add_convolutions(FunctionTable& t) {
  using d = const Tensor&;
  const Sizes one{1, 1}, two{2, 2}, none{0, 0}, three{3, 3};
  const auto conv2d = [&](const std::string& name, Sizes image, Sizes kernel, Windows w) {
    add_convolution(t, "conv2d " + name, image, kernel,
                    [w](d x, d k, d b) { return lib::conv2d(x, k, b, w.stride, w.padding, w.dilation, w.groups); });
  };
  conv2d("8 x 32 x 28 x 28, 64 of 3 x 3", {8, 32, 28, 28}, {64, 32, 3, 3}, {one, one, one});
  conv2d("8 x 32 x 28 x 28, 64 of 3 x 3, stride 2", {8, 32, 28, 28}, {64, 32, 3, 3}, {two, one, one});
  conv2d("8 x 32 x 28 x 28, 64 of 3 x 3, dilation 2", {8, 32, 28, 28}, {64, 32, 3, 3}, {one, two, two});
  conv2d("8 x 64 x 28 x 28, 64 of 1 x 1", {8, 64, 28, 28}, {64, 64, 1, 1}, {one, none, one});
  conv2d("8 x 64 x 28 x 28, 128 of 1 x 1, stride 2", {8, 64, 28, 28}, {128, 64, 1, 1}, {two, none, one});
  conv2d("8 x 64 x 28 x 28, 64 of 3 x 3, 4 groups", {8, 64, 28, 28}, {64, 16, 3, 3}, {one, one, one, 4});
  conv2d("8 x 64 x 28 x 28, depthwise 3 x 3", {8, 64, 28, 28}, {64, 1, 3, 3}, {one, one, one, 64});
  conv2d("8 x 64 x 28 x 28, depthwise 3 x 3, stride 2", {8, 64, 28, 28}, {64, 1, 3, 3}, {two, one, one, 64});
  conv2d("4 x 3 x 64 x 64, 32 of 7 x 7, stride 2", {4, 3, 64, 64}, {32, 3, 7, 7}, {two, three, one});
  const auto conv1d = [&](const std::string& name, Sizes image, Sizes kernel, Windows w) {
    add_convolution(t, "conv1d " + name, image, kernel,
                    [w](d x, d k, d b) { return lib::conv1d(x, k, b, w.stride, w.padding, w.dilation, w.groups); });
  };
  conv1d("16 x 32 x 256, 64 of 3", {16, 32, 256}, {64, 32, 3}, {{1}, {1}, {1}});
  conv1d("16 x 32 x 256, 64 of 5, stride 2", {16, 32, 256}, {64, 32, 5}, {{2}, {2}, {1}});
  conv1d("16 x 32 x 256, 32 of 3, dilation 4", {16, 32, 256}, {32, 32, 3}, {{1}, {4}, {4}});
  conv1d("16 x 64 x 256, depthwise 7", {16, 64, 256}, {64, 1, 7}, {{1}, {3}, {1}, 64});
  const auto conv3d = [&](const std::string& name, Sizes image, Sizes kernel, Windows w) {
    add_convolution(t, "conv3d " + name, image, kernel,
                    [w](d x, d k, d b) { return lib::conv3d(x, k, b, w.stride, w.padding, w.dilation, w.groups); });
  };
  conv3d("2 x 8 x 16 x 16 x 16, 16 of 3 x 3 x 3", {2, 8, 16, 16, 16}, {16, 8, 3, 3, 3},
         {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}});
  conv3d("2 x 8 x 16 x 16 x 16, 16 of 3 x 3 x 3, stride 2", {2, 8, 16, 16, 16}, {16, 8, 3, 3, 3},
         {{2, 2, 2}, {1, 1, 1}, {1, 1, 1}});
}

void add_transposed_convolutions(FunctionTable& t) {
  using d = const Tensor&;
  add_convolution(
      t, "conv_transpose1d 16 x 32 x 128, 32 of 4, stride 2", {16, 32, 128}, {32, 32, 4},
      [two = Sizes{2}, one = Sizes{1}](d x, d k, d b) { return lib::conv_transpose1d(x, k, b, two, one); }, 32);
  add_convolution(
      t, "conv_transpose2d 8 x 32 x 14 x 14, 32 of 4 x 4, stride 2", {8, 32, 14, 14}, {32, 32, 4, 4},
      [two = Sizes{2, 2}, one = Sizes{1, 1}](d x, d k, d b) { return lib::conv_transpose2d(x, k, b, two, one); }, 32);
  add_convolution(
      t, "conv_transpose2d 8 x 32 x 28 x 28, 16 of 3 x 3", {8, 32, 28, 28}, {32, 16, 3, 3},
      [one = Sizes{1, 1}](d x, d k, d b) { return lib::conv_transpose2d(x, k, b, one, one); }, 16);
  add_convolution(
      t, "conv_transpose3d 2 x 8 x 8 x 8 x 8, 8 of 2 x 2 x 2, stride 2", {2, 8, 8, 8, 8}, {8, 8, 2, 2, 2},
      [two = Sizes{2, 2, 2}](d x, d k, d b) { return lib::conv_transpose3d(x, k, b, two); }, 8);
}

const Sizes kLines{64, 64, 256}, kPictures{16, 64, 32, 32}, kVolumes{4, 16, 16, 32, 32};

void add_pools(FunctionTable& t) {
  using d = const Tensor&;
  const auto plain = [&](const std::string& name, const Sizes& sizes, auto f) {
    t.add(name, {{sizes}}, [f](In x) { return f(x[0]); });
  };
  plain("max_pool1d 2", kLines, [](d x) { return F::max_pool1d(x, F::MaxPool1dFuncOptions(2)); });
  plain("max_pool2d 2", kPictures, [](d x) { return F::max_pool2d(x, F::MaxPool2dFuncOptions(2)); });
  plain("max_pool2d 3, stride 2, padding 1", kPictures,
        [](d x) { return F::max_pool2d(x, F::MaxPool2dFuncOptions(3).stride(2).padding(1)); });
  plain("max_pool3d 2", kVolumes, [](d x) { return F::max_pool3d(x, F::MaxPool3dFuncOptions(2)); });
  plain("avg_pool1d 2", kLines, [](d x) { return F::avg_pool1d(x, F::AvgPool1dFuncOptions(2)); });
  plain("avg_pool2d 2", kPictures, [](d x) { return F::avg_pool2d(x, F::AvgPool2dFuncOptions(2)); });
  plain("avg_pool2d 3, stride 1, padding 1", kPictures,
        [](d x) { return F::avg_pool2d(x, F::AvgPool2dFuncOptions(3).stride(1).padding(1)); });
  plain("avg_pool3d 2", kVolumes, [](d x) { return F::avg_pool3d(x, F::AvgPool3dFuncOptions(2)); });
  plain("adaptive_avg_pool1d 1", kLines,
        [](d x) { return F::adaptive_avg_pool1d(x, F::AdaptiveAvgPool1dFuncOptions(1)); });
  plain("adaptive_avg_pool2d 1", kPictures,
        [](d x) { return F::adaptive_avg_pool2d(x, F::AdaptiveAvgPool2dFuncOptions(1)); });
  plain("adaptive_avg_pool2d 7", kPictures,
        [](d x) { return F::adaptive_avg_pool2d(x, F::AdaptiveAvgPool2dFuncOptions(7)); });
  plain("adaptive_avg_pool3d 1", kVolumes,
        [](d x) { return F::adaptive_avg_pool3d(x, F::AdaptiveAvgPool3dFuncOptions(1)); });
  plain("adaptive_max_pool1d 8", kLines,
        [](d x) { return F::adaptive_max_pool1d(x, F::AdaptiveMaxPool1dFuncOptions(8)); });
  plain("adaptive_max_pool2d 1", kPictures,
        [](d x) { return F::adaptive_max_pool2d(x, F::AdaptiveMaxPool2dFuncOptions(1)); });
  plain("adaptive_max_pool2d 7", kPictures,
        [](d x) { return F::adaptive_max_pool2d(x, F::AdaptiveMaxPool2dFuncOptions(7)); });
  t.add("lp_pool1d 2", {{kLines, 0, 1}}, [](In x) { return F::lp_pool1d(x[0], F::LPPool1dFuncOptions(3, 2)); });
  t.add("lp_pool2d 2", {{kPictures, 0, 1}}, [](In x) { return F::lp_pool2d(x[0], F::LPPool2dFuncOptions(2, 2)); });
  plain("fractional_max_pool2d", kPictures,
        [](d x) { return F::fractional_max_pool2d(x, F::FractionalMaxPool2dFuncOptions(2).output_size(20)); });
  t.add_made("max_unpool2d 2", {{{16, 64, 16, 16}}}, [] {
    const auto places = std::get<1>(F::max_pool2d_with_indices(numbers(kPictures, 5), F::MaxPool2dFuncOptions(2)));
    return [places](In x) { return F::max_unpool2d(x[0], places, F::MaxUnpool2dFuncOptions(2)); };
  });
}

void add_pads(FunctionTable& t) {
  const auto pad = [&](const std::string& name, const Sizes& sizes, const Sizes& sides, auto mode) {
    t.add("pad " + name, {{sizes}}, [=](In x) { return F::pad(x[0], F::PadFuncOptions(sides).mode(mode)); });
  };
  pad("constant", kPictures, {1, 1, 1, 1}, lib::kConstant);
  pad("constant of lines", kLines, {2, 2}, lib::kConstant);
  pad("constant, cropping", kPictures, {-1, -1, -1, -1}, lib::kConstant);
  pad("reflect", kPictures, {1, 1, 1, 1}, lib::kReflect);
  pad("reflect of lines", kLines, {2, 2}, lib::kReflect);
  pad("replicate", kPictures, {1, 1, 1, 1}, lib::kReplicate);
  pad("replicate of volumes", kVolumes, {1, 1, 1, 1, 1, 1}, lib::kReplicate);
  pad("circular", kPictures, {1, 1, 1, 1}, lib::kCircular);
}

void add_resampling(FunctionTable& t) {
  const auto twice = [&](const std::string& name, const Sizes& sizes, auto mode, bool takes_corners) {
    const std::vector<double> factors(sizes.size() - 2, 2.);
    t.add("interpolate " + name, {{sizes}}, [=](In x) {
      auto how = F::InterpolateFuncOptions().scale_factor(factors).mode(mode);
      if (takes_corners) how = how.align_corners(false);
      return F::interpolate(x[0], how);
    });
  };
  twice("nearest 1d", {64, 64, 128}, lib::kNearest, false);
  twice("nearest 2d", {16, 64, 16, 16}, lib::kNearest, false);
  twice("nearest 3d", {4, 16, 8, 16, 16}, lib::kNearest, false);
  t.add("interpolate linear", {{{64, 64, 128}}}, [](In x) { return lib::upsample_linear1d(x[0], {256}, false); });
  twice("bilinear", {16, 64, 16, 16}, lib::kBilinear, true);
  twice("bicubic", {16, 64, 16, 16}, lib::kBicubic, true);
  twice("trilinear", {4, 16, 8, 16, 16}, lib::kTrilinear, true);
  const auto grid = [&](const std::string& name, const Sizes& image, const Sizes& places, auto mode, auto padding) {
    t.add(
        "grid_sample " + name, {{image, -1, 1}, {places, -1.1f, 1.1f}},
        [=](In x) {
          return F::grid_sample(x[0], x[1],
                                F::GridSampleFuncOptions().mode(mode).padding_mode(padding).align_corners(false));
        },
        1e-4);
  };
  const Sizes image{8, 16, 32, 32}, places{8, 32, 32, 2};
  grid("bilinear", image, places, lib::kBilinear, lib::kZeros);
  grid("bilinear, border", image, places, lib::kBilinear, lib::kBorder);
  grid("bilinear, reflection", image, places, lib::kBilinear, lib::kReflection);
  grid("bilinear, 3 channels", {8, 3, 64, 64}, {8, 64, 64, 2}, lib::kBilinear, lib::kZeros);
  grid("nearest", image, places, lib::kNearest, lib::kZeros);
  t.add(
      "grid_sample bicubic", {{image, -1, 1}, {places, -1.1f, 1.1f}},
      [](In x) { return lib::grid_sampler(x[0], x[1], 2, 0, false); }, 1e-4);
  grid("of volumes", {2, 8, 16, 16, 16}, {2, 16, 16, 16, 3}, lib::kBilinear, lib::kZeros);
  t.add(
      "affine_grid", {{{16, 2, 3}}},
      [](In x) {
        return F::affine_grid(x[0], {16, 3, 64, 64}, false);
      },
      1e-4);
  t.add("pixel_shuffle", {{{16, 64, 16, 16}}},
        [](In x) { return F::pixel_shuffle(x[0], F::PixelShuffleFuncOptions(2)); });
  t.add("pixel_unshuffle", {{{16, 16, 32, 32}}},
        [](In x) { return F::pixel_unshuffle(x[0], F::PixelUnshuffleFuncOptions(2)); });
  t.forward_row("channel_shuffle", {{kPictures}}, [] {  // libtorch has no derivative
    return [](In x) {
      using namespace F;  // where xgrad has it; libtorch's is found beside Tensor
      return channel_shuffle(x[0], 4);
    };
  });
  t.add("unfold 3", {{{8, 16, 32, 32}}}, [](In x) { return F::unfold(x[0], F::UnfoldFuncOptions({3, 3}).padding(1)); });
  t.add("fold 3", {{{8, 16 * 9, 32 * 32}}}, [](In x) {
    return F::fold(x[0], F::FoldFuncOptions({32, 32}, {3, 3}).padding(1));
  });
}

}  // namespace
}  // namespace bench
