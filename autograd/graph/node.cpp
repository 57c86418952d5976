#include <xgrad/autograd/array/allocator.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/graph/node.hpp>

#include <limits>
#include <new>

namespace xgrad {
namespace {

thread_local constinit std::uint64_t next_sequence_nr = 0;

}  // namespace

ShapeRecord::ShapeRecord(const Array& a) : dtype_(a.dtype()) {
  const auto& sizes = a.sizes();
  bool few = sizes.size() <= kFew;
  for (std::int64_t s : sizes) few &= s <= std::numeric_limits<std::int32_t>::max();
  if (few) {
    ndim_ = static_cast<std::uint8_t>(sizes.size());
    for (std::size_t i = 0; i < sizes.size(); ++i) few_[i] = static_cast<std::int32_t>(sizes[i]);
  } else {
    ndim_ = kOnHeap;
    heap_ = new Dims(sizes);
  }
}

ShapeRecord& ShapeRecord::operator=(ShapeRecord&& o) noexcept {
  std::swap(few_, o.few_);  // as bytes: wide enough for the pointer
  std::swap(ndim_, o.ndim_);
  std::swap(dtype_, o.dtype_);
  return *this;
}

bool ShapeRecord::matches(IntArrayRef sizes) const {
  if (ndim_ == kOnHeap) return IntArrayRef(*heap_) == sizes;
  return std::equal(few_, few_ + ndim_, sizes.begin(), sizes.end());
}

Dims ShapeRecord::sizes() const {
  if (ndim_ == kOnHeap) return *heap_;
  Dims d(ndim_, 0);
  std::copy_n(few_, ndim_, d.begin());
  return d;
}

Node::Node(std::size_t num_edges, std::size_t edges_offset)
    : num_edges_(static_cast<std::uint16_t>(num_edges)),
      sequence_nr_(next_sequence_nr++),
      edges_offset_(static_cast<std::uint16_t>(edges_offset)) {
  check(num_edges < 65536, "an operation of more than 65535 differentiable arguments is not supported");
}

Node::~Node() = default;

void Node::destroy(Node* node) noexcept {
  // Freeing a node frees its edges, and so may free other nodes; those wait in a list instead of recursing.
  thread_local constinit Node* waiting = nullptr;  // linked through run_, which no run uses any more
  thread_local constinit bool busy = false;
  node->run_.store(reinterpret_cast<BackwardRun*>(waiting), std::memory_order_relaxed);
  waiting = node;
  if (busy) return;
  busy = true;
  while (waiting) {
    Node* n = waiting;
    waiting = reinterpret_cast<Node*>(n->run_.load(std::memory_order_relaxed));
    const std::size_t bytes = n->allocated_bytes();
    n->~Node();
    memory::deallocate(n, bytes);
  }
  busy = false;
}

std::uint32_t add_result(Node& node, const Array& result) {
  if (node.num_inputs_ == 0) {
    node.shape_ = ShapeRecord(result);
  } else {
    node.more().shapes.emplace_back(result);
    node.more().grads.emplace_back();
  }
  return node.num_inputs_++;
}

NodeHooks::~NodeHooks() = default;

NodeHooks& Node::hooks() {
  auto& h = more().hooks;
  if (!h) h = std::make_unique<NodeHooks>();
  return *h;
}

void Node::add_pre_hook(std::function<void(Grads&)> hook) { hooks().pre.push_back(std::move(hook)); }
void Node::add_post_hook(std::function<void(Grads&, const Grads&)> hook) { hooks().post.push_back(std::move(hook)); }

Intrusive<AccumulateGrad> AccumulateGrad::create(const Array& leaf, Intrusive<GradSlot> slot) {
  void* at = memory::allocate(sizeof(AccumulateGrad));
  return Intrusive<AccumulateGrad>::adopt(new (at) AccumulateGrad(leaf, std::move(slot)));
}

AccumulateGrad::AccumulateGrad(const Array& leaf, Intrusive<GradSlot> slot)
    : Node(0, sizeof(AccumulateGrad)), slot_(std::move(slot)) {
  add_result(*this, leaf);
}

AccumulateGrad::~AccumulateGrad() = default;

Grads AccumulateGrad::apply(Grads&& grads) {
  Tensor& incoming = grads[0];
  if (!incoming.defined()) return {};
  // Leaves are what graphs of several threads share.
  struct Lock {
    std::atomic_flag& flag;
    explicit Lock(std::atomic_flag& f) : flag(f) {
      while (flag.test_and_set(std::memory_order_acquire)) flag.wait(true, std::memory_order_relaxed);
    }
    ~Lock() {
      flag.clear(std::memory_order_release);
      flag.notify_one();
    }
  } lock(slot_->busy);
  Tensor& grad = slot_->grad;
  if (grad.defined()) {
    if (detail::grad_mode)
      grad = grad + incoming;
    else
      grad.add_(incoming);
    return {};
  }
  const TensorImpl& impl = *incoming.impl();
  const bool ours_alone = impl.unique() && impl.array.storage()->unique() && impl.array.is_dense();
  if (detail::grad_mode)
    grad = ours_alone ? std::move(incoming) : incoming.clone();
  else if (ours_alone && impl.is_leaf)
    grad = std::move(incoming);
  else
    grad = incoming.detach().clone();
  return {};
}

}  // namespace xgrad
