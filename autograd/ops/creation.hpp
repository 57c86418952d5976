/// Functions that make tensors. `options` says dtype and requires_grad: `zeros({2, 3}, kFloat64)`,
/// `zeros({2, 3}, dtype(kFloat64).requires_grad(true))`, or with keywords `zeros({2, 3}, dtype = kFloat64)`.
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <functional>
#include <initializer_list>
#include <vector>

namespace xgrad {

/// Numbers nested in braces, or a vector of them: what `tensor()` takes. Mixed integers and floats promote as Python's
/// do; without a dtype, integers become int64 and floats the default dtype.
class TensorData {
 public:
  TensorData() : sizes_{0} {}
  template <class T>
  requires std::is_arithmetic_v<T> TensorData(T value) : values_{Scalar(value)} {}
  TensorData(std::initializer_list<TensorData> list);
  template <class T>
  requires std::is_arithmetic_v<T> TensorData(const std::vector<T>& values)
      : sizes_{static_cast<std::int64_t>(values.size())} {
    values_.reserve(values.size());
    for (T v : values) values_.emplace_back(v);
    if (values.empty()) kind_ = Scalar(T{}).type();
  }
  const Dims& sizes() const { return sizes_; }
  const std::vector<Scalar>& values() const { return values_; }
  /// int64, bool or float64: the category of the elements together.
  ScalarType kind() const;

 private:
  Dims sizes_;
  std::vector<Scalar> values_;
  std::optional<ScalarType> kind_;
};

/// A tensor of these numbers: `tensor({{1, 2}, {3, 4.5}})`. Throws ValueError when rows differ in length.
Tensor tensor(const TensorData& data, const TensorOptions& options = {});
/// A tensor over memory that stays the caller's; `deleter` runs when the last view is gone.
Tensor from_blob(void* data, IntArrayRef sizes, const TensorOptions& options = {});
Tensor from_blob(void* data, IntArrayRef sizes, std::function<void(void*)> deleter, const TensorOptions& options = {});
Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, const TensorOptions& options = {});
Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, std::function<void(void*)> deleter,
                 const TensorOptions& options = {});
/// Memory that may only be read: a tensor cannot know that, so writing to it is undefined, and the first call warns.
Tensor from_blob(const void* data, IntArrayRef sizes, const TensorOptions& options = {});

Tensor empty(IntArrayRef size, const TensorOptions& options = {});
Tensor zeros(IntArrayRef size, const TensorOptions& options = {});
Tensor ones(IntArrayRef size, const TensorOptions& options = {});
/// Without a dtype, the one of `value`.
Tensor full(IntArrayRef size, Scalar value, const TensorOptions& options = {});
Tensor empty_like(const Tensor& x, const TensorOptions& options = {});
Tensor zeros_like(const Tensor& x, const TensorOptions& options = {});
Tensor ones_like(const Tensor& x, const TensorOptions& options = {});
Tensor full_like(const Tensor& x, Scalar value, const TensorOptions& options = {});
/// The identity matrix, n × n or n × m.
Tensor eye(std::int64_t n, const TensorOptions& options = {});
Tensor eye(std::int64_t n, std::int64_t m, const TensorOptions& options = {});
/// start, start + step, … before end. int64 when all three are integers.
Tensor arange(Scalar end, const TensorOptions& options = {});
Tensor arange(Scalar start, Scalar end, const TensorOptions& options = {});
Tensor arange(Scalar start, Scalar end, Scalar step, const TensorOptions& options = {});
/// `steps` equally spaced numbers from start to end, both included.
Tensor linspace(Scalar start, Scalar end, std::int64_t steps, const TensorOptions& options = {});

/// base^x for `steps` equally spaced x from start to end.
Tensor logspace(Scalar start, Scalar end, std::int64_t steps, double base = 10, const TensorOptions& options = {});
/// Uninitialised memory with these strides.
Tensor empty_strided(IntArrayRef size, IntArrayRef stride, const TensorOptions& options = {});

/// Uniform on [0, 1), standard normal, uniform integers on [low, high), and a permutation of 0 … n−1, from PyTorch's
/// streams.
Tensor rand(IntArrayRef size, const TensorOptions& options = {}, std::optional<Generator> generator = std::nullopt);
Tensor randn(IntArrayRef size, const TensorOptions& options = {}, std::optional<Generator> generator = std::nullopt);
Tensor randint(std::int64_t high, IntArrayRef size, const TensorOptions& options = {},
               std::optional<Generator> generator = std::nullopt);
Tensor randint(std::int64_t low, std::int64_t high, IntArrayRef size, const TensorOptions& options = {},
               std::optional<Generator> generator = std::nullopt);
Tensor randperm(std::int64_t n, const TensorOptions& options = {}, std::optional<Generator> generator = std::nullopt);
Tensor normal(double mean, double std, IntArrayRef size, std::optional<Generator> generator = std::nullopt,
              const TensorOptions& options = {});
/// Normal with a mean, or a standard deviation, or both for each element; they broadcast.
Tensor normal(const Tensor& mean, double std = 1, std::optional<Generator> generator = std::nullopt);
Tensor normal(double mean, const Tensor& std, std::optional<Generator> generator = std::nullopt);
Tensor normal(const Tensor& mean, const Tensor& std, std::optional<Generator> generator = std::nullopt);
Tensor randint_like(const Tensor& x, std::int64_t high, const TensorOptions& options = {});
Tensor randint_like(const Tensor& x, std::int64_t low, std::int64_t high, const TensorOptions& options = {});
Tensor rand_like(const Tensor& x, const TensorOptions& options = {});
Tensor randn_like(const Tensor& x, const TensorOptions& options = {});

namespace detail {
template <class... K>
TensorOptions tensor_options(K... k) {
  return kwargs::apply(TensorOptions(), k...);
}
}  // namespace detail

template <class... K>
requires kwargs::Keywords<K...> Tensor tensor(const TensorData& data, K... k) {
  return tensor(data, detail::tensor_options(k...));
}
template <class... K>
requires kwargs::Keywords<K...> Tensor empty(IntArrayRef size, K... k) {
  return empty(size, detail::tensor_options(k...));
}
template <class... K>
requires kwargs::Keywords<K...> Tensor zeros(IntArrayRef size, K... k) {
  return zeros(size, detail::tensor_options(k...));
}
template <class... K>
requires kwargs::Keywords<K...> Tensor ones(IntArrayRef size, K... k) {
  return ones(size, detail::tensor_options(k...));
}
template <class... K>
requires kwargs::Keywords<K...> Tensor full(IntArrayRef size, Scalar value, K... k) {
  return full(size, value, detail::tensor_options(k...));
}
template <class... K>
requires kwargs::Keywords<K...> Tensor rand(IntArrayRef size, K... k) {
  return rand(size, detail::tensor_options(k...));
}
template <class... K>
requires kwargs::Keywords<K...> Tensor randn(IntArrayRef size, K... k) {
  return randn(size, detail::tensor_options(k...));
}
template <class... K>
requires kwargs::Keywords<K...> Tensor arange(Scalar end, K... k) { return arange(end, detail::tensor_options(k...)); }

}  // namespace xgrad
