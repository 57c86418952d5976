/// Convolutions as modules.
#pragma once

#include <xgrad/nn/functional/convolution.hpp>
#include <xgrad/nn/modules/configured.hpp>

namespace xgrad::nn {

namespace detail {

/// Weight and bias of a convolution, uniform on ±1/√(inputs of an output), drawn as PyTorch draws them.
template <std::size_t N, class Derived, class OptionsType, bool transposed>
class ConvBase : public Cloneable<Derived, Module> {
 public:
  using Options = OptionsType;

  explicit ConvBase(const Options& given) : options(given) { ConvBase::reset(); }
  /// Without parameters yet.
  ConvBase(Lazily, const Options& given) : options(given) {}
  template <class First, class... Rest>
  requires(LooseArguments<Options, First, Rest...> && !ModuleType<First>) explicit ConvBase(First&& first,
                                                                                            Rest&&... rest)
      : ConvBase(options_of<Options>(std::forward<First>(first), std::forward<Rest>(rest)...)) {}

  void reset() override;
  /// Draws new weights.
  void reset_parameters();
  std::string extra_repr() const override;

  Options options;
  Tensor weight;  ///< [out, in / groups, kernel...]; of transposed ones [in, out / groups, kernel...]
  Tensor bias;    ///< undefined without bias
};

template <std::size_t N, class Derived>
class Conv : public ConvBase<N, Derived, ConvOptions<N>, false> {
 public:
  using ConvBase<N, Derived, ConvOptions<N>, false>::ConvBase;
  Tensor forward(Tensor input) override;
};

template <std::size_t N, class Derived>
class ConvTranspose : public ConvBase<N, Derived, ConvTransposeOptions<N>, true> {
 public:
  using ConvBase<N, Derived, ConvTransposeOptions<N>, true>::ConvBase;
  Tensor forward(Tensor input) override { return forward(std::move(input), {}); }
  /// With the spatial size of the result, from which the output padding follows.
  Tensor forward(Tensor input, const std::optional<std::vector<std::int64_t>>& output_size);
  using ForwardParameters = std::tuple<Tensor, std::optional<std::vector<std::int64_t>>>;
  using OutputSizeCall = detail::OutputSizeCall;  // up(x, output_size = y.sizes())
};

}  // namespace detail

/// y = w ∗ x + bias for x [N, in_channels, spatial...] or [in_channels, spatial...]. Options: in_channels,
/// out_channels, kernel_size, stride = 1, padding = 0 (numbers, "same" or "valid"), dilation = 1, groups = 1, bias =
/// true, padding_mode = "zeros" ("reflect", "replicate", "circular"), dtype.
///
///     nn::Conv2d conv(3, 16, 5, stride = 2, padding = 2);
///     nn::Conv2d conv(nn::Conv2dOptions(3, 16, {5, 3}).padding({2, 1}));
class Conv1dImpl : public detail::Conv<1, Conv1dImpl> {
 public:
  using Conv::Conv;
};
class Conv2dImpl : public detail::Conv<2, Conv2dImpl> {
 public:
  using Conv::Conv;
};
class Conv3dImpl : public detail::Conv<3, Conv3dImpl> {
 public:
  using Conv::Conv;
};
XGRAD_LAYER(Conv1d);
XGRAD_SIZED_LAYER(Conv2d, THIRD);
XGRAD_SIZED_LAYER(Conv3d, THIRD);

/// The transposed convolution, which undoes the sizes of a convolution with the same options. Options as above, with
/// output_padding = 0 in place of padding_mode.
class ConvTranspose1dImpl : public detail::ConvTranspose<1, ConvTranspose1dImpl> {
 public:
  using ConvTranspose::ConvTranspose;
};
class ConvTranspose2dImpl : public detail::ConvTranspose<2, ConvTranspose2dImpl> {
 public:
  using ConvTranspose::ConvTranspose;
};
class ConvTranspose3dImpl : public detail::ConvTranspose<3, ConvTranspose3dImpl> {
 public:
  using ConvTranspose::ConvTranspose;
};
XGRAD_LAYER(ConvTranspose1d);
XGRAD_SIZED_LAYER(ConvTranspose2d, THIRD);
XGRAD_SIZED_LAYER(ConvTranspose3d, THIRD);

}  // namespace xgrad::nn
