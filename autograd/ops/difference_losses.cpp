#include <xgrad/autograd/kernels/activation.hpp>
#include <xgrad/autograd/ops/distances.hpp>
#include <xgrad/autograd/ops/loss_checks.hpp>
#include <xgrad/autograd/ops/losses.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

#include <algorithm>

namespace xgrad {
namespace {

using kernels::Activation;
using kernels::ActivationCall;

/// f(x − t), with f as an activation.
struct Formula {
  ActivationCall call;
  bool edge_is_bent = false;  ///< of a bowl: whether f'' at its edge is that of the inside
};

/// f''(e)
Tensor curvature(const Formula& f, const Tensor& e) {
  if (f.call.f == Activation::Square) return full_like(e, 2.);
  const Tensor size = abs(e);
  return (f.edge_is_bent ? size <= f.call.b : size < f.call.b).to(e.dtype()) * f.call.a;
}

/// g·f'(x − t)                        dg = h·f'(x − t), dx = h·g·f''(x − t), dt = −dx
Tensor slope(const Formula& f, const Tensor& g, const Tensor& x, const Tensor& target) {
  return differentiable<"DifferenceLossBackwardBackward0">(
      inputs(g, x, target), {},
      [&](const Array*) { return kernels::slope_of_difference(f.call, g.array(), x.array(), target.array()); },
      [](Save& s) {
        s.input(1);
        s.input(2);
        if (s.needed(1) || s.needed(2)) s.input(0);
      },
      [f](const Saved& s, const Tensor& h) -> Grads {
        const Tensor &x = s.input(1), &t = s.input(2);
        Tensor d;
        if (s.needs(1) || s.needs(2)) d = h * s.input(0) * curvature(f, x - t);
        return {s.needs(0) ? slope(f, h, x, t) : Tensor(), s.needs(1) ? d : Tensor(), s.needs(2) ? -d : Tensor()};
      });
}

/// f(x − t), reduced                  dx = g·f'(x − t), dt = −dx
template <FixedString Name>
Tensor difference_loss(const Formula& f, const Tensor& x, const Tensor& target, Reduction reduction) {
  return differentiable<Name>(
      inputs(x, target), {},
      [&](const Array*) {
        const NoGradGuard no_grad;
        const Tensor each(kernels::activation_of_difference(f.call, x.array(), target.array()));
        return (reduction == Reduction::Mean ? each.mean() : reduction == Reduction::Sum ? each.sum() : each).array();
      },
      [](Save& s) {
        s.input(0);
        s.input(1);
      },
      [f, reduction](const Saved& s, const Tensor& g) -> Grads {
        const Tensor &x = s.input(0), &t = s.input(1);
        const Dims sizes = broadcast_shapes(x.sizes(), t.sizes());
        std::int64_t count = 1;
        for (const std::int64_t n : sizes) count *= n;
        const Tensor each =
            reduction == Reduction::Mean ? g / static_cast<double>(std::max<std::int64_t>(count, 1)) : g;
        const Tensor d = slope(f, each.expand(sizes), x, t);
        return {s.needs(0) ? d : Tensor(), s.needs(1) ? -d : Tensor()};
      });
}

ScalarType dtype_of_loss(const char* kernel, const Tensor& x, const Tensor& target) {
  const ScalarType dtype = ops::promoted_type(x, target);
  check<NotImplementedError>(is_floating_point(dtype), "\"{}\" not implemented for '{}'", kernel, dtype);
  return dtype;
}

}  // namespace

Tensor mse_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
  ops::check_same_shape("mse_loss", x, target);
  const ScalarType dtype = dtype_of_loss("mse_cpu", x, target);
  const Tensor a = ops::as_dtype(x, dtype), b = ops::as_dtype(target, dtype);
  told(reduction);
  return difference_loss<"MseLossBackward0">({{Activation::Square}}, a, b, reduction);
}

Tensor smooth_l1_loss(const Tensor& x, const Tensor& target, Reduction reduction, double beta) {
  check(beta >= 0, "smooth_l1_loss does not support negative values for beta.");
  const ScalarType dtype = dtype_of_loss("smooth_l1_cpu", x, target);
  if (beta == 0) {
    const Tensor d = abs(x - target);
    return reduction == Reduction::Mean ? d.mean() : reduction == Reduction::Sum ? d.sum() : d;
  }
  const Tensor a = ops::as_dtype(x, dtype), b = ops::as_dtype(target, dtype);
  told(reduction, beta);
  return difference_loss<"SmoothL1LossBackward0">({{Activation::Bowl, 1 / beta, beta, 1}}, a, b, reduction);
}

Tensor huber_loss(const Tensor& x, const Tensor& target, Reduction reduction, double delta) {
  check(delta > 0, "huber_loss does not support non-positive values for delta.");
  const ScalarType dtype = dtype_of_loss("huber_cpu", x, target);
  const Tensor a = ops::as_dtype(x, dtype), b = ops::as_dtype(target, dtype);
  told(reduction, delta);
  return difference_loss<"HuberLossBackward0">({{Activation::Bowl, 1, delta, delta}, true}, a, b, reduction);
}

}  // namespace xgrad
