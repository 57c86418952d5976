// What the op table cannot show of convolutions: integers, and sums that are cut into parts.
#include <xgrad/autograd/ops/convolution.hpp>

#include <gtest/gtest.h>

namespace xgrad {
namespace {

/// The definition, one number at a time.
double one_output(const Tensor& x, const Tensor& w, std::int64_t n, std::int64_t o, std::int64_t oy, std::int64_t ox,
                  std::int64_t stride, std::int64_t padding) {
  double sum = 0;
  for (std::int64_t c = 0; c < x.size(1); ++c) {
    for (std::int64_t ky = 0; ky < w.size(2); ++ky) {
      for (std::int64_t kx = 0; kx < w.size(3); ++kx) {
        const std::int64_t y = oy * stride - padding + ky, z = ox * stride - padding + kx;
        if (y < 0 || z < 0 || y >= x.size(2) || z >= x.size(3)) continue;
        sum += x[n][c][y][z].item<double>() * w[o][c][ky][kx].item<double>();
      }
    }
  }
  return sum;
}

TEST(Convolution, OfIntegersIsExact) {
  const Tensor x = arange(32).view({1, 2, 4, 4}), w = (arange(24) - 11).view({3, 2, 2, 2});
  const Tensor y = conv2d(x, w, {}, 1, IntArrayRef(1));
  ASSERT_EQ(y.dtype(), kInt64);
  for (std::int64_t o = 0; o < 3; ++o) {
    for (std::int64_t i = 0; i < 5; ++i) EXPECT_EQ(y[0][o][i][2].item<double>(), one_output(x, w, 0, o, i, 2, 1, 1));
  }
  EXPECT_EQ(conv_transpose2d(x, w.view({2, 3, 2, 2})).dtype(), kInt64);
}

TEST(Convolution, OfALargeImageGoesInParts) {
  // 64 channels · 9 places · 80 columns are several times what is unfolded at once.
  manual_seed(0);
  const Tensor x = randn({1, 64, 70, 80}), w = randn({2, 64, 3, 3}), y = conv2d(x, w, {}, 1, IntArrayRef(1));
  for (const std::int64_t line : {0, 1, 33, 68, 69}) {
    for (const std::int64_t column : {0, 40, 79}) {
      EXPECT_NEAR(y[0][1][line][column].item<double>(), one_output(x, w, 0, 1, line, column, 1, 1), 1e-3);
    }
  }
}

/// A convolution's result and gradients in floats, which have kernels of their own, against those in doubles.
void expect_like_doubles(const Tensor& x, const Tensor& w, Dims stride, Dims padding, Dims dilation,
                         std::int64_t groups) {
  const auto run = [&](ScalarType dtype) {
    Tensor a = x.clone().to(dtype).requires_grad_(), b = w.clone().to(dtype).requires_grad_();
    const Tensor y = x.dim() == 3   ? conv1d(a, b, {}, stride, padding, dilation, groups)
                     : x.dim() == 4 ? conv2d(a, b, {}, stride, padding, dilation, groups)
                                    : conv3d(a, b, {}, stride, padding, dilation, groups);
    y.backward(cos(arange(y.numel(), kFloat64)).view(y.sizes()).to(dtype));
    return std::vector<Tensor>{y.detach(), a.grad(), b.grad()};
  };
  const std::vector<Tensor> narrow = run(kFloat32), wide = run(kFloat64);
  for (std::size_t i = 0; i < wide.size(); ++i) {
    ASSERT_EQ(narrow[i].sizes(), wide[i].sizes());
    EXPECT_TRUE(allclose(narrow[i].to(kFloat64), wide[i], 1e-4, 2e-4))
        << "number " << i << " of stride " << stride[stride.size() - 1] << " and width " << x.size(-1);
  }
}

TEST(Convolution, BySteps) {
  manual_seed(1);
  for (const std::int64_t stride : {2, 3, 4}) {
    for (const std::int64_t padding : {0, 1, 3}) {
      for (const std::int64_t width : {17, 34, 50, 71}) {
        expect_like_doubles(randn({2, 8, width}), randn({20, 8, 5}), {stride}, {padding}, {1}, 1);
        expect_like_doubles(randn({2, 4, 19, width}), randn({6, 4, 3, 3}), {stride, stride}, {padding, padding}, {1, 2},
                            1);
      }
    }
  }
  expect_like_doubles(randn({2, 6, 20, 40}), randn({6, 1, 3, 3}), {2, 2}, {1, 1}, {1, 1}, 6);
  expect_like_doubles(randn({2, 6, 9, 40}), randn({4, 3, 2, 3}), {1, 2}, {0, 2}, {2, 3}, 2);
  expect_like_doubles(randn({1, 3, 7, 8, 30}), randn({5, 3, 3, 2, 3}), {2, 1, 2}, {1, 0, 1}, {1, 1, 2}, 1);
}

}  // namespace
}  // namespace xgrad
