/// Tensors of indices, and what is made of every combination of elements.
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <concepts>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace xgrad {

/// Zeros with a 1 at each class along a new last dimension. Without `num_classes`, the largest class plus one.
Tensor one_hot(const Tensor& classes, std::int64_t num_classes = -1);
/// The coordinates of a row × col matrix's elements on or below (above) a diagonal, as two rows.
Tensor tril_indices(std::int64_t row, std::int64_t col, std::int64_t offset = 0, const TensorOptions& options = kInt64);
Tensor triu_indices(std::int64_t row, std::int64_t col, std::int64_t offset = 0, const TensorOptions& options = kInt64);
/// Vectors (or numbers) expanded to one shape, each along a dimension of its own. With `indexing` "xy" instead of "ij"
/// the first two dimensions change places.
std::vector<Tensor> meshgrid(TensorList tensors, std::string_view indexing = "ij");
/// Every combination of an element from each vector, a row each. One vector is returned as it is.
Tensor cartesian_prod(TensorList tensors);
/// Every choice of r elements of a vector in their order, a row each, as Python's itertools.combinations; with
/// replacement, an element may be chosen again.
Tensor combinations(const Tensor& x, std::int64_t r = 2, bool with_replacement = false);

/// `meshgrid({x, y}, kw::indexing = "xy")`
inline std::vector<Tensor> meshgrid(TensorList tensors, kwargs::Argument<kwargs::key::indexing, const char*> indexing) {
  return meshgrid(tensors, indexing.value);
}

/// Python's calls, without braces: `meshgrid(x, y)`, `meshgrid(x, y, kw::indexing = "xy")`, `cartesian_prod(x, y)`.
template <std::derived_from<Tensor>... T>
requires(sizeof...(T) > 0) std::vector<Tensor> meshgrid(const T&... tensors) {
  return meshgrid(TensorList({static_cast<const Tensor&>(tensors)...}));
}
template <std::derived_from<Tensor> T, class... A>
requires kwargs::EndsInKeyword<A...> std::vector<Tensor> meshgrid(const T& first, const A&... rest) {
  const auto given = std::tie(first, rest...);
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return meshgrid(TensorList({static_cast<const Tensor&>(std::get<I>(given))...}), std::get<sizeof...(I)>(given));
  }
  (std::index_sequence_for<A...>());
}
template <std::derived_from<Tensor>... T>
requires(sizeof...(T) > 0) Tensor cartesian_prod(const T&... vectors) {
  return cartesian_prod(TensorList({static_cast<const Tensor&>(vectors)...}));
}

namespace detail {
/// What has a name: `tril_indices(3, 3, kw::offset = 1)`, `tril_indices(kw::row = 3, kw::col = 3)`.
class IndicesOptions : public TensorOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::row, kwargs::key::col, kwargs::key::offset>;
  IndicesOptions() : TensorOptions(kInt64) {}
  IndicesOptions& offset(std::int64_t o) { return offset_ = o, *this; }
  IndicesOptions& row(std::int64_t r) { return row_ = r, *this; }
  IndicesOptions& col(std::int64_t c) { return col_ = c, *this; }
  std::int64_t offset() const { return offset_; }
  std::int64_t row() const { return given(row_, "row"); }
  std::int64_t col() const { return given(col_, "col"); }

 private:
  std::int64_t offset_ = 0;
  std::optional<std::int64_t> row_, col_;
};
}  // namespace detail
#define XGRAD_TAKES_INDICES(NAME)                                 \
  template <class... A>                                           \
  requires kwargs::EndsInKeyword<A...> Tensor NAME(A... a) {      \
    const auto o = kwargs::apply(detail::IndicesOptions(), a...); \
    return NAME(o.row(), o.col(), o.offset(), o);                 \
  }
XGRAD_TAKES_INDICES(tril_indices)
XGRAD_TAKES_INDICES(triu_indices)
#undef XGRAD_TAKES_INDICES

namespace by_keyword {
XGRAD_KEYWORD_FORM(one_hot, key::num_classes)
XGRAD_KEYWORD_FORM(combinations, Or<key::r, 2>, key::with_replacement)
}  // namespace by_keyword
using by_keyword::one_hot;

}  // namespace xgrad
