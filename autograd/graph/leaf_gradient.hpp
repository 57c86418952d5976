/// A leaf's `.grad` while a derivative adds to it, instead of making a gradient for the leaf to add.
#pragma once

#include <xgrad/autograd/graph/graph_place.hpp>

namespace xgrad {

namespace detail {
// Whether the backward pass that runs on this thread lets derivatives do so: no one watches it, it records nothing, and
// every leaf takes what comes.
extern thread_local constinit bool adds_to_leaves;
}  // namespace detail

/// The gradient that the leaf behind argument i of `node` has, locked for adding to it: a packed array. Empty when the
/// argument is no leaf, the leaf has no gradient yet (the first one is taken over, not added), somebody must see the
/// gradient on its way, or what is added is computed from the very memory: `w.grad` may be data as well.
///
///     if (LeafGradient leaf{node, 1, a, b}) {
///       kernels::add_matmul(leaf.array(), a, b);
///       return {Tensor(), Tensor()};  // nothing is left to add
///     }
class LeafGradient {
 public:
  LeafGradient(const Node& node, std::size_t i, const Array& a, const Array& b);
  ~LeafGradient();
  LeafGradient(const LeafGradient&) = delete;
  LeafGradient& operator=(const LeafGradient&) = delete;
  explicit operator bool() const { return slot_ != nullptr; }
  const Array& array() const { return slot_->grad.array(); }

 private:
  GradSlot* slot_ = nullptr;  // the node's edge keeps it
};

}  // namespace xgrad
