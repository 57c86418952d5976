#include <xgrad/autograd/graph/checkpoint.hpp>

namespace xgrad::utils::detail {

Recomputation::Recomputation(std::function<void()> again, bool preserve_rng_state) : again_(std::move(again)) {
  if (!preserve_rng_state) return;
  const std::lock_guard guard(default_generator().mutex());
  generator_ = default_generator().clone();
}

void Recomputation::run_again() {
  // The default generator goes back to where the first run had it, and returns to its place afterwards.
  struct Rewind {
    explicit Rewind(const std::optional<Generator>& start) {
      if (!start) return;
      const std::lock_guard guard(default_generator().mutex());
      now = default_generator().get_state();
      default_generator().set_state(start->get_state());
    }
    ~Rewind() {
      if (!now) return;
      const std::lock_guard guard(default_generator().mutex());
      default_generator().set_state(*now);
    }
    std::optional<Array> now;
  } const rewind(generator_);
  const EnableGradGuard grad;
  autograd::graph::saved_tensors_hooks hooks(
      [this](const Tensor& t) {
        tensors_.push_back(t);
        return 0;
      },
      [](int) -> Tensor { fail("internal error: the graph of a recomputation is never run"); });
  again_();
  if (tensors_.size() == count_) return;
  const std::size_t again = tensors_.size();
  tensors_.clear();
  fail(
      "checkpoint: A different number of tensors was saved during the original forward and recomputation.\n"
      "  Number of tensors saved during forward: {}\n  Number of tensors saved during recomputation: {}",
      count_, again);
}

Tensor Recomputation::get(std::size_t i) {
  if (tensors_.empty()) run_again();
  Tensor t = tensors_.at(i);
  if (++given_ % count_ == 0) tensors_.clear();  // each was asked for: another pass over a kept graph computes anew
  return t;
}

}  // namespace xgrad::utils::detail
