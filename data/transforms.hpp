/// Transforms: torchvision's, which are functions from Tensor to Tensor, and libtorch's for `dataset.map`.
///
///     datasets::MNIST("data", transform = transforms::Compose(transforms::ToTensor(), transforms::Normalize(0.13,
///     0.31))) data::datasets::MNIST("data").map(transforms::Normalize<>(0.13, 0.31)).map(transforms::Stack<>())
#pragma once

#include <xgrad/data/array_ref.hpp>
#include <xgrad/data/collate.hpp>
#include <xgrad/data/example.hpp>

#include <functional>
#include <initializer_list>

namespace xgrad::data::transforms {

/// What a dataset takes as its `transform`.
using TensorFunction = std::function<Tensor(Tensor)>;

/// Turns a batch into another; what `map` takes.
template <class InputBatch, class OutputBatch>
class BatchTransform {
 public:
  using InputBatchType = InputBatch;
  using OutputBatchType = OutputBatch;
  virtual ~BatchTransform() = default;
  virtual OutputBatch apply_batch(InputBatch input_batch) = 0;

 protected:
  BatchTransform() = default;
  BatchTransform(const BatchTransform&) = default;
  BatchTransform& operator=(const BatchTransform&) = default;
};

/// Turns each example of a batch into another.
template <class Input, class Output>
class Transform : public BatchTransform<std::vector<Input>, std::vector<Output>> {
 public:
  using InputType = Input;
  using OutputType = Output;
  virtual Output apply(Input input) = 0;
  std::vector<Output> apply_batch(std::vector<Input> inputs) override {
    std::vector<Output> outputs;
    outputs.reserve(inputs.size());
    for (Input& input : inputs) outputs.push_back(apply(std::move(input)));
    return outputs;
  }
};

/// Turns the data of each example, leaving the target.
template <class Target = Tensor>
class TensorTransform : public Transform<Example<Tensor, Target>, Example<Tensor, Target>> {
 public:
  virtual Tensor operator()(Tensor input) = 0;
  Example<Tensor, Target> apply(Example<Tensor, Target> input) override {
    input.data = (*this)(std::move(input.data));
    return input;
  }
};

/// A function as a TensorTransform.
template <class Target = Tensor>
class TensorLambda : public TensorTransform<Target> {
 public:
  using FunctionType = TensorFunction;
  explicit TensorLambda(FunctionType function) : function_(std::move(function)) {}
  Tensor operator()(Tensor input) override { return function_(std::move(input)); }

 private:
  FunctionType function_;
};

/// A function as a Transform of examples; without template arguments, torchvision's Lambda of tensors.
template <class Input, class Output = Input>
class Lambda : public Transform<Input, Output> {
 public:
  using FunctionType = std::function<Output(Input)>;
  explicit Lambda(FunctionType function) : function_(std::move(function)) {}
  Output apply(Input input) override { return function_(std::move(input)); }
  Output operator()(Input input) const { return function_(std::move(input)); }

 private:
  FunctionType function_;
};
template <class F>
requires std::is_invocable_r_v<Tensor, F, Tensor> Lambda(F)
->Lambda<Tensor, Tensor>;

/// A function of whole batches.
template <class Input, class Output = Input>
class BatchLambda : public BatchTransform<Input, Output> {
 public:
  using FunctionType = std::function<Output(Input)>;
  explicit BatchLambda(FunctionType function) : function_(std::move(function)) {}
  Output apply_batch(Input input_batch) override { return function_(std::move(input_batch)); }

 private:
  FunctionType function_;
};

template <class T, class BatchType = std::vector<T>>
using Collation = BatchTransform<BatchType, T>;
template <class T, class BatchType = std::vector<T>>
using Collate = BatchLambda<BatchType, T>;

/// Makes one example of many, as `default_collate` does: Stack<> for examples with targets that are tensors,
/// Stack<TensorExample> for those without targets.
template <class T = Example<>>
struct Stack : BatchTransform<std::vector<T>, DefaultBatch<T>> {
  DefaultBatch<T> apply_batch(std::vector<T> examples) override { return default_collate(std::move(examples)); }
};

namespace detail {
/// float32, a value a channel: [C, 1, 1].
Tensor per_channel(ArrayRef<double> values);
/// (x − mean) / stddev, checked as torchvision does.
Tensor normalize(const Tensor& x, const Tensor& mean, const Tensor& stddev);
void check_stddev(const Tensor& stddev);
}  // namespace detail

/// y = (x − mean) / stddev, a value of both for each channel of x [C, H, W], or one for all. Throws TypeError for a
/// tensor of integers and ValueError for a stddev of zero.
template <class Target = Tensor>
struct Normalize : TensorTransform<Target> {
  Normalize(ArrayRef<double> mean_, ArrayRef<double> stddev_)
      : mean(detail::per_channel(mean_)), stddev(detail::per_channel(stddev_)) {
    detail::check_stddev(stddev);
  }
  Tensor operator()(Tensor input) override { return detail::normalize(input, mean, stddev); }

  Tensor mean, stddev;
};

/// An image [H, W] or [H, W, C] as [C, H, W]; uint8 becomes floating (the default dtype) in [0, 1] by dividing by 255,
/// other dtypes keep their values. Throws ValueError for other numbers of dimensions.
struct ToTensor {
  Tensor operator()(const Tensor& image) const;
};

/// One function after another: `Compose(ToTensor(), Normalize(0.13, 0.31))`, or a list in braces as in Python.
class Compose {
 public:
  explicit Compose(std::vector<TensorFunction> transforms) : transforms_(std::move(transforms)) {}
  Compose(std::initializer_list<TensorFunction> transforms) : transforms_(transforms) {}
  template <class... F>
  requires(sizeof...(F) > 1 && (std::convertible_to<F, TensorFunction> && ...)) explicit Compose(F... transforms)
      : transforms_{TensorFunction(std::move(transforms))...} {}
  Tensor operator()(Tensor x) const {
    for (const TensorFunction& f : transforms_) x = f(std::move(x));
    return x;
  }

 private:
  std::vector<TensorFunction> transforms_;
};

}  // namespace xgrad::data::transforms

namespace xgrad {
namespace transforms = data::transforms;
}
