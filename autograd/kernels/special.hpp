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

/// The y with erf(y) = x: Winitzki's closed form, then Halley's iteration, which triples the digits. From the upper
/// half on it works on erfc, so that nothing cancels where erf is flat.
inline double erfinv(double x) {
  const double a = std::fabs(x);
  if (!(a < 1)) return a == 1 ? std::copysign(kInfinity, x) : kNaN;
  if (a < 1e-8) return x * (std::sqrt(kPi) / 2);
  const double rest = 1 - a, log = std::log1p(-a * a), half = 2 / (kPi * 0.147) + log / 2;
  double y = std::sqrt(std::sqrt(half * half - log / 0.147) - half);
  for (int i = 0; i < 3; ++i) {
    const double error = a < 0.5 ? std::erf(y) - a : rest - std::erfc(y);
    const double step = error / (2 / std::sqrt(kPi) * std::exp(-y * y));
    y -= step / (1 + y * step);
  }
  return std::copysign(y, x);
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
