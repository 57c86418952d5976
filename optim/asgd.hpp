/// Averaged stochastic gradient descent.
#pragma once

#include <xgrad/optim/per_parameter.hpp>

namespace xgrad::optim {

class ASGDOptions : public OptimizerCloneableOptions<ASGDOptions> {
 public:
  using Positional = kwargs::Order<kwargs::key::lr, kwargs::key::lambd, kwargs::key::alpha, kwargs::key::t0,
                                   kwargs::key::weight_decay>;
  ASGDOptions(double lr = 1e-2) : lr_(lr) {}
  double get_lr() const override { return lr_; }
  void set_lr(double v) override { lr_ = v; }
  void validate() const override;
  Fields fields() override;

  XGRAD_ARG(double, lr);
  XGRAD_ARG(double, lambd) = 1e-4;
  XGRAD_ARG(double, alpha) = 0.75;
  XGRAD_ARG(double, t0) = 1e6;
  XGRAD_ARG(double, weight_decay) = 0;
  XGRAD_ARG(bool, maximize) = false;
};

/// d = g + weight_decay·p;  p = (1 − lambd·η)·p − η·d;  ax += μ·(p − ax);  then η = lr / (1 + lambd·lr·t)^alpha and
/// μ = 1 / max(1, t − t0): ax is the mean of all p after step t0. With `maximize`, −g takes g's place.
///
///     optim::ASGD optimizer(model.parameters(), lr = 0.01, t0 = 1000);
///     Tensor mean = optimizer.state(parameter, "ax");
///
/// State: step, eta (η), mu (μ), ax; the numbers are float32, as in PyTorch.
/// Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", 1992.
class ASGD : public PerParameter<ASGDOptions> {
 public:
  using PerParameter::PerParameter;
  const char* name() const override { return "ASGD"; }

 protected:
  const StateNames& state_names() const override;
  void start(ParamState& state, const Tensor& param, const ASGDOptions& options) override;
  void step_one(const Tensor& param, const Tensor& grad, ParamState& state, const ASGDOptions& options) override;
};

}  // namespace xgrad::optim
