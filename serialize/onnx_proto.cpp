// The wire format of protobuf, as far as onnx.proto needs it: varints, 32-bit floats, and bytes with their length.
#include <xgrad/serialize/elements.hpp>
#include <xgrad/serialize/onnx_proto.hpp>

#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <limits>

namespace xgrad::onnx::detail {
namespace {

/// A message on its way into a file. Elements of tensors are not copied into it, only named in their places.
class Message {
 public:
  void integer(int field, std::int64_t value) {
    tag(field, 0);
    varint(static_cast<std::uint64_t>(value));
  }
  void real(int field, float value) {
    tag(field, 5);
    fixed(value);
  }
  void text(int field, std::string_view value) {
    tag(field, 2);
    varint(value.size());
    bytes_ += value;
  }
  /// A repeated field of numbers, packed as proto3 does; onnx.proto is proto2, whose readers take either.
  void integers(int field, const std::vector<std::int64_t>& list) {
    for (const std::int64_t v : list) integer(field, v);
  }
  void reals(int field, const std::vector<float>& list) {
    for (const float v : list) real(field, v);
  }
  void message(int field, const Message& inner) {
    tag(field, 2);
    varint(inner.size());
    for (const auto& [at, array] : inner.raw_) raw_.emplace_back(bytes_.size() + at, array);
    raw_bytes_ += inner.raw_bytes_;
    bytes_ += inner.bytes_;
  }
  void elements(int field, const Array& packed) {
    tag(field, 2);
    const std::uint64_t n = static_cast<std::uint64_t>(packed.numel()) * packed.itemsize();
    varint(n);
    raw_.emplace_back(bytes_.size(), packed);
    raw_bytes_ += n;
  }

  std::uint64_t size() const { return bytes_.size() + raw_bytes_; }
  void write_to(const serialize::Write& write) const {
    std::size_t at = 0;
    for (const auto& [place, array] : raw_) {
      write(bytes_.data() + at, place - at);
      serialize::write_elements(write, array);
      at = place;
    }
    write(bytes_.data() + at, bytes_.size() - at);
  }

 private:
  void tag(int field, int wire_type) { varint(static_cast<std::uint64_t>(field << 3 | wire_type)); }
  void varint(std::uint64_t v) {
    for (; v >= 0x80; v >>= 7) bytes_ += static_cast<char>(v | 0x80);
    bytes_ += static_cast<char>(v);
  }
  void fixed(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (int i = 0; i < 4; ++i) bytes_ += static_cast<char>(bits >> (8 * i));
  }

  std::string bytes_;
  std::vector<std::pair<std::size_t, Array>> raw_;  // by where in bytes_ they belong
  std::uint64_t raw_bytes_ = 0;
};

// Below, numbers of fields and of enums are those of onnx.proto.

Message attribute_of(const std::string& name, const Attribute& value) {
  Message m;
  m.text(1, name);
  constexpr std::int64_t kFloat = 1, kInt = 2, kString = 3, kFloats = 6, kInts = 7, kStrings = 8;
  std::int64_t type = 0;
  if (const auto* f = std::get_if<float>(&value)) {
    m.real(2, *f);
    type = kFloat;
  } else if (const auto* i = std::get_if<std::int64_t>(&value)) {
    m.integer(3, *i);
    type = kInt;
  } else if (const auto* s = std::get_if<std::string>(&value)) {
    m.text(4, *s);
    type = kString;
  } else if (const auto* floats = std::get_if<std::vector<float>>(&value)) {
    m.reals(7, *floats);
    type = kFloats;
  } else if (const auto* ints = std::get_if<std::vector<std::int64_t>>(&value)) {
    m.integers(8, *ints);
    type = kInts;
  } else {
    for (const std::string& s : std::get<std::vector<std::string>>(value)) m.text(9, s);
    type = kStrings;
  }
  m.integer(20, type);
  return m;
}

Message node_of(const Node& node) {
  Message m;
  for (const std::string& name : node.inputs) m.text(1, name);
  for (const std::string& name : node.outputs) m.text(2, name);
  m.text(3, node.name);
  m.text(4, node.op);
  for (const auto& [name, value] : node.attributes) m.message(5, attribute_of(name, value));
  return m;
}

Message tensor_of(const Initializer& init) {
  Message m;
  for (const std::int64_t n : init.value.sizes()) m.integer(1, n);
  m.integer(2, data_type(init.value.dtype()));
  m.text(8, init.name);
  m.elements(9, init.value);
  return m;
}

Message value_of(const ValueInfo& info) {
  Message shape;
  for (const Dimension& d : info.sizes) {
    Message dimension;
    if (d.name.empty())
      dimension.integer(1, d.size);
    else
      dimension.text(2, d.name);
    shape.message(1, dimension);
  }
  Message tensor, type, m;
  tensor.integer(1, data_type(info.dtype));
  tensor.message(2, shape);
  type.message(1, tensor);
  m.text(1, info.name);
  m.message(2, type);
  return m;
}

Message graph_of(const Graph& graph) {
  Message m;
  for (const Node& node : graph.nodes) m.message(1, node_of(node));
  m.text(2, graph.name);
  for (const Initializer& init : graph.initializers) m.message(5, tensor_of(init));
  for (const ValueInfo& v : graph.inputs) m.message(11, value_of(v));
  for (const ValueInfo& v : graph.outputs) m.message(12, value_of(v));
  for (const ValueInfo& v : graph.values) m.message(13, value_of(v));
  return m;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + (name.empty() ? "-" : name);
  return text;
}

std::string text_of(const Attribute& value) {
  return std::visit(
      [](const auto& v) -> std::string {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, std::string>)
          return v;
        else if constexpr (std::is_arithmetic_v<T>)
          return fmt::format("{}", v);
        else
          return fmt::format("[{}]", fmt::join(v, ", "));
      },
      value);
}

std::string text_of(const ValueInfo& value) {
  std::string sizes;
  for (const Dimension& d : value.sizes)
    sizes += (sizes.empty() ? "" : ", ") + (d.name.empty() ? std::to_string(d.size) : d.name);
  return fmt::format("{}: {}[{}]", value.name, info(value.dtype).name, sizes);
}

}  // namespace

std::int64_t data_type(ScalarType dtype) {
  static constexpr std::int64_t kTypes[kDtypeCount] = {2, 3, 5,  6,
                                                       7, 1, 11, 9};  // uint8 ... int64, float, double, bool
  return kTypes[static_cast<std::size_t>(dtype)];
}

void write_model(const serialize::Write& write, const Graph& graph) {
  Message opset, model;
  opset.text(1, "");
  opset.integer(2, kOpset);
  model.integer(1, kIrVersion);
  model.text(2, "xgrad");
  model.message(7, graph_of(graph));
  model.message(8, opset);
  check<ValueError>(model.size() < std::numeric_limits<std::int32_t>::max(),
                    "the model takes {} bytes, and an ONNX file must have fewer than 2 GB", model.size());
  model.write_to(write);
}

std::string to_text(const Graph& graph) {
  std::string text = "graph " + graph.name + "\n";
  for (const ValueInfo& v : graph.inputs) text += "  input " + text_of(v) + "\n";
  for (const Initializer& i : graph.initializers)
    text += fmt::format("  initializer {}: {}{}\n", i.name, info(i.value.dtype()).name, i.value.sizes());
  for (const Node& n : graph.nodes) {
    text += fmt::format("  {} = {}({}", joined(n.outputs), n.op, joined(n.inputs));
    for (const auto& [name, value] : n.attributes) text += fmt::format("; {}={}", name, text_of(value));
    text += ")\n";
  }
  for (const ValueInfo& v : graph.outputs) text += "  output " + text_of(v) + "\n";
  return text;
}

}  // namespace xgrad::onnx::detail
