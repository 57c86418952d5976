/// exp, log and their kin as straight-line arithmetic, so that loops that call them vectorise.
///
/// For the files that are compiled once for each level: everything here has internal linkage and uses the compiler's
/// builtins instead of the standard library's templates (see level_kernels.hpp for why).
/// Coefficients come from scripts/fit_functions.py. Errors, in units in the last place (ULP), are the largest over all
/// floats as tests/autograd/kernels/levels_test.cpp measures them. Comparisons are written for NaN to pass.
#pragma once

#include <cstdint>

namespace xgrad::kernels {
namespace {

// Unsigned, since NaN and negative arguments may go around.
inline float from_bits(std::uint32_t bits) { return __builtin_bit_cast(float, bits); }
inline std::uint32_t to_bits(float x) { return __builtin_bit_cast(std::uint32_t, x); }
inline float fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
inline double fma(double a, double b, double c) { return __builtin_fma(a, b, c); }

inline constexpr float kInfinity = __builtin_inff(), kNaN = __builtin_nanf("");
inline constexpr float kLn2High = 0.693359375f, kLn2Low = -2.12194440e-4f;  // n·high is exact for |n| < 2^15

/// p·x^k + …, highest power first.
template <class T, class... C>
inline T polynomial(T x, T p, C... c) {
  ((p = fma(p, x, c)), ...);
  return p;
}

/// x = n·ln 2 + r with |r| ≤ ln 2 / 2, and e^r - 1 - r = r²·q. Rounding is by adding 1.5·2^23, which leaves n in the
/// low bits and 9 zeros below the exponent, so that a shift puts n where a float has its exponent. For |n| < 256.
struct Reduced {
  std::uint32_t shifted_n;
  float r, q;
};
inline Reduced reduce(float x) {
  constexpr float kRound = 12582912.0f;
  const float t = fma(x, 1.44269504088896341f, kRound), n = t - kRound;
  const float r = fma(n, -kLn2Low, fma(n, -kLn2High, x));
  return {to_bits(t) << 23, r, polynomial(r, 1.38146128e-3f, 8.36871006e-3f, 4.1668389e-2f, 0.166665211f, 0.49999994f)};
}

/// e^x for |x| ≤ kNormalExp, where results are normal and 2^n can be added to the exponent.
inline constexpr float kNormalExp = 87.3f;
inline float exp_normal(float x) {
  const Reduced a = reduce(x);
  const float p = fma(fma(a.q, a.r, 1.0f), a.r, 1.0f);
  return from_bits(to_bits(p) + a.shifted_n);
}

/// e^x for every x. The scale 2^n goes on as two factors, so that results may be denormal, zero or infinite.
inline float exp(float x) {
  x = x < -104.0f ? -104.0f : x;
  x = x > 89.0f ? 89.0f : x;
  const Reduced a = reduce(x);
  const float p = fma(fma(a.q, a.r, 1.0f), a.r, 1.0f);
  const std::int32_t n = static_cast<std::int32_t>(a.shifted_n) >> 23, half = n >> 1;
  return p * from_bits(static_cast<std::uint32_t>(half + 127) << 23) *
         from_bits(static_cast<std::uint32_t>(n - half + 127) << 23);
}

/// e^x - 1 = 2^n·(e^r - 1) + (2^n - 1)
inline float expm1(float x) {
  const float clamped = x > 89.0f ? 89.0f : x < -18.0f ? -18.0f : x;
  const Reduced a = reduce(clamped);
  const float p = fma(a.q, a.r * a.r, a.r);
  const float half = from_bits(a.shifted_n + (126u << 23));  // 2^n / 2, since 2^128 is no float
  const float y = fma(half, p, half - 0.5f) * 2.0f;
  return x == 0.0f ? x : y;  // keeps -0
}

/// log(2^e·(1 + m)), 1 + m in [2/3, 4/3]
inline float log_of(float e, float m) {
  const float q = polynomial(m, -0.128916815f, 0.139844388f, -0.121842615f, 0.140058681f, -0.16680488f, 0.200104058f,
                             -0.249997973f, 0.333332151f);
  const float m2 = m * m;
  return fma(e, kLn2High, m) + fma(e, kLn2Low, fma(q, m, -0.5f) * m2);
}

inline constexpr std::uint32_t kMantissaStart = 0x3f2aaaab;  // 2/3

inline float log(float x) {
  const bool tiny = x < 1.17549435e-38f;
  const float scaled = tiny ? x * 8388608.0f : x;
  const std::uint32_t i = to_bits(scaled) - kMantissaStart;
  const std::int32_t e = static_cast<std::int32_t>(i) >> 23;
  const float m = from_bits((i & 0x7fffff) + kMantissaStart) - 1.0f;
  float y = log_of(static_cast<float>(e - (tiny ? 23 : 0)), m);
  y = x < kInfinity ? y : x;  // ∞ and NaN
  return x > 0.0f ? y : x == 0.0f ? -kInfinity : x < 0.0f ? kNaN : y;
}

/// log(1 + x): the exponent e is that of 1 + x rounded, and (1 + x)·2^-e - 1 then comes from x, with one rounding.
inline float log1p(float x) {
  const std::uint32_t i = to_bits(1.0f + x) - kMantissaStart, shifted_e = i & 0xff800000u;
  const std::int32_t e = static_cast<std::int32_t>(i) >> 23;
  const float scale = from_bits(0x40800000u - shifted_e);  // 4·2^-e
  const float m = fma(x * 0.25f, scale, fma(scale, 0.25f, -1.0f));
  float y = log_of(static_cast<float>(e), m);
  y = x < kInfinity ? y : x;
  y = x > -1.0f ? y : x == -1.0f ? -kInfinity : x < -1.0f ? kNaN : y;
  return __builtin_fabsf(x) < 2.98023224e-8f ? x : y;  // keeps -0
}

/// From e^-|x|, so that nothing overflows; what 1 + e loses in rounding is put back.
template <class T>
inline T sigmoid_from(T x, T e) {
  const T s = T(1) + e, lost = e - (s - T(1));
  const T y = (x < T(0) ? e : T(1)) / s;
  return fma(-lost, y, y);
}
inline float sigmoid(float x) { return sigmoid_from(x, exp(x < 0.0f ? x : -x)); }
/// For |x| ≤ kNormalExp.
inline float sigmoid_normal(float x) { return sigmoid_from(x, exp_normal(-__builtin_fabsf(x))); }

/// An odd polynomial near zero; beyond, 1 - 2 / (e^2|x| + 1).
inline float tanh(float x) {
  const float a = __builtin_fabsf(x), z = x * x;
  const float p = polynomial(z, -5.90586849e-3f, 2.0805385e-2f, -5.37866838e-2f, 0.133319587f, -0.333332986f);
  const float near = fma(p * z, a, a), far = 1.0f - 2.0f / (exp_normal(a > 10.0f ? 20.0f : 2.0f * a) + 1.0f);
  return x == x ? __builtin_copysignf(a < 0.6f ? near : far, x) : x;
}

/// An odd polynomial near zero; beyond, 1 - e^q(|x|).
inline float erf(float x) {
  const float a = __builtin_fabsf(x), z = x * x;
  const float near = fma(polynomial(z, 7.85386146e-5f, -8.01019371e-4f, 5.18832775e-3f, -2.68538129e-2f, 0.112835854f,
                                    -0.37612626f, 0.128379166f),
                         x, x);
  const float c = a > 3.95f ? 3.95f : a;
  const float q = polynomial(c, 1.86378951e-4f, -2.94765574e-3f, 2.18380541e-2f, -0.10310673f, -0.638144851f,
                             -1.12708914f, -3.41527251e-4f);
  const float complement = exp_normal(q);
  const float far = __builtin_copysignf(a > 3.95f ? 1.0f : 1.0f - complement, x);
  return a < 1.0f ? near : x == x ? far : x;
}

inline constexpr double kRootHalf = 0.70710678118654752440, kGaussian = 0.39894228040143267794;  // 1/√2, 1/√(2π)

/// 2^x for -126 ≤ x ≤ 127, to 0.8 units in the last place before rounding.
inline float exp2_normal(float x) {
  constexpr float kRound = 12582912.0f;
  const float t = x + kRound, r = x - (t - kRound);
  const float p =
      fma(polynomial(r, 0.00132647273f, 0.00967151299f, 0.0555073358f, 0.240222424f, 0.693147004f), r, 1.0f);
  return from_bits(to_bits(p) + (to_bits(t) << 23));
}

/// Φ(x), the normal distribution function, from the smaller of Φ(x) and Φ(-x), which is 2^q(|x|). Beyond 6.5 that one
/// is below 4.1e-11 and taken for zero.
inline float normal_below(float x) {
  const float a = __builtin_fabsf(x), c = a > 6.5f ? 6.5f : a;
  const float q = polynomial(c, 8.85834197e-06f, -5.76963685e-05f, -0.000406982494f, 0.00736312801f, -0.0526666082f,
                             -0.459164321f, -1.15110886f, -1.0f);
  const float smaller = a > 6.5f ? 0.0f : exp2_normal(q);
  return x > 0.0f ? 1.0f - smaller : smaller;
}

/// x·Φ(x), and its slope.
inline float gelu(float x) { return x * normal_below(x); }
inline float gelu_slope(float x) {
  const float q = x * x * -0.721347520f, density = q < -125.0f ? 0.0f : exp2_normal(q);  // e^(-x²/2)
  return fma(x * density, static_cast<float>(kGaussian), normal_below(x));
}

/// e^x for every double, in the same way.
inline double exp(double x) {
  x = x < -746.0 ? -746.0 : x;
  x = x > 710.0 ? 710.0 : x;
  constexpr double kRound = 6755399441055744.0;
  const double t = fma(x, 1.4426950408889634074, kRound), n = t - kRound;
  const double r = fma(n, -1.90821492927058770002e-10, fma(n, -0.693147180369123816490, x));
  const double q = polynomial(r, 2.5100424157005706788e-8, 2.7620138719733995569e-7, 2.7557268378684192873e-6,
                              2.4801521190217727651e-5, 1.9841269863105968748e-4, 1.3888888917281793308e-3,
                              8.3333333333300513464e-3, 4.1666666666623991516e-2, 0.16666666666666667456, 0.5);
  const double p = fma(q, r * r, r) + 1.0;
  // Unsigned, with 2048 added before halving: not every processor shifts signed 64-bit lanes.
  const std::uint64_t k = __builtin_bit_cast(std::uint64_t, t) - __builtin_bit_cast(std::uint64_t, kRound) + 2048;
  const std::uint64_t half = k >> 1, rest = k - half;
  return p * __builtin_bit_cast(double, (half - 1) << 52) * __builtin_bit_cast(double, (rest - 1) << 52);
}
inline double sigmoid(double x) { return sigmoid_from(x, exp(x < 0.0 ? x : -x)); }

}  // namespace
}  // namespace xgrad::kernels
