/// Example: what a dataset holds at one index, and what a loader makes of many.
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <utility>

namespace xgrad::data {

/// A datum and its target: `auto [image, label] = dataset[0]`. A batch of them is an Example of tensors with one
/// dimension more in front.
template <class Data = Tensor, class Target = Tensor>
struct Example {
  using DataType = Data;
  using TargetType = Target;

  Example() = default;
  Example(Data data_, Target target_) : data(std::move(data_)), target(std::move(target_)) {}

  Data data;
  Target target;
};

namespace example {
/// The Target of a dataset without targets.
using NoTarget = void;
}  // namespace example

/// A datum by itself; converts to it.
template <class Data>
struct Example<Data, example::NoTarget> {
  using DataType = Data;
  using TargetType = example::NoTarget;

  Example() = default;
  Example(Data data_) : data(std::move(data_)) {}
  operator Data&() { return data; }
  operator const Data&() const { return data; }

  Data data;
};

using TensorExample = Example<Tensor, example::NoTarget>;

}  // namespace xgrad::data
