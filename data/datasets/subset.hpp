/// Subset: some of a dataset's examples; and random_split.
#pragma once

#include <xgrad/data/datasets/base.hpp>

#include <memory>

namespace xgrad::data::datasets {

/// The examples of `dataset` at `indices`, in that order. Throws IndexError for an index out of range.
template <class SourceDataset>
class Subset : public Dataset<Subset<SourceDataset>, typename SourceDataset::ExampleType> {
 public:
  using ExampleType = typename SourceDataset::ExampleType;

  Subset(SourceDataset dataset, std::vector<std::size_t> indices) : dataset_(std::move(dataset)) {
    const std::size_t n = detail::known_size(dataset_.size());
    for (std::size_t i : indices) check<IndexError>(i < n, "index {} is out of bounds for dataset with size {}", i, n);
    indices_ = std::make_shared<const std::vector<std::size_t>>(std::move(indices));
  }

  ExampleType get(std::size_t index) override { return dataset_.get((*indices_)[index]); }
  template <class D = SourceDataset>
  requires requires(const D& d) { d.get(std::size_t{}); }
  ExampleType get(std::size_t index) const { return static_cast<const D&>(dataset_).get((*indices_)[index]); }
  std::vector<ExampleType> get_batch(ArrayRef<std::size_t> indices) override {
    return dataset_.get_batch(of_source(indices));
  }
  /// A batch as the loader wants it, where the source has a quicker way to it than example by example.
  template <class D = SourceDataset>
  requires requires(const D& d, ArrayRef<std::size_t> i) { d.collated(i); }
  auto collated(ArrayRef<std::size_t> indices) const {
    return static_cast<const D&>(dataset_).collated(of_source(indices));
  }
  std::optional<std::size_t> size() const override { return indices_->size(); }

  const SourceDataset& dataset() const { return dataset_; }
  const std::vector<std::size_t>& indices() const { return *indices_; }

 private:
  std::vector<std::size_t> of_source(ArrayRef<std::size_t> indices) const {
    std::vector<std::size_t> out;
    out.reserve(indices.size());
    for (const std::size_t i : indices) out.push_back((*indices_)[i]);
    return out;
  }

  SourceDataset dataset_;
  std::shared_ptr<const std::vector<std::size_t>> indices_;
};

template <class Self, class SingleExample>
Subset<Self> Dataset<Self, SingleExample>::operator[](const Slice& slice) const {
  const auto range = detail::resolve(slice, detail::known_size(this->size()));
  std::vector<std::size_t> indices(range.count);
  for (std::size_t i = 0; i < range.count; ++i) indices[i] = range.start + i * range.step;
  return {self(), std::move(indices)};
}

namespace detail {
/// A permutation of the sum of `lengths`, cut into pieces of these lengths. The sum must be n.
std::vector<std::vector<std::size_t>> random_pieces(std::size_t n, ArrayRef<std::int64_t> lengths,
                                                    std::optional<Generator> generator);
}  // namespace detail

}  // namespace xgrad::data::datasets

namespace xgrad {

using data::datasets::Subset;

/// Disjoint subsets of these lengths, drawn as PyTorch draws them:
///
///     auto parts = random_split(dataset, {4000, 1096});
///
/// Throws ValueError unless the lengths add up to the dataset's.
template <data::datasets::AnyDataset D>
std::vector<Subset<D>> random_split(const D& dataset, ArrayRef<std::int64_t> lengths,
                                    std::optional<Generator> generator = std::nullopt) {
  std::vector<Subset<D>> parts;
  for (auto& indices : data::datasets::detail::random_pieces(data::datasets::detail::known_size(dataset.size()),
                                                             lengths, std::move(generator)))
    parts.emplace_back(dataset, std::move(indices));
  return parts;
}

}  // namespace xgrad
