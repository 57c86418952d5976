// Gradients written by hand for plain C++ functions.
#include "gradcheck_test.hpp"

#include <cmath>

namespace xgrad::gradcheck_test {
namespace {

using Numbers = std::vector<double>;

double cube(double x) { return x * x * x; }
double cube_slope(double x) { return 3 * x * x; }

TEST(GradcheckPlain, OneNumber) {
  EXPECT_GRADCHECK(cube, cube_slope, 2.);
  EXPECT_GRADCHECK([](double x) { return std::sin(x); }, [](double x) { return std::cos(x); }, 1);
  EXPECT_CAUSE(gradcheck(
                   cube, [](double x) { return 6 * x * x; }, 2.),
               FactorOfTwo, "x, f: suspected cause: a factor of two: the derivative is twice the slope");
  EXPECT_CAUSE(gradcheck(
                   cube, [](double x) { return 3.003 * x * x; }, 2.),
               Factor, "1.001 times the slope");
  EXPECT_CAUSE(gradcheck([](double x) { return std::abs(x); }, [](double) { return 1.; }, 0.), Kink, "a kink");
  EXPECT_CAUSE(gradcheck([](double x) { return std::log(x); }, [](double x) { return 1 / x; }, -1.), OutsideDomain,
               "outside of, or at the edge of, its domain");
}

TEST(GradcheckPlain, SeveralNumbers) {
  const auto area = [](double w, double h) { return w * h; };
  EXPECT_GRADCHECK(area, ([](double w, double h) { return std::pair(h, w); }), {3., 4.});
  EXPECT_GRADCHECK(area, ([](double w, double h) { return std::array{h, w}; }), {3., 4.});
  EXPECT_CAUSE(gradcheck(area, [](double w, double h) { return std::tuple(w, h); }, {3., 4.}), Permuted,
               "the right numbers in the wrong places");
  EXPECT_REFUSED(gradcheck(area, [](double w, double) { return w; }, {3., 4.}),
                 "the gradient has 1 numbers where f has 2 slopes (1 outputs, 2 inputs)");
  EXPECT_THROW(gradcheck(area, [](double w, double h) { return std::pair(h, w); }, {3., 4., 5.}), TypeError);
}

TEST(GradcheckPlain, Vectors) {
  const auto norm = [](const Numbers& x) {
    double sum = 0;
    for (double v : x) sum += v * v;
    return std::sqrt(sum);
  };
  const auto gradient = [&](const Numbers& x) {
    Numbers g = x;
    for (double& v : g) v /= norm(x);
    return g;
  };
  EXPECT_GRADCHECK(norm, gradient, Numbers{1, -2, 3, 4e5});
  EXPECT_GRADCHECK(norm, gradient, {1., -2.});
  EXPECT_CAUSE(gradcheck(norm, gradient, Numbers{0, 0}), NotFinite, " nan ");
  EXPECT_REFUSED(gradcheck(norm, gradient, Numbers{}), "x is empty");
}

TEST(GradcheckPlain, SeveralOutputs) {
  const auto polar = [](double r, double phi) { return std::array{r * std::cos(phi), r * std::sin(phi)}; };
  const auto jacobian = [](double r, double phi) {
    return std::vector<Numbers>{{std::cos(phi), -r * std::sin(phi)}, {std::sin(phi), r * std::cos(phi)}};
  };
  EXPECT_GRADCHECK(polar, jacobian, {2., 1.});
  const auto swapped = [](double r, double phi) {
    return std::vector<Numbers>{{std::cos(phi), std::sin(phi)}, {-r * std::sin(phi), r * std::cos(phi)}};
  };
  EXPECT_CAUSE(gradcheck(polar, swapped, {2., 1.}), Transposed, "transposed");
}

TEST(GradcheckPlain, Options) {
  const auto f = [](double x) { return std::exp(x); };
  EXPECT_TRUE(gradcheck(f, f, 1., kw::ridders = true, kw::atol = 0., kw::rtol = 1e-11));
  EXPECT_THROW(gradcheck(f, cube, 1., kw::raise_exception = true), autograd::GradcheckError);
  EXPECT_TRUE(gradcheck(
      f, [&](double x) { return 1.01 * f(x); }, 1., GradcheckOptions().rtol(0.1)));
  const auto squares = [](Numbers x) {
    for (double& v : x) v *= v;
    return x;
  };
  const auto twice = [](Numbers x) {
    for (double& v : x) v *= 2;
    return x;
  };
  EXPECT_TRUE(gradcheck(squares, twice, {1., 2., 3.}, kw::elementwise = true));
  int calls = 0;
  EXPECT_REFUSED(gradcheck([&](double x) { return x + ++calls; }, [](double) { return 1.; }, 1.), "nondeterministic");
  EXPECT_REFUSED(gradcheck(
                     f, [&](double x) { return f(x) + 1e-12 * ++calls; }, 1.),
                 "the gradient is nondeterministic");
  const auto grows = [](double x) { return Numbers(x == 1 ? 1 : 2, x); };
  EXPECT_THROW(gradcheck(
                   grows, [](double) { return 1.; }, 1.),
               ValueError);
}

}  // namespace
}  // namespace xgrad::gradcheck_test
