/// Stochastic gradient descent.
#pragma once

#include <xgrad/optim/optimizer.hpp>

#include <optional>

namespace xgrad::optim {

/// What SGD can be told: `SGDOptions(0.1).momentum(0.9)`. `lr` has no default.
class SGDOptions : public OptimizerCloneableOptions<SGDOptions> {
 public:
  using Positional = kwargs::Order<kwargs::key::lr, kwargs::key::momentum, kwargs::key::dampening,
                                   kwargs::key::weight_decay, kwargs::key::nesterov, kwargs::key::maximize>;
  SGDOptions() = default;
  SGDOptions(double lr) : lr_(lr) {}

  SGDOptions& lr(double v) { return lr_ = v, *this; }
  SGDOptions& momentum(double v) { return momentum_ = v, *this; }
  SGDOptions& dampening(double v) { return dampening_ = v, *this; }
  SGDOptions& weight_decay(double v) { return weight_decay_ = v, *this; }
  SGDOptions& nesterov(bool v) { return nesterov_ = v, *this; }
  SGDOptions& maximize(bool v) { return maximize_ = v, *this; }
  /// Throws ValueError when no learning rate was given.
  double lr() const;
  double momentum() const { return momentum_; }
  double dampening() const { return dampening_; }
  double weight_decay() const { return weight_decay_; }
  bool nesterov() const { return nesterov_; }
  bool maximize() const { return maximize_; }

  double get_lr() const override { return lr(); }
  void set_lr(double v) override { lr_ = v; }
  void validate() const override;

 private:
  std::optional<double> lr_;
  double momentum_ = 0, dampening_ = 0, weight_decay_ = 0;
  bool nesterov_ = false, maximize_ = false;
};

/// d = g + weight_decay·p;  v = momentum·v + (1 − dampening)·d;  p −= lr·v, where the first v is d itself;
/// with `nesterov`, p −= lr·(d + momentum·v); with `maximize`, −g takes g's place.
///
///     optim::SGD optimizer(model.parameters(), lr = 0.01, momentum = 0.9);
///
/// Follows https://pytorch.org/docs/1.13/generated/torch.optim.SGD.html, one sweep over memory for each parameter.
class SGD : public Optimizer {
 public:
  SGD(std::vector<OptimizerParamGroup> groups, SGDOptions defaults);
  SGD(std::vector<Tensor> params, SGDOptions defaults);
  /// Python's arguments: positional, or keywords.
  template <class... Args>
  requires(sizeof...(Args) > 1 || (kwargs::Keyworded<Args> || ...)) explicit SGD(std::vector<Tensor> params,
                                                                                 Args&&... args)
      : SGD(std::move(params), kwargs::apply(SGDOptions(), std::forward<Args>(args)...)) {}

  /// The momentum of a parameter; undefined before its first step.
  Tensor momentum_buffer(const Tensor& param) const;

 protected:
  void update(std::size_t group) override;

 private:
  std::vector<std::vector<Tensor>> buffers_;  // by group and position
};

}  // namespace xgrad::optim
