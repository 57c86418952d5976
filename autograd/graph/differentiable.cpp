#include <xgrad/autograd/graph/differentiable.hpp>
#include <xgrad/autograd/graph/in_place.hpp>
#include <xgrad/autograd/graph/saved_hooks.hpp>

#include <bit>

namespace xgrad {

void OpNodeBase::release_saved() {
  set_saved_released();
  // What others hold as well, as arguments mostly are, is let go without a call.
  SavedTensor* slot = saved_begin();
  for (std::size_t n = num_saved(); n > 0; --n, ++slot) {
    TensorImpl* const impl = std::move(slot->tensor).release().leak();
    if (impl && impl->release()) return release_saved_from(slot + 1, n - 1, impl);
  }
  if (packed()) release_saved_from(slot, 0, nullptr);
}

/// The rest of release_saved(), from where one was held by nobody else.
[[gnu::noinline]] void OpNodeBase::release_saved_from(SavedTensor* slot, std::size_t count, TensorImpl* last) {
  if (last) TensorImpl::destroy(last);
  for (; count > 0; --count, ++slot) slot->tensor.reset();
  if (PackedTensors* p = packed()) p->release();
}

namespace {

[[noreturn, gnu::cold]] void fail_released() {
  fail(
      "Trying to backward through the graph a second time (or directly access saved tensors after they have already "
      "been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). "
      "Specify retain_graph=True if you need to backward through the graph a second time or if you need to access "
      "saved tensors after calling backward.");
}

[[noreturn, gnu::cold]] void fail_changed(const Node& node, const SavedTensor& s) {
  const TensorImpl& impl = *s.tensor.impl();
  std::string what = fmt::format("[{} {}]", s.tensor.toString(), impl.array.sizes());
  if (s.kind == SavedKind::Output)
    what += fmt::format(", which is output {} of {},", s.index, node.name());
  else if (!impl.is_leaf)
    what += fmt::format(", which is output {} of {},", impl.output_nr, impl.node->name());
  Error e(
      fmt::format("one of the variables needed for gradient computation has been modified by an inplace operation: "
                  "{} is at version {}; expected version {} instead.",
                  what, impl.version(), s.version));
  e.add_context(fmt::format("it was saved by {}, whose derivative needs the value it had then", node.name()));
  e.set_hint("use the operation without the trailing underscore, or change a .clone() of the tensor");
  throw e;
}

/// The same elements at a place in the graph.
Tensor in_graph(const Tensor& value, const Edge& place, bool is_leaf) {
  Tensor t(value.array());
  if (!place.node) return t;
  TensorImpl& impl = *t.impl();
  impl.node = place.node;
  impl.output_nr = place.input_nr;
  impl.requires_grad = true;
  impl.is_leaf = is_leaf;
  return t;
}

/// What to save of an input: the handle, or where it will be given other contents, these.
Tensor as_saved(const Tensor& input) {
  if (!input.defined() || !input.impl()->follows) [[likely]]
    return input;
  return in_graph(input, gradient_edge(input), input.is_leaf());
}

/// Slot i as the user's hook gives it back, where it was in the graph.
Tensor unpack(OpNodeBase& node, std::size_t i) {
  const PackedTensors::Packed& packed = node.packed()->slot(i);
  const Tensor value = node.packed()->unpack(i);
  check(value.defined(), "the unpack hook of a saved tensor returned an undefined tensor");
  if (!detail::grad_mode) return value;
  const SavedTensor& s = node.saved()[i];
  if (s.kind == SavedKind::Output) return in_graph(value, {Intrusive<Node>::share(&node), s.index}, false);
  return in_graph(value, packed.edge, packed.is_leaf);
}

}  // namespace

void pack_saved_tensors(OpNodeBase& node) {
  // What a hook computes is not packed itself.
  struct Quiet {
    const std::shared_ptr<const PackedTensors::Hooks>* hooks = std::exchange(detail::saved_tensor_hooks, nullptr);
    ~Quiet() { detail::saved_tensor_hooks = hooks; }
  } const quiet;
  const NoGradGuard no_grad;
  auto packed = std::make_unique<PackedTensors>(*quiet.hooks);
  for (SavedTensor& s : node.saved()) {
    if (!s.tensor.defined()) {
      packed->add_nothing();
      continue;
    }
    // Of its own output the node keeps no edge: it must not own itself.
    const Edge place = s.kind == SavedKind::Input    ? node.next_edges()[s.index]
                       : s.kind == SavedKind::Output ? Edge()
                                                     : gradient_edge(s.tensor);
    packed->add(s.tensor.detach(), place, s.kind != SavedKind::Output && s.tensor.is_leaf());
    s.tensor.reset();
  }
  node.set_packed(std::move(packed));
}

Tensor PackedTensors::unpack(std::size_t i) const { return hooks_->unpack(slots_[i].value); }

namespace detail {
thread_local constinit const std::shared_ptr<const PackedTensors::Hooks>* saved_tensor_hooks = nullptr;
}

bool Saved::has_input(std::size_t i) const {
  return std::any_of(node_.saved().begin(), node_.saved().end(),
                     [i](const SavedTensor& s) { return s.kind == SavedKind::Input && s.index == i; });
}

Tensor& Saved::unpacked(std::size_t slot) const {
  if (!unpacked_) unpacked_ = std::make_unique<Tensor[]>(node_.saved().size());
  return unpacked_[slot];
}

void OpNodeBase::check_not_released() const {
  if (released()) fail_released();
}

const Tensor& Saved::find(SavedKind kind, std::size_t index) const {
  const auto all = node_.saved();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const SavedTensor& s = all[i];
    if (s.kind != kind || s.index != index) continue;
    const bool as_it_was = s.tensor.defined() && s.tensor.impl()->version() == s.version;
    return as_it_was && !detail::grad_mode ? s.tensor : slot(i);
  }
  fail("internal error: {} reads a tensor that it did not save", node_.name());
}

const Tensor& Saved::slot(std::size_t i) const {
  const SavedTensor& s = node_.saved()[i];
  if (!s.tensor.defined()) {
    node_.check_not_released();
    if (!node_.packed() || node_.packed()->empty(i)) return s.tensor;
    Tensor& t = unpacked(i);
    if (!t.defined()) t = unpack(node_, i);
    return t;
  }
  const TensorImpl& impl = *s.tensor.impl();
  if (impl.version() != s.version) fail_changed(node_, s);
  if (!detail::grad_mode) return s.tensor;
  if (s.kind == SavedKind::Output) {
    Tensor& restored = unpacked(i);
    if (!restored.defined()) restored = in_graph(s.tensor, {Intrusive<Node>::share(&node_), s.index}, false);
    return restored;
  }
  const Edge* edge = s.kind == SavedKind::Input ? &node_.next_edges()[s.index] : nullptr;
  if (edge && edge->node && !impl.is_leaf && impl.node != edge->node) {
    // The handle was given another place in the graph since (detach_, say): restore the one that was saved.
    Tensor& restored = unpacked(i);
    restored = in_graph(s.tensor, *edge, false);
    return restored;
  }
  return s.tensor;
}

void RecordingBase::check_writable(const Tensor& self, bool record) { check_in_place(self, record); }

void RecordingBase::changed(const Tensor& self) { self.impl()->bump_version(); }

void RecordingBase::rebase(const Tensor& self, Intrusive<Node> node) { rebase_history(self, std::move(node)); }

void RecordingBase::keep_overwritten(const Save& save, const Tensor& self) {
  for (std::size_t r = 0; r < save.count_; ++r) {
    const auto& request = save.requests_[r];
    if (request.kind != SavedKind::Input) continue;
    const Tensor& t = *inputs_[request.index];
    if (!t.array().same_storage(self.array())) continue;
    const NoGradGuard no_grad;
    if (!copies_) copies_ = std::make_unique<std::array<Tensor, 8>>();
    Tensor& kept = (*copies_)[r];
    kept = t.clone();
    // The copy stands for the argument as it was, so it takes its place in the graph.
    const Edge edge = gradient_edge(t);
    if (!edge) continue;
    TensorImpl& copy = *kept.impl();
    copy.node = edge.node;
    copy.output_nr = edge.input_nr;
    copy.requires_grad = true;
    copy.is_leaf = t.is_leaf();
  }
}

inline void RecordingBase::set_edges(OpNodeBase& node, Args inputs, Wanted wanted) {
  const auto connect_one = [&](std::size_t i) {
    TensorImpl& impl = *inputs[i]->impl();
    if (impl.view && is_stale(impl)) refresh_view(impl);
    node.set_new_edge(i, impl.node, impl.output_nr);
  };
  for (std::uint64_t bits = wanted.mask(); bits != 0; bits &= bits - 1) {
    connect_one(static_cast<std::size_t>(std::countr_zero(bits)));
  }
  for (std::size_t i = 64; i < inputs.size(); ++i) {
    if (takes_gradient(*inputs[i])) connect_one(i);
  }
}

void RecordingBase::connect(OpNodeBase& node, Wanted wanted) {
  node.construct_saved();
  set_edges(node, inputs_, wanted);
}

/// Constructs the saved tensors of requests from `first` on, whatever they are. May throw, with all constructed.
[[gnu::noinline]] void RecordingBase::save_from(std::size_t first, OpNodeBase& node, Args inputs, const Copies* copies,
                                                const Save& save, std::span<Tensor> results) {
  SavedTensor* const slots = node.saved_begin();
  std::uninitialized_default_construct_n(slots + first, save.count() - first);
  for (std::size_t r = first; r < save.count(); ++r) {
    const auto& request = save.requests_[r];
    SavedTensor& slot = slots[r];
    switch (request.kind) {
      case SavedKind::Input:
        slot.tensor = copies && (*copies)[r].defined() ? (*copies)[r] : as_saved(*inputs[request.index]);
        break;
      case SavedKind::Output:
        slot.tensor = Tensor(results[request.index].array());
        break;
      case SavedKind::Other:
        slot.tensor = *request.other;
        break;
    }
    check(!slot.tensor.is_inference(),
          "Inference tensors cannot be saved for backward. To work around you can make a clone to get a normal tensor "
          "and use it in autograd.");
    slot.version = slot.tensor.impl()->version();
    slot.kind = request.kind;
    slot.index = request.index;
  }
}

/// Constructs the saved tensors: most are inputs as they are.
inline void RecordingBase::set_saved(OpNodeBase& node, Args inputs, const Copies* copies, const Save& save,
                                     std::span<Tensor> results) {
  SavedTensor* slot = node.saved_begin();
  const std::size_t count = save.count();
  for (std::size_t r = 0; r < count; ++r, ++slot) {
    const auto request = save.requests_[r];
    const Tensor* const input = request.kind == SavedKind::Input && !copies ? inputs[request.index] : nullptr;
    const TensorImpl* const impl = input ? input->impl() : nullptr;
    if (!impl || impl->follows || impl->inference) [[unlikely]]
      return save_from(r, node, inputs, copies, save, results);
    new (slot) SavedTensor{*input, impl->version(), SavedKind::Input, request.index};
  }
}

void RecordingBase::finish(OpNodeBase& node, const Save& save, std::span<Tensor> results) {
  set_saved(node, inputs_, copies_.get(), save, results);
  if (detail::saved_tensor_hooks) [[unlikely]]
    pack_saved_tensors(node);
}

void RecordingBase::record(std::span<const Tensor* const> inputs, OpNodeBase* node, Wanted wanted, const Save& save,
                           Tensor& result) {
  auto owner = Intrusive<OpNodeBase>::adopt(node);
  set_saved(*node, inputs, nullptr, save, {&result, 1});
  set_edges(*node, inputs, wanted);
  set_history(result, std::move(owner));
  if (detail::saved_tensor_hooks) [[unlikely]]
    pack_saved_tensors(*node);
}

void no_derivative(const char* op) { fail<NotImplementedError>("derivative for {} is not implemented", op); }

}  // namespace xgrad
