// Normalisation and its derivative against sums in long double.
#include <xgrad/autograd/kernels/normalization.hpp>
#include <xgrad/tests/autograd/kernels/kernel_arrays.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace xgrad::kernels {
namespace {

using Int = std::int64_t;
using Real = long double;
using Reals = std::vector<Real>;

template <class T>
Reals reals(const Array& a) {
  const std::vector<T> v = test::values<T>(a);
  return Reals(v.begin(), v.end());
}

/// Both directions as the formulas say.
struct NormReference {
  Reals y, dx, dw, db;
  NormReference(const NormLayout& l, const Reals& x, const Reals& w, const Reals& b, const Reals& g, Real eps)
      : y(x.size()), dx(x.size()), dw(w.size(), 0), db(w.size(), 0) {
    const Int block = l.d[2] * l.d[3];
    for (Int s = 0; s < l.statistics(); ++s) {
      std::vector<std::size_t> at, scale;
      for (Int i = 0; i < l.d[0]; ++i) {
        for (Int j = 0; j < l.d[1]; ++j) {
          if ((l.across ? j : i * l.d[1] + j) != s) continue;
          for (Int k = 0; k < block; ++k) {
            at.push_back(static_cast<std::size_t>((i * l.d[1] + j) * block + k));
            scale.push_back(static_cast<std::size_t>(j * l.d[2] + k / l.d[3]));
          }
        }
      }
      const auto n = static_cast<Real>(at.size());
      Real mean = 0, squares = 0, sum_g = 0, sum_gx = 0;
      for (const std::size_t a : at) mean += x[a] / n;
      for (const std::size_t a : at) squares += (x[a] - mean) * (x[a] - mean);
      const Real rstd = 1 / std::sqrt(squares / n + eps);
      for (std::size_t k = 0; k < at.size(); ++k) {
        const Real hat = (x[at[k]] - mean) * rstd, up = g[at[k]];
        y[at[k]] = hat * w[scale[k]] + b[scale[k]];
        dw[scale[k]] += up * hat;
        db[scale[k]] += up;
        sum_g += up * w[scale[k]];
        sum_gx += up * w[scale[k]] * hat;
      }
      for (std::size_t k = 0; k < at.size(); ++k) {
        const Real hat = (x[at[k]] - mean) * rstd;
        dx[at[k]] = rstd * (g[at[k]] * w[scale[k]] - sum_g / n - hat * sum_gx / n);
      }
    }
  }
};

void expect_all_near(const Reals& got, const Reals& expected, Real tolerance, const char* what) {
  Real scale = 1;
  for (const Real v : expected) scale = std::max(scale, std::abs(v));
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i)
    ASSERT_NEAR(static_cast<double>(got[i]), static_cast<double>(expected[i]), static_cast<double>(tolerance * scale))
        << what << ' ' << i;
}

template <class T>
class NormOf : public testing::Test {};
using Floating = testing::Types<float, double>;
TYPED_TEST_SUITE(NormOf, Floating);

TYPED_TEST(NormOf, EveryLayout) {
  using T = TypeParam;
  std::vector<NormLayout> all;
  // Rows: groups of four and what is left, vectors and what is left, more than one block; with and without sharing.
  for (const Int rows : {1, 3, 4, 5, 11}) {
    for (const Int n : {1, 2, 7, 8, 9, 31, 33, 100, 1024, 1025, 2061}) all.push_back({{rows, 1, n, 1}});
    for (const Int n : {1, 5, 16, 33}) all.push_back({{rows, 3, n, 1}});
  }
  all.push_back({{3, 2, 4, 37}});
  all.push_back({{2, 5, 1, 41}});
  all.push_back({{3, 5, 1, 41}, true});
  all.push_back({{40, 5, 1, 1}, true});
  all.push_back({{130, 300, 1, 1}, true});
  all.push_back({{2, 3, 1, 1030}, true});
  all.push_back({{600, 1, 64, 1}});  // scales are summed up in parts
  for (const NormLayout& l : all) {
    SCOPED_TRACE(testing::Message() << l.d[0] << ' ' << l.d[1] << ' ' << l.d[2] << ' ' << l.d[3] << ' ' << l.across);
    const Dims sizes{l.d[0], l.d[1], l.d[2], l.d[3]};
    const Array x = test::noise<T>(sizes, 1), g = test::noise<T>(sizes, 2), w = test::noise<T>({l.d[1] * l.d[2]}, 3),
                b = test::noise<T>({l.d[1] * l.d[2]}, 4);
    constexpr double kEps = 0.1;
    const Reals plain_w(static_cast<std::size_t>(w.numel()), 1), plain_b(plain_w.size(), 0);
    for (const bool scaled : {true, false}) {
      const NormReference expected(l, reals<T>(x), scaled ? reals<T>(w) : plain_w, scaled ? reals<T>(b) : plain_b,
                                   reals<T>(g), kEps);
      const Normalized y = normalize(x, scaled ? &w : nullptr, scaled ? &b : nullptr, l, kEps);
      const NormGradients d = normalize_backward(g, x, scaled ? &w : nullptr, y.mean, y.rstd, l);
      constexpr Real kTolerance = 40 * std::numeric_limits<T>::epsilon();
      expect_all_near(reals<T>(y.y), expected.y, kTolerance, "y");
      expect_all_near(reals<T>(d.x), expected.dx, kTolerance, "dx");
      expect_all_near(reals<T>(d.weight), expected.dw, kTolerance, "dweight");
      expect_all_near(reals<T>(d.bias), expected.db, kTolerance, "dbias");
    }
  }
}

}  // namespace
}  // namespace xgrad::kernels
