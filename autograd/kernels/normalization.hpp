/// Normalisation: subtract the mean, divide by the standard deviation, scale and shift, in as few passes as there can
/// be.
#pragma once

#include <xgrad/autograd/array/array.hpp>

#include <array>

namespace xgrad::kernels {

/// x seen as [d0, d1, d2, d3]. Scales and shifts are [d1, d2]. Means and deviations are taken over d2 and d3, and over
/// d0 too if `across`: batch norm is {N, C, 1, pixels} across, layer norm {rows, 1, n, 1}, group norm
/// {N, groups, C / groups, pixels}.
struct NormLayout {
  std::array<std::int64_t, 4> d;
  bool across = false;
  std::int64_t statistics() const { return across ? d[1] : d[0] * d[1]; }
  std::int64_t count() const { return d[2] * d[3] * (across ? d[0] : 1); }
};

struct Normalized {
  Array y, mean, rstd;  ///< rstd = 1/√(variance + eps); both are [statistics()], of x's dtype
};
/// y = (x − mean)·rstd·weight + bias, for packed floating x; weight and bias may be null.
Normalized normalize(const Array& x, const Array* weight, const Array* bias, const NormLayout& layout, double eps);

/// The same with statistics as they are, of a layout across.
Array normalize_with(const Array& mean, const Array& rstd, const Array& x, const Array* weight, const Array* bias,
                     const NormLayout& layout);

struct NormGradients {
  Array x, weight, bias;
};
/// Where the statistics come from: x itself, or somewhere else, so that x does not change them.
enum class Statistics { OfX, Fixed };
/// With ĝ = g·weight and x̂ = (x − mean)·rstd: dx = rstd·(ĝ − mean of ĝ − x̂·mean of ĝ·x̂), or rstd·ĝ if the statistics
/// are fixed, dweight = Σ g·x̂, dbias = Σ g.
NormGradients normalize_backward(const Array& g, const Array& x, const Array* weight, const Array& mean,
                                 const Array& rstd, const NormLayout& layout, Statistics from = Statistics::OfX);

}  // namespace xgrad::kernels
