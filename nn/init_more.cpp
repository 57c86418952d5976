// Initial weights that are not drawn element by element.
#include <xgrad/autograd/array/parallel.hpp>
#include <xgrad/autograd/array/warning.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/ops/factorizations.hpp>
#include <xgrad/nn/init.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace xgrad::nn::init {

namespace {

constexpr double kRootTwo = 1.41421356237309504880;

double normal_cdf(double x) { return (1 + std::erf(x / kRootTwo)) / 2; }

/// The polynomial with these coefficients, highest first, one fma a step.
template <class T, std::size_t N>
T polynomial(const double (&coefficients)[N], T x) {
  T sum = static_cast<T>(coefficients[0]);
  for (std::size_t i = 1; i < N; ++i) sum = std::fma(sum, x, static_cast<T>(coefficients[i]));
  return sum;
}

/// The inverse of erf, step by step as PyTorch computes it on a processor with fma: a quotient of polynomials, then
/// Newton's method twice, all in T. xgrad::erfinv is nearer to the truth, and so in the last bit no draw of PyTorch's.
template <class T>
T drawn_erfinv(T y) {
  constexpr double kTop[] = {-0.140543331, 0.914624893, -1.645349621, 0.886226899},
                   kBottom[] = {0.012229801, -0.329097515, 1.442710462, -2.118377725, 1},
                   kOuterTop[] = {1.641345311, 3.429567803, -1.624906493, -1.970840454},
                   kOuterBottom[] = {1.637067800, 3.543889200, 1};
  const T distance = std::abs(y);
  if (distance == 1) return std::copysign(std::numeric_limits<T>::infinity(), y);
  T x;
  if (distance <= static_cast<T>(0.7)) {
    const T square = y * y;
    x = y * polynomial(kTop, square) / polynomial(kBottom, square);
  } else {
    const T z = std::sqrt(-std::log((1 - distance) / 2));
    x = std::copysign(polynomial(kOuterTop, z), y) / polynomial(kOuterBottom, z);
  }
  const T slope_at_zero = 2 / static_cast<T>(std::sqrt(std::numbers::pi));
  for (int step = 0; step < 2; ++step) x -= (std::erf(x) - y) / (slope_at_zero * std::exp(-x * x));
  return x;
}

void drawn_erfinv_(const Tensor& tensor) {
  const Tensor packed = tensor.contiguous();
  const auto each = [&](auto* x) {
    parallel_for(0, packed.numel(), 4096, [x](std::int64_t first, std::int64_t last) {
      for (std::int64_t i = first; i < last; ++i) x[i] = drawn_erfinv(x[i]);
    });
  };
  if (packed.dtype() == kFloat32)
    each(packed.data_ptr<float>());
  else
    each(packed.data_ptr<double>());
  if (!packed.is_same(tensor)) tensor.copy_(packed);
}

}  // namespace

Tensor trunc_normal_(Tensor tensor, double mean, double std, double a, double b) {
  if (mean < a - 2 * std || mean > b + 2 * std) {
    warn("mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be incorrect.");
  }
  const NoGradGuard no_grad;
  // A uniform draw between the ends' shares, through the inverse of the distribution function.
  const double low = normal_cdf((a - mean) / std), high = normal_cdf((b - mean) / std);
  tensor.uniform_(2 * low - 1, 2 * high - 1);
  drawn_erfinv_(tensor);
  return tensor.mul_(std * kRootTwo).add_(mean).clamp_(a, b);
}

Tensor orthogonal_(Tensor tensor, double gain) {
  check<ValueError>(tensor.dim() >= 2, "Only tensors with 2 or more dimensions are supported");
  if (tensor.numel() == 0) return tensor;
  const NoGradGuard no_grad;
  const std::int64_t rows = tensor.size(0), columns = tensor.numel() / rows;
  Tensor drawn = empty({rows, columns}, tensor.dtype());
  drawn.normal_(0, 1);
  const auto [q, r] = linalg_qr(rows < columns ? drawn.t() : drawn);
  // With the signs of r's diagonal the factor is unique, and its distribution uniform.
  const Tensor signed_q = q * r.diagonal().sign();
  tensor.copy_((rows < columns ? signed_q.t() : signed_q).reshape(tensor.sizes()));
  return tensor.mul_(gain);
}

Tensor sparse_(Tensor matrix, double sparsity, double std) {
  check<ValueError>(matrix.dim() == 2, "Only tensors with 2 dimensions are supported");
  const NoGradGuard no_grad;
  const auto zeros_of = static_cast<std::int64_t>(std::ceil(sparsity * static_cast<double>(matrix.size(0))));
  matrix.normal_(0, std);
  for (std::int64_t c = 0; c < matrix.size(1); ++c) {
    matrix.select(1, c).index_fill_(0, randperm(matrix.size(0)).slice(0, 0, zeros_of), 0);
  }
  return matrix;
}

Tensor dirac_(Tensor tensor, std::int64_t groups) {
  check<ValueError>(tensor.dim() >= 3 && tensor.dim() <= 5, "Only tensors with 3, 4, or 5 dimensions are supported");
  check<ValueError>(groups > 0 && tensor.size(0) % groups == 0, "dim 0 must be divisible by groups");
  const NoGradGuard no_grad;
  const std::int64_t outputs = tensor.size(0) / groups, kept = std::min(outputs, tensor.size(1));
  tensor.zero_();
  for (std::int64_t g = 0; g < groups; ++g) {
    for (std::int64_t k = 0; k < kept; ++k) {
      Tensor middle = tensor.select(0, g * outputs + k).select(0, k);
      while (middle.dim() > 0) middle = middle.select(0, middle.size(0) / 2);
      middle.fill_(1);
    }
  }
  return tensor;
}

}  // namespace xgrad::nn::init
