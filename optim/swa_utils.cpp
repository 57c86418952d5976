#include <xgrad/nn/modules/normalization.hpp>
#include <xgrad/optim/swa_utils.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace xgrad::optim::swa_utils {

Tensor equal_average(const Tensor& average, const Tensor& parameter, const Tensor& n) {
  return average + (parameter - average) / (n + 1);
}

AverageFunction get_ema_avg_fn(double decay) {
  return [decay](const Tensor& average, const Tensor& parameter, const Tensor&) {
    return decay * average + (1 - decay) * parameter;
  };
}

std::vector<Tensor> detail::averaged_tensors(const nn::ModuleBase& module, bool buffers) {
  std::vector<Tensor> all = module.parameters();
  if (buffers) {
    for (Tensor& b : module.buffers()) all.push_back(std::move(b));
  }
  return all;
}

void detail::update_averages(const std::vector<Tensor>& averages, const std::vector<Tensor>& values, const Tensor& n,
                             const AverageFunction& f) {
  const NoGradGuard no_grad;
  check<ValueError>(averages.size() == values.size(), "AveragedModel has {} tensors, but the model has {}",
                    averages.size(), values.size());
  const bool first = n.item<std::int64_t>() == 0;
  for (std::size_t i = 0; i < averages.size(); ++i) {
    Tensor average = averages[i].detach();
    const Tensor value = values[i].detach();
    average.copy_(first ? value : f(average, value, n));
  }
}

void detail::without_drawing(const std::function<void()>& f) {
  const Array state = default_generator().get_state<Array>();
  f();
  default_generator().set_state(state);
}

void detail::copy_tensors(nn::ModuleBase& to, const nn::ModuleBase& from) {
  const NoGradGuard no_grad;
  const auto sources = averaged_tensors(from, true), targets = averaged_tensors(to, true);
  check<ValueError>(sources.size() == targets.size(), "a new model has {} tensors, but the one to be copied has {}",
                    targets.size(), sources.size());
  for (std::size_t i = 0; i < sources.size(); ++i) Tensor(targets[i]).copy_(sources[i]);
}

void SWALROptions::begin(Optimizer& optimizer) {
  const PerGroup& rates = lr_scheduler::detail::required(swa_lr_, "swa_lr");
  auto& groups = optimizer.param_groups();
  check<ValueError>(rates.is_one() || rates.size() == groups.size(),
                    "swa_lr must have the same length as optimizer.param_groups: swa_lr has {}, "
                    "optimizer.param_groups has {}",
                    rates.size(), groups.size());
  check<ValueError>(anneal_strategy_ == "cos" || anneal_strategy_ == "linear",
                    "anneal_strategy must by one of 'cos' or 'linear', instead got {}", anneal_strategy_);
  check<ValueError>(anneal_epochs_ >= 0, "anneal_epochs must be equal or greater than 0, got {}", anneal_epochs_);
  const auto each = rates.expand(groups.size());
  for (std::size_t g = 0; g < groups.size(); ++g) groups[g].set_note("swa_lr", each[g]);
}

double SWALROptions::next_lr(const LRScheduler& s, std::size_t g) const {
  const auto way = [&](double step) {
    const double t = std::clamp(step / static_cast<double>(std::max<std::int64_t>(1, anneal_epochs_)), 0.0, 1.0);
    return anneal_strategy_ == "linear" ? t : (1 - std::cos(std::numbers::pi * t)) / 2;
  };
  const double* to = s.optimizer().param_groups()[g].note("swa_lr");
  check<IndexError>(to, "KeyError: 'swa_lr'\n  hint: this parameter group was added after the schedule was made");
  auto step = static_cast<double>(s.step_count() - 1);
  if (anneal_epochs_ == 0) step = std::max(1.0, step);
  const double before = way(step - 1), now = way(step);
  const double from = before == 1 ? *to : (s.lr(g) - before * *to) / (1 - before);
  return *to * now + from * (1 - now);
}

namespace {

/// Does f with the batch norm that a module is; returns whether it is one.
template <class F>
bool with_batch_norm(nn::ModuleBase& module, F&& f) {
  if (auto* m = module.as<nn::BatchNorm1d>()) return f(*m), true;
  if (auto* m = module.as<nn::BatchNorm2d>()) return f(*m), true;
  if (auto* m = module.as<nn::BatchNorm3d>()) return f(*m), true;
  return false;
}

}  // namespace

detail::StatisticsFromScratch::StatisticsFromScratch(nn::ModuleBase& model)
    : model_(model), was_training_(model.is_training()) {
  for (const auto& module : model.modules()) {
    with_batch_norm(*module, [&](auto& m) {
      momenta_.emplace_back(module, m.options.momentum());
      const NoGradGuard no_grad;
      m.reset_running_stats();
      m.options.momentum(std::nullopt);
    });
  }
  if (any()) model.train();
}

detail::StatisticsFromScratch::~StatisticsFromScratch() {
  for (const auto& [module, momentum] : momenta_) {
    with_batch_norm(*module, [&momentum = momentum](auto& m) { m.options.momentum(momentum); });
  }
  if (any()) model_.train(was_training_);
}

}  // namespace xgrad::optim::swa_utils
