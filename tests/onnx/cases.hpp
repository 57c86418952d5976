/// Exported graphs with inputs and the outputs that they have to give, for scripts/check_onnx.py and check_onnx.mjs.
#pragma once

#include <xgrad/serialize/onnx.hpp>
#include <xgrad/serialize/onnx_proto.hpp>

#include <fstream>
#include <string>
#include <vector>

namespace xgrad::onnx_cases {

using Tensors = std::vector<Tensor>;

struct Run {
  Tensors inputs, outputs;
};

/// One file, and what it is tried on.
struct Case {
  std::string name;
  onnx::detail::Graph graph;
  std::vector<Run> runs;
  double rtol = 1e-5;
  /// A case of the same in float32, for runtimes that have few kernels for doubles.
  bool single = false;
};

/// Appends cases to FOLDER/NAME.bin, and a line of JSON for each, which says where in it they are, to
/// FOLDER/NAME.jsonl.
class CaseFile {
 public:
  CaseFile(const std::string& folder, const std::string& name);
  void add(const Case& one);
  std::size_t count() const { return count_; }

 private:
  std::string place(const std::string& bytes);
  std::string describe(const Tensors& tensors);

  std::ofstream index_, bytes_;
  std::size_t at_ = 0, count_ = 0;
};

}  // namespace xgrad::onnx_cases
