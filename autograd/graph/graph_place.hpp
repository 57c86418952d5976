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
enum class ViewOrigin : std::uint8_t { Normal, NoGrad, Inference, MultiOutput, CustomFunction };

/// A view's base, and the state its graph place was computed for.
struct ViewInfo {
  Tensor base;
  ViewOrigin origin = ViewOrigin::Normal;
  std::uint32_t graph_version = 0;  ///< version of the storage that `node` stands for
};

/// Whether the view's memory was changed in place since its grad_fn was computed.
inline bool is_stale(const TensorImpl& view) { return view.view->graph_version != view.array.storage()->version(); }

/// Brings a stale view's grad_fn up to date with the in-place changes of its base. Throws for views that may not follow
/// one: those made without grad, several at once, or by a Function.
void refresh_view(TensorImpl& view);

/// Whether operations on this tensor are recorded. Never throws.
[[gnu::always_inline]] inline bool takes_gradient(const Tensor& t) {
  const TensorImpl* impl = t.impl();
  if (!impl) return false;
  return impl->requires_grad || (impl->view && is_stale(*impl) && impl->view->base.impl()->requires_grad);
}

/// An edge to what takes this tensor's gradient: its grad_fn or its accumulator; a null edge when it requires none.
inline Edge gradient_edge(const Tensor& t) {
  if (!takes_gradient(t)) return {};
  TensorImpl& impl = *t.impl();
  if (impl.view && is_stale(impl)) refresh_view(impl);
  return {impl.node, impl.output_nr};
}

/// Every handle on `handle` is from now on one on the memory and the graph place of `value` (which is no view): how a
/// module's weight follows what it is computed from. What was recorded with the old contents keeps them.
void become(const Tensor& handle, const Tensor& value);
/// From now on `handle` is an ordinary tensor that will become() nothing else.
void become_for_good(const Tensor& handle, const Tensor& value);

/// Makes `view` a tracked view of `base` (or of base's base).
void set_view_of(Tensor& view, const Tensor& base, ViewOrigin origin = ViewOrigin::Normal);

}  // namespace xgrad
