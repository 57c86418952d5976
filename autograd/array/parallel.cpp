#include <xgrad/autograd/array/error.hpp>
#include <xgrad/autograd/array/parallel.hpp>
#include <xgrad/autograd/array/thread_count.hpp>
#include <xgrad/autograd/array/thread_pool.hpp>
#include <xgrad/autograd/array/warning.hpp>

#include <atomic>
#include <cstdlib>
#include <string>

namespace xgrad {
namespace {

std::atomic<int> g_threads{0};  // 0: not asked for yet

/// Loops that this thread is in, and guards.
thread_local int t_serial = 0;

int first_count() {
  std::string problem;
  const int n = detail::initial_thread_count(std::getenv("XGRAD_NUM_THREADS"), std::getenv("OMP_NUM_THREADS"), problem);
  if (!problem.empty()) warn(problem);
  return n;
}

}  // namespace

int get_num_threads() {
  const int n = g_threads.load(std::memory_order_relaxed);
  if (n > 0) return n;
  static const int initial = first_count();
  int none = 0;
  g_threads.compare_exchange_strong(none, initial);  // unless set_num_threads came in between
  return none > 0 ? none : initial;
}

void set_num_threads(int n) {
  check(n > 0, "Expected positive number of threads, but got {}", n);
  g_threads.store(std::min(n, kMaxThreads));
}

bool in_parallel_region() { return t_serial > 0; }

SerialGuard::SerialGuard() { ++t_serial; }
SerialGuard::~SerialGuard() { --t_serial; }

namespace detail {

void run_chunks(void (*chunk)(const void* context, std::int64_t i), const void* context, std::int64_t count) {
  if (count > 1 && t_serial == 0) {
    const int threads = get_num_threads();
    if (threads > 1 && ThreadPool::shared().run(chunk, context, count, threads - 1)) return;
    // Loops within are not split here either, or products in the chunks would have other bits when the pool is taken.
    const SerialGuard inside;
    for (std::int64_t i = 0; i < count; ++i) chunk(context, i);
    return;
  }
  for (std::int64_t i = 0; i < count; ++i) chunk(context, i);
}

}  // namespace detail
}  // namespace xgrad
