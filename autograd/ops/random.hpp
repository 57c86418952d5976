/// Draws from PyTorch's random streams: after the same `manual_seed`, the same bits.
#pragma once

#include <xgrad/autograd/array/generator.hpp>
#include <xgrad/autograd/ops/method.hpp>

namespace xgrad {

/// Uniform on [from, to). Floating dtypes.
Tensor& uniform_(Tensor& x, double from = 0, double to = 1, std::optional<Generator> generator = std::nullopt);
/// Normal with this mean and standard deviation. Floating dtypes.
Tensor& normal_(Tensor& x, double mean = 0, double std = 1, std::optional<Generator> generator = std::nullopt);
/// Uniform integers on [from, to), from 0 without `from`, or over the dtype's whole range (floats: the integers they
/// hold exactly).
Tensor& random_(Tensor& x, std::optional<Generator> generator = std::nullopt);
Tensor& random_(Tensor& x, std::int64_t to, std::optional<Generator> generator = std::nullopt);
Tensor& random_(Tensor& x, std::int64_t from, std::int64_t to, std::optional<Generator> generator = std::nullopt);
/// 1 with probability p, else 0. Every dtype.
Tensor& bernoulli_(Tensor& x, double p = 0.5, std::optional<Generator> generator = std::nullopt);
Tensor& bernoulli_(Tensor& x, const Tensor& p, std::optional<Generator> generator = std::nullopt);
/// Density lambda·e^(−lambda·x). Floating dtypes.
Tensor& exponential_(Tensor& x, double lambda = 1, std::optional<Generator> generator = std::nullopt);
/// 1 with the probability that stands in p, else 0.
Tensor bernoulli(const Tensor& p, std::optional<Generator> generator = std::nullopt);
/// The same with a probability for all, or one for each element, of x's shape and dtype.
Tensor bernoulli(const Tensor& x, double p, std::optional<Generator> generator = std::nullopt);
Tensor bernoulli(const Tensor& x, const Tensor& p, std::optional<Generator> generator = std::nullopt);
/// Indices drawn with probabilities proportional to the elements of a vector, or of each row of a matrix. int64.
Tensor multinomial(const Tensor& weights, std::int64_t num_samples, bool replacement = false,
                   std::optional<Generator> generator = std::nullopt);

template <class T>
struct RandomMethods : Methods<T, RandomMethods<T>> {
  using Methods<T, RandomMethods>::as;
  using Methods<T, RandomMethods>::writable;
  T& uniform_(double from = 0, double to = 1, std::optional<Generator> generator = std::nullopt) const {
    return xgrad::uniform_(writable(this), from, to, std::move(generator));
  }
  T& normal_(double mean = 0, double std = 1, std::optional<Generator> generator = std::nullopt) const {
    return xgrad::normal_(writable(this), mean, std, std::move(generator));
  }
  T& random_(std::optional<Generator> generator = std::nullopt) const {
    return xgrad::random_(writable(this), std::move(generator));
  }
  T& random_(std::int64_t to, std::optional<Generator> generator = std::nullopt) const {
    return xgrad::random_(writable(this), to, std::move(generator));
  }
  T& random_(std::int64_t from, std::int64_t to, std::optional<Generator> generator = std::nullopt) const {
    return xgrad::random_(writable(this), from, to, std::move(generator));
  }
  T& bernoulli_(double p = 0.5, std::optional<Generator> generator = std::nullopt) const {
    return xgrad::bernoulli_(writable(this), p, std::move(generator));
  }
  T& bernoulli_(const T& p, std::optional<Generator> generator = std::nullopt) const {
    return xgrad::bernoulli_(writable(this), p, std::move(generator));
  }
  T bernoulli(std::optional<Generator> generator = std::nullopt) const {
    return xgrad::bernoulli(as(this), std::move(generator));
  }
  T bernoulli(double p, std::optional<Generator> generator = std::nullopt) const {
    return xgrad::bernoulli(as(this), p, std::move(generator));
  }
  T bernoulli(const T& p, std::optional<Generator> generator = std::nullopt) const {
    return xgrad::bernoulli(as(this), p, std::move(generator));
  }
  T multinomial(std::int64_t num_samples, bool replacement = false,
                std::optional<Generator> generator = std::nullopt) const {
    return xgrad::multinomial(as(this), num_samples, replacement, std::move(generator));
  }
  T& exponential_(double lambda = 1, std::optional<Generator> generator = std::nullopt) const {
    return xgrad::exponential_(writable(this), lambda, std::move(generator));
  }

  // By keyword: ops/keyword_forms.hpp.
  XGRAD_TAKES_KEYWORDS(multinomial)
  XGRAD_TAKES_KEYWORDS(bernoulli)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(bernoulli)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(exponential)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(normal)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(random)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(uniform)
};

}  // namespace xgrad
