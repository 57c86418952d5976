/// Options of folding, of reading images at any places, and of pooling by norms and fractions.
#pragma once

#include <xgrad/nn/options/embedding.hpp>
#include <xgrad/nn/options/padding.hpp>
#include <xgrad/nn/options/pooling.hpp>

#include <string>

namespace xgrad::kwargs {
XGRAD_KEYWORD(_random_samples);
XGRAD_KEYWORD(output_ratio);
}  // namespace xgrad::kwargs

namespace xgrad {
inline constexpr Word kBorder{"border"}, kReflection{"reflection"};
}  // namespace xgrad

namespace xgrad::nn {

class UnfoldOptions {
 public:
  using Positional =
      kwargs::Order<kwargs::key::kernel_size, kwargs::key::dilation, kwargs::key::padding, kwargs::key::stride>;
  UnfoldOptions() = default;
  UnfoldOptions(ExpandingArray<2> kernel_size) : kernel_size_(kernel_size) {}
  XGRAD_OPTION(ExpandingArray<2>, kernel_size, 0);
  XGRAD_OPTION(ExpandingArray<2>, dilation, 1);
  XGRAD_OPTION(ExpandingArray<2>, padding, 0);
  XGRAD_OPTION(ExpandingArray<2>, stride, 1);
};
class FoldOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::output_size, kwargs::key::kernel_size, kwargs::key::dilation,
                                   kwargs::key::padding, kwargs::key::stride>;
  FoldOptions() = default;
  FoldOptions(ExpandingArray<2> output_size, ExpandingArray<2> kernel_size)
      : output_size_(output_size), kernel_size_(kernel_size) {}
  XGRAD_OPTION(ExpandingArray<2>, output_size, 0);
  XGRAD_OPTION(ExpandingArray<2>, kernel_size, 0);
  XGRAD_OPTION(ExpandingArray<2>, dilation, 1);
  XGRAD_OPTION(ExpandingArray<2>, padding, 0);
  XGRAD_OPTION(ExpandingArray<2>, stride, 1);
};

template <std::size_t N>
class LPPoolOptions {
 public:
  using Positional =
      kwargs::Order<kwargs::key::norm_type, kwargs::key::kernel_size, kwargs::key::stride, kwargs::key::ceil_mode>;
  LPPoolOptions() = default;
  LPPoolOptions(double norm_type, ExpandingArray<N> kernel_size) : norm_type_(norm_type), kernel_size_(kernel_size) {}
  XGRAD_OPTION(double, norm_type, 2.0);
  XGRAD_OPTION(ExpandingArray<N>, kernel_size, 0);
  XGRAD_OPTION_STRIDE(N);
  XGRAD_OPTION(bool, ceil_mode, false);
};
using LPPool1dOptions = LPPoolOptions<1>;
using LPPool2dOptions = LPPoolOptions<2>;

template <std::size_t N>
class MaxUnpoolOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::kernel_size, kwargs::key::stride, kwargs::key::padding>;
  MaxUnpoolOptions() = default;
  MaxUnpoolOptions(ExpandingArray<N> kernel_size) : kernel_size_(kernel_size) {}
  XGRAD_OPTION(ExpandingArray<N>, kernel_size, 0);
  XGRAD_OPTION_STRIDE(N);
  XGRAD_OPTION(ExpandingArray<N>, padding, 0);
};
using MaxUnpool1dOptions = MaxUnpoolOptions<1>;
using MaxUnpool2dOptions = MaxUnpoolOptions<2>;
using MaxUnpool3dOptions = MaxUnpoolOptions<3>;

/// Either output_size or output_ratio.
template <std::size_t N>
class FractionalMaxPoolOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::kernel_size, kwargs::key::output_size, kwargs::key::output_ratio>;
  FractionalMaxPoolOptions() = default;
  FractionalMaxPoolOptions(ExpandingArray<N> kernel_size) : kernel_size_(kernel_size) {}
  FractionalMaxPoolOptions& output_ratio(double all) { return output_ratio_ = std::vector<double>(N, all), *this; }
  FractionalMaxPoolOptions& output_ratio(std::vector<double> each) {
    check<TypeError>(each.size() == N, "Expected {} values, but instead got {}", N, each.size());
    return output_ratio_ = std::move(each), *this;
  }
  const std::optional<std::vector<double>>& output_ratio() const { return output_ratio_; }
  /// What FractionalMaxPool2d and 3d ask of their options: throws ValueError for none or both of size and ratio, and
  /// for a ratio outside of (0, 1).
  void check_complete() const;
  XGRAD_OPTION(ExpandingArray<N>, kernel_size, 0);
  XGRAD_OPTION(std::optional<ExpandingArray<N>>, output_size, {});
  XGRAD_OPTION(Tensor, _random_samples, {});

 private:
  std::optional<std::vector<double>> output_ratio_;
};
using FractionalMaxPool2dOptions = FractionalMaxPoolOptions<2>;
using FractionalMaxPool3dOptions = FractionalMaxPoolOptions<3>;

namespace functional {

using FoldFuncOptions = FoldOptions;
using UnfoldFuncOptions = UnfoldOptions;
using LPPool1dFuncOptions = LPPool1dOptions;
using LPPool2dFuncOptions = LPPool2dOptions;
using FractionalMaxPool2dFuncOptions = FractionalMaxPool2dOptions;
using FractionalMaxPool3dFuncOptions = FractionalMaxPool3dOptions;

/// `output_size`: the spatial sizes, or all of them, of the result; what windows without overlap make, unless given.
template <std::size_t N>
class MaxUnpoolFuncOptions : public MaxUnpoolOptions<N> {
 public:
  using Positional =
      kwargs::Order<kwargs::key::kernel_size, kwargs::key::stride, kwargs::key::padding, kwargs::key::output_size>;
  using MaxUnpoolOptions<N>::MaxUnpoolOptions;
  MaxUnpoolFuncOptions(const MaxUnpoolOptions<N>& of_module) : MaxUnpoolOptions<N>(of_module) {}
  XGRAD_OPTION_OUTPUT_SIZE(MaxUnpoolFuncOptions);
};
using MaxUnpool1dFuncOptions = MaxUnpoolFuncOptions<1>;
using MaxUnpool2dFuncOptions = MaxUnpoolFuncOptions<2>;
using MaxUnpool3dFuncOptions = MaxUnpoolFuncOptions<3>;

/// `mode`: "bilinear", "nearest" or "bicubic"; `padding_mode`: "zeros", "border" or "reflection".
class GridSampleFuncOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::mode, kwargs::key::padding_mode, kwargs::key::align_corners>;
  XGRAD_OPTION(std::string, mode, "bilinear");
  XGRAD_OPTION(std::string, padding_mode, "zeros");
  XGRAD_OPTION(std::optional<bool>, align_corners, {});
};

}  // namespace functional
}  // namespace xgrad::nn
