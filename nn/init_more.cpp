// Initial weights that are not drawn element by element.
#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/ops/factorizations.hpp>
#include <xgrad/nn/init.hpp>

#include <algorithm>
#include <cmath>

namespace xgrad::nn::init {

namespace {

constexpr double kRootTwo = 1.41421356237309504880;

double normal_cdf(double x) { return (1 + std::erf(x / kRootTwo)) / 2; }

}  // namespace

Tensor trunc_normal_(Tensor tensor, double mean, double std, double a, double b) {
  const NoGradGuard no_grad;
  // A uniform draw between the ends' shares, through the inverse of the distribution function.
  const double low = normal_cdf((a - mean) / std), high = normal_cdf((b - mean) / std);
  tensor.uniform_(2 * low - 1, 2 * high - 1);
  tensor.erfinv_().mul_(std * kRootTwo).add_(mean).clamp_(a, b);
  return tensor;
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
