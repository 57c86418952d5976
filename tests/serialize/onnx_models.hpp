/// Models that are exported: their graphs are compared with tests/data/onnx_graphs.txt, and the program onnx_files
/// (tests/onnx/) writes them for other programs to check and to run.
#pragma once

#include "../onnx/cases.hpp"

#include <functional>

namespace xgrad::onnx_cases {

struct Model {
  std::string name;
  std::function<Case()> make;
};

const std::vector<Model>& models();
/// The graphs of all as text.
std::string all_graphs();

/// A model called with `args`, exported, with its results there and for each of `more`.
template <class M, class... Args, class... Keywords>
Case case_of(const std::string& name, M model, const std::tuple<Args...>& args,
             const std::vector<std::tuple<Args...>>& more, Keywords... keywords) {
  using namespace onnx::detail;
  nn::ModuleBase& module = ModuleOf<M>::of(model);
  const onnx::detail::Run run = run_of(model, args);
  Case c;
  c.name = name;
  c.graph = export_graph(run, &module, tensors_in(args), kwargs::apply(onnx::ExportOptions(), std::move(keywords)...));
  const NoGradGuard no_grad;
  module.train(false);
  const auto add = [&](const std::tuple<Args...>& a) { c.runs.push_back({tensors_in(a), run(tensors_in(a))}); };
  add(args);
  for (const auto& a : more) add(a);
  return c;
}

}  // namespace xgrad::onnx_cases
