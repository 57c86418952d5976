/// LRScheduler: what all learning-rate schedules have in common.
#pragma once

#include <xgrad/optim/optimizer.hpp>

#include <type_traits>
#include <vector>

namespace xgrad::optim::lr_scheduler {

/// Changes an optimiser's learning rates, once for each call of step(), which comes after the optimiser's own.
///
///     optim::lr_scheduler::StepLR scheduler(optimizer, step_size = 30, kw::gamma = 0.1);
///     for (int epoch = 0; epoch < 100; ++epoch) {
///       train(model, optimizer);   // calls optimizer.step()
///       scheduler.step();
///     }
///
/// The optimiser must live as long as the schedule. To write one of your own, derive, override get_lr(), and call
/// initial_step() at the end of the constructor.
class LRScheduler {
 public:
  /// With `last_epoch` other than -1 it goes on where another schedule stopped, whose starting rates are still in the
  /// parameter groups (load_state_dict() brings them); throws IndexError if they are not.
  explicit LRScheduler(Optimizer& optimizer, std::int64_t last_epoch = -1, bool verbose = false);
  virtual ~LRScheduler() = default;
  LRScheduler(const LRScheduler&) = delete;
  LRScheduler& operator=(const LRScheduler&) = delete;

  /// The next learning rate. Warns if the optimiser has not made a step yet.
  virtual void step();
  /// The learning rate of that epoch, by the closed formula where there is one. PyTorch warns that this will go, and so
  /// does this.
  void step(double epoch);

  /// What the last step() set, for each parameter group.
  const std::vector<double>& get_last_lr() const { return last_lr_; }
  std::int64_t last_epoch() const { return last_epoch_; }
  Optimizer& optimizer() const { return optimizer_; }

  /// PyTorch's entries: the schedule's numbers, base_lrs, last_epoch, _last_lr. Functions are not saved.
  virtual Value state_dict() const;
  /// Entries that are missing keep their value.
  virtual void load_state_dict(const Value& state_dict);

  // What formulas are made of.
  std::int64_t step_count() const { return step_count_; }
  double base_lr(std::size_t group) const { return base_lrs_[group]; }
  std::size_t base_lr_count() const { return base_lrs_.size(); }
  double lr(std::size_t group) const { return optimizer_.param_groups()[group].options().get_lr(); }

  /// As if the optimiser had not been touched: SequentialLR does this to the first of its schedules.
  void initial_step();
  /// step(epoch) without the warning.
  virtual void jump(double epoch);
  void set_last_epoch(std::int64_t epoch) { last_epoch_ = epoch; }

 protected:
  /// The rates for last_epoch(), one for each parameter group.
  virtual std::vector<double> get_lr() = 0;
  /// The same without regard to what the rates are now; by default get_lr().
  virtual std::vector<double> get_closed_form_lr() { return get_lr(); }
  /// Numbers of the schedule under Python's names.
  virtual Fields fields() { return {}; }

  void set_base_lrs(std::vector<double> lrs) { base_lrs_ = std::move(lrs); }
  void set_lrs(const std::vector<double>& lrs);
  void remember_lrs();
  /// last_epoch and _last_lr, which all schedules have.
  Fields progress();

 private:
  Fields all_fields();

  Optimizer& optimizer_;
  std::vector<double> base_lrs_, last_lr_;
  std::int64_t last_epoch_, step_count_ = 0;
  bool verbose_;
};

namespace detail {

/// Throws ValueError for a denominator of zero, in Python's words.
void check_divisor(std::int64_t divisor);
/// One value for each parameter group. Throws ValueError if another number of them was given.
std::vector<double> for_groups(const char* name, const Optimizer& optimizer, const PerGroup& values);
/// The option, or a TypeError as Python throws it for an argument that was left out.
template <class T>
const T& required(const std::optional<T>& option, const char* name) {
  check<TypeError>(option.has_value(), "__init__() missing 1 required positional argument: '{}'", name);
  return *option;
}

}  // namespace detail

/// What every schedule can be told beside its own options.
template <class Derived>
class ScheduleOptions {
 public:
  Derived& last_epoch(std::int64_t v) { return last_epoch_ = v, static_cast<Derived&>(*this); }
  Derived& verbose(bool v) { return verbose_ = v, static_cast<Derived&>(*this); }
  std::int64_t last_epoch() const { return last_epoch_; }
  bool verbose() const { return verbose_; }

 private:
  std::int64_t last_epoch_ = -1;
  bool verbose_ = false;
};

/// A schedule whose options know its formula: `next_lr(schedule, group)`, and if they have it `closed_form(schedule,
/// group)`; `begin(optimizer)` checks them and may write to the parameter groups; `kFromBase` says that the formula
/// needs the base rates. One that counts epochs in its own way has `advance()` and `go_to(epoch)`.
template <class OptionsType>
class Schedule : public LRScheduler {
 public:
  using Options = OptionsType;

  Schedule(Optimizer& optimizer, Options options)
      : LRScheduler(begun(optimizer, options), options.last_epoch(), options.verbose()), options_(std::move(options)) {
    if constexpr (requires { options_.base_lrs(); }) set_base_lrs(options_.base_lrs());
    initial_step();
  }
  /// Python's arguments: positional, or keywords.
  template <class... Args>
  requires(sizeof...(Args) != 1 || !(std::is_same_v<std::remove_cvref_t<Args>, Options> ||
                                     ...)) explicit Schedule(Optimizer& optimizer, Args&&... args)
      : Schedule(optimizer, kwargs::apply(Options(), std::forward<Args>(args)...)) {}

  using LRScheduler::step;
  void step() override {
    if constexpr (requires { options_.advance(); }) {
      if (last_epoch() < 0) return jump(0);
      options_.advance();
      set_last_epoch(last_epoch() + 1);
      set_lrs(get_lr());
    } else {
      LRScheduler::step();
    }
  }
  void jump(double epoch) override {
    if constexpr (requires { options_.go_to(epoch); }) {
      options_.go_to(epoch);
      set_last_epoch(static_cast<std::int64_t>(epoch));
      set_lrs(get_lr());
    } else {
      LRScheduler::jump(epoch);
    }
  }

 protected:
  std::vector<double> get_lr() override {
    return each([this](std::size_t g) { return options_.next_lr(*this, g); });
  }
  std::vector<double> get_closed_form_lr() override {
    if constexpr (requires { options_.closed_form(*this, 0); })
      return each([this](std::size_t g) { return options_.closed_form(*this, g); }, true);
    else
      return get_lr();
  }
  Fields fields() override { return options_.fields(); }
  Options& options() { return options_; }

 private:
  static Optimizer& begun(Optimizer& optimizer, Options& options) {
    if constexpr (requires { options.begin(optimizer); }) options.begin(optimizer);
    return optimizer;
  }
  template <class F>
  std::vector<double> each(F f, bool from_base = Options::kFromBase) {
    std::vector<double> lrs(from_base ? base_lr_count() : optimizer().param_groups().size());
    for (std::size_t g = 0; g < lrs.size(); ++g) lrs[g] = f(g);
    return lrs;
  }

  Options options_;
};

}  // namespace xgrad::optim::lr_scheduler

namespace xgrad::optim {
using lr_scheduler::LRScheduler;  // libtorch's name
}  // namespace xgrad::optim
