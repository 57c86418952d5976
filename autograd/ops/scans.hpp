/// Running results along a dimension, and differences.
#pragma once

#include <xgrad/autograd/ops/method.hpp>

namespace xgrad {

/// y[k] = x[0] + … + x[k]               dx = the sums of g from the end. Integers and bool give int64.
Tensor cumsum(const Tensor& x, std::int64_t dim, std::optional<ScalarType> dtype = std::nullopt);
Tensor& cumsum_(Tensor& x, std::int64_t dim, std::optional<ScalarType> dtype = std::nullopt);
/// y[k] = x[0] · … · x[k]               dx[k] = y[k−1]·(g[k] + x[k+1]·(g[k+1] + …)), exact where elements are 0
Tensor cumprod(const Tensor& x, std::int64_t dim, std::optional<ScalarType> dtype = std::nullopt);
Tensor& cumprod_(Tensor& x, std::int64_t dim, std::optional<ScalarType> dtype = std::nullopt);
/// The largest (smallest) so far and the last index where it stands; g goes there. NaN wins.
ValuesIndices cummax(const Tensor& x, std::int64_t dim);
ValuesIndices cummin(const Tensor& x, std::int64_t dim);
/// y[k] = log(e^x[0] + … + e^x[k])      dx[k] = Σ g[j]·e^(x[k] − y[j]) over j ≥ k. Floating dtypes only.
Tensor logcumsumexp(const Tensor& x, std::int64_t dim);
/// x[k+1] − x[k] along `dim`, n times; of bools, whether they differ. `prepend` and `append` are joined to x first.
Tensor diff(const Tensor& x, std::int64_t n = 1, std::int64_t dim = -1);
Tensor diff(const Tensor& x, std::int64_t n, std::int64_t dim, const Tensor& prepend,
            const Tensor& append = absent_tensor());

template <class T>
struct ScanMethods : Methods<T, ScanMethods<T>> {
  using Methods<T, ScanMethods>::as;
  using Methods<T, ScanMethods>::writable;
  using Type = std::optional<ScalarType>;
  T cumsum(std::int64_t dim, Type dtype = std::nullopt) const { return xgrad::cumsum(as(this), dim, dtype); }
  T& cumsum_(std::int64_t dim, Type dtype = std::nullopt) const { return xgrad::cumsum_(writable(this), dim, dtype); }
  T cumprod(std::int64_t dim, Type dtype = std::nullopt) const { return xgrad::cumprod(as(this), dim, dtype); }
  T& cumprod_(std::int64_t dim, Type dtype = std::nullopt) const { return xgrad::cumprod_(writable(this), dim, dtype); }
  auto cummax(std::int64_t dim) const { return xgrad::cummax(as(this), dim); }
  auto cummin(std::int64_t dim) const { return xgrad::cummin(as(this), dim); }
  T logcumsumexp(std::int64_t dim) const { return xgrad::logcumsumexp(as(this), dim); }
  T diff(std::int64_t n = 1, std::int64_t dim = -1) const { return xgrad::diff(as(this), n, dim); }
  T diff(std::int64_t n, std::int64_t dim, const T& prepend, const T& append = absent_tensor()) const {
    return xgrad::diff(as(this), n, dim, prepend, append);
  }

  // By keyword: ops/keyword_forms.hpp.
  XGRAD_TAKES_KEYWORDS(cumsum)
  XGRAD_TAKES_KEYWORDS(cumprod)
  XGRAD_TAKES_KEYWORDS(cummax)
  XGRAD_TAKES_KEYWORDS(cummin)
  XGRAD_TAKES_KEYWORDS(logcumsumexp)
  XGRAD_TAKES_KEYWORDS(diff)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(cumsum)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(cumprod)
};

}  // namespace xgrad
