#include <xgrad/nn/summary.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ostream>

namespace xgrad::nn {

namespace detail {

namespace {

/// How often each element of a weight is multiplied in a call: once for every place of a convolution's result, else
/// once for every row of the input.
std::int64_t multiply_adds(const ModuleBase& module, const std::vector<Tensor>& inputs,
                           const std::vector<Tensor>& outputs) {
  if (inputs.empty() || outputs.empty() || !inputs[0].is_floating_point()) return 0;  // a table's rows are copied
  const bool convolves = module.short_name().starts_with("Conv");
  const bool transposed = module.short_name().starts_with("ConvTranspose");
  std::int64_t sum = 0;
  for (const Tensor& p : module.parameters(false)) {
    if (p.dim() < 2) continue;
    const Tensor& of = convolves && !transposed ? outputs[0] : inputs[0];
    const std::int64_t rows = convolves ? of.numel() / p.size(0) : of.dim() ? of.numel() / of.size(-1) : 1;
    sum += p.numel() * rows;
  }
  return sum;
}

std::vector<Dims> shapes(const std::vector<Tensor>& list) {
  std::vector<Dims> out;
  for (const Tensor& t : list) {
    if (t.defined()) out.emplace_back(t.sizes());
  }
  return out;
}

}  // namespace

SummaryListener::SummaryListener(const ModuleBase& model) : model_(model) {
  const auto modules = model.named_modules();
  layers_.resize(modules.size());
  std::size_t k = 0;
  for (const auto& [name, module] : modules) {
    LayerSummary& layer = layers_[k];
    layer.name = name;
    layer.type = module->short_name();
    layer.depth = name.empty() ? 0 : static_cast<std::size_t>(std::count(name.begin(), name.end(), '.')) + 1;
    for (const Tensor& p : module->parameters(false)) {
      layer.parameters += p.numel();
      if (p.requires_grad()) layer.trained += p.numel();
    }
    handles_.push_back(module->register_forward_hook(
        [this, k](ModuleBase& m, const std::vector<Tensor>& inputs, std::vector<Tensor>& outputs) {
          LayerSummary& at = layers_[k];
          at.inputs = shapes(inputs);
          at.outputs = shapes(outputs);
          at.multiply_adds += multiply_adds(m, inputs, outputs);
          ++at.calls;
          for (const Tensor& t : outputs) {
            if (t.defined()) at.output_bytes += t.numel() * static_cast<std::int64_t>(t.element_size());
          }
        }));
    ++k;
  }
}

SummaryListener::~SummaryListener() {
  for (RemovableHandle& handle : handles_) handle.remove();
}

ModelSummary SummaryListener::result(const std::vector<Tensor>& inputs) const {
  ModelSummary out;
  out.layers = layers_;
  for (const Tensor& p : model_.parameters()) {
    out.parameters += p.numel();
    if (p.requires_grad()) out.trained += p.numel();
    out.parameter_bytes += p.numel() * static_cast<std::int64_t>(p.element_size());
  }
  for (const Tensor& t : inputs) out.input_bytes += t.numel() * static_cast<std::int64_t>(t.element_size());
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    out.multiply_adds += layers_[i].multiply_adds;
    // What only passes on what is below it makes nothing new.
    const bool inner = i + 1 < layers_.size() && layers_[i + 1].depth > layers_[i].depth;
    if (!inner) out.output_bytes += layers_[i].output_bytes;
  }
  return out;
}

Quietly::Quietly(ModuleBase& model) {
  for (const auto& module : model.modules()) modes_.emplace_back(module.get(), module->is_training());
  model.eval();
}

Quietly::~Quietly() {
  // From the outside in: each sets those below it too.
  for (const auto& [module, training] : modes_) {
    if (module->is_training() != training) module->train(training);
  }
}

}  // namespace detail

namespace {

std::string thousands(std::int64_t n) {
  std::string text = std::to_string(n);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<std::size_t>(at), ",");
  }
  return text;
}

std::string listed(const std::vector<Dims>& shapes) {
  std::string text;
  for (const Dims& s : shapes) text += fmt::format("{}[{}]", text.empty() ? "" : ", ", fmt::join(s, ", "));
  return text.empty() ? "--" : text;
}

std::string megabytes(std::int64_t bytes) { return fmt::format("{:.2f} MB", static_cast<double>(bytes) / 1e6); }

}  // namespace

std::string ModelSummary::str() const {
  std::vector<std::array<std::string, 5>> rows{
      {"Layer (type)", "Input shape", "Output shape", "Parameters", "Mult-adds"}};
  for (const LayerSummary& l : layers) {
    const std::string name = l.name.substr(l.name.rfind('.') + 1);
    rows.push_back({std::string(2 * l.depth, ' ') + (name.empty() ? l.type : name + " (" + l.type + ")"),
                    listed(l.inputs), listed(l.outputs), l.parameters ? thousands(l.parameters) : "--",
                    l.multiply_adds ? thousands(l.multiply_adds) : "--"});
  }
  std::array<std::size_t, 5> width{};
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < 5; ++c) width[c] = std::max(width[c], row[c].size());
  }
  const std::size_t total = width[0] + width[1] + width[2] + width[3] + width[4] + 8;
  const std::string line = std::string(total, '-') + "\n";
  std::string text;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const auto& row = rows[r];
    text += fmt::format("{:<{}}  {:<{}}  {:<{}}  {:>{}}  {:>{}}\n", row[0], width[0], row[1], width[1], row[2],
                        width[2], row[3], width[3], row[4], width[4]);
    if (r == 0) text += line;
  }
  text += line;
  text += fmt::format("Parameters: {} ({} trained, {} fixed)\n", thousands(parameters), thousands(trained),
                      thousands(parameters - trained));
  text += fmt::format("Multiply-adds: {}\n", thousands(multiply_adds));
  text += fmt::format("Input {}, outputs {}, parameters {}", megabytes(input_bytes), megabytes(output_bytes),
                      megabytes(parameter_bytes));
  return text;
}

std::ostream& operator<<(std::ostream& out, const ModelSummary& summary) { return out << summary.str(); }

}  // namespace xgrad::nn
