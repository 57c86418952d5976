/// Functions that make tensors. `options` says dtype and requires_grad: `zeros({2, 3}, kFloat64)`,
/// `zeros({2, 3}, dtype(kFloat64).requires_grad(true))`, or with keywords `zeros({2, 3}, dtype = kFloat64)`.
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <concepts>
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
/// A number as a tensor without dimensions, in the default dtype unless the options say another, whatever the number
/// is.
Tensor scalar_tensor(Scalar value, const TensorOptions& options = {});
/// A tensor over memory that stays the caller's; `deleter` runs when the last view is gone. Strides are not
/// negative.
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
/// Without a dtype, the one of `value`. Throws where the dtype cannot hold it: 300 in uint8, NaN in int64.
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

// libtorch's order, in which the generator stands before the options.
template <std::same_as<Generator> G>
Tensor rand(IntArrayRef size, const G& generator, const TensorOptions& options = {}) {
  return rand(size, options, generator);
}
template <std::same_as<Generator> G>
Tensor randn(IntArrayRef size, const G& generator, const TensorOptions& options = {}) {
  return randn(size, options, generator);
}
template <std::same_as<Generator> G>
Tensor randint(std::int64_t high, IntArrayRef size, const G& generator, const TensorOptions& options = {}) {
  return randint(high, size, options, generator);
}
template <std::same_as<Generator> G>
Tensor randint(std::int64_t low, std::int64_t high, IntArrayRef size, const G& generator,
               const TensorOptions& options = {}) {
  return randint(low, high, size, options, generator);
}
template <std::same_as<Generator> G>
Tensor randperm(std::int64_t n, const G& generator, const TensorOptions& options = {}) {
  return randperm(n, options, generator);
}

// By keyword: `zeros({2, 3}, dtype = kFloat64, requires_grad = true)`, `randn({2}, generator = g)`.
namespace detail {

template <class... K>
TensorOptions tensor_options(K... k) {
  return kwargs::apply(TensorOptions(), k...);
}

/// What the keywords of a draw say.
class DrawOptions : public TensorOptions {
 public:
  DrawOptions& generator(std::optional<Generator> g) { return generator_ = std::move(g), *this; }
  const std::optional<Generator>& generator() const { return generator_; }

 private:
  std::optional<Generator> generator_;
};

/// What a keyword of this name said. Throws TypeError if there was none.
template <class V>
const V& given(const std::optional<V>& value, const char* name) {
  check<TypeError>(value.has_value(), "missing 1 required positional argument: '{}'", name);
  return *value;
}

/// What a sequence of numbers has: `arange(1, kw::end = 9, kw::step = 2)`, `linspace(0, 1, kw::steps = 5)`.
class SequenceOptions : public TensorOptions {
 public:
  SequenceOptions& start(Scalar s) { return start_ = s, *this; }
  SequenceOptions& end(Scalar e) { return end_ = e, *this; }
  SequenceOptions& step(Scalar s) { return step_ = s, *this; }
  SequenceOptions& steps(std::int64_t n) { return steps_ = n, *this; }
  SequenceOptions& base(double b) { return base_ = b, *this; }
  Scalar start() const { return start_.value_or(0); }
  Scalar end() const { return given(end_, "end"); }
  Scalar step() const { return step_; }
  std::int64_t steps() const { return given(steps_, "steps"); }
  double base() const { return base_; }
  /// A number without a name is the end, unless the end has its name.
  SequenceOptions& first(Scalar number) { return end_ ? start(number) : end(number); }

 private:
  std::optional<Scalar> start_, end_;
  Scalar step_ = 1;
  std::optional<std::int64_t> steps_;
  double base_ = 10;
};

/// What may have a name where there is a shape: `zeros(kw::size = {2, 3})`, `randint(0, 5, kw::size = {2})`.
class ShapedOptions : public DrawOptions {
 public:
  ShapedOptions& size(IntArrayRef s) { return size_ = Dims(s), *this; }
  ShapedOptions& size(const std::vector<int>& s) { return size(std::vector<std::int64_t>(s.begin(), s.end())); }
  ShapedOptions& fill_value(Scalar v) { return first_ = v, *this; }
  ShapedOptions& low(std::int64_t l) { return first_ = l, *this; }
  ShapedOptions& high(std::int64_t h) { return second_ = h, *this; }
  ShapedOptions& mean(double m) { return first_ = m, *this; }
  ShapedOptions& deviation(double d) { return second_ = d, *this; }
  const Dims& size() const { return given(size_, "size"); }
  Scalar fill_value() const { return given(first_, "fill_value"); }
  std::int64_t low() const { return first_.value_or(0).to<std::int64_t>(); }
  std::int64_t high() const { return given(second_, "high").to<std::int64_t>(); }
  double mean() const { return given(first_, "mean").to<double>(); }
  double deviation() const { return given(second_, "std").to<double>(); }

 private:
  std::optional<Dims> size_;
  std::optional<Scalar> first_, second_;
};

template <class... K>
ShapedOptions shaped_options(K... k) {
  return kwargs::apply(ShapedOptions(), std::move(k)...);
}

template <class... K>
DrawOptions draw_options(K... k) {
  return kwargs::apply(DrawOptions(), std::move(k)...);
}

}  // namespace detail

// One line a form: its name, and what stands before the keywords.
#define XGRAD_UNWRAP(...) __VA_ARGS__
#define XGRAD_MAKES(NAME, PARAMETERS, ...)                                       \
  template <class... K>                                                          \
  requires kwargs::Keywords<K...> Tensor NAME(XGRAD_UNWRAP PARAMETERS, K... k) { \
    return NAME(__VA_ARGS__, detail::tensor_options(k...));                      \
  }
#define XGRAD_DRAWS(NAME, PARAMETERS, ...)                                       \
  template <class... K>                                                          \
  requires kwargs::Keywords<K...> Tensor NAME(XGRAD_UNWRAP PARAMETERS, K... k) { \
    const detail::DrawOptions options = detail::draw_options(std::move(k)...);   \
    return NAME(__VA_ARGS__, options, options.generator());                      \
  }
XGRAD_MAKES(tensor, (const TensorData& data), data)
XGRAD_MAKES(from_blob, (void* data, IntArrayRef sizes), data, sizes)
XGRAD_MAKES(from_blob, (void* data, IntArrayRef sizes, IntArrayRef strides), data, sizes, strides)
XGRAD_MAKES(empty, (IntArrayRef size), size)
XGRAD_MAKES(zeros, (IntArrayRef size), size)
XGRAD_MAKES(ones, (IntArrayRef size), size)
XGRAD_MAKES(full, (IntArrayRef size, Scalar value), size, value)
XGRAD_MAKES(empty_like, (const Tensor& x), x)
XGRAD_MAKES(zeros_like, (const Tensor& x), x)
XGRAD_MAKES(ones_like, (const Tensor& x), x)
XGRAD_MAKES(full_like, (const Tensor& x, Scalar value), x, value)
XGRAD_MAKES(eye, (std::int64_t n), n)
XGRAD_MAKES(eye, (std::int64_t n, std::int64_t m), n, m)
XGRAD_MAKES(arange, (Scalar start, Scalar end, Scalar step), start, end, step)
XGRAD_MAKES(scalar_tensor, (Scalar value), value)
XGRAD_MAKES(linspace, (Scalar start, Scalar end, std::int64_t steps), start, end, steps)
XGRAD_MAKES(logspace, (Scalar start, Scalar end, std::int64_t steps, double base), start, end, steps, base)
XGRAD_MAKES(empty_strided, (IntArrayRef size, IntArrayRef stride), size, stride)
XGRAD_MAKES(rand_like, (const Tensor& x), x)
XGRAD_MAKES(randn_like, (const Tensor& x), x)
XGRAD_MAKES(randint_like, (const Tensor& x, std::int64_t high), x, high)
XGRAD_MAKES(randint_like, (const Tensor& x, std::int64_t low, std::int64_t high), x, low, high)
XGRAD_DRAWS(rand, (IntArrayRef size), size)
XGRAD_DRAWS(randn, (IntArrayRef size), size)
XGRAD_DRAWS(randint, (std::int64_t high, IntArrayRef size), high, size)
XGRAD_DRAWS(randint, (std::int64_t low, std::int64_t high, IntArrayRef size), low, high, size)
XGRAD_DRAWS(randperm, (std::int64_t n), n)
#undef XGRAD_MAKES
#undef XGRAD_DRAWS
#undef XGRAD_UNWRAP

template <class... K>
requires kwargs::Keywords<K...> Tensor normal(double mean, double std, IntArrayRef size, K... k) {
  const detail::DrawOptions options = detail::draw_options(std::move(k)...);
  return normal(mean, std, size, options.generator(), options);
}

#define XGRAD_DRAWS_NORMAL(MEAN, STD)                                                                       \
  inline Tensor normal(MEAN mean, STD std, kwargs::Argument<kwargs::key::generator, Generator> generator) { \
    return normal(mean, std, std::move(generator.value));                                                   \
  }
XGRAD_DRAWS_NORMAL(const Tensor&, double)
XGRAD_DRAWS_NORMAL(double, const Tensor&)
XGRAD_DRAWS_NORMAL(const Tensor&, const Tensor&)
#undef XGRAD_DRAWS_NORMAL

// Shapes by keyword, and without braces.
#define XGRAD_TAKES_SHAPE(NAME, CALL)                                                                           \
  template <class... K>                                                                                         \
  requires kwargs::Keywords<K...> Tensor NAME(K... k) {                                                         \
    const auto o = detail::shaped_options(std::move(k)...);                                                     \
    return CALL;                                                                                                \
  }                                                                                                             \
  template <class... A>                                                                                         \
  requires(detail::leading_integers<A...>() > 1) Tensor NAME(A... a) {                                          \
    return detail::with_sizes([](IntArrayRef size, const auto&... rest) { return NAME(size, rest...); }, a...); \
  }
XGRAD_TAKES_SHAPE(empty, empty(o.size(), o))
XGRAD_TAKES_SHAPE(zeros, zeros(o.size(), o))
XGRAD_TAKES_SHAPE(ones, ones(o.size(), o))
XGRAD_TAKES_SHAPE(rand, rand(o.size(), o, o.generator()))
XGRAD_TAKES_SHAPE(randn, randn(o.size(), o, o.generator()))
#undef XGRAD_TAKES_SHAPE
template <class... K>
requires kwargs::Keywords<K...> Tensor full(K... k) {
  const auto o = detail::shaped_options(std::move(k)...);
  return full(o.size(), o.fill_value(), o);
}
template <class... K>
requires kwargs::Keywords<K...> Tensor full(IntArrayRef size, K... k) {
  const auto o = detail::shaped_options(std::move(k)...);
  return full(size, o.fill_value(), o);
}
template <class... K>
requires kwargs::Keywords<K...> Tensor randint(K... k) {
  const auto o = detail::shaped_options(std::move(k)...);
  return randint(o.low(), o.high(), o.size(), o, o.generator());
}
// (Templates, so that `{4}` in `randint(9, {4})` is a size.)
template <std::integral I, class... K>
requires kwargs::Keywords<K...> Tensor randint(I high, K... k) { return randint(kw::high = high, std::move(k)...); }
template <std::integral I, std::integral J, class... K>
requires kwargs::Keywords<K...> Tensor randint(I low, J high, K... k) {
  return randint(kw::low = low, kw::high = high, std::move(k)...);
}
template <class... K>
requires kwargs::Keywords<K...> Tensor normal(K... k) {
  const auto o = detail::shaped_options(std::move(k)...);
  return normal(o.mean(), o.deviation(), o.size(), o.generator(), o);
}

template <class... K>
requires kwargs::Keywords<K...> Tensor arange(K... k) {
  const auto o = kwargs::apply(detail::SequenceOptions(), k...);
  return arange(o.start(), o.end(), o.step(), o);
}
template <class... K>
requires kwargs::Keywords<K...> Tensor arange(Scalar first, K... k) {
  auto o = kwargs::apply(detail::SequenceOptions(), k...);
  o.first(first);
  return arange(o.start(), o.end(), o.step(), o);
}
template <class... K>
requires kwargs::Keywords<K...> Tensor arange(Scalar start, Scalar end, K... k) {
  const auto o = kwargs::apply(detail::SequenceOptions(), k...);
  return arange(start, end, o.step(), o);
}
template <class... K>
requires kwargs::Keywords<K...> Tensor linspace(K... k) {
  const auto o = kwargs::apply(detail::SequenceOptions(), k...);
  return linspace(o.start(), o.end(), o.steps(), o);
}
template <class... K>
requires kwargs::Keywords<K...> Tensor linspace(Scalar start, Scalar end, K... k) {
  const auto o = kwargs::apply(detail::SequenceOptions(), k...);
  return linspace(start, end, o.steps(), o);
}
template <class... K>
requires kwargs::Keywords<K...> Tensor logspace(K... k) {
  const auto o = kwargs::apply(detail::SequenceOptions(), k...);
  return logspace(o.start(), o.end(), o.steps(), o.base(), o);
}
template <class... K>
requires kwargs::Keywords<K...> Tensor logspace(Scalar start, Scalar end, K... k) {
  const auto o = kwargs::apply(detail::SequenceOptions(), k...);
  return logspace(start, end, o.steps(), o.base(), o);
}
template <class... K>
requires kwargs::Keywords<K...> Tensor logspace(Scalar start, Scalar end, std::int64_t steps, K... k) {
  const auto o = kwargs::apply(detail::SequenceOptions(), k...);
  return logspace(start, end, steps, o.base(), o);
}

}  // namespace xgrad
