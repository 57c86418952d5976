#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/loops.hpp>
#include <xgrad/autograd/kernels/optim.hpp>

#include <cmath>

namespace xgrad::kernels {
namespace {

enum class Momentum { None, First, Running };

/// The constants in the parameter's type, each rounded once from double as PyTorch rounds its scalars.
template <class T>
struct Constants {
  T minus_lr, momentum, undamped, weight_decay, sign;
  explicit Constants(const SgdStep& s)
      : minus_lr(static_cast<T>(-s.lr)),
        momentum(static_cast<T>(s.momentum)),
        undamped(static_cast<T>(1 - s.dampening)),
        weight_decay(static_cast<T>(s.weight_decay)),
        sign(s.maximize ? T(-1) : T(1)) {}
};

/// PyTorch's sequence mul_, add_(d, alpha), ... where each `add(x, alpha)` is one fused multiply-add and mul_ rounds
/// by itself; the explicit fma calls keep the compiler from fusing differently.
template <class T, Momentum momentum, bool nesterov>
void sweep(T* p, const T* g, T* buffer, std::int64_t n, const Constants<T>& c, bool decays) {
  const auto run = [&]<bool decay>() {
    XGRAD_INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) {
      T d = g[i] * c.sign;
      if constexpr (decay) d = std::fma(p[i], c.weight_decay, d);
      if constexpr (momentum != Momentum::None) {
        T b = d;
        if constexpr (momentum == Momentum::Running) b = std::fma(d, c.undamped, buffer[i] * c.momentum);
        buffer[i] = b;
        d = nesterov ? std::fma(b, c.momentum, d) : b;
      }
      p[i] = std::fma(d, c.minus_lr, p[i]);
    }
  };
  if (decays)
    run.template operator()<true>();
  else
    run.template operator()<false>();
}

template <class T>
void step_linear(T* p, const T* g, T* buffer, bool first, std::int64_t n, const SgdStep& step) {
  const Constants<T> c(step);
  const bool decays = step.weight_decay != 0;
  if (!buffer) return sweep<T, Momentum::None, false>(p, g, nullptr, n, c, decays);
  if (first && step.nesterov) return sweep<T, Momentum::First, true>(p, g, buffer, n, c, decays);
  if (first) return sweep<T, Momentum::First, false>(p, g, buffer, n, c, decays);
  if (step.nesterov) return sweep<T, Momentum::Running, true>(p, g, buffer, n, c, decays);
  sweep<T, Momentum::Running, false>(p, g, buffer, n, c, decays);
}

void check_like(const Array& p, const Array& other, const char* what) {
  if (p.dtype() == other.dtype() && p.sizes() == other.sizes()) return;
  fail("SGD: the {} ({} {}) must have the parameter's dtype and shape ({} {})", what, info(other.dtype()).cname,
       other.sizes(), info(p.dtype()).cname, p.sizes());
}

}  // namespace

void sgd_step(const Array& p, const Array& g, const Array* buffer, bool first, const SgdStep& step) {
  check_like(p, g, "gradient");
  if (buffer) check_like(p, *buffer, "momentum buffer");
  if (p.numel() == 0) return;
  const auto same_layout = [&](const Array& a) {
    return p.is_contiguous() ? a.is_contiguous() : a.strides() == p.strides();
  };
  if ((p.is_contiguous() || p.is_dense()) && same_layout(g) && (!buffer || same_layout(*buffer))) {
    dispatch_floating(p.dtype(), "sgd_step", [&]<class T>() {
      step_linear<T>(p.data<T>(), g.data<T>(), buffer ? buffer->data<T>() : nullptr, first, p.numel(), step);
    });
    return;
  }
  // Layouts that differ are rare: packed copies, and back.
  const Array packed_p = contiguous_copy(p), packed_g = contiguous_copy(g);
  const Array packed_buffer = buffer ? contiguous_copy(*buffer) : Array();
  sgd_step(packed_p, packed_g, buffer ? &packed_buffer : nullptr, first, step);
  copy(p, packed_p);
  if (buffer) copy(*buffer, packed_buffer);
}

}  // namespace xgrad::kernels
