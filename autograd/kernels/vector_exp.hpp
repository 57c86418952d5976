/// The exponential function as straight-line arithmetic, so that loops that call it vectorise.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace xgrad::kernels {

// e^x = 2^n · e^r with n = round(x / ln 2): |r| ≤ ln 2 / 2, where 1 + r + r²·q(r) with a Chebyshev fit q is exact to a
// tenth of a unit in the last place. Rounding is by adding 1.5·2^mantissa, which leaves n in the low bits. ln 2 is
// taken off in two parts, the first short enough for n·high to be exact. The scale 2^n is applied as two factors, so
// that results may be denormal, zero or infinite. Comparisons are written for NaN to pass.

/// e^x to within 1.5 units in the last place, for every float.
inline float vector_exp(float x) {
  x = x < -104.0f ? -104.0f : x;
  x = x > 89.0f ? 89.0f : x;
  constexpr float kRound = 12582912.0f;
  const float t = std::fma(x, 1.44269504088896341f, kRound);
  const float n = t - kRound;
  float r = std::fma(n, -0.693359375f, x);
  r = std::fma(n, 2.12194440054690583e-4f, r);
  float q = 1.3926213466e-3f;
  q = std::fma(q, r, 8.3632029716e-3f);
  q = std::fma(q, r, 4.1666554438e-2f);
  q = std::fma(q, r, 1.6666576846e-1f);
  q = std::fma(q, r, 0.5f);
  const float p = std::fma(q, r * r, r) + 1.0f;
  const std::int32_t k = std::bit_cast<std::int32_t>(t) - std::bit_cast<std::int32_t>(kRound);
  const std::int32_t half = k >> 1, rest = k - half;
  return p * std::bit_cast<float>((half + 127) << 23) * std::bit_cast<float>((rest + 127) << 23);
}

/// The same for every double.
inline double vector_exp(double x) {
  x = x < -746.0 ? -746.0 : x;
  x = x > 710.0 ? 710.0 : x;
  constexpr double kRound = 6755399441055744.0;
  const double t = std::fma(x, 1.4426950408889634074, kRound);
  const double n = t - kRound;
  double r = std::fma(n, -0.693147180369123816490, x);
  r = std::fma(n, -1.90821492927058770002e-10, r);
  double q = 2.5100424157005706788e-8;
  q = std::fma(q, r, 2.7620138719733995569e-7);
  q = std::fma(q, r, 2.7557268378684192873e-6);
  q = std::fma(q, r, 2.4801521190217727651e-5);
  q = std::fma(q, r, 1.9841269863105968748e-4);
  q = std::fma(q, r, 1.3888888917281793308e-3);
  q = std::fma(q, r, 8.3333333333300513464e-3);
  q = std::fma(q, r, 4.1666666666623991516e-2);
  q = std::fma(q, r, 0.16666666666666667456);
  q = std::fma(q, r, 0.5);
  const double p = std::fma(q, r * r, r) + 1.0;
  // Unsigned, with 2048 added before halving: not every processor shifts signed 64-bit lanes.
  const std::uint64_t k = std::bit_cast<std::uint64_t>(t) - std::bit_cast<std::uint64_t>(kRound) + 2048;
  const std::uint64_t half = k >> 1, rest = k - half;
  return p * std::bit_cast<double>((half - 1) << 52) * std::bit_cast<double>((rest - 1) << 52);
}

}  // namespace xgrad::kernels
