#include <xgrad/nn/module_state.hpp>
#include <xgrad/nn/modules/sequential.hpp>

#include <algorithm>

namespace xgrad::nn {

Tensor SequentialImpl::forward(Tensor input) {
  if (is_empty()) return input;
  if (std::all_of(begin(), end(), [](const AnyModule& m) { return m.tensor_to_tensor(); })) {
    for (AnyModule& module : modules_) input = module(Input(std::move(input), nullptr, 0));
    return input;
  }
  return forward<Tensor, Tensor>(std::move(input));
}

void SequentialImpl::add(std::string name, AnyModule module) {
  register_module(name, module.ptr());
  names_.push_back(std::move(name));
  modules_.push_back(std::move(module));
}

void SequentialImpl::insert_any(std::int64_t index, AnyModule module) {
  const auto n = static_cast<std::int64_t>(size());
  check<IndexError>(-n <= index && index <= n, "Index out of range: {}", index);
  for (std::size_t i = 0; i < size(); ++i) {
    check(names_[i] == std::to_string(i), "insert() numbers the modules anew, but one is called '{}'", names_[i]);
  }
  modules_.insert(modules_.begin() + (index < 0 ? index + n : index), std::move(module));
  number_anew();
}

std::shared_ptr<ModuleBase> SequentialImpl::pop(std::int64_t index) {
  const auto n = static_cast<std::int64_t>(size());
  check<IndexError>(-n <= index && index < n, "index {} is out of range", index);
  const auto at = modules_.begin() + (index < 0 ? index + n : index);
  std::shared_ptr<ModuleBase> module = at->ptr();
  modules_.erase(at);
  number_anew();
  return module;
}

void SequentialImpl::number_anew() {
  for (const std::string& name : names_) unregister_module(name);
  names_.clear();
  for (const AnyModule& module : modules_) {
    names_.push_back(std::to_string(names_.size()));
    register_module(names_.back(), module.ptr());
  }
}

std::shared_ptr<ModuleBase> SequentialImpl::clone(const std::optional<Device>& device) const {
  const detail::Cloning cloning;
  auto copy = std::make_shared<SequentialImpl>(*this);
  copy->start_anew();
  copy->modules_.clear();
  copy->names_.clear();
  for (std::size_t i = 0; i < size(); ++i) {
    // A module that stands here twice stands in the copy twice, too.
    const auto first = std::find_if(begin(), begin() + static_cast<std::ptrdiff_t>(i),
                                    [&](const AnyModule& m) { return m.ptr() == modules_[i].ptr(); });
    const auto at = static_cast<std::size_t>(first - begin());
    copy->push_back(names_[i], at < i ? copy->modules_[at] : modules_[i].clone(device));
  }
  return copy;
}

}  // namespace xgrad::nn
