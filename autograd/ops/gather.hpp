/// Reading and writing where a tensor of indices, or a mask, says.
///
/// An index is int64 (index_select and index_add take int32 too) and counts from 0; one that is out of range throws.
#pragma once

#include <xgrad/autograd/ops/method.hpp>

#include <string_view>

namespace xgrad {

/// y[i][j] = x[index[i][j]][j] for dim = 0, and so on: y has index's shape, which fits into x but for `dim`.
/// dx = zeros.scatter_add(dim, index, g), always dense: `sparse_grad` throws.
Tensor gather(const Tensor& x, std::int64_t dim, const Tensor& index, bool sparse_grad = false);
/// x with y[index[i][j]][j] = src[i][j] for dim = 0, and so on. Of several for one place, any may stay.
/// dx = g.scatter(dim, index, 0), dsrc = g.gather(dim, index)
Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& src);
Tensor& scatter_(Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& src);
/// The same with one number everywhere.                                dx = g.scatter(dim, index, 0)
Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index, Scalar value);
Tensor& scatter_(Tensor& x, std::int64_t dim, const Tensor& index, Scalar value);
/// The same, but that src is added to what is there, or multiplied: reduce is "add" or "multiply". No derivative, as in
/// PyTorch; scatter_reduce has one.
Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce);
Tensor& scatter_(Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce);
Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index, Scalar value, std::string_view reduce);
Tensor& scatter_(Tensor& x, std::int64_t dim, const Tensor& index, Scalar value, std::string_view reduce);
/// Every place of x becomes the "sum", "prod", "mean", "amax" or "amin" of itself, if `include_self`, and all of src
/// that index sends there; other places stay.
/// sum: dx = g, dsrc = g.gather(dim, index); mean: both divided by how many there are; amax, amin: shared among those
/// that are the extreme; prod: times the product of the others. Without include_self dx is 0 at the places.
Tensor scatter_reduce(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& src,
                      std::string_view reduce, bool include_self = true);
Tensor& scatter_reduce_(Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce,
                        bool include_self = true);
/// x with y[index[i][j]][j] += src[i][j] for dim = 0, and so on.     dx = g, dsrc = g.gather(dim, index)
Tensor scatter_add(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& src);
Tensor& scatter_add_(Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& src);
/// The rows of x along `dim` that the vector `index` names.           dx = zeros.index_add(dim, index, g)
Tensor index_select(const Tensor& x, std::int64_t dim, const Tensor& index);
/// x with alpha times source's k-th row along `dim` added to row index[k].
/// dx = g, dsource = alpha·g.index_select(dim, index)
Tensor index_add(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source, Scalar alpha = 1);
Tensor& index_add_(Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source, Scalar alpha = 1);
/// x with its row index[k] along `dim` replaced by source's k-th.
/// dx = g.index_fill(dim, index, 0), dsource = g.index_select(dim, index)
Tensor index_copy(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source);
Tensor& index_copy_(Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source);
/// x with `value` in the rows along `dim` that index names; it may count from the end. A tensor has no dimensions.
/// dx = g.index_fill(dim, index, 0), dvalue = g.index_select(dim, index).sum()
Tensor index_fill(const Tensor& x, std::int64_t dim, const Tensor& index, Scalar value);
Tensor index_fill(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& value);
Tensor& index_fill_(Tensor& x, std::int64_t dim, const Tensor& index, Scalar value);
Tensor& index_fill_(Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& value);
/// y = value where the bool mask holds, else x; out of place they broadcast. A tensor has no dimensions.
/// dx = g where it does not hold, dvalue = the sum of g where it does
Tensor masked_fill(const Tensor& x, const Tensor& mask, Scalar value);
Tensor masked_fill(const Tensor& x, const Tensor& mask, const Tensor& value);
Tensor& masked_fill_(Tensor& x, const Tensor& mask, Scalar value);
Tensor& masked_fill_(Tensor& x, const Tensor& mask, const Tensor& value);
/// x with source's elements, in order, where the bool mask holds; out of place they broadcast.
/// dx = g where it does not hold, dsource = g where it does, then zeros
Tensor masked_scatter(const Tensor& x, const Tensor& mask, const Tensor& source);
Tensor& masked_scatter_(Tensor& x, const Tensor& mask, const Tensor& source);
/// The elements of x, counted as if it were a vector, that int64 index names, in its shape. It may count from the end.
/// dx = zeros.put(index, g, accumulate)
Tensor take(const Tensor& x, const Tensor& index);
/// x with source's elements at those places, or added to them.
/// dx = g, 0 at the places unless accumulated; dsource = g.take(index)
Tensor put(const Tensor& x, const Tensor& index, const Tensor& source, bool accumulate = false);
Tensor& put_(Tensor& x, const Tensor& index, const Tensor& source, bool accumulate = false);
/// gather after x and indices were broadcast against each other, but for `dim`; without `dim`, of both as vectors.
Tensor take_along_dim(const Tensor& x, const Tensor& indices, std::optional<std::int64_t> dim = std::nullopt);

template <class T>
struct GatherMethods : Methods<T, GatherMethods<T>> {
  using Methods<T, GatherMethods>::as;
  using Methods<T, GatherMethods>::writable;
  using Int = std::int64_t;
  T gather(Int dim, const T& index, bool sparse_grad = false) const {
    return xgrad::gather(as(this), dim, index, sparse_grad);
  }
  T scatter(Int dim, const T& index, const T& src) const { return xgrad::scatter(as(this), dim, index, src); }
  T scatter(Int dim, const T& index, Scalar value) const { return xgrad::scatter(as(this), dim, index, value); }
  T scatter(Int dim, const T& index, const T& src, std::string_view reduce) const {
    return xgrad::scatter(as(this), dim, index, src, reduce);
  }
  T scatter(Int dim, const T& index, Scalar value, std::string_view reduce) const {
    return xgrad::scatter(as(this), dim, index, value, reduce);
  }
  T& scatter_(Int dim, const T& index, const T& src) const { return xgrad::scatter_(writable(this), dim, index, src); }
  T& scatter_(Int dim, const T& index, Scalar value) const {
    return xgrad::scatter_(writable(this), dim, index, value);
  }
  T& scatter_(Int dim, const T& index, const T& src, std::string_view reduce) const {
    return xgrad::scatter_(writable(this), dim, index, src, reduce);
  }
  T& scatter_(Int dim, const T& index, Scalar value, std::string_view reduce) const {
    return xgrad::scatter_(writable(this), dim, index, value, reduce);
  }
  T scatter_reduce(Int dim, const T& index, const T& src, std::string_view reduce, bool include_self = true) const {
    return xgrad::scatter_reduce(as(this), dim, index, src, reduce, include_self);
  }
  T& scatter_reduce_(Int dim, const T& index, const T& src, std::string_view reduce, bool include_self = true) const {
    return xgrad::scatter_reduce_(writable(this), dim, index, src, reduce, include_self);
  }
  T scatter_add(Int dim, const T& index, const T& src) const { return xgrad::scatter_add(as(this), dim, index, src); }
  T& scatter_add_(Int dim, const T& index, const T& src) const {
    return xgrad::scatter_add_(writable(this), dim, index, src);
  }
  T index_select(Int dim, const T& index) const { return xgrad::index_select(as(this), dim, index); }
  T index_add(Int dim, const T& index, const T& source, Scalar alpha = 1) const {
    return xgrad::index_add(as(this), dim, index, source, alpha);
  }
  T& index_add_(Int dim, const T& index, const T& source, Scalar alpha = 1) const {
    return xgrad::index_add_(writable(this), dim, index, source, alpha);
  }
  T index_copy(Int dim, const T& index, const T& source) const {
    return xgrad::index_copy(as(this), dim, index, source);
  }
  T& index_copy_(Int dim, const T& index, const T& source) const {
    return xgrad::index_copy_(writable(this), dim, index, source);
  }
  T index_fill(Int dim, const T& index, Scalar value) const { return xgrad::index_fill(as(this), dim, index, value); }
  T index_fill(Int dim, const T& index, const T& value) const { return xgrad::index_fill(as(this), dim, index, value); }
  T& index_fill_(Int dim, const T& index, Scalar value) const {
    return xgrad::index_fill_(writable(this), dim, index, value);
  }
  T& index_fill_(Int dim, const T& index, const T& value) const {
    return xgrad::index_fill_(writable(this), dim, index, value);
  }
  T masked_fill(const T& mask, Scalar value) const { return xgrad::masked_fill(as(this), mask, value); }
  T masked_fill(const T& mask, const T& value) const { return xgrad::masked_fill(as(this), mask, value); }
  T& masked_fill_(const T& mask, Scalar value) const { return xgrad::masked_fill_(writable(this), mask, value); }
  T& masked_fill_(const T& mask, const T& value) const { return xgrad::masked_fill_(writable(this), mask, value); }
  T masked_scatter(const T& mask, const T& source) const { return xgrad::masked_scatter(as(this), mask, source); }
  T& masked_scatter_(const T& mask, const T& source) const {
    return xgrad::masked_scatter_(writable(this), mask, source);
  }
  T take(const T& index) const { return xgrad::take(as(this), index); }
  T put(const T& index, const T& source, bool accumulate = false) const {
    return xgrad::put(as(this), index, source, accumulate);
  }
  T& put_(const T& index, const T& source, bool accumulate = false) const {
    return xgrad::put_(writable(this), index, source, accumulate);
  }
  T take_along_dim(const T& indices, std::optional<Int> dim = std::nullopt) const {
    return xgrad::take_along_dim(as(this), indices, dim);
  }

  // By keyword: ops/keyword_forms.hpp.
  XGRAD_TAKES_KEYWORDS(gather)
  XGRAD_TAKES_KEYWORDS(index_select)
  XGRAD_TAKES_KEYWORDS(index_add)
  XGRAD_TAKES_KEYWORDS(index_copy)
  XGRAD_TAKES_KEYWORDS(index_fill)
  XGRAD_TAKES_KEYWORDS(masked_fill)
  XGRAD_TAKES_KEYWORDS(masked_scatter)
  XGRAD_TAKES_KEYWORDS(scatter)
  XGRAD_TAKES_KEYWORDS(scatter_add)
  XGRAD_TAKES_KEYWORDS(scatter_reduce)
  XGRAD_TAKES_KEYWORDS(put)
  XGRAD_TAKES_KEYWORDS(take_along_dim)
  XGRAD_TAKES_KEYWORDS(take)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(index_add)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(index_copy)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(index_fill)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(masked_fill)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(scatter)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(scatter_add)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(scatter_reduce)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(put)
};

}  // namespace xgrad
