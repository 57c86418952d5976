/// A tensor's place in the graph: its gradient, its base if it is a view, and the edge gradients reach it by.
#pragma once

#include <xgrad/autograd/graph/node.hpp>

namespace xgrad {

/// Where a tensor's gradient is kept: shared by a leaf and its AccumulateGrad node, or by a non-leaf and the hook that
/// retain_grad() put on its node. Owning neither side, it makes no cycle.
class GradSlot : public RefCounted {
 public:
  static void destroy(GradSlot* s) noexcept { delete s; }
  Tensor grad;
  std::atomic_flag busy;  ///< held while a backward pass adds to `grad`
};

/// How a view was made, which decides whether it may be changed in place.
enum class ViewOrigin : std::uint8_t { Normal, NoGrad, MultiOutput };

/// A view's base, and the state its graph place was computed for.
struct ViewInfo {
  Tensor base;
  ViewOrigin origin = ViewOrigin::Normal;
  std::uint32_t graph_version = 0;  ///< version of the storage that `node` stands for
};

/// An edge to what takes this tensor's gradient: its grad_fn, or its accumulator (made when first needed); a null edge
/// when it requires none. Brings a view's grad_fn up to date first.
Edge gradient_edge(const Tensor& t);
/// Makes `view` a tracked view of `base` (or of base's base).
void set_view_of(Tensor& view, const Tensor& base, ViewOrigin origin = ViewOrigin::Normal);

}  // namespace xgrad
