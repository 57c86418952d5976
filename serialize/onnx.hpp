/// ONNX files: models for other runtimes, made by watching a model compute.
#pragma once

#include <xgrad/autograd/kwargs.hpp>
#include <xgrad/nn/holder.hpp>

#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace xgrad::kwargs {
XGRAD_KEYWORD(do_constant_folding);
XGRAD_KEYWORD(dynamic_axes);
XGRAD_KEYWORD(input_names);
XGRAD_KEYWORD(opset_version);
XGRAD_KEYWORD(output_names);
}  // namespace xgrad::kwargs

namespace xgrad::onnx {

/// Which axes of which inputs and outputs may have any size, and what these sizes are called.
using DynamicAxes = std::map<std::string, std::map<std::int64_t, std::string>>;

/// How a model is exported; each may be left out.
class ExportOptions {
 public:
  ExportOptions();
  ExportOptions(const ExportOptions&);
  ExportOptions& operator=(const ExportOptions&);
  ~ExportOptions();

  /// Names of inputs and of outputs, by default "input", "input.1", ..., and "output", "output.1", ...
  ExportOptions& input_names(std::vector<std::string> names);
  ExportOptions& input_names(const std::vector<const char*>& names);
  ExportOptions& output_names(std::vector<std::string> names);
  ExportOptions& output_names(const std::vector<const char*>& names);
  ExportOptions& dynamic_axes(DynamicAxes axes);
  /// 17, the newest that PyTorch 1.13 writes, is what is written.
  ExportOptions& opset_version(std::int64_t version);
  /// What is computed from parameters alone is written as its result.
  ExportOptions& do_constant_folding(bool on) { return do_constant_folding_ = on, *this; }

  const std::vector<std::string>& input_names() const { return input_names_; }
  const std::vector<std::string>& output_names() const { return output_names_; }
  const DynamicAxes& dynamic_axes() const { return dynamic_axes_; }
  bool do_constant_folding() const { return do_constant_folding_; }

  using Positional = kwargs::Order<>;

 private:
  std::vector<std::string> input_names_, output_names_;
  DynamicAxes dynamic_axes_;
  bool do_constant_folding_ = true;
};

namespace detail {

struct Graph;

using Tensors = std::vector<Tensor>;
/// What is traced: tensors to tensors.
using Run = std::function<Tensors(const Tensors&)>;

/// Calls f with every tensor of tuples, pairs and lists, in their order.
template <class F>
void each_tensor(const Tensor& t, F& f) {
  if (t.defined()) f(t);
}
template <class T, class F>
void each_tensor(const std::vector<T>& list, F& f) {
  for (const T& t : list) each_tensor(t, f);
}
template <class... T, class F>
void each_tensor(const std::tuple<T...>& several, F& f) {
  std::apply([&](const T&... t) { (each_tensor(t, f), ...); }, several);
}
template <class A, class B, class F>
void each_tensor(const std::pair<A, B>& both, F& f) {
  each_tensor(both.first, f);
  each_tensor(both.second, f);
}
/// Arguments that hold no tensors stay as they are.
template <class T, class F>
requires(std::is_arithmetic_v<T>) void each_tensor(const T&, F&) {}

template <class T>
Tensors tensors_in(const T& value) {
  Tensors all;
  const auto add = [&](const Tensor& t) { all.push_back(t); };
  each_tensor(value, add);
  return all;
}
/// The same value with other tensors.
template <class T>
T with_tensors(const T& value, const Tensors& tensors) {
  T copy = value;
  auto next = tensors.begin();
  const auto replace = [&](const Tensor& t) { const_cast<Tensor&>(t) = *next++; };
  each_tensor(copy, replace);
  return copy;
}

template <class M>
struct ModuleOf {
  static nn::ModuleBase& of(M& m) { return m; }
};
template <class M>
requires std::derived_from<std::remove_const_t<M>, nn::detail::ModuleHolderTag>
struct ModuleOf<M> {
  static nn::ModuleBase& of(M& m) { return *m; }
};
template <class M>
struct ModuleOf<std::shared_ptr<M>> {
  static nn::ModuleBase& of(const std::shared_ptr<M>& m) { return *m; }
};

template <class M, class... Args>
decltype(auto) call_model(M& model, const Args&... args) {
  if constexpr (std::is_invocable_v<M&, const Args&...>) {
    return model(args...);
  } else if constexpr (requires { model->forward(args...); }) {
    return nn::detail::call(*model, {}, [&]() -> decltype(auto) { return model->forward(args...); });
  } else {
    return nn::detail::call(model, {}, [&]() -> decltype(auto) { return model.forward(args...); });
  }
}

/// Traces and translates. `module` may be null: then there are no parameters.
Graph export_graph(const Run& run, nn::ModuleBase* module, const Tensors& inputs, const ExportOptions& options);
void export_to(const std::string& path, const Run& run, nn::ModuleBase* module, const Tensors& inputs,
               const ExportOptions& options);

template <class M, class... Args>
Run run_of(M& model, const std::tuple<Args...>& args) {
  return [&model, args](const Tensors& inputs) {
    const auto given = with_tensors(args, inputs);
    return std::apply([&](const Args&... a) { return tensors_in(call_model(model, a...)); }, given);
  };
}

}  // namespace detail

/// Runs the model once with these arguments, and writes what it did as an ONNX file: torch.onnx.export under another
/// name, since `export` is a word of C++. Arguments are a Tensor or a std::tuple of them (nested, for states).
///
///     onnx::export_model(model, images, "model.onnx", input_names = {"image"}, output_names = {"scores"},
///                        dynamic_axes = onnx::DynamicAxes{{"image", {{0, "batch"}}}});
///
/// The model is in evaluation mode meanwhile. With dynamic axes it runs again with other sizes; what differs depends on
/// them. The file appears whole or not at all. Throws NotImplementedError, which names the operation and the module,
/// for what ONNX cannot express or the exporter does not know: docs/files.md has the table.
template <class M, class Args, class... Keywords>
void export_model(M&& model, const Args& args, const std::string& path, Keywords&&... keywords) {
  using Model = std::remove_reference_t<M>;
  const auto options = kwargs::apply(ExportOptions(), std::forward<Keywords>(keywords)...);
  nn::ModuleBase& module = detail::ModuleOf<Model>::of(model);
  if constexpr (std::is_convertible_v<Args, Tensor>) {
    const std::tuple<Tensor> one{Tensor(args)};
    detail::export_to(path, detail::run_of(model, one), &module, detail::tensors_in(one), options);
  } else {
    detail::export_to(path, detail::run_of(model, args), &module, detail::tensors_in(args), options);
  }
}

}  // namespace xgrad::onnx
