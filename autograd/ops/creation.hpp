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
  SequenceOptions& first(Scalar number) { return first_ = number, *this; }
  SequenceOptions& start(Scalar s) { return start_ = s, *this; }
  SequenceOptions& end(Scalar e) { return end_ = e, *this; }
  SequenceOptions& step(Scalar s) { return step_ = s, *this; }
  SequenceOptions& steps(std::int64_t n) { return steps_ = n, *this; }
  SequenceOptions& base(double b) { return base_ = b, *this; }
  Scalar start() const { return start_ ? *start_ : end_ ? first_.value_or(0) : Scalar(0); }
  Scalar end() const { return given(end_ ? end_ : first_, "end"); }
  Scalar step() const { return step_; }
  std::int64_t steps() const { return given(steps_, "steps"); }
  double base() const { return base_; }

 protected:
  std::optional<Scalar> first_, start_, end_;

 private:
  Scalar step_ = 1;
  std::optional<std::int64_t> steps_;
  double base_ = 10;
};
/// The first number without a name is the end, unless there is another end.
struct RangeOptions : SequenceOptions {
  using Positional = kwargs::Order<kwargs::key::first, kwargs::key::end, kwargs::key::step>;
};
struct SpaceOptions : SequenceOptions {
  using Positional = kwargs::Order<kwargs::key::start, kwargs::key::end, kwargs::key::steps, kwargs::key::base>;
  Scalar first_of_all() const { return given(start_, "start"); }
};

/// What may have a name where there is a shape: `zeros(kw::size = {2, 3})`, `full_like(x, kw::fill_value = 7)`.
class ShapedOptions : public DrawOptions {
 public:
  ShapedOptions& size(IntArrayRef s) { return size_ = Dims(s), *this; }
  ShapedOptions& size(const std::vector<int>& s) { return size(std::vector<std::int64_t>(s.begin(), s.end())); }
  ShapedOptions& fill_value(Scalar v) { return value_ = v, *this; }
  const Dims& size() const { return given(size_, "size"); }
  Scalar fill_value() const { return given(value_, "fill_value"); }

 protected:
  std::optional<Dims> size_;

 private:
  std::optional<Scalar> value_;
};
/// `randint(0, kw::high = 5, kw::size = {2})`: here too one number is the end.
class IntegerOptions : public ShapedOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::first, kwargs::key::high, kwargs::key::size>;
  IntegerOptions& first(std::int64_t number) { return first_ = number, *this; }
  IntegerOptions& low(std::int64_t l) { return low_ = l, *this; }
  IntegerOptions& high(std::int64_t h) { return high_ = h, *this; }
  std::int64_t low() const { return low_ ? *low_ : high_ ? first_.value_or(0) : 0; }
  std::int64_t high() const { return given(high_ ? high_ : first_, "high"); }

 private:
  std::optional<std::int64_t> first_, low_, high_;
};
/// `eye(3, kw::m = 4)`
class EyeOptions : public TensorOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::n, kwargs::key::m>;
  EyeOptions& n(std::int64_t rows) { return n_ = rows, *this; }
  EyeOptions& m(std::int64_t columns) { return m_ = columns, *this; }
  std::int64_t n() const { return given(n_, "n"); }
  std::int64_t m() const { return m_.value_or(n()); }

 private:
  std::optional<std::int64_t> n_, m_;
};
/// Of normal(): numbers with a size, or tensors.
class NormalOptions : public ShapedOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::mean, kwargs::key::deviation, kwargs::key::size>;
  NormalOptions& mean(double m) { return mean_ = m, *this; }
  NormalOptions& mean(const Tensor& m) { return means_ = m, *this; }
  NormalOptions& deviation(double d) { return deviation_ = d, *this; }
  NormalOptions& deviation(const Tensor& d) { return deviations_ = d, *this; }
  Tensor draw() const {
    if (size_) return normal(given(mean_, "mean"), given(deviation_, "std"), *size_, generator(), *this);
    if (means_.defined() && deviations_.defined()) return normal(means_, deviations_, generator());
    if (means_.defined()) return normal(means_, deviation_.value_or(1), generator());
    if (deviations_.defined()) return normal(mean_.value_or(0), deviations_, generator());
    return given(std::optional<Tensor>(), "size");
  }

 private:
  std::optional<double> mean_, deviation_;
  Tensor means_, deviations_;
};

template <class... K>
auto shaped_options(K... k) {
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
XGRAD_MAKES(scalar_tensor, (Scalar value), value)
XGRAD_MAKES(empty_strided, (IntArrayRef size, IntArrayRef stride), size, stride)
XGRAD_MAKES(rand_like, (const Tensor& x), x)
XGRAD_MAKES(randn_like, (const Tensor& x), x)
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
requires kwargs::Keywords<K...> Tensor full_like(const Tensor& x, K... k) {
  const auto o = detail::shaped_options(std::move(k)...);
  return full_like(x, o.fill_value(), o);
}
template <class... A>
requires kwargs::EndsInKeyword<A...> Tensor randint_like(const Tensor& x, A... a) {
  const auto o = kwargs::apply(detail::IntegerOptions(), std::move(a)...);
  return randint_like(x, o.low(), o.high(), o);
}

// Numbers, or tensors of them, some or all of which have a name.
namespace detail {
template <class... A>
concept NumbersAndKeywords = kwargs::EndsInKeyword<A...> &&
    ((kwargs::Keyworded<A> || std::convertible_to<A, Scalar> || std::derived_from<A, Tensor>)&&...);
}  // namespace detail
#define XGRAD_TAKES_NUMBERS(NAME, OPTIONS, CALL)                      \
  template <class... A>                                               \
  requires detail::NumbersAndKeywords<A...> Tensor NAME(A... a) {     \
    const auto o = kwargs::apply(detail::OPTIONS(), std::move(a)...); \
    return CALL;                                                      \
  }
XGRAD_TAKES_NUMBERS(arange, RangeOptions, arange(o.start(), o.end(), o.step(), o))
XGRAD_TAKES_NUMBERS(linspace, SpaceOptions, linspace(o.first_of_all(), o.end(), o.steps(), o))
XGRAD_TAKES_NUMBERS(logspace, SpaceOptions, logspace(o.first_of_all(), o.end(), o.steps(), o.base(), o))
XGRAD_TAKES_NUMBERS(eye, EyeOptions, eye(o.n(), o.m(), o))
XGRAD_TAKES_NUMBERS(randint, IntegerOptions, randint(o.low(), o.high(), o.size(), o, o.generator()))
XGRAD_TAKES_NUMBERS(normal, NormalOptions, o.draw())
#undef XGRAD_TAKES_NUMBERS

}  // namespace xgrad
