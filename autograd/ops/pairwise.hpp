/// Distances between all rows of matrices.
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <optional>
#include <string_view>

namespace xgrad {

/// y[..., i, j] = |a[..., i] − b[..., j]|_p of all pairs of rows of a [..., R, C] and b [..., S, C], which broadcast in
/// front. p from 0 (how many differ) to infinity (the largest difference). Slopes at a distance of 0 are 0.
/// `compute_mode` says how the distance of p = 2 is computed: 1 by a product of matrices, |a|² + |b|² − 2·a·b, which is
/// fast, but off by rounding where rows are close; 2 by differences; 0 (or none) by a product if there are more than 25
/// rows.
Tensor cdist(const Tensor& a, const Tensor& b, double p = 2, std::optional<std::int64_t> compute_mode = std::nullopt);
/// The same by Python's words: "use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist" and
/// "donot_use_mm_for_euclid_dist". Throws ValueError for others.
Tensor cdist(const Tensor& a, const Tensor& b, double p, std::string_view compute_mode);

/// |x[i] − x[j]|_p of all i < j of x [R, C], as a vector: the upper triangle of cdist(x, x, p), row by row.
Tensor pdist(const Tensor& x, double p = 2);

namespace by_keyword {
XGRAD_KEYWORD_FORM(cdist, key::x2, Or<key::p, 2>, key::compute_mode)
XGRAD_KEYWORD_FORM(pdist, key::p)
}  // namespace by_keyword
using by_keyword::cdist;
using by_keyword::pdist;

}  // namespace xgrad
