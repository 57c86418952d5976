/// Steps scaled by past gradients: Adagrad, Adadelta and RMSprop.
#pragma once

#include <xgrad/optim/per_parameter.hpp>

namespace xgrad::optim {

class AdagradOptions : public OptimizerCloneableOptions<AdagradOptions> {
 public:
  using Positional = kwargs::Order<kwargs::key::lr, kwargs::key::lr_decay, kwargs::key::weight_decay,
                                   kwargs::key::initial_accumulator_value, kwargs::key::eps>;
  AdagradOptions(double lr = 1e-2) : lr_(lr) {}
  double get_lr() const override { return lr_; }
  void set_lr(double v) override { lr_ = v; }
  void validate() const override;
  Fields fields() override;

  XGRAD_ARG(double, lr);
  XGRAD_ARG(double, lr_decay) = 0;
  XGRAD_ARG(double, weight_decay) = 0;
  XGRAD_ARG(double, initial_accumulator_value) = 0;
  XGRAD_ARG(double, eps) = 1e-10;
  XGRAD_ARG(bool, maximize) = false;
};

class AdadeltaOptions : public OptimizerCloneableOptions<AdadeltaOptions> {
 public:
  using Positional = kwargs::Order<kwargs::key::lr, kwargs::key::rho, kwargs::key::eps, kwargs::key::weight_decay>;
  AdadeltaOptions(double lr = 1) : lr_(lr) {}
  double get_lr() const override { return lr_; }
  void set_lr(double v) override { lr_ = v; }
  void validate() const override;
  Fields fields() override;

  XGRAD_ARG(double, lr);
  XGRAD_ARG(double, rho) = 0.9;
  XGRAD_ARG(double, eps) = 1e-6;
  XGRAD_ARG(double, weight_decay) = 0;
  XGRAD_ARG(bool, maximize) = false;
};

class RMSpropOptions : public OptimizerCloneableOptions<RMSpropOptions> {
 public:
  using Positional = kwargs::Order<kwargs::key::lr, kwargs::key::alpha, kwargs::key::eps, kwargs::key::weight_decay,
                                   kwargs::key::momentum, kwargs::key::centered>;
  RMSpropOptions(double lr = 1e-2) : lr_(lr) {}
  double get_lr() const override { return lr_; }
  void set_lr(double v) override { lr_ = v; }
  void validate() const override;
  Fields fields() override;

  XGRAD_ARG(double, lr);
  XGRAD_ARG(double, alpha) = 0.99;
  XGRAD_ARG(double, eps) = 1e-8;
  XGRAD_ARG(double, weight_decay) = 0;
  XGRAD_ARG(double, momentum) = 0;
  XGRAD_ARG(bool, centered) = false;
  XGRAD_ARG(bool, maximize) = false;
};

/// d = g + weight_decay·p;  sum += d²;  p −= lr / (1 + (t − 1)·lr_decay) · d / (√sum + eps), where the sum starts at
/// initial_accumulator_value. With `maximize`, −g takes g's place.
///
///     optim::Adagrad optimizer(model.parameters(), lr = 0.01);
///
/// State: step, sum. Duchi et al., "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization",
/// 2011.
class Adagrad : public PerParameter<AdagradOptions> {
 public:
  // As in PyTorch, every parameter has its state from the beginning.
  template <class... Args>
  explicit Adagrad(std::vector<OptimizerParamGroup> groups, Args&&... args)
      : PerParameter(std::move(groups), std::forward<Args>(args)...) {
    start_all();
  }
  template <class... Args>
  explicit Adagrad(std::vector<Tensor> params, Args&&... args)
      : PerParameter(std::move(params), std::forward<Args>(args)...) {
    start_all();
  }
  const char* name() const override { return "Adagrad"; }

 protected:
  const StateNames& state_names() const override;
  void start(ParamState& state, const Tensor& param, const AdagradOptions& options) override;
  void step_one(const Tensor& param, const Tensor& grad, ParamState& state, const AdagradOptions& options) override;
};

/// d = g + weight_decay·p;  v = ρ·v + (1 − ρ)·d²;  x = √(u + eps) / √(v + eps)·d;  u = ρ·u + (1 − ρ)·x²;  p −= lr·x.
/// With `maximize`, −g takes g's place.
///
///     optim::Adadelta optimizer(model.parameters());
///
/// State: step, square_avg (v), acc_delta (u). Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012.
class Adadelta : public PerParameter<AdadeltaOptions> {
 public:
  using PerParameter::PerParameter;
  const char* name() const override { return "Adadelta"; }

 protected:
  const StateNames& state_names() const override;
  void start(ParamState& state, const Tensor& param, const AdadeltaOptions& options) override;
  void step_one(const Tensor& param, const Tensor& grad, ParamState& state, const AdadeltaOptions& options) override;
};

/// d = g + weight_decay·p;  v = α·v + (1 − α)·d²;  s = √v + eps;  p −= lr·d / s. `centered`: a = α·a + (1 − α)·d and
/// s = √(v − a²) + eps. With a momentum: b = momentum·b + d / s, p −= lr·b. With `maximize`, −g takes g's place.
///
///     optim::RMSprop optimizer(model.parameters(), lr = 1e-3, momentum = 0.9);
///
/// State: step, square_avg (v), momentum_buffer (b), grad_avg (a). Hinton, "Neural Networks for Machine Learning",
/// lecture 6, 2012; centered: Graves, "Generating Sequences With Recurrent Neural Networks", 2013.
class RMSprop : public PerParameter<RMSpropOptions> {
 public:
  using PerParameter::PerParameter;
  const char* name() const override { return "RMSprop"; }

 protected:
  const StateNames& state_names() const override;
  void start(ParamState& state, const Tensor& param, const RMSpropOptions& options) override;
  void step_one(const Tensor& param, const Tensor& grad, ParamState& state, const RMSpropOptions& options) override;
};

}  // namespace xgrad::optim
