#include <xgrad/autograd/kernels/optim.hpp>
#include <xgrad/optim/rprop.hpp>

namespace xgrad::optim {

void RpropOptions::validate() const {
  const auto [minus, plus] = etas_;
  check<ValueError>(lr_ >= 0, "Invalid learning rate: {}", lr_);
  check<ValueError>(0 < minus && minus < 1 && 1 < plus, "Invalid eta values: {}, {}", minus, plus);
}

Fields RpropOptions::fields() {
  return {
      {"lr", &lr_}, {"etas", &etas_}, {"step_sizes", &step_sizes_}, {"foreach", kAlwaysNone}, {"maximize", &maximize_}};
}

const StateNames& Rprop::state_names() const {
  static const StateNames names{{{"step", true}}, {"prev", "step_size"}};
  return names;
}

void Rprop::start(ParamState& state, const Tensor& param, const RpropOptions& o) {
  state.tensors[0] = zeros_like(param);
  state.tensors[1] = full_like(param, o.lr());
}

void Rprop::step_one(const Tensor& param, const Tensor& grad, ParamState& state, const RpropOptions& o) {
  ++state.numbers[0];
  const auto [minus, plus] = o.etas();
  const auto [smallest, largest] = o.step_sizes();
  const kernels::RpropStep step{minus, plus, smallest, largest, o.maximize()};
  kernels::rprop_step(param.array(), grad.array(), state.tensors[0].array(), state.tensors[1].array(), step);
}

}  // namespace xgrad::optim
