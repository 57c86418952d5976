#include <xgrad/autograd/array/warning.hpp>
#include <xgrad/autograd/graph/backward_run.hpp>
#include <xgrad/autograd/graph/engine.hpp>

namespace xgrad {
namespace autograd {
namespace {

Tensor initial_gradient(std::size_t i, const Tensor& output, const Tensor& given) {
  if (given.defined()) {
    check(given.sizes() == output.sizes(),
          "Mismatch in shape: grad_output[{0}] has a shape of torch.Size({1}) and output[{0}] has a shape of "
          "torch.Size({2}).",
          i, given.sizes(), output.sizes());
    return given;
  }
  if (output.numel() != 1) {
    Error e("grad can be implicitly created only for scalar outputs");
    e.add_context(fmt::format("the output has shape {}", output.sizes()));
    e.set_hint("reduce it to one number first (loss.mean(), loss.sum()), or pass a gradient of its shape");
    throw e;
  }
  check(output.is_floating_point(), "grad can be computed only for real scalar outputs but got {}", output.toString());
  return ones_like(output);
}

void run(TensorList outputs, TensorList grad_outputs, bool retain_graph, bool create_graph, TensorList inputs,
         std::vector<Tensor>* results) {
  check(!outputs.empty(), "grad requires non-empty outputs.");
  check(grad_outputs.empty() || grad_outputs.size() == outputs.size(), "got {} tensors and {} gradients",
        outputs.size(), grad_outputs.size());
  std::vector<Edge> roots;
  std::vector<Tensor> grads;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Tensor& out = outputs[i];
    if (!out.defined() || !out.requires_grad()) {
      Error e(fmt::format("element {} of tensors does not require grad and does not have a grad_fn", i));
      e.set_hint("no input of this computation requires grad, or it ran under NoGradGuard, or through detach()");
      throw e;
    }
    grads.push_back(initial_gradient(i, out, grad_outputs.empty() ? Tensor() : grad_outputs[i]));
    roots.push_back(gradient_edge(out));
  }
  BackwardRun pass(retain_graph, create_graph);
  std::vector<Tensor> captured(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    check(inputs[i].defined() && inputs[i].requires_grad(), "One of the differentiated Tensors does not require grad");
    if (!results) inputs[i].retain_grad();  // a leaf accumulates anyway
    pass.capture(gradient_edge(inputs[i]), results ? &captured[i] : nullptr);
  }
  pass.run(roots, std::move(grads));
  if (results) *results = std::move(captured);
}

}  // namespace

void backward(TensorList outputs, TensorList grad_outputs, std::optional<bool> retain_graph, bool create_graph,
              TensorList inputs) {
  if (create_graph) {
    warn_once<struct CycleWarning>(
        "Using backward() with create_graph=True will create a reference cycle between the parameter and its gradient "
        "which can cause a memory leak. We recommend using autograd.grad when creating the graph to avoid this. If you "
        "have to use this function, make sure to reset the .grad fields of your parameters to None after use to break "
        "the cycle and avoid the leak.");
  }
  run(outputs, grad_outputs, retain_graph.value_or(create_graph), create_graph, inputs, nullptr);
}

std::vector<Tensor> grad(TensorList outputs, TensorList inputs, TensorList grad_outputs,
                         std::optional<bool> retain_graph, bool create_graph, bool allow_unused) {
  check(!inputs.empty(), "grad requires non-empty inputs.");
  std::vector<Tensor> results;
  run(outputs, grad_outputs, retain_graph.value_or(create_graph), create_graph, inputs, &results);
  for (std::size_t i = 0; i < results.size() && !allow_unused; ++i) {
    check(results[i].defined(),
          "One of the differentiated Tensors appears to not have been used in the graph. Set allow_unused=True if this "
          "is the desired behavior.");
  }
  return results;
}

}  // namespace autograd
}  // namespace xgrad
