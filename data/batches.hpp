/// Batches: one pass over a dataset, made on the spot or ahead of time by worker threads. What loops over loaders run.
#pragma once

#include <xgrad/data/workers.hpp>

#include <xgrad/autograd/array/error.hpp>

#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <utility>

namespace xgrad::data::detail {

/// How far a pass has come, for a loader that can tell.
struct PassProgress {
  std::size_t taken = 0;  ///< batches handed to the loop, those of an earlier process included
  bool running = true;    ///< until the end was reached or the loop was left
};

/// How a pass is made.
template <class Batch>
struct BatchPlan {
  /// The indices of the next batch; called by the looping thread only.
  std::function<std::optional<std::vector<std::size_t>>()> next_indices;
  /// Makes a batch on worker `worker`; different workers call it at the same time.
  std::function<Batch(std::size_t worker, const std::vector<std::size_t>& indices)> fetch;
  std::size_t workers = 0;   ///< 0: in the looping thread
  std::size_t max_jobs = 0;  ///< batches under way at a time
  bool ordered = true;
  bool wrap_errors = false;  ///< throw WorkerException instead of what the worker threw
  std::optional<std::chrono::milliseconds> timeout = std::nullopt;
  std::shared_ptr<PassProgress> progress = nullptr;
};

/// The batches of a plan one after another.
template <class Batch>
class BatchStream {
 public:
  explicit BatchStream(BatchPlan<Batch> plan) : plan_(std::move(plan)) {
    if (plan_.workers == 0) return;
    pool_.emplace(plan_.workers);
    while (pool_->pending() < plan_.max_jobs && submit()) {
    }
  }

  std::optional<Batch> next() {
    if (!pool_) {
      const auto indices = plan_.next_indices();
      if (!indices) return std::nullopt;
      return plan_.fetch(0, *indices);
    }
    const auto job = std::static_pointer_cast<Job>(pool_->take(!plan_.ordered, plan_.timeout));
    if (!job) return std::nullopt;
    submit();
    if (job->error) {
      if (plan_.wrap_errors) throw WorkerException(job->error);
      std::rethrow_exception(job->error);
    }
    return std::move(job->batch);
  }

 private:
  struct Job : WorkerJob {
    void run(std::size_t worker) override { batch.emplace(plan->fetch(worker, indices)); }

    const BatchPlan<Batch>* plan = nullptr;
    std::vector<std::size_t> indices;
    std::optional<Batch> batch;
  };

  bool submit() {
    auto indices = plan_.next_indices();
    if (!indices) return false;
    auto job = std::make_shared<Job>();
    job->plan = &plan_;
    job->indices = std::move(*indices);
    pool_->submit(std::move(job));
    return true;
  }

  BatchPlan<Batch> plan_;
  std::optional<WorkerPool> pool_;  // last: its threads stop before what they use goes
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
  explicit BatchIterator(BatchPlan<Batch> plan) : pass_(std::make_shared<Pass>(std::move(plan))) { advance(); }

  Batch& operator*() const {
    check(pass_ && pass_->batch, "Attempted to dereference iterator that was past the end");
    return *pass_->batch;
  }
  Batch* operator->() const { return &**this; }
  BatchIterator& operator++() {
    check(pass_ && pass_->batch, "Attempted to increment iterator past the end");
    advance();
    return *this;
  }
  void operator++(int) { ++*this; }
  friend bool operator==(const BatchIterator& a, const BatchIterator& b) {
    return a.ended() ? b.ended() : a.pass_ == b.pass_;
  }

 private:
  struct Pass {
    explicit Pass(BatchPlan<Batch> plan) : progress(plan.progress), stream(std::move(plan)) {}
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    ~Pass() {
      if (progress) progress->running = false;
    }
    std::shared_ptr<PassProgress> progress;
    BatchStream<Batch> stream;
    std::optional<Batch> batch;
  };

  bool ended() const { return !pass_ || !pass_->batch; }
  void advance() {
    pass_->batch.reset();  // first, so that the next may take over its memory
    pass_->batch = pass_->stream.next();
    if (!pass_->progress) return;
    if (pass_->batch)
      ++pass_->progress->taken;
    else
      pass_->progress->running = false;
  }

  std::shared_ptr<Pass> pass_;
};

}  // namespace xgrad::data::detail
