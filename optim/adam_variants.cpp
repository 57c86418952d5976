#include <xgrad/autograd/kernels/optim.hpp>
#include <xgrad/optim/adam_checks.hpp>
#include <xgrad/optim/adam_variants.hpp>

#include <cmath>

namespace xgrad::optim {
namespace {

const StateNames kAdamaxNames{{{"step"}}, {"exp_avg", "exp_inf"}};
const StateNames kNAdamNames{{{"step"}, {"mu_product"}}, {"exp_avg", "exp_avg_sq"}};
const StateNames kRAdamNames{{{"step"}}, {"exp_avg", "exp_avg_sq"}};

void start_moments(ParamState& state, const Tensor& param) {
  state.tensors[0] = zeros_like(param);
  state.tensors[1] = zeros_like(param);
}

}  // namespace

void AdamaxOptions::validate() const { detail::check_adam(*this); }
void RAdamOptions::validate() const { detail::check_adam(*this); }
void NAdamOptions::validate() const {
  detail::check_adam(*this);
  check<ValueError>(momentum_decay_ >= 0, "Invalid momentum_decay value: {}", momentum_decay_);
}

Fields AdamaxOptions::fields() {
  return {{"lr", &lr_},
          {"betas", &betas_},
          {"eps", &eps_},
          {"weight_decay", Field::MaybeInt{&weight_decay_}},
          {"foreach", kAlwaysNone},
          {"maximize", &maximize_}};
}

Fields NAdamOptions::fields() {
  return {{"lr", &lr_},
          {"betas", &betas_},
          {"eps", &eps_},
          {"weight_decay", Field::MaybeInt{&weight_decay_}},
          {"momentum_decay", &momentum_decay_},
          {"foreach", kAlwaysNone}};
}

Fields RAdamOptions::fields() {
  return {{"lr", &lr_},
          {"betas", &betas_},
          {"eps", &eps_},
          {"weight_decay", Field::MaybeInt{&weight_decay_}},
          {"foreach", kAlwaysNone}};
}

const StateNames& Adamax::state_names() const { return kAdamaxNames; }
const StateNames& NAdam::state_names() const { return kNAdamNames; }
const StateNames& RAdam::state_names() const { return kRAdamNames; }

void Adamax::start(ParamState& state, const Tensor& param, const AdamaxOptions&) { start_moments(state, param); }
void RAdam::start(ParamState& state, const Tensor& param, const RAdamOptions&) { start_moments(state, param); }
void NAdam::start(ParamState& state, const Tensor& param, const NAdamOptions&) {
  start_moments(state, param);
  state.numbers[1] = 1;
}

void Adamax::step_one(const Tensor& param, const Tensor& grad, ParamState& state, const AdamaxOptions& o) {
  const auto [beta1, beta2] = o.betas();
  const double t = ++state.numbers[0];
  const kernels::AdamStep step{.beta1 = beta1,
                               .beta2 = beta2,
                               .eps = o.eps(),
                               .weight_decay = o.weight_decay(),
                               .step_size = o.lr() / (1 - std::pow(beta1, t)),
                               .maximize = o.maximize()};
  kernels::adamax_step(param.array(), grad.array(), state.tensors[0].array(), state.tensors[1].array(), step);
}

void NAdam::step_one(const Tensor& param, const Tensor& grad, ParamState& state, const NAdamOptions& o) {
  const auto [beta1, beta2] = o.betas();
  const double t = ++state.numbers[0];
  const auto mu_at = [&, beta1 = beta1](double step) {
    return beta1 * (1.0 - 0.5 * std::pow(0.96, step * o.momentum_decay()));
  };
  // PyTorch keeps the product in a float32 tensor, and multiplies there.
  const double mu = mu_at(t), mu_next = mu_at(t + 1);
  const float product = static_cast<float>(state.numbers[1]) * static_cast<float>(mu);
  const float product_next = product * static_cast<float>(mu) * static_cast<float>(mu_next);
  state.numbers[1] = product;
  const kernels::NadamStep step{.beta1 = beta1,
                                .beta2 = beta2,
                                .eps = o.eps(),
                                .weight_decay = o.weight_decay(),
                                .correction = 1 - std::pow(beta2, t),
                                .grad_size = o.lr() * (1.0 - mu) / (1.0 - product),
                                .momentum_size = o.lr() * mu_next / (1.0 - product_next)};
  kernels::nadam_step(param.array(), grad.array(), state.tensors[0].array(), state.tensors[1].array(), step);
}

void RAdam::step_one(const Tensor& param, const Tensor& grad, ParamState& state, const RAdamOptions& o) {
  const auto [beta1, beta2] = o.betas();
  const double t = ++state.numbers[0], correction2 = 1 - std::pow(beta2, t);
  const double longest = 2 / (1 - beta2) - 1, length = longest - 2 * t * std::pow(beta2, t) / correction2;
  const double square = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length);
  const kernels::RadamStep step{.beta1 = beta1,
                                .beta2 = beta2,
                                .eps = o.eps(),
                                .weight_decay = o.weight_decay(),
                                .lr = o.lr(),
                                .correction1 = 1 - std::pow(beta1, t),
                                .correction2 = std::sqrt(correction2),
                                .rectification = length > 5.0 ? std::sqrt(square) : 0};
  kernels::radam_step(param.array(), grad.array(), state.tensors[0].array(), state.tensors[1].array(), step);
}

}  // namespace xgrad::optim
