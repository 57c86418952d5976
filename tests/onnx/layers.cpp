#include "../nn/layers.hpp"
#include "sweep.hpp"

#include <xgrad/xgrad.hpp>

namespace xgrad::onnx_cases {

std::map<std::string, std::string> add_layers(CaseFile& file) {
  std::map<std::string, std::string> refused;
  for (const auto& [name, make] : test::layers()) {
    manual_seed(7);
    const test::Layer layer = make();
    Tensors inputs;
    for (const auto& given : layer.inputs) {
      const auto* shape = std::get_if<std::vector<std::int64_t>>(&given);
      inputs.push_back(shape ? rand(*shape) : std::get<Tensor>(given));
    }
    const onnx::detail::Run run = [&](const Tensors& x) {
      return nn::detail::call(*layer.module, {}, [&] { return layer.forward(x); });
    };
    Case c{"nn: " + name, {}, {}, 1e-5, false};
    try {
      c.graph = onnx::detail::export_graph(run, layer.module.get(), inputs, {});
    } catch (const NotImplementedError& e) {
      const std::string words = e.what();
      refused[name] = words.substr(0, words.find('\n'));
      continue;
    }
    const NoGradGuard no_grad;
    layer.module->train(false);
    Tensors copies, outputs;
    for (const Tensor& t : inputs) copies.push_back(t.clone());
    for (const Tensor& t : run(copies)) {
      if (t.defined()) outputs.push_back(t);
    }
    c.runs.push_back({inputs, outputs});
    file.add(c);
  }
  return refused;
}

}  // namespace xgrad::onnx_cases
