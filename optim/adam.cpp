#include <xgrad/autograd/kernels/optim.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/adam_checks.hpp>

#include <cmath>

namespace xgrad::optim {
namespace {

const StateNames kNames{{{"step"}}, {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"}};

void start_moments(ParamState& state, const Tensor& param, bool amsgrad) {
  for (std::size_t i = 0; i < (amsgrad ? 3 : 2); ++i) state.tensors[i] = zeros_like(param);
}

/// Both optimisers: `coupled` decay is part of the gradient, the other kind shrinks the parameter.
template <class Options>
void step_adam(const char* name, const Tensor& param, const Tensor& grad, ParamState& state, const Options& o,
               bool coupled) {
  const auto [beta1, beta2] = o.betas();
  const double t = ++state.numbers[0];
  const kernels::AdamStep step{.beta1 = beta1,
                               .beta2 = beta2,
                               .eps = o.eps(),
                               .weight_decay = coupled ? o.weight_decay() : 0,
                               .step_size = o.lr() / (1 - std::pow(beta1, t)),
                               .correction = std::sqrt(1 - std::pow(beta2, t)),
                               .decay_factor = coupled ? 1 : 1 - o.lr() * o.weight_decay(),
                               .maximize = o.maximize()};
  Tensor& largest = state.tensors[2];
  if (o.amsgrad() && !largest.defined()) largest = zeros_like(param);  // switched on after the first step
  kernels::adam_step(name, param.array(), grad.array(), state.tensors[0].array(), state.tensors[1].array(),
                     o.amsgrad() ? &largest.array() : nullptr, step);
}

}  // namespace

void AdamOptions::validate() const { detail::check_adam(*this); }
void AdamWOptions::validate() const { detail::check_adam(*this); }

Fields AdamOptions::fields() {
  return {{"lr", &lr_},
          {"betas", &betas_},
          {"eps", &eps_},
          {"weight_decay", Field::MaybeInt{&weight_decay_}},
          {"amsgrad", &amsgrad_},
          {"maximize", &maximize_},
          {"foreach", kAlwaysNone},
          {"capturable", &kAlwaysFalse},
          {"differentiable", &kAlwaysFalse},
          {"fused", &kAlwaysFalse}};
}

Fields AdamWOptions::fields() {
  return {{"lr", &lr_},           {"betas", &betas_},       {"eps", &eps_},           {"weight_decay", &weight_decay_},
          {"amsgrad", &amsgrad_}, {"foreach", kAlwaysNone}, {"maximize", &maximize_}, {"capturable", &kAlwaysFalse}};
}

const StateNames& Adam::state_names() const { return kNames; }
const StateNames& AdamW::state_names() const { return kNames; }

void Adam::start(ParamState& state, const Tensor& param, const AdamOptions& o) {
  start_moments(state, param, o.amsgrad());
}
void AdamW::start(ParamState& state, const Tensor& param, const AdamWOptions& o) {
  start_moments(state, param, o.amsgrad());
}

void Adam::step_one(const Tensor& param, const Tensor& grad, ParamState& state, const AdamOptions& o) {
  step_adam(name(), param, grad, state, o, true);
}
void AdamW::step_one(const Tensor& param, const Tensor& grad, ParamState& state, const AdamWOptions& o) {
  step_adam(name(), param, grad, state, o, false);
}

}  // namespace xgrad::optim
