/// LBFGS: a quasi-Newton method for few parameters and exact gradients.
#pragma once

#include <xgrad/optim/optimizer.hpp>

#include <string>

namespace xgrad::optim {

/// What LBFGS can be told: `LBFGSOptions(1).max_iter(50).line_search_fn("strong_wolfe")`.
class LBFGSOptions : public OptimizerCloneableOptions<LBFGSOptions> {
 public:
  using Positional =
      kwargs::Order<kwargs::key::lr, kwargs::key::max_iter, kwargs::key::max_eval, kwargs::key::tolerance_grad,
                    kwargs::key::tolerance_change, kwargs::key::history_size, kwargs::key::line_search_fn>;
  LBFGSOptions(double lr = 1) : lr_(lr) {}
  double get_lr() const override { return lr_; }
  void set_lr(double v) override { lr_ = v; }
  void validate() const override {}  // PyTorch looks at line_search_fn when it is used
  Fields fields() override;

  XGRAD_ARG(double, lr);
  XGRAD_ARG(std::int64_t, max_iter) = 20;
  XGRAD_ARG(std::optional<std::int64_t>, max_eval);
  XGRAD_ARG(double, tolerance_grad) = 1e-7;
  XGRAD_ARG(double, tolerance_change) = 1e-9;
  XGRAD_ARG(std::int64_t, history_size) = 100;
  XGRAD_ARG(std::optional<std::string>, line_search_fn);
};

/// Up to max_iter iterations a step: direction d = −H·g, where H is the inverse Hessian as the last `history_size`
/// pairs (change of x, change of g) tell it (two loops of Nocedal, 1980); then x += t·d with t = lr (at first also at
/// most 1 / |g|₁), or with t from a search for the strong Wolfe conditions f(x + t·d) ≤ f + c₁·t·g·d and
/// |g(x + t·d)·d| ≤ c₂·|g·d|, c₁ = 1e-4, c₂ = 0.9. Stops early when a gradient or a change is below its tolerance or
/// the closure was called max_eval times.
///
///     optim::LBFGS optimizer(model.parameters(), line_search_fn = "strong_wolfe");
///     Tensor loss = optimizer.step([&] {
///       optimizer.zero_grad();
///       Tensor loss = criterion(model(x), y);
///       loss.backward();
///       return loss;
///     });
///
/// step() needs the closure and returns the loss before the first iteration. All parameters have one dtype and are one
/// parameter group: throws ValueError for more, Error for another line search. State, of the first parameter:
/// func_evals, n_iter, al, d, t, old_dirs, old_stps, ro, H_diag, prev_flat_grad, prev_loss.
///
/// Liu and Nocedal, "On the limited memory BFGS method for large scale optimization", 1989; line search: Nocedal and
/// Wright, "Numerical Optimization", algorithms 3.5 and 3.6.
class LBFGS : public Optimizer {
 public:
  using Options = LBFGSOptions;

  explicit LBFGS(std::vector<OptimizerParamGroup> groups, LBFGSOptions defaults = {});
  explicit LBFGS(std::vector<Tensor> params, LBFGSOptions defaults = {});
  /// Python's arguments: positional, or keywords.
  template <class... Args>
  requires(sizeof...(Args) > 1 || (kwargs::Keyworded<Args> || ...)) explicit LBFGS(std::vector<Tensor> params,
                                                                                   Args&&... args)
      : LBFGS(std::move(params), kwargs::apply(LBFGSOptions(), std::forward<Args>(args)...)) {}

  const char* name() const override { return "LBFGS"; }

 protected:
  Tensor run(const Closure& closure) override;
  void update(std::size_t) override {}
  const StateNames& state_names() const override;
  Value pack_state(const ParamState& state) const override;
  ParamState unpack_state(const Tensor& param, const Value::Dict& state) const override;
};

}  // namespace xgrad::optim
