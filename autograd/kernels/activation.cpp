#include <xgrad/autograd/kernels/activation.hpp>
#include <xgrad/autograd/kernels/blocks.hpp>
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/floating.hpp>
#include <xgrad/autograd/kernels/levels.hpp>

#include <algorithm>
#include <cmath>

namespace xgrad::kernels {
namespace {

constexpr double kGeluInner = 0.79788456080286535588, kGeluCubic = 0.044715;  // √(2/π)

template <class T>
void apply(Function f, T* y, const T* x, std::int64_t n) {
  row_functions<T>().of[static_cast<int>(f)](y, x, n);
}

/// to[i] = f(i), which the compiler vectorises.
template <class T, class F>
void each(T* to, std::int64_t n, F f) {
  XGRAD_INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) to[i] = f(i);
}

// Each formula has value(y, x, n), which is f(x), and slope(y, x, n), which is f'(x); y may be x.

template <class T>
struct Gelu {
  void value(T* y, const T* x, std::int64_t n) const { row_functions<T>().gelu(y, x, n); }
  void slope(T* y, const T* x, std::int64_t n) const { row_functions<T>().gelu_slope(y, x, n); }
};

template <class T>
struct GeluTanh {
  void inner(T* t, const T* x, std::int64_t n) const {
    each(t, n, [&](auto i) { return T(kGeluInner) * (x[i] + T(kGeluCubic) * x[i] * x[i] * x[i]); });
    apply(Function::Tanh, t, t, n);
  }
  void value(T* y, const T* x, std::int64_t n) const {
    T t[kFormulaBlock];
    inner(t, x, n);
    each(y, n, [&](auto i) { return T(0.5) * x[i] * (1 + t[i]); });
  }
  void slope(T* y, const T* x, std::int64_t n) const {
    T t[kFormulaBlock];
    inner(t, x, n);
    each(y, n, [&](auto i) {
      const T rise = T(kGeluInner) * (1 + 3 * T(kGeluCubic) * x[i] * x[i]);
      return T(0.5) * (1 + t[i]) + T(0.5) * x[i] * (1 - t[i] * t[i]) * rise;
    });
  }
};

template <class T>
struct Silu {
  void value(T* y, const T* x, std::int64_t n) const {
    T s[kFormulaBlock];
    apply(Function::Sigmoid, s, x, n);
    each(y, n, [&](auto i) { return x[i] * s[i]; });
  }
  void slope(T* y, const T* x, std::int64_t n) const {
    T s[kFormulaBlock];
    apply(Function::Sigmoid, s, x, n);
    each(y, n, [&](auto i) { return s[i] * (1 + x[i] * (1 - s[i])); });
  }
};

template <class T>
struct Mish {
  void inner(T* t, const T* x, std::int64_t n) const {
    apply(Function::Exp, t, x, n);
    apply(Function::Log1p, t, t, n);
    apply(Function::Tanh, t, t, n);
  }
  void value(T* y, const T* x, std::int64_t n) const {
    T t[kFormulaBlock];
    inner(t, x, n);
    each(y, n, [&](auto i) { return x[i] * t[i]; });
  }
  void slope(T* y, const T* x, std::int64_t n) const {
    T t[kFormulaBlock], s[kFormulaBlock];
    inner(t, x, n);
    apply(Function::Sigmoid, s, x, n);
    each(y, n, [&](auto i) { return t[i] + x[i] * s[i] * (1 - t[i] * t[i]); });
  }
};

template <class T>
struct Softplus {
  T beta, threshold;
  void value(T* y, const T* x, std::int64_t n) const {
    T z[kFormulaBlock];
    each(z, n, [&](auto i) { return x[i] * beta; });
    apply(Function::Exp, z, z, n);
    apply(Function::Log1p, z, z, n);
    each(y, n, [&](auto i) { return x[i] * beta > threshold ? x[i] : z[i] / beta; });
  }
  void slope(T* y, const T* x, std::int64_t n) const {
    T z[kFormulaBlock];
    each(z, n, [&](auto i) { return x[i] * beta; });
    apply(Function::Sigmoid, z, z, n);
    each(y, n, [&](auto i) { return x[i] * beta > threshold ? T(1) : z[i]; });
  }
};

template <class T>
struct LogSigmoid {
  void value(T* y, const T* x, std::int64_t n) const {
    T z[kFormulaBlock];
    each(z, n, [&](auto i) { return -std::abs(x[i]); });
    apply(Function::Exp, z, z, n);
    apply(Function::Log1p, z, z, n);
    each(y, n, [&](auto i) { return (x[i] > 0 ? T(0) : x[i]) - z[i]; });
  }
  void slope(T* y, const T* x, std::int64_t n) const {
    T z[kFormulaBlock];
    each(z, n, [&](auto i) { return -x[i]; });
    apply(Function::Sigmoid, y, z, n);
  }
};

template <class T>
struct Elu {
  T alpha, scale, input_scale;
  void value(T* y, const T* x, std::int64_t n) const {
    T z[kFormulaBlock];
    each(z, n, [&](auto i) { return x[i] * input_scale; });
    apply(Function::Expm1, z, z, n);
    each(y, n, [&](auto i) { return x[i] > 0 ? x[i] * scale : z[i] * (alpha * scale); });
  }
  void slope(T* y, const T* x, std::int64_t n) const {
    T z[kFormulaBlock];
    each(z, n, [&](auto i) { return x[i] * input_scale; });
    apply(Function::Exp, z, z, n);
    each(y, n, [&](auto i) { return x[i] > 0 ? scale : z[i] * (alpha * scale * input_scale); });
  }
};

/// x, or the bound that it is beyond; NaN stays. In the order in which processors have it as one instruction each.
template <class T>
T within(T x, T low, T high) {
  const T raised = low > x ? low : x;
  return high < raised ? high : raised;
}

/// A formula without functions: value(x) and slope(x) of one number. The loops have copies of them, whose parameters no
/// store to y can change: read where only one of two results needs them, those would make a branch of each choice.
template <class T, class Value, class Slope>
struct Plain {
  Value f;
  Slope s;
  void value(T* y, const T* x, std::int64_t n) const {
    each(y, n, [f = f, x](auto i) { return f(x[i]); });
  }
  void slope(T* y, const T* x, std::int64_t n) const {
    each(y, n, [s = s, x](auto i) { return s(x[i]); });
  }
};
template <class T, class Value, class Slope>
Plain<T, Value, Slope> plain(Value f, Slope s) {
  return {f, s};
}

/// Calls use(formula) with the formula of this call.
template <class T, class Use>
void with_formula(const ActivationCall& call, Use use) {
  const T a = static_cast<T>(call.a), b = static_cast<T>(call.b), c = static_cast<T>(call.c);
  switch (call.f) {
    case Activation::Gelu:
      return use(Gelu<T>{});
    case Activation::GeluTanh:
      return use(GeluTanh<T>{});
    case Activation::Silu:
      return use(Silu<T>{});
    case Activation::Mish:
      return use(Mish<T>{});
    case Activation::Softplus:
      return use(Softplus<T>{a, b});
    case Activation::LogSigmoid:
      return use(LogSigmoid<T>{});
    case Activation::Elu:
      return use(Elu<T>{a, b, c});
    case Activation::LeakyRelu:
      return use(plain<T>([a](T x) { return x > 0 ? x : x * a; }, [a](T x) { return x > 0 ? T(1) : a; }));
    case Activation::Hardtanh:
      // The upper limit holds, should it be the lower one.
      return use(
          plain<T>([a, b](T x) { return within(x, a, b); }, [a, b](T x) { return x > a && x < b ? T(1) : T(0); }));
    case Activation::Hardsigmoid:
      return use(plain<T>([](T x) { return within(x + 3, T(0), T(6)) / 6; },
                          [](T x) { return x > -3 && x < 3 ? T(1) / 6 : T(0); }));
    case Activation::Hardswish:
      return use(plain<T>([](T x) { return x * within(x + 3, T(0), T(6)) / 6; },
                          [](T x) {
                            const T middle = x / 3 + T(0.5);
                            return x >= 3 ? T(1) : x < -3 ? T(0) : middle;
                          }));
    case Activation::Hardshrink:
      return use(plain<T>([a](T x) { return x >= -a && x <= a ? T(0) : x; },
                          [a](T x) { return x < -a || x > a ? T(1) : T(0); }));
    case Activation::Softshrink:
      return use(plain<T>([a](T x) { return x > a    ? x - a
                                            : x < -a ? x + a
                                                     : T(0); },
                          [a](T x) { return x < -a || x > a ? T(1) : T(0); }));
    case Activation::Square:
      return use(plain<T>([](T x) { return x * x; }, [](T x) { return x * 2; }));
    case Activation::Bowl:
      return use(plain<T>(
          [b, c, half = a / 2, edge = b / 2](T x) {
            const T size = std::abs(x), inner = half * x * x, outer = c * (size - edge);
            return size < b ? inner : outer;
          },
          [a, b, c](T x) {
            const T inner = a * x, outer = std::copysign(c, x);
            return std::abs(x) >= b ? outer : inner;
          }));
    case Activation::Threshold:
      return use(plain<T>([a, b](T x) { return x <= a ? b : x; }, [a](T x) { return x <= a ? T(0) : T(1); }));
  }
}

}  // namespace

Array activation(const ActivationCall& call, const Array& x, const Array* out) {
  const Array result = result_for({&x}, x.dtype(), out);
  of_floating(x.dtype(), [&]<class T>() {
    with_formula<T>(call, [&](const auto& formula) {
      map_blocks<T, 1>(result, {&x}, [&](T* y, const auto& from, std::int64_t n) { formula.value(y, from[0], n); });
    });
  });
  return result;
}

Array activation_backward(const ActivationCall& call, const Array& g, const Array& x) {
  const Array result = result_for({&g, &x}, x.dtype(), nullptr);
  of_floating(x.dtype(), [&]<class T>() {
    with_formula<T>(call, [&](const auto& formula) {
      map_blocks<T, 2>(result, {&g, &x}, [&](T* y, const auto& from, std::int64_t n) {
        formula.slope(y, from[1], n);
        each(y, n, [&](auto i) { return y[i] == 0 ? T(0) : y[i] * from[0][i]; });
      });
    });
  });
  return result;
}

Array activation_of_difference(const ActivationCall& call, const Array& a, const Array& b) {
  const Array result = result_for({&a, &b}, a.dtype(), nullptr);
  of_floating(a.dtype(), [&]<class T>() {
    with_formula<T>(call, [&](const auto& formula) {
      map_blocks<T, 2>(result, {&a, &b}, [&](T* y, const auto& from, std::int64_t n) {
        each(y, n, [p = from[0], q = from[1]](auto i) { return p[i] - q[i]; });
        formula.value(y, y, n);
      });
    });
  });
  return result;
}

Array slope_of_difference(const ActivationCall& call, const Array& g, const Array& a, const Array& b) {
  const Array result = result_for({&g, &a, &b}, a.dtype(), nullptr);
  of_floating(a.dtype(), [&]<class T>() {
    with_formula<T>(call, [&](const auto& formula) {
      map_blocks<T, 3>(result, {&g, &a, &b}, [&](T* y, const auto& from, std::int64_t n) {
        T slope[kFormulaBlock];
        each(slope, n, [p = from[1], q = from[2]](auto i) { return p[i] - q[i]; });
        formula.slope(slope, slope, n);
        each(y, n, [up = from[0], s = static_cast<const T*>(slope)](auto i) { return up[i] * s[i]; });
      });
    });
  });
  return result;
}

Array threshold_integers(const Array& x, std::int64_t threshold, std::int64_t value, const Array* out) {
  const Array result = result_for({&x}, x.dtype(), out);
  dispatch(x.dtype(), [&]<class T>() {
    const T limit = static_cast<T>(threshold), v = static_cast<T>(value);
    map_unary<T, T>(result, x, [=](T e) { return e <= limit ? v : e; });
  });
  return result;
}

Array rrelu_slopes(const Array& x, double low, double high, Generator& generator) {
  const Array packed = x.is_contiguous() ? x : contiguous_copy(x);
  const Array slopes = Array::empty(x.sizes(), x.dtype());
  of_floating(x.dtype(), [&]<class T>() {
    const std::lock_guard lock(generator.mutex());
    const T* const from = packed.data<T>();
    T* const to = slopes.data<T>();
    for (std::int64_t i = 0; i < packed.numel(); ++i) {
      constexpr std::uint64_t kMask = (std::uint64_t{1} << 53) - 1;
      to[i] = from[i] <= 0
                  ? static_cast<T>(static_cast<double>(generator.random64() & kMask) * 0x1p-53 * (high - low) + low)
                  : T(1);
    }
  });
  return slopes;
}

}  // namespace xgrad::kernels
