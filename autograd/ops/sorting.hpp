/// Sorting, selecting by rank, distinct elements and counts.
///
/// NaN is larger than all numbers. Equal elements keep their order, and the first of them is chosen: every sort is
/// stable, whatever is asked for.
#pragma once

#include <xgrad/autograd/ops/method.hpp>

#include <string_view>
#include <tuple>

namespace xgrad {

/// The elements along `dim` in order, and where each was; g goes back there.
ValuesIndices sort(const Tensor& x, std::int64_t dim = -1, bool descending = false);
ValuesIndices sort(const Tensor& x, std::optional<bool> stable, std::int64_t dim, bool descending = false);
/// sort(x, dim, descending)[1]
Tensor argsort(const Tensor& x, std::int64_t dim = -1, bool descending = false);
Tensor argsort(const Tensor& x, bool stable, std::int64_t dim, bool descending = false);
/// sort(x, 0)[0]
Tensor msort(const Tensor& x);
/// The k largest (smallest) elements along `dim`, the most extreme first, and where they stand; g goes there.
ValuesIndices topk(const Tensor& x, std::int64_t k, std::int64_t dim = -1, bool largest = true, bool sorted = true);
/// The k-th smallest element along `dim`, counted from 1, and where it stands; g goes there.
ValuesIndices kthvalue(const Tensor& x, std::int64_t k, std::int64_t dim = -1, bool keepdim = false);

/// The lower median; NaN if there is one. g is shared equally between equals.
Tensor median(const Tensor& x);
/// The lower median along `dim` and where it stands; g goes there.
ValuesIndices median(const Tensor& x, std::int64_t dim, bool keepdim = false);
/// The same of what is not NaN.
Tensor nanmedian(const Tensor& x);
ValuesIndices nanmedian(const Tensor& x, std::int64_t dim, bool keepdim = false);
/// The most frequent value along `dim` (the smallest of several) and the last index where it stands; g goes there.
ValuesIndices mode(const Tensor& x, std::int64_t dim = -1, bool keepdim = false);
/// Between the order statistics around q·(n − 1): `interpolation` is "linear", "lower", "higher", "midpoint" or
/// "nearest". A vector of q adds a dimension in front. NaN if there is one; nanquantile leaves NaN out.
Tensor quantile(const Tensor& x, const Tensor& q, std::optional<std::int64_t> dim = std::nullopt, bool keepdim = false,
                std::string_view interpolation = "linear");
Tensor quantile(const Tensor& x, double q, std::optional<std::int64_t> dim = std::nullopt, bool keepdim = false,
                std::string_view interpolation = "linear");
Tensor nanquantile(const Tensor& x, const Tensor& q, std::optional<std::int64_t> dim = std::nullopt,
                   bool keepdim = false, std::string_view interpolation = "linear");
Tensor nanquantile(const Tensor& x, double q, std::optional<std::int64_t> dim = std::nullopt, bool keepdim = false,
                   std::string_view interpolation = "linear");

// Distinct elements, in ascending order whether `sorted` is asked for or not; which of them each element of x is; how
// often each stands there. The last two may be empty unless asked for. Every NaN is distinct. No derivatives.

Tensor unique(const Tensor& x, bool sorted = true);
std::tuple<Tensor, Tensor, Tensor> unique(const Tensor& x, bool sorted, bool return_inverse, bool return_counts = false,
                                          std::optional<std::int64_t> dim = std::nullopt);
/// libtorch's names of the two.
std::tuple<Tensor, Tensor, Tensor> _unique2(const Tensor& x, bool sorted = true, bool return_inverse = false,
                                            bool return_counts = false);
std::tuple<Tensor, Tensor, Tensor> unique_dim(const Tensor& x, std::int64_t dim, bool sorted = true,
                                              bool return_inverse = false, bool return_counts = false);
/// Without the repetitions of neighbours.
std::tuple<Tensor, Tensor, Tensor> unique_consecutive(const Tensor& x, bool return_inverse = false,
                                                      bool return_counts = false,
                                                      std::optional<std::int64_t> dim = std::nullopt);

/// How often each of 0, 1, … stands in a vector of integers that are not negative, or the sums of their weights.
Tensor bincount(const Tensor& x, const Tensor& weights, std::int64_t minlength = 0);
Tensor bincount(const Tensor& x);
/// How many elements lie in each of `bins` equal parts of [min, max], or of the elements' range if both are 0.
Tensor histc(const Tensor& x, std::int64_t bins = 100, Scalar min = 0, Scalar max = 0);

template <class T>
struct SortingMethods : Methods<T, SortingMethods<T>> {
  using Methods<T, SortingMethods>::as;
  using Dim = std::optional<std::int64_t>;
  auto sort(std::int64_t dim = -1, bool descending = false) const { return xgrad::sort(as(this), dim, descending); }
  auto sort(std::optional<bool> stable, std::int64_t dim, bool descending = false) const {
    return xgrad::sort(as(this), stable, dim, descending);
  }
  T argsort(std::int64_t dim = -1, bool descending = false) const { return xgrad::argsort(as(this), dim, descending); }
  T argsort(bool stable, std::int64_t dim, bool descending = false) const {
    return xgrad::argsort(as(this), stable, dim, descending);
  }
  T msort() const { return xgrad::msort(as(this)); }
  auto topk(std::int64_t k, std::int64_t dim = -1, bool largest = true, bool sorted = true) const {
    return xgrad::topk(as(this), k, dim, largest, sorted);
  }
  auto kthvalue(std::int64_t k, std::int64_t dim = -1, bool keepdim = false) const {
    return xgrad::kthvalue(as(this), k, dim, keepdim);
  }
  T median() const { return xgrad::median(as(this)); }
  auto median(std::int64_t dim, bool keepdim = false) const { return xgrad::median(as(this), dim, keepdim); }
  T nanmedian() const { return xgrad::nanmedian(as(this)); }
  auto nanmedian(std::int64_t dim, bool keepdim = false) const { return xgrad::nanmedian(as(this), dim, keepdim); }
  auto mode(std::int64_t dim = -1, bool keepdim = false) const { return xgrad::mode(as(this), dim, keepdim); }
  T quantile(const T& q, Dim dim = {}, bool keepdim = false, std::string_view interpolation = "linear") const {
    return xgrad::quantile(as(this), q, dim, keepdim, interpolation);
  }
  T quantile(double q, Dim dim = {}, bool keepdim = false, std::string_view interpolation = "linear") const {
    return xgrad::quantile(as(this), q, dim, keepdim, interpolation);
  }
  T nanquantile(const T& q, Dim dim = {}, bool keepdim = false, std::string_view interpolation = "linear") const {
    return xgrad::nanquantile(as(this), q, dim, keepdim, interpolation);
  }
  T nanquantile(double q, Dim dim = {}, bool keepdim = false, std::string_view interpolation = "linear") const {
    return xgrad::nanquantile(as(this), q, dim, keepdim, interpolation);
  }
  T unique(bool sorted = true) const { return xgrad::unique(as(this), sorted); }
  auto unique(bool sorted, bool return_inverse, bool return_counts = false, Dim dim = {}) const {
    return xgrad::unique(as(this), sorted, return_inverse, return_counts, dim);
  }
  auto unique_consecutive(bool return_inverse = false, bool return_counts = false, Dim dim = {}) const {
    return xgrad::unique_consecutive(as(this), return_inverse, return_counts, dim);
  }
  T bincount() const { return xgrad::bincount(as(this)); }
  T bincount(const T& weights, std::int64_t minlength = 0) const {
    return xgrad::bincount(as(this), weights, minlength);
  }
  T histc(std::int64_t bins = 100, Scalar min = 0, Scalar max = 0) const {
    return xgrad::histc(as(this), bins, min, max);
  }

  // By keyword: ops/keyword_forms.hpp.
  XGRAD_TAKES_KEYWORDS(median)
  XGRAD_TAKES_KEYWORDS(nanmedian)
  XGRAD_TAKES_KEYWORDS(mode)
  XGRAD_TAKES_KEYWORDS(quantile)
  XGRAD_TAKES_KEYWORDS(nanquantile)
  XGRAD_TAKES_KEYWORDS(topk)
  XGRAD_TAKES_KEYWORDS(kthvalue)
  XGRAD_TAKES_KEYWORDS(unique)
  XGRAD_TAKES_KEYWORDS(unique_consecutive)
  XGRAD_TAKES_KEYWORDS(sort)
  XGRAD_TAKES_KEYWORDS(argsort)
  XGRAD_TAKES_KEYWORDS(bincount)
  XGRAD_TAKES_KEYWORDS(histc)
};

}  // namespace xgrad
