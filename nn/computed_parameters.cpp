// Parameters that are expressed by others.
#include <xgrad/autograd/graph/graph_place.hpp>
#include <xgrad/nn/module_base.hpp>
#include <xgrad/nn/module_state.hpp>

namespace xgrad::nn {

Tensor ModuleBase::compute_parameter(const std::string& name, std::string by, Computation compute) {
  check<ValueError>(!has_uninitialized_params(),
                    "The module passed to `{}` can't have uninitialized parameters. Make sure to run the dummy forward "
                    "before applying it",
                    by);
  if (const Computed* computed = state_->computed.find(name)) {
    check(computed->by != by, "Cannot register two {} hooks on the same parameter {}", by, name);
    fail("parameter {} is computed by {} already; remove that first", name, computed->by);
  }
  const Tensor handle = state_->parameters[name];
  check<ValueError>(handle.defined(), "`{}` cannot be applied as parameter `{}` is None", by, name);
  const Tensor contents = handle.detach();
  unregister_parameter(name);
  become(handle, contents);
  // The hook knows no module: a clone gets it too.
  const RemovableHandle hook =
      register_forward_pre_hook([name](ModuleBase& module, std::vector<Tensor>&) { module.recompute(name, true); });
  state_->computed.insert(name, Computed{handle, std::move(by), std::move(compute), hook.id()});
  return contents;
}

bool ModuleBase::is_computed(const std::string& name, const std::string& by) const {
  const Computed* computed = state_->computed.find(name);
  return computed && computed->by == by;
}

void ModuleBase::recompute(const std::string& name, bool in_forward) {
  const Computed& computed = state_->computed[name];
  become(computed.tensor, computed.compute(*this, in_forward));
}

void ModuleBase::stop_computing(const std::string& name) {
  const Computed computed = state_->computed[name];
  {
    const NoGradGuard no_grad;
    become_for_good(computed.tensor, computed.compute(*this, false));
  }
  RemovableHandle(state_->hooks, computed.hook).remove();
  state_->computed.erase(name);
  register_parameter(name, computed.tensor);
}

/// Gives a new module, whose parameters are those that its class registers, what `other` has instead of some of them.
/// The hooks were copied already.
void ModuleBase::copy_computed_from(const ModuleBase& other) {
  for (const auto& [name, theirs] : other.state_->computed) {
    const Tensor handle = state_->parameters[name];
    become(handle, theirs.tensor.detach().clone());
    state_->computed.insert(name, Computed{handle, theirs.by, theirs.compute, theirs.hook});
    state_->parameters.erase(name);
  }
  if (other.state_->computed.is_empty()) return;
  for (const auto& [name, tensor] : other.state_->parameters) {
    if (!state_->parameters.contains(name)) state_->parameters.insert(name, Tensor());
  }
  for (const auto& [name, buffer] : other.state_->buffers) {
    if (!state_->buffers.contains(name)) state_->buffers.insert(name, State::Buffer{Tensor(), buffer.persistent});
  }
}

}  // namespace xgrad::nn
