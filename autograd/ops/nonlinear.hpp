/// Activations and softmax.
#pragma once

#include <xgrad/autograd/ops/method.hpp>

namespace xgrad {

// relu, sigmoid and tanh take x by value: one that was a temporary or moved from, and that nobody else holds, gives its
// memory to the result, as in `relu(layer(x))`.

/// y = max(0, x)                     dx = g unless y ≤ 0. NaN stays NaN.
Tensor relu(Tensor x);
Tensor& relu_(Tensor& x);

/// y ≤ 0 ? 0 : g: relu's derivative as one pass, itself differentiable.
Tensor relu_backward(const Tensor& g, const Tensor& y);

/// y = 1 / (1 + e^−x)                dx = g·y·(1 − y)
Tensor sigmoid(Tensor x);
Tensor& sigmoid_(Tensor& x);
/// g·y·(1 − y): sigmoid's derivative as one pass, itself differentiable.
Tensor sigmoid_backward(const Tensor& g, const Tensor& y);

/// y = tanh x                        dx = g·(1 − y²)
Tensor tanh(Tensor x);
Tensor& tanh_(Tensor& x);
/// g·(1 − y²)
Tensor tanh_backward(const Tensor& g, const Tensor& y);

/// y_i = e^(x_i) / Σ_j e^(x_j) along `dim`      dx = y·(g − Σ g·y)
Tensor softmax(const Tensor& x, std::int64_t dim, std::optional<ScalarType> dtype = std::nullopt);
/// y·(g − Σ g·y)
Tensor softmax_backward(const Tensor& g, const Tensor& y, std::int64_t dim);

/// y_i = x_i − ln Σ_j e^(x_j) along `dim`       dx = g − e^y·Σ g
Tensor log_softmax(const Tensor& x, std::int64_t dim, std::optional<ScalarType> dtype = std::nullopt);
/// g − e^y·Σ g
Tensor log_softmax_backward(const Tensor& g, const Tensor& y, std::int64_t dim);

template <class T>
struct NonlinearMethods : Methods<T, NonlinearMethods<T>> {
  using Methods<T, NonlinearMethods>::as;
  using Methods<T, NonlinearMethods>::writable;
  T relu() const { return xgrad::relu(as(this)); }
  T& relu_() const { return xgrad::relu_(writable(this)); }
  T sigmoid() const { return xgrad::sigmoid(as(this)); }
  T& sigmoid_() const { return xgrad::sigmoid_(writable(this)); }
  T tanh() const { return xgrad::tanh(as(this)); }
  T& tanh_() const { return xgrad::tanh_(writable(this)); }
  T softmax(std::int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const {
    return xgrad::softmax(as(this), dim, dtype);
  }
  T log_softmax(std::int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const {
    return xgrad::log_softmax(as(this), dim, dtype);
  }

  // By keyword: ops/keyword_forms.hpp.
  XGRAD_TAKES_KEYWORDS(softmax)
  XGRAD_TAKES_KEYWORDS(log_softmax)
};

}  // namespace xgrad
