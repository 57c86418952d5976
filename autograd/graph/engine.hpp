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

/// Keywords of grad.
class GradOptions {
 public:
  GradOptions& grad_outputs(std::vector<Tensor> g) { return grad_outputs_ = std::move(g), *this; }
  GradOptions& grad_outputs(Tensor g) { return grad_outputs(std::vector<Tensor>{std::move(g)}); }
  GradOptions& retain_graph(std::optional<bool> r) { return retain_graph_ = r, *this; }
  GradOptions& create_graph(bool c) { return create_graph_ = c, *this; }
  GradOptions& allow_unused(bool a) { return allow_unused_ = a, *this; }
  std::vector<Tensor> run(TensorList outputs, TensorList inputs) const {
    return grad(outputs, inputs, grad_outputs_, retain_graph_, create_graph_, allow_unused_);
  }

 private:
  std::vector<Tensor> grad_outputs_;
  std::optional<bool> retain_graph_;
  bool create_graph_ = false, allow_unused_ = false;
};

/// With keywords: `autograd::grad({y}, {x}, create_graph = true)`.
template <kwargs::Keyworded... K>
requires(sizeof...(K) > 0) std::vector<Tensor> grad(TensorList outputs, TensorList inputs, K... k) {
  return kwargs::apply(GradOptions(), std::move(k)...).run(outputs, inputs);
}

}  // namespace xgrad::autograd
