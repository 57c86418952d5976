// The special functions that are our own, at values known in closed form, and integers at their limits.
#include <xgrad/autograd/kernels/special.hpp>
#include <xgrad/xgrad.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace xgrad {
namespace {

using namespace kernels::special;
constexpr double kEuler = 0.57721566490153286061, kZeta3 = 1.20205690315959428540;

void expect_close(double value, double exact, const char* what) {
  EXPECT_NEAR(value, exact, 1e-13 * std::max(1.0, std::fabs(exact))) << what;
}

double erfinv(double x) { return xgrad::erfinv(full({}, x, kFloat64)).item<double>(); }
double digamma(double x) { return xgrad::digamma(full({}, x, kFloat64)).item<double>(); }
/// Of five, so that the first four share a vector and the last is computed alone.
double polygamma(std::int64_t n, double x) {
  const Tensor y = xgrad::polygamma(n, full({5}, x, kFloat64));
  EXPECT_TRUE(allclose(y[4], y[0], 1e-13, 0)) << "alone: " << y;
  return y[0].item<double>();
}

TEST(SpecialFunctions, ErfinvInvertsErf) {
  for (double y = -3.5; y <= 3.5; y += 0.0625) {
    // Where erf is flat its own rounding is all that can be undone.
    const double slope = 2 / std::sqrt(kPi) * std::exp(-y * y);
    EXPECT_NEAR(erfinv(std::erf(y)), y, 4e-16 + 2.3e-16 / slope) << y;
  }
  for (const double x : {1e-300, 1e-12, 0.1, 0.499999, 0.5, 0.75, 0.999999, 1 - 1e-15}) {
    EXPECT_NEAR(std::erf(erfinv(x)), x, 2.3e-16 + 2e-16 * x) << x;
    EXPECT_EQ(erfinv(-x), -erfinv(x));
  }
  EXPECT_EQ(erfinv(1), kInfinity);
  EXPECT_EQ(erfinv(-1), -kInfinity);
  EXPECT_TRUE(std::signbit(erfinv(-0.0)));
  for (const double x : {1.5, -kInfinity, kNaN}) EXPECT_TRUE(std::isnan(erfinv(x))) << x;
}

TEST(SpecialFunctions, PolygammaAtKnownPoints) {
  expect_close(digamma(1), -kEuler, "digamma(1)");
  expect_close(digamma(0.5), -kEuler - 2 * std::log(2.0), "digamma(1/2)");
  expect_close(digamma(-0.5), 2 - kEuler - 2 * std::log(2.0), "digamma(-1/2)");
  expect_close(digamma(4), 11. / 6 - kEuler, "digamma(4)");
  expect_close(polygamma(1, 1), kPi * kPi / 6, "trigamma(1)");
  expect_close(polygamma(1, 0.5), kPi * kPi / 2, "trigamma(1/2)");
  expect_close(polygamma(1, -0.5), kPi * kPi / 2 + 4, "trigamma(-1/2)");
  expect_close(polygamma(2, 1), -2 * kZeta3, "polygamma(2, 1)");
  expect_close(polygamma(3, 1), std::pow(kPi, 4) / 15, "polygamma(3, 1)");
  for (const double pole : {0.0, -1.0, -20.0}) EXPECT_EQ(polygamma(1, pole), kInfinity);
}

TEST(SpecialFunctions, EachOrderGrowsByItsPower) {
  // polygamma(n, x + 1) - polygamma(n, x) = (-1)^n n! / x^(n+1)
  for (const double x : {0.3, 1.7, 5.25, 11.5, 40.0, -0.3, -2.6}) {
    expect_close(digamma(x + 1) - digamma(x), 1 / x, "digamma");
    expect_close(polygamma(1, x + 1) - polygamma(1, x), -1 / (x * x), "trigamma");
    expect_close(polygamma(2, x + 1) - polygamma(2, x), 2 / (x * x * x), "polygamma(2, x)");
  }
}

TEST(SpecialFunctions, FloatsHaveADoublesDigits) {
  // Few terms serve a float, more of higher orders; negative numbers and poles are among them.
  const Tensor x = cat({linspace(0.01, 30, 2001, kFloat32), linspace(-4.99, -0.01, 500, kFloat32),
                        tensor({0.f, -2.f, 1e-30f, 1e30f, INFINITY, NAN})});
  for (std::int64_t n = 0; n <= 7; ++n) {
    const Tensor single = xgrad::polygamma(n, x), exact = xgrad::polygamma(n, x.to(kFloat64)).to(kFloat32);
    EXPECT_TRUE(allclose(single, exact, 1e-6, 1e-7, true)) << n;
  }
  const Tensor s = sinc(x), wide = sinc(x.to(kFloat64)).to(kFloat32);
  EXPECT_TRUE(allclose(s, wide, 1e-5, 1e-6, true));
  EXPECT_EQ(sinc(zeros({}, kFloat64)).item<double>(), 1);
}

TEST(SpecialFunctions, ExtremesSeeNanAmongInfinities) {
  const double inf = kInfinity;
  for (const std::int64_t n : {7, 64, 100}) {
    Tensor x = arange(n, kFloat32);
    EXPECT_EQ(amax(x).item<float>(), static_cast<float>(n - 1));
    x.index_put_({n / 2}, inf);
    x.index_put_({n / 3}, -inf);
    EXPECT_EQ(amax(x).item<double>(), inf);
    EXPECT_EQ(amin(x).item<double>(), -inf);
    for (const std::int64_t at : {std::int64_t{0}, n / 4, n - 1}) {
      Tensor y = x.clone();
      y.index_put_({at}, kNaN);
      EXPECT_TRUE(std::isnan(amax(y).item<float>()) && std::isnan(amin(y).item<float>())) << at;
    }
  }
}

TEST(IntegersAtTheirLimits, FloatsBeyond32BitsWrapThrough64) {
  const Tensor x = tensor({1.5f, -2.5f, 4294967298.f, -1e20f, 300.f});
  const Tensor wide = x.to(kInt64);
  for (const ScalarType dtype : {kInt32, kInt16, kInt8, kUInt8}) EXPECT_TRUE(equal(x.to(dtype), wide.to(dtype)));
  const Tensor few = tensor({1.5f, -2.5f, 300.f, -40000.f});
  for (const ScalarType dtype : {kInt32, kInt16, kInt8, kUInt8})
    EXPECT_TRUE(equal(few.to(dtype), few.to(kInt64).to(dtype)));
}

TEST(IntegersAtTheirLimits, DoNotTrap) {
  const std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
  const Tensor x = tensor(std::vector<std::int64_t>{lowest, 7}), minus = tensor(std::vector<std::int64_t>{-1, -1});
  EXPECT_EQ(floor_divide(x, minus)[0].item<std::int64_t>(), lowest);  // as machine words negate
  EXPECT_EQ(div(x, minus, "trunc")[1].item<std::int64_t>(), -7);
  EXPECT_EQ(fmod(x, minus)[0].item<std::int64_t>(), 0);
  EXPECT_EQ(remainder(x, minus)[0].item<std::int64_t>(), 0);
  EXPECT_EQ(pow(minus, tensor(std::vector<std::int64_t>{lowest, -3}))[1].item<std::int64_t>(), -1);
}

TEST(IntegersAtTheirLimits, ShiftsBeyondTheWidth) {
  const Tensor x = tensor(std::vector<std::int64_t>{-5, 5, -5, 5}),
               n = tensor(std::vector<std::int64_t>{64, 64, -1, -1});
  EXPECT_TRUE(equal(bitwise_left_shift(x, n), zeros_like(x)));
  EXPECT_TRUE(equal(bitwise_right_shift(x, n), tensor(std::vector<std::int64_t>{-1, 0, -1, 0})));
}

}  // namespace
}  // namespace xgrad
