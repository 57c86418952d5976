/// PerParameter: the optimisers that change one parameter after the other, which is all but LBFGS.
#pragma once

#include <xgrad/optim/optimizer.hpp>

namespace xgrad::optim {

/// What such an optimiser has in common: construction from parameters and options, and the loop of a step.
template <class OptionsType>
class PerParameter : public Optimizer {
 public:
  using Options = OptionsType;

  explicit PerParameter(std::vector<OptimizerParamGroup> groups, Options defaults = {})
      : Optimizer(std::move(groups), std::make_unique<Options>(std::move(defaults))) {}
  explicit PerParameter(std::vector<Tensor> params, Options defaults = {})
      : PerParameter(detail::one_group(std::move(params)), std::move(defaults)) {}
  /// Python's arguments: positional, or keywords.
  template <class... Args>
  requires(sizeof...(Args) > 1 || (kwargs::Keyworded<Args> || ...)) explicit PerParameter(std::vector<Tensor> params,
                                                                                          Args&&... args)
      : PerParameter(std::move(params), kwargs::apply(Options(), std::forward<Args>(args)...)) {}
  template <class... Args>
  requires(sizeof...(Args) > 1 || (kwargs::Keyworded<Args> ||
                                   ...)) explicit PerParameter(std::vector<OptimizerParamGroup> groups, Args&&... args)
      : PerParameter(std::move(groups), kwargs::apply(Options(), std::forward<Args>(args)...)) {}

 protected:
  /// What is kept for a parameter before its first step.
  virtual void start(ParamState& state, const Tensor& param, const Options& options) = 0;
  /// Changes `param`, which has this gradient.
  virtual void step_one(const Tensor& param, const Tensor& grad, ParamState& state, const Options& options) = 0;

  /// start() for every parameter. Not for this class's own constructor, where start() is not there yet.
  void start_all() {
    for (std::size_t g = 0; g < param_groups().size(); ++g) {
      const OptimizerParamGroup& group = param_groups()[g];
      for (std::size_t i = 0; i < group.params().size(); ++i) {
        ParamState& state = state_of(g, i);
        start(state, group.params()[i], detail::options_as<Options>(group, name()));
        state.started = true;
      }
    }
  }

  void update(std::size_t group) final {
    const OptimizerParamGroup& g = param_groups()[group];
    const Options& options = detail::options_as<Options>(g, name());
    for (std::size_t i = 0; i < g.params().size(); ++i) {
      const Tensor& param = g.params()[i];
      const Tensor& grad = param.grad();
      if (!grad.defined()) continue;
      ParamState& state = state_of(group, i);
      if (!state.started) {
        start(state, param, options);
        state.started = true;
      }
      step_one(param, grad, state, options);
      param.impl()->bump_version();
    }
  }
};

}  // namespace xgrad::optim
