#include <xgrad/autograd/ops/pooling.hpp>
#include <xgrad/nn/functional/padding.hpp>
#include <xgrad/nn/modules/repr.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace xgrad::nn::functional {

Tensor pad(const Tensor& input, const PadFuncOptions& options) {
  const bool constant = options.mode() == "constant";
  check(constant || options.value() == 0, "Padding mode \"{}\" doesn't take in value argument", options.mode());
  return xgrad::pad(input, options.pad(), options.mode(),
                    constant ? std::optional<double>(options.value()) : std::nullopt);
}

namespace {

std::string in_brackets(const std::vector<std::int64_t>& sizes) { return to_string(IntArrayRef(sizes)); }
std::string in_brackets(const std::vector<double>& factors) {
  std::string text = "shape [";
  for (std::size_t i = 0; i < factors.size(); ++i) text += (i ? ", " : "") + detail::python(factors[i]);
  return text + "]";
}

/// One number for each spatial dimension; a list may have one for all.
template <class T>
std::vector<T> each(const std::vector<T>& list, const char* name, const char* of, char unit, const Tensor& input) {
  const auto dims = static_cast<std::size_t>(input.dim() - 2);
  check<ValueError>(list.size() == dims || list.size() == 1,
                    "Input and {0} must have the same number of spatial dimensions, but got input with spatial "
                    "dimensions of {1} and {2} of {3}. Please provide input tensor in (N, C, d1, d2, ...,dK) format "
                    "and {2} in ({4}1, {4}2, ...,{4}K) format.",
                    name, IntArrayRef(input.sizes().data() + 2, dims), of, in_brackets(list), unit);
  return list.size() == 1 ? std::vector<T>(dims, list[0]) : list;
}

using Scales = std::array<std::optional<double>, 3>;

/// A mode of resizing, and what does it in 1, 2 and 3 dimensions; null where nothing does.
struct Mode {
  std::string_view name;
  std::array<Tensor (*)(const Tensor& x, IntArrayRef size, bool align, const Scales& s), 3> in_dims;
};

#define XGRAD_RESIZE(...)                                                                                \
  [](const Tensor& x, IntArrayRef size, [[maybe_unused]] bool align, [[maybe_unused]] const Scales& s) { \
    return __VA_ARGS__;                                                                                  \
  }
constexpr Mode kModes[] = {
    {"nearest",
     {XGRAD_RESIZE(upsample_nearest1d(x, size, s[0])), XGRAD_RESIZE(upsample_nearest2d(x, size, s[0], s[1])),
      XGRAD_RESIZE(upsample_nearest3d(x, size, s[0], s[1], s[2]))}},
    {"nearest-exact",
     {XGRAD_RESIZE(_upsample_nearest_exact1d(x, size, s[0])),
      XGRAD_RESIZE(_upsample_nearest_exact2d(x, size, s[0], s[1])),
      XGRAD_RESIZE(_upsample_nearest_exact3d(x, size, s[0], s[1], s[2]))}},
    {"area",
     {XGRAD_RESIZE(xgrad::adaptive_avg_pool1d(x, size)), XGRAD_RESIZE(xgrad::adaptive_avg_pool2d(x, size)),
      XGRAD_RESIZE(xgrad::adaptive_avg_pool3d(x, size))}},
    {"linear", {XGRAD_RESIZE(upsample_linear1d(x, size, align, s[0])), nullptr, nullptr}},
    {"bilinear", {nullptr, XGRAD_RESIZE(upsample_bilinear2d(x, size, align, s[0], s[1])), nullptr}},
    {"bicubic", {nullptr, XGRAD_RESIZE(upsample_bicubic2d(x, size, align, s[0], s[1])), nullptr}},
    {"trilinear", {nullptr, nullptr, XGRAD_RESIZE(upsample_trilinear3d(x, size, align, s[0], s[1], s[2]))}}};
#undef XGRAD_RESIZE

/// Throws NotImplementedError for a mode that is none, or not one of so many dimensions.
const Mode& mode_for(const Tensor& input, const std::string& name) {
  const auto found = std::find_if(std::begin(kModes), std::end(kModes), [&](const Mode& m) { return m.name == name; });
  const auto dims = static_cast<std::size_t>(std::clamp<std::int64_t>(input.dim() - 2, 0, 4));
  if (found != std::end(kModes) && dims >= 1 && dims <= 3) {
    if (found->in_dims[dims - 1]) return *found;
    const auto takes = std::find_if(found->in_dims.begin(), found->in_dims.end(), [](auto* f) { return f != nullptr; });
    if (name != "bicubic")
      fail<NotImplementedError>("Got {}D input, but {} mode needs {}D input", input.dim(), name,
                                takes - found->in_dims.begin() + 3);
  }
  fail<NotImplementedError>(
      "Input Error: Only 3D, 4D and 5D input Tensors supported (got {}D) for the modes: nearest | linear | bilinear | "
      "bicubic | trilinear | area | nearest-exact (got {})",
      input.dim(), name);
}

}  // namespace

Tensor interpolate(const Tensor& input, const InterpolateFuncOptions& o) {
  const auto areas = {"nearest", "nearest-exact", "area"};  // modes in which elements have no corners
  check<ValueError>(!o.align_corners() || std::find(areas.begin(), areas.end(), o.mode()) == areas.end(),
                    "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | "
                    "trilinear");
  check<ValueError>(!o.size() || !o.scale_factor(), "only one of size or scale_factor should be defined");
  check<ValueError>(o.size() || o.scale_factor(), "either size or scale_factor should be defined");
  const bool recompute = o.recompute_scale_factor().value_or(false);
  check<ValueError>(!recompute || !o.size(), "recompute_scale_factor is not meaningful with an explicit size.");
  check<ValueError>(!o.antialias() || (input.dim() == 4 && (o.mode() == "bilinear" || o.mode() == "bicubic")),
                    "Anti-alias option is only supported for bilinear and bicubic modes");
  const Mode& mode = mode_for(input, o.mode());
  const auto dims = static_cast<std::size_t>(input.dim() - 2);
  Dims sizes;
  Scales scales;
  if (o.size()) {
    for (const std::int64_t n : each(*o.size(), "output", "output size", 'o', input)) sizes.push_back(n);
  } else {
    const std::vector<double> factors = each(*o.scale_factor(), "scale_factor", "scale_factor", 's', input);
    for (std::size_t i = 0; i < dims; ++i) {
      sizes.push_back(static_cast<std::int64_t>(std::floor(static_cast<double>(input.sizes()[i + 2]) * factors[i])));
      if (!recompute) scales[i] = factors[i];
    }
  }
  const bool align = o.align_corners().value_or(false);
  if (!o.antialias()) return mode.in_dims[dims - 1](input, sizes, align, scales);
  return o.mode() == "bilinear" ? _upsample_bilinear2d_aa(input, sizes, align, scales[0], scales[1])
                                : _upsample_bicubic2d_aa(input, sizes, align, scales[0], scales[1]);
}

/// A tensor of its own where reshaping made a view.
static Tensor own(const Tensor& y, const Tensor& x) { return y.array().same_storage(x.array()) ? y.clone() : y; }

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
  return own(input.reshape({-1, channels / (r * r), r, r, height, width}).permute({0, 1, 4, 2, 5, 3}).reshape(result),
             input);
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
  return own(input.reshape({-1, channels, height / r, r, width / r, r}).permute({0, 1, 3, 5, 2, 4}).reshape(result),
             input);
}

Tensor channel_shuffle(const Tensor& input, std::int64_t groups) {
  check(input.dim() > 2, "channel_shuffle expects input with > 2 dims, but got input with sizes {}", input.sizes());
  const std::int64_t channels = input.size(1);
  check(groups > 0, "Number of groups to divide channels in must be positive. Value of groups:{}", groups);
  check(channels % groups == 0, "Number of channels must be divisible by groups. Got {} channels and {} groups.",
        channels, groups);
  std::int64_t pixels = 1;
  for (std::int64_t d = 2; d < input.dim(); ++d) pixels *= input.size(d);
  return own(input.reshape({input.size(0), groups, channels / groups, pixels}).transpose(1, 2).reshape(input.sizes()),
             input);
}

}  // namespace xgrad::nn::functional
