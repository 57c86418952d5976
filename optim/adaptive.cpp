#include <xgrad/autograd/kernels/optim.hpp>
#include <xgrad/optim/adaptive.hpp>

namespace xgrad::optim {
namespace {

const StateNames kAdagradNames{{{"step"}}, {"sum"}};
const StateNames kAdadeltaNames{{{"step", true}}, {"square_avg", "acc_delta"}};
const StateNames kRMSpropNames{{{"step", true}}, {"square_avg", "momentum_buffer", "grad_avg"}};

/// For an option that was switched on after the first step too.
void ensure(Tensor& kept, const Tensor& param, bool wanted) {
  if (wanted && !kept.defined()) kept = zeros_like(param);
}

}  // namespace

void AdagradOptions::validate() const {
  check<ValueError>(lr_ >= 0, "Invalid learning rate: {}", lr_);
  check<ValueError>(lr_decay_ >= 0, "Invalid lr_decay value: {}", lr_decay_);
  check<ValueError>(weight_decay_ >= 0, "Invalid weight_decay value: {}", weight_decay_);
  check<ValueError>(initial_accumulator_value_ >= 0, "Invalid initial_accumulator_value value: {}",
                    initial_accumulator_value_);
  check<ValueError>(eps_ >= 0, "Invalid epsilon value: {}", eps_);
}

void AdadeltaOptions::validate() const {
  check<ValueError>(lr_ >= 0, "Invalid learning rate: {}", lr_);
  check<ValueError>(rho_ >= 0 && rho_ <= 1, "Invalid rho value: {}", rho_);
  check<ValueError>(eps_ >= 0, "Invalid epsilon value: {}", eps_);
  check<ValueError>(weight_decay_ >= 0, "Invalid weight_decay value: {}", weight_decay_);
}

void RMSpropOptions::validate() const {
  check<ValueError>(lr_ >= 0, "Invalid learning rate: {}", lr_);
  check<ValueError>(eps_ >= 0, "Invalid epsilon value: {}", eps_);
  check<ValueError>(momentum_ >= 0, "Invalid momentum value: {}", momentum_);
  check<ValueError>(weight_decay_ >= 0, "Invalid weight_decay value: {}", weight_decay_);
  check<ValueError>(alpha_ >= 0, "Invalid alpha value: {}", alpha_);
}

Fields AdagradOptions::fields() {
  return {{"lr", &lr_},
          {"lr_decay", Field::MaybeInt{&lr_decay_}},
          {"eps", &eps_},
          {"weight_decay", Field::MaybeInt{&weight_decay_}},
          {"initial_accumulator_value", Field::MaybeInt{&initial_accumulator_value_}},
          {"foreach", kAlwaysNone},
          {"maximize", &maximize_}};
}

Fields AdadeltaOptions::fields() {
  return {{"lr", &lr_},
          {"rho", &rho_},
          {"eps", &eps_},
          {"weight_decay", Field::MaybeInt{&weight_decay_}},
          {"maximize", &maximize_},
          {"foreach", kAlwaysNone}};
}

Fields RMSpropOptions::fields() {
  return {{"lr", &lr_},
          {"momentum", Field::MaybeInt{&momentum_}},
          {"alpha", &alpha_},
          {"eps", &eps_},
          {"centered", &centered_},
          {"weight_decay", Field::MaybeInt{&weight_decay_}},
          {"foreach", kAlwaysNone},
          {"maximize", &maximize_},
          {"differentiable", &kAlwaysFalse}};
}

const StateNames& Adagrad::state_names() const { return kAdagradNames; }
const StateNames& Adadelta::state_names() const { return kAdadeltaNames; }
const StateNames& RMSprop::state_names() const { return kRMSpropNames; }

void Adagrad::start(ParamState& state, const Tensor& param, const AdagradOptions& o) {
  state.tensors[0] = full_like(param, o.initial_accumulator_value());
}
void Adadelta::start(ParamState& state, const Tensor& param, const AdadeltaOptions&) {
  state.tensors[0] = zeros_like(param);
  state.tensors[1] = zeros_like(param);
}
void RMSprop::start(ParamState& state, const Tensor& param, const RMSpropOptions&) {
  state.tensors[0] = zeros_like(param);
}

void Adagrad::step_one(const Tensor& param, const Tensor& grad, ParamState& state, const AdagradOptions& o) {
  const double t = ++state.numbers[0];
  const kernels::AdagradStep step{o.lr() / (1 + (t - 1) * o.lr_decay()), o.eps(), o.weight_decay(), o.maximize()};
  kernels::adagrad_step(param.array(), grad.array(), state.tensors[0].array(), step);
}

void Adadelta::step_one(const Tensor& param, const Tensor& grad, ParamState& state, const AdadeltaOptions& o) {
  ++state.numbers[0];
  const kernels::AdadeltaStep step{o.lr(), o.rho(), o.eps(), o.weight_decay(), o.maximize()};
  kernels::adadelta_step(param.array(), grad.array(), state.tensors[0].array(), state.tensors[1].array(), step);
}

void RMSprop::step_one(const Tensor& param, const Tensor& grad, ParamState& state, const RMSpropOptions& o) {
  ++state.numbers[0];
  auto& [square, buffer, average] = state.tensors;
  ensure(buffer, param, o.momentum() > 0);
  ensure(average, param, o.centered());
  const kernels::RmspropStep step{o.lr(), o.alpha(), o.eps(), o.weight_decay(), o.momentum(), o.maximize()};
  kernels::rmsprop_step(param.array(), grad.array(), square.array(), o.centered() ? &average.array() : nullptr,
                        o.momentum() > 0 ? &buffer.array() : nullptr, step);
}

}  // namespace xgrad::optim
