/// The options of modules and of their functions, under libtorch's names. Each takes its values in three ways:
/// `LinearOptions(784, 50).bias(false)`, by position `Linear(784, 50, false)`, by keyword `Linear(784, 50, bias =
/// false)`.
#pragma once

#include <xgrad/nn/option.hpp>

namespace xgrad::kwargs {
XGRAD_KEYWORD(in_features);
XGRAD_KEYWORD(out_features);
XGRAD_KEYWORD(training);
}  // namespace xgrad::kwargs

namespace xgrad::nn {

namespace detail {

/// p, if it is a probability; else throws ValueError.
double checked_probability(double p);

}  // namespace detail

class LinearOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::in_features, kwargs::key::out_features, kwargs::key::bias,
                                   kwargs::key::device, kwargs::key::dtype>;
  LinearOptions() = default;
  LinearOptions(std::int64_t in_features, std::int64_t out_features)
      : in_features_(in_features), out_features_(out_features) {}
  LinearOptions& device(Device) { return *this; }
  XGRAD_OPTION(std::optional<std::int64_t>, in_features, {});
  XGRAD_OPTION(std::optional<std::int64_t>, out_features, {});
  XGRAD_OPTION(bool, bias, true);
  XGRAD_OPTION(std::optional<ScalarType>, dtype, {});
};

class FlattenOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::start_dim, kwargs::key::end_dim>;
  XGRAD_OPTION(std::int64_t, start_dim, 1);
  XGRAD_OPTION(std::int64_t, end_dim, -1);
};

/// For those that can only be told to write over their input.
class InplaceOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::inplace>;
  InplaceOptions(bool inplace = false) : inplace_(inplace) {}
  XGRAD_OPTION(bool, inplace, false);
};
using ReLUOptions = InplaceOptions;

class SoftmaxOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::dim>;
  SoftmaxOptions() = default;
  SoftmaxOptions(std::int64_t dim) : dim_(dim) {}
  XGRAD_OPTION(std::optional<std::int64_t>, dim, {});
};
using LogSoftmaxOptions = SoftmaxOptions;

class DropoutOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::p, kwargs::key::inplace>;
  DropoutOptions(double p = 0.5) { this->p(p); }
  /// The probability of zero; throws ValueError outside of [0, 1].
  DropoutOptions& p(double value) { return p_ = detail::checked_probability(value), *this; }
  double p() const { return p_; }
  XGRAD_OPTION(bool, inplace, false);
  double p_ = 0.5;
};

class MSELossOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::reduction>;
  MSELossOptions(Reduction reduction = kMean) : reduction_(reduction) {}
  XGRAD_OPTION_REDUCTION;
};
using L1LossOptions = MSELossOptions;

class NLLLossOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::weight, kwargs::key::ignore_index, kwargs::key::reduction>;
  XGRAD_OPTION(Tensor, weight, {});
  XGRAD_OPTION(std::int64_t, ignore_index, -100);
  XGRAD_OPTION_REDUCTION;
};

class CrossEntropyLossOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::weight, kwargs::key::ignore_index, kwargs::key::reduction,
                                   kwargs::key::label_smoothing>;
  XGRAD_OPTION(Tensor, weight, {});
  XGRAD_OPTION(std::int64_t, ignore_index, -100);
  XGRAD_OPTION(double, label_smoothing, 0);
  XGRAD_OPTION_REDUCTION;
};

class BCELossOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::weight, kwargs::key::reduction>;
  XGRAD_OPTION(Tensor, weight, {});
  XGRAD_OPTION_REDUCTION;
};

class BCEWithLogitsLossOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::weight, kwargs::key::reduction, kwargs::key::pos_weight>;
  XGRAD_OPTION(Tensor, weight, {});
  XGRAD_OPTION(Tensor, pos_weight, {});
  XGRAD_OPTION_REDUCTION;
};

namespace functional {

using ReLUFuncOptions = ReLUOptions;
using MSELossFuncOptions = MSELossOptions;
using L1LossFuncOptions = L1LossOptions;
using NLLLossFuncOptions = NLLLossOptions;
using CrossEntropyFuncOptions = CrossEntropyLossOptions;
using BinaryCrossEntropyFuncOptions = BCELossOptions;
using BinaryCrossEntropyWithLogitsFuncOptions = BCEWithLogitsLossOptions;

class SoftmaxFuncOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::dim, kwargs::key::dtype>;
  SoftmaxFuncOptions() = default;
  SoftmaxFuncOptions(std::int64_t dim) : dim_(dim) {}
  XGRAD_OPTION(std::optional<std::int64_t>, dim, {});
  XGRAD_OPTION(std::optional<ScalarType>, dtype, {});
};
using LogSoftmaxFuncOptions = SoftmaxFuncOptions;

/// Of dropout, which drops unless it is told that this is no training, and of alpha dropout, where it is the other way
/// round.
template <bool training_by_default>
class DropoutFunctionOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::p, kwargs::key::training, kwargs::key::inplace>;
  DropoutFunctionOptions& p(double value) { return p_ = nn::detail::checked_probability(value), *this; }
  double p() const { return p_; }
  XGRAD_OPTION(bool, training, training_by_default);
  XGRAD_OPTION(bool, inplace, false);
  double p_ = 0.5;
};
using DropoutFuncOptions = DropoutFunctionOptions<true>;
using AlphaDropoutFuncOptions = DropoutFunctionOptions<false>;

}  // namespace functional

}  // namespace xgrad::nn
