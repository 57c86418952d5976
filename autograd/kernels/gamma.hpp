/// The derivatives of ln Γ by blocks, in double precision: sums of a fixed number of terms that the compiler runs in
/// vectors, and an asymptotic series for the rest.
#pragma once

#include <xgrad/autograd/kernels/rows.hpp>
#include <xgrad/autograd/kernels/special.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace xgrad::kernels::special {

inline constexpr std::int64_t kGammaBlock = 256;

/// y = f(x) for n packed doubles, by whoever calls digamma.
struct DigammaRows {
  using Row = void (*)(double* y, const double* x, std::int64_t n);
  Row log, tan;
};

/// ψ(x) = d ln Γ(x) / dx of up to kGammaBlock numbers: reflection for negative numbers, then 2·`pairs` steps of the
/// recurrence for what is below that, and Stirling's series.
template <int pairs>
void digamma(double* y, const double* x, std::int64_t n, const DigammaRows& f) {
  constexpr double kFrom = 2 * pairs;
  double reflected[kGammaBlock] = {}, log[kGammaBlock] = {};
  int negative = 0;
  for (std::int64_t i = 0; i < n; ++i) negative |= x[i] < 0;
  if (negative) {
    for (std::int64_t i = 0; i < n; ++i) reflected[i] = x[i] < 0 ? kPi * (x[i] - std::trunc(x[i])) : 1;
    f.tan(reflected, reflected, n);
    // NaN at a pole and at minus infinity.
    for (std::int64_t i = 0; i < n; ++i)
      reflected[i] = x[i] < 0 ? (std::trunc(x[i]) == x[i] ? kNaN : -kPi / reflected[i]) : 0;
  }
  for (std::int64_t i = 0; i < n; ++i) {
    const double p = x[i] < 0 ? 1 - x[i] : x[i];
    log[i] = p < kFrom ? p + kFrom : p;
  }
  f.log(log, log, n);
  for (std::int64_t i = 0; i < n; ++i) {
    const double p = x[i] < 0 ? 1 - x[i] : x[i], t = p < kFrom ? p + kFrom : p;
    double steps = 0;  // Σ 1 / (p + k), two fractions at a time
    for (int k = 0; k < 2 * pairs; k += 2) steps += (2 * p + (2 * k + 1)) / ((p + k) * (p + (k + 1)));
    const double z = 1 / (t * t);
    const double series =
        z * (1. / 12 -
             z * (1. / 120 - z * (1. / 252 - z * (1. / 240 - z * (1. / 132 - z * (691. / 32760 - z * (1. / 12)))))));
    const double value = reflected[i] + log[i] - 0.5 / t - series - (p < kFrom ? steps : 0);
    y[i] = x[i] == 0 ? std::copysign(kInfinity, -x[i]) : value;
  }
}

/// r to the power of a whole number above 0, of a vector or a single number.
template <class V>
V whole_power(V r, std::int64_t exponent) {
  for (; exponent % 2 == 0; exponent /= 2) r *= r;
  V y = r;
  while (exponent /= 2) {
    r *= r;
    if (exponent % 2) y *= r;
  }
  return y;
}

/// Hurwitz' Σ_k (q + k)^−s for whole s > 1 and q > 0, of a vector or a single number: `terms` of the sum where q is
/// less than that, then the Euler-Maclaurin formula for the rest.
template <int terms, class V>
V zeta_of_positive(std::int64_t s, V q) {
  V sum{};
  for (int k = 0; k < terms; ++k) sum += whole_power(1.0 / (q + static_cast<double>(k)), s);
  const auto order = static_cast<double>(s), from = static_cast<double>(terms);
  const auto few = q < from;
  const V t = few ? q + from : q, r = 1.0 / t, square = r * r, power = whole_power(r, s - 1);
  // B_2j / (2j)!
  constexpr double kBernoulli[] = {
      1. / 12, -1. / 720, 1. / 30240, -1. / 1209600, 1. / 47900160, -691. / 1307674368000., 1. / 74724249600.};
  V term = order * power * square, rest = power / (order - 1.0) + power * r / 2.0;
  for (int j = 0; j < 7; ++j) {
    rest += kBernoulli[j] * term;
    term *= (order + (2 * j + 1)) * (order + (2 * j + 2)) * square;
  }
  return few ? sum + rest : rest;
}

/// The same for any q.
inline double zeta(std::int64_t s, double q) {
  constexpr int kTerms = 12;
  if (q <= 0 && q == std::floor(q)) return std::isinf(q) ? kNaN : kInfinity;
  if (q == kInfinity) return 0;
  double sum = 0;
  for (; q <= 0; ++q) sum += whole_power(1 / q, s);
  return sum + zeta_of_positive<kTerms>(s, q);
}

/// The n-th derivative of ψ, n > 0, of one number: (−1)^(n+1)·n!·ζ(n + 1, x).
inline double polygamma(std::int64_t n, double x) {
  if (n == 1 && x < 0 && x != std::floor(x)) {  // the sum would be long, and reflection is exact
    const double s = std::sin(kPi * (x - std::trunc(x)));
    return kPi * kPi / (s * s) - zeta(2, 1 - x);
  }
  return (n % 2 ? 1 : -1) * std::tgamma(static_cast<double>(n + 1)) * zeta(n + 1, x);
}

/// The same of a block; `single` where a float's digits are asked for, which few terms give of low orders.
inline void polygamma(std::int64_t order, double* y, const double* x, std::int64_t n, bool single) {
  constexpr std::int64_t kLanes = 4;
  int others = 0;
  for (std::int64_t i = 0; i < n; ++i) others |= !(x[i] > 0 && x[i] < kInfinity);
  std::int64_t i = 0;
  if (!others) {
    const double factor = (order % 2 ? 1 : -1) * std::tgamma(static_cast<double>(order + 1));
    const bool few = single && order <= 4;
    for (; i + kLanes <= n; i += kLanes) {
      const auto q = load_lanes(x + i);
      const Lanes<double> value =
          factor * (few ? zeta_of_positive<6>(order + 1, q) : zeta_of_positive<12>(order + 1, q));
      std::memcpy(y + i, &value, sizeof value);
    }
  }
  for (; i < n; ++i) y[i] = polygamma(order, x[i]);
}

}  // namespace xgrad::kernels::special
