#include <xgrad/data/samplers.hpp>

#include <algorithm>
#include <numeric>

namespace xgrad::data::samplers {
namespace {

/// The most indices that Python's sampler with replacement draws at a time.
constexpr std::int64_t kReplacementChunk = 32;

std::vector<std::size_t> counting(std::size_t from, std::size_t n) {
  std::vector<std::size_t> out(n);
  std::iota(out.begin(), out.end(), from);
  return out;
}

}  // namespace

std::int64_t draw_seed(const std::optional<Generator>& generator) {
  Tensor seed = empty({}, kInt64);
  return random_(seed, generator).item<std::int64_t>();
}

void SequentialSampler::reset(std::optional<std::size_t> new_size) {
  size_ = new_size.value_or(size_);
  index_ = 0;
}

std::optional<std::vector<std::size_t>> SequentialSampler::next(std::size_t batch_size) {
  const std::size_t n = std::min(batch_size, size_ - index_);
  if (n == 0) return std::nullopt;
  index_ += n;
  return counting(index_ - n, n);
}

RandomSampler::RandomSampler(std::int64_t size, Dtype index_dtype) : indices_(randperm(size, index_dtype)) {}

void RandomSampler::reset(std::optional<std::size_t> new_size) {
  const std::int64_t n = new_size ? static_cast<std::int64_t>(*new_size) : indices_.numel();
  indices_ = randperm(n, indices_.dtype());
  index_ = 0;
}

std::optional<std::vector<std::size_t>> RandomSampler::next(std::size_t batch_size) {
  const std::int64_t n = std::min(static_cast<std::int64_t>(batch_size), indices_.numel() - index_);
  if (n == 0) return std::nullopt;
  const Tensor some = indices_.slice(0, index_, index_ + n).to(kInt64);
  index_ += n;
  const auto* first = some.data_ptr<std::int64_t>();
  return std::vector<std::size_t>(first, first + n);
}

ShuffleSampler::ShuffleSampler(std::size_t size, ShuffleOptions options) : size_(size), options_(std::move(options)) {
  check<ValueError>(num_samples() > 0, "num_samples should be a positive integer value, but got num_samples={}",
                    num_samples());
  check<ValueError>(size_ > 0, "cannot draw {} samples from an empty dataset", num_samples());
}

void ShuffleSampler::reset(std::optional<std::size_t> new_size) {
  size_ = new_size.value_or(size_);
  generator_.reset();
  drawn_ = Tensor();
  at_ = usable_ = 0;
}

void ShuffleSampler::start() {
  generator_ = options_.generator;
  if (!generator_) generator_ = make_generator<CPUGeneratorImpl>(static_cast<std::uint64_t>(draw_seed(std::nullopt)));
  whole_rounds_ = num_samples() / (options_.replacement ? kReplacementChunk : static_cast<std::int64_t>(size_));
  last_round_ = true;
}

bool ShuffleSampler::refill() {
  if (whole_rounds_ == 0 && !last_round_) return false;
  const auto n = static_cast<std::int64_t>(size_);
  const std::int64_t round = options_.replacement ? kReplacementChunk : n;
  usable_ = whole_rounds_ > 0 ? round : num_samples() % round;
  if (whole_rounds_ > 0)
    --whole_rounds_;
  else
    last_round_ = false;
  // A permutation is drawn even when none of it will be used: the generator's stream must go on as PyTorch's does.
  drawn_ = options_.replacement ? randint(n, {usable_}, kInt64, generator_) : randperm(n, kInt64, generator_);
  at_ = 0;
  return true;
}

std::optional<std::vector<std::size_t>> ShuffleSampler::next(std::size_t batch_size) {
  if (!generator_) start();
  std::vector<std::size_t> batch;
  batch.reserve(std::min(batch_size, size()));
  while (batch.size() < batch_size) {
    if (at_ == usable_) {
      if (!refill()) break;
      continue;
    }
    const std::int64_t n = std::min(static_cast<std::int64_t>(batch_size - batch.size()), usable_ - at_);
    const auto* first = drawn_.data_ptr<std::int64_t>() + at_;
    batch.insert(batch.end(), first, first + n);
    at_ += n;
  }
  if (batch.empty()) return std::nullopt;
  return batch;
}

void SubsetRandomSampler::reset(std::optional<std::size_t> new_size) {
  check<ValueError>(!new_size || *new_size == indices_.size(), "a SubsetRandomSampler cannot change its size");
  order_ = Tensor();
  at_ = 0;
}

std::optional<std::vector<std::size_t>> SubsetRandomSampler::next(std::size_t batch_size) {
  if (!order_.defined()) order_ = randperm(static_cast<std::int64_t>(indices_.size()), kInt64, generator_);
  const std::int64_t n = std::min(static_cast<std::int64_t>(batch_size), order_.numel() - at_);
  if (n == 0) return std::nullopt;
  std::vector<std::size_t> batch(static_cast<std::size_t>(n));
  const auto* order = order_.data_ptr<std::int64_t>() + at_;
  std::transform(order, order + n, batch.begin(),
                 [this](std::int64_t i) { return indices_[static_cast<std::size_t>(i)]; });
  at_ += n;
  return batch;
}

}  // namespace xgrad::data::samplers
