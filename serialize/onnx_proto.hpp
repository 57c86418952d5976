/// A model as ONNX files hold it, and how it becomes bytes. What of the format is not needed to export is not here.
#pragma once

#include <xgrad/autograd/array/array.hpp>
#include <xgrad/serialize/output.hpp>

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace xgrad::onnx::detail {

/// The version of ONNX's own operators that is written, and that of the file's layout.
inline constexpr std::int64_t kOpset = 17, kIrVersion = 8;

using Attribute = std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>, std::vector<float>,
                               std::vector<std::string>>;
using Attributes = std::vector<std::pair<std::string, Attribute>>;

struct Node {
  std::string op, name;
  std::vector<std::string> inputs, outputs;  ///< an empty name stands for an argument that is left out
  Attributes attributes;
};

/// One dimension: a number, or a name where it may be any.
struct Dimension {
  std::int64_t size = 0;
  std::string name;
};

struct ValueInfo {
  std::string name;
  ScalarType dtype = kFloat32;
  std::vector<Dimension> sizes;
};

struct Initializer {
  std::string name;
  Array value;  ///< packed
};

struct Graph {
  std::string name;
  std::vector<Node> nodes;
  std::vector<Initializer> initializers;
  std::vector<ValueInfo> inputs, outputs, values;
};

/// TensorProto.DataType
std::int64_t data_type(ScalarType dtype);
/// Writes a ModelProto. Throws ValueError for one of 2 GB and more, which no reader of protobuf takes.
void write_model(const serialize::Write& write, const Graph& graph);
/// The graph for people and for comparisons: a line a node.
std::string to_text(const Graph& graph);

}  // namespace xgrad::onnx::detail
