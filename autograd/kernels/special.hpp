/// Special functions of one number, in double precision: what the C library lacks.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

namespace xgrad::kernels::special {

inline constexpr double kPi = 3.14159265358979323846, kInfinity = std::numeric_limits<double>::infinity(),
                        kNaN = std::numeric_limits<double>::quiet_NaN();

/// ln |Γ(x)|, without the C library's global sign.
inline double lgamma(double x) {
  int sign = 0;
  return lgamma_r(x, &sign);
}

/// y = f(x) for n packed doubles, by whoever calls erfinv.
struct ErfinvRows {
  using Row = void (*)(double* y, const double* x, std::int64_t n);
  Row log1p, exp, erf, erfc;
};
inline constexpr std::int64_t kErfinvBlock = 256;

/// The y with erf(y) = x, of up to kErfinvBlock numbers: Winitzki's closed form, then Halley's iteration, which triples
/// the digits. From the upper half on it works on erfc, so that nothing cancels where erf is flat; for the digits of a
/// `single` float everywhere.
inline void erfinv(double* y, const double* x, std::int64_t n, bool single, const ErfinvRows& f) {
  double a[kErfinvBlock], log[kErfinvBlock] = {}, slope[kErfinvBlock], below[kErfinvBlock] = {}, above[kErfinvBlock];
  for (std::int64_t i = 0; i < n; ++i) {
    const double size = std::fabs(x[i]);
    a[i] = size < 1 ? size : 0;
    log[i] = -a[i] * a[i];
  }
  f.log1p(log, log, n);
  double root[kErfinvBlock] = {};
  for (std::int64_t i = 0; i < n; ++i) {
    const double half = 2 / (kPi * 0.147) + log[i] / 2, square = std::sqrt(half * half - log[i] / 0.147) - half;
    root[i] = std::sqrt(square > 0 ? square : 0);  // rounding may leave less than nothing of tiny ones
  }
  for (int step = 0; step < (single ? 2 : 3); ++step) {
    for (std::int64_t i = 0; i < n; ++i) slope[i] = -root[i] * root[i];
    f.exp(slope, slope, n);
    if (!single) f.erf(below, root, n);
    f.erfc(above, root, n);
    for (std::int64_t i = 0; i < n; ++i) {
      const double error = !single && a[i] < 0.5 ? below[i] - a[i] : (1 - a[i]) - above[i];
      const double move = error / (2 / std::sqrt(kPi) * slope[i]);
      root[i] -= move / (1 + root[i] * move);
    }
  }
  for (std::int64_t i = 0; i < n; ++i) {
    const double size = std::fabs(x[i]), near = size < 1e-8 ? size * (std::sqrt(kPi) / 2) : root[i];
    y[i] = size < 1 ? std::copysign(near, x[i]) : size == 1 ? std::copysign(kInfinity, x[i]) : kNaN;
  }
}

}  // namespace xgrad::kernels::special
