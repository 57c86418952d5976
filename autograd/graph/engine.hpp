/// The engine: runs a graph backward.
#pragma once

#include <xgrad/autograd/tensor.hpp>

namespace xgrad::autograd {

/// Computes the sum over `outputs` of grad_output · d(output)/d(leaf) and adds it to each leaf's `.grad`.
/// `grad_outputs` may be empty (or hold undefined tensors) where the output has one element.
/// `retain_graph` defaults to `create_graph`. `inputs` limits which tensors accumulate.
void backward(TensorList outputs, TensorList grad_outputs = {}, std::optional<bool> retain_graph = std::nullopt,
              bool create_graph = false, TensorList inputs = {});

/// The same sum for each of `inputs`, returned instead of accumulated.
///
///     auto [dx] = autograd::grad({y}, {x}, {}, true, /*create_graph=*/true) ...
///
/// Throws Error when an input plays no part in the outputs, unless `allow_unused`; then its gradient is undefined.
std::vector<Tensor> grad(TensorList outputs, TensorList inputs, TensorList grad_outputs = {},
                         std::optional<bool> retain_graph = std::nullopt, bool create_graph = false,
                         bool allow_unused = false);

}  // namespace xgrad::autograd
