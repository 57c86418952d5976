/// libtorch's TensorDataset: the rows of one tensor, without targets.
#pragma once

#include <xgrad/data/collate.hpp>
#include <xgrad/data/datasets/base.hpp>

namespace xgrad::data::datasets {

/// The rows of `tensor`. For tensors that belong together, `xgrad::TensorDataset(images, labels)`.
struct TensorDataset : Dataset<TensorDataset, TensorExample> {
  /// Of tensors of equal shape, each a row.
  explicit TensorDataset(const std::vector<Tensor>& tensors) : TensorDataset(stack(tensors)) {}
  explicit TensorDataset(Tensor tensor_) : tensor(std::move(tensor_)) {}

  TensorExample get(std::size_t index) override { return std::as_const(*this).get(index); }
  TensorExample get(std::size_t index) const { return tensor[static_cast<std::int64_t>(index)]; }
  TensorExample collated(ArrayRef<std::size_t> indices) const { return data::detail::take_rows(tensor, indices); }
  std::optional<std::size_t> size() const override { return static_cast<std::size_t>(tensor.size(0)); }

  Tensor tensor;
};

}  // namespace xgrad::data::datasets
