/// Rprop, which goes by the gradients' signs alone.
#pragma once

#include <xgrad/optim/per_parameter.hpp>

namespace xgrad::optim {

class RpropOptions : public OptimizerCloneableOptions<RpropOptions> {
 public:
  using Positional = kwargs::Order<kwargs::key::lr, kwargs::key::etas, kwargs::key::step_sizes>;
  RpropOptions(double lr = 1e-2) : lr_(lr) {}
  double get_lr() const override { return lr_; }
  void set_lr(double v) override { lr_ = v; }
  void validate() const override;
  Fields fields() override;

  XGRAD_ARG(double, lr);
  XGRAD_ARG_PAIR(etas) = {0.5, 1.2};
  XGRAD_ARG_PAIR(step_sizes) = {1e-6, 50};
  XGRAD_ARG(bool, maximize) = false;
};

/// Each element has a step size, lr at first. Where the gradient has the sign it had before, the size grows by etas[1];
/// where the sign changed it shrinks by etas[0] and the gradient counts as 0; it stays within step_sizes.
/// p −= sign(g)·size. For whole batches, not for samples. With `maximize`, −g takes g's place.
///
///     optim::Rprop optimizer(model.parameters(), lr = 0.01, etas = {0.5, 1.2});
///
/// State: step, prev (the gradient), step_size.
/// Riedmiller and Braun, "A direct adaptive method for faster backpropagation learning: the RPROP algorithm", 1993.
class Rprop : public PerParameter<RpropOptions> {
 public:
  using PerParameter::PerParameter;
  const char* name() const override { return "Rprop"; }

 protected:
  const StateNames& state_names() const override;
  void start(ParamState& state, const Tensor& param, const RpropOptions& options) override;
  void step_one(const Tensor& param, const Tensor& grad, ParamState& state, const RpropOptions& options) override;
};

}  // namespace xgrad::optim
