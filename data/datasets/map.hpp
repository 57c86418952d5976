/// MapDataset: a dataset whose batches pass through a transform.
#pragma once

#include <xgrad/data/datasets/base.hpp>

namespace xgrad::data::datasets {

/// What `dataset.map(transform)` returns: batches are `transform.apply_batch(dataset.get_batch(request))`.
template <class SourceDataset, class AppliedTransform>
class MapDataset
    : public BatchDataset<MapDataset<SourceDataset, AppliedTransform>, typename AppliedTransform::OutputBatchType,
                          typename SourceDataset::BatchRequestType> {
  static_assert(std::same_as<typename SourceDataset::BatchType, typename AppliedTransform::InputBatchType>,
                "the dataset's batches are of another type than the transform takes");

 public:
  using DatasetType = SourceDataset;
  using TransformType = AppliedTransform;
  using BatchRequestType = typename SourceDataset::BatchRequestType;
  using OutputBatchType = typename AppliedTransform::OutputBatchType;

  MapDataset(DatasetType dataset, TransformType transform)
      : dataset_(std::move(dataset)), transform_(std::move(transform)) {}

  OutputBatchType get_batch(BatchRequestType request) override {
    return transform_.apply_batch(dataset_.get_batch(std::move(request)));
  }
  std::optional<std::size_t> size() const override { return dataset_.size(); }

  const SourceDataset& dataset() const { return dataset_; }
  const AppliedTransform& transform() const { return transform_; }

 private:
  SourceDataset dataset_;
  AppliedTransform transform_;
};

template <class DatasetType, class TransformType>
MapDataset<DatasetType, TransformType> map(DatasetType dataset, TransformType transform) {
  return {std::move(dataset), std::move(transform)};
}

}  // namespace xgrad::data::datasets
