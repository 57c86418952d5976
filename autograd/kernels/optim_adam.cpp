// Adam and its relatives. What optim.cpp says of rounding is true here too.
#include <xgrad/autograd/kernels/optim.hpp>
#include <xgrad/autograd/kernels/optim_sweep.hpp>

#include <cmath>

namespace xgrad::kernels {
namespace {

/// The constants of the two moments in the parameter's type, each rounded once from double as PyTorch rounds scalars.
template <class T>
struct Moments {
  T beta1, rest1, beta2, rest2, eps, weight_decay;
  template <class Step>
  explicit Moments(const Step& s)
      : beta1(static_cast<T>(s.beta1)),
        rest1(static_cast<T>(1 - s.beta1)),
        beta2(static_cast<T>(s.beta2)),
        rest2(static_cast<T>(1 - s.beta2)),
        eps(static_cast<T>(s.eps)),
        weight_decay(static_cast<T>(s.weight_decay)) {}
  T first(T m, T d) const { return std::fma(d, rest1, m * beta1); }
  T second(T v, T d) const { return std::fma(rest2 * d, d, v * beta2); }
};

}  // namespace

void adam_step(const char* name, const Array& p, const Array& g, const Array& m, const Array& v, const Array* max_v,
               const AdamStep& step) {
  const std::array<Kept, 3> kept{{{"exp_avg", &m}, {"exp_avg_sq", &v}, {"max_exp_avg_sq", max_v}}};
  sweep(name, p, g, kept, [&]<class T>(T* p, const T* g, const auto& kept, auto n) {
    const Moments<T> c(step);
    const T minus_size = static_cast<T>(-step.step_size), correction = static_cast<T>(step.correction);
    const T factor = static_cast<T>(step.decay_factor), sign = step.maximize ? T(-1) : T(1);
    T *m = kept[0], *v = kept[1], *max_v = kept[2];
    with_flags(
        [&]<bool decay, bool amsgrad>() {
          each_element(n, [=](std::int64_t i) {
            const T d = directed<decay>(g[i], sign, p[i], c.weight_decay);
            const T first = c.first(m[i], d);
            T second = c.second(v[i], d);
            m[i] = first;
            v[i] = second;
            if constexpr (amsgrad) {
              second = second < max_v[i] ? max_v[i] : second;
              max_v[i] = second;
            }
            p[i] = p[i] * factor + minus_size * first / (std::sqrt(second) / correction + c.eps);
          });
        },
        step.weight_decay != 0, max_v != nullptr);
  });
}

void adamax_step(const Array& p, const Array& g, const Array& m, const Array& u, const AdamStep& step) {
  const std::array<Kept, 2> kept{{{"exp_avg", &m}, {"exp_inf", &u}}};
  sweep("Adamax", p, g, kept, [&]<class T>(T* p, const T* g, const auto& kept, auto n) {
    const Moments<T> c(step);
    const T minus_size = static_cast<T>(-step.step_size), sign = step.maximize ? T(-1) : T(1);
    T *m = kept[0], *u = kept[1];
    with_flags(
        [&]<bool decay>() {
          each_element(n, [=](std::int64_t i) {
            const T d = directed<decay>(g[i], sign, p[i], c.weight_decay);
            const T first = c.first(m[i], d);
            const T old = u[i] * c.beta2, here = std::abs(d) + c.eps;
            const T largest = here > old || here != here ? here : old;
            m[i] = first;
            u[i] = largest;
            p[i] += minus_size * first / largest;
          });
        },
        step.weight_decay != 0);
  });
}

void nadam_step(const Array& p, const Array& g, const Array& m, const Array& v, const NadamStep& step) {
  const std::array<Kept, 2> kept{{{"exp_avg", &m}, {"exp_avg_sq", &v}}};
  sweep("NAdam", p, g, kept, [&]<class T>(T* p, const T* g, const auto& kept, auto n) {
    const Moments<T> c(step);
    const T correction = static_cast<T>(step.correction);
    const T grad_size = static_cast<T>(-step.grad_size), momentum_size = static_cast<T>(-step.momentum_size);
    T *m = kept[0], *v = kept[1];
    with_flags(
        [&]<bool decay>() {
          each_element(n, [=](std::int64_t i) {
            const T d = directed<decay>(g[i], T(1), p[i], c.weight_decay);
            const T first = c.first(m[i], d), second = c.second(v[i], d);
            const T scale = std::sqrt(second / correction) + c.eps;
            m[i] = first;
            v[i] = second;
            p[i] = p[i] + grad_size * d / scale + momentum_size * first / scale;
          });
        },
        step.weight_decay != 0);
  });
}

void radam_step(const Array& p, const Array& g, const Array& m, const Array& v, const RadamStep& step) {
  const std::array<Kept, 2> kept{{{"exp_avg", &m}, {"exp_avg_sq", &v}}};
  sweep("RAdam", p, g, kept, [&]<class T>(T* p, const T* g, const auto& kept, auto n) {
    const Moments<T> c(step);
    const T correction1 = static_cast<T>(step.correction1), correction2 = static_cast<T>(step.correction2);
    const T lr = static_cast<T>(step.lr), rectification = static_cast<T>(step.rectification);
    T *m = kept[0], *v = kept[1];
    with_flags(
        [&]<bool decay, bool rectified>() {
          each_element(n, [=](std::int64_t i) {
            const T d = directed<decay>(g[i], T(1), p[i], c.weight_decay);
            const T first = c.first(m[i], d), second = c.second(v[i], d);
            m[i] = first;
            v[i] = second;
            T change = first / correction1 * lr;
            if constexpr (rectified) change = change * (1 / (std::sqrt(second) + c.eps) * correction2) * rectification;
            p[i] -= change;
          });
        },
        step.weight_decay != 0, step.rectification != 0);
  });
}

}  // namespace xgrad::kernels
