/// Observing a backward pass: every node that runs, what it was given, what it gave, and what leaves accumulate.
#pragma once

#include <xgrad/autograd/graph/node.hpp>

namespace xgrad::autograd {

/// One node's run.
struct NodeRun {
  const Node& node;
  const Grads& grad_outputs;  ///< the gradients of the forward operation's results: what the node was given
  const Grads& grad_inputs;   ///< those of its arguments, before they are summed over broadcast dimensions
  /// For a leaf's AccumulateGrad, the leaf's `.grad` after the addition; else undefined.
  Tensor accumulated;
};

/// Within its scope, backward passes of this thread tell `observe` of every node they run, in their order:
///
///     std::vector<std::string> order;
///     autograd::ObserveBackward observe([&](const autograd::NodeRun& run) { order.push_back(run.node.name()); });
///     loss.backward();
///
/// Observers nest; all of them are told, the innermost first. What an observer throws ends the backward pass.
class ObserveBackward {
 public:
  explicit ObserveBackward(std::function<void(const NodeRun&)> observe);
  ~ObserveBackward();
  ObserveBackward(const ObserveBackward&) = delete;
  ObserveBackward& operator=(const ObserveBackward&) = delete;

 private:
  friend void notify_observers(const Node&, const Grads&, const Grads&);
  std::function<void(const NodeRun&)> observe_;
  ObserveBackward* outer_;
};

/// For the engine.
bool anyone_observes();
void notify_observers(const Node& node, const Grads& grad_outputs, const Grads& grad_inputs);

}  // namespace xgrad::autograd
