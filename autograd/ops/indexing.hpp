/// Indexing as Python writes it: `x.index({Slice(0, 2), None, 1, Ellipsis})` is `x[0:2, None, 1, ...]`.
#pragma once

#include <xgrad/autograd/ops/method.hpp>

#include <initializer_list>
#include <span>
#include <variant>

namespace xgrad {

namespace indexing {

struct NoneType {};
struct EllipsisType {};
/// As an index, a new dimension of size 1; inside Slice, an open end.
inline constexpr NoneType None{};
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

/// One entry of an index: an integer, a Slice, None, Ellipsis (or "..."), or a bool (a new dimension of size 1 or 0).
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

  template <class I>
  const I* get_if() const {
    return std::get_if<I>(&value_);
  }

 private:
  std::variant<std::int64_t, bool, Slice, NoneType, EllipsisType> value_;
};

}  // namespace indexing

using indexing::Ellipsis;
using indexing::None;
using indexing::Slice;
using indexing::TensorIndex;

/// The part of x that `indices` name, as a view. Throws IndexError for an index out of range or too many of them.
Tensor index(const Tensor& x, std::initializer_list<TensorIndex> indices);
Tensor index(const Tensor& x, std::span<const TensorIndex> indices);
/// Writes `value`, broadcast, into that part.
Tensor& index_put_(Tensor& x, std::initializer_list<TensorIndex> indices, const Tensor& value);
Tensor& index_put_(Tensor& x, std::initializer_list<TensorIndex> indices, Scalar value);

template <class T>
struct IndexingMethods : Methods<T, IndexingMethods<T>> {
  using Methods<T, IndexingMethods>::as;
  using Methods<T, IndexingMethods>::writable;
  T index(std::initializer_list<TensorIndex> indices) const { return xgrad::index(as(this), indices); }
  T index(std::span<const TensorIndex> indices) const { return xgrad::index(as(this), indices); }
  T& index_put_(std::initializer_list<TensorIndex> indices, const T& value) const {
    return xgrad::index_put_(writable(this), indices, value);
  }
  T& index_put_(std::initializer_list<TensorIndex> indices, Scalar value) const {
    return xgrad::index_put_(writable(this), indices, value);
  }
};

}  // namespace xgrad
