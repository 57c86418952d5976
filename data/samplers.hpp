/// Samplers: in which order a loader asks for examples.
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace xgrad::data::samplers {

/// Hands out requests, a batch at a time, until an epoch is over.
template <class BatchRequest = std::vector<std::size_t>>
class Sampler {
 public:
  using BatchRequestType = BatchRequest;
  virtual ~Sampler() = default;
  /// Starts a new epoch, over `new_size` examples if given.
  virtual void reset(std::optional<std::size_t> new_size) = 0;
  /// Up to `batch_size` indices; nothing when the epoch is over.
  virtual std::optional<BatchRequest> next(std::size_t batch_size) = 0;
  /// What it draws from, if not from the default generator. A loader that goes on in the middle of an epoch has its
  /// sampler draw again from where this was at the beginning.
  virtual std::optional<Generator> generator() const { return std::nullopt; }

 protected:
  Sampler() = default;
  Sampler(const Sampler&) = default;
  Sampler& operator=(const Sampler&) = default;
};

/// 0, 1, ..., size − 1.
class SequentialSampler : public Sampler<> {
 public:
  explicit SequentialSampler(std::size_t size) : size_(size) {}
  void reset(std::optional<std::size_t> new_size = std::nullopt) override;
  std::optional<std::vector<std::size_t>> next(std::size_t batch_size) override;
  std::size_t index() const { return index_; }
  std::size_t size() const { return size_; }

 private:
  std::size_t size_, index_ = 0;
};

/// libtorch's: a permutation of 0 ... size − 1 from the default generator, drawn when it is made and again at each
/// reset. `index_dtype` may be smaller to save memory.
class RandomSampler : public Sampler<> {
 public:
  explicit RandomSampler(std::int64_t size, Dtype index_dtype = kInt64);
  void reset(std::optional<std::size_t> new_size = std::nullopt) override;
  std::optional<std::vector<std::size_t>> next(std::size_t batch_size) override;
  std::size_t index() const { return static_cast<std::size_t>(index_); }
  std::size_t size() const { return static_cast<std::size_t>(indices_.numel()); }

 private:
  Tensor indices_;
  std::int64_t index_ = 0;
};

struct ShuffleOptions {
  bool replacement = false;
  std::optional<std::int64_t> num_samples = std::nullopt;  ///< by default the size of the dataset
  std::optional<Generator> generator = std::nullopt;
};

/// Python's `torch.utils.data.RandomSampler`, draw for draw: without a generator, the first request of an epoch draws a
/// seed from the default one for a generator of its own.
class ShuffleSampler : public Sampler<> {
 public:
  /// Throws ValueError for less than one sample.
  explicit ShuffleSampler(std::size_t size, ShuffleOptions options = {});
  void reset(std::optional<std::size_t> new_size = std::nullopt) override;
  std::optional<std::vector<std::size_t>> next(std::size_t batch_size) override;
  std::size_t size() const { return static_cast<std::size_t>(num_samples()); }
  std::optional<Generator> generator() const override { return options_.generator; }

 private:
  std::int64_t num_samples() const { return options_.num_samples.value_or(static_cast<std::int64_t>(size_)); }
  void start();
  bool refill();

  std::size_t size_;
  ShuffleOptions options_;
  std::optional<Generator> generator_;  // of this epoch; none before it starts
  std::int64_t whole_rounds_ = 0;       // draws still to come before the last, partial one
  bool last_round_ = false;
  Tensor drawn_;
  std::int64_t at_ = 0, usable_ = 0;  // of drawn_
};

/// The given indices in random order.
class SubsetRandomSampler : public Sampler<> {
 public:
  explicit SubsetRandomSampler(std::vector<std::size_t> indices, std::optional<Generator> generator = std::nullopt)
      : indices_(std::move(indices)), generator_(std::move(generator)) {}
  void reset(std::optional<std::size_t> new_size = std::nullopt) override;
  std::optional<std::vector<std::size_t>> next(std::size_t batch_size) override;
  std::size_t size() const { return indices_.size(); }
  std::optional<Generator> generator() const override { return generator_; }

 private:
  std::vector<std::size_t> indices_;
  std::optional<Generator> generator_;
  Tensor order_;  // undefined before the epoch starts
  std::int64_t at_ = 0;
};

/// One int64 from the generator, or the default one, as `torch.empty((), dtype=torch.int64).random_()`.
std::int64_t draw_seed(const std::optional<Generator>& generator);

}  // namespace xgrad::data::samplers
