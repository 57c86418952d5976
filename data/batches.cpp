#include <xgrad/data/batches.hpp>
#include <xgrad/data/workers.hpp>

namespace xgrad::data {

WorkerException::WorkerException(std::exception_ptr original)
    : original_exception(std::move(original)), message("Caught exception in DataLoader worker thread.") {
  try {
    std::rethrow_exception(original_exception);
  } catch (const std::exception& e) {
    message += std::string(" Original message: ") + e.what();
  } catch (...) {
  }
}

namespace detail {

struct Pass::Job : WorkerJob {
  void run(std::size_t worker) override { batch = plan->fetch(worker, indices); }

  const BatchPlan* plan = nullptr;
  BatchPlan::Indices indices;
  std::shared_ptr<void> batch;
};

struct Pass::Pool {
  explicit Pool(std::size_t threads) : workers(threads) {}
  WorkerPool workers;
};

Pass::Pass(BatchPlan plan) : plan_(std::move(plan)) {
  if (plan_.workers > 0) {
    pool_ = std::make_unique<Pool>(plan_.workers);
    while (pool_->workers.pending() < plan_.max_jobs && submit()) {
    }
  }
}

Pass::~Pass() {
  if (plan_.progress) plan_.progress->running = false;
}

void Pass::advance() {
  batch_.reset();  // first, so that the next may take over its memory
  batch_ = next();
  if (!plan_.progress) return;
  if (batch_)
    ++plan_.progress->taken;
  else
    plan_.progress->running = false;
}

std::shared_ptr<void> Pass::next() {
  if (!pool_) {
    const auto indices = plan_.next_indices();
    return indices ? plan_.fetch(0, *indices) : nullptr;
  }
  const auto job = std::static_pointer_cast<Job>(pool_->workers.take(!plan_.ordered, plan_.timeout));
  if (!job) return nullptr;
  submit();
  if (job->error) {
    if (plan_.wrap_errors) throw WorkerException(job->error);
    std::rethrow_exception(job->error);
  }
  return std::move(job->batch);
}

bool Pass::submit() {
  auto indices = plan_.next_indices();
  if (!indices) return false;
  auto job = std::make_shared<Job>();
  job->plan = &plan_;
  job->indices = std::move(*indices);
  pool_->workers.submit(std::move(job));
  return true;
}

}  // namespace detail
}  // namespace xgrad::data
