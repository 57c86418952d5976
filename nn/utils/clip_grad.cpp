#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/nn/utils/clip_grad.hpp>

#include <algorithm>
#include <cmath>

namespace xgrad::nn::utils {

namespace {

/// Σ |g|^p; the largest or smallest |g| for infinite p; for 0, PyTorch's norm of norms: whether there is one at all.
double part_of_norm(const Tensor& g, double p) {
  if (std::isinf(p)) return g.numel() == 0 ? 0 : (p > 0 ? abs(g).max() : abs(g).min()).item<double>();
  if (p == 0) return g.count_nonzero().item<std::int64_t>() != 0;
  if (p == 2) return square(g).sum().item<double>();
  return abs(g).pow(p).sum().item<double>();
}

/// The norm of all gradients from the parts of each.
double norm_of(const std::vector<double>& parts, double p) {
  double total = 0;
  if (!std::isinf(p)) {
    for (const double part : parts) total += part;
    return p == 0 ? total : std::pow(total, 1 / p);
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (std::isnan(parts[i])) return parts[i];
    total = i == 0 ? parts[i] : p > 0 ? std::max(total, parts[i]) : std::min(total, parts[i]);
  }
  return total;
}

}  // namespace

double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm, double norm_type,
                       bool error_if_nonfinite) {
  const NoGradGuard no_grad;
  std::vector<double> parts;
  for (const Tensor& p : parameters) {
    if (p.grad().defined()) parts.push_back(part_of_norm(p.grad(), norm_type));
  }
  if (parts.empty()) return 0;
  const double norm = norm_of(parts, norm_type);
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
