/// Options of convolutions.
#pragma once

#include <xgrad/nn/options.hpp>

#include <string>
#include <variant>

namespace xgrad::kwargs {
XGRAD_KEYWORD(dilation);
XGRAD_KEYWORD(in_channels);
XGRAD_KEYWORD(kernel_size);
XGRAD_KEYWORD(out_channels);
XGRAD_KEYWORD(output_padding);
XGRAD_KEYWORD(padding);
XGRAD_KEYWORD(padding_mode);
}  // namespace xgrad::kwargs

namespace xgrad {

inline constexpr Word kValid{"valid"}, kSame{"same"}, kZeros{"zeros"}, kReflect{"reflect"}, kReplicate{"replicate"},
    kCircular{"circular"}, kConstant{"constant"};

}  // namespace xgrad

namespace xgrad::nn {

/// Numbers for each dimension, or "same" or "valid".
template <std::size_t N>
class ConvPadding {
 public:
  ConvPadding(ExpandingArray<N> numbers) : value_(numbers) {}
  ConvPadding(std::int64_t all) : value_(ExpandingArray<N>(all)) {}
  ConvPadding(int all) : ConvPadding(static_cast<std::int64_t>(all)) {}
  ConvPadding(std::initializer_list<std::int64_t> list) : value_(ExpandingArray<N>(list)) {}
  ConvPadding(const std::vector<int>& list) : value_(ExpandingArray<N>(list)) {}
  ConvPadding(const std::vector<std::int64_t>& list) : value_(ExpandingArray<N>(list)) {}
  ConvPadding(std::string word) : value_(std::move(word)) {
    const auto& given = std::get<std::string>(value_);
    check<ValueError>(given == "same" || given == "valid",
                      "Invalid padding string '{}', should be one of {{'valid', 'same'}}", given);
  }
  ConvPadding(const char* word) : ConvPadding(std::string(word)) {}
  ConvPadding(Word word) : ConvPadding(std::string(word)) {}

  /// Null unless it is a word.
  const std::string* word() const { return std::get_if<std::string>(&value_); }
  const ExpandingArray<N>& numbers() const { return std::get<ExpandingArray<N>>(value_); }
  bool is_zero() const { return !word() && numbers() == ExpandingArray<N>(0); }
  std::string str() const { return word() ? *word() : numbers().str(); }

 private:
  std::variant<ExpandingArray<N>, std::string> value_;
};

/// "zeros", "reflect", "replicate" or "circular"; throws ValueError for another word.
std::string checked_padding_mode(std::string mode);

/// What convolutions and their transposes have in common.
template <std::size_t N>
class ConvOptions {
 public:
  using Positional =
      kwargs::Order<kwargs::key::in_channels, kwargs::key::out_channels, kwargs::key::kernel_size, kwargs::key::stride,
                    kwargs::key::padding, kwargs::key::dilation, kwargs::key::groups, kwargs::key::bias,
                    kwargs::key::padding_mode, kwargs::key::device, kwargs::key::dtype>;
  ConvOptions() = default;
  ConvOptions(std::int64_t in_channels, std::int64_t out_channels, ExpandingArray<N> kernel_size)
      : in_channels_(in_channels), out_channels_(out_channels), kernel_size_(kernel_size) {}
  ConvOptions& device(Device) { return *this; }
  ConvOptions& padding_mode(std::string mode) { return padding_mode_ = checked_padding_mode(std::move(mode)), *this; }
  const std::string& padding_mode() const { return padding_mode_; }
  XGRAD_OPTION(std::int64_t, in_channels, 0);
  XGRAD_OPTION(std::int64_t, out_channels, 0);
  XGRAD_OPTION(ExpandingArray<N>, kernel_size, 0);
  XGRAD_OPTION(ExpandingArray<N>, stride, 1);
  XGRAD_OPTION(ConvPadding<N>, padding, 0);
  XGRAD_OPTION(ExpandingArray<N>, dilation, 1);
  XGRAD_OPTION(std::int64_t, groups, 1);
  XGRAD_OPTION(bool, bias, true);
  XGRAD_OPTION(std::optional<ScalarType>, dtype, {});
  std::string padding_mode_ = "zeros";
};
using Conv1dOptions = ConvOptions<1>;
using Conv2dOptions = ConvOptions<2>;
using Conv3dOptions = ConvOptions<3>;

template <std::size_t N>
class ConvTransposeOptions {
 public:
  using Positional =
      kwargs::Order<kwargs::key::in_channels, kwargs::key::out_channels, kwargs::key::kernel_size, kwargs::key::stride,
                    kwargs::key::padding, kwargs::key::output_padding, kwargs::key::groups, kwargs::key::bias,
                    kwargs::key::dilation, kwargs::key::padding_mode, kwargs::key::device, kwargs::key::dtype>;
  ConvTransposeOptions() = default;
  ConvTransposeOptions(std::int64_t in_channels, std::int64_t out_channels, ExpandingArray<N> kernel_size)
      : in_channels_(in_channels), out_channels_(out_channels), kernel_size_(kernel_size) {}
  ConvTransposeOptions& device(Device) { return *this; }
  ConvTransposeOptions& padding_mode(std::string mode) {
    check<ValueError>(mode == "zeros", "Only \"zeros\" padding mode is supported for ConvTranspose{}d", N);
    return *this;
  }
  std::string padding_mode() const { return "zeros"; }
  XGRAD_OPTION(std::int64_t, in_channels, 0);
  XGRAD_OPTION(std::int64_t, out_channels, 0);
  XGRAD_OPTION(ExpandingArray<N>, kernel_size, 0);
  XGRAD_OPTION(ExpandingArray<N>, stride, 1);
  XGRAD_OPTION(ExpandingArray<N>, padding, 0);
  XGRAD_OPTION(ExpandingArray<N>, output_padding, 0);
  XGRAD_OPTION(ExpandingArray<N>, dilation, 1);
  XGRAD_OPTION(std::int64_t, groups, 1);
  XGRAD_OPTION(bool, bias, true);
  XGRAD_OPTION(std::optional<ScalarType>, dtype, {});
};
using ConvTranspose1dOptions = ConvTransposeOptions<1>;
using ConvTranspose2dOptions = ConvTransposeOptions<2>;
using ConvTranspose3dOptions = ConvTransposeOptions<3>;

namespace functional {

template <std::size_t N>
class ConvFuncOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::bias, kwargs::key::stride, kwargs::key::padding, kwargs::key::dilation,
                                   kwargs::key::groups>;
  XGRAD_OPTION(Tensor, bias, {});
  XGRAD_OPTION(ExpandingArray<N>, stride, 1);
  XGRAD_OPTION(ConvPadding<N>, padding, 0);
  XGRAD_OPTION(ExpandingArray<N>, dilation, 1);
  XGRAD_OPTION(std::int64_t, groups, 1);
};
using Conv1dFuncOptions = ConvFuncOptions<1>;
using Conv2dFuncOptions = ConvFuncOptions<2>;
using Conv3dFuncOptions = ConvFuncOptions<3>;

template <std::size_t N>
class ConvTransposeFuncOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::bias, kwargs::key::stride, kwargs::key::padding,
                                   kwargs::key::output_padding, kwargs::key::groups, kwargs::key::dilation>;
  XGRAD_OPTION(Tensor, bias, {});
  XGRAD_OPTION(ExpandingArray<N>, stride, 1);
  XGRAD_OPTION(ExpandingArray<N>, padding, 0);
  XGRAD_OPTION(ExpandingArray<N>, output_padding, 0);
  XGRAD_OPTION(std::int64_t, groups, 1);
  XGRAD_OPTION(ExpandingArray<N>, dilation, 1);
};
using ConvTranspose1dFuncOptions = ConvTransposeFuncOptions<1>;
using ConvTranspose2dFuncOptions = ConvTransposeFuncOptions<2>;
using ConvTranspose3dFuncOptions = ConvTransposeFuncOptions<3>;

}  // namespace functional
}  // namespace xgrad::nn
