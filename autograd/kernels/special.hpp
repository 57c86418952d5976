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

/// ψ(x) = d ln Γ(x) / dx: reflection for negative numbers, recurrence up to 10, then Stirling's series.
inline double digamma(double x) {
  if (x == 0) return std::copysign(kInfinity, -x);
  double y = 0;
  if (x < 0) {
    const double whole = std::trunc(x);
    if (whole == x) return kNaN;  // a pole, and minus infinity
    y = -kPi / std::tan(kPi * (x - whole));
    x = 1 - x;
  }
  for (; x < 10; ++x) y -= 1 / x;
  const double z = 1 / (x * x);
  const double series =
      z * (1. / 12 -
           z * (1. / 120 - z * (1. / 252 - z * (1. / 240 - z * (1. / 132 - z * (691. / 32760 - z * (1. / 12)))))));
  return y + std::log(x) - 0.5 / x - series;
}

/// Hurwitz' Σ_k (q + k)^−s for s > 1: the first terms, then the Euler-Maclaurin formula for the rest.
inline double zeta(double s, double q) {
  if (q <= 0 && q == std::floor(q)) return std::isinf(q) ? kNaN : kInfinity;
  if (q == kInfinity) return 0;
  double sum = 0;
  for (; q < 12; ++q) sum += std::pow(q, -s);
  // B_2j / (2j)!
  constexpr double kBernoulli[] = {
      1. / 12, -1. / 720, 1. / 30240, -1. / 1209600, 1. / 47900160, -691. / 1307674368000., 1. / 74724249600.};
  sum += std::pow(q, 1 - s) / (s - 1) + std::pow(q, -s) / 2;
  double term = s * std::pow(q, -s - 1), k = s;
  for (const double b : kBernoulli) {
    sum += b * term;
    term *= (k + 1) * (k + 2) / (q * q);
    k += 2;
  }
  return sum;
}

/// The n-th derivative of ψ: (−1)^(n+1)·n!·ζ(n + 1, x), for n = 0 ψ itself.
inline double polygamma(std::int64_t n, double x) {
  if (n == 0) return digamma(x);
  const double order = static_cast<double>(n);
  if (n == 1 && x < 0 && x != std::floor(x)) {  // the sum would be long, and reflection is exact
    const double s = std::sin(kPi * x);
    return kPi * kPi / (s * s) - zeta(2, 1 - x);
  }
  return (n % 2 ? 1 : -1) * std::exp(lgamma(order + 1)) * zeta(order + 1, x);
}

}  // namespace xgrad::kernels::special
