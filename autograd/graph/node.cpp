#include <xgrad/autograd/graph/anomaly.hpp>
#include <xgrad/autograd/graph/differentiable.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/graph/leaf_gradient.hpp>
#include <xgrad/autograd/graph/node.hpp>
#include <xgrad/autograd/graph/saved_hooks.hpp>

#include <new>

namespace xgrad {

namespace detail {
thread_local constinit std::uint64_t next_sequence_nr = 0;
constinit std::atomic<bool> keep_origins{false};
thread_local constinit bool adds_to_leaves = false;
}  // namespace detail

void ShapeRecord::keep_on_heap(const Dims& sizes) {
  ndim_ = kOnHeap;
  const Dims* const at = new Dims(sizes);
  std::memcpy(few_, &at, sizeof at);
}

ShapeRecord& ShapeRecord::operator=(ShapeRecord&& o) noexcept {
  std::swap(few_, o.few_);
  std::swap(ndim_, o.ndim_);
  std::swap(dtype_, o.dtype_);
  return *this;
}

Dims ShapeRecord::sizes() const {
  if (ndim_ == kOnHeap) return *heap();
  Dims d(ndim_, 0);
  std::copy_n(few_, ndim_, d.begin());
  return d;
}

Node::More::~More() = default;

Tensor Node::apply_for(std::size_t i, Tensor&& grad) {
  Grads all = apply(Grads(std::move(grad)));
  check_count(all);
  return std::move(all[i]);
}

void Node::fail_count(std::size_t count) const {
  fail("Function {} returned an incorrect number of gradients (expected {}, got {})", name(), num_outputs(), count);
}

Node::More& Node::more() {
  if (!more_) more_ = std::make_unique<More>();
  return *more_;
}

namespace {

// Freeing a node frees its edges, and so may free other nodes; those wait in a list instead of recursing.
thread_local constinit Node* waiting = nullptr;  // linked through run_, which no run uses any more
thread_local constinit bool busy = false;

}  // namespace

void Node::destroy(Node* node) noexcept {
  node->run_.store(reinterpret_cast<BackwardRun*>(waiting), std::memory_order_relaxed);
  waiting = node;
  if (!busy) free_waiting();
}

[[gnu::noinline]] void Node::free_waiting() noexcept {
  busy = true;
  while (waiting) {
    Node* n = waiting;
    waiting = reinterpret_cast<Node*>(n->run_.load(std::memory_order_relaxed));
    const std::size_t bytes = n->edges_offset_ + n->num_edges_ * sizeof(Edge) + n->num_saved_ * sizeof(SavedTensor);
    n->~Node();
    memory::deallocate(n, bytes, counted());
  }
  busy = false;
}

std::uint32_t add_further_result(Node& node, const Array& result) {
  node.more().shapes.emplace_back(result);
  node.more().grads.emplace_back();
  return node.num_inputs_++;
}

NodeHooks::~NodeHooks() = default;

unsigned NodeHooks::next_handle() {
  static std::atomic<unsigned> next{0};
  return next++;
}

NodeHooks& Node::hooks() {
  auto& h = more().hooks;
  if (!h) h = std::make_unique<NodeHooks>();
  return *h;
}

unsigned Node::add_pre_hook(std::function<void(Grads&)> hook) {
  const unsigned handle = NodeHooks::next_handle();
  hooks().pre.push_back({handle, std::move(hook)});
  return handle;
}

unsigned Node::add_post_hook(std::function<void(Grads&, const Grads&)> hook) {
  const unsigned handle = NodeHooks::next_handle();
  hooks().post.push_back({handle, std::move(hook)});
  return handle;
}

void Node::remove_hook(unsigned handle) {
  const auto is_it = [handle](const auto& h) { return h.handle == handle; };
  std::erase_if(hooks().pre, is_it);
  std::erase_if(hooks().post, is_it);
}

void Node::set_packed(std::unique_ptr<PackedTensors> packed) { more().packed = std::move(packed); }

const std::shared_ptr<const Origin>& Node::origin() const {
  static const std::shared_ptr<const Origin> none;
  return more_ ? more_->origin : none;
}

Intrusive<AccumulateGrad> AccumulateGrad::create(const Array& leaf, Intrusive<GradSlot> slot) {
  void* at = memory::allocate(sizeof(AccumulateGrad), counted());
  return Intrusive<AccumulateGrad>::adopt(new (at) AccumulateGrad(leaf, std::move(slot)));
}

AccumulateGrad::AccumulateGrad(const Array& leaf, Intrusive<GradSlot> slot)
    : Node(0, sizeof(AccumulateGrad)), slot_(std::move(slot)) {
  add_result(*this, leaf);
}

AccumulateGrad::~AccumulateGrad() = default;

Grads AccumulateGrad::apply(Grads&& grads) {
  if (!grads[0].defined()) return {};
  accumulate(std::move(grads[0]));
  if (const NodeHooks* h = hooks_if_any(); h && !h->post_accumulate.empty()) [[unlikely]] {
    const auto hooks = h->post_accumulate;  // a copy: a hook may remove itself
    for (const auto& hook : hooks) {
      if (slot_->owner) hook.call(Tensor::adopt(Intrusive<TensorImpl>::share(slot_->owner)));
    }
  }
  return {};
}

namespace {

// Leaves are what graphs of several threads share.
void lock(GradSlot& slot) {
  while (slot.busy.test_and_set(std::memory_order_acquire)) slot.busy.wait(true, std::memory_order_relaxed);
}
void unlock(GradSlot& slot) {
  slot.busy.clear(std::memory_order_release);
  if (!detail::single_threaded()) slot.busy.notify_one();
}

/// Whether `grad` may be added to as memory, of the shape and dtype that `leaf` takes.
bool is_packed(const Tensor& grad, const ShapeRecord& leaf) {
  if (!grad.defined()) return false;
  const TensorImpl& impl = *grad.impl();
  return impl.array.is_contiguous() && impl.array.dtype() == leaf.dtype() && leaf.matches(impl.array.sizes()) &&
         !impl.inference;
}

}  // namespace

LeafGradient::LeafGradient(const Node& node, std::size_t i, const Array& a, const Array& b) {
  if (!detail::adds_to_leaves || !node.needs(i)) return;
  Node& target = *node.next_edges()[i].node;
  if (target.num_outputs() != 0 || target.hooks_if_any()) return;
  auto* leaf = dynamic_cast<AccumulateGrad*>(&target);
  if (!leaf) return;
  lock(leaf->slot());
  const Tensor& grad = leaf->slot().grad;
  if (is_packed(grad, leaf->input_shape(0)) && !grad.array().same_storage(a) && !grad.array().same_storage(b))
    slot_ = &leaf->slot();
  else
    unlock(leaf->slot());
}

LeafGradient::~LeafGradient() {
  if (!slot_) return;
  slot_->grad.impl()->bump_version();
  unlock(*slot_);
}

void AccumulateGrad::accumulate(Tensor&& incoming) {
  struct Lock {
    GradSlot& slot;
    explicit Lock(GradSlot& s) : slot(s) { lock(s); }
    ~Lock() { unlock(slot); }
  } const guard(*slot_);
  Tensor& grad = slot_->grad;
  if (grad.defined()) {
    if (detail::grad_mode)
      grad = grad + incoming;
    else
      grad.add_(incoming);
    return;
  }
  const TensorImpl& impl = *incoming.impl();
  const bool ours_alone =
      impl.unique() && impl.array.storage()->unique() && !impl.array.storage()->is_borrowed() && impl.array.is_dense();
  if (detail::grad_mode)
    grad = ours_alone ? std::move(incoming) : incoming.clone();
  else if (ours_alone && impl.is_leaf)
    grad = std::move(incoming);
  else
    grad = incoming.detach().clone();
}

}  // namespace xgrad
