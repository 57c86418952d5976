#include <xgrad/autograd/kernels/optim.hpp>
#include <xgrad/optim/sgd.hpp>

namespace xgrad::optim {

double SGDOptions::lr() const {
  check<ValueError>(lr_.has_value(), "parameter group didn't specify a value of required optimization parameter lr");
  return *lr_;
}

void SGDOptions::validate() const {
  check<ValueError>(lr() >= 0, "Invalid learning rate: {}", lr());
  check<ValueError>(momentum_ >= 0, "Invalid momentum value: {}", momentum_);
  check<ValueError>(weight_decay_ >= 0, "Invalid weight_decay value: {}", weight_decay_);
  check<ValueError>(!nesterov_ || (momentum_ > 0 && dampening_ == 0),
                    "Nesterov momentum requires a momentum and zero dampening");
}

Fields SGDOptions::fields() {
  return {{"lr", &lr_},
          {"momentum", Field::MaybeInt{&momentum_}},
          {"dampening", Field::MaybeInt{&dampening_}},
          {"weight_decay", Field::MaybeInt{&weight_decay_}},
          {"nesterov", &nesterov_},
          {"maximize", &maximize_},
          {"foreach", kAlwaysNone},
          {"differentiable", &kAlwaysFalse}};
}

const StateNames& SGD::state_names() const {
  static const StateNames names{{}, {"momentum_buffer"}, true};
  return names;
}

void SGD::start(ParamState&, const Tensor&, const SGDOptions&) {}

void SGD::step_one(const Tensor& param, const Tensor& grad, ParamState& state, const SGDOptions& o) {
  const kernels::SgdStep step{o.lr(), o.momentum(), o.dampening(), o.weight_decay(), o.nesterov(), o.maximize()};
  Tensor& buffer = state.tensors[0];
  const bool first = !buffer.defined();
  if (step.momentum != 0 && first) buffer = empty_like(param);
  kernels::sgd_step(param.array(), grad.array(), step.momentum != 0 ? &buffer.array() : nullptr, first, step);
}

}  // namespace xgrad::optim
