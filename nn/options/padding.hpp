/// Options of padding, resizing and rearranging.
#pragma once

#include <xgrad/nn/options/convolution.hpp>

#include <vector>

namespace xgrad::kwargs {
XGRAD_KEYWORD(align_corners);
XGRAD_KEYWORD(scale_factor);
XGRAD_KEYWORD(upscale_factor);
XGRAD_KEYWORD(downscale_factor);
}  // namespace xgrad::kwargs

namespace xgrad {
inline constexpr Word kNearest{"nearest"}, kBilinear{"bilinear"}, kTrilinear{"trilinear"}, kBicubic{"bicubic"};
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

/// Either sizes or factors. `mode`: "nearest", "linear", "bilinear", "bicubic" or "trilinear".
class UpsampleOptions {
 public:
  XGRAD_OPTION(std::optional<std::vector<std::int64_t>>, size, {});
  XGRAD_OPTION(std::optional<std::vector<double>>, scale_factor, {});
  XGRAD_OPTION(std::string, mode, "nearest");
  XGRAD_OPTION(std::optional<bool>, align_corners, {});
};

class PixelShuffleOptions {
 public:
  PixelShuffleOptions(std::int64_t upscale_factor) : upscale_factor_(upscale_factor) {}
  XGRAD_OPTION(std::int64_t, upscale_factor, 1);
};
class PixelUnshuffleOptions {
 public:
  PixelUnshuffleOptions(std::int64_t downscale_factor) : downscale_factor_(downscale_factor) {}
  XGRAD_OPTION(std::int64_t, downscale_factor, 1);
};
class UnflattenOptions {
 public:
  UnflattenOptions(std::int64_t dim, std::vector<std::int64_t> sizes) : dim_(dim), sizes_(std::move(sizes)) {}
  XGRAD_OPTION(std::int64_t, dim, 1);
  XGRAD_OPTION(std::vector<std::int64_t>, sizes, {});
};

namespace functional {

class PadFuncOptions {
 public:
  PadFuncOptions(std::vector<std::int64_t> pad) : pad_(std::move(pad)) {}
  XGRAD_OPTION(std::vector<std::int64_t>, pad, {});
  XGRAD_OPTION(std::string, mode, "constant");
  XGRAD_OPTION(double, value, 0);
};
using InterpolateFuncOptions = UpsampleOptions;
using PixelShuffleFuncOptions = PixelShuffleOptions;
using PixelUnshuffleFuncOptions = PixelUnshuffleOptions;

}  // namespace functional
}  // namespace xgrad::nn
