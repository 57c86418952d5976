/// From a trace to ONNX's operators. Tables in onnx_rows_*.cpp have one row an operation; what a row sees is a Call.
#pragma once

#include <xgrad/serialize/onnx_proto.hpp>
#include <xgrad/serialize/onnx_trace.hpp>

#include <map>
#include <optional>
#include <span>

namespace xgrad::onnx::detail {

using Ints = std::vector<std::int64_t>;
using Names = std::vector<std::string>;

/// A size that may be any.
inline constexpr std::int64_t kAny = -1;

/// An axis of an input that may have any size: its name, and where it is.
struct Axis {
  std::string name;
  std::size_t input = 0;
  std::size_t dim = 0;
};

/// What all calls of a model write into. Of a model with dynamic axes there are two traces, with two sizes of each such
/// axis: what differs between them depends on it.
class Builder {
 public:
  Builder(const Trace& first, const Trace* second, std::vector<Axis> axes)
      : first_(first), second_(second), axes_(std::move(axes)) {}

  Graph graph;

  const Trace& first() const { return first_; }
  const Trace* second() const { return second_; }
  /// The sizes of a value, kAny where they differ.
  Ints sizes(int value) const;
  /// Sizes with names for those that differ: an axis's own where all its sizes are the same.
  std::vector<Dimension> dimensions(int value, const std::string& name) const;
  /// The name of a value in the graph; constants and parameters become initializers as they are asked for.
  std::string name_of(int value);
  /// The same of a constant in another dtype.
  std::string constant_as(int value, ScalarType dtype);
  void set_name(int value, std::string name) { names_[value] = std::move(name); }
  std::string initializer(const std::string& name, const Array& value);
  /// A 1-D tensor of int64; equal ones are one.
  std::string ints(const Ints& list);
  std::string number(double value, ScalarType dtype);
  /// Sizes as a 1-D tensor, with those that differ taken from the inputs; `second`: those of the second trace.
  /// `one_unknown`: -1 may stand for one of them.
  std::optional<std::string> shape(const Ints& first, const Ints& second, const std::string& module,
                                   bool one_unknown = false);
  Names node(const std::string& op, Names inputs, std::size_t results, Attributes attributes,
             const std::string& module);
  /// Gives the graph's outputs their names.
  void rename(const std::string& from, const std::string& to);
  bool has_name(int value) const { return names_.contains(value); }
  /// No node or initializer will get this name.
  void reserve(const std::string& name) { ++uses_[name]; }
  bool is_made_by_node(const std::string& name) const { return made_.contains(name); }

 private:
  /// factor · the sizes of axes
  struct Multiple {
    std::int64_t factor;
    std::vector<const Axis*> axes;
  };
  std::optional<Multiple> multiple_of_axes(std::int64_t first, std::int64_t second) const;
  std::string size_of(const Multiple& size, const std::string& module);
  std::string stretched(int value);
  std::string unique(const std::string& name);
  const Trace& first_;
  const Trace* second_;
  std::vector<Axis> axes_;
  std::map<int, std::string> names_;
  std::map<std::pair<int, ScalarType>, std::string> converted_;
  std::map<std::string, std::string> literals_;  // by their text
  std::map<std::string, int> uses_;              // of a name
  std::set<std::string> made_;
};

/// One step of the trace, as a row of the tables sees it.
class Call {
 public:
  Call(Builder& builder, const Step& first, const Step* second) : b_(builder), first_(first), second_(second) {}

  // --- tensors
  std::size_t count() const { return first_.inputs.size(); }
  bool has(std::size_t i) const { return i < count() && first_.inputs[i] != kAbsent; }
  /// An argument's name; empty where there is none.
  std::string in(std::size_t i);
  /// The same in another dtype.
  std::string in(std::size_t i, ScalarType dtype);
  ScalarType dtype(std::size_t i) const { return value(i).dtype; }
  std::int64_t rank(std::size_t i) const { return static_cast<std::int64_t>(value(i).sizes.size()); }
  /// Sizes, kAny where dynamic.
  Ints sizes(std::size_t i) const { return b_.sizes(at(i)); }
  /// Sizes of which none may be dynamic.
  Ints fixed_sizes(std::size_t i) const;
  /// The same, but for the first: the batch.
  Ints fixed_sizes_but_first(std::size_t i) const;
  /// The elements of an argument that is a constant or a parameter, else undefined.
  Tensor constant(std::size_t i) const;
  std::size_t results() const { return first_.results.size(); }
  ScalarType result_dtype(std::size_t k = 0) const { return result_value(k).dtype; }
  Ints result_sizes(std::size_t k = 0) const { return b_.sizes(first_.results.at(k)); }
  std::int64_t result_rank(std::size_t k = 0) const { return static_cast<std::int64_t>(result_value(k).sizes.size()); }
  /// PyTorch's common dtype of the arguments i and j.
  ScalarType common(std::size_t i, std::size_t j) const;

  // --- attributes; what depends on a dynamic axis is refused
  std::size_t attributes() const { return first_.attributes.size(); }
  bool given(std::size_t k) const;
  bool flag(std::size_t k) const { return std::get<bool>(same(k)); }
  std::int64_t integer(std::size_t k) const { return std::get<std::int64_t>(same(k)); }
  /// A dimension of the first argument, counted from the front.
  std::int64_t dim(std::size_t k) const { return wrap_dim(integer(k), rank(0)); }
  double real(std::size_t k) const;
  std::string text(std::size_t k) const { return std::get<std::string>(same(k)); }
  Ints list(std::size_t k) const { return std::get<Ints>(same(k)); }
  /// A list for `n` dimensions, of which one number stands for all.
  Ints list(std::size_t k, std::size_t n) const;
  /// A size of an argument in both traces.
  std::pair<std::int64_t, std::int64_t> both_sizes(std::size_t i, std::size_t dim) const;
  /// Integers of both traces.
  std::pair<std::int64_t, std::int64_t> integers(std::size_t k) const;

  // --- nodes
  std::string node(const char* op, Names inputs, Attributes attributes = {});
  Names nodes(const char* op, Names inputs, std::size_t results, Attributes attributes = {});
  std::string ints(const Ints& list) { return b_.ints(list); }
  std::string number(double v, ScalarType dtype) { return b_.number(v, dtype); }
  /// The number that is attribute k, with all bits of an integer, which real() has not.
  std::string factor(std::size_t k, ScalarType dtype);
  std::string tensor(const Tensor& t);
  std::string cast(const std::string& name, ScalarType to);
  /// The sizes of result k as a tensor; refuses what cannot be known.
  std::string shape_of_result(std::size_t k = 0);
  std::string reshaped(const std::string& name, std::size_t k = 0);
  /// Result k is this.
  void result(std::size_t k, const std::string& name);
  void result(const std::string& name) { result(0, name); }
  /// The same, converted to its dtype.
  void result_from(ScalarType dtype, const std::string& name) {
    result(0, dtype == result_dtype() ? name : cast(name, result_dtype()));
  }
  void same_as_input(std::size_t i) { result(0, in(i)); }

  [[noreturn]] void refuse(const std::string& why) const;
  void require(bool condition, const char* why) const {
    if (!condition) refuse(why);
  }

 private:
  int at(std::size_t i) const { return first_.inputs.at(i); }
  const Value& value(std::size_t i) const { return b_.first().values()[static_cast<std::size_t>(at(i))]; }
  const Value& result_value(std::size_t k) const {
    return b_.first().values()[static_cast<std::size_t>(first_.results.at(k))];
  }
  const Argument& same(std::size_t k) const;
  Ints result_sizes_of_second(std::size_t k) const;

  Builder& b_;
  const Step& first_;
  const Step* second_;
};

struct Row {
  const char* op;  ///< "addmm"
  void (*write)(Call&);
};

/// The tables, by family.
std::span<const Row> elementwise_rows();
std::span<const Row> comparison_rows();
std::span<const Row> activation_rows();
std::span<const Row> shape_rows();
std::span<const Row> reduction_rows();
std::span<const Row> layer_rows();
std::span<const Row> indexing_rows();
std::span<const Row> loss_rows();
std::span<const Row> recurrent_rows();

/// The row of an operation, or null.
const Row* find_row(const std::string& op);

/// In what ONNX runtimes have kernels for: int32 for smaller integers and bools.
inline ScalarType working_type(ScalarType dtype) {
  return dtype == kBool || dtype == kUInt8 || dtype == kInt8 || dtype == kInt16 ? kInt32 : dtype;
}

}  // namespace xgrad::onnx::detail
