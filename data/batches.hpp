/// Batches: one pass over a dataset, made on the spot or ahead of time by worker threads. What loops over loaders run.
#pragma once

#include <xgrad/autograd/array/error.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>  // durations as well, without the calendars and formats of <chrono>, 7 MB of compiler's memory
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace xgrad::data {

/// What libtorch-style loaders throw when a worker thread threw: the message, and the original to rethrow.
struct WorkerException : std::exception {
  explicit WorkerException(std::exception_ptr original);
  const char* what() const noexcept override { return message.c_str(); }

  std::exception_ptr original_exception;
  std::string message;
};

}  // namespace xgrad::data

namespace xgrad::data::detail {

/// How far a pass has come, for a loader that can tell.
struct PassProgress {
  std::size_t taken = 0;  ///< batches handed to the loop, those of an earlier process included
  bool running = true;    ///< until the end was reached or the loop was left
};

/// How a pass is made. The type of a batch is known to those who make it and to those who read it only, so that a
/// program compiles nothing of what is in between.
struct BatchPlan {
  using Indices = std::vector<std::size_t>;

  /// The indices of the next batch; called by the looping thread only.
  std::function<std::optional<Indices>()> next_indices;
  /// Makes a batch on worker `worker`; different workers call it at the same time.
  std::function<std::shared_ptr<void>(std::size_t worker, const Indices& indices)> fetch;
  std::size_t workers = 0;   ///< 0: in the looping thread
  std::size_t max_jobs = 0;  ///< batches under way at a time
  bool ordered = true;
  bool wrap_errors = false;  ///< throw WorkerException instead of what the worker threw
  std::optional<std::chrono::milliseconds> timeout = std::nullopt;
  std::shared_ptr<PassProgress> progress = nullptr;
};

/// The batches of a plan one after another.
class Pass {
 public:
  /// Starts workers, if there are some. The first batch is made by advance().
  explicit Pass(BatchPlan plan);
  Pass(const Pass&) = delete;
  Pass& operator=(const Pass&) = delete;
  ~Pass();

  /// Null behind the last.
  const std::shared_ptr<void>& batch() const { return batch_; }
  void advance();

 private:
  struct Job;
  struct Pool;

  bool submit();
  std::shared_ptr<void> next();

  BatchPlan plan_;
  std::shared_ptr<void> batch_;
  std::unique_ptr<Pool> pool_;  // last: its threads stop before what they use goes
};

/// The input iterator of loaders. Copies share one pass; it ends, and its threads with it, when the last copy goes.
template <class Batch>
class BatchIterator {
 public:
  using value_type = Batch;
  using reference = Batch&;
  using pointer = Batch*;
  using difference_type = std::ptrdiff_t;
  using iterator_category = std::input_iterator_tag;

  BatchIterator() = default;
  explicit BatchIterator(BatchPlan plan) : pass_(std::make_shared<Pass>(std::move(plan))) { pass_->advance(); }

  Batch& operator*() const {
    check(!ended(), "Attempted to dereference iterator that was past the end");
    return *static_cast<Batch*>(pass_->batch().get());
  }
  Batch* operator->() const { return &**this; }
  BatchIterator& operator++() {
    check(!ended(), "Attempted to increment iterator past the end");
    pass_->advance();
    return *this;
  }
  void operator++(int) { ++*this; }
  friend bool operator==(const BatchIterator& a, const BatchIterator& b) {
    return a.ended() ? b.ended() : a.pass_ == b.pass_;
  }

 private:
  bool ended() const { return !pass_ || !pass_->batch(); }

  std::shared_ptr<Pass> pass_;
};

}  // namespace xgrad::data::detail
