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

void SequentialImpl::append(std::string name, AnyModule module) {
  register_module(name, module.ptr());
  names_.push_back(std::move(name));
  modules_.push_back(std::move(module));
}

std::shared_ptr<ModuleBase> SequentialImpl::clone(const std::optional<Device>& device) const {
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
