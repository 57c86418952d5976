/// Options of pooling.
#pragma once

#include <xgrad/nn/options/convolution.hpp>

namespace xgrad::kwargs {
XGRAD_KEYWORD(ceil_mode);
XGRAD_KEYWORD(count_include_pad);
XGRAD_KEYWORD(divisor_override);
XGRAD_KEYWORD(return_indices);
}  // namespace xgrad::kwargs

namespace xgrad::nn {

// A stride that is kernel_size unless it is given.
#define XGRAD_OPTION_STRIDE(N)                                                   \
 public:                                                                         \
  auto& stride(ExpandingArray<N> value) { return stride_ = value, *this; }       \
  auto& stride(std::nullopt_t) { return stride_.reset(), *this; }                \
  auto& stride(indexing::NoneType) { return stride_.reset(), *this; }            \
  ExpandingArray<N> stride() const { return stride_ ? *stride_ : kernel_size_; } \
  bool has_stride() const { return stride_.has_value(); }                        \
                                                                                 \
 private:                                                                        \
  std::optional<ExpandingArray<N>> stride_

/// `stride` is kernel_size unless given.
template <std::size_t N>
class MaxPoolOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::kernel_size, kwargs::key::stride, kwargs::key::padding,
                                   kwargs::key::dilation, kwargs::key::return_indices, kwargs::key::ceil_mode>;
  MaxPoolOptions() = default;
  MaxPoolOptions(ExpandingArray<N> kernel_size) : kernel_size_(kernel_size) {}
  XGRAD_OPTION(ExpandingArray<N>, kernel_size, 0);
  XGRAD_OPTION_STRIDE(N);
  XGRAD_OPTION(ExpandingArray<N>, padding, 0);
  XGRAD_OPTION(ExpandingArray<N>, dilation, 1);
  XGRAD_OPTION(bool, return_indices, false);  // Python's; here forward_with_indices() gives both
  XGRAD_OPTION(bool, ceil_mode, false);
};
using MaxPool1dOptions = MaxPoolOptions<1>;
using MaxPool2dOptions = MaxPoolOptions<2>;
using MaxPool3dOptions = MaxPoolOptions<3>;

template <std::size_t N>
class AvgPoolOptions {
 public:
  using Positional =
      kwargs::Order<kwargs::key::kernel_size, kwargs::key::stride, kwargs::key::padding, kwargs::key::ceil_mode,
                    kwargs::key::count_include_pad, kwargs::key::divisor_override>;
  AvgPoolOptions() = default;
  AvgPoolOptions(ExpandingArray<N> kernel_size) : kernel_size_(kernel_size) {}
  XGRAD_OPTION(ExpandingArray<N>, kernel_size, 0);
  XGRAD_OPTION_STRIDE(N);
  XGRAD_OPTION(ExpandingArray<N>, padding, 0);
  XGRAD_OPTION(bool, ceil_mode, false);
  XGRAD_OPTION(bool, count_include_pad, true);
  XGRAD_OPTION(std::optional<std::int64_t>, divisor_override, {});
};
using AvgPool1dOptions = AvgPoolOptions<1>;
using AvgPool2dOptions = AvgPoolOptions<2>;
using AvgPool3dOptions = AvgPoolOptions<3>;

/// Sizes of the result; an entry that is none keeps the input's size.
template <std::size_t N>
class AdaptivePoolOptions {
 public:
  using Size = std::array<std::optional<std::int64_t>, N>;
  using Positional = kwargs::Order<kwargs::key::output_size>;
  AdaptivePoolOptions() = default;
  AdaptivePoolOptions(std::int64_t all) { output_size(all); }
  AdaptivePoolOptions(std::initializer_list<std::optional<std::int64_t>> list) { output_size(list); }
  AdaptivePoolOptions& output_size(std::int64_t all) {
    output_size_.fill(all);
    return one_for_all_ = true, *this;
  }
  AdaptivePoolOptions& output_size(std::initializer_list<std::optional<std::int64_t>> list) {
    return output_size(std::vector<std::optional<std::int64_t>>(list));
  }
  template <class Number>
  AdaptivePoolOptions& output_size(const std::vector<Number>& list) {
    check<TypeError>(list.size() == N || list.size() == 1, "Expected {} values, but instead got {}", N, list.size());
    for (std::size_t i = 0; i < N; ++i) output_size_[i] = list[list.size() == 1 ? 0 : i];
    return one_for_all_ = list.size() == 1, *this;
  }
  /// Whether one number was given for all dimensions.
  bool one_for_all() const { return one_for_all_; }
  const Size& output_size() const { return output_size_; }

 private:
  Size output_size_{};
  bool one_for_all_ = false;
};

namespace functional {

using MaxPool1dFuncOptions = MaxPool1dOptions;
using MaxPool2dFuncOptions = MaxPool2dOptions;
using MaxPool3dFuncOptions = MaxPool3dOptions;
using AvgPool1dFuncOptions = AvgPool1dOptions;
using AvgPool2dFuncOptions = AvgPool2dOptions;
using AvgPool3dFuncOptions = AvgPool3dOptions;

}  // namespace functional

// Adaptive pooling's options under all their names.
#define XGRAD_ADAPTIVE_OPTIONS(NAME, N)                        \
  using Adaptive##NAME##Options = AdaptivePoolOptions<N>;      \
  namespace functional {                                       \
  using Adaptive##NAME##FuncOptions = Adaptive##NAME##Options; \
  }
XGRAD_ADAPTIVE_OPTIONS(AvgPool1d, 1)
XGRAD_ADAPTIVE_OPTIONS(AvgPool2d, 2)
XGRAD_ADAPTIVE_OPTIONS(AvgPool3d, 3)
XGRAD_ADAPTIVE_OPTIONS(MaxPool1d, 1)
XGRAD_ADAPTIVE_OPTIONS(MaxPool2d, 2)
XGRAD_ADAPTIVE_OPTIONS(MaxPool3d, 3)
#undef XGRAD_ADAPTIVE_OPTIONS

}  // namespace xgrad::nn
