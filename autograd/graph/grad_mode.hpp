/// Whether operations are recorded in the graph: a thread-local switch and its guards.
#pragma once

namespace xgrad {

namespace detail {
extern thread_local constinit bool grad_mode;
// Whether new tensors of this thread are inference tensors: without version counter, kept out of every graph.
extern thread_local constinit bool inference_mode;
}  // namespace detail

struct GradMode {
  static bool is_enabled();
  static void set_enabled(bool enabled);
};

/// Records nothing (or everything) until the end of its scope: `NoGradGuard no_grad;`
class AutoGradMode {
 public:
  explicit AutoGradMode(bool enabled) : previous_(GradMode::is_enabled()) { GradMode::set_enabled(enabled); }
  ~AutoGradMode() { GradMode::set_enabled(previous_); }
  AutoGradMode(const AutoGradMode&) = delete;
  AutoGradMode& operator=(const AutoGradMode&) = delete;

 private:
  bool previous_;
};
struct NoGradGuard : AutoGradMode {
  NoGradGuard() : AutoGradMode(false) {}
};
using no_grad = NoGradGuard;
struct EnableGradGuard : AutoGradMode {
  EnableGradGuard() : AutoGradMode(true) {}
};
using enable_grad = EnableGradGuard;
/// `set_grad_enabled recording(is_training);`
using set_grad_enabled = AutoGradMode;
inline bool is_grad_enabled() { return GradMode::is_enabled(); }

/// NoGradGuard's stronger sister: tensors made in its scope are inference tensors, which no graph can ever use and no
/// view or version bookkeeping is done for. Outside they can be read and computed with, but neither be saved for a
/// derivative nor be changed in place: clone() makes a normal tensor of one. Tensors made before stay normal.
///
///     InferenceMode guard;
///     Tensor prediction = model(images);
class InferenceMode {
 public:
  explicit InferenceMode(bool enabled = true)
      : inference_was_(detail::inference_mode), grad_(enabled ? false : GradMode::is_enabled() || inference_was_) {
    detail::inference_mode = enabled;
  }
  ~InferenceMode() { detail::inference_mode = inference_was_; }
  InferenceMode(const InferenceMode&) = delete;
  InferenceMode& operator=(const InferenceMode&) = delete;
  static bool is_enabled() { return detail::inference_mode; }

 private:
  bool inference_was_;
  AutoGradMode grad_;
};
using inference_mode = InferenceMode;
inline bool is_inference_mode_enabled() { return InferenceMode::is_enabled(); }

}  // namespace xgrad
