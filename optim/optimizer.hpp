/// Optimizer: parameter groups, their options, and what steps keep between them.
#pragma once

#include <xgrad/autograd/tensor.hpp>
#include <xgrad/nn/method_keywords.hpp>
#include <xgrad/optim/field.hpp>
#include <xgrad/optim/param_state.hpp>

#include <functional>
#include <iosfwd>
#include <memory>
#include <vector>

namespace xgrad::serialize {
class OutputArchive;
class InputArchive;
}  // namespace xgrad::serialize

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
  /// All options under Python's names and in Python's order.
  virtual Fields fields() = 0;
};

/// Implements clone() for a copyable options type.
template <class Derived>
class OptimizerCloneableOptions : public OptimizerOptions {
 public:
  std::unique_ptr<OptimizerOptions> clone() const override {
    return std::unique_ptr<OptimizerOptions>(new Derived(static_cast<const Derived&>(*this)));
  }
};

/// Parameters that share options.
///
///     optim::SGD sgd({OptimizerParamGroup(body, std::make_unique<SGDOptions>(0.01)), OptimizerParamGroup(head)},
///                    SGDOptions(0.1));
class OptimizerParamGroup {
 public:
  OptimizerParamGroup(std::vector<Tensor> params);
  OptimizerParamGroup(std::vector<Tensor> params, std::unique_ptr<OptimizerOptions> options);
  OptimizerParamGroup(const OptimizerParamGroup& other);
  OptimizerParamGroup(OptimizerParamGroup&&) noexcept;
  OptimizerParamGroup& operator=(OptimizerParamGroup&&) noexcept;
  ~OptimizerParamGroup();

  std::vector<Tensor>& params() { return params_; }
  const std::vector<Tensor>& params() const { return params_; }
  bool has_options() const { return options_ != nullptr; }
  /// Throws Error when the group has none of its own (it gets the optimiser's defaults when added to one).
  OptimizerOptions& options();
  const OptimizerOptions& options() const;
  void set_options(std::unique_ptr<OptimizerOptions> options);

  /// What schedules write beside the options, as Python's `group["initial_lr"]`; null if nobody did.
  const double* note(std::string_view name) const;
  void set_note(std::string_view name, double value);
  const std::vector<std::pair<std::string, double>>& notes() const { return notes_; }

 private:
  std::vector<Tensor> params_;
  std::unique_ptr<OptimizerOptions> options_;
  std::vector<std::pair<std::string, double>> notes_;
};

/// Base of the optimisers.
///
/// state_dict() is PyTorch's, entry for entry, so files go both ways:
///
///     serialize::save(optimizer.state_dict(), "optimizer.pt");      // Python:
///     optimizer.load_state_dict(torch.load(...)) optimizer.load_state_dict(serialize::load("optimizer.pt"));
class Optimizer {
 public:
  using Closure = std::function<Tensor()>;
  using LossClosure = Closure;  // libtorch's name

  /// Throws ValueError for no parameters, for a parameter that is no leaf, and for one given twice.
  Optimizer(std::vector<OptimizerParamGroup> groups, std::unique_ptr<OptimizerOptions> defaults);
  virtual ~Optimizer();
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;
  Optimizer(Optimizer&&);
  Optimizer& operator=(Optimizer&&);

  /// Changes every parameter that has a gradient. `closure`, if given, computes the loss (and gradients) first; its
  /// result is returned.
  Tensor step(const Closure& closure = nullptr);
  /// Forgets the gradients: they become undefined, or zeros when `set_to_none` is false.
  void zero_grad(bool set_to_none = true);
  template <kwargs::Keyworded K>
  void zero_grad(const K& set_to_none) {
    using key = kwargs::key::set_to_none;
    zero_grad(kwargs::Among<key>::get<key>(true, set_to_none));
  }

  void add_param_group(OptimizerParamGroup group);
  std::vector<OptimizerParamGroup>& param_groups() { return groups_; }
  const std::vector<OptimizerParamGroup>& param_groups() const { return groups_; }
  OptimizerOptions& defaults() { return *defaults_; }
  const OptimizerOptions& defaults() const { return *defaults_; }
  std::vector<Tensor> parameters() const;
  /// The number of parameters.
  std::size_t size() const;

  /// {"state": {number of the parameter: {"step": ..., ...}}, "param_groups": [{"lr": ..., ..., "params": [0, 1]}]}.
  /// Tensors share memory with the optimiser's own.
  Value state_dict() const;
  /// Takes over copies of options and state, in the dtypes of the parameters. Throws ValueError if groups or their
  /// sizes differ, IndexError or TypeError for what is no state dict; the optimiser is unchanged then.
  void load_state_dict(const Value& state_dict);
  /// Writes state and options under libtorch's names and reads them back (serialize/archive.hpp). Unlike libtorch's,
  /// load() brings the options too. Throws as load_state_dict().
  virtual void save(serialize::OutputArchive& archive) const;
  virtual void load(serialize::InputArchive& archive);
  /// Python's `state[p][name]`: a tensor, or a number as a tensor without dimensions. Undefined if there is none (yet).
  Tensor state(const Tensor& param, std::string_view name) const;
  /// All of it, by parameter.
  StateMap& state() { return states_; }
  const StateMap& state() const { return states_; }

  /// Calls of step() since a schedule was made for this optimiser.
  std::int64_t step_count() const { return step_count_; }
  void reset_step_count() { step_count_ = 0; }

  /// Python's class name.
  virtual const char* name() const = 0;

 protected:
  /// One step, called with gradients switched off: by default the closure, then update() for each group.
  virtual Tensor run(const Closure& closure);
  /// Updates one group.
  virtual void update(std::size_t group) = 0;
  virtual const StateNames& state_names() const = 0;

  /// A parameter's state as in a state dict, or None when there is none; and back, converted to the parameter's dtype.
  virtual Value pack_state(const ParamState& state) const;
  virtual ParamState unpack_state(const Tensor& param, const Value::Dict& state) const;

  /// By position; grown on demand.
  ParamState& state_of(std::size_t group, std::size_t position);

 private:
  void name_states(StateMap::Rows& rows, std::size_t group) const;

  std::vector<OptimizerParamGroup> groups_;
  std::unique_ptr<OptimizerOptions> defaults_;
  StateMap states_;
  std::int64_t step_count_ = 0;
};

namespace detail {

/// Parameters without groups are one group. Throws ValueError if there are none.
std::vector<OptimizerParamGroup> one_group(std::vector<Tensor> params);

/// A group's options as its optimiser's own type; throws TypeError for another optimiser's.
template <class Options>
const Options& options_as(const OptimizerParamGroup& group, const char* optimizer) {
  const auto* options = dynamic_cast<const Options*>(&group.options());
  check<TypeError>(options, "{}: a parameter group has the options of another optimizer", optimizer);
  return *options;
}

}  // namespace detail

/// Python's text: the name and each group's options.
std::ostream& operator<<(std::ostream& out, const Optimizer& optimizer);

}  // namespace xgrad::optim
