#include <xgrad/autograd/ops/distances.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

#include <cmath>

namespace xgrad {

namespace {

Tensor reduced(const Tensor& loss, Reduction reduction) {
  return reduction == Reduction::Mean ? loss.mean() : reduction == Reduction::Sum ? loss.sum() : loss;
}

void check_floating(const char* kernel, const Tensor& a, const Tensor& b) {
  const ScalarType dtype = ops::promoted_type(a, b);
  check<NotImplementedError>(is_floating_point(dtype), "\"{}\" not implemented for '{}'", kernel, dtype);
}

/// (Σ |x|^p)^(1/p) along the last dimension; at 0 its slope is 0.
Tensor length(const Tensor& x, double p, bool keepdim) {
  const std::int64_t last = -1;
  if (p == 1) return abs(x).sum(last, keepdim);
  if (p == HUGE_VAL) return abs(x).amax(last, keepdim);
  if (p == 0) return ne(x, 0).to(x.dtype()).sum(last, keepdim);
  const Tensor sum = p == 2 ? square(x).sum(last, keepdim) : abs(x).pow(p).sum(last, keepdim);
  const Tensor some = where(eq(sum, 0), 1., sum);
  return where(eq(sum, 0), 0., p == 2 ? sqrt(some) : some.pow(1 / p));
}

Tensor hinge(const Tensor& x) { return x.clamp_min(0); }

}  // namespace

Tensor cosine_similarity(const Tensor& a, const Tensor& b, std::int64_t dim, double eps) {
  const ScalarType dtype = ops::promoted_type(a, b);
  check(is_floating_point(dtype), "expected common dtype to be floating point, yet common dtype is {}", dtype);
  const Dims shape = broadcast_shapes(a.sizes(), b.sizes());
  const Tensor x = ops::as_dtype(a, dtype).expand(shape), y = ops::as_dtype(b, dtype).expand(shape);
  const std::int64_t d = wrap_dim(dim, x.dim());
  const auto norm = [&](const Tensor& t) {
    const Tensor sum = square(t).sum(d, true);
    return where(eq(sum, 0), eps, sqrt(where(eq(sum, 0), 1., sum)).clamp_min(eps));
  };
  return ((x / norm(x)) * (y / norm(y))).sum(d);
}

Tensor pairwise_distance(const Tensor& a, const Tensor& b, double p, double eps, bool keepdim) {
  return length(a - b + eps, p, keepdim);
}

Tensor kl_div(const Tensor& x, const Tensor& target, Reduction reduction, bool log_target) {
  check(x.is_floating_point() && target.is_floating_point(), "kl_div: Integral inputs not supported.");
  return reduced(log_target ? exp(target) * (target - x) : xlogy(target, target) - target * x, reduction);
}

Tensor poisson_nll_loss(const Tensor& x, const Tensor& target, bool log_input, bool full, double eps,
                        Reduction reduction) {
  Tensor loss = log_input ? exp(x) - target * x : x - target * log(x + eps);
  if (full) {
    constexpr double kTwoPi = 6.28318530717958647692;
    const Tensor large = where(target > 1, target, 2.);  // where the terms are left out, any number will do
    const Tensor terms = large * log(large) - large + log(large * kTwoPi) * 0.5;
    loss = loss + where(target > 1, terms, 0.);
  }
  return reduced(loss, reduction);
}

Tensor hinge_embedding_loss(const Tensor& x, const Tensor& target, double margin, Reduction reduction) {
  const Tensor apart = where(ne(target, 1), hinge(margin - x), 0.), near = where(ne(target, -1), x, 0.);
  return reduced(apart + near, reduction);
}

Tensor soft_margin_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
  check_floating("exp_vml_cpu", x, target);
  return reduced(log1p(exp(x * -target)), reduction);
}

Tensor margin_ranking_loss(const Tensor& a, const Tensor& b, const Tensor& target, double margin, Reduction reduction) {
  return reduced(hinge(-target * (a - b) + margin), reduction);
}

Tensor cosine_embedding_loss(const Tensor& a, const Tensor& b, const Tensor& target, double margin,
                             Reduction reduction) {
  check(target.dim() <= 1, "0D or 1D target tensor expected, multi-target not supported");
  check(target.dim() == 0 || (a.dim() == 2 && b.dim() == 2),
        "1D target tensor expects 2D input tensors, but found inputs with sizes {} and {}.", a.sizes(), b.sizes());
  constexpr double kTiny = 1e-12;
  const std::int64_t d = target.dim() == 1 ? 1 : 0;
  const Tensor cosine = (a * b).sum(d) / sqrt((square(a).sum(d) + kTiny) * (square(b).sum(d) + kTiny));
  const Tensor near = where(eq(target, 1), 1 - cosine, 0.), apart = where(eq(target, -1), hinge(cosine - margin), 0.);
  return reduced(near + apart, reduction);
}

Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative, double margin,
                           double p, double eps, bool swap, Reduction reduction) {
  check(anchor.dim() == positive.dim() && positive.dim() == negative.dim(),
        "All inputs should have same dimension but got {}D, {}D and {}D inputs.", anchor.dim(), positive.dim(),
        negative.dim());
  const Tensor near = pairwise_distance(anchor, positive, p, eps);
  Tensor apart = pairwise_distance(anchor, negative, p, eps);
  if (swap) apart = minimum(apart, pairwise_distance(positive, negative, p, eps));
  return reduced(hinge(near - apart + margin), reduction);
}

}  // namespace xgrad
