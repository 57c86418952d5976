// state_dict and load_state_dict.
#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/nn/module_base.hpp>
#include <xgrad/nn/module_state.hpp>

#include <fmt/format.h>

#include <fmt/ranges.h>

#include <algorithm>

namespace xgrad::nn {

// What a state_dict means for a tree: found out for the whole tree before anything is copied.
struct ModuleBase::Loading {
  const OrderedDict<std::string, Tensor>& source;
  IncompatibleKeys keys;
  std::vector<std::string> errors;
  std::vector<std::pair<Tensor, Tensor>> copies;  // to, from
};

OrderedDict<std::string, Tensor> ModuleBase::state_dict(const std::string& prefix, bool keep_vars) const {
  OrderedDict<std::string, Tensor> all;
  collect_state(prefix, keep_vars, all);
  return all;
}

void ModuleBase::collect_state(const std::string& prefix, bool keep_vars,
                               OrderedDict<std::string, Tensor>& into) const {
  const auto add = [&](const std::string& name, const Tensor& tensor) {
    if (tensor.defined()) into.insert(prefix + name, keep_vars ? tensor : tensor.detach());
  };
  for (const auto& [name, tensor] : state_->parameters) add(name, tensor);
  for (const auto& [name, buffer] : state_->buffers) {
    if (buffer.persistent) add(name, buffer.tensor);
  }
  if (state_->uninitialized) {
    for (const std::string& name : *state_->uninitialized) into.insert(prefix + name, Tensor());
  }
  for (const auto& [name, child] : state_->children) child->collect_state(prefix + name + ".", keep_vars, into);
}

void ModuleBase::announce_loading(const std::string& prefix, const OrderedDict<std::string, Tensor>& source) {
  before_loading(source, prefix);
  for (const auto& [name, child] : state_->children) child->announce_loading(prefix + name + ".", source);
}

void ModuleBase::plan_loading(const std::string& prefix, Loading& loading) const {
  const auto plan = [&](const std::string& name, const Tensor& here) {
    const std::string key = prefix + name;
    const Tensor* found = loading.source.find(key);
    if (!found) {
      if (const Tensor value = value_if_missing(name); value.defined()) {
        loading.copies.emplace_back(here, value);
      } else {
        loading.keys.missing_keys.push_back(key);
      }
      return;
    }
    if (!found->defined()) {
      loading.errors.push_back(
          fmt::format("While copying the parameter named \"{}\", expected torch.Tensor or "
                      "Tensor-like object from checkpoint but received <class 'NoneType'>",
                      key));
      return;
    }
    // Files from before PyTorch 0.4 keep numbers as vectors of one element.
    const Tensor from =
        here.dim() == 0 && found->dim() == 1 && found->numel() == 1 ? found->detach().reshape({}) : *found;
    if (from.sizes() == here.sizes()) {
      loading.copies.emplace_back(here, from);
      return;
    }
    loading.errors.push_back(
        fmt::format("size mismatch for {}: copying a param with shape torch.Size({}) from checkpoint, "
                    "the shape in current model is torch.Size({}).",
                    key, to_string(from.sizes()), to_string(here.sizes())));
  };
  const auto& uninitialized = state_->uninitialized;
  const auto is_own = [&](const std::string& name) {
    if (uninitialized) return std::find(uninitialized->begin(), uninitialized->end(), name) != uninitialized->end();
    const Tensor* parameter = state_->parameters.find(name);
    const State::Buffer* buffer = state_->buffers.find(name);
    return (parameter && parameter->defined()) || (buffer && buffer->persistent && buffer->tensor.defined());
  };

  for (const auto& [name, tensor] : state_->parameters) {
    if (tensor.defined()) plan(name, tensor);
  }
  for (const auto& [name, buffer] : state_->buffers) {
    if (buffer.persistent && buffer.tensor.defined()) plan(name, buffer.tensor);
  }
  if (uninitialized) {  // and so they stay
    for (const std::string& name : *uninitialized) {
      if (!loading.source.contains(prefix + name)) loading.keys.missing_keys.push_back(prefix + name);
    }
  }
  for (const auto& [key, tensor] : loading.source) {
    if (!key.starts_with(prefix)) continue;
    const std::string rest = key.substr(prefix.size());
    const auto dot = rest.find('.');
    const bool known = dot == std::string::npos ? is_own(rest) : state_->children.contains(rest.substr(0, dot));
    if (!known) loading.keys.unexpected_keys.push_back(key);
  }
  for (const auto& [name, child] : state_->children) child->plan_loading(prefix + name + ".", loading);
}

IncompatibleKeys ModuleBase::load_state_dict(const OrderedDict<std::string, Tensor>& state_dict, bool strict) {
  announce_loading({}, state_dict);
  Loading loading{state_dict, {}, {}, {}};
  plan_loading({}, loading);

  std::vector<std::string> errors;
  const auto complain = [&](const char* kind, const std::vector<std::string>& keys) {
    if (!keys.empty())
      errors.push_back(fmt::format("{} key(s) in state_dict: \"{}\". ", kind, fmt::join(keys, "\", \"")));
  };
  if (strict) {
    complain("Missing", loading.keys.missing_keys);
    complain("Unexpected", loading.keys.unexpected_keys);
  }
  errors.insert(errors.end(), loading.errors.begin(), loading.errors.end());
  check(errors.empty(), "Error(s) in loading state_dict for {}:\n\t{}", short_name(), fmt::join(errors, "\n\t"));

  const NoGradGuard no_grad;
  for (const auto& [to, from] : loading.copies) to.copy_(from);
  return std::move(loading.keys);
}

}  // namespace xgrad::nn
