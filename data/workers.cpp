#include <xgrad/autograd/array/error.hpp>
#include <xgrad/autograd/array/parallel.hpp>
#include <xgrad/data/workers.hpp>

#include <algorithm>

namespace xgrad::data {

WorkerPool::WorkerPool(std::size_t threads) {
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this, i] { work(i); });
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    queue_.clear();
  }
  submitted_.notify_all();
  for (std::thread& t : threads_) t.join();
}

void WorkerPool::submit(std::shared_ptr<WorkerJob> job) {
  pending_.push_back(job);
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(job));
  }
  submitted_.notify_one();
}

std::shared_ptr<WorkerJob> WorkerPool::take(bool any, std::optional<std::chrono::milliseconds> timeout) {
  if (pending_.empty()) return nullptr;
  auto found = pending_.begin();
  const auto ready = [&] {
    if (any) found = std::find_if(pending_.begin(), pending_.end(), [](const auto& job) { return job->done; });
    return found != pending_.end() && (*found)->done;
  };
  {
    std::unique_lock lock(mutex_);
    if (!timeout) {
      finished_.wait(lock, ready);
    } else {
      check(finished_.wait_for(lock, *timeout, ready),
            "Timeout in DataLoader queue while waiting for next batch (timeout was {} ms)", timeout->count());
    }
  }
  std::shared_ptr<WorkerJob> job = std::move(*found);
  pending_.erase(found);
  return job;
}

void WorkerPool::work(std::size_t worker) {
  const SerialGuard serial;  // the other workers and the training loop have the other processors
  std::unique_lock lock(mutex_);
  for (;;) {
    submitted_.wait(lock, [this] { return stop_ || !queue_.empty(); });
    if (stop_) return;
    const std::shared_ptr<WorkerJob> job = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    std::exception_ptr error;
    try {
      job->run(worker);
    } catch (Error& e) {
      e.add_context(fmt::format("in DataLoader worker thread {}", worker));
      error = std::current_exception();
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    job->error = std::move(error);
    job->done = true;
    finished_.notify_one();
  }
}

}  // namespace xgrad::data
