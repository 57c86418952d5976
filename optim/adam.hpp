/// Adam and AdamW.
#pragma once

#include <xgrad/optim/per_parameter.hpp>

namespace xgrad::optim {

/// What Adam can be told: `AdamOptions(1e-3).betas({0.9, 0.99})`.
class AdamOptions : public OptimizerCloneableOptions<AdamOptions> {
 public:
  using Positional = kwargs::Order<kwargs::key::lr, kwargs::key::betas, kwargs::key::eps, kwargs::key::weight_decay,
                                   kwargs::key::amsgrad>;
  AdamOptions(double lr = 1e-3) : lr_(lr) {}
  double get_lr() const override { return lr_; }
  void set_lr(double v) override { lr_ = v; }
  void validate() const override;
  Fields fields() override;

  XGRAD_ARG(double, lr);
  XGRAD_ARG_PAIR(betas) = {0.9, 0.999};
  XGRAD_ARG(double, eps) = 1e-8;
  XGRAD_ARG(double, weight_decay) = 0;
  XGRAD_ARG(bool, amsgrad) = false;
  XGRAD_ARG(bool, maximize) = false;
};

/// What AdamW can be told: `AdamWOptions(1e-3).weight_decay(0.1)`.
class AdamWOptions : public OptimizerCloneableOptions<AdamWOptions> {
 public:
  using Positional = AdamOptions::Positional;
  AdamWOptions(double lr = 1e-3) : lr_(lr) {}
  double get_lr() const override { return lr_; }
  void set_lr(double v) override { lr_ = v; }
  void validate() const override;
  Fields fields() override;

  XGRAD_ARG(double, lr);
  XGRAD_ARG_PAIR(betas) = {0.9, 0.999};
  XGRAD_ARG(double, eps) = 1e-8;
  XGRAD_ARG(double, weight_decay) = 1e-2;
  XGRAD_ARG(bool, amsgrad) = false;
  XGRAD_ARG(bool, maximize) = false;
};

/// d = g + weight_decay·p;  m = β₁·m + (1 − β₁)·d;  v = β₂·v + (1 − β₂)·d²;
/// p −= lr / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + eps).
/// With `amsgrad` the largest v so far takes v's place in the last line; with `maximize`, −g takes g's place.
///
///     optim::Adam optimizer(model.parameters(), lr = 1e-3, betas = {0.9, 0.99});
///
/// State: step, exp_avg (m), exp_avg_sq (v), max_exp_avg_sq. One sweep over memory for each parameter.
/// Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2014; amsgrad: Reddi et al., 2018.
class Adam : public PerParameter<AdamOptions> {
 public:
  using PerParameter::PerParameter;
  const char* name() const override { return "Adam"; }

 protected:
  const StateNames& state_names() const override;
  void start(ParamState& state, const Tensor& param, const AdamOptions& options) override;
  void step_one(const Tensor& param, const Tensor& grad, ParamState& state, const AdamOptions& options) override;
};

/// p −= lr·weight_decay·p, then Adam's step without decay in d.
///
///     optim::AdamW optimizer(model.parameters(), lr = 3e-4, weight_decay = 0.1);
///
/// Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2017.
class AdamW : public PerParameter<AdamWOptions> {
 public:
  using PerParameter::PerParameter;
  const char* name() const override { return "AdamW"; }

 protected:
  const StateNames& state_names() const override;
  void start(ParamState& state, const Tensor& param, const AdamWOptions& options) override;
  void step_one(const Tensor& param, const Tensor& grad, ParamState& state, const AdamWOptions& options) override;
};

}  // namespace xgrad::optim
