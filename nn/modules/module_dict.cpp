#include <xgrad/nn/module_state.hpp>
#include <xgrad/nn/modules/module_dict.hpp>

#include <fmt/format.h>

#include <ostream>

namespace xgrad::nn {

void ModuleDictImpl::set(const std::string& name, std::shared_ptr<ModuleBase> module) {
  if (modules_.contains(name)) {
    replace_module(name, module);
    modules_[name] = std::move(module);
    return;
  }
  register_module(name, module);
  modules_.insert(name, std::move(module));
}

std::shared_ptr<ModuleBase> ModuleDictImpl::pop(const std::string& name) {
  std::shared_ptr<ModuleBase> module = modules_[name];
  unregister_module(name);
  modules_.erase(name);
  return module;
}

void ModuleDictImpl::clear() {
  for (const std::string& name : keys()) pop(name);
}

std::shared_ptr<ModuleBase> ModuleDictImpl::clone(const std::optional<Device>& device) const {
  const detail::Cloning cloning;
  auto copy = std::make_shared<ModuleDictImpl>(*this);
  copy->start_anew();
  copy->modules_ = OrderedDict<std::string, std::shared_ptr<ModuleBase>>();
  for (const auto& [name, module] : modules_) copy->set(name, detail::Cloning::of(module, device));
  return copy;
}

void ParameterListImpl::append(const Tensor& parameter) {
  register_parameter(std::to_string(size()), parameter, parameter.requires_grad());
}

Tensor ParameterListImpl::operator[](std::size_t index) const {
  const auto all = parameters(false);
  check<IndexError>(index < all.size(), "index {} is out of range", index);
  return all[index];
}

std::shared_ptr<ModuleBase> ParameterListImpl::clone(const std::optional<Device>&) const {
  const detail::Cloning cloning;
  auto copy = std::make_shared<ParameterListImpl>(*this);
  copy->start_anew();
  for (const Tensor& p : parameters(false)) copy->append(detail::Cloning::of(p));
  return copy;
}

void ParameterListImpl::pretty_print(std::ostream& out) const {
  out << "ParameterList(";
  std::size_t i = 0;
  for (const Tensor& p : parameters(false)) {
    out << fmt::format("\n    ({}): Parameter containing: [torch.{} of size {}]", i++, info(p.dtype()).name,
                       fmt::join(p.sizes(), "x"));
  }
  out << (i ? "\n)" : ")");
}

}  // namespace xgrad::nn
