/// Reductions. `dim` names the dimensions that go (all of them when left out); `keepdim` leaves them with size 1.
#pragma once

#include <xgrad/autograd/ops/method.hpp>

namespace xgrad {

/// y = Σ x              dx = g, expanded. Integers and bool sum to int64; an empty sum is 0.
Tensor sum(const Tensor& x, std::optional<ScalarType> dtype = std::nullopt);
Tensor sum(const Tensor& x, IntArrayRef dim, bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt);
/// Sums over the dimensions that broadcasting to x's shape from `size` would have added or stretched.
Tensor sum_to_size(const Tensor& x, IntArrayRef size);

/// y = Σ x / n          dx = g/n, expanded. Floating dtypes only; an empty mean is NaN.
Tensor mean(const Tensor& x, std::optional<ScalarType> dtype = std::nullopt);
Tensor mean(const Tensor& x, IntArrayRef dim, bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt);

/// The largest element; g goes to it, shared equally between equals. NaN wins. Empty input throws.
Tensor max(const Tensor& x);
Tensor min(const Tensor& x);
/// The largest (smallest) element along `dim` and the first index where it stands; g goes to that index.
ValuesIndices max(const Tensor& x, std::int64_t dim, bool keepdim = false);
ValuesIndices min(const Tensor& x, std::int64_t dim, bool keepdim = false);
Tensor max(const Tensor& a, const Tensor& b);  ///< maximum(a, b)
Tensor min(const Tensor& a, const Tensor& b);  ///< minimum(a, b)

/// The largest (smallest) element over `dim`; g is shared equally between equals.
Tensor amax(const Tensor& x, IntArrayRef dim = {}, bool keepdim = false);
Tensor amin(const Tensor& x, IntArrayRef dim = {}, bool keepdim = false);

/// The first index of the largest (smallest) element, into the flattened tensor or along `dim`. int64.
Tensor argmax(const Tensor& x, std::optional<std::int64_t> dim = std::nullopt, bool keepdim = false);
Tensor argmin(const Tensor& x, std::optional<std::int64_t> dim = std::nullopt, bool keepdim = false);

/// Whether every (any) element is not zero; bool, as uint8 for uint8 input.
Tensor all(const Tensor& x);
Tensor all(const Tensor& x, std::int64_t dim, bool keepdim = false);
Tensor any(const Tensor& x);
Tensor any(const Tensor& x, std::int64_t dim, bool keepdim = false);

template <class T>
struct ReductionMethods : Methods<T, ReductionMethods<T>> {
  using Methods<T, ReductionMethods>::as;
  T sum(std::optional<ScalarType> dtype = std::nullopt) const { return xgrad::sum(as(this), dtype); }
  T sum(IntArrayRef dim, bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt) const {
    return xgrad::sum(as(this), dim, keepdim, dtype);
  }
  XGRAD_TAKES_INTS(sum_to_size)
  T sum_to_size(IntArrayRef size) const { return xgrad::sum_to_size(as(this), size); }
  T mean(std::optional<ScalarType> dtype = std::nullopt) const { return xgrad::mean(as(this), dtype); }
  T mean(IntArrayRef dim, bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt) const {
    return xgrad::mean(as(this), dim, keepdim, dtype);
  }
  T max() const { return xgrad::max(as(this)); }
  T min() const { return xgrad::min(as(this)); }
  auto max(std::int64_t dim, bool keepdim = false) const { return xgrad::max(as(this), dim, keepdim); }
  auto min(std::int64_t dim, bool keepdim = false) const { return xgrad::min(as(this), dim, keepdim); }
  T max(const T& other) const { return xgrad::max(as(this), other); }
  T min(const T& other) const { return xgrad::min(as(this), other); }
  T amax(IntArrayRef dim = {}, bool keepdim = false) const { return xgrad::amax(as(this), dim, keepdim); }
  T amin(IntArrayRef dim = {}, bool keepdim = false) const { return xgrad::amin(as(this), dim, keepdim); }
  T argmax(std::optional<std::int64_t> dim = std::nullopt, bool keepdim = false) const {
    return xgrad::argmax(as(this), dim, keepdim);
  }
  T argmin(std::optional<std::int64_t> dim = std::nullopt, bool keepdim = false) const {
    return xgrad::argmin(as(this), dim, keepdim);
  }
  T all() const { return xgrad::all(as(this)); }
  T all(std::int64_t dim, bool keepdim = false) const { return xgrad::all(as(this), dim, keepdim); }
  T any() const { return xgrad::any(as(this)); }
  T any(std::int64_t dim, bool keepdim = false) const { return xgrad::any(as(this), dim, keepdim); }

  // By keyword: ops/keyword_forms.hpp.
  XGRAD_TAKES_KEYWORDS_AND_DIMS(sum)
  XGRAD_TAKES_KEYWORDS_AND_DIMS(mean)
  XGRAD_TAKES_KEYWORDS_AND_DIMS(amax)
  XGRAD_TAKES_KEYWORDS_AND_DIMS(amin)
  XGRAD_TAKES_KEYWORDS(max)
  XGRAD_TAKES_KEYWORDS(min)
  XGRAD_TAKES_KEYWORDS(argmax)
  XGRAD_TAKES_KEYWORDS(argmin)
  XGRAD_TAKES_KEYWORDS(all)
  XGRAD_TAKES_KEYWORDS(any)
  XGRAD_TAKES_KEYWORDS(sum_to_size)
};

}  // namespace xgrad
