/// Which processors a sleeping thread may wake on.
#pragma once

#ifdef __linux__
#include <pthread.h>
#include <sched.h>
#endif

namespace xgrad::detail {

/// A scheduler may wake a thread on the processor of the thread that wakes it, though another one idles, and leave both
/// there for some milliseconds, longer than most loops take. (Linux on two virtual processors does so after a pause of
/// ten milliseconds: a loop on two threads then takes as long as on one.) So who wakes a helper first excludes its
/// own processor from those the helper may run on, and the helper, awake elsewhere, takes the exclusion back. Other
/// systems are left to their schedulers.
class ThreadPlacement {
 public:
  /// The calling thread is the one to place.
  void is_of_this_thread();
  /// By whoever wakes it: not on the caller's processor, if it may run on any other.
  void exclude_this_processor();
  /// By the thread itself: where it was allowed to run before, it is again.
  void restore();

#ifdef __linux__
 private:
  pthread_t thread_{};
  cpu_set_t before_{};
  bool narrowed_ = false;
#endif
};

}  // namespace xgrad::detail
