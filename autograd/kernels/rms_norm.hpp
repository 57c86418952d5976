/// Division by the root of the mean square, forward and backward in one pass each.
#pragma once

#include <xgrad/autograd/array/array.hpp>

namespace xgrad::kernels {

struct RmsNormalized {
  Array y, rstd;  ///< rstd = 1/√(mean of x² + eps), one for each row
};
/// y = x·rstd·weight for floating x as rows of n ≥ 1 elements; weight, one number a column, may be null.
RmsNormalized rms_normalize(const Array& x, std::int64_t n, const Array* weight, double eps);

struct RmsGradients {
  Array x, weight;
};
/// With ĝ = g·weight: dx = rstd·ĝ − x·rstd³·(mean of ĝ·x), dweight = Σ g·x·rstd.
RmsGradients rms_normalize_backward(const Array& g, const Array& x, std::int64_t n, const Array* weight,
                                    const Array& rstd);

}  // namespace xgrad::kernels
