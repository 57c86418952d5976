// onnx_files FOLDER           writes the models of tests/serialize/onnx_models*.cpp and of tests/nn/layers_*.cpp, and
//                             their results, to FOLDER/models.*
// onnx_files --sweep FOLDER   and every sample of the op table that can be exported to FOLDER/sweep.*
// onnx_files --golden FILE    writes the models' graphs as text: tests/data/onnx_graphs.txt
#include "../serialize/onnx_models.hpp"
#include "sweep.hpp"

#include <xgrad/autograd/array/warning.hpp>

#include <cstdio>
#include <fstream>

using namespace xgrad;

int main(int argc, char** argv) {
  const std::string option = argc == 3 ? argv[1] : "", path = argc > 1 ? argv[argc - 1] : "";
  if (path.empty() || (argc == 3 && option != "--sweep" && option != "--golden")) {
    std::fprintf(stderr, "usage: %s [--sweep | --golden] PATH\n", argv[0]);
    return 2;
  }
  if (option == "--golden") {
    std::ofstream(path) << onnx_cases::all_graphs();
    return 0;
  }
  onnx_cases::CaseFile models(path, "models");
  for (const onnx_cases::Model& m : onnx_cases::models()) models.add(m.make());
  const std::map<std::string, std::string> refused = onnx_cases::add_layers(models);
  std::printf("%zu models\n", models.count());
  for (const auto& [name, why] : refused) std::printf("refused %s: %s\n", name.c_str(), why.c_str());
  if (option != "--sweep") return 0;
  onnx_cases::CaseFile file(path, "sweep");
  std::size_t warnings = 0;  // hundreds of samples put numbers of a tensor into a graph, which is warned of
  const onnx_cases::SweepResult result = [&] {
    const WarningHandlerGuard count([&](const std::string&) { ++warnings; });
    return onnx_cases::sweep(file);
  }();
  std::printf("%zu samples exported, with %zu warnings\n", result.exported, warnings);
  for (const auto& [what, n] : result.refused) std::printf("refused %5d  %s\n", n, what.c_str());
  for (const std::string& what : result.not_told) std::printf("not told of %s\n", what.c_str());
  return result.not_told.empty() ? 0 : 1;
}
