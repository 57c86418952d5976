#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/nn/utils/clip_grad.hpp>

#include <algorithm>
#include <cmath>

namespace xgrad::nn::utils {

namespace {

/// Σ |g|^p, or the largest |g| for infinite p.
double part_of_norm(const Tensor& g, double p) {
  if (std::isinf(p)) return g.numel() ? abs(g).max().item<double>() : 0;
  if (p == 2) return square(g).sum().item<double>();
  return abs(g).pow(p).sum().item<double>();
}

}  // namespace

double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm, double norm_type,
                       bool error_if_nonfinite) {
  const NoGradGuard no_grad;
  double total = 0;
  for (const Tensor& p : parameters) {
    if (!p.grad().defined()) continue;
    const double part = part_of_norm(p.grad(), norm_type);
    total = std::isinf(norm_type) ? (std::isnan(part) ? part : std::max(total, part)) : total + part;
  }
  const double norm = std::isinf(norm_type) ? total : std::pow(total, 1 / norm_type);
  check(!error_if_nonfinite || std::isfinite(norm),
        "The total norm of order {} for gradients from `parameters` is non-finite, so it cannot be clipped. To disable "
        "this error and scale the gradients by the non-finite norm anyway, set `error_if_nonfinite=False`",
        norm_type);
  const double scale = max_norm / (norm + 1e-6);
  if (scale < 1 || std::isnan(scale)) {
    for (const Tensor& p : parameters) {
      if (p.grad().defined()) p.mutable_grad().mul_(scale);
    }
  }
  return norm;
}
double clip_grad_norm_(const Tensor& parameter, double max_norm, double norm_type, bool error_if_nonfinite) {
  return clip_grad_norm_(std::vector<Tensor>{parameter}, max_norm, norm_type, error_if_nonfinite);
}

void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value) {
  const NoGradGuard no_grad;
  for (const Tensor& p : parameters) {
    if (p.grad().defined()) p.mutable_grad().clamp_(-clip_value, clip_value);
  }
}
void clip_grad_value_(const Tensor& parameter, double clip_value) {
  clip_grad_value_(std::vector<Tensor>{parameter}, clip_value);
}

}  // namespace xgrad::nn::utils
