#include <xgrad/optim/schedulers/composed.hpp>

#include <algorithm>

namespace xgrad::optim::lr_scheduler {
namespace {

Value pack(const Schedulers& schedulers) {
  Value::Items all;
  for (const LRScheduler& s : schedulers) all.push_back(s.state_dict());
  return Value::list(std::move(all));
}

void unpack(const Schedulers& schedulers, const Value& packed) {
  const auto& all = packed.as_dict().at("_schedulers").items();
  check<IndexError>(all.size() == schedulers.size(), "list index out of range\n  {} schedulers were saved, {} are here",
                    all.size(), schedulers.size());
  for (std::size_t i = 0; i < all.size(); ++i) schedulers[i].get().load_state_dict(all[i]);
}

[[noreturn]] void no_jump() { fail<TypeError>("step() takes 1 positional argument but 2 were given"); }

/// The optimiser that all of them belong to.
Optimizer& common_optimizer(const Schedulers& schedulers) {
  check<ValueError>(!schedulers.empty(), "ChainedScheduler expects at least one scheduler");
  Optimizer& optimizer = schedulers[0].get().optimizer();
  for (std::size_t i = 1; i < schedulers.size(); ++i) {
    check<ValueError>(&schedulers[i].get().optimizer() == &optimizer,
                      "ChainedScheduler expects all schedulers to belong to the same optimizer, but got schedulers at "
                      "index {} and {} to be different",
                      0, i);
  }
  return optimizer;
}

}  // namespace

SequentialLR::SequentialLR(Optimizer& optimizer, Schedulers schedulers, std::vector<std::int64_t> milestones,
                           std::int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch), schedulers_(std::move(schedulers)), milestones_(std::move(milestones)) {
  for (std::size_t i = 0; i < schedulers_.size(); ++i) {
    check<ValueError>(&schedulers_[i].get().optimizer() == &optimizer,
                      "Sequential Schedulers expects all schedulers to belong to the same optimizer, but got "
                      "schedulers at index {} to be different than the optimizer passed in.",
                      i);
  }
  check<ValueError>(milestones_.size() + 1 == schedulers_.size(),
                    "Sequential Schedulers expects number of schedulers provided to be one more than the number of "
                    "milestone points, but got number of schedulers {} and the number of milestones to be equal to {}",
                    schedulers_.size(), milestones_.size());
  set_last_epoch(last_epoch + 1);
  for (auto& group : optimizer.param_groups()) group.options().set_lr(*group.note("initial_lr"));
  for (LRScheduler& s : schedulers_) s.set_last_epoch(s.last_epoch() - 1);
  schedulers_[0].get().initial_step();
  remember_lrs();
}

void SequentialLR::step() {
  const std::int64_t epoch = last_epoch() + 1;
  set_last_epoch(epoch);
  const auto index = static_cast<std::size_t>(std::ranges::upper_bound(milestones_, epoch) - milestones_.begin());
  LRScheduler& scheduler = schedulers_[index];
  if (index > 0 && milestones_[index - 1] == epoch)
    scheduler.jump(0);
  else
    scheduler.step();
  remember_lrs();
}

void SequentialLR::jump(double) { no_jump(); }

Value SequentialLR::state_dict() const {
  Value::Dict packed;
  auto& self = const_cast<SequentialLR&>(*this);
  get_fields({{"_milestones", &self.milestones_}}, packed);
  get_fields(self.progress(), packed);
  packed.set("_schedulers", pack(schedulers_));
  return packed;
}

void SequentialLR::load_state_dict(const Value& state_dict) {
  const Value* milestones = state_dict.as_dict().find("_milestones");
  const std::size_t changes = milestones ? milestones->items().size() : milestones_.size();
  check<ValueError>(changes + 1 == schedulers_.size(), "loaded state dict has {} milestones for {} schedulers", changes,
                    schedulers_.size());
  set_fields({{"_milestones", &milestones_}}, state_dict.as_dict());
  set_fields(progress(), state_dict.as_dict());
  unpack(schedulers_, state_dict);
}

ChainedScheduler::ChainedScheduler(Schedulers schedulers)
    : LRScheduler(common_optimizer(schedulers)), schedulers_(std::move(schedulers)) {
  remember_lrs();
}

void ChainedScheduler::step() {
  for (LRScheduler& s : schedulers_) s.step();
  remember_lrs();
}

void ChainedScheduler::jump(double) { no_jump(); }

Value ChainedScheduler::state_dict() const {
  Value::Dict packed;
  get_fields({const_cast<ChainedScheduler&>(*this).progress().back()}, packed);
  packed.set("_schedulers", pack(schedulers_));
  return packed;
}

void ChainedScheduler::load_state_dict(const Value& state_dict) {
  set_fields(progress(), state_dict.as_dict());
  unpack(schedulers_, state_dict);
}

}  // namespace xgrad::optim::lr_scheduler
