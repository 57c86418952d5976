/// What changing a tensor in place means for the graph, for views above all.
#pragma once

#include <xgrad/autograd/graph/node.hpp>

namespace xgrad {

/// Throws PyTorch's error when `self` may not be changed in place: a leaf that requires grad, a view of one, one of
/// several views made at once, a view made without grad, or memory where two indices share an element.
///
/// Only memory matters when nothing is recorded; `record` tells that an argument of the operation requires grad.
void check_in_place(const Tensor& self, bool record);

/// Makes `node`, whose first edge is `self`'s old place, the place of `self` after an in-place change. For a view, the
/// base is given a CopySlices node that runs `node` on the part that changed.
void rebase_history(const Tensor& self, Intrusive<Node> node);

/// Recomputes a view's graph place when its base has changed since.
void refresh_view(TensorImpl& view);

}  // namespace xgrad
