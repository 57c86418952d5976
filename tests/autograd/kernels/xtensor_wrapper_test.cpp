// The wrapper's repair of xtensor's shape trait, and BLAS being the library we think it is.
#include <xgrad/autograd/kernels/blas.hpp>
#include <xgrad/autograd/kernels/xtensor.hpp>

#include <gtest/gtest.h>

#include <type_traits>
#include <vector>

namespace {

TEST(XtensorWrapper, TheValueOfAnXarrayExpressionIsAnXarray) {
  using Sum = decltype(std::declval<xt::xarray<float>&>() + std::declval<xt::xarray<float>&>());
  EXPECT_TRUE((std::is_same_v<xt::temporary_type_t<Sum>, xt::xarray<float>>));
}

TEST(XtensorWrapper, FixedRanksKeepTheirRank) {
  using Sum = decltype(std::declval<xt::xtensor<float, 2>&>() + std::declval<xt::xtensor<float, 2>&>());
  EXPECT_TRUE((std::is_same_v<xt::temporary_type_t<Sum>, xt::xtensor<float, 2>>));
}

// Without the repair this crashes: the result of two dimensions is built as a tensor of four.
TEST(XtensorWrapper, ImmediateReductionOfAnXarray) {
  xt::xarray<double> x = xt::xarray<double>::from_shape({2, 3, 4});
  for (std::size_t i = 0; i < x.size(); ++i) x.flat(i) = static_cast<double>(i);
  const std::vector<std::size_t> axes{1};
  const xt::xarray<double> y = xt::sum(x, axes, xt::evaluation_strategy::immediate);
  ASSERT_EQ(y.dimension(), 2u);
  ASSERT_EQ(y.shape()[0], 2u);
  ASSERT_EQ(y.shape()[1], 4u);
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t j = 0; j < 4; ++j) EXPECT_EQ(y(i, j), static_cast<double>(36 * i + 12 + 3 * j));
  }
}

TEST(XtensorWrapper, EvaluatedExpressionOfXarrays) {
  const xt::xarray<double> a{{1, 2, 3}, {4, 5, 6}}, b{10, 20, 30};
  const auto y = xt::eval(a + b);
  ASSERT_EQ(y.dimension(), 2u);
  EXPECT_EQ(y(1, 2), 36.0);
}

TEST(XtensorWrapper, Vectorises) {
#ifdef __AVX2__
  EXPECT_GE(xt_simd::simd_traits<float>::size, 8u);
#elif defined(__SSE2__) || defined(__ARM_NEON)
  EXPECT_GE(xt_simd::simd_traits<float>::size, 4u);
#endif
}

TEST(Blas, IsOpenBlas) {
  // Only OpenBLAS answers these; the reference BLAS, which is up to fifty times slower, has no such functions.
  EXPECT_NE(xgrad::kernels::blas::configuration().find("OpenBLAS"), std::string::npos);
  const std::string core = xgrad::kernels::blas::core_name();
  EXPECT_FALSE(core.empty());
  EXPECT_NE(core, "Generic") << "OpenBLAS has no kernels for this processor";
}

TEST(Blas, RunsOnTheCallingThread) { EXPECT_EQ(xgrad::kernels::blas::thread_count(), 1); }

}  // namespace
