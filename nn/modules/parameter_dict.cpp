#include <xgrad/nn/module_state.hpp>
#include <xgrad/nn/modules/parameter_dict.hpp>

#include <fmt/format.h>

#include <ostream>

namespace xgrad::nn {

Tensor& ParameterDictImpl::insert(const std::string& name, const Tensor& parameter) {
  if (parameters_.contains(name)) {
    unregister_parameter(name);
    parameters_[name] = register_parameter(name, parameter);
    return parameters_[name];
  }
  register_parameter(name, parameter);
  return parameters_.insert(name, parameter);
}

Tensor ParameterDictImpl::pop(const std::string& name) {
  Tensor parameter = parameters_[name];
  unregister_parameter(name);
  parameters_.erase(name);
  return parameter;
}

void ParameterDictImpl::clear() {
  for (const std::string& name : keys()) pop(name);
}

std::shared_ptr<ModuleBase> ParameterDictImpl::clone(const std::optional<Device>&) const {
  const detail::Cloning cloning;
  auto copy = std::make_shared<ParameterDictImpl>(*this);
  copy->start_anew();
  copy->parameters_ = OrderedDict<std::string, Tensor>();
  for (const auto& [name, p] : parameters_)
    copy->insert(name, detail::Cloning::of(p)).requires_grad_(p.requires_grad());
  return copy;
}

void ParameterDictImpl::pretty_print(std::ostream& out) const {
  out << "ParameterDict(";
  for (const auto& [name, p] : parameters_) {
    out << fmt::format("\n    ({}): Parameter containing: [torch.{}Tensor of size {}]", name, info(p.dtype()).cname,
                       fmt::join(p.sizes(), "x"));
  }
  out << (empty() ? ")" : "\n)");
}

}  // namespace xgrad::nn
