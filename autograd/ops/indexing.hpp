/// Indexing as Python writes it: `x.index({Slice(0, 2), None, 1, Ellipsis})` is `x[0:2, None, 1, ...]`, and so is
/// `x[{Slice(0, 2), None, 1, Ellipsis}]`; `x[mask] = 0` and `x.index_put_({mask}, 0)` write.
#pragma once

#include <xgrad/autograd/graph/tensor_impl.hpp>
#include <xgrad/autograd/none.hpp>
#include <xgrad/autograd/ops/method.hpp>

#include <initializer_list>
#include <span>
#include <variant>

namespace xgrad {

namespace indexing {

struct EllipsisType {};
/// Stands for as many whole dimensions as are not indexed otherwise.
inline constexpr EllipsisType Ellipsis{};

/// start:stop:step, with `None` for an open end. Steps are positive, as in PyTorch.
class Slice {
 public:
  /// One of the three parts.
  struct Part {
    Part(NoneType) {}
    Part(std::int64_t v) : value(v) {}
    Part(int v) : value(v) {}
    std::optional<std::int64_t> value;
  };
  Slice(Part start = None, Part stop = None, Part step = None)
      : start_(start.value), stop_(stop.value), step_(step.value.value_or(1)) {}
  std::optional<std::int64_t> start() const { return start_; }
  std::optional<std::int64_t> stop() const { return stop_; }
  std::int64_t step() const { return step_; }

 private:
  std::optional<std::int64_t> start_, stop_;
  std::int64_t step_;
};

/// One entry of an index: an integer, a Slice, None, Ellipsis (or "..."), a bool (a new dimension of size 1 or 0), an
/// int64 tensor of places along a dimension, or a bool tensor that says of as many dimensions as it has which to take.
class TensorIndex {
 public:
  template <class I>
  requires(std::is_integral_v<I> && !std::is_same_v<I, bool>) TensorIndex(I index)
      : value_(static_cast<std::int64_t>(index)) {}
  TensorIndex(bool keep) : value_(keep) {}
  TensorIndex(Slice slice) : value_(slice) {}
  TensorIndex(NoneType none) : value_(none) {}
  TensorIndex(EllipsisType ellipsis) : value_(ellipsis) {}
  TensorIndex(const char* dots);
  /// An undefined tensor stands for the whole dimension.
  TensorIndex(const Tensor& tensor);

  template <class I>
  const I* get_if() const {
    return std::get_if<I>(&value_);
  }
  bool is_tensor() const { return std::holds_alternative<Intrusive<TensorImpl>>(value_); }
  /// The tensor; undefined when it is something else.
  Tensor tensor() const;

 private:
  std::variant<std::int64_t, bool, Slice, NoneType, EllipsisType, Intrusive<TensorImpl>> value_;
};

}  // namespace indexing

using indexing::Ellipsis;
using indexing::Slice;
using indexing::TensorIndex;

/// The part of x that `indices` name: a view, or a copy if a bool or a tensor is among them. Tensors broadcast, and
/// their common shape stands where they do, if side by side, else first. Throws IndexError for an index out of range or
/// too many of them.      dx = zeros.index_put(indices, g, accumulate)
Tensor index(const Tensor& x, std::initializer_list<TensorIndex> indices);
Tensor index(const Tensor& x, std::span<const TensorIndex> indices);
/// Writes `value`, broadcast, into that part; adds it if `accumulate`.     dx = g, 0 there unless accumulated;
/// dvalue = g.index(indices)
Tensor index_put(const Tensor& x, std::span<const TensorIndex> indices, const Tensor& value, bool accumulate = false);
Tensor index_put(const Tensor& x, std::initializer_list<TensorIndex> indices, const Tensor& value,
                 bool accumulate = false);
Tensor& index_put_(Tensor& x, std::span<const TensorIndex> indices, const Tensor& value, bool accumulate = false);
Tensor& index_put_(Tensor& x, std::initializer_list<TensorIndex> indices, const Tensor& value, bool accumulate = false);
Tensor& index_put_(Tensor& x, std::span<const TensorIndex> indices, Scalar value, bool accumulate = false);
Tensor& index_put_(Tensor& x, std::initializer_list<TensorIndex> indices, Scalar value, bool accumulate = false);
/// Where x is not zero: a row of coordinates for each such element, in order, [n, x.dim()] in int64.
Tensor nonzero(const Tensor& x);
Tensor argwhere(const Tensor& x);
/// The same as one vector for each dimension: an index that takes just these elements. `where(x)` is the same,
/// and `nonzero(x, as_tuple = true)`.
std::vector<Tensor> nonzero_numpy(const Tensor& x);
std::vector<Tensor> where(const Tensor& condition);
/// x's elements where the bool mask holds, as a vector; they broadcast.    dx = zeros.masked_scatter(mask, g)
Tensor masked_select(const Tensor& x, const Tensor& mask);

template <class T>
struct IndexingMethods : Methods<T, IndexingMethods<T>> {
  using Methods<T, IndexingMethods>::as;
  using Methods<T, IndexingMethods>::writable;
  T index(std::initializer_list<TensorIndex> indices) const { return xgrad::index(as(this), indices); }
  T index(std::span<const TensorIndex> indices) const { return xgrad::index(as(this), indices); }
  T index_put(std::initializer_list<TensorIndex> indices, const T& value, bool accumulate = false) const {
    return xgrad::index_put(as(this), indices, value, accumulate);
  }
  T& index_put_(std::initializer_list<TensorIndex> indices, const T& value, bool accumulate = false) const {
    return xgrad::index_put_(writable(this), indices, value, accumulate);
  }
  T& index_put_(std::initializer_list<TensorIndex> indices, Scalar value, bool accumulate = false) const {
    return xgrad::index_put_(writable(this), indices, value, accumulate);
  }
  T& index_put_(std::span<const TensorIndex> indices, const T& value, bool accumulate = false) const {
    return xgrad::index_put_(writable(this), indices, value, accumulate);
  }
  T& index_put_(std::span<const TensorIndex> indices, Scalar value, bool accumulate = false) const {
    return xgrad::index_put_(writable(this), indices, value, accumulate);
  }
  /// `x.index_put_({rows}, y, kw::accumulate = true)`
  template <class... A>
  requires kwargs::EndsInKeyword<A...> T index_put(std::initializer_list<TensorIndex> indices, A&&... a)
  const { return by_keyword::call<by_keyword::index_put_form>(as(this), indices, std::forward<A>(a)...); }
  template <class... A>
  requires kwargs::EndsInKeyword<A...> T& index_put_(std::initializer_list<TensorIndex> indices, A&&... a) const {
    return by_keyword::call<by_keyword::index_put_in_place>(writable(this), indices, std::forward<A>(a)...);
  }
  T nonzero() const { return xgrad::nonzero(as(this)); }
  T argwhere() const { return xgrad::argwhere(as(this)); }
  std::vector<T> nonzero_numpy() const { return xgrad::nonzero_numpy(as(this)); }
  T masked_select(const T& mask) const { return xgrad::masked_select(as(this), mask); }
  XGRAD_TAKES_KEYWORDS(nonzero)
  XGRAD_TAKES_KEYWORDS(masked_select)
};

}  // namespace xgrad
