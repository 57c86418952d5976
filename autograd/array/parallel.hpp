/// Threads: how many of them arithmetic may use, and loops that run on several.
///
/// The library has one pool of threads. It starts with the first piece of work that is large enough, and there is no
/// other: BLAS runs on the thread that calls it. Results have the same bits with any number of threads, but for large
/// matrix products, which BLAS rounds differently in pieces: these are the same for the same number, in parallel loops
/// and under a SerialGuard (as in a DataLoader's workers) that of one thread. The number is what set_num_threads()
/// said, else the environment's XGRAD_NUM_THREADS, else OMP_NUM_THREADS, else the number of processor cores that the
/// program may run on.
#pragma once

#include <cstdint>

namespace xgrad {

inline constexpr int kMaxThreads = 256;

/// How many threads an operation may use, the calling one included.
int get_num_threads();
/// Sets it for the whole program, at any time and from any thread; more than kMaxThreads count as that many. Throws
/// Error if n < 1.
///
///     set_num_threads(1);  // everything on the thread that calls
void set_num_threads(int n);

/// Whether this thread is at work for a parallel loop, or under a SerialGuard; loops within run on it alone.
bool in_parallel_region();

/// Within its scope, what this thread computes stays on this thread: for threads that run beside others at work.
class SerialGuard {
 public:
  SerialGuard();
  ~SerialGuard();
  SerialGuard(const SerialGuard&) = delete;
  SerialGuard& operator=(const SerialGuard&) = delete;
};

namespace detail {

/// Calls chunk(context, i) for 0 ≤ i < count, on the calling thread and on idle ones of the pool, and returns when all
/// are done. If some throw, the exception of the lowest i comes out, and the others have run. On the calling thread
/// alone, in order, if the pool is taken by another thread or this one is in a parallel region.
void run_chunks(void (*chunk)(const void* context, std::int64_t i), const void* context, std::int64_t count);

/// How many chunks run_chunks takes at most.
inline constexpr std::int64_t kMaxChunks = 4095;

/// f(first, last) for pieces of `step` elements, the last one shorter; at most kMaxChunks pieces.
template <class F>
void run_pieces(std::int64_t begin, std::int64_t end, std::int64_t step, const F& f) {
  struct Pieces {
    const F& f;
    std::int64_t begin, end, step;
  };
  const Pieces pieces{f, begin, end, step};
  const auto chunk = [](const void* context, std::int64_t i) {
    const auto& p = *static_cast<const Pieces*>(context);
    const std::int64_t first = p.begin + i * p.step, last = first + p.step;
    p.f(first, last < p.end ? last : p.end);
  };
  run_chunks(chunk, &pieces, (end - begin + step - 1) / step);
}

}  // namespace detail

/// Calls f(first, last) for pieces of [begin, end) that together cover it, on several threads: at most one piece for
/// each thread, and none shorter than `grain_size` but the last. One call, without threads, if all of it is no longer
/// than that. Returns when all are done; an exception thrown by f comes out. Loops within f run on f's thread.
///
///     parallel_for(0, n, 4096, [&](std::int64_t first, std::int64_t last) {
///       for (std::int64_t i = first; i < last; ++i) y[i] = slow(x[i]);
///     });
template <class F>
void parallel_for(std::int64_t begin, std::int64_t end, std::int64_t grain_size, const F& f) {
  if (begin >= end) return;
  const std::int64_t n = end - begin, grain = grain_size > 1 ? grain_size : 1;
  if (n <= grain || in_parallel_region()) {
    f(begin, end);
    return;
  }
  const std::int64_t threads = get_num_threads(), even = (n + threads - 1) / threads;
  detail::run_pieces(begin, end, even > grain ? even : grain, f);
}

}  // namespace xgrad
