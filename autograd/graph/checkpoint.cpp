#include <xgrad/autograd/graph/checkpoint.hpp>

#include <algorithm>

namespace xgrad::utils::detail {

Recomputation::Recomputation(std::function<void()> again, bool preserve_rng_state) : again_(std::move(again)) {
  if (!preserve_rng_state) return;
  const std::lock_guard guard(default_generator().mutex());
  generator_ = default_generator().clone();
}

std::size_t Recomputation::note(const Tensor& saved) {
  const std::lock_guard lock(mutex_);
  noted_.push_back({Dims(saved.sizes()), saved.dtype()});
  return noted_.size() - 1;
}

void Recomputation::run_again() {
  // The default generator goes back to where the first run had it, and returns to its place afterwards.
  struct Rewind {
    explicit Rewind(const std::optional<Generator>& start) {
      if (!start) return;
      const std::lock_guard guard(default_generator().mutex());
      now = default_generator().get_state<Array>();
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
  std::vector<Tensor> again;
  autograd::graph::saved_tensors_hooks hooks(
      [&again](const Tensor& t) {
        again.push_back(t);
        return 0;
      },
      [](int) -> Tensor { fail("internal error: the graph of a recomputation is never run"); });
  again_();
  check_same(again);
  tensors_ = std::move(again);
  given_.assign(tensors_.size(), false);
}

void Recomputation::check_same(const std::vector<Tensor>& again) const {
  check(again.size() == noted_.size(),
        "checkpoint: A different number of tensors was saved during the original forward and recomputation.\n"
        "  Number of tensors saved during forward: {}\n  Number of tensors saved during recomputation: {}",
        noted_.size(), again.size());
  for (std::size_t i = 0; i < again.size(); ++i) {
    check(again[i].sizes() == noted_[i].sizes && again[i].dtype() == noted_[i].dtype,
          "checkpoint: Recomputed values have different metadata than during the forward pass.\n"
          "  Tensor {} was saved as {}{}, and recomputed as {}{}",
          i, noted_[i].dtype, noted_[i].sizes, again[i].dtype(), Dims(again[i].sizes()));
  }
}

Tensor Recomputation::get(std::size_t i) {
  const std::lock_guard lock(mutex_);
  if (tensors_.empty()) run_again();
  const Tensor t = tensors_.at(i);
  // One that was had already is asked for by another pass over a kept graph, behind one that did not need all.
  if (given_[i]) given_.assign(given_.size(), false);
  given_[i] = true;
  if (std::find(given_.begin(), given_.end(), false) == given_.end()) tensors_.clear();  // another pass computes anew
  return t;
}

}  // namespace xgrad::utils::detail
