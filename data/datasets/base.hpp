/// Dataset: what every dataset derives from. A new one says what is at an index and how many there are:
///
///     struct Squares : data::datasets::Dataset<Squares, data::Example<Tensor, std::int64_t>> {
///       ExampleType get(std::size_t i) override { return {full({1}, double(i)), std::int64_t(i * i)}; }
///       std::optional<std::size_t> size() const override { return 100; }
///     };
#pragma once

#include <xgrad/data/array_ref.hpp>
#include <xgrad/data/example.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace xgrad::data::datasets {

template <class SourceDataset, class AppliedTransform>
class MapDataset;
template <class SourceDataset>
class Subset;

/// Gives batches for requests, by default for lists of indices.
template <class Self, class Batch = std::vector<Example<>>, class BatchRequest = ArrayRef<std::size_t>>
class BatchDataset {
 public:
  using SelfType = Self;
  using BatchType = Batch;
  using BatchRequestType = BatchRequest;
  static constexpr bool is_stateful = false;

  virtual ~BatchDataset() = default;

  virtual Batch get_batch(BatchRequest request) = 0;
  /// The number of examples; nothing if it is not known.
  virtual std::optional<std::size_t> size() const = 0;

  /// This dataset with `transform` applied to every batch: `MNIST(root).map(Normalize<>(0.13, 0.31)).map(Stack<>())`.
  template <class TransformType>
  MapDataset<Self, TransformType> map(TransformType transform) & {
    return {static_cast<Self&>(*this), std::move(transform)};
  }
  template <class TransformType>
  MapDataset<Self, TransformType> map(TransformType transform) && {
    return {std::move(static_cast<Self&>(*this)), std::move(transform)};
  }

 protected:
  BatchDataset() = default;
  BatchDataset(const BatchDataset&) = default;
  BatchDataset& operator=(const BatchDataset&) = default;
};

template <class Self, class Batch = std::vector<Example<>>>
using StreamDataset = BatchDataset<Self, Batch, std::size_t>;

namespace detail {

/// `index` counted from the front; negative ones count from the end. Throws IndexError out of range.
std::size_t wrap_index(std::int64_t index, std::optional<std::size_t> size);

/// The indices a slice takes from n examples: start, start + step, ..., `count` of them. Bounds clip as Python's do.
struct Range {
  std::size_t start, count, step;
};
Range resolve(const Slice& slice, std::size_t n);
/// The size, or an error for a dataset that does not know it.
std::size_t known_size(std::optional<std::size_t> size);

/// Goes over a dataset's examples; fetches one when it is first looked at and keeps it until the next.
template <class D>
class ExampleIterator {
 public:
  using value_type = typename D::ExampleType;
  using reference = value_type&;
  using pointer = value_type*;
  using difference_type = std::ptrdiff_t;
  using iterator_category = std::input_iterator_tag;

  ExampleIterator() = default;
  ExampleIterator(D& dataset, std::size_t index) : dataset_(&dataset), index_(index) {}
  reference operator*() const {
    if (!example_) example_.emplace(dataset_->get(index_));
    return *example_;
  }
  pointer operator->() const { return &**this; }
  ExampleIterator& operator++() {
    example_.reset();
    ++index_;
    return *this;
  }
  void operator++(int) { ++*this; }
  friend bool operator==(const ExampleIterator& a, const ExampleIterator& b) { return a.index_ == b.index_; }

 private:
  D* dataset_ = nullptr;
  std::size_t index_ = 0;
  mutable std::optional<value_type> example_;
};

}  // namespace detail

/// A dataset with single examples. It is a range of them, `for (auto& [image, label] : dataset)`, and is indexed as in
/// Python: `dataset[0]`, `dataset[-1]`, `dataset[Slice(None, 100)]`. A constant dataset too, if its `get` is also
/// there as a constant function.
template <class Self, class SingleExample = Example<>>
class Dataset : public BatchDataset<Self, std::vector<SingleExample>> {
 public:
  using ExampleType = SingleExample;

  /// The example at an index below size().
  virtual ExampleType get(std::size_t index) = 0;

  std::vector<ExampleType> get_batch(ArrayRef<std::size_t> indices) override {
    std::vector<ExampleType> batch;
    batch.reserve(indices.size());
    for (std::size_t i : indices) batch.push_back(get(i));
    return batch;
  }

  ExampleType operator[](std::int64_t index) { return get(detail::wrap_index(index, this->size())); }
  template <class S = Self>
  requires requires(const S& s) { s.get(std::size_t{}); }
  ExampleType operator[](std::int64_t index) const { return self().get(detail::wrap_index(index, this->size())); }
  /// The examples that the slice names, as a dataset that refers to this one.
  Subset<Self> operator[](const Slice& slice) const;

  auto begin() { return detail::ExampleIterator<Self>(static_cast<Self&>(*this), 0); }
  auto end() { return detail::ExampleIterator<Self>(static_cast<Self&>(*this), detail::known_size(this->size())); }
  template <class S = Self>
  requires requires(const S& s) { s.get(std::size_t{}); }
  auto begin() const { return detail::ExampleIterator<const S>(self(), 0); }
  template <class S = Self>
  requires requires(const S& s) { s.get(std::size_t{}); }
  auto end() const { return detail::ExampleIterator<const S>(self(), detail::known_size(this->size())); }

 private:
  const Self& self() const { return static_cast<const Self&>(*this); }
};

/// Satisfied by everything that derives from BatchDataset.
template <class D>
concept AnyDataset = requires {
  typename D::SelfType;
  typename D::BatchType;
}
&&std::derived_from<D, BatchDataset<typename D::SelfType, typename D::BatchType, typename D::BatchRequestType>>;

}  // namespace xgrad::data::datasets

namespace xgrad {

/// Python's `torch.utils.data.Dataset`.
template <class Self, class SingleExample = data::Example<>>
using Dataset = data::datasets::Dataset<Self, SingleExample>;

/// Python's `len(dataset)`. Throws TypeError for a dataset that does not know its size.
template <data::datasets::AnyDataset D>
std::int64_t len(const D& dataset) {
  return static_cast<std::int64_t>(data::datasets::detail::known_size(dataset.size()));
}

}  // namespace xgrad

#include <xgrad/data/datasets/map.hpp>
#include <xgrad/data/datasets/subset.hpp>
