/// What changing a tensor in place means for the graph, for views above all.
#pragma once

#include <xgrad/autograd/graph/node.hpp>

namespace xgrad {

/// Throws PyTorch's error when `self` may not be changed in place: a leaf that requires grad, a view of one, one of
/// several views made at once, a view made without grad, or memory where two indices share an element.
///
/// Only memory matters when nothing is recorded; `record` tells that an argument of the operation requires grad.
void check_in_place(const Tensor& self, bool record);

/// Gives `self` the shape, strides and place in the graph of `view`, a view of all of it: what `transpose_` and its kin
/// do. Throws as check_in_place does, but for overlapping memory, which is not written to.
void take_view_in_place(const Tensor& self, Tensor view);

/// Makes output `output_nr` of `node` the place of `self` after an in-place change; the node's first edge is `self`'s
/// old place. For a view, the base is given a CopySlices node that runs `node`, which has that one output, on the part
/// that changed. A retained gradient is then that of `self`'s new place, but still that of the base's old one.
void rebase_history(const Tensor& self, Intrusive<Node> node, std::uint32_t output_nr = 0);

}  // namespace xgrad
