#include <xgrad/autograd/kernels/optim.hpp>
#include <xgrad/optim/sgd.hpp>

namespace xgrad::optim {
namespace {

std::vector<OptimizerParamGroup> one_group(std::vector<Tensor> params) {
  check<ValueError>(!params.empty(), "optimizer got an empty parameter list");
  std::vector<OptimizerParamGroup> groups;
  groups.emplace_back(std::move(params));
  return groups;
}

}  // namespace

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

SGD::SGD(std::vector<OptimizerParamGroup> groups, SGDOptions defaults)
    : Optimizer(std::move(groups), std::make_unique<SGDOptions>(std::move(defaults))) {}

SGD::SGD(std::vector<Tensor> params, SGDOptions defaults) : SGD(one_group(std::move(params)), std::move(defaults)) {}

void SGD::update(std::size_t group) {
  if (buffers_.size() <= group) buffers_.resize(param_groups().size());
  const OptimizerParamGroup& g = param_groups()[group];
  const auto& options = dynamic_cast<const SGDOptions&>(g.options());
  const kernels::SgdStep step{options.lr(),           options.momentum(), options.dampening(),
                              options.weight_decay(), options.nesterov(), options.maximize()};
  auto& buffers = buffers_[group];
  buffers.resize(g.params().size());
  for (std::size_t i = 0; i < g.params().size(); ++i) {
    const Tensor& p = g.params()[i];
    const Tensor& grad = p.grad();
    if (!grad.defined()) continue;
    const bool first = !buffers[i].defined();
    if (step.momentum != 0 && first) buffers[i] = empty_like(p);
    kernels::sgd_step(p.array(), grad.array(), step.momentum != 0 ? &buffers[i].array() : nullptr, first, step);
    p.impl()->bump_version();
  }
}

Tensor SGD::momentum_buffer(const Tensor& param) const {
  for (std::size_t g = 0; g < buffers_.size(); ++g) {
    const auto& params = param_groups()[g].params();
    for (std::size_t i = 0; i < buffers_[g].size(); ++i) {
      if (params[i].is_same(param)) return buffers_[g][i];
    }
  }
  return {};
}

}  // namespace xgrad::optim
