/// summary(model, input): what a model is made of, layer by layer.
#pragma once

#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/nn/module.hpp>

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace xgrad::nn {

/// A module as it was called.
struct LayerSummary {
  std::string name;  ///< dotted; empty for the model
  std::string type;
  std::size_t depth = 0;
  std::vector<Dims> inputs, outputs;  ///< shapes of the tensors of its last call
  std::int64_t parameters = 0;        ///< of its own, not of what is below it
  std::int64_t trained = 0;           ///< those that require gradients
  std::int64_t multiply_adds = 0;     ///< of all its calls, but for what is below it
  std::int64_t output_bytes = 0;
  int calls = 0;
};

/// What `std::cout << summary(model, x)` shows as a table. Multiply-adds are those of products with weights
/// in Linear and Bilinear layers, convolutions, recurrent layers and cells, and MultiheadAttention's maps; other
/// modules count what is below them.
struct ModelSummary {
  std::vector<LayerSummary> layers;  ///< in the order of named_modules()
  std::int64_t parameters = 0, trained = 0, multiply_adds = 0;
  std::int64_t parameter_bytes = 0, input_bytes = 0, output_bytes = 0;

  std::string str() const;
};
std::ostream& operator<<(std::ostream& out, const ModelSummary& summary);

namespace detail {

/// Listens to every module below a model while it is called.
class SummaryListener {
 public:
  explicit SummaryListener(const ModuleBase& model);
  ~SummaryListener();
  SummaryListener(const SummaryListener&) = delete;
  SummaryListener& operator=(const SummaryListener&) = delete;
  ModelSummary result(const std::vector<Tensor>& inputs) const;

 private:
  const ModuleBase& model_;
  std::vector<LayerSummary> layers_;
  std::vector<RemovableHandle> handles_;
};

/// Evaluation mode and no gradients, for as long as it lives.
class Quietly {
 public:
  explicit Quietly(ModuleBase& model);
  ~Quietly();
  Quietly(const Quietly&) = delete;
  Quietly& operator=(const Quietly&) = delete;

 private:
  NoGradGuard no_grad_;
  std::vector<std::pair<ModuleBase*, bool>> modes_;
};

inline ModuleBase& module_of(ModuleBase& module) { return module; }
template <Holder H>
ModuleBase& module_of(const H& holder) {
  return *holder.get();
}

}  // namespace detail

/// Calls the model once, in evaluation mode and without gradients, and notes what each module below it was given and
/// gave.
///
///     std::cout << nn::summary(model, randn({1, 1, 28, 28})) << '\n';
template <class M, class... Inputs>
ModelSummary summary(M&& model, const Inputs&... inputs) {
  ModuleBase& module = detail::module_of(model);
  const detail::Quietly quietly(module);
  const detail::SummaryListener listener(module);
  model(inputs...);
  std::vector<Tensor> given;
  const auto note = [&]<class T>(const T& input) {
    if constexpr (std::is_same_v<T, Tensor>) given.push_back(input);
  };
  (note(inputs), ...);
  return listener.result(given);
}

}  // namespace xgrad::nn
