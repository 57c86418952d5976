/// Stochastic gradient descent.
#pragma once

#include <xgrad/optim/per_parameter.hpp>

namespace xgrad::optim {

/// What SGD can be told: `SGDOptions(0.1).momentum(0.9)`. `lr` has no default.
class SGDOptions : public OptimizerCloneableOptions<SGDOptions> {
 public:
  using Positional = kwargs::Order<kwargs::key::lr, kwargs::key::momentum, kwargs::key::dampening,
                                   kwargs::key::weight_decay, kwargs::key::nesterov, kwargs::key::maximize>;
  SGDOptions() = default;
  SGDOptions(double lr) : lr_(lr) {}

  SGDOptions& lr(double v) { return lr_ = v, *this; }
  /// Throws ValueError when no learning rate was given.
  double lr() const;
  double get_lr() const override { return lr(); }
  void set_lr(double v) override { lr_ = v; }
  void validate() const override;
  Fields fields() override;

  XGRAD_ARG(double, momentum) = 0;
  XGRAD_ARG(double, dampening) = 0;
  XGRAD_ARG(double, weight_decay) = 0;
  XGRAD_ARG(bool, nesterov) = false;
  XGRAD_ARG(bool, maximize) = false;

 private:
  std::optional<double> lr_;
};

/// d = g + weight_decay·p;  v = momentum·v + (1 − dampening)·d;  p −= lr·v, where the first v is d itself;
/// with `nesterov`, p −= lr·(d + momentum·v); with `maximize`, −g takes g's place.
///
///     optim::SGD optimizer(model.parameters(), lr = 0.01, momentum = 0.9);
///
/// Follows https://pytorch.org/docs/1.13/generated/torch.optim.SGD.html, one sweep over memory for each parameter.
/// Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013.
class SGD : public PerParameter<SGDOptions> {
 public:
  using PerParameter::PerParameter;
  const char* name() const override { return "SGD"; }

  /// The momentum of a parameter; undefined before its first step.
  Tensor momentum_buffer(const Tensor& param) const { return state(param, "momentum_buffer"); }

 protected:
  const StateNames& state_names() const override;
  void start(ParamState& state, const Tensor& param, const SGDOptions& options) override;
  void step_one(const Tensor& param, const Tensor& grad, ParamState& state, const SGDOptions& options) override;
};

}  // namespace xgrad::optim
