/// Options of activations.
#pragma once

#include <xgrad/nn/options.hpp>

#include <string>

namespace xgrad::kwargs {
XGRAD_KEYWORD(approximate);
XGRAD_KEYWORD(hard);
XGRAD_KEYWORD(init);
XGRAD_KEYWORD(lambda);
XGRAD_KEYWORD(lower);
XGRAD_KEYWORD(max_val);
XGRAD_KEYWORD(min_val);
XGRAD_KEYWORD(negative_slope);
XGRAD_KEYWORD(num_parameters);
XGRAD_KEYWORD(tau);
}  // namespace xgrad::kwargs

namespace xgrad::nn {

using ReLU6Options = InplaceOptions;
using SELUOptions = InplaceOptions;
using SiLUOptions = InplaceOptions;
using MishOptions = InplaceOptions;
using HardsigmoidOptions = InplaceOptions;
using HardswishOptions = InplaceOptions;

class ELUOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::alpha, kwargs::key::inplace>;
  ELUOptions() = default;
  ELUOptions(double alpha) : alpha_(alpha) {}
  XGRAD_OPTION(double, alpha, 1.0);
  XGRAD_OPTION(bool, inplace, false);
};
using CELUOptions = ELUOptions;

class LeakyReLUOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::negative_slope, kwargs::key::inplace>;
  LeakyReLUOptions() = default;
  LeakyReLUOptions(double negative_slope) : negative_slope_(negative_slope) {}
  XGRAD_OPTION(double, negative_slope, 1e-2);
  XGRAD_OPTION(bool, inplace, false);
};

class RReLUOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::lower, kwargs::key::upper, kwargs::key::inplace>;
  XGRAD_OPTION(double, lower, 1.0 / 8);
  XGRAD_OPTION(double, upper, 1.0 / 3);
  XGRAD_OPTION(bool, inplace, false);
};

class PReLUOptions {
 public:
  using Positional =
      kwargs::Order<kwargs::key::num_parameters, kwargs::key::init, kwargs::key::device, kwargs::key::dtype>;
  PReLUOptions() = default;
  PReLUOptions& device(Device) { return *this; }
  PReLUOptions(std::int64_t num_parameters) : num_parameters_(num_parameters) {}
  XGRAD_OPTION(std::int64_t, num_parameters, 1);
  XGRAD_OPTION(double, init, 0.25);
  XGRAD_OPTION(std::optional<ScalarType>, dtype, {});
};

class GELUOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::approximate>;
  XGRAD_OPTION(std::string, approximate, "none");
};

class GLUOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::dim>;
  GLUOptions(std::int64_t dim = -1) : dim_(dim) {}
  XGRAD_OPTION(std::int64_t, dim, -1);
};

/// Softshrink and Hardshrink; `lambda` is libtorch's name, `lambd` Python's.
class ShrinkOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::lambda>;
  ShrinkOptions(double lambda = 0.5) : lambda_(lambda) {}
  XGRAD_OPTION(double, lambda, 0.5);

 public:
  ShrinkOptions& lambd(double value) { return lambda(value); }
};
using SoftshrinkOptions = ShrinkOptions;
using HardshrinkOptions = ShrinkOptions;

class HardtanhOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::min_val, kwargs::key::max_val, kwargs::key::inplace>;
  /// What the module asks of its options.
  void check_complete() const {
    check(max_val_ > min_val_, "max_val must be greater than min_val, but got min_val={} and max_val={}", min_val_,
          max_val_);
  }
  XGRAD_OPTION(double, min_val, -1.0);
  XGRAD_OPTION(double, max_val, 1.0);
  XGRAD_OPTION(bool, inplace, false);
};

class SoftplusOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::beta, kwargs::key::threshold>;
  XGRAD_OPTION(double, beta, 1.0);
  XGRAD_OPTION(double, threshold, 20.0);
};

class ThresholdOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::threshold, kwargs::key::value, kwargs::key::inplace>;
  ThresholdOptions() = default;
  ThresholdOptions(double threshold, double value) : threshold_(threshold), value_(value) {}
  XGRAD_OPTION(double, threshold, 0);
  XGRAD_OPTION(double, value, 0);
  XGRAD_OPTION(bool, inplace, false);
};

using SoftminOptions = SoftmaxOptions;

namespace functional {

using ReLU6FuncOptions = ReLU6Options;
using SELUFuncOptions = SELUOptions;
using ELUFuncOptions = ELUOptions;
using CELUFuncOptions = CELUOptions;
using LeakyReLUFuncOptions = LeakyReLUOptions;
using GELUFuncOptions = GELUOptions;
using GLUFuncOptions = GLUOptions;
using SoftshrinkFuncOptions = SoftshrinkOptions;
using HardshrinkFuncOptions = HardshrinkOptions;
using HardtanhFuncOptions = HardtanhOptions;
using SoftplusFuncOptions = SoftplusOptions;
using ThresholdFuncOptions = ThresholdOptions;
using SoftminFuncOptions = SoftmaxFuncOptions;

class RReLUFuncOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::lower, kwargs::key::upper, kwargs::key::training, kwargs::key::inplace>;
  XGRAD_OPTION(double, lower, 1.0 / 8);
  XGRAD_OPTION(double, upper, 1.0 / 3);
  XGRAD_OPTION(bool, training, false);
  XGRAD_OPTION(bool, inplace, false);
};

class GumbelSoftmaxFuncOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::tau, kwargs::key::hard, kwargs::key::eps, kwargs::key::dim>;
  GumbelSoftmaxFuncOptions& eps(double) { return *this; }  // Python's, which ignores it too
  XGRAD_OPTION(double, tau, 1.0);
  XGRAD_OPTION(bool, hard, false);
  XGRAD_OPTION(std::int64_t, dim, -1);
};

}  // namespace functional
}  // namespace xgrad::nn
