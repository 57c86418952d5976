/// Optimiser updates, one sweep over memory each.
///
/// Each changes a parameter and what is kept for it in place, in PyTorch's order of operations, so that float results
/// agree. All arrays must have the parameter's dtype (float or double) and shape; throws Error otherwise. Constants
/// that are the same for all elements (bias corrections, step sizes) are computed by the caller in double.
#pragma once

#include <xgrad/autograd/array/array.hpp>

namespace xgrad::kernels {

struct SgdStep {
  double lr = 0, momentum = 0, dampening = 0, weight_decay = 0;
  bool nesterov = false, maximize = false;
};

/// d = ±g + weight_decay·p;  buffer = first ? d : momentum·buffer + (1 − dampening)·d;
/// p −= lr·(nesterov ? d + momentum·buffer : momentum ? buffer : d).
/// `buffer` is null without momentum; `first` says that it holds nothing yet.
void sgd_step(const Array& p, const Array& g, const Array* buffer, bool first, const SgdStep& step);

struct AdamStep {
  double beta1 = 0, beta2 = 0, eps = 0, weight_decay = 0;
  double step_size = 0;     ///< lr / (1 − beta1^t)
  double correction = 1;    ///< √(1 − beta2^t)
  double decay_factor = 1;  ///< AdamW: what p is multiplied by first, 1 − lr·weight_decay
  bool maximize = false;
};

/// d = ±g + weight_decay·p;  p *= decay_factor;  m = beta1·m + (1 − beta1)·d;  v = beta2·v + (1 − beta2)·d²;
/// p −= step_size·m / (√v / correction + eps). With `max_v`, the largest v so far takes v's place in the last line.
void adam_step(const char* name, const Array& p, const Array& g, const Array& m, const Array& v, const Array* max_v,
               const AdamStep& step);

/// m as in Adam;  u = max(beta2·u, |d| + eps);  p −= step_size·m / u.
void adamax_step(const Array& p, const Array& g, const Array& m, const Array& u, const AdamStep& step);

struct NadamStep {
  double beta1 = 0, beta2 = 0, eps = 0, weight_decay = 0;
  double correction = 1;                    ///< 1 − beta2^t
  double grad_size = 0, momentum_size = 0;  ///< of the gradient's part and of the momentum's part
};

/// m, v as in Adam;  s = √(v / correction) + eps;  p −= grad_size·d / s + momentum_size·m / s.
void nadam_step(const Array& p, const Array& g, const Array& m, const Array& v, const NadamStep& step);

struct RadamStep {
  double beta1 = 0, beta2 = 0, eps = 0, weight_decay = 0, lr = 0;
  double correction1 = 1, correction2 = 1;  ///< 1 − beta1^t, √(1 − beta2^t)
  double rectification = 0;                 ///< 0: the variance is not known well enough to divide by it
};

/// m, v as in Adam;  p −= lr·m / correction1 · (rectification ? rectification·correction2 / (√v + eps) : 1).
void radam_step(const Array& p, const Array& g, const Array& m, const Array& v, const RadamStep& step);

struct AdagradStep {
  double step_size = 0, eps = 0, weight_decay = 0;
  bool maximize = false;
};

/// d = ±g + weight_decay·p;  sum += d²;  p −= step_size·d / (√sum + eps).
void adagrad_step(const Array& p, const Array& g, const Array& sum, const AdagradStep& step);

struct AdadeltaStep {
  double lr = 0, rho = 0, eps = 0, weight_decay = 0;
  bool maximize = false;
};

/// v = rho·v + (1 − rho)·d²;  x = √(u + eps) / √(v + eps)·d;  u = rho·u + (1 − rho)·x²;  p −= lr·x.
void adadelta_step(const Array& p, const Array& g, const Array& v, const Array& u, const AdadeltaStep& step);

struct RmspropStep {
  double lr = 0, alpha = 0, eps = 0, weight_decay = 0, momentum = 0;
  bool maximize = false;
};

/// v = alpha·v + (1 − alpha)·d²;  a = alpha·a + (1 − alpha)·d;  s = √(v − a²) + eps (without `average`: √v + eps);
/// b = momentum·b + d / s;  p −= lr·b (without `buffer`: p −= lr·d / s).
void rmsprop_step(const Array& p, const Array& g, const Array& v, const Array* average, const Array* buffer,
                  const RmspropStep& step);

struct RpropStep {
  double eta_minus = 0, eta_plus = 0, smallest = 0, largest = 0;
  bool maximize = false;
};

/// size *= eta_plus where g and `previous` have one sign, eta_minus where they differ (there g becomes 0), and stays in
/// [smallest, largest];  p −= sign(g)·size;  previous = g.
void rprop_step(const Array& p, const Array& g, const Array& previous, const Array& size, const RpropStep& step);

struct AsgdStep {
  double eta = 0, decay_factor = 1, weight_decay = 0, mu = 1;  ///< decay_factor is 1 − lambd·eta
  bool maximize = false;
};

/// p = decay_factor·p − eta·d;  average += mu·(p − average), or p itself when mu is 1.
void asgd_step(const Array& p, const Array& g, const Array& average, const AsgdStep& step);

}  // namespace xgrad::kernels
