/// DataLoader: Python's `torch.utils.data.DataLoader`.
#pragma once

#include <xgrad/autograd/kwargs.hpp>
#include <xgrad/data/batches.hpp>
#include <xgrad/data/example_list.hpp>
#include <xgrad/data/loader_position.hpp>
#include <xgrad/data/samplers.hpp>

namespace xgrad::kwargs {
XGRAD_KEYWORD(prefetch_factor);
}  // namespace xgrad::kwargs

namespace xgrad {

/// The arguments of DataLoader after the dataset, in Python's order.
class LoaderOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::batch_size, kwargs::key::shuffle, kwargs::key::sampler>;
  using SamplerFactory = std::function<std::shared_ptr<data::samplers::Sampler<>>()>;

  void batch_size(std::int64_t n) { batch_size_ = n; }
  void shuffle(bool on) { shuffle_ = on; }
  void drop_last(bool on) { drop_last_ = on; }
  void num_workers(std::int64_t n) { num_workers_ = n; }
  /// Batches each worker makes ahead.
  void prefetch_factor(std::int64_t n) { prefetch_factor_ = n; }
  void generator(Generator g) { generator_ = std::move(g); }
  /// A copy of it serves each epoch.
  template <std::derived_from<data::samplers::Sampler<>> S>
  void sampler(S s) {
    if constexpr (requires { s.size(); }) samples_ = static_cast<std::int64_t>(s.size());
    sampler_ = [s = std::move(s)] { return std::make_shared<S>(s); };
  }

  std::int64_t batch_size() const { return batch_size_; }
  bool drop_last() const { return drop_last_; }
  std::int64_t num_workers() const { return num_workers_; }

 protected:
  /// Throws ValueError, in PyTorch's words, for options that cannot be.
  void validate(std::size_t examples) const;
  /// Batches in an epoch.
  std::size_t batches(std::size_t examples) const;
  /// Starts an epoch: draws from the generator what PyTorch draws, and returns where its requests come from.
  data::detail::LoaderPosition::Started start(std::size_t examples, data::detail::LoaderPosition& position) const;
  const std::optional<Generator>& own_generator() const { return generator_; }
  std::size_t workers() const { return static_cast<std::size_t>(num_workers_); }
  std::size_t max_jobs() const { return static_cast<std::size_t>(num_workers_ * prefetch_factor_); }

 private:
  std::int64_t batch_size_ = 1, num_workers_ = 0, prefetch_factor_ = 2;
  bool shuffle_ = false, drop_last_ = false;
  std::optional<Generator> generator_;
  std::optional<std::int64_t> samples_;
  SamplerFactory sampler_;
};

namespace detail {

template <class D>
struct LoadedDataset {
  using type = D;
};
template <class E>
struct LoadedDataset<std::vector<E>> {
  using type = ExampleList<E>;
};
template <class D>
concept Loadable = data::datasets::AnyDataset<typename LoadedDataset<D>::type>;

/// The batch of a dataset whose batches are lists of examples, or which makes its batches itself.
template <class Raw>
struct BatchOf {
  using type = Raw;
};
template <class E>
struct BatchOf<std::vector<E>> {
  using type = data::DefaultBatch<E>;
};
/// What the argument `collate_fn` returns for such a list; without that argument, Default.
template <class Default, class Raw, class... Args>
struct LoaderBatch {
  using type = Default;
};
template <class Default, class Raw, class Other, class... Args>
struct LoaderBatch<Default, Raw, Other, Args...> : LoaderBatch<Default, Raw, Args...> {};
template <class Default, class Raw, class F, class... Args>
struct LoaderBatch<Default, Raw, kwargs::Argument<kwargs::key::collate_fn, F>, Args...> {
  using type = std::decay_t<std::invoke_result_t<F&, Raw>>;
};

template <class Raw, class Batch>
class CollatingOptions : public LoaderOptions {
 public:
  void collate_fn(std::function<Batch(Raw)> f) { collate_ = std::move(f); }

 protected:
  std::function<Batch(Raw)> collate_;
};

/// Names the examples whose tensors did not go together.
void add_batch_context(Error& error, ArrayRef<std::size_t> indices);

}  // namespace detail

/// Goes over a dataset in batches; each loop is an epoch.
///
///     DataLoader loader(mnist_train, batch_size = 64, shuffle = true);
///     for (auto& [images, labels] : loader) ...  // [64, 1, 28, 28] float32, [64] int64
///
/// Further arguments: drop_last, num_workers (threads; 0 loads in the looping thread), prefetch_factor, generator,
/// sampler, and collate_fn, a function from a vector of examples to a batch of any type. The dataset may also be a
/// vector of examples. It is copied, which for the datasets here shares their contents; each worker has its own copy.
///
/// Shuffles and all other draws are PyTorch's after the same `manual_seed`. In-order batches of an in-memory list are
/// views of it. Throws ValueError for a batch_size below one. An exception in a worker is thrown again in the loop.
template <class D, class Batch>
class DataLoader : private detail::CollatingOptions<typename D::BatchType, Batch> {
  using Options = detail::CollatingOptions<typename D::BatchType, Batch>;
  using Raw = typename D::BatchType;

 public:
  using DatasetType = D;
  using BatchType = Batch;
  using iterator = data::detail::BatchIterator<Batch>;

  template <class Source, class... Args>
  requires detail::Loadable<Source>
  explicit DataLoader(Source dataset, Args... args)
      : Options(kwargs::apply(OpenOptions(), std::move(args)...)), dataset_(std::make_shared<D>(std::move(dataset))) {
    this->validate(examples());
  }

  /// Starts an epoch.
  iterator begin() const;
  iterator end() const { return {}; }

  /// The number of batches in an epoch: Python's `len(loader)`.
  std::size_t size() const { return this->batches(examples()); }
  const D& dataset() const { return *dataset_; }
  /// Where the loop that was started last is: how many batches it has had, and the states of generators from which its
  /// order was drawn. The batch in the loop's hands counts as had. Outside of a loop: that an epoch is to begin.
  serialize::Value state_dict() const { return position_.state_dict(shape(), this->own_generator()); }
  /// The next loop goes on where the state was taken, with the bits it would have had there, if the default generator
  /// is set to where it was then (load_checkpoint does all that). Samplers must draw from their generator(); a
  /// generator given to the loader or the sampler must not be used elsewhere. Throws ValueError for a state of another
  /// number of examples or batch size.
  void load_state_dict(const serialize::Value& state) {
    position_.load_state_dict(state, shape(), this->own_generator());
  }
  using LoaderOptions::batch_size;
  using LoaderOptions::drop_last;
  using LoaderOptions::num_workers;

 private:
  struct OpenOptions : Options {};

  std::size_t examples() const { return data::datasets::detail::known_size(dataset_->size()); }
  data::detail::LoaderPosition::Shape shape() const {
    return {static_cast<std::int64_t>(examples()), this->batch_size()};
  }
  static Batch fetch(D& dataset, const std::function<Batch(Raw)>& collate, const std::vector<std::size_t>& indices);

  std::shared_ptr<D> dataset_;
  mutable data::detail::LoaderPosition position_;
};

template <detail::Loadable Source, class... Args>
DataLoader(Source, Args...)
    -> DataLoader<typename detail::LoadedDataset<Source>::type,
                  typename detail::LoaderBatch<
                      typename detail::BatchOf<typename detail::LoadedDataset<Source>::type::BatchType>::type,
                      typename detail::LoadedDataset<Source>::type::BatchType, Args...>::type>;

template <class D, class Batch>
std::int64_t len(const DataLoader<D, Batch>& loader) {
  return static_cast<std::int64_t>(loader.size());
}

/// Python's `torch.utils.data.RandomSampler`: `sampler = RandomSampler(data, replacement = true, num_samples = 100)`.
class RandomSampler : public data::samplers::ShuffleSampler {
 public:
  template <data::datasets::AnyDataset D, class... Args>
  explicit RandomSampler(const D& dataset, Args... args)
      : ShuffleSampler(static_cast<std::size_t>(len(dataset)), kwargs::apply(Options(), std::move(args)...).values) {}

 private:
  struct Options {
    using Positional = kwargs::Order<kwargs::key::replacement, kwargs::key::num_samples, kwargs::key::generator>;
    void replacement(bool on) { values.replacement = on; }
    void num_samples(std::int64_t n) { values.num_samples = n; }
    void generator(Generator g) { values.generator = std::move(g); }
    data::samplers::ShuffleOptions values;
  };
};

/// Python's `torch.utils.data.SequentialSampler`.
class SequentialSampler : public data::samplers::SequentialSampler {
 public:
  template <data::datasets::AnyDataset D>
  explicit SequentialSampler(const D& dataset)
      : data::samplers::SequentialSampler(static_cast<std::size_t>(len(dataset))) {}
};

using data::samplers::SubsetRandomSampler;

template <class D, class Batch>
Batch DataLoader<D, Batch>::fetch(D& dataset, const std::function<Batch(Raw)>& collate,
                                  const std::vector<std::size_t>& indices) {
  if (collate) return collate(dataset.get_batch(indices));
  if constexpr (std::same_as<Raw, Batch>) {
    return dataset.get_batch(indices);
  } else if constexpr (std::same_as<typename detail::BatchOf<Raw>::type, Batch>) {
    try {
      if constexpr (requires {
                      { dataset.collated(indices) } -> std::convertible_to<Batch>;
                    }) {
        return dataset.collated(indices);
      } else {
        return data::default_collate(dataset.get_batch(indices));
      }
    } catch (Error& error) {
      detail::add_batch_context(error, indices);
      throw;
    }
  } else {
    fail("a DataLoader of a special batch type without a collate_fn");
  }
}

template <class D, class Batch>
typename DataLoader<D, Batch>::iterator DataLoader<D, Batch>::begin() const {
  data::detail::BatchPlan plan;
  auto started = this->start(examples(), position_);
  plan.next_indices = std::move(started.requests);
  plan.progress = std::move(started.progress);
  plan.workers = this->workers();
  plan.max_jobs = this->max_jobs();
  if (plan.workers == 0) {
    plan.fetch = [dataset = dataset_, collate = this->collate_](std::size_t, const std::vector<std::size_t>& indices) {
      return std::make_shared<Batch>(fetch(*dataset, collate, indices));
    };
  } else {
    // A copy for each worker: `get` may change the dataset it is called on.
    auto copies = std::make_shared<std::vector<D>>(plan.workers, *dataset_);
    plan.fetch = [copies, collate = this->collate_](std::size_t worker, const std::vector<std::size_t>& indices) {
      return std::make_shared<Batch>(fetch((*copies)[worker], collate, indices));
    };
  }
  return iterator(std::move(plan));
}

}  // namespace xgrad
