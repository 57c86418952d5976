/// Finding values: in sorted sequences and in sets. Results are indices or bools, and have no derivatives.
#pragma once

#include <xgrad/autograd/ops/method.hpp>

#include <string_view>

namespace xgrad {

/// For each value the first place in the sorted sequence (the last dimension; the others match values') whose element
/// is not less than it, or, if `right` or side is "right", is greater. int32 if `out_int32`, else int64. `sorter` is an
/// index that sorts a sequence which is not sorted itself.
Tensor searchsorted(const Tensor& sorted_sequence, const Tensor& values, bool out_int32 = false, bool right = false,
                    std::optional<std::string_view> side = std::nullopt, const Tensor& sorter = absent_tensor());
Tensor searchsorted(const Tensor& sorted_sequence, Scalar value, bool out_int32 = false, bool right = false,
                    std::optional<std::string_view> side = std::nullopt, const Tensor& sorter = absent_tensor());
/// The same of a vector of boundaries.
Tensor bucketize(const Tensor& x, const Tensor& boundaries, bool out_int32 = false, bool right = false);
Tensor bucketize(Scalar x, const Tensor& boundaries, bool out_int32 = false, bool right = false);
/// Whether each element is among test_elements, or is not if `invert`. `assume_unique` changes nothing but time.
Tensor isin(const Tensor& elements, const Tensor& test_elements, bool assume_unique = false, bool invert = false);
Tensor isin(const Tensor& elements, Scalar test_element, bool assume_unique = false, bool invert = false);
Tensor isin(Scalar element, const Tensor& test_elements, bool assume_unique = false, bool invert = false);

template <class T>
struct SearchMethods : Methods<T, SearchMethods<T>> {
  using Methods<T, SearchMethods>::as;
  T bucketize(const T& boundaries, bool out_int32 = false, bool right = false) const {
    return xgrad::bucketize(as(this), boundaries, out_int32, right);
  }

  // By keyword: ops/keyword_forms.hpp.
  XGRAD_TAKES_KEYWORDS(bucketize)
};

}  // namespace xgrad
