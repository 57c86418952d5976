#include <xgrad/autograd/array/thread_placement.hpp>

namespace xgrad::detail {

#ifdef __linux__

void ThreadPlacement::is_of_this_thread() { thread_ = ::pthread_self(); }

void ThreadPlacement::exclude_this_processor() {
  // The mask is asked for each time, as users narrow it while a program runs. No call here must succeed: machines of
  // more than 1,024 processors need larger masks, and some sandboxes refuse.
  const int here = ::sched_getcpu();
  if (here < 0 || here >= CPU_SETSIZE || ::pthread_getaffinity_np(thread_, sizeof before_, &before_) != 0) return;
  cpu_set_t others = before_;
  CPU_CLR(here, &others);
  if (CPU_COUNT(&others) == 0 || CPU_EQUAL(&others, &before_)) return;
  narrowed_ = ::pthread_setaffinity_np(thread_, sizeof others, &others) == 0;
}

void ThreadPlacement::restore() {
  if (narrowed_) ::pthread_setaffinity_np(thread_, sizeof before_, &before_);
  narrowed_ = false;
}

#else

void ThreadPlacement::is_of_this_thread() {}
void ThreadPlacement::exclude_this_processor() {}
void ThreadPlacement::restore() {}

#endif

}  // namespace xgrad::detail
