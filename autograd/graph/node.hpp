/// Node: one recorded operation, and what the engine needs to run it backward.
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
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
  Grads() = default;
  template <class... T>
  requires(sizeof...(T) > 0 && (std::is_same_v<std::remove_cvref_t<T>, Tensor> && ...)) Grads(T&&... tensors) {
    resize(sizeof...(T));
    std::size_t i = 0;
    ((((*this)[i++]) = std::forward<T>(tensors)), ...);
  }
  explicit Grads(std::size_t size) { resize(size); }
  explicit Grads(std::vector<Tensor> tensors) : size_(tensors.size()), many_(std::move(tensors)) {
    if (size_ <= kFew) {
      std::move(many_.begin(), many_.end(), few_);
      many_.clear();
    }
  }
  std::size_t size() const { return size_; }
  Tensor* data() { return size_ > kFew ? many_.data() : few_; }
  const Tensor* data() const { return size_ > kFew ? many_.data() : few_; }
  Tensor& operator[](std::size_t i) { return data()[i]; }
  const Tensor& operator[](std::size_t i) const { return data()[i]; }
  Tensor* begin() { return data(); }
  Tensor* end() { return data() + size_; }

 private:
  static constexpr std::size_t kFew = 4;
  void resize(std::size_t size) {
    size_ = size;
    if (size > kFew) many_.resize(size);
  }
  std::size_t size_ = 0;
  Tensor few_[kFew];
  std::vector<Tensor> many_;
};

/// A forward result's shape and dtype, in 24 bytes: what the engine checks and un-broadcasts gradients against.
class ShapeRecord {
 public:
  ShapeRecord() = default;
  explicit ShapeRecord(const Array& a);
  ShapeRecord(ShapeRecord&& o) noexcept { *this = std::move(o); }
  ShapeRecord& operator=(ShapeRecord&& o) noexcept;
  ~ShapeRecord() {
    if (ndim_ == kOnHeap) delete heap_;
  }
  bool matches(IntArrayRef sizes) const;
  Dims sizes() const;
  ScalarType dtype() const { return dtype_; }

 private:
  static constexpr int kFew = 5;
  static constexpr std::uint8_t kOnHeap = 255;
  union {
    std::int32_t few_[kFew] = {};
    Dims* heap_;
  };
  std::uint8_t ndim_ = 0;
  ScalarType dtype_ = kFloat32;
};

class BackwardRun;
struct NodeHooks;

/// One operation in the graph. Its inputs are the gradients of the forward results, its outputs the gradients of the
/// forward arguments, which `next_edges` lead to. Subclasses give a name and `apply`.
class Node : public RefCounted {
 public:
  virtual ~Node();
  /// Destroys iteratively: chains of any length are freed within a constant stack.
  static void destroy(Node* node) noexcept;

  /// PyTorch's name of the derivative, such as "AddmmBackward0".
  virtual const char* name() const = 0;
  /// Gradients of the forward arguments from those of the forward results.
  virtual Grads apply(Grads&& grads) = 0;
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

  /// Pre-hooks see (and may replace) the gradients of the forward results, post-hooks what `apply` returned.
  void add_pre_hook(std::function<void(Grads&)> hook);
  void add_post_hook(std::function<void(Grads& outputs, const Grads& inputs)> hook);
  NodeHooks& hooks();

 protected:
  /// `edges_offset`: bytes from the node's start to the trailing storage that holds its edges.
  Node(std::size_t num_edges, std::size_t edges_offset);
  Edge* edges() const {
    return reinterpret_cast<Edge*>(const_cast<char*>(reinterpret_cast<const char*>(this)) + edges_offset_);
  }
  virtual std::size_t allocated_bytes() const = 0;
  void set_edge(std::size_t i, Edge e) { edges()[i] = std::move(e); }

 private:
  friend class BackwardRun;
  friend std::uint32_t add_result(Node& node, const Array& result);

  struct More {  // what few nodes have: results beyond the first, and hooks
    std::vector<ShapeRecord> shapes;
    std::vector<Tensor> grads;
    std::unique_ptr<NodeHooks> hooks;
  };
  More& more() {
    if (!more_) more_ = std::make_unique<More>();
    return *more_;
  }

  std::uint16_t num_edges_;
  std::uint16_t num_inputs_ = 0;
  std::uint64_t sequence_nr_;
  // Scratch of the backward run that has claimed this node; others running over it at the same time keep theirs aside.
  std::atomic<BackwardRun*> run_{nullptr};
  std::int32_t dependencies_ = 0;
  std::uint16_t edges_offset_;
  Tensor grad_;  // the gradient of result 0, summed so far
  ShapeRecord shape_;
  std::unique_ptr<More> more_;
};

/// Registers a forward result with its node; returns its output number.
std::uint32_t add_result(Node& node, const Array& result);

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
  std::vector<OnGrad> on_grad;
  std::vector<Retain> retain;
  std::vector<std::function<void(Grads&)>> pre;
  std::vector<std::function<void(Grads&, const Grads&)>> post;
  std::vector<std::function<void(const Tensor&)>> post_accumulate;
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
  std::size_t allocated_bytes() const override { return sizeof(AccumulateGrad); }
  Intrusive<GradSlot> slot_;
};

}  // namespace xgrad

#include <xgrad/autograd/graph/graph_place.hpp>
