// Compiled without fused multiply-add but where std::fma says so (see cmake/XgradLibrary.cmake): PyTorch's sequence
// mul_, add_(d, alpha), ... fuses within an operation and rounds between them.
#include <xgrad/autograd/kernels/optim.hpp>
#include <xgrad/autograd/kernels/optim_sweep.hpp>

#include <cmath>

namespace xgrad::kernels {

void sgd_step(const Array& p, const Array& g, const Array* buffer, bool first, const SgdStep& step) {
  sweep<1>("SGD", p, g, {{{"momentum buffer", buffer}}}, [&]<class T>(T* p, const T* g, const auto& kept, auto n) {
    const T minus_lr = static_cast<T>(-step.lr), momentum = static_cast<T>(step.momentum);
    const T undamped = static_cast<T>(1 - step.dampening), weight_decay = static_cast<T>(step.weight_decay);
    const T sign = step.maximize ? T(-1) : T(1);
    T* b = kept[0];
    with_flags(
        [&]<bool decay, bool momentous, bool running, bool nesterov>() {
          each_element(n, [=](std::int64_t i) {
            T d = directed<decay>(g[i], sign, p[i], weight_decay);
            if constexpr (momentous) {
              const T v = running ? std::fma(d, undamped, b[i] * momentum) : d;
              b[i] = v;
              d = nesterov ? std::fma(v, momentum, d) : v;
            }
            p[i] = std::fma(d, minus_lr, p[i]);
          });
        },
        step.weight_decay != 0, b != nullptr, b && !first, b && step.nesterov);
  });
}

void adagrad_step(const Array& p, const Array& g, const Array& sum, const AdagradStep& step) {
  sweep<1>("Adagrad", p, g, {{{"sum", &sum}}}, [&]<class T>(T* p, const T* g, const auto& kept, auto n) {
    const T minus_size = static_cast<T>(-step.step_size), eps = static_cast<T>(step.eps);
    const T weight_decay = static_cast<T>(step.weight_decay), sign = step.maximize ? T(-1) : T(1);
    T* s = kept[0];
    with_flags(
        [&]<bool decay>() {
          each_element(n, [=](std::int64_t i) {
            const T d = directed<decay>(g[i], sign, p[i], weight_decay);
            const T total = std::fma(d, d, s[i]);
            s[i] = total;
            p[i] += minus_size * d / (std::sqrt(total) + eps);
          });
        },
        step.weight_decay != 0);
  });
}

void adadelta_step(const Array& p, const Array& g, const Array& v, const Array& u, const AdadeltaStep& step) {
  const std::array<Kept, 2> kept{{{"square_avg", &v}, {"acc_delta", &u}}};
  sweep("Adadelta", p, g, kept, [&]<class T>(T* p, const T* g, const auto& kept, auto n) {
    const T minus_lr = static_cast<T>(-step.lr), rho = static_cast<T>(step.rho), rest = static_cast<T>(1 - step.rho);
    const T eps = static_cast<T>(step.eps), weight_decay = static_cast<T>(step.weight_decay);
    const T sign = step.maximize ? T(-1) : T(1);
    T *v = kept[0], *u = kept[1];
    with_flags(
        [&]<bool decay>() {
          each_element(n, [=](std::int64_t i) {
            const T d = directed<decay>(g[i], sign, p[i], weight_decay);
            const T square = std::fma(rest * d, d, v[i] * rho);
            const T delta = std::sqrt(u[i] + eps) / std::sqrt(square + eps) * d;
            v[i] = square;
            u[i] = std::fma(rest * delta, delta, u[i] * rho);
            p[i] = std::fma(delta, minus_lr, p[i]);
          });
        },
        step.weight_decay != 0);
  });
}

void rmsprop_step(const Array& p, const Array& g, const Array& v, const Array* average, const Array* buffer,
                  const RmspropStep& step) {
  const std::array<Kept, 3> kept{{{"square_avg", &v}, {"grad_avg", average}, {"momentum_buffer", buffer}}};
  sweep("RMSprop", p, g, kept, [&]<class T>(T* p, const T* g, const auto& kept, auto n) {
    const T minus_lr = static_cast<T>(-step.lr), alpha = static_cast<T>(step.alpha);
    const T rest = static_cast<T>(1 - step.alpha), eps = static_cast<T>(step.eps);
    const T weight_decay = static_cast<T>(step.weight_decay), momentum = static_cast<T>(step.momentum);
    const T sign = step.maximize ? T(-1) : T(1);
    T *v = kept[0], *a = kept[1], *b = kept[2];
    with_flags(
        [&]<bool decay, bool centered, bool momentous>() {
          each_element(n, [=](std::int64_t i) {
            const T d = directed<decay>(g[i], sign, p[i], weight_decay);
            T square = std::fma(rest * d, d, v[i] * alpha);
            v[i] = square;
            if constexpr (centered) {
              const T mean = std::fma(d, rest, a[i] * alpha);
              a[i] = mean;
              square = std::fma(-mean, mean, square);
            }
            const T scale = std::sqrt(square) + eps;
            if constexpr (momentous) {
              const T run = b[i] * momentum + d / scale;
              b[i] = run;
              p[i] = std::fma(run, minus_lr, p[i]);
            } else {
              p[i] += minus_lr * d / scale;
            }
          });
        },
        step.weight_decay != 0, a != nullptr, b != nullptr);
  });
}

void rprop_step(const Array& p, const Array& g, const Array& previous, const Array& size, const RpropStep& step) {
  const std::array<Kept, 2> kept{{{"prev", &previous}, {"step_size", &size}}};
  sweep("Rprop", p, g, kept, [&]<class T>(T* p, const T* g, const auto& kept, auto n) {
    const T minus = static_cast<T>(step.eta_minus), plus = static_cast<T>(step.eta_plus);
    const T smallest = static_cast<T>(step.smallest), largest = static_cast<T>(step.largest);
    const T sign = step.maximize ? T(-1) : T(1);
    T *previous = kept[0], *size = kept[1];
    each_element(n, [=](std::int64_t i) {
      const T d = g[i] * sign, agreement = d * previous[i];
      T s = size[i] * (agreement > 0 ? plus : agreement < 0 ? minus : T(1));
      s = s < smallest ? smallest : s;
      s = s > largest ? largest : s;
      const T kept_d = agreement < 0 ? T(0) : d;
      const T direction = kept_d > 0 ? T(1) : kept_d < 0 ? T(-1) : T(0);
      size[i] = s;
      p[i] -= direction * s;
      previous[i] = kept_d;
    });
  });
}

void asgd_step(const Array& p, const Array& g, const Array& average, const AsgdStep& step) {
  sweep<1>("ASGD", p, g, {{{"ax", &average}}}, [&]<class T>(T* p, const T* g, const auto& kept, auto n) {
    const T minus_eta = static_cast<T>(-step.eta), factor = static_cast<T>(step.decay_factor);
    const T weight_decay = static_cast<T>(step.weight_decay), mu = static_cast<T>(step.mu);
    const T sign = step.maximize ? T(-1) : T(1);
    T* average = kept[0];
    with_flags(
        [&]<bool decay, bool averages>() {
          each_element(n, [=](std::int64_t i) {
            const T d = directed<decay>(g[i], sign, p[i], weight_decay);
            const T to = std::fma(d, minus_eta, p[i] * factor);
            p[i] = to;
            average[i] = averages ? average[i] + (to - average[i]) * mu : to;
          });
        },
        step.weight_decay != 0, step.mu != 1);
  });
}

}  // namespace xgrad::kernels
