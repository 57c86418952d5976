/// Padding, resizing and rearranging as modules.
#pragma once

#include <xgrad/nn/functional/padding.hpp>
#include <xgrad/nn/modules/configured.hpp>

namespace xgrad::nn {

#define XGRAD_PAD(NAME, MODE)                                                                                 \
  class NAME##Impl : public Configured<NAME##Impl, NAME##Options> {                                           \
   public:                                                                                                    \
    using Configured::Configured;                                                                             \
    NAME##Impl(std::int64_t all) : NAME##Impl(NAME##Options(all)) {}                                          \
    NAME##Impl(int all) : NAME##Impl(NAME##Options(all)) {}                                                   \
    Tensor forward(Tensor input) override { return xgrad::pad(input, IntArrayRef(options.padding()), MODE); } \
    std::string extra_repr() const override { return options.padding().str(); }                               \
  };                                                                                                          \
  XGRAD_SIZED_LAYER(NAME, FIRST)
#define XGRAD_CONSTANT_PAD(NAME)                                                                            \
  class NAME##Impl : public Cloneable<NAME##Impl, Module> {                                                 \
   public:                                                                                                  \
    explicit NAME##Impl(const NAME##Options& given) : options(given) {}                                     \
    NAME##Impl(std::int64_t all, double value) : options(all, value) {}                                     \
    NAME##Impl(const std::vector<std::int64_t>& sides, double value) : options(sides, value) {}             \
    Tensor forward(Tensor input) override {                                                                 \
      return constant_pad_nd(input, IntArrayRef(options.padding()), options.value());                       \
    }                                                                                                       \
    std::string extra_repr() const override {                                                               \
      return fmt::format("padding={}, value={}", options.padding().str(), detail::python(options.value())); \
    }                                                                                                       \
    NAME##Options options;                                                                                  \
  };                                                                                                        \
  XGRAD_SIZED_LAYER(NAME, FIRST)

/// More elements around: those inside, mirrored at the border. Options: padding, one number or {left, right, top, ...}.
XGRAD_PAD(ReflectionPad1d, "reflect");
XGRAD_PAD(ReflectionPad2d, "reflect");
XGRAD_PAD(ReflectionPad3d, "reflect");
/// The border again and again.
XGRAD_PAD(ReplicationPad1d, "replicate");
XGRAD_PAD(ReplicationPad2d, "replicate");
XGRAD_PAD(ReplicationPad3d, "replicate");
/// Zeros.
XGRAD_PAD(ZeroPad2d, "constant");
/// A number. Options: padding, value.
XGRAD_CONSTANT_PAD(ConstantPad1d);
XGRAD_CONSTANT_PAD(ConstantPad2d);
XGRAD_CONSTANT_PAD(ConstantPad3d);

#undef XGRAD_CONSTANT_PAD
#undef XGRAD_PAD

/// x [N, C, spatial...] resized. Options: kw::size or scale_factor, kw::mode = "nearest", align_corners,
/// recompute_scale_factor.
///
///     nn::Upsample up(scale_factor = 2, kw::mode = "bilinear");
class UpsampleImpl : public Configured<UpsampleImpl, UpsampleOptions> {
 public:
  using Configured::Configured;
  Tensor forward(Tensor input) override { return functional::interpolate(input, options); }
  std::string extra_repr() const override;
};
XGRAD_SIZED_LAYER(Upsample, FIRST);

/// [..., C·r², H, W] to [..., C, H·r, W·r].
class PixelShuffleImpl : public Configured<PixelShuffleImpl, PixelShuffleOptions> {
 public:
  using Configured::Configured;
  Tensor forward(Tensor input) override { return functional::pixel_shuffle(input, options); }
  std::string extra_repr() const override { return fmt::format("upscale_factor={}", options.upscale_factor()); }
};
XGRAD_LAYER(PixelShuffle);

/// [..., C, H·r, W·r] to [..., C·r², H, W].
class PixelUnshuffleImpl : public Configured<PixelUnshuffleImpl, PixelUnshuffleOptions> {
 public:
  using Configured::Configured;
  Tensor forward(Tensor input) override { return functional::pixel_unshuffle(input, options); }
  std::string extra_repr() const override { return fmt::format("downscale_factor={}", options.downscale_factor()); }
};
XGRAD_LAYER(PixelUnshuffle);

/// One dimension cut into several. Options: dim, sizes.
class UnflattenImpl : public Configured<UnflattenImpl, UnflattenOptions> {
 public:
  using Configured::Configured;
  Tensor forward(Tensor input) override;
  std::string extra_repr() const override;
};
XGRAD_SIZED_LAYER(Unflatten, SECOND);

}  // namespace xgrad::nn
