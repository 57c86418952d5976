#include <xgrad/nn/module_state.hpp>
#include <xgrad/nn/modules/attention.hpp>
#include <xgrad/nn/modules/bilinear.hpp>
#include <xgrad/nn/modules/convolution.hpp>
#include <xgrad/nn/modules/linear.hpp>
#include <xgrad/nn/modules/rnn.hpp>
#include <xgrad/nn/summary.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ostream>

namespace xgrad::nn {

namespace detail {

namespace {

std::int64_t rows_of(const Tensor& x) { return x.dim() == 0 ? 1 : x.size(-1) == 0 ? 0 : x.numel() / x.size(-1); }

/// Those of maps from rows to rows: each weight meets each row of the input once.
std::int64_t of_maps(std::initializer_list<Tensor> weights, const Tensor& input) {
  std::int64_t sum = 0;
  for (const Tensor& w : weights) sum += w.numel() * rows_of(input);
  return sum;
}

/// A convolution's weight meets every place of its result; a transposed one's, every place of its input.
template <class M>
std::int64_t of_convolution(const M& module, const Tensor& places) {
  return module.weight.numel() / module.weight.size(0) * places.numel();
}

std::int64_t of_attention(const MultiheadAttentionImpl& m, const std::vector<Tensor>& inputs) {
  if (inputs.size() < 3) return 0;
  const std::int64_t width = m.options.embed_dim();
  // Each is mapped to that width; the result, as long as the query, once more.
  return width * (2 * inputs[0].numel() + inputs[1].numel() + inputs[2].numel());
}

template <class M>
std::int64_t of_recurrent(const M& module, const Tensor& input) {
  std::int64_t sum = 0;
  for (const Tensor& w : module.all_weights()) {
    if (w.dim() == 2) sum += of_maps({w}, input);
  }
  return sum;
}

template <class M>
std::int64_t of_cell(const M& module, const Tensor& input) {
  return of_maps({module.weight_ih, module.weight_hh}, input);
}

/// The products with weights in one call. What is here by type multiplies; of other modules only what is below them
/// counts.
std::int64_t multiply_adds(const ModuleBase& module, const std::vector<Tensor>& inputs,
                           const std::vector<Tensor>& outputs) {
  if (inputs.empty() || outputs.empty() || !inputs[0].defined() || !outputs[0].defined()) return 0;
  const Tensor &x = inputs[0], &y = outputs[0];
  if (const auto* m = module.as<Linear>()) return of_maps({m->weight}, x);
  if (const auto* m = module.as<Bilinear>()) return of_maps({m->weight}, x);
  if (const auto* m = module.as<Conv1d>()) return of_convolution(*m, y);
  if (const auto* m = module.as<Conv2d>()) return of_convolution(*m, y);
  if (const auto* m = module.as<Conv3d>()) return of_convolution(*m, y);
  if (const auto* m = module.as<ConvTranspose1d>()) return of_convolution(*m, x);
  if (const auto* m = module.as<ConvTranspose2d>()) return of_convolution(*m, x);
  if (const auto* m = module.as<ConvTranspose3d>()) return of_convolution(*m, x);
  if (const auto* m = module.as<MultiheadAttention>()) return of_attention(*m, inputs);
  if (const auto* m = module.as<RNN>()) return of_recurrent(*m, x);
  if (const auto* m = module.as<GRU>()) return of_recurrent(*m, x);
  if (const auto* m = module.as<LSTM>()) return of_recurrent(*m, x);
  if (const auto* m = module.as<RNNCell>()) return of_cell(*m, x);
  if (const auto* m = module.as<GRUCell>()) return of_cell(*m, x);
  if (const auto* m = module.as<LSTMCell>()) return of_cell(*m, x);
  return 0;
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
    // What only passes on what is below it makes nothing new. What is never called there, as attention's out_proj, made
    // none of it.
    bool inner = false;
    for (std::size_t k = i + 1; k < layers_.size() && layers_[k].depth > layers_[i].depth; ++k)
      inner |= layers_[k].calls > 0;
    if (!inner) out.output_bytes += layers_[i].output_bytes;
  }
  return out;
}

Quietly::Quietly(ModuleBase& model) {
  for (const auto& module : model.modules()) modes_.emplace_back(module.get(), module->is_training());
  model.eval();
}

Quietly::~Quietly() {
  // From the outside in, as each sets those below it too: through train(), which may do more than to note the mode.
  for (const auto& [module, training] : modes_) {
    if (module->is_training() != training) module->train(training);
  }
  // A module that is in two places may have been set by the second, and an overridden train() may set what it likes.
  for (const auto& [module, training] : modes_) module->state_->training = training;
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
