#include <xgrad/autograd/graph/differentiable.hpp>
#include <xgrad/nn/module.hpp>
#include <xgrad/nn/module_state.hpp>

namespace xgrad::nn {

void RemovableHandle::remove() {
  const auto lists = lists_.lock();
  if (!lists) return;
  lists->before.erase(id_);
  lists->after.erase(id_);
  lists->backward.erase(id_);
  lists_.reset();
}

namespace {

template <class Hook>
RemovableHandle add(const std::shared_ptr<detail::HookLists>& lists, std::map<std::uint64_t, Hook>& list, Hook hook) {
  check<ValueError>(static_cast<bool>(hook), "a hook must be a function, but it is empty");
  const std::uint64_t id = lists->next++;
  list.emplace(id, std::move(hook));
  return RemovableHandle(lists, id);
}

}  // namespace

std::shared_ptr<detail::HookLists> ModuleBase::hook_lists() {
  if (!state_->hooks) state_->hooks = std::make_shared<detail::HookLists>();
  return state_->hooks;
}

RemovableHandle ModuleBase::register_forward_pre_hook(ForwardPreHook hook) {
  const auto lists = hook_lists();
  return add(lists, lists->before, std::move(hook));
}
RemovableHandle ModuleBase::register_forward_hook(ForwardHook hook) {
  const auto lists = hook_lists();
  return add(lists, lists->after, std::move(hook));
}
RemovableHandle ModuleBase::register_full_backward_hook(FullBackwardHook hook) {
  const auto lists = hook_lists();
  return add(lists, lists->backward, std::move(hook));
}

namespace detail {

/// What the nodes at both ends of a module's part of the graph share: one behind the results notes their gradients, one
/// before the arguments calls the hooks.
struct HookedCall::Backward {
  ModuleBase::Pointer module;
  std::shared_ptr<HookLists> lists;
  std::size_t inputs = 0;
  std::vector<std::size_t> input_places;  // of the arguments that take a gradient
  std::vector<Tensor> grad_output;

  std::vector<Tensor> run(std::vector<Tensor> grad_input) const {
    const auto hooks = lists->backward;  // one may remove itself
    for (const auto& [id, hook] : hooks) {
      hook(*module, grad_input, grad_output);
      check(grad_input.size() == inputs,
            "Backward hook returned an invalid number of grad_input, got {}, but expected {}", grad_input.size(),
            inputs);
    }
    return grad_input;
  }
  Grads at_inputs(const Grads& g) const {
    std::vector<Tensor> all(inputs);
    for (std::size_t k = 0; k < input_places.size(); ++k) all[input_places[k]] = g[k];
    all = run(std::move(all));
    Grads out(input_places.size());
    for (std::size_t k = 0; k < input_places.size(); ++k) out[k] = all[input_places[k]];
    return out;
  }
};

namespace {

/// Puts one node behind all of these tensors that take a gradient; `derivative` maps their gradients. Returns which
/// they are.
template <class Derivative>
std::vector<std::size_t> put_node(const std::vector<Tensor*>& tensors, Derivative derivative) {
  std::vector<std::size_t> places;
  std::vector<const Tensor*> wanted;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (!is_grad_enabled() || !tensors[i]->defined() || !takes_gradient(*tensors[i])) continue;
    places.push_back(i);
    wanted.push_back(tensors[i]);
  }
  if (wanted.empty()) return places;
  std::vector<Tensor> same = differentiable_many<"BackwardHookFunctionBackward0">(
      wanted,
      [&] {
        std::vector<Array> arrays;
        for (const Tensor* t : wanted) arrays.push_back(t->array());
        return arrays;
      },
      no_save, [derivative](const Saved&, Grads& g) -> Grads { return derivative(g); });
  for (std::size_t k = 0; k < places.size(); ++k) *tensors[places[k]] = std::move(same[k]);
  return places;
}

std::vector<Tensor> copies(const std::vector<Tensor*>& tensors) {
  std::vector<Tensor> out;
  for (const Tensor* t : tensors) out.push_back(*t);
  return out;
}

void replace(const std::vector<Tensor*>& tensors, const std::vector<Tensor>& by, const char* hook) {
  check(by.size() == tensors.size(), "a {} returned {} tensors, but there were {}", hook, by.size(), tensors.size());
  for (std::size_t i = 0; i < by.size(); ++i) *tensors[i] = by[i];
}

}  // namespace

HookedCall::~HookedCall() = default;
HookedCall::HookedCall(const ModuleBase& module, std::vector<Tensor*> inputs)
    : module_(const_cast<ModuleBase&>(module)), lists_(module.state_->hooks), inputs_(copies(inputs)) {
  const auto hooks = lists_->before;
  for (const auto& [id, hook] : hooks) hook(module_, inputs_);
  if (!hooks.empty()) replace(inputs, inputs_, "forward pre hook");
  if (lists_->backward.empty()) return;
  backward_ = std::make_shared<Backward>();
  backward_->module = module.self();
  backward_->lists = lists_;
  backward_->inputs = inputs.size();
  backward_->input_places = put_node(inputs, [call = backward_](const Grads& g) { return call->at_inputs(g); });
  inputs_ = copies(inputs);
}

void HookedCall::finish(const std::vector<Tensor*>& outputs) {
  const auto hooks = lists_->after;
  if (!hooks.empty()) {
    std::vector<Tensor> results = copies(outputs);
    for (const auto& [id, hook] : hooks) hook(module_, inputs_, results);
    replace(outputs, results, "forward hook");
  }
  if (!backward_) return;
  const auto places = std::make_shared<std::vector<std::size_t>>();
  *places = put_node(outputs, [call = backward_, places, n = outputs.size()](const Grads& g) {
    call->grad_output.assign(n, Tensor());
    for (std::size_t k = 0; k < places->size(); ++k) call->grad_output[(*places)[k]] = g[k];
    // Without an argument that takes a gradient, nobody comes by at the other end.
    if (call->input_places.empty()) call->run(std::vector<Tensor>(call->inputs));
    Grads out(places->size());
    for (std::size_t k = 0; k < places->size(); ++k) out[k] = g[k];
    return out;
  });
}

}  // namespace detail
}  // namespace xgrad::nn
