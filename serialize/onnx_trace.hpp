/// What a model did with its inputs: the operations that depend on them, in their order, and the tensors between.
#pragma once

#include <xgrad/autograd/graph/tracing.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace xgrad::onnx::detail {

/// What is no tensor of a call's arguments.
using Argument = xgrad::detail::Attribute;
using xgrad::detail::Operation;

/// A tensor as it was at one time: an operation in place makes a new one of it.
struct Value {
  enum class Kind { Input, Parameter, Constant, Result };
  Kind kind = Kind::Result;
  std::string name;  ///< of inputs and parameters
  Tensor tensor;     ///< of a constant, a copy; its elements mean nothing for results
  Dims sizes;
  ScalarType dtype = kFloat32;
  bool random = false;  ///< a constant that was drawn
};

inline constexpr int kAbsent = -1;

struct Step {
  std::string op;  ///< "addmm", in place too
  std::string module;
  std::vector<int> inputs, results;  ///< values, kAbsent where there is no tensor
  std::vector<Argument> attributes;
};

/// The tensors that it is told of live as long as it, so that no two have one address.
class Trace {
 public:
  /// `fold`: what is computed from parameters alone is a constant.
  explicit Trace(bool fold) : fold_(fold) {}

  void add(Value::Kind kind, const std::string& name, const Tensor& t);
  void begins(const Operation& operation);
  void ends(Operation&& operation);
  /// The value that a tensor has now; kAbsent when no input reaches it.
  int value_of(const Tensor& t) const;
  /// The same of a result of the model: a constant if nothing else.
  int output(const Tensor& t);

  const std::vector<Value>& values() const { return values_; }
  const std::vector<Step>& steps() const { return steps_; }
  /// Where numbers left the trace: "item in layer1".
  const std::set<std::string>& read_numbers() const { return read_numbers_; }

 private:
  int new_value(Value::Kind kind, std::string name, const Tensor& t);
  void bind(const Tensor& t, int value);
  int constant(const Tensor& t);
  void check_current(const Tensor& t, const Operation& operation) const;
  void invalidate_sharers(const Tensor& written, const Operation& by);
  void forget_constants(const Tensor& written);

  bool fold_;
  std::vector<Value> values_;
  std::vector<Step> steps_;
  std::vector<Tensor> alive_;
  std::unordered_map<const TensorImpl*, int> by_tensor_;
  std::map<const TensorImpl*, std::string> stale_;  // and what wrote to their memory
  std::map<const void*, std::string> written_;      // storages that hold more than constants, and what wrote there
  std::set<const void*> drawn_;                     // storages of random numbers
  std::set<std::string> read_numbers_;
  bool depends_ = false;  // the operation that runs, on an input
  std::vector<int> inputs_;
};

/// While it lives, the thread's operations are written into a trace.
class Listener final : public xgrad::detail::Tracer {
 public:
  explicit Listener(Trace& trace) : trace_(trace) {}
  void begins(const Operation& operation) override { trace_.begins(operation); }
  void ends(Operation&& operation) override { trace_.ends(std::move(operation)); }

 private:
  Trace& trace_;
};

/// Without the name of the model itself: "Classifier.layer1" is "layer1".
std::string path_within(const std::string& module);

}  // namespace xgrad::onnx::detail
