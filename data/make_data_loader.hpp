/// libtorch's loaders: `make_data_loader<samplers::RandomSampler>(dataset, DataLoaderOptions().batch_size(64))`.
#pragma once

#include <xgrad/data/batches.hpp>
#include <xgrad/data/datasets/base.hpp>
#include <xgrad/data/samplers.hpp>

namespace xgrad::data {

class DataLoaderOptions {
 public:
  DataLoaderOptions() = default;
  DataLoaderOptions(std::size_t batch_size) : batch_size_(batch_size) {}

  DataLoaderOptions& batch_size(std::size_t n) { return batch_size_ = n, *this; }
  /// Threads; 0 loads in the looping thread.
  DataLoaderOptions& workers(std::size_t n) { return workers_ = n, *this; }
  /// Batches under way at a time; twice the number of workers unless set.
  DataLoaderOptions& max_jobs(std::optional<std::size_t> n) { return max_jobs_ = n, *this; }
  /// How long to wait for a batch before throwing.
  DataLoaderOptions& timeout(std::optional<std::chrono::milliseconds> t) { return timeout_ = t, *this; }
  /// Whether batches come in the sampler's order or in that in which the workers finish.
  DataLoaderOptions& enforce_ordering(bool on) { return enforce_ordering_ = on, *this; }
  DataLoaderOptions& drop_last(bool on) { return drop_last_ = on, *this; }

  std::size_t batch_size() const { return batch_size_; }
  std::size_t workers() const { return workers_; }
  std::optional<std::size_t> max_jobs() const { return max_jobs_; }
  std::optional<std::chrono::milliseconds> timeout() const { return timeout_; }
  bool enforce_ordering() const { return enforce_ordering_; }
  bool drop_last() const { return drop_last_; }

 private:
  std::size_t batch_size_ = 1, workers_ = 0;
  std::optional<std::size_t> max_jobs_;
  std::optional<std::chrono::milliseconds> timeout_;
  bool enforce_ordering_ = true, drop_last_ = false;
};

/// What a dataset's `get_batch` gives for the requests of a sampler, one after another. Each worker has its own copy of
/// the dataset. Starting a loop resets the sampler. An exception in a worker is thrown as WorkerException.
template <class D, class Sampler>
class StatelessDataLoader {
 public:
  using BatchType = typename D::BatchType;
  using iterator = detail::BatchIterator<BatchType>;

  StatelessDataLoader(D dataset, Sampler sampler, DataLoaderOptions options)
      : dataset_(std::move(dataset)), sampler_(std::move(sampler)), options_(options) {
    check<ValueError>(options_.batch_size() > 0, "batch_size should be a positive integer value, but got batch_size={}",
                      options_.batch_size());
    check<ValueError>(options_.max_jobs() != std::size_t{0}, "max_jobs should be positive");
  }
  StatelessDataLoader(const StatelessDataLoader&) = delete;
  StatelessDataLoader& operator=(const StatelessDataLoader&) = delete;

  iterator begin() {
    sampler_.reset(std::nullopt);
    detail::BatchPlan plan;
    plan.next_indices = [this] {
      auto request = sampler_.next(options_.batch_size());
      if (request && options_.drop_last() && request->size() < options_.batch_size()) request.reset();
      return request;
    };
    plan.workers = options_.workers();
    plan.max_jobs = options_.max_jobs().value_or(2 * plan.workers);
    plan.ordered = options_.enforce_ordering();
    plan.timeout = options_.timeout();
    plan.wrap_errors = true;
    if (plan.workers == 0) {
      plan.fetch = [this](std::size_t, const std::vector<std::size_t>& request) {
        return std::make_shared<BatchType>(dataset_.get_batch(request));
      };
    } else {
      auto copies = std::make_shared<std::vector<D>>(plan.workers, dataset_);
      plan.fetch = [copies](std::size_t worker, const std::vector<std::size_t>& request) {
        return std::make_shared<BatchType>((*copies)[worker].get_batch(request));
      };
    }
    return iterator(std::move(plan));
  }
  iterator end() { return {}; }
  const DataLoaderOptions& options() const { return options_; }

 private:
  D dataset_;
  Sampler sampler_;
  DataLoaderOptions options_;
};

template <class D, class Sampler>
std::unique_ptr<StatelessDataLoader<D, Sampler>> make_data_loader(D dataset, Sampler sampler,
                                                                  DataLoaderOptions options) {
  return std::make_unique<StatelessDataLoader<D, Sampler>>(std::move(dataset), std::move(sampler), options);
}

/// With a sampler over the whole dataset:
///
///     auto loader = data::make_data_loader<data::samplers::SequentialSampler>(
///         data::datasets::MNIST("data").map(data::transforms::Stack<>()), data::DataLoaderOptions().batch_size(64));
///     for (auto& batch : *loader) net->forward(batch.data);
template <class Sampler = samplers::RandomSampler, class D>
requires std::constructible_from<Sampler, std::size_t> std::unique_ptr<StatelessDataLoader<D, Sampler>>
make_data_loader(D dataset, DataLoaderOptions options = {}) {
  const std::optional<std::size_t> size = dataset.size();
  check(size.has_value(), "Expected the dataset to be sized in order to construct the Sampler");
  using Size = std::conditional_t<std::is_same_v<Sampler, samplers::RandomSampler>, std::int64_t, std::size_t>;
  return make_data_loader(std::move(dataset), Sampler(static_cast<Size>(*size)), options);
}

}  // namespace xgrad::data
