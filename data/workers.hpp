/// WorkerPool: threads that make batches ahead of the loop that uses them.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace xgrad::data {

/// One piece of work for a pool; derived classes keep the result.
struct WorkerJob {
  virtual ~WorkerJob() = default;
  /// Runs on thread number `worker`.
  virtual void run(std::size_t worker) = 0;

  std::exception_ptr error;  ///< what `run` threw
  bool done = false;         ///< guarded by the pool
};

/// Threads that take jobs in the order submitted. All functions are for one thread, the owner's. The destructor drops
/// what has not started, waits for what has, and joins.
class WorkerPool {
 public:
  explicit WorkerPool(std::size_t threads);
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  ~WorkerPool();

  std::size_t size() const { return threads_.size(); }
  /// Jobs submitted and not yet taken.
  std::size_t pending() const { return pending_.size(); }
  void submit(std::shared_ptr<WorkerJob> job);
  /// Waits for the oldest job, or with `any` for whichever is done first, and takes it out; null when none is pending.
  /// Throws Error when it takes longer than `timeout`.
  std::shared_ptr<WorkerJob> take(bool any, std::optional<std::chrono::milliseconds> timeout);

 private:
  void work(std::size_t worker);

  std::mutex mutex_;
  std::condition_variable submitted_, finished_;
  std::deque<std::shared_ptr<WorkerJob>> queue_;    // not yet started
  std::deque<std::shared_ptr<WorkerJob>> pending_;  // the owner's, in the order submitted
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace xgrad::data
