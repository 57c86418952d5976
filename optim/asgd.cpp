#include <xgrad/autograd/kernels/optim.hpp>
#include <xgrad/optim/asgd.hpp>

#include <algorithm>
#include <cmath>

namespace xgrad::optim {
namespace {

/// PyTorch keeps these numbers in float32 tensors.
double as_float32(double x) { return static_cast<float>(x); }

}  // namespace

void ASGDOptions::validate() const {
  check<ValueError>(lr_ >= 0, "Invalid learning rate: {}", lr_);
  check<ValueError>(weight_decay_ >= 0, "Invalid weight_decay value: {}", weight_decay_);
}

Fields ASGDOptions::fields() {
  return {{"lr", &lr_},
          {"lambd", &lambd_},
          {"alpha", &alpha_},
          {"t0", &t0_},
          {"weight_decay", Field::MaybeInt{&weight_decay_}},
          {"foreach", kAlwaysNone},
          {"maximize", &maximize_}};
}

const StateNames& ASGD::state_names() const {
  static const StateNames names{{{"step"}, {"eta"}, {"mu"}}, {"ax"}};
  return names;
}

void ASGD::start(ParamState& state, const Tensor& param, const ASGDOptions& o) {
  state.numbers = {0, as_float32(o.lr()), 1};
  state.tensors[0] = zeros_like(param);
}

void ASGD::step_one(const Tensor& param, const Tensor& grad, ParamState& state, const ASGDOptions& o) {
  auto& [t, eta, mu] = state.numbers;
  ++t;
  const kernels::AsgdStep step{eta, 1 - o.lambd() * eta, o.weight_decay(), mu, o.maximize()};
  kernels::asgd_step(param.array(), grad.array(), state.tensors[0].array(), step);
  eta = as_float32(o.lr() / std::pow(1 + o.lambd() * o.lr() * t, o.alpha()));
  mu = as_float32(1 / std::max(1.0, t - o.t0()));
}

}  // namespace xgrad::optim
