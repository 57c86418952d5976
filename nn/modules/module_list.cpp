#include <xgrad/nn/module_state.hpp>
#include <xgrad/nn/modules/module_list.hpp>

namespace xgrad::nn {

void ModuleListImpl::insert_pointer(std::size_t index, std::shared_ptr<ModuleBase> module) {
  check<IndexError>(index <= size(), "Index out of range");
  if (index == size()) {
    register_module(std::to_string(index), module);
    modules_.push_back(std::move(module));
    return;
  }
  register_module(std::to_string(size()), modules_.back());
  modules_.insert(modules_.begin() + static_cast<std::ptrdiff_t>(index), std::move(module));
  for (std::size_t i = index; i < size(); ++i) replace_module(std::to_string(i), modules_[i]);
}

std::shared_ptr<ModuleBase> ModuleListImpl::pop(std::int64_t index) {
  const auto n = static_cast<std::int64_t>(size());
  check<IndexError>(-n <= index && index < n, "index {} is out of range", index);
  const auto at = modules_.begin() + (index < 0 ? index + n : index);
  std::shared_ptr<ModuleBase> module = *at;
  modules_.erase(at);
  unregister_module(std::to_string(n - 1));
  for (std::size_t i = 0; i < size(); ++i) replace_module(std::to_string(i), modules_[i]);
  return module;
}

std::shared_ptr<ModuleBase> ModuleListImpl::clone(const std::optional<Device>& device) const {
  const detail::Cloning cloning;
  auto copy = std::make_shared<ModuleListImpl>(*this);
  copy->start_anew();
  copy->modules_.clear();
  for (const auto& module : modules_) copy->push_back(detail::Cloning::of(module, device));
  return copy;
}

}  // namespace xgrad::nn
