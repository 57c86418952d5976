#include <xgrad/autograd/gradcheck.hpp>

#include <xgrad/autograd/gradcheck/check.hpp>
#include <xgrad/autograd/graph/engine.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>

namespace xgrad::autograd::detail {
namespace {

GradcheckResult delivered(GradcheckResult result, const GradcheckOptions& options) {
  if (!result.ok && options.raise_exception()) throw GradcheckError(result.report);
  return result;
}

/// The gradient of `t.f` as a function of the inputs and of the gradients that come in.
Target gradient_of(const Target& t, const std::vector<std::size_t>& outputs) {
  Target result = t;
  std::vector<std::size_t> wanted;
  for (std::size_t i = 0; i < t.inputs.size(); ++i) {
    if (!t.inputs[i].defined() || !t.inputs[i].requires_grad()) continue;
    wanted.push_back(i);
    result.output_names.push_back("gradient of " + t.input_names[i]);
  }
  result.f = [f = t.f, count = t.inputs.size(), outputs, wanted](const std::vector<Tensor>& in) {
    const auto middle = in.begin() + static_cast<std::ptrdiff_t>(count);
    const std::vector<Tensor> own(in.begin(), middle), g(middle, in.end());
    const std::vector<Tensor> out = f(own);
    std::vector<Tensor> roots, x;
    for (std::size_t o : outputs) roots.push_back(out.at(o));
    for (std::size_t i : wanted) x.push_back(own[i]);
    auto grads = grad(roots, x, g, true, true, true);
    for (std::size_t i = 0; i < grads.size(); ++i) {
      if (!grads[i].defined()) grads[i] = zeros_like(x[i]);
    }
    return grads;
  };
  return result;
}

}  // namespace

GradcheckResult gradcheck(const Target& target, const GradcheckOptions& options) {
  const Restore buffers(target.restore);
  return delivered(TensorCheck(target, options).run(), options);
}

GradcheckResult gradgradcheck(const Target& target, const std::vector<Tensor>& given, const GradcheckOptions& options) {
  const Restore buffers(target.restore);
  std::vector<std::size_t> differentiable;
  std::vector<Tensor> incoming;
  {
    const EnableGradGuard grad_mode;
    Generator generator(20231001);
    const std::vector<Tensor> outputs = target.f(target.inputs);
    for (std::size_t o = 0; o < outputs.size(); ++o) {
      if (!outputs[o].defined() || !outputs[o].requires_grad()) continue;
      if (given.empty()) {
        incoming.push_back(randn(outputs[o].sizes(), TensorOptions(outputs[o].dtype()), generator).requires_grad_());
      } else {
        check<ValueError>(differentiable.size() < given.size(),
                          "gradgradcheck: {} gradients are too few for the outputs", given.size());
        incoming.push_back(given[differentiable.size()].detach().clone().requires_grad_());
      }
      differentiable.push_back(o);
    }
  }
  GradcheckResult result;
  if (differentiable.empty()) {
    result = refusal("no output of the function requires grad, so it has no gradient to check");
  } else {
    Target gradient = gradient_of(target, differentiable);
    for (std::size_t i = 0; i < incoming.size(); ++i) {
      gradient.inputs.push_back(incoming[i]);
      gradient.input_names.push_back(fmt::format("grad_output {}", differentiable[i]));
    }
    result = TensorCheck(gradient, options).run();
  }
  result.report = "second derivatives: " + result.report;
  return delivered(std::move(result), options);
}

}  // namespace xgrad::autograd::detail
