#include <xgrad/autograd/array/allocator.hpp>
#include <xgrad/autograd/graph/differentiable.hpp>
#include <xgrad/autograd/graph/in_place.hpp>

namespace xgrad {

OpNodeBase::OpNodeBase(std::size_t own_bytes, std::size_t num_edges, std::size_t num_saved)
    : Node(num_edges, own_bytes), num_saved_(static_cast<std::uint16_t>(num_saved)) {
  Edge* e = edges();
  for (std::size_t i = 0; i < num_edges; ++i) new (e + i) Edge;
  SavedTensor* s = saved_begin();
  for (std::size_t i = 0; i < num_saved; ++i) new (s + i) SavedTensor;
}

OpNodeBase::~OpNodeBase() {
  for (SavedTensor& s : saved()) s.~SavedTensor();
  for (std::size_t i = 0; i < num_outputs(); ++i) edges()[i].~Edge();
}

void* OpNodeBase::allocate(std::size_t own_bytes, std::size_t num_edges, std::size_t num_saved) {
  return memory::allocate(total_bytes(own_bytes, num_edges, num_saved));
}

void OpNodeBase::release_saved() {
  for (SavedTensor& s : saved()) s.tensor.reset();
  released_ = true;
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

}  // namespace

bool Saved::has_input(std::size_t i) const {
  return std::any_of(node_.saved().begin(), node_.saved().end(),
                     [i](const SavedTensor& s) { return s.kind == SavedKind::Input && s.index == i; });
}

Tensor& Saved::unpacked(std::size_t slot) const {
  if (!unpacked_) unpacked_ = std::make_unique<std::array<Tensor, 8>>();
  return (*unpacked_)[slot];
}

const Tensor& Saved::find(SavedKind kind, std::size_t index) const {
  if (node_.released()) fail_released();
  const auto all = node_.saved();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const SavedTensor& s = all[i];
    if (s.kind != kind || s.index != index) continue;
    const TensorImpl& impl = *s.tensor.impl();
    if (impl.version() != s.version) fail_changed(node_, s);
    if (!detail::grad_mode) return s.tensor;
    if (kind == SavedKind::Output) {
      Tensor& restored = unpacked(i);
      if (!restored.defined()) {
        restored = Tensor(impl.array);
        TensorImpl& out = *restored.impl();
        out.node = Intrusive<Node>::share(&node_);
        out.output_nr = static_cast<std::uint32_t>(index);
        out.requires_grad = true;
        out.is_leaf = false;
      }
      return restored;
    }
    if (kind == SavedKind::Input && !impl.is_leaf && impl.node != node_.next_edges()[index].node &&
        node_.next_edges()[index].node) {
      // The handle was given another place in the graph since (detach_, say): restore the one that was saved.
      const Edge& e = node_.next_edges()[index];
      Tensor& restored = unpacked(i);
      restored = Tensor(impl.array);
      TensorImpl& in = *restored.impl();
      in.node = e.node;
      in.output_nr = e.input_nr;
      in.requires_grad = true;
      in.is_leaf = false;
      return restored;
    }
    return s.tensor;
  }
  fail("internal error: {} reads a tensor that it did not save", node_.name());
}

bool RecordingBase::any_requires_grad(std::span<const Tensor* const> inputs) {
  return std::any_of(inputs.begin(), inputs.end(), [](const Tensor* t) { return t->defined() && t->requires_grad(); });
}

void RecordingBase::check_writable(const Tensor& self, bool record) { check_in_place(self, record); }

void RecordingBase::changed(const Tensor& self) { self.impl()->bump_version(); }

void RecordingBase::rebase(const Tensor& self, Intrusive<Node> node) { rebase_history(self, std::move(node)); }

void RecordingBase::prepare(Save& save) const {
  for (std::size_t i = 0; i < inputs_.size() && i < 64; ++i) {
    if (inputs_[i]->defined() && inputs_[i]->requires_grad()) save.wanted_ |= std::uint64_t{1} << i;
  }
}

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

void RecordingBase::finish(OpNodeBase& node, const Save& save, std::span<Tensor> results) {
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    if (inputs_[i]->defined()) node.set_edge(i, gradient_edge(*inputs_[i]));
  }
  const auto slots = node.saved();
  for (std::size_t r = 0; r < save.count_; ++r) {
    const auto& request = save.requests_[r];
    SavedTensor& s = slots[r];
    s.kind = request.kind;
    s.index = request.index;
    switch (request.kind) {
      case SavedKind::Input:
        s.tensor = copies_ && (*copies_)[r].defined() ? (*copies_)[r] : *inputs_[request.index];
        break;
      case SavedKind::Output:
        s.tensor = Tensor(results[request.index].array());
        break;
      case SavedKind::Other:
        s.tensor = *request.other;
        break;
    }
    s.version = s.tensor.impl()->version();
  }
}

void set_history(Tensor& result, Node& node) {
  TensorImpl& impl = *result.impl();
  impl.output_nr = add_result(node, impl.array);
  impl.node = Intrusive<Node>::share(&node);
  impl.requires_grad = true;
  impl.is_leaf = false;
}

void no_derivative(const char* op) { fail<NotImplementedError>("derivative for {} is not implemented", op); }

}  // namespace xgrad
