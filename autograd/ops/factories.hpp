/// Tensors like another one: `x.new_zeros({2, 3})` has x's dtype unless the options say another.
#pragma once

#include <xgrad/autograd/ops/method.hpp>

namespace xgrad {

class TensorData;
namespace detail {
template <class... K>
auto shaped_options(K... k);
}

template <class T>
struct FactoryMethods : Methods<T, FactoryMethods<T>> {
  using Methods<T, FactoryMethods>::as;
  T new_empty(IntArrayRef size, const TensorOptions& options = {}) const { return empty(size, own(as(this), options)); }
  T new_empty_strided(IntArrayRef size, IntArrayRef stride, const TensorOptions& options = {}) const {
    return empty_strided(size, stride, own(as(this), options));
  }
  T new_zeros(IntArrayRef size, const TensorOptions& options = {}) const { return zeros(size, own(as(this), options)); }
  T new_ones(IntArrayRef size, const TensorOptions& options = {}) const { return ones(size, own(as(this), options)); }
  T new_full(IntArrayRef size, Scalar value, const TensorOptions& options = {}) const {
    return full(size, value, own(as(this), options));
  }
  /// `x.new_tensor({{1, 2}, {3, 4}})`
  template <class Data = TensorData>
  T new_tensor(const Data& data, const TensorOptions& options = {}) const {
    return tensor(data, own(as(this), options));
  }

  // With keywords: `x.new_zeros({2}, dtype = kFloat64)`.
  template <class... K>
  requires kwargs::Keywords<K...> T new_empty(IntArrayRef size, K... k)
  const { return new_empty(size, said(k...)); }
  template <class... K>
  requires kwargs::Keywords<K...> T new_empty_strided(IntArrayRef size, IntArrayRef stride, K... k)
  const { return new_empty_strided(size, stride, said(k...)); }
  template <class... K>
  requires kwargs::Keywords<K...> T new_zeros(IntArrayRef size, K... k)
  const { return new_zeros(size, said(k...)); }
  template <class... K>
  requires kwargs::Keywords<K...> T new_ones(IntArrayRef size, K... k)
  const { return new_ones(size, said(k...)); }
  template <class... K>
  requires kwargs::Keywords<K...> T new_full(IntArrayRef size, Scalar value, K... k)
  const { return new_full(size, value, said(k...)); }
  template <class Data = TensorData, class... K>
  requires kwargs::Keywords<K...> T new_tensor(const Data& data, K... k)
  const { return new_tensor(data, said(k...)); }

  // With a name for the shape too: `x.new_full(kw::size = {2}, kw::fill_value = 7)`.
  template <class... K>
  requires kwargs::Keywords<K...> T new_empty(K... k)
  const {
    const auto o = detail::shaped_options(k...);
    return new_empty(o.size(), o);
  }
  template <class... K>
  requires kwargs::Keywords<K...> T new_zeros(K... k)
  const {
    const auto o = detail::shaped_options(k...);
    return new_zeros(o.size(), o);
  }
  template <class... K>
  requires kwargs::Keywords<K...> T new_ones(K... k)
  const {
    const auto o = detail::shaped_options(k...);
    return new_ones(o.size(), o);
  }
  template <class... K>
  requires kwargs::Keywords<K...> T new_full(K... k)
  const {
    const auto o = detail::shaped_options(k...);
    return new_full(o.size(), o.fill_value(), o);
  }
  template <class... K>
  requires kwargs::Keywords<K...> T new_full(IntArrayRef size, K... k)
  const {
    const auto o = detail::shaped_options(k...);
    return new_full(size, o.fill_value(), o);
  }

  // Without braces: `x.new_zeros(2, 3)`.
  template <class... A>
  requires(detail::leading_integers<A...>() > 1) T new_empty(A... a)
  const {
    return detail::with_sizes([this](IntArrayRef size, const auto&... r) { return this->new_empty(size, r...); }, a...);
  }
  template <class... A>
  requires(detail::leading_integers<A...>() > 1) T new_zeros(A... a)
  const {
    return detail::with_sizes([this](IntArrayRef size, const auto&... r) { return this->new_zeros(size, r...); }, a...);
  }
  template <class... A>
  requires(detail::leading_integers<A...>() > 1) T new_ones(A... a)
  const {
    return detail::with_sizes([this](IntArrayRef size, const auto&... r) { return this->new_ones(size, r...); }, a...);
  }

 private:
  template <class... K>
  static TensorOptions said(K... k) {
    return kwargs::apply(TensorOptions(), k...);
  }
  static TensorOptions own(const T& x, TensorOptions options) { return options.dtype(options.dtype_or(x.dtype())); }
};

}  // namespace xgrad
