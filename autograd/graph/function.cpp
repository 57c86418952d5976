#include <xgrad/autograd/array/warning.hpp>
#include <xgrad/autograd/graph/anomaly.hpp>
#include <xgrad/autograd/graph/differentiable.hpp>
#include <xgrad/autograd/graph/function.hpp>
#include <xgrad/autograd/graph/in_place.hpp>
#include <xgrad/autograd/graph/saved_hooks.hpp>

#include <cxxabi.h>

#include <cstdlib>
#include <map>
#include <mutex>
#include <typeindex>

namespace xgrad::autograd {

// The node of a user's function.
class FunctionNode : public OpNodeBase {
 public:
  using Backward = detail::FunctionBackward;

  const char* name() const override { return name_; }
  Grads apply(Grads&& grads) override;

  static variable_list record(const char* name, Backward backward, AutogradContext ctx, const variable_list& inputs,
                              std::vector<bool> is_tensor, variable_list outputs, bool record);

 private:
  friend class AutogradContext;
  FunctionNode(std::size_t num_edges, std::size_t num_saved, const char* name, Backward backward, AutogradContext ctx,
               std::vector<bool> is_tensor);
  void keep(const variable_list& to_save, const variable_list& inputs, const variable_list& outputs);

  const char* name_;
  Backward backward_;
  AutogradContext ctx_;
  std::vector<bool> is_tensor_;
};

const char* detail::function_node_name(const std::type_info& type) {
  static std::mutex lock;
  static std::map<std::type_index, std::string> names;
  const std::lock_guard guard(lock);
  std::string& name = names[type];
  if (name.empty()) {
    const std::unique_ptr<char, void (*)(void*)> text(abi::__cxa_demangle(type.name(), nullptr, nullptr, nullptr),
                                                      std::free);
    name = text ? text.get() : type.name();
    if (const auto at = name.rfind("::"); at != std::string::npos) name.erase(0, at + 2);
    name += "Backward";
  }
  return name.c_str();
}

FunctionNode::FunctionNode(std::size_t num_edges, std::size_t num_saved, const char* name, Backward backward,
                           AutogradContext ctx, std::vector<bool> is_tensor)
    : OpNodeBase(sizeof(FunctionNode), num_edges, num_saved),
      name_(name),
      backward_(backward),
      ctx_(std::move(ctx)),
      is_tensor_(std::move(is_tensor)) {
  construct_saved();
  ctx_.node_ = this;
}

namespace {

std::vector<const TensorImpl*> impls(const variable_list& tensors) {
  std::vector<const TensorImpl*> all;
  for (const Tensor& t : tensors) all.push_back(t.impl());
  return all;
}
bool lists(const std::vector<const TensorImpl*>& impls, const TensorImpl* impl) {
  return std::find(impls.begin(), impls.end(), impl) != impls.end();
}

}  // namespace

AutogradContext::AutogradContext() = default;
AutogradContext::AutogradContext(AutogradContext&&) noexcept = default;
AutogradContext& AutogradContext::operator=(AutogradContext&&) noexcept = default;
AutogradContext::~AutogradContext() = default;

void AutogradContext::mark_dirty(const variable_list& changed) { dirty_ = impls(changed); }
void AutogradContext::mark_non_differentiable(const variable_list& results) { non_differentiable_ = impls(results); }

variable_list AutogradContext::get_saved_variables() const {
  check(node_ != nullptr, "get_saved_variables() is for backward: forward has its tensors at hand");
  const Saved saved(*node_);
  variable_list out;
  const auto slots = node_->saved();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const Tensor& t = saved.slot(i);
    const bool intermediate = slots[i].kind == SavedKind::Other && t.defined() && t.is_floating_point();
    if (intermediate && GradMode::is_enabled() && !t.requires_grad()) {
      Error e(
          fmt::format("{}: cannot create the graph of this derivative: tensor {} of those saved for backward is an "
                      "intermediate value of forward, whose own dependence on the arguments was not recorded.",
                      node_->name(), i));
      e.set_hint(
          "save forward's arguments and compute it again in backward, or return it as a result of forward; a tensor "
          "that does not depend on the arguments may go through ctx->saved_data");
      throw e;
    }
    out.push_back(t);
  }
  return out;
}

bool AutogradContext::needs_input_grad(std::size_t i) const { return node_ && node_->needs(i); }

void FunctionNode::keep(const variable_list& to_save, const variable_list& inputs, const variable_list& outputs) {
  const auto find = [](const variable_list& list, const Tensor& t) -> std::ptrdiff_t {
    const auto at = std::find_if(list.begin(), list.end(), [&](const Tensor& o) { return o.is_same(t); });
    return at == list.end() ? -1 : at - list.begin();
  };
  for (std::size_t i = 0; i < to_save.size(); ++i) {
    const Tensor& t = to_save[i];
    if (!t.defined()) continue;
    SavedTensor& s = saved()[i];
    const auto result = find(outputs, t), argument = find(inputs, t);
    s.kind = result >= 0 ? SavedKind::Output : argument >= 0 ? SavedKind::Input : SavedKind::Other;
    s.index = static_cast<std::uint16_t>(result >= 0 ? result : argument >= 0 ? argument : 0);
    s.tensor = result >= 0 ? Tensor(t.array()) : t;
    check(!s.tensor.is_inference(),
          "Inference tensors cannot be saved for backward. To work around you can make a clone to get a normal tensor "
          "and use it in autograd.");
    s.version = s.tensor.impl()->version();
  }
  if (xgrad::detail::saved_tensor_hooks) pack_saved_tensors(*this);
}

variable_list FunctionNode::record(const char* name, Backward backward, AutogradContext ctx,
                                   const variable_list& inputs, std::vector<bool> is_tensor, variable_list outputs,
                                   bool record) {
  check(!outputs.empty(), "{}: forward returned no tensors", name);
  for (const TensorImpl* changed : ctx.dirty_) {
    const auto is_changed = [changed](const Tensor& t) { return t.impl() == changed; };
    check(std::any_of(outputs.begin(), outputs.end(), is_changed),
          "Some elements marked as dirty during the forward method were not returned as output. The inputs that are "
          "modified inplace must all be outputs of the Function.");
    if (std::none_of(inputs.begin(), inputs.end(), is_changed)) {
      warn(
          "Only input Tensors should be given to ctx.mark_dirty(). If a Tensor is not an input, there is no need to "
          "pass it to mark_dirty().");
    }
  }
  const auto is_input = [&](const Tensor& t) {
    return std::any_of(inputs.begin(), inputs.end(), [&](const Tensor& i) { return i.is_same(t); });
  };
  const auto dirty = std::move(ctx.dirty_), non_differentiable = std::move(ctx.non_differentiable_);
  const variable_list to_save = std::move(ctx.to_save_);
  Intrusive<FunctionNode> node;
  if (record) {
    const std::size_t saved = to_save.size();
    void* at = allocate(sizeof(FunctionNode), inputs.size(), saved);
    node = Intrusive<FunctionNode>::adopt(
        new (at) FunctionNode(inputs.size(), saved, name, backward, std::move(ctx), std::move(is_tensor)));
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i].defined()) node->set_edge(i, gradient_edge(inputs[i]));
    }
  }
  const variable_list as_returned = outputs;
  for (Tensor& out : outputs) {
    check(out.defined(), "{}: forward returned an undefined tensor", name);
    const bool changed = lists(dirty, out.impl());
    const bool plain = !record || !out.is_floating_point() || lists(non_differentiable, out.impl());
    if (changed) {
      check_in_place(out, record && !plain);
      out.impl()->bump_version();
    }
    if (plain) {
      if (is_input(out) && !changed) out = out.detach();
      if (record) add_result(*node, out.array());
      continue;
    }
    if (changed) {
      check(!out.is_view() || outputs.size() == 1,
            "If your Function modifies inplace an input that is a view of another Tensor, your Function cannot return "
            "more than one Tensor. This is not supported by the current autograd engine. You should either make sure "
            "the input is not a view (using .clone() for example) or make your Function only return one Tensor "
            "(potentially splitting it into two Functions: one doing the inplace that returns a single Tensor and a "
            "second one that does the other operations).");
      rebase_history(out, node, add_result(*node, out.array()));
      continue;
    }
    const bool as_is = is_input(out);
    if (as_is || out.is_view() || !out.is_leaf() || out.requires_grad()) {
      // Its own place in the graph is not the function's: an alias gets that.
      const Tensor base = out.is_view() ? out.impl()->view->base : out;
      Tensor alias(out.array());
      if (as_is || out.is_view()) set_view_of(alias, base, ViewOrigin::CustomFunction);
      out = std::move(alias);
    }
    set_history(out, node);
  }
  if (record) {
    // Saved results are found under the handles that forward had.
    node->keep(to_save, inputs, as_returned);
  }
  return outputs;
}

Grads FunctionNode::apply(Grads&& grads) {
  check_not_released();
  variable_list incoming(grads.begin(), grads.end());
  if (ctx_.materialize_grads_) {
    for (std::size_t i = 0; i < incoming.size(); ++i) {
      if (incoming[i].defined()) continue;
      incoming[i] = zeros(input_shape(i).sizes(), TensorOptions(input_shape(i).dtype()));
    }
  }
  const variable_list outgoing = backward_(&ctx_, std::move(incoming));
  check(outgoing.size() <= is_tensor_.size() ||
            std::none_of(outgoing.begin() + static_cast<std::ptrdiff_t>(is_tensor_.size()), outgoing.end(),
                         [](const Tensor& t) { return t.defined(); }),
        "function {} returned an incorrect number of gradients (expected {}, got {})", name_, is_tensor_.size(),
        outgoing.size());
  Grads result(num_outputs());
  std::size_t edge = 0, wanted = 0;
  for (std::size_t i = 0; i < is_tensor_.size(); ++i) {
    const Tensor g = i < outgoing.size() ? outgoing[i] : Tensor();
    if (!is_tensor_[i]) {
      check(!g.defined(),
            "function {} returned a gradient different than None at position {}, but the corresponding forward input "
            "was not a Variable",
            name_, i + 1);
      continue;
    }
    if (needs(edge)) wanted = i + 1;
    result[edge++] = g;
  }
  check(outgoing.size() >= wanted, "function {} returned an incorrect number of gradients (expected {}, got {})", name_,
        is_tensor_.size(), outgoing.size());
  return result;
}

variable_list detail::record_function(const char* name, FunctionBackward backward, AutogradContext ctx,
                                      const variable_list& inputs, std::vector<bool> is_tensor, variable_list outputs,
                                      bool record) {
  return FunctionNode::record(name, backward, std::move(ctx), inputs, std::move(is_tensor), std::move(outputs), record);
}

}  // namespace xgrad::autograd
