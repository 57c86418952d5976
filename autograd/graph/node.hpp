/// Node: one recorded operation, and what the engine needs to run it backward.
#pragma once

#include <xgrad/autograd/array/allocator.hpp>
#include <xgrad/autograd/tensor.hpp>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace xgrad {

/// Where a gradient goes next: input `input_nr` of `node` (that is, output `input_nr` of the forward operation).
struct Edge {
  Intrusive<Node> node;
  std::uint32_t input_nr = 0;
  explicit operator bool() const { return static_cast<bool>(node); }
};

/// A short list of gradients; an undefined Tensor stands for zero. Four fit without an allocation.
class Grads {
 public:
  Grads() {}
  template <class... T>
  requires(sizeof...(T) > 0 && (std::is_same_v<std::remove_cvref_t<T>, Tensor> && ...)) Grads(T&&... tensors)
      : size_(sizeof...(T)) {
    if constexpr (sizeof...(T) > kFew) {
      Tensor* to = many_ = new Tensor[size_];
      ((*to++ = std::forward<T>(tensors)), ...);
    } else {
      Tensor* to = few_;
      ((new (to++) Tensor(std::forward<T>(tensors))), ...);
    }
  }
  explicit Grads(std::size_t size) : size_(size), many_(nullptr) {
    if (size > kFew)
      many_ = new Tensor[size];
    else
      std::uninitialized_value_construct_n(few_, size);
  }
  explicit Grads(std::vector<Tensor> tensors) : Grads(tensors.size()) {
    std::move(tensors.begin(), tensors.end(), begin());
  }
  Grads(const Grads& other) : Grads(other.size_) { std::copy(other.begin(), other.end(), begin()); }
  Grads(Grads&& other) noexcept { take(other); }
  Grads& operator=(Grads other) noexcept {
    clear();
    take(other);
    return *this;
  }
  [[gnu::always_inline]] ~Grads() { clear(); }

  std::size_t size() const { return size_; }
  Tensor* data() { return size_ > kFew ? many_ : few_; }
  const Tensor* data() const { return size_ > kFew ? many_ : few_; }
  Tensor& operator[](std::size_t i) { return data()[i]; }
  const Tensor& operator[](std::size_t i) const { return data()[i]; }
  Tensor* begin() { return data(); }
  Tensor* end() { return data() + size_; }
  const Tensor* begin() const { return data(); }
  const Tensor* end() const { return data() + size_; }

 private:
  static constexpr std::size_t kFew = 4;

  void take(Grads& other) {
    size_ = other.size_;
    if (size_ <= kFew) {
      std::uninitialized_move_n(other.few_, size_, few_);
    } else {
      many_ = other.many_;
      other.size_ = 0;
    }
  }
  [[gnu::always_inline]] void clear() {
    if (size_ <= kFew)
      std::destroy_n(few_, size_);
    else
      delete[] many_;
    size_ = 0;
  }

  std::size_t size_ = 0;
  union {
    Tensor few_[kFew];  // the first size_ of them exist, if that is no more than there are
    Tensor* many_;      // else these
  };
};

/// A forward result's shape and dtype, in 24 bytes: what the engine checks and un-broadcasts gradients against.
class ShapeRecord {
 public:
  ShapeRecord() = default;
  explicit ShapeRecord(const Array& a) { set(a); }
  /// Makes an empty record that of `a`.
  void set(const Array& a) {
    dtype_ = a.dtype();
    const std::size_t n = a.sizes().size();
    const std::int64_t* sizes = a.sizes().data();
    bool few = n <= kFew;
    for (std::size_t i = 0; few && i < n; ++i) {
      few = sizes[i] <= std::numeric_limits<std::int32_t>::max();
      few_[i] = static_cast<std::int32_t>(sizes[i]);
    }
    if (few)
      ndim_ = static_cast<std::uint8_t>(n);
    else
      keep_on_heap(a.sizes());
  }
  ShapeRecord(ShapeRecord&& o) noexcept { *this = std::move(o); }
  ShapeRecord& operator=(ShapeRecord&& o) noexcept;
  ~ShapeRecord() {
    if (ndim_ == kOnHeap) delete heap();
  }
  bool matches(const Dims& sizes) const {
    if (ndim_ != sizes.size()) return ndim_ == kOnHeap && *heap() == sizes;
    const std::int64_t* have = sizes.data();
    for (std::size_t i = 0; i < ndim_; ++i) {
      if (few_[i] != have[i]) return false;
    }
    return true;
  }
  Dims sizes() const;
  ScalarType dtype() const { return dtype_; }

 private:
  void keep_on_heap(const Dims& sizes);
  /// Longer lists are elsewhere; the pointer is kept as bytes, because its alignment would cost eight more.
  Dims* heap() const {
    Dims* at;
    std::memcpy(&at, few_, sizeof at);
    return at;
  }

  static constexpr int kFew = 5;
  static constexpr std::uint8_t kOnHeap = 255;
  std::int32_t few_[kFew] = {};
  std::uint8_t ndim_ = 0;
  ScalarType dtype_ = kFloat32;
};

static_assert(sizeof(ShapeRecord) == 24);

class BackwardRun;
struct NodeHooks;
struct Origin;
class PackedTensors;

namespace detail {
// Nodes recorded later in a thread have larger numbers; the engine runs them first.
extern thread_local constinit std::uint64_t next_sequence_nr;
// Whether nodes keep where they were made (anomaly mode).
extern constinit std::atomic<bool> keep_origins;
}  // namespace detail

/// One operation in the graph. Its inputs are the gradients of the forward results, its outputs the gradients of the
/// forward arguments, which `next_edges` lead to. Subclasses give a name and `apply`.
class Node : public RefCounted {
 public:
  virtual ~Node() = default;
  /// Destroys iteratively: chains of any length are freed within a constant stack.
  static void destroy(Node* node) noexcept;
  /// What the memory of every node is counted as.
  static constexpr memory::detail::Count counted() { return {memory::detail::Counted::Nodes, 1}; }

  /// PyTorch's name of the derivative, such as "AddmmBackward0".
  virtual const char* name() const = 0;
  /// Gradients of the forward arguments from those of the forward results.
  virtual Grads apply(Grads&& grads) = 0;
  /// The gradient of forward argument i alone, from that of the only forward result: apply() where nobody asks for
  /// more, as in the middle of a chain.
  virtual Tensor apply_for(std::size_t i, Tensor&& grad);
  /// Drops what was saved for the derivative; running it again then throws.
  virtual void release_saved() {}

  std::span<const Edge> next_edges() const { return {edges(), num_edges_}; }
  std::size_t num_outputs() const { return num_edges_; }
  /// Number of gradients the node takes: the forward operation's number of results.
  std::size_t num_inputs() const { return num_inputs_; }
  std::uint64_t sequence_nr() const { return sequence_nr_; }
  /// Whether the gradient of forward argument i is wanted.
  bool needs(std::size_t i) const { return i < num_edges_ && edges()[i].node; }
  const ShapeRecord& input_shape(std::size_t i) const { return i == 0 ? shape_ : more_->shapes[i - 1]; }

  /// Calls `hook` before each run of this node, with the gradients of the forward results, which it may change.
  /// Returns a handle for remove_hook.
  unsigned add_pre_hook(std::function<void(Grads& grad_outputs)> hook);
  /// Calls `hook` after each run, with the gradients of the forward arguments, which it may change, and those of the
  /// forward results.
  unsigned add_post_hook(std::function<void(Grads& grad_inputs, const Grads& grad_outputs)> hook);
  /// Removes what add_pre_hook or add_post_hook returned this handle for.
  void remove_hook(unsigned handle);
  NodeHooks& hooks();
  const NodeHooks* hooks_if_any() const { return more_ ? more_->hooks.get() : nullptr; }

  /// Where the forward operation was called; null unless it was recorded in anomaly mode.
  const std::shared_ptr<const Origin>& origin() const;
  /// What saved-tensor hooks made of this node's saved tensors; null when there were no such hooks.
  PackedTensors* packed() const { return more_ ? more_->packed.get() : nullptr; }
  void set_packed(std::unique_ptr<PackedTensors> packed);

 protected:
  /// `edges_offset`: bytes from the node's start to the trailing storage that holds its edges, and after them
  /// `num_saved` saved tensors.
  [[gnu::always_inline]] Node(std::size_t num_edges, std::size_t edges_offset, std::size_t num_saved = 0)
      : num_edges_(static_cast<std::uint16_t>(num_edges)),
        sequence_nr_(detail::next_sequence_nr++),
        edges_offset_(static_cast<std::uint16_t>(edges_offset)),
        num_saved_(static_cast<std::uint16_t>(num_saved & kMostSaved)) {
    check(num_edges < 65536, "an operation of more than 65535 differentiable arguments is not supported");
    check(num_saved <= kMostSaved, "an operation that saves more than 32767 tensors is not supported");
    if (detail::keep_origins.load(std::memory_order_relaxed)) [[unlikely]]
      keep_origin();
  }
  Edge* edges() const {
    return reinterpret_cast<Edge*>(const_cast<char*>(reinterpret_cast<const char*>(this)) + edges_offset_);
  }
  /// Throws unless `grads` has one for each forward argument.
  void check_count(const Grads& grads) const {
    if (grads.size() != num_edges_) [[unlikely]]
      fail_count(grads.size());
  }
  std::size_t num_saved() const { return num_saved_; }
  bool saved_is_released() const { return released_; }
  void set_saved_released() { released_ = true; }
  void set_edge(std::size_t i, Edge e) { edges()[i] = std::move(e); }
  /// The same where there is none yet.
  void set_new_edge(std::size_t i, const Intrusive<Node>& to, std::uint32_t input_nr) {
    new (&edges()[i]) Edge{to, input_nr};
  }

 private:
  friend class BackwardRun;
  friend std::uint32_t add_result(Node& node, const Array& result);
  friend std::uint32_t add_further_result(Node& node, const Array& result);

  struct More {  // what few nodes have: results beyond the first, hooks, where they were made
    std::vector<ShapeRecord> shapes;
    std::vector<Tensor> grads;
    std::unique_ptr<NodeHooks> hooks;
    std::shared_ptr<const Origin> origin;
    std::unique_ptr<PackedTensors> packed;
    ~More();
  };
  More& more();
  void keep_origin();
  static void free_waiting() noexcept;
  [[noreturn, gnu::cold]] void fail_count(std::size_t count) const;

  std::uint16_t num_edges_;
  std::uint16_t num_inputs_ = 0;
  std::uint64_t sequence_nr_;
  // Scratch of the backward run that has claimed this node; others running over it at the same time keep theirs aside.
  std::atomic<BackwardRun*> run_{nullptr};
  std::int32_t dependencies_ = 0;
  std::uint16_t edges_offset_;
  std::uint16_t num_saved_ : 15;
  std::uint16_t released_ : 1 = 0;  // the saved tensors are gone
  static constexpr std::size_t kMostSaved = 32767;
  Tensor grad_;  // the gradient of result 0, summed so far
  ShapeRecord shape_;
  std::unique_ptr<More> more_;
};

/// Registers another forward result with its node; returns its output number.
std::uint32_t add_further_result(Node& node, const Array& result);
/// Registers a forward result with its node; returns its output number.
inline std::uint32_t add_result(Node& node, const Array& result) {
  if (node.num_inputs_ != 0) return add_further_result(node, result);
  node.shape_.set(result);
  node.num_inputs_ = 1;
  return 0;
}

/// Functions a user attached to a node or to one of its results.
struct NodeHooks {
  struct OnGrad {
    unsigned handle;
    std::uint32_t input_nr;
    TensorHook hook;
  };
  struct Retain {
    std::uint32_t input_nr;
    Intrusive<class GradSlot> slot;
  };
  template <class F>
  struct Numbered {
    unsigned handle;
    F call;
  };
  std::vector<OnGrad> on_grad;
  std::vector<Retain> retain;
  std::vector<Numbered<std::function<void(Grads&)>>> pre;
  std::vector<Numbered<std::function<void(Grads&, const Grads&)>>> post;
  std::vector<Numbered<std::function<void(Tensor)>>> post_accumulate;  // only a leaf's accumulator has some
  static unsigned next_handle();
  ~NodeHooks();
};

/// Takes a leaf's gradient at the end of every backward path: adds it to the leaf's `.grad`.
class AccumulateGrad final : public Node {
 public:
  static Intrusive<AccumulateGrad> create(const Array& leaf, Intrusive<GradSlot> slot);
  const char* name() const override { return "AccumulateGrad"; }
  Grads apply(Grads&& grads) override;
  GradSlot& slot() const { return *slot_; }

 private:
  AccumulateGrad(const Array& leaf, Intrusive<GradSlot> slot);
  ~AccumulateGrad() override;
  void accumulate(Tensor&& incoming);
  Intrusive<GradSlot> slot_;
};

}  // namespace xgrad

#include <xgrad/autograd/graph/graph_place.hpp>
