/// Optimizer: parameter groups, their options, and what steps keep between them.
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace xgrad::optim {

/// The options of one parameter group. Concrete optimisers derive theirs: `SGDOptions(0.1).momentum(0.9)`.
class OptimizerOptions {
 public:
  virtual ~OptimizerOptions() = default;
  virtual std::unique_ptr<OptimizerOptions> clone() const = 0;
  virtual double get_lr() const = 0;
  virtual void set_lr(double lr) = 0;
  /// Throws ValueError for impossible values.
  virtual void validate() const = 0;
};

/// Implements clone() for a copyable options type.
template <class Derived>
class OptimizerCloneableOptions : public OptimizerOptions {
 public:
  std::unique_ptr<OptimizerOptions> clone() const override {
    return std::make_unique<Derived>(static_cast<const Derived&>(*this));
  }
};

/// Parameters that share options.
///
///     optim::SGD sgd({OptimizerParamGroup(body, std::make_unique<SGDOptions>(0.01)), OptimizerParamGroup(head)},
///                    SGDOptions(0.1));
class OptimizerParamGroup {
 public:
  explicit OptimizerParamGroup(std::vector<Tensor> params, std::unique_ptr<OptimizerOptions> options = nullptr)
      : params_(std::move(params)), options_(std::move(options)) {}
  OptimizerParamGroup(const OptimizerParamGroup& other)
      : params_(other.params_), options_(other.options_ ? other.options_->clone() : nullptr) {}
  OptimizerParamGroup(OptimizerParamGroup&&) noexcept = default;

  std::vector<Tensor>& params() { return params_; }
  const std::vector<Tensor>& params() const { return params_; }
  bool has_options() const { return options_ != nullptr; }
  /// Throws Error when the group has none of its own (it gets the optimiser's defaults when added to one).
  OptimizerOptions& options();
  const OptimizerOptions& options() const;
  void set_options(std::unique_ptr<OptimizerOptions> options) { options_ = std::move(options); }

 private:
  std::vector<Tensor> params_;
  std::unique_ptr<OptimizerOptions> options_;
};

/// Base of the optimisers.
class Optimizer {
 public:
  using Closure = std::function<Tensor()>;

  /// Throws ValueError for no parameters, for a parameter that is no leaf, and for one given twice.
  Optimizer(std::vector<OptimizerParamGroup> groups, std::unique_ptr<OptimizerOptions> defaults);
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;
  Optimizer(Optimizer&&) = default;
  Optimizer& operator=(Optimizer&&) = default;

  /// Changes every parameter that has a gradient. `closure`, if given, computes the loss (and gradients) first; its
  /// result is returned.
  Tensor step(const Closure& closure = nullptr);
  /// Forgets the gradients: they become undefined, or zeros when `set_to_none` is false.
  void zero_grad(bool set_to_none = true);

  void add_param_group(OptimizerParamGroup group);
  std::vector<OptimizerParamGroup>& param_groups() { return groups_; }
  const std::vector<OptimizerParamGroup>& param_groups() const { return groups_; }
  OptimizerOptions& defaults() { return *defaults_; }
  std::vector<Tensor> parameters() const;
  /// The number of parameters.
  std::size_t size() const;

 protected:
  /// Updates one group; called with gradients switched off.
  virtual void update(std::size_t group) = 0;

 private:
  std::vector<OptimizerParamGroup> groups_;
  std::unique_ptr<OptimizerOptions> defaults_;
};

}  // namespace xgrad::optim
