#include <xgrad/autograd/graph/observer.hpp>

namespace xgrad::autograd {
namespace {

thread_local constinit ObserveBackward* innermost = nullptr;

}  // namespace

ObserveBackward::ObserveBackward(std::function<void(const NodeRun&)> observe)
    : observe_(std::move(observe)), outer_(std::exchange(innermost, this)) {}

ObserveBackward::~ObserveBackward() { innermost = outer_; }

bool anyone_observes() { return innermost != nullptr; }

void notify_observers(const Node& node, const Grads& grad_outputs, const Grads& grad_inputs) {
  if (!innermost) return;
  NodeRun run{node, grad_outputs, grad_inputs, {}};
  if (const auto* leaf = dynamic_cast<const AccumulateGrad*>(&node)) run.accumulated = leaf->slot().grad;
  for (ObserveBackward* o = innermost; o; o = o->outer_) o->observe_(run);
}

}  // namespace xgrad::autograd
