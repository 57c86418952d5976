/// Options of padding, resizing and rearranging.
#pragma once

#include <xgrad/nn/init.hpp>
#include <xgrad/nn/options/activation.hpp>
#include <xgrad/nn/options/convolution.hpp>

#include <vector>

namespace xgrad::kwargs {
XGRAD_KEYWORD(align_corners);
XGRAD_KEYWORD(antialias);
XGRAD_KEYWORD(downscale_factor);
XGRAD_KEY(pad);  // kw::pad, below: it is a function too
XGRAD_KEYWORD(recompute_scale_factor);
XGRAD_KEYWORD(scale_factor);
XGRAD_KEYWORD(unflattened_size);
XGRAD_KEYWORD(upscale_factor);
}  // namespace xgrad::kwargs
namespace xgrad::kw {
inline constexpr kwargs::key::pad pad{};
}  // namespace xgrad::kw

namespace xgrad {
inline constexpr Word kNearest{"nearest"}, kNearestExact{"nearest-exact"}, kArea{"area"}, kBilinear{"bilinear"},
    kTrilinear{"trilinear"}, kBicubic{"bicubic"};
}  // namespace xgrad

namespace xgrad::nn {

/// Elements before and after each of D dimensions, the last one first: `{left, right, top, bottom}`, or one number.
template <std::size_t D>
class PadOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::padding>;
  PadOptions() = default;
  PadOptions(ExpandingArray<2 * D> padding) : padding_(padding) {}
  PadOptions(std::int64_t all) : padding_(all) {}
  PadOptions(std::initializer_list<std::int64_t> padding) : padding_(padding) {}
  XGRAD_OPTION(ExpandingArray<2 * D>, padding, 0);
};
using ReflectionPad1dOptions = PadOptions<1>;
using ReflectionPad2dOptions = PadOptions<2>;
using ReflectionPad3dOptions = PadOptions<3>;
using ReplicationPad1dOptions = PadOptions<1>;
using ReplicationPad2dOptions = PadOptions<2>;
using ReplicationPad3dOptions = PadOptions<3>;
using ZeroPad2dOptions = PadOptions<2>;

template <std::size_t D>
class ConstantPadOptions {
 public:
  ConstantPadOptions(ExpandingArray<2 * D> padding, double value) : padding_(padding), value_(value) {}
  XGRAD_OPTION(ExpandingArray<2 * D>, padding, 0);
  XGRAD_OPTION(double, value, 0);
};
using ConstantPad1dOptions = ConstantPadOptions<1>;
using ConstantPad2dOptions = ConstantPadOptions<2>;
using ConstantPad3dOptions = ConstantPadOptions<3>;

/// Either sizes or factors, one for all dimensions or one each. `mode`: "nearest", "nearest-exact", "linear",
/// "bilinear", "bicubic", "trilinear" or "area".
class UpsampleOptions {
 public:
  using Positional =
      kwargs::Order<kwargs::key::size, kwargs::key::scale_factor, kwargs::key::mode, kwargs::key::align_corners,
                    kwargs::key::recompute_scale_factor, kwargs::key::antialias>;
  UpsampleOptions& size(std::optional<std::vector<std::int64_t>> each) { return size_ = std::move(each), *this; }
  UpsampleOptions& size(std::initializer_list<std::int64_t> each) { return size(std::vector<std::int64_t>(each)); }
  UpsampleOptions& size(std::int64_t all) { return size({all}); }
  UpsampleOptions& size(const std::vector<int>& each) {
    return size(std::vector<std::int64_t>(each.begin(), each.end()));
  }
  UpsampleOptions& scale_factor(std::optional<std::vector<double>> each) {
    return scale_factor_ = std::move(each), *this;
  }
  UpsampleOptions& scale_factor(std::initializer_list<double> each) { return scale_factor(std::vector<double>(each)); }
  UpsampleOptions& scale_factor(double all) { return scale_factor({all}); }
  UpsampleOptions& scale_factor(const std::vector<int>& each) {
    return scale_factor(std::vector<double>(each.begin(), each.end()));
  }
  const std::optional<std::vector<std::int64_t>>& size() const { return size_; }
  const std::optional<std::vector<double>>& scale_factor() const { return scale_factor_; }
  XGRAD_OPTION(std::string, mode, "nearest");

 public:
  /// kLinear, which initialisers know as a function. (Another one is refused by its name, as other words are.)
  UpsampleOptions& mode(init::NonlinearityType::Value value) {
    return mode(std::string(init::NonlinearityType(value).word()));
  }
  XGRAD_OPTION(std::optional<bool>, align_corners, {});
  /// Whether the result's places follow from its sizes, and no longer from the factors that these came from.
  XGRAD_OPTION(std::optional<bool>, recompute_scale_factor, {});
  /// Whether elements of a smaller result are means of all that they cover ("bilinear" and "bicubic" images).
  XGRAD_OPTION(bool, antialias, false);
  std::optional<std::vector<std::int64_t>> size_;
  std::optional<std::vector<double>> scale_factor_;
};

class PixelShuffleOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::upscale_factor>;
  PixelShuffleOptions() = default;
  PixelShuffleOptions(std::int64_t upscale_factor) : upscale_factor_(upscale_factor) {}
  XGRAD_OPTION(std::int64_t, upscale_factor, 1);
};
class PixelUnshuffleOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::downscale_factor>;
  PixelUnshuffleOptions() = default;
  PixelUnshuffleOptions(std::int64_t downscale_factor) : downscale_factor_(downscale_factor) {}
  XGRAD_OPTION(std::int64_t, downscale_factor, 1);
};
class UnflattenOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::dim, kwargs::key::unflattened_size>;
  UnflattenOptions() = default;
  UnflattenOptions(std::int64_t dim, std::vector<std::int64_t> sizes) : dim_(dim), sizes_(std::move(sizes)) {}
  XGRAD_OPTION(std::int64_t, dim, 1);
  XGRAD_OPTION(std::vector<std::int64_t>, sizes, {});

 public:
  /// Python's name.
  UnflattenOptions& unflattened_size(std::vector<std::int64_t> v) { return sizes(std::move(v)); }
  UnflattenOptions& unflattened_size(const std::vector<int>& v) { return sizes({v.begin(), v.end()}); }
};

namespace functional {

class PadFuncOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::pad, kwargs::key::mode, kwargs::key::value>;
  PadFuncOptions() = default;
  PadFuncOptions(std::vector<std::int64_t> pad) : pad_(std::move(pad)) {}
  PadFuncOptions& pad(const std::vector<int>& sides) { return pad_.assign(sides.begin(), sides.end()), *this; }
  XGRAD_OPTION(std::vector<std::int64_t>, pad, {});
  XGRAD_OPTION(std::string, mode, "constant");
  XGRAD_OPTION(double, value, 0);
};
using InterpolateFuncOptions = UpsampleOptions;
using PixelShuffleFuncOptions = PixelShuffleOptions;
using PixelUnshuffleFuncOptions = PixelUnshuffleOptions;

}  // namespace functional
}  // namespace xgrad::nn
