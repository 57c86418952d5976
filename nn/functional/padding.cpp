#include <xgrad/autograd/ops/pooling.hpp>
#include <xgrad/nn/functional/padding.hpp>

#include <cmath>

namespace xgrad::nn::functional {

Tensor pad(const Tensor& input, const PadFuncOptions& options) {
  const bool constant = options.mode() == "constant";
  return xgrad::pad(input, options.pad(), options.mode(),
                    constant ? std::optional<double>(options.value()) : std::nullopt);
}

namespace {

/// The number for dimension i of a list that may have one for all.
template <class T>
T entry(const std::vector<T>& list, std::size_t i, std::size_t dims) {
  check<ValueError>(list.size() == dims || list.size() == 1,
                    "Input and output must have the same number of spatial dimensions, but got input with spatial "
                    "dimensions of {} and output size of {} entries",
                    dims, list.size());
  return list[list.size() == 1 ? 0 : i];
}

}  // namespace

Tensor interpolate(const Tensor& input, const InterpolateFuncOptions& o) {
  check<ValueError>(o.size() || o.scale_factor(), "either size or scale_factor should be defined");
  check<ValueError>(!o.size() || !o.scale_factor(), "only one of size or scale_factor should be defined");
  check<NotImplementedError>(input.dim() >= 3 && input.dim() <= 5,
                             "Input Error: Only 3D, 4D and 5D input Tensors supported (got {}D) for the modes: nearest "
                             "| linear | bilinear | bicubic | trilinear (got {})",
                             input.dim(), o.mode());
  const auto dims = static_cast<std::size_t>(input.dim() - 2);
  Dims sizes;
  std::array<std::optional<double>, 3> scales;
  for (std::size_t i = 0; i < dims; ++i) {
    if (o.scale_factor()) scales[i] = entry(*o.scale_factor(), i, dims);
    sizes.push_back(o.size() ? entry(*o.size(), i, dims)
                             : static_cast<std::int64_t>(std::floor(
                                   static_cast<double>(input.size(static_cast<std::int64_t>(i) + 2)) * *scales[i])));
  }
  if (o.recompute_scale_factor().value_or(false)) {
    check<ValueError>(!o.size(), "recompute_scale_factor is not meaningful with an explicit size.");
    scales = {};
  }
  const bool area = o.mode() == "area";
  if (area || o.mode() == "nearest") {
    check<ValueError>(!o.align_corners(),
                      "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic "
                      "| trilinear");
    if (area && dims == 1) return xgrad::adaptive_avg_pool1d(input, sizes);
    if (area && dims == 2) return xgrad::adaptive_avg_pool2d(input, sizes);
    if (area) return xgrad::adaptive_avg_pool3d(input, sizes);
    if (dims == 1) return upsample_nearest1d(input, sizes, scales[0]);
    if (dims == 2) return upsample_nearest2d(input, sizes, scales[0], scales[1]);
    return upsample_nearest3d(input, sizes, scales[0], scales[1], scales[2]);
  }
  if (o.mode() == "bicubic" && dims == 2) {
    return upsample_bicubic2d(input, sizes, o.align_corners().value_or(false), scales[0], scales[1]);
  }
  constexpr const char* kModes[] = {"linear", "bilinear", "trilinear"};
  check<NotImplementedError>(o.mode() == kModes[dims - 1],
                             "Got {}D input, but {} mode needs another number of "
                             "dimensions, or is not there",
                             input.dim(), o.mode());
  const bool align = o.align_corners().value_or(false);
  if (dims == 1) return upsample_linear1d(input, sizes, align, scales[0]);
  if (dims == 2) return upsample_bilinear2d(input, sizes, align, scales[0], scales[1]);
  return upsample_trilinear3d(input, sizes, align, scales[0], scales[1], scales[2]);
}

Tensor pixel_shuffle(const Tensor& input, const PixelShuffleFuncOptions& options) {
  const std::int64_t r = options.upscale_factor(), n = input.dim();
  check(n >= 3, "pixel_shuffle expects input to have at least 3 dimensions, but got input with {} dimension(s)", n);
  check(r > 0, "pixel_shuffle expects a positive upscale_factor, but got {}", r);
  const std::int64_t channels = input.size(-3), height = input.size(-2), width = input.size(-1);
  check(channels % (r * r) == 0,
        "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but "
        "input.size(-3)={} is not divisible by {}",
        channels, r * r);
  Dims result({input.sizes().data(), input.sizes().size() - 3});
  for (const std::int64_t s : {channels / (r * r), height * r, width * r}) result.push_back(s);
  return input.reshape({-1, channels / (r * r), r, r, height, width}).permute({0, 1, 4, 2, 5, 3}).reshape(result);
}

Tensor pixel_unshuffle(const Tensor& input, const PixelUnshuffleFuncOptions& options) {
  const std::int64_t r = options.downscale_factor(), n = input.dim();
  check(n >= 3, "pixel_unshuffle expects input to have at least 3 dimensions, but got input with {} dimension(s)", n);
  check(r > 0, "pixel_unshuffle expects a positive downscale_factor, but got {}", r);
  const std::int64_t channels = input.size(-3), height = input.size(-2), width = input.size(-1);
  check(height % r == 0,
        "pixel_unshuffle expects height to be divisible by downscale_factor, but input.size(-2)={} is not divisible by "
        "{}",
        height, r);
  check(
      width % r == 0,
      "pixel_unshuffle expects width to be divisible by downscale_factor, but input.size(-1)={} is not divisible by {}",
      width, r);
  Dims result({input.sizes().data(), input.sizes().size() - 3});
  for (const std::int64_t s : {channels * r * r, height / r, width / r}) result.push_back(s);
  return input.reshape({-1, channels, height / r, r, width / r, r}).permute({0, 1, 3, 5, 2, 4}).reshape(result);
}

}  // namespace xgrad::nn::functional
