/// The pool of threads behind parallel loops.
///
/// One loop at a time has the pool. Its chunks are numbered; the thread that asked takes them from the front and the
/// pool's threads from the back, until there are none left. So a loop never waits for a thread that has not come, each
/// half of an array tends to stay with the same core from loop to loop, and with a chunk counter there is one atomic
/// operation a chunk. What a chunk covers does not depend on who takes it.
///
/// An idle thread looks for work for some hundred microseconds, as loops come in close succession, and then sleeps.
#pragma once

#include <xgrad/autograd/array/thread_placement.hpp>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>

namespace xgrad::detail {

class ThreadPool {
 public:
  using Chunk = void (*)(const void* context, std::int64_t i);

  /// The one that loops use. It is never destroyed, so that its threads may sleep until the program is gone. A forked
  /// child has a new one, as threads are not inherited.
  static ThreadPool& shared();

  ThreadPool() = default;
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// Runs chunk(context, i) for 0 ≤ i < count ≤ kMaxChunks on the calling thread and up to `helpers` others, which are
  /// started if they are not there. False, and nothing is done, if another thread has the pool.
  bool run(Chunk chunk, const void* context, std::int64_t count, int helpers);

 private:
  struct Helper {
    std::mutex mutex;
    std::condition_variable wake;
    std::atomic<bool> asleep{false};
    ThreadPlacement placement;  // guarded by the mutex
  };

  void start_helpers(int wanted);
  [[noreturn]] void help(Helper& self, int index);
  void wait_for_work(Helper& self, int index);
  bool take_front(Chunk chunk, const void* context);
  bool take_back(int index);
  void execute(Chunk chunk, const void* context, std::int64_t i) noexcept;

  std::atomic<bool> taken_{false};
  // Chunks not yet taken, [first, last), with the number of helpers that may take them and the number of the loop: one
  // word, so that no thread takes a chunk of a loop that is over.
  alignas(64) std::atomic<std::uint64_t> ticket_{0};
  std::atomic<Chunk> chunk_{nullptr};
  std::atomic<const void*> context_{nullptr};
  alignas(64) std::atomic<std::int64_t> done_by_helpers_{0};

  alignas(64) std::deque<Helper> helpers_;  // grows only, by whoever has the pool
  std::mutex error_mutex_;
  std::exception_ptr error_;
  std::int64_t error_at_ = 0;
};

}  // namespace xgrad::detail
