/// Real PyTorch, asked by name. The only door between the tests and libtorch: this header includes neither library, so
/// that their headers never meet in one file.
///
/// An operation is found in libtorch's registry by its name ("aten::add") and by which of its overloads takes the
/// arguments given, so nobody spells a PyTorch call.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace xgrad::oracle {

/// A dtype under PyTorch's number for it.
struct Dtype {
  int code = 6;
};

/// A tensor as bytes. `storage` is all of its memory, `offset` and `strides` count elements.
struct Plain {
  bool defined = false;
  Dtype dtype;
  std::vector<std::int64_t> sizes, strides;
  std::int64_t offset = 0;
  std::vector<unsigned char> storage;
  bool requires_grad = false;
  bool shares = false;  ///< of a result: it is a view of an argument
};

/// One entry of a Python index.
struct Index {
  enum Kind { kInteger, kSlice, kNone, kEllipsis, kBool, kTensor } kind = kNone;
  std::int64_t integer = 0;  // or the bool, or the step of a slice
  std::optional<std::int64_t> start, stop;
  Plain tensor;
};

using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string, Dtype, std::vector<std::int64_t>,
                           std::vector<double>, Plain, std::vector<Plain>, std::vector<Index>>;

struct Question {
  std::string name;  ///< without "aten::"
  std::vector<Value> arguments;
  bool in_place = false;  ///< ask `name_` on a copy of the first argument
  /// Where results are to go, if anywhere: these tensors, or memory of the first tensor among the arguments.
  std::vector<Plain> outs;
  bool out_is_argument = false;
  std::uint64_t seed = 0;
};

/// What an operation does, on either side.
struct Answer {
  std::optional<std::string> error;  ///< the first line, when it throws
  std::vector<Plain> results;
  /// Gradients of the arguments that require grad, of first and second order (the latter with those of the incoming
  /// gradients after them), undefined where there is none; and why there are none at all.
  std::vector<Plain> first, second;
  std::optional<std::string> first_error, second_error;
  int warnings = 0;
};

/// Asks libtorch. Throws std::logic_error when there is no such operation for such arguments.
Answer ask(const Question& question);
/// Whether it has a form for such arguments that writes into `results` tensors.
bool has_out_form(const std::string& name, const std::vector<Value>& arguments, std::size_t results);

/// One step of a program. An argument may be one of the tensors that are there already; what `arguments` has in its
/// place says no more than that it is a tensor.
struct Step {
  std::string name;
  bool in_place = false, no_grad = false;
  std::vector<Value> arguments;
  std::vector<std::optional<std::size_t>> tensors;  ///< for each argument
};

/// Tensors and what is done with them. The results of steps that are not in place join the tensors.
struct Program {
  std::vector<Plain> inputs;
  std::vector<Step> steps;
};

/// What came of it. Steps that throw leave no result.
struct Trace {
  std::vector<std::optional<std::string>> errors;  ///< of each step
  std::vector<Plain> tensors;
  std::vector<std::int64_t> versions;
  std::vector<Plain> gradients;  ///< of the inputs that require grad, when every other tensor gets a gradient
  std::optional<std::string> backward_error;
};

/// Runs a program in libtorch.
Trace run(const Program& program);

/// Entry e of the gradient that result k receives, and of the weights that the first derivatives are summed with.
inline double incoming(std::size_t k, std::size_t e) {
  constexpr double kValues[] = {1.0, -0.5, 2.0, 0.75, -1.25};
  return kValues[(e + k) % 5];
}

}  // namespace xgrad::oracle
