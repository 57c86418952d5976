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
  std::atomic_flag busy;        ///< held while a backward pass adds to `grad`
  TensorImpl* owner = nullptr;  ///< the leaf, for its post-accumulate hooks; null once it is gone
};

/// How a view was made, which decides whether it may be changed in place.
enum class ViewOrigin : std::uint8_t { Normal, NoGrad, MultiOutput, CustomFunction };

/// A view's base, and the state its graph place was computed for.
struct ViewInfo {
  Tensor base;
  ViewOrigin origin = ViewOrigin::Normal;
  std::uint32_t graph_version = 0;  ///< version of the storage that `node` stands for
};

/// Brings a view's grad_fn up to date with in-place changes of its base.
void refresh_if_stale(TensorImpl& view);

/// Whether operations on this tensor are recorded.
inline bool takes_gradient(const Tensor& t) {
  TensorImpl* impl = t.impl();
  if (!impl) return false;
  if (impl->view) refresh_if_stale(*impl);
  return impl->requires_grad;
}

/// An edge to what takes this tensor's gradient: its grad_fn or its accumulator; a null edge when it requires none.
inline Edge gradient_edge(const Tensor& t) {
  return takes_gradient(t) ? Edge{t.impl()->node, t.impl()->output_nr} : Edge{};
}

/// Makes `view` a tracked view of `base` (or of base's base).
void set_view_of(Tensor& view, const Tensor& base, ViewOrigin origin = ViewOrigin::Normal);

}  // namespace xgrad
