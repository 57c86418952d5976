#include <xgrad/autograd/array/warning.hpp>
#include <xgrad/autograd/print.hpp>
#include <xgrad/optim/lr_scheduler.hpp>

#include <algorithm>

namespace xgrad::optim::lr_scheduler {

LRScheduler::LRScheduler(Optimizer& optimizer, std::int64_t last_epoch, bool verbose)
    : optimizer_(optimizer), last_epoch_(last_epoch), verbose_(verbose) {
  auto& groups = optimizer.param_groups();
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (last_epoch == -1 && !groups[g].note("initial_lr")) groups[g].set_note("initial_lr", lr(g));
    const double* initial = groups[g].note("initial_lr");
    check<IndexError>(initial, "param 'initial_lr' is not specified in param_groups[{}] when resuming an optimizer", g);
    base_lrs_.push_back(*initial);
  }
}

void LRScheduler::initial_step() {
  optimizer_.reset_step_count();
  step_count_ = 0;
  step();
}

void LRScheduler::step() {
  if (step_count_ == 1 && optimizer_.step_count() < 1) {
    warn(
        "Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later, you should call "
        "them in the opposite order: `optimizer.step()` before `lr_scheduler.step()`.\n"
        "  hint: otherwise the first value of the learning rate schedule is not used");
  }
  ++step_count_;
  ++last_epoch_;
  set_lrs(get_lr());
}

void LRScheduler::step(double epoch) {
  warn(
      "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where possible. Please use "
      "`scheduler.step()` to step the scheduler.");
  jump(epoch);
}

void LRScheduler::jump(double epoch) {
  ++step_count_;
  last_epoch_ = static_cast<std::int64_t>(epoch);
  set_lrs(get_closed_form_lr());
}

void LRScheduler::set_lrs(const std::vector<double>& lrs) {
  auto& groups = optimizer_.param_groups();
  for (std::size_t g = 0; g < std::min(groups.size(), lrs.size()); ++g) {
    groups[g].options().set_lr(lrs[g]);
    if (verbose_) print_line(fmt::format("Adjusting learning rate of group {} to {:.4e}.", g, lrs[g]));
  }
  remember_lrs();
}

void LRScheduler::remember_lrs() {
  last_lr_.clear();
  for (const auto& group : optimizer_.param_groups()) last_lr_.push_back(group.options().get_lr());
}

namespace {

/// What the constructors of schedules check and a state dict brings anew: numbers that are divided by, and lists with
/// an element for each parameter group. `with_base` of the groups have a base rate now.
void check_loaded(const Value::Dict& dict, std::size_t groups, std::size_t with_base) {
  constexpr std::int64_t kMost = std::int64_t{1} << 53;  // steps that a double can count
  for (const auto& [key, value] : dict.entries) {
    if (!key.is(Value::Kind::Str) || !value.is(Value::Kind::Int)) continue;
    const std::int64_t n = value.as_int();
    const bool counts = key.as_str() == "last_epoch" || key.as_str() == "_step_count";
    check<ValueError>(!counts || (n >= -kMost && n <= kMost),
                      "loaded state dict has the {} {}, more than a schedule can count", key.as_str(), n);
    if (key.as_str() == "step_size" || key.as_str() == "T_max") detail::check_divisor(n);
  }
  const auto count = [&](const char* name, std::size_t otherwise) {
    const Value* list = dict.find(name);
    return list && list->is(Value::Kind::List) ? list->items().size() : otherwise;
  };
  with_base = count("base_lrs", with_base);
  check<ValueError>(with_base <= groups, "loaded state dict has {} base_lrs for {} parameter groups", with_base,
                    groups);
  const std::size_t max_lrs = count("max_lrs", with_base);
  check<ValueError>(max_lrs >= with_base, "loaded state dict has {} max_lrs for {} base_lrs", max_lrs, with_base);
}

}  // namespace

Fields LRScheduler::all_fields() {
  Fields all = fields();
  for (const Field& field : Fields{{"base_lrs", &base_lrs_},
                                   {"last_epoch", &last_epoch_},
                                   {"verbose", &verbose_},
                                   {"_step_count", &step_count_},
                                   {"_get_lr_called_within_step", &kAlwaysFalse},
                                   {"_last_lr", &last_lr_}})
    all.push_back(field);
  return all;
}

Fields LRScheduler::progress() { return {{"last_epoch", &last_epoch_}, {"_last_lr", &last_lr_}}; }

Value LRScheduler::state_dict() const {
  Value::Dict packed;
  get_fields(const_cast<LRScheduler*>(this)->all_fields(), packed);
  return packed;
}

void LRScheduler::load_state_dict(const Value& state_dict) {
  const Value::Dict& dict = state_dict.as_dict();
  check_loaded(dict, optimizer_.param_groups().size(), base_lrs_.size());
  set_fields(all_fields(), dict);
}

void detail::check_divisor(std::int64_t divisor) {
  check<ValueError>(divisor != 0, "integer division or modulo by zero");
}

std::vector<double> detail::for_groups(const char* name, const Optimizer& optimizer, const PerGroup& values) {
  const std::size_t groups = optimizer.param_groups().size();
  check<ValueError>(values.is_one() || values.size() == groups, "expected {} values for {}, got {}", groups, name,
                    values.size());
  return values.expand(groups);
}

}  // namespace xgrad::optim::lr_scheduler
