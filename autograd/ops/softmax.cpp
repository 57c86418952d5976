#include <xgrad/autograd/kernels/softmax.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

namespace xgrad {
namespace {

/// `last`: PyTorch's name of the kernel for the last dimension.
void check_floating(const char* last, const Tensor& x, std::int64_t dim) {
  check<NotImplementedError>(x.is_floating_point(), "\"{}\" not implemented for '{}'",
                             dim + 1 >= x.dim() ? last : "softmax_kernel_impl", x.dtype());
}

}  // namespace

/// y_i = e^(x_i) / Σ_j e^(x_j)           dx = y·(g − Σ g·y)
Tensor softmax(const Tensor& x, std::int64_t dim, std::optional<ScalarType> dtype) {
  if (dtype && *dtype != x.dtype()) return softmax(x.to(*dtype), dim);
  const std::int64_t d = wrap_dim(dim, x.dim());
  check_floating("softmax_lastdim_kernel_impl", x, d);
  told(d);
  return differentiable<"SoftmaxBackward0">(
      inputs(x), {}, [&](const Array*) { return kernels::softmax(x.array(), d, false); }, [](Save& s) { s.output(); },
      [d](const Saved& s, const Tensor& g) -> Grads { return {softmax_backward(g, s.output(), d)}; });
}

/// y·(g − Σ g·y)       with h·y = a and Σ a = b:   dg = a − y·b,  dy = h·(g − Σ g·y) − g·b
Tensor softmax_backward(const Tensor& g, const Tensor& y, std::int64_t dim) {
  dim = wrap_dim(dim, y.dim());
  return differentiable<"SoftmaxBackwardDataBackward0">(
      inputs(g, y), {}, [&](const Array*) { return kernels::softmax_backward(g.array(), y.array(), dim, false); },
      [](Save& s) {
        s.input(1);
        if (s.needed(1)) s.input(0);
      },
      [dim](const Saved& s, const Tensor& h) -> Grads {
        const Tensor& y = s.input(1);
        if (!s.needs(1)) return {softmax_backward(h, y, dim), Tensor()};
        const Tensor& g = s.input(0);
        const Tensor b = (h * y).sum(dim, true);
        return {s.needs(0) ? softmax_backward(h, y, dim) : Tensor(), h * (g - (g * y).sum(dim, true)) - g * b};
      });
}

/// y_i = x_i − ln Σ_j e^(x_j)            dx = g − e^y·Σ g
Tensor log_softmax(const Tensor& x, std::int64_t dim, std::optional<ScalarType> dtype) {
  if (dtype && *dtype != x.dtype()) return log_softmax(x.to(*dtype), dim);
  const std::int64_t d = wrap_dim(dim, x.dim());
  check_floating("log_softmax_lastdim_kernel_impl", x, d);
  told(d);
  return differentiable<"LogSoftmaxBackward0">(
      inputs(x), {}, [&](const Array*) { return kernels::softmax(x.array(), d, true); }, [](Save& s) { s.output(); },
      [d](const Saved& s, const Tensor& g) -> Grads { return {log_softmax_backward(g, s.output(), d)}; });
}

/// g − e^y·Σ g         dg = h − Σ h·e^y,  dy = −h·e^y·Σ g
Tensor log_softmax_backward(const Tensor& g, const Tensor& y, std::int64_t dim) {
  dim = wrap_dim(dim, y.dim());
  return differentiable<"LogSoftmaxBackwardDataBackward0">(
      inputs(g, y), {}, [&](const Array*) { return kernels::softmax_backward(g.array(), y.array(), dim, true); },
      [](Save& s) {
        s.input(1);
        if (s.needed(1)) s.input(0);
      },
      [dim](const Saved& s, const Tensor& h) -> Grads {
        const Tensor p = s.input(1).exp(), hp = h * p;
        return {s.needs(0) ? h - hp.sum(dim, true) : Tensor(),
                s.needs(1) ? -(hp * s.input(0).sum(dim, true)) : Tensor()};
      });
}

}  // namespace xgrad
