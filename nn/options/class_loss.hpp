/// Options of the losses against classes by margins, of CTC and of the triplet loss with a distance of one's own.
#pragma once

#include <xgrad/nn/options/distance.hpp>

#include <functional>

namespace xgrad::kwargs {
XGRAD_KEYWORD(blank);
XGRAD_KEYWORD(distance_function);
XGRAD_KEYWORD(zero_infinity);
}  // namespace xgrad::kwargs

namespace xgrad::nn {

class MultiMarginLossOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::p, kwargs::key::margin, kwargs::key::weight, kwargs::key::reduction>;
  /// 1 or 2; throws ValueError for another.
  MultiMarginLossOptions& p(std::int64_t value) {
    check<ValueError>(value == 1 || value == 2, "only p == 1 and p == 2 supported");
    return p_ = value, *this;
  }
  std::int64_t p() const { return p_; }
  XGRAD_OPTION(double, margin, 1.0);
  XGRAD_OPTION(Tensor, weight, {});
  XGRAD_OPTION_REDUCTION;
  std::int64_t p_ = 1;
};
using MultiLabelMarginLossOptions = MSELossOptions;
class MultiLabelSoftMarginLossOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::weight, kwargs::key::reduction>;
  XGRAD_OPTION(Tensor, weight, {});
  XGRAD_OPTION_REDUCTION;
};
class CTCLossOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::blank, kwargs::key::reduction, kwargs::key::zero_infinity>;
  XGRAD_OPTION(std::int64_t, blank, 0);
  XGRAD_OPTION(bool, zero_infinity, false);
  XGRAD_OPTION_REDUCTION;
};
class TripletMarginWithDistanceLossOptions {
 public:
  using distance_function_t = std::function<Tensor(const Tensor&, const Tensor&)>;
  using Positional =
      kwargs::Order<kwargs::key::distance_function, kwargs::key::margin, kwargs::key::swap, kwargs::key::reduction>;
  XGRAD_OPTION(std::optional<distance_function_t>, distance_function, {});
  XGRAD_OPTION(double, margin, 1.0);
  XGRAD_OPTION(bool, swap, false);
  XGRAD_OPTION_REDUCTION;
};

namespace functional {

using MultiMarginLossFuncOptions = MultiMarginLossOptions;
using MultilabelMarginLossFuncOptions = MultiLabelMarginLossOptions;
using MultilabelSoftMarginLossFuncOptions = MultiLabelSoftMarginLossOptions;
using CTCLossFuncOptions = CTCLossOptions;
using TripletMarginWithDistanceLossFuncOptions = TripletMarginWithDistanceLossOptions;

}  // namespace functional
}  // namespace xgrad::nn
