#include <xgrad/autograd/array/warning.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/nn/nn.hpp>
#include <xgrad/serialize/onnx.hpp>
#include <xgrad/serialize/onnx_graph.hpp>

#include <algorithm>

namespace xgrad::onnx {

ExportOptions::ExportOptions() = default;
ExportOptions::ExportOptions(const ExportOptions&) = default;
ExportOptions& ExportOptions::operator=(const ExportOptions&) = default;
ExportOptions::~ExportOptions() = default;

ExportOptions& ExportOptions::input_names(std::vector<std::string> names) {
  return input_names_ = std::move(names), *this;
}
ExportOptions& ExportOptions::input_names(const std::vector<const char*>& names) {
  return input_names_.assign(names.begin(), names.end()), *this;
}
ExportOptions& ExportOptions::output_names(std::vector<std::string> names) {
  return output_names_ = std::move(names), *this;
}
ExportOptions& ExportOptions::output_names(const std::vector<const char*>& names) {
  return output_names_.assign(names.begin(), names.end()), *this;
}
ExportOptions& ExportOptions::dynamic_axes(DynamicAxes axes) { return dynamic_axes_ = std::move(axes), *this; }

ExportOptions& ExportOptions::opset_version(std::int64_t version) {
  check<ValueError>(version == detail::kOpset, "Unsupported opset_version {}: {} is what is written", version,
                    detail::kOpset);
  return *this;
}

namespace detail {
namespace {

/// A model in evaluation mode; afterwards each of its modules is in its own again.
class Evaluating {
 public:
  explicit Evaluating(nn::ModuleBase* module) {
    if (!module) return;
    was_.emplace_back(module, module->is_training());
    for (const auto& m : module->modules(false)) was_.emplace_back(m.get(), m->is_training());
    module->train(false);
  }
  ~Evaluating() {
    // From the root on, since train() reaches down.
    for (const auto& [module, training] : was_) module->train(training);
  }
  Evaluating(const Evaluating&) = delete;
  Evaluating& operator=(const Evaluating&) = delete;

 private:
  std::vector<std::pair<nn::ModuleBase*, bool>> was_;
};

/// names[i], or "input", "input.1", ...
std::string name_of(const std::vector<std::string>& names, std::size_t i, const char* what) {
  if (i < names.size()) return names[i];
  return i == 0 ? what : fmt::format("{}.{}", what, i);
}

struct Traced {
  Trace trace;
  std::vector<int> outputs;
};

void trace(Traced& to, const Run& run, nn::ModuleBase* module, const Tensors& given, const ExportOptions& options) {
  const NoGradGuard no_grad;
  Tensors inputs;
  for (const Tensor& t : given) inputs.push_back(t.detach().clone());
  for (std::size_t i = 0; i < inputs.size(); ++i)
    to.trace.add(Value::Kind::Input, name_of(options.input_names(), i, "input"), inputs[i]);
  if (module) {
    for (const auto& list : {module->named_parameters(), module->named_buffers()}) {
      for (const auto& item : list) {
        if (item.value().defined() && to.trace.value_of(item.value()) == kAbsent)
          to.trace.add(Value::Kind::Parameter, item.key(), item.value());
      }
    }
  }
  const Listener listener(to.trace);
  for (const Tensor& t : run(inputs)) {
    if (t.defined()) to.outputs.push_back(to.trace.output(t));
  }
}

/// The dynamic axes of inputs, and for each a second size.
std::vector<Axis> axes_of(const Tensors& inputs, const ExportOptions& options) {
  std::vector<Axis> axes;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto named = options.dynamic_axes().find(name_of(options.input_names(), i, "input"));
    if (named == options.dynamic_axes().end()) continue;
    for (const auto& [dim, name] : named->second) {
      const auto d = static_cast<std::size_t>(wrap_dim(dim, inputs[i].dim()));
      const auto& sizes = inputs[i].sizes();
      for (const Axis& other : axes) {
        check<ValueError>(other.name != name || inputs[other.input].sizes()[other.dim] == sizes[d],
                          "dynamic_axes: the axes named \"{}\" have the sizes {} and {}", name,
                          inputs[other.input].sizes()[other.dim], sizes[d]);
      }
      check<ValueError>(sizes[d] > 0, "dynamic_axes: the axis \"{}\" has the size 0: trace with some elements", name);
      axes.push_back({name, i, d});
    }
  }
  return axes;
}

/// The inputs with another size of each dynamic axis, made of their own elements: the k-th name's axes grow by
/// `times`·(k + 1) parts.
Tensors resized(const Tensors& inputs, const std::vector<Axis>& axes, bool doubled) {
  const NoGradGuard no_grad;
  Tensors out = inputs;
  std::map<std::string, std::int64_t> grows;
  for (const Axis& a : axes) {
    const auto more = grows.try_emplace(a.name, static_cast<std::int64_t>(grows.size()) + 1).first->second;
    const std::int64_t n = inputs[a.input].sizes()[a.dim], to = doubled ? n * (more + 1) : n + more;
    std::vector<std::int64_t> from;
    for (std::int64_t i = 0; i < to; ++i) from.push_back(i % n);
    out[a.input] = out[a.input].index_select(static_cast<std::int64_t>(a.dim), xgrad::tensor(from, kInt64));
  }
  return out;
}

void check_same_steps(const Traced& a, const Traced& b) {
  const auto& one = a.trace.steps();
  const auto& two = b.trace.steps();
  for (std::size_t i = 0; i < std::max(one.size(), two.size()); ++i) {
    const bool same = i < one.size() && i < two.size() && one[i].op == two[i].op && one[i].inputs == two[i].inputs &&
                      one[i].results == two[i].results && one[i].attributes.size() == two[i].attributes.size();
    const Step& at = i < one.size() ? one[i] : two[i];
    check<NotImplementedError>(same,
                               "the model does other things when a dynamic axis has another size, first at operator "
                               "aten::{} in module \"{}\": ONNX export writes one graph for all sizes",
                               at.op, at.module);
  }
  check<NotImplementedError>(a.outputs == b.outputs && a.trace.values().size() == b.trace.values().size(),
                             "the model has other results when a dynamic axis has another size");
}

/// Which steps the outputs need.
std::vector<bool> needed(const Traced& traced) {
  const auto& steps = traced.trace.steps();
  std::set<int> wanted(traced.outputs.begin(), traced.outputs.end());
  std::vector<bool> out(steps.size());
  for (std::size_t i = steps.size(); i-- > 0;) {
    out[i] = std::any_of(steps[i].results.begin(), steps[i].results.end(), [&](int r) { return wanted.contains(r); });
    if (out[i]) wanted.insert(steps[i].inputs.begin(), steps[i].inputs.end());
  }
  return out;
}

void translate(Builder& builder, const Step& step, const Step* second) {
  Call call(builder, step, second);
  const Row* row = find_row(step.op);
  if (!row || step.results.empty()) {
    NotImplementedError e(fmt::format("ONNX export does not know the operator aten::{}", step.op));
    e.add_context(step.module.empty() ? "in the model itself" : fmt::format("in module \"{}\"", step.module));
    throw e;
  }
  try {
    row->write(call);
  } catch (const std::bad_variant_access&) {
    call.refuse("its arguments are of other types than expected");
  } catch (const std::out_of_range&) {
    call.refuse("it has other arguments than expected");
  }
}

void add_values(Builder& builder, const Traced& traced, const std::vector<bool>& used) {
  std::set<std::string> named;
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) continue;
    for (const int r : traced.trace.steps()[i].results) {
      if (r == kAbsent || !builder.has_name(r)) continue;
      const std::string name = builder.name_of(r);
      if (!builder.is_made_by_node(name) || !named.insert(name).second) continue;
      const Value& v = traced.trace.values()[static_cast<std::size_t>(r)];
      builder.graph.values.push_back({name, v.dtype, builder.dimensions(r, name)});
    }
  }
}

void add_outputs(Builder& builder, const Traced& traced, const ExportOptions& options) {
  std::set<std::string> taken;
  for (std::size_t i = 0; i < traced.outputs.size(); ++i) {
    const int value = traced.outputs[i];
    const Value& v = traced.trace.values()[static_cast<std::size_t>(value)];
    const std::string name = name_of(options.output_names(), i, "output");
    std::string from = builder.name_of(value);
    if (!builder.is_made_by_node(from) || taken.contains(from)) from = builder.node("Identity", {from}, 1, {}, "")[0];
    std::erase_if(builder.graph.values, [&](const ValueInfo& info) { return info.name == from; });
    builder.rename(from, name);
    taken.insert(name);
    std::vector<Dimension> sizes = builder.dimensions(value, name);
    if (const auto named = options.dynamic_axes().find(name); named != options.dynamic_axes().end()) {
      for (const auto& [dim, axis] : named->second) {
        Dimension& d = sizes.at(static_cast<std::size_t>(wrap_dim(dim, static_cast<std::int64_t>(sizes.size()))));
        if (!d.name.empty()) d.name = axis;
      }
    }
    builder.graph.outputs.push_back({name, v.dtype, std::move(sizes)});
  }
}

void warn_of_numbers(const Trace& trace) {
  for (const std::string& module : trace.read_numbers()) {
    warn(
        fmt::format("ONNX export: {} converts a tensor to a number (item, to_vector). The number is a constant of the "
                    "file, so that the file might not generalize to other inputs.",
                    module.empty() ? "the model" : "module \"" + module + "\""));
  }
}

}  // namespace

Graph export_graph(const Run& run, nn::ModuleBase* module, const Tensors& inputs, const ExportOptions& options) {
  const Evaluating evaluating(module);
  Traced first{Trace(options.do_constant_folding()), {}};
  trace(first, run, module, inputs, options);
  const std::vector<Axis> axes = axes_of(inputs, options);
  std::optional<Traced> second;
  if (!axes.empty()) {
    try {
      second.emplace(Traced{Trace(options.do_constant_folding()), {}});
      trace(*second, run, module, resized(inputs, axes, false), options);
    } catch (const Error&) {
      second.emplace(Traced{Trace(options.do_constant_folding()), {}});
      trace(*second, run, module, resized(inputs, axes, true), options);
    }
    check_same_steps(first, *second);
  }
  warn_of_numbers(first.trace);
  Builder builder(first.trace, second ? &second->trace : nullptr, axes);
  builder.graph.name = module ? module->short_name() : "main";
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto value = static_cast<int>(i);
    const std::string& name = first.trace.values()[i].name;
    builder.reserve(name);
    builder.set_name(value, name);
    builder.graph.inputs.push_back({name, inputs[i].dtype(), builder.dimensions(value, name)});
  }
  for (std::size_t i = 0; i < first.outputs.size(); ++i) {
    builder.reserve(name_of(options.output_names(), i, "output"));
    const Value& v = first.trace.values()[static_cast<std::size_t>(first.outputs[i])];
    check<NotImplementedError>(v.kind != Value::Kind::Constant,
                               "result {} of the model does not depend on its inputs by operations that ONNX export "
                               "follows{}",
                               i, first.trace.read_numbers().empty() ? "" : "; numbers were read from tensors");
  }
  const std::vector<bool> used = needed(first);
  const auto& steps = first.trace.steps();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (used[i]) translate(builder, steps[i], second ? &second->trace.steps()[i] : nullptr);
  }
  add_values(builder, first, used);
  add_outputs(builder, first, options);
  return std::move(builder.graph);
}

void export_to(const std::string& path, const Run& run, nn::ModuleBase* module, const Tensors& inputs,
               const ExportOptions& options) {
  const Graph graph = export_graph(run, module, inputs, options);
  serialize::write_file(path, [&](const serialize::Write& write) { write_model(write, graph); });
}

}  // namespace detail
}  // namespace xgrad::onnx
