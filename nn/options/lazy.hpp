/// Options of lazy layers: those of the layers that they become, without the number of inputs. A setter returns the
/// latter's, which are taken too.
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
  LazyLinearOptions(const LinearOptions& all) : LinearOptions(all) {}
};

template <std::size_t N>
class LazyConvOptions : public ConvOptions<N> {
 public:
  using Positional = kwargs::Order<kwargs::key::out_channels, kwargs::key::kernel_size, kwargs::key::stride,
                                   kwargs::key::padding, kwargs::key::dilation, kwargs::key::groups, kwargs::key::bias,
                                   kwargs::key::padding_mode, kwargs::key::device, kwargs::key::dtype>;
  LazyConvOptions() = default;
  LazyConvOptions(std::int64_t channels, ExpandingArray<N> kernel) : ConvOptions<N>(0, channels, kernel) {}
  LazyConvOptions(const ConvOptions<N>& all) : ConvOptions<N>(all) {}
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
  LazyConvTransposeOptions(const ConvTransposeOptions<N>& all) : ConvTransposeOptions<N>(all) {}
};

/// Of batch and instance norm, which is unlike the plain one in that it has weights and running statistics unless told
/// otherwise: in PyTorch the lazy norms share their defaults.
template <class Options>
class LazyNormOptions : public Options {
 public:
  using Positional = kwargs::Order<kwargs::key::eps, kwargs::key::momentum, kwargs::key::affine,
                                   kwargs::key::track_running_stats, kwargs::key::device, kwargs::key::dtype>;
  LazyNormOptions() { this->affine(true).track_running_stats(true); }
  LazyNormOptions(const Options& all) : Options(all) {}
};

}  // namespace xgrad::nn
