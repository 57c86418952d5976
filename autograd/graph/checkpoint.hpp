/// Checkpointing: memory for time, by computing a part of the forward pass again during backward.
#pragma once

#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/graph/saved_hooks.hpp>

#include <mutex>
#include <tuple>

namespace xgrad::utils {

/// What checkpoint() may be told.
class CheckpointOptions {
 public:
  /// Draw the same random numbers when computing again (dropout): on by default.
  CheckpointOptions& preserve_rng_state(bool v) { return preserve_rng_state_ = v, *this; }
  bool preserve_rng_state() const { return preserve_rng_state_; }

 private:
  bool preserve_rng_state_ = true;
};

namespace detail {

/// One checkpointed part: notes what its first run saves, and makes it again when backward first asks. Several threads
/// may run the graph.
class Recomputation {
 public:
  Recomputation(std::function<void()> again, bool preserve_rng_state);
  /// The number of a tensor that the first run saves.
  std::size_t note(const Tensor& saved);
  Tensor get(std::size_t i);

 private:
  struct Shape {
    Dims sizes;
    ScalarType dtype;
  };
  void run_again();
  void check_same(const std::vector<Tensor>& again) const;

  std::function<void()> again_;
  std::optional<Generator> generator_;
  std::vector<Shape> noted_;
  std::mutex mutex_;
  std::vector<Tensor> tensors_;
  std::vector<bool> given_;  // which of them this pass has asked for
};

}  // namespace detail

/// Calls `f(args...)` without keeping what its derivative needs; backward calls `f` once more to get that. Everything
/// between the arguments and the results is freed in the meantime. `f` must compute the same again: it must not depend
/// on anything that changes between the two calls (the random stream is put back).
///
///     Tensor y = utils::checkpoint([&](const Tensor& x) { return block2(block1(x)); }, x);
///
/// Works with autograd::grad, retain_graph, create_graph and within itself: PyTorch's `use_reentrant=False`.
/// Throws Error in backward when the second call saves another number of tensors, or tensors of another shape or dtype.
/// See https://pytorch.org/docs/stable/checkpoint.html
template <class F, class... Args>
auto checkpoint(const CheckpointOptions& options, F f, Args... args) {
  if (!GradMode::is_enabled()) return f(args...);
  const auto part =
      std::make_shared<detail::Recomputation>([f, args...]() mutable { f(args...); }, options.preserve_rng_state());
  autograd::graph::saved_tensors_hooks hooks([part](const Tensor& t) { return part->note(t); },
                                             [part](std::size_t i) { return part->get(i); });
  return f(args...);
}
template <class F, class... Args>
requires(!std::is_same_v<std::remove_cvref_t<F>, CheckpointOptions>) auto checkpoint(F f, Args... args) {
  return checkpoint(CheckpointOptions(), std::move(f), std::move(args)...);
}

}  // namespace xgrad::utils
