/// Relatives of Adam: Adamax, NAdam and RAdam.
#pragma once

#include <xgrad/optim/per_parameter.hpp>

namespace xgrad::optim {

class AdamaxOptions : public OptimizerCloneableOptions<AdamaxOptions> {
 public:
  using Positional = kwargs::Order<kwargs::key::lr, kwargs::key::betas, kwargs::key::eps, kwargs::key::weight_decay>;
  AdamaxOptions(double lr = 2e-3) : lr_(lr) {}
  double get_lr() const override { return lr_; }
  void set_lr(double v) override { lr_ = v; }
  void validate() const override;
  Fields fields() override;

  XGRAD_ARG(double, lr);
  XGRAD_ARG_PAIR(betas) = {0.9, 0.999};
  XGRAD_ARG(double, eps) = 1e-8;
  XGRAD_ARG(double, weight_decay) = 0;
  XGRAD_ARG(bool, maximize) = false;
};

class NAdamOptions : public OptimizerCloneableOptions<NAdamOptions> {
 public:
  using Positional = kwargs::Order<kwargs::key::lr, kwargs::key::betas, kwargs::key::eps, kwargs::key::weight_decay,
                                   kwargs::key::momentum_decay>;
  NAdamOptions(double lr = 2e-3) : lr_(lr) {}
  double get_lr() const override { return lr_; }
  void set_lr(double v) override { lr_ = v; }
  void validate() const override;
  Fields fields() override;

  XGRAD_ARG(double, lr);
  XGRAD_ARG_PAIR(betas) = {0.9, 0.999};
  XGRAD_ARG(double, eps) = 1e-8;
  XGRAD_ARG(double, weight_decay) = 0;
  XGRAD_ARG(double, momentum_decay) = 4e-3;
};

class RAdamOptions : public OptimizerCloneableOptions<RAdamOptions> {
 public:
  using Positional = AdamaxOptions::Positional;
  RAdamOptions(double lr = 1e-3) : lr_(lr) {}
  double get_lr() const override { return lr_; }
  void set_lr(double v) override { lr_ = v; }
  void validate() const override;
  Fields fields() override;

  XGRAD_ARG(double, lr);
  XGRAD_ARG_PAIR(betas) = {0.9, 0.999};
  XGRAD_ARG(double, eps) = 1e-8;
  XGRAD_ARG(double, weight_decay) = 0;
};

/// Adam by the largest gradient instead of the mean square: d = g + weight_decay·p;  m = β₁·m + (1 − β₁)·d;
/// u = max(β₂·u, |d| + eps);  p −= lr / (1 − β₁ᵗ) · m / u. With `maximize`, −g takes g's place.
///
///     optim::Adamax optimizer(model.parameters(), lr = 2e-3);
///
/// State: step, exp_avg (m), exp_inf (u). Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2014, section 7.
class Adamax : public PerParameter<AdamaxOptions> {
 public:
  using PerParameter::PerParameter;
  const char* name() const override { return "Adamax"; }

 protected:
  const StateNames& state_names() const override;
  void start(ParamState& state, const Tensor& param, const AdamaxOptions& options) override;
  void step_one(const Tensor& param, const Tensor& grad, ParamState& state, const AdamaxOptions& options) override;
};

/// Adam with Nesterov's momentum: m and v as in Adam, μₜ = β₁·(1 − 0.96^(t·momentum_decay) / 2), Mₜ = μ₁·...·μₜ;
/// s = √(v / (1 − β₂ᵗ)) + eps;  p −= lr·(1 − μₜ) / (1 − Mₜ)·d / s + lr·μₜ₊₁ / (1 − Mₜ·μₜ·μₜ₊₁)·m / s.
/// (PyTorch 1.13 has μₜ twice in the last product, and so has this.)
///
///     optim::NAdam optimizer(model.parameters(), lr = 2e-3);
///
/// State: step, mu_product (M, a float32), exp_avg (m), exp_avg_sq (v).
/// Dozat, "Incorporating Nesterov Momentum into Adam", 2016.
class NAdam : public PerParameter<NAdamOptions> {
 public:
  using PerParameter::PerParameter;
  const char* name() const override { return "NAdam"; }

 protected:
  const StateNames& state_names() const override;
  void start(ParamState& state, const Tensor& param, const NAdamOptions& options) override;
  void step_one(const Tensor& param, const Tensor& grad, ParamState& state, const NAdamOptions& options) override;
};

/// Adam whose first steps do without the variance, which is not known well yet: m and v as in Adam,
/// ρ∞ = 2 / (1 − β₂) − 1, ρ = ρ∞ − 2t·β₂ᵗ / (1 − β₂ᵗ). While ρ ≤ 5: p −= lr·m / (1 − β₁ᵗ). Then
/// p −= lr·m / (1 − β₁ᵗ)·r·√(1 − β₂ᵗ) / (√v + eps) with r² = (ρ − 4)(ρ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρ).
///
///     optim::RAdam optimizer(model.parameters(), lr = 1e-3);
///
/// State: step, exp_avg (m), exp_avg_sq (v).
/// Liu et al., "On the Variance of the Adaptive Learning Rate and Beyond", 2019.
class RAdam : public PerParameter<RAdamOptions> {
 public:
  using PerParameter::PerParameter;
  const char* name() const override { return "RAdam"; }

 protected:
  const StateNames& state_names() const override;
  void start(ParamState& state, const Tensor& param, const RAdamOptions& options) override;
  void step_one(const Tensor& param, const Tensor& grad, ParamState& state, const RAdamOptions& options) override;
};

}  // namespace xgrad::optim
