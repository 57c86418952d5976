/// Products, counts, norms and moments. `dim` names the dimensions that go (all of them when left out or empty);
/// `keepdim` leaves them with size 1.
#pragma once

#include <xgrad/autograd/ops/method.hpp>
#include <xgrad/autograd/ops/reductions.hpp>

#include <concepts>
#include <string_view>
#include <tuple>

namespace xgrad {

namespace ops {
Tensor named_norm(const Tensor& x, std::string_view p, IntArrayRef dim, bool keepdim);
}

/// y = Π x              dx = g·(the product of the others), exact where elements are 0. Integers and bool give int64.
Tensor prod(const Tensor& x, std::optional<ScalarType> dtype = std::nullopt);
Tensor prod(const Tensor& x, std::int64_t dim, bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt);

/// Σ x without NaN      dx = g, and 0 at NaN
Tensor nansum(const Tensor& x, IntArrayRef dim = {}, bool keepdim = false,
              std::optional<ScalarType> dtype = std::nullopt);
/// The mean of what is not NaN. Floating dtypes only.
Tensor nanmean(const Tensor& x, IntArrayRef dim = {}, bool keepdim = false,
               std::optional<ScalarType> dtype = std::nullopt);

// Variances: Σ (x − mean)² / (n − correction), where correction is 1 unless said otherwise and `unbiased` is whether it
// is 1 or 0. Floating dtypes only. A number is a correction and a bool is `unbiased`: `var(x, 0, true)`, `var(x, 0,
// 2)`.

/// y = Σ (x − m)²/(n − c)               dx = 2g·(x − m)/(n − c)
Tensor var(const Tensor& x, IntArrayRef dim, std::optional<std::int64_t> correction, bool keepdim = false);
/// y = √var                             dx = g/(2y)·dvar, 0 where y is 0
Tensor std(const Tensor& x, IntArrayRef dim, std::optional<std::int64_t> correction, bool keepdim = false);
/// The variance (standard deviation) and the mean.
std::tuple<Tensor, Tensor> var_mean(const Tensor& x, IntArrayRef dim, std::optional<std::int64_t> correction,
                                    bool keepdim = false);
std::tuple<Tensor, Tensor> std_mean(const Tensor& x, IntArrayRef dim, std::optional<std::int64_t> correction,
                                    bool keepdim = false);

// The other forms of each: (x), (x, unbiased), (x, dim), (x, dim, unbiased, keepdim). `unbiased` takes nothing but a
// bool, so that no number is mistaken for it.
#define XGRAD_VARIANCE(RESULT, NAME)                                                                    \
  RESULT NAME(const Tensor& x);                                                                         \
  RESULT NAME(const Tensor& x, IntArrayRef dim);                                                        \
  auto NAME(const Tensor& x, std::same_as<bool> auto unbiased) {                                        \
    return NAME(x, IntArrayRef(), std::make_optional<std::int64_t>(unbiased));                          \
  }                                                                                                     \
  auto NAME(const Tensor& x, IntArrayRef dim, std::same_as<bool> auto unbiased, bool keepdim = false) { \
    return NAME(x, dim, std::make_optional<std::int64_t>(unbiased), keepdim);                           \
  }                                                                                                     \
  static_assert(true)
using TwoTensors = std::tuple<Tensor, Tensor>;
XGRAD_VARIANCE(Tensor, var);
XGRAD_VARIANCE(Tensor, std);
XGRAD_VARIANCE(TwoTensors, var_mean);
XGRAD_VARIANCE(TwoTensors, std_mean);
#undef XGRAD_VARIANCE

/// The smallest and the largest element; g is shared equally between equals.
std::tuple<Tensor, Tensor> aminmax(const Tensor& x, std::optional<std::int64_t> dim = std::nullopt,
                                   bool keepdim = false);

/// y = (Σ |x|^p)^(1/p)  dx = g·sgn(x)·(|x|/y)^(p−1), 0 where y is 0. p = ±∞: the largest (smallest) |x|; p = 0: how
/// many are not 0. Floating dtypes only.
Tensor norm(const Tensor& x, Scalar p = 2);
Tensor norm(const Tensor& x, std::optional<Scalar> p, ScalarType dtype);
Tensor norm(const Tensor& x, std::optional<Scalar> p, IntArrayRef dim, bool keepdim = false);
Tensor norm(const Tensor& x, std::optional<Scalar> p, IntArrayRef dim, bool keepdim, ScalarType dtype);
/// "fro" is p = 2, over at most two dimensions where `dim` names any; "nuc" the sum of the singular values of matrices.
/// (A template, so that `norm(x, 0)` is a number's.)
auto norm(const Tensor& x, std::convertible_to<std::string_view> auto const& p, IntArrayRef dim = {},
          bool keepdim = false) {
  return ops::named_norm(x, p, dim, keepdim);
}

/// norm(x, "fro") and norm(x, "nuc") under their own names. `nuclear_norm` takes a matrix, or the two dimensions of
/// some.
Tensor frobenius_norm(const Tensor& x);
Tensor frobenius_norm(const Tensor& x, IntArrayRef dim, bool keepdim = false);
Tensor nuclear_norm(const Tensor& x, bool keepdim = false);
Tensor nuclear_norm(const Tensor& x, IntArrayRef dim, bool keepdim = false);

/// The norm of a − b.
Tensor dist(const Tensor& a, const Tensor& b, Scalar p = 2);

/// y = log Σ e^x        dx = g·e^(x − y)
Tensor logsumexp(const Tensor& x, IntArrayRef dim, bool keepdim = false);

/// How many elements are not 0. int64.
Tensor count_nonzero(const Tensor& x);
Tensor count_nonzero(const Tensor& x, std::int64_t dim);
Tensor count_nonzero(const Tensor& x, IntArrayRef dim);

template <class T>
struct StatisticMethods : Methods<T, StatisticMethods<T>> {
  using Methods<T, StatisticMethods>::as;
  using Type = std::optional<ScalarType>;
  T prod(Type dtype = std::nullopt) const { return xgrad::prod(as(this), dtype); }
  T prod(std::int64_t dim, bool keepdim = false, Type dtype = std::nullopt) const {
    return xgrad::prod(as(this), dim, keepdim, dtype);
  }
  T nansum(IntArrayRef dim = {}, bool keepdim = false, Type dtype = std::nullopt) const {
    return xgrad::nansum(as(this), dim, keepdim, dtype);
  }
  T nanmean(IntArrayRef dim = {}, bool keepdim = false, Type dtype = std::nullopt) const {
    return xgrad::nanmean(as(this), dim, keepdim, dtype);
  }

#define XGRAD_VARIANCE_METHODS(NAME)                                                               \
  auto NAME() const { return xgrad::NAME(as(this)); }                                              \
  auto NAME(std::same_as<bool> auto unbiased) const { return xgrad::NAME(as(this), unbiased); }    \
  auto NAME(IntArrayRef dim) const { return xgrad::NAME(as(this), dim); }                          \
  auto NAME(IntArrayRef dim, std::same_as<bool> auto unbiased, bool keepdim = false) const {       \
    return xgrad::NAME(as(this), dim, unbiased, keepdim);                                          \
  }                                                                                                \
  auto NAME(IntArrayRef dim, std::optional<std::int64_t> correction, bool keepdim = false) const { \
    return xgrad::NAME(as(this), dim, correction, keepdim);                                        \
  }
  XGRAD_VARIANCE_METHODS(var)
  XGRAD_VARIANCE_METHODS(std)
#undef XGRAD_VARIANCE_METHODS

  auto aminmax(std::optional<std::int64_t> dim = std::nullopt, bool keepdim = false) const {
    return xgrad::aminmax(as(this), dim, keepdim);
  }
  T norm(Scalar p = 2) const { return xgrad::norm(as(this), p); }
  T norm(std::optional<Scalar> p, ScalarType dtype) const { return xgrad::norm(as(this), p, dtype); }
  T norm(std::optional<Scalar> p, IntArrayRef dim, bool keepdim = false) const {
    return xgrad::norm(as(this), p, dim, keepdim);
  }
  T norm(std::optional<Scalar> p, IntArrayRef dim, bool keepdim, ScalarType dtype) const {
    return xgrad::norm(as(this), p, dim, keepdim, dtype);
  }
  T norm(std::convertible_to<std::string_view> auto const& p, IntArrayRef dim = {}, bool keepdim = false) const {
    return ops::named_norm(as(this), p, dim, keepdim);
  }
  T dist(const T& b, Scalar p = 2) const { return xgrad::dist(as(this), b, p); }
  T logsumexp(IntArrayRef dim, bool keepdim = false) const { return xgrad::logsumexp(as(this), dim, keepdim); }
  T count_nonzero() const { return xgrad::count_nonzero(as(this)); }
  T count_nonzero(std::int64_t dim) const { return xgrad::count_nonzero(as(this), dim); }
  T count_nonzero(IntArrayRef dim) const { return xgrad::count_nonzero(as(this), dim); }

  // By keyword: ops/keyword_forms.hpp.
  XGRAD_TAKES_KEYWORDS_AND_DIMS(nansum)
  XGRAD_TAKES_KEYWORDS_AND_DIMS(nanmean)
  XGRAD_TAKES_KEYWORDS(prod)
  XGRAD_TAKES_KEYWORDS(aminmax)
  XGRAD_TAKES_KEYWORDS(count_nonzero)
  XGRAD_TAKES_KEYWORDS_AND_DIMS(logsumexp)
  XGRAD_TAKES_KEYWORDS_AND_DIMS(var)
  XGRAD_TAKES_KEYWORDS_AND_DIMS(std)
  XGRAD_TAKES_KEYWORDS(norm)
  template <class P, class... A>
  requires(!kwargs::Keyworded<P> && kwargs::EndsInKeyword<A...>) T
      norm(const P& p, std::initializer_list<std::int64_t> dim, A&&... a)
  const { return by_keyword::call<by_keyword::norm_form>(as(this), p, IntArrayRef(dim), std::forward<A>(a)...); }
  XGRAD_TAKES_KEYWORDS(dist)
};

}  // namespace xgrad
