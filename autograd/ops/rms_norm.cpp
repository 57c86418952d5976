#include <xgrad/autograd/kernels/rms_norm.hpp>
#include <xgrad/autograd/ops/promotion.hpp>
#include <xgrad/autograd/ops/rms_norm.hpp>

#include <fmt/format.h>

#include <limits>

namespace xgrad {

namespace {

/// The gradients of x and weight by differentiable operations on rows, for a graph of them.
Grads recorded_rms_gradients(const Saved& s, const Tensor& given, std::int64_t n, double eps, bool weighted) {
  const Tensor x = s.input(0).reshape({-1, n}), g = given.reshape({-1, n});
  const Tensor rstd = (square(x).mean({1}, true) + eps).rsqrt();
  Grads out(2);
  if (s.needs(0)) {
    const Tensor scaled = weighted ? g * s.input(1).reshape({n}) : g;
    out[0] = (rstd * scaled - x * rstd.pow(3) * (scaled * x).mean({1}, true)).reshape(given.sizes());
  }
  if (s.needs(1)) out[1] = (g * x * rstd).sum({0}).reshape(s.input(1).sizes());
  return out;
}

double smallest_step(ScalarType dtype) {
  return dtype == kFloat32 ? static_cast<double>(std::numeric_limits<float>::epsilon())
                           : std::numeric_limits<double>::epsilon();
}

}  // namespace

Tensor rms_norm(const Tensor& x, IntArrayRef shape, const Tensor& weight, std::optional<double> given_eps) {
  check(!shape.empty(),
        "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got "
        "normalized_shape = {}",
        shape);
  check(!weight.defined() || weight.sizes() == shape,
        "Expected weight to be of same shape as normalized_shape, but got weight of shape {} and normalized_shape = {}",
        weight.defined() ? weight.sizes() : IntArrayRef(), shape);
  check(x.dim() >= static_cast<std::int64_t>(shape.size()) &&
            IntArrayRef(x.sizes().end() - shape.size(), x.sizes().end()) == shape,
        "Given normalized_shape={}, expected input with shape [*, {}], but got input of size{}", shape,
        fmt::join(shape, ", "), x.sizes());
  check<NotImplementedError>(x.is_floating_point(), "\"rms_norm\" not implemented for '{}'", x.dtype());
  check(!weight.defined() || weight.dtype() == x.dtype(), "expected scalar type {} but found {}", info(x.dtype()).cname,
        weight.defined() ? info(weight.dtype()).cname : "");
  std::int64_t n = 1;
  for (const std::int64_t s : shape) n *= s;
  if (x.numel() == 0) return weight.defined() ? x * weight : x * 1;
  const double eps = given_eps.value_or(smallest_step(x.dtype()));
  Tensor rstd;
  told(shape, eps);
  return differentiable<"RmsNormBackward0">(
      inputs(x, weight), {},
      [&](const Array*) {
        auto parts = kernels::rms_normalize(x.array(), n, weight.defined() ? &weight.array() : nullptr, eps);
        rstd = Tensor(std::move(parts.rstd));
        return parts.y;
      },
      [&](Save& s) {
        s.input(0);
        s.tensor(rstd);
        if (weight.defined()) s.input(1);
      },
      [n, eps, weighted = weight.defined()](const Saved& s, const Tensor& g) -> Grads {
        if (detail::grad_mode) return recorded_rms_gradients(s, g, n, eps, weighted);
        auto d = kernels::rms_normalize_backward(g.array(), s.input(0).array(), n,
                                                 weighted ? &s.input(1).array() : nullptr, s.tensor(0).array());
        return {s.needs(0) ? Tensor(std::move(d.x)) : Tensor(),
                s.needs(1) ? Tensor(d.weight.view(s.input(1).sizes())) : Tensor()};
      });
}

}  // namespace xgrad
