/// The tables of operations and of modules, exported.
#pragma once

#include "cases.hpp"

#include <map>
#include <set>

namespace xgrad::onnx_cases {

struct SweepResult {
  std::size_t exported = 0;
  std::map<std::string, int> refused;  ///< "aten::name: words", and of how many samples
  std::set<std::string> not_told;      ///< arguments that the exporter was not told of
};

/// Writes every sample that can be exported.
SweepResult sweep(CaseFile& file);

/// Writes each module of tests/nn/layers_*.cpp that can be exported; of the others, by name, the first line of the
/// error.
std::map<std::string, std::string> add_layers(CaseFile& file);

}  // namespace xgrad::onnx_cases
