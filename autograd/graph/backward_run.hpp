/// BackwardRun: one backward pass over a graph. What starts one is engine.hpp.
#pragma once

#include <xgrad/autograd/graph/anomaly.hpp>
#include <xgrad/autograd/graph/node.hpp>
#include <xgrad/autograd/graph/observer.hpp>
#include <xgrad/autograd/graph/profiling.hpp>

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <unordered_set>

namespace xgrad {

/// One backward pass. Gradients travel along edges; a node runs when all of its gradients have come. Nodes that are
/// ready run latest-recorded first, leaves at once, so the order is always the same.
class BackwardRun {
 public:
  BackwardRun(bool keep_graph, bool create_graph)
      : keep_graph_(keep_graph),
        create_graph_(create_graph),
        watched_(autograd::AnomalyMode::is_enabled() || autograd::anyone_observes() ||
                 detail::profiling.load(std::memory_order_relaxed)) {}
  ~BackwardRun() {
    for (Node* n : claimed_) give_back(*n);
  }

  /// Runs only what leads to `edge`. The gradient that arrives there goes to `*result`; without one, its node's hooks
  /// see it, and a leaf accumulates it.
  void capture(Edge edge, Tensor* result) { captures_.push_back({std::move(edge), result}); }

  void run(std::span<const Edge> roots, std::vector<Tensor> grads);

 private:
  struct Capture {
    Edge edge;
    Tensor* result;
  };
  /// What a run keeps about a node: in the node itself, or aside when another run (a second thread over a shared
  /// graph, or a backward inside a backward) has claimed the node.
  struct State {
    std::int32_t dependencies = 0;
    std::vector<Tensor> grads;
  };

  bool claim(Node& n) {
    BackwardRun* none = nullptr;
    if (!n.run_.compare_exchange_strong(none, this, std::memory_order_acq_rel)) return false;
    n.dependencies_ = 0;
    claimed_.push_back(&n);
    return true;
  }
  static void give_back(Node& n) {
    n.grad_.reset();
    if (n.more_) {
      for (Tensor& g : n.more_->grads) g.reset();
    }
    n.run_.store(nullptr, std::memory_order_release);
  }
  bool mine(const Node& n) const { return n.run_.load(std::memory_order_relaxed) == this; }
  /// Whether the edge that led here is the only way to `n`: then one gradient comes, by that edge, and the run keeps
  /// nothing in the node. Holds for most of a chain whose intermediate results have no other owner.
  static bool has_one_way_in(const Node& n) { return n.unique() && n.num_inputs() == 1; }
  /// Whether discover() found several ways to `n` (or n is a root): it has a count and a place for its gradients.
  bool is_counted(Node& n) const { return mine(n) || (!aside_.empty() && aside_.contains(&n)); }
  std::int32_t& dependencies(Node& n) { return mine(n) ? n.dependencies_ : aside_[&n].dependencies; }
  Tensor& pending(Node& n, std::uint32_t i) {
    if (!mine(n)) {
      auto& grads = aside_[&n].grads;
      grads.resize(n.num_inputs());
      return grads[i];
    }
    return i == 0 ? n.grad_ : n.more_->grads[i - 1];
  }

  /// A node that can run, with its gradient if that is not kept in the node.
  struct Ready {
    Node* node = nullptr;
    Tensor grad;
  };

  bool meet(Node& n);
  void discover(std::span<const Edge> roots);
  void find_needed(std::span<const Edge> roots);
  bool runs(Node& n) const { return captures_.empty() || needed_.contains(&n); }
  bool takes(const Edge& edge) const;
  static void fit(const Edge& edge, Tensor& grad, const Node* from, std::size_t output);
  static void refit(const ShapeRecord& shape, Tensor& grad, const Node* from, std::size_t output);
  void send(const Edge& edge, Tensor&& grad, const Node* from, std::size_t output);
  void add(Tensor& sum, Tensor&& grad);
  Grads collect(Ready&& ready);
  void run_pre_hooks(const Node& n, const NodeHooks& hooks, Grads& grads);
  Grads apply_watched(Node& n, NodeHooks* hooks, Grads grads);
  void execute(Ready&& ready);
  const Edge* only_way_on(const Node& n) const;
  void follow_chain();
  Edge follow_from(const Edge& root, Tensor& grad);
  static bool later(const Ready& a, const Ready& b) { return priority(*a.node) < priority(*b.node); }
  static std::uint64_t priority(const Node& n) {
    return n.num_outputs() == 0 ? std::numeric_limits<std::uint64_t>::max() : n.sequence_nr();
  }
  void push_ready(Node* n, Tensor&& grad = {}) {
    if (!next_.node) {
      next_.node = n;
      next_.grad = std::move(grad);
      return;
    }
    Ready ready{n, std::move(grad)};
    if (later(next_, ready)) std::swap(ready, next_);
    ready_.push_back(std::move(ready));
    std::push_heap(ready_.begin(), ready_.end(), later);
  }

  Ready take_ready() {
    Ready taken = std::exchange(next_, Ready());
    if (!ready_.empty()) {
      std::pop_heap(ready_.begin(), ready_.end(), later);
      next_ = std::move(ready_.back());
      ready_.pop_back();
    }
    return taken;
  }

  bool keep_graph_, create_graph_;
  bool watched_;        // anomaly mode, an observer or a profiler
  bool plain_ = false;  // neither watched nor for captures
  std::vector<Node*> claimed_;
  std::unordered_map<Node*, State> aside_;
  Ready next_;                   // the latest-recorded node that is ready: in a chain, the only one
  std::vector<Ready> ready_;     // a heap of the others
  std::vector<Node*> to_visit_;  // by discover()
  std::vector<Capture> captures_;
  std::unordered_set<Node*> needed_;  // nodes on a path to a captured input; only kept when there are captures
};

}  // namespace xgrad
