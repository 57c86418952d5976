/// Options of lazy layers: those of the layers that they become, without the number of inputs.
#pragma once

#include <xgrad/nn/options/convolution.hpp>
#include <xgrad/nn/options/normalization.hpp>

namespace xgrad::nn {

class LazyLinearOptions : public LinearOptions {
 public:
  using Positional =
      kwargs::Order<kwargs::key::out_features, kwargs::key::bias, kwargs::key::device, kwargs::key::dtype>;
  LazyLinearOptions() { in_features(0); }
  LazyLinearOptions(std::int64_t features) : LinearOptions(0, features) {}
};

template <std::size_t N>
class LazyConvOptions : public ConvOptions<N> {
 public:
  using Positional = kwargs::Order<kwargs::key::out_channels, kwargs::key::kernel_size, kwargs::key::stride,
                                   kwargs::key::padding, kwargs::key::dilation, kwargs::key::groups, kwargs::key::bias,
                                   kwargs::key::padding_mode, kwargs::key::device, kwargs::key::dtype>;
  LazyConvOptions() = default;
  LazyConvOptions(std::int64_t channels, ExpandingArray<N> kernel) : ConvOptions<N>(0, channels, kernel) {}
};

template <std::size_t N>
class LazyConvTransposeOptions : public ConvTransposeOptions<N> {
 public:
  using Positional =
      kwargs::Order<kwargs::key::out_channels, kwargs::key::kernel_size, kwargs::key::stride, kwargs::key::padding,
                    kwargs::key::output_padding, kwargs::key::groups, kwargs::key::bias, kwargs::key::dilation,
                    kwargs::key::padding_mode, kwargs::key::device, kwargs::key::dtype>;
  LazyConvTransposeOptions() = default;
  LazyConvTransposeOptions(std::int64_t channels, ExpandingArray<N> kernel)
      : ConvTransposeOptions<N>(0, channels, kernel) {}
};

/// Of batch and instance norm.
template <class Options>
class LazyNormOptions : public Options {
 public:
  using Positional = kwargs::Order<kwargs::key::eps, kwargs::key::momentum, kwargs::key::affine,
                                   kwargs::key::track_running_stats, kwargs::key::device, kwargs::key::dtype>;
  LazyNormOptions() = default;
};

}  // namespace xgrad::nn
