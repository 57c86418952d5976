/// Whether operations are recorded in the graph: a thread-local switch and its guards.
#pragma once

namespace xgrad {

namespace detail {
extern thread_local constinit bool grad_mode;
}

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

}  // namespace xgrad
