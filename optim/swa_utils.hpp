/// Averages of a model's weights: AveragedModel, SWALR for the learning rate meanwhile, and update_bn for the
/// statistics of batch normalisation, which no average of weights makes.
#pragma once

#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/nn/cloneable.hpp>
#include <xgrad/nn/holder.hpp>
#include <xgrad/optim/lr_scheduler.hpp>

#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace xgrad::optim::swa_utils {

/// From an averaged parameter, the model's parameter and the number of models averaged so far (an int64 tensor without
/// dimensions) to the new average.
using AverageFunction = std::function<Tensor(const Tensor&, const Tensor&, const Tensor&)>;

/// average + (parameter − average) / (n + 1): all models count alike.
Tensor equal_average(const Tensor& average, const Tensor& parameter, const Tensor& n);
/// decay·average + (1 − decay)·parameter: the last models count most (PyTorch 2's name).
AverageFunction get_ema_avg_fn(double decay = 0.999);

class AveragedModelOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::avg_fn, kwargs::key::use_buffers>;
  AveragedModelOptions(AverageFunction f = equal_average) : avg_fn_(std::move(f)) {}
  XGRAD_ARG(AverageFunction, avg_fn);
  XGRAD_ARG(bool, use_buffers) = false;
};

namespace detail {

template <class M>
concept ModuleOrHolder = nn::detail::ModuleType<M> || nn::detail::Holder<M>;

/// The parameters and, if asked for, the buffers, in order.
std::vector<Tensor> averaged_tensors(const nn::ModuleBase& module, bool buffers);
/// average = f(average, parameter, n) for each; a copy for the first.
void update_averages(const std::vector<Tensor>& averages, const std::vector<Tensor>& values, const Tensor& n,
                     const AverageFunction& f);
/// Runs f; the random streams stand where they stood.
void without_drawing(const std::function<void()>& f);
/// Copies the tensors of `from` to `to`, which has the same names.
void copy_tensors(nn::ModuleBase& to, const nn::ModuleBase& from);

template <class M>
nn::ModuleBase& base_of(M& model) {
  if constexpr (nn::detail::Holder<M>)
    return *model;
  else
    return model;
}

/// Takes models whose clone() is one of them.
template <class M, class Base>
void clones_itself(const nn::Cloneable<M, Base>& model);

/// An independent copy: clone() where there is one; else a new model, given the tensors.
template <class M>
M deep_copy(const M& model) {
  if constexpr (nn::detail::Holder<M>) {
    return M(std::dynamic_pointer_cast<typename M::ContainedType>(model->clone()));
  } else if constexpr (requires { clones_itself<M>(model); }) {
    return *std::dynamic_pointer_cast<M>(model.clone());
  } else {
    static_assert(std::is_default_constructible_v<M>,
                  "an averaged copy needs a model that derives from nn::Cloneable, or one without arguments");
    std::optional<M> copy;
    without_drawing([&] { copy.emplace(); });
    copy_tensors(*copy, model);
    copy->train(model.is_training());
    return std::move(*copy);
  }
}

}  // namespace detail

/// A copy of a model whose weights are averages of the weights that the model had when update_parameters() was called.
///
///     optim::swa_utils::AveragedModel averaged(model);                                // equal weights
///     optim::swa_utils::AveragedModel ema(model, avg_fn = optim::swa_utils::get_ema_avg_fn(0.99));
///     ...
///     optimizer.step();
///     averaged.update_parameters(model);
///     ...
///     Tensor y = averaged(x);
///
/// The first call copies. With `use_buffers`, buffers are averaged too. The model must have a clone() (nn::Cloneable)
/// or a constructor without arguments. state_dict(): n_averaged and the copy's under "module.". Izmailov et al.,
/// "Averaging Weights Leads to Wider Optima and Better Generalization", 2018.
template <detail::ModuleOrHolder M>
class AveragedModel : public nn::ModuleBase {
 public:
  explicit AveragedModel(const M& model, AveragedModelOptions options = {})
      : ModuleBase("AveragedModel"),
        options_(std::move(options)),
        module(register_module("module", detail::deep_copy(model))),
        n_averaged(register_buffer("n_averaged", zeros({}, kInt64))) {}
  template <class... Args>
  requires kwargs::Keywords<Args...>
  explicit AveragedModel(const M& model, Args&&... args)
      : AveragedModel(model, kwargs::apply(AveragedModelOptions(), std::forward<Args>(args)...)) {}

  /// What the averaged copy computes.
  template <class... Args>
  decltype(auto) operator()(Args&&... args) {
    return module(std::forward<Args>(args)...);
  }
  template <class... Args>
  decltype(auto) forward(Args&&... args) {
    return module(std::forward<Args>(args)...);
  }

  /// Takes the model's present weights into the averages.
  void update_parameters(const M& model) {
    const bool buffers = options_.use_buffers();
    detail::update_averages(detail::averaged_tensors(detail::base_of(module), buffers),
                            detail::averaged_tensors(detail::base_of(const_cast<M&>(model)), buffers), n_averaged,
                            options_.avg_fn());
    const NoGradGuard no_grad;
    n_averaged += 1;
  }

 private:
  AveragedModelOptions options_;

 public:
  M module;
  Tensor n_averaged;  ///< how many weights are in the averages
};

namespace detail {

/// While it lives, the batch norms of a model are in training and their running statistics mean over all batches, from
/// none on.
class StatisticsFromScratch {
 public:
  explicit StatisticsFromScratch(nn::ModuleBase& model);
  ~StatisticsFromScratch();
  StatisticsFromScratch(const StatisticsFromScratch&) = delete;
  StatisticsFromScratch& operator=(const StatisticsFromScratch&) = delete;
  /// Whether there is a batch norm.
  bool any() const noexcept { return !momenta_.empty(); }

 private:
  nn::ModuleBase& model_;
  bool was_training_;
  std::vector<std::pair<nn::ModuleBase::Pointer, std::optional<double>>> momenta_;
};

/// What a model is given of a batch: the batch itself, its first part, or its `data`.
template <class Batch>
Tensor input_of(const Batch& batch) {
  if constexpr (std::convertible_to<const Batch&, Tensor>)
    return batch;
  else if constexpr (requires { std::get<0>(batch); })
    return std::get<0>(batch);
  else if constexpr (requires { batch.data; })
    return batch.data;
  else
    return batch.at(0);
}

}  // namespace detail

/// Passes all batches of `loader` through the model, in training mode and unrecorded, to give its batch norms the
/// statistics that they would have had in training. A batch is a tensor, or a tuple or list that begins with one.
///
///     for (int epoch = 0; epoch < 20; ++epoch) {...}
///     optim::swa_utils::update_bn(loader, averaged);
template <class Loader, detail::ModuleOrHolder M>
void update_bn(Loader&& loader, M& model) {
  const detail::StatisticsFromScratch statistics(detail::base_of(model));
  if (!statistics.any()) return;
  const NoGradGuard no_grad;
  for (const auto& batch : loader) {
    const Tensor input = detail::input_of(batch);
    if constexpr (requires { model(input); })
      model(input);
    else
      model.forward(input);
  }
}

class SWALROptions : public lr_scheduler::ScheduleOptions<SWALROptions> {
 public:
  using Positional = kwargs::Order<kwargs::key::swa_lr, kwargs::key::anneal_epochs, kwargs::key::anneal_strategy,
                                   kwargs::key::last_epoch>;
  static constexpr bool kFromBase = false;
  /// Throws ValueError for impossible values.
  void begin(Optimizer& optimizer);
  double next_lr(const LRScheduler& s, std::size_t g) const;
  Fields fields() { return {{"anneal_epochs", &anneal_epochs_}}; }

  XGRAD_ARG(std::optional<PerGroup>, swa_lr);
  XGRAD_ARG(std::int64_t, anneal_epochs) = 10;
  XGRAD_ARG(std::string, anneal_strategy) = "cos";
};

/// From whatever the learning rate is to swa_lr within anneal_epochs, along a cosine or a line ("cos", "linear"), and
/// then constant.
///
///     optim::swa_utils::SWALR scheduler(optimizer, swa_lr = 0.05, anneal_epochs = 5);
class SWALR : public lr_scheduler::Schedule<SWALROptions> {
 public:
  using Schedule::Schedule;
};

}  // namespace xgrad::optim::swa_utils
