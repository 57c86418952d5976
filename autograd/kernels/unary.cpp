#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/loops.hpp>
#include <xgrad/autograd/kernels/xtensor.hpp>

#include <cmath>

namespace xgrad::kernels {
namespace {

/// out = expression(x), where `expression` maps a one-dimensional xtensor adaptor to an xtensor expression: a whole
/// formula in one vectorised pass. Strided rows go through a small packed buffer.
template <class T, class Expression>
void map_expression(const Array& out, const Array& x, Expression expression) {
  if (out.numel() == 0) return;
  const auto run = [&](T* r, const T* a, std::int64_t n) {
    const std::array<std::size_t, 1> shape{static_cast<std::size_t>(n)};
    const auto in = xt::adapt(a, shape[0], xt::no_ownership(), shape);
    auto result = xt::adapt(r, shape[0], xt::no_ownership(), shape);
    xt::noalias(result) = expression(in);
  };
  if (same_packed(out, x)) return run(out.data<T>(), x.data<T>(), out.numel());
  const auto plan = plan_rows<2>({&out, &x});
  const auto s = plan.row_stride;
  constexpr std::int64_t kBlock = 256;
  T from[kBlock], to[kBlock];
  for_each_row(plan, [&](const auto& p) {
    if (s[0] == sizeof(T) && s[1] == sizeof(T)) {
      return run(reinterpret_cast<T*>(p[0]), reinterpret_cast<const T*>(p[1]), plan.row);
    }
    for (std::int64_t at = 0; at < plan.row; at += kBlock) {
      const std::int64_t n = std::min(kBlock, plan.row - at);
      for (std::int64_t i = 0; i < n; ++i) from[i] = *reinterpret_cast<const T*>(p[1] + (at + i) * s[1]);
      run(to, from, n);
      for (std::int64_t i = 0; i < n; ++i) *reinterpret_cast<T*>(p[0] + (at + i) * s[0]) = to[i];
    }
  });
}

/// The same for formulas whose vector version is wrong for extreme arguments: those elements are computed again with
/// `exact`. (xsimd 8's exp overflows a little early, and its logarithm reads denormals as zero.)
template <class T, class Expression, class Extreme, class Exact>
void map_expression_mending(const Array& out, const Array& x, Expression expression, Extreme extreme, Exact exact) {
  const bool aliased = out.raw() == x.raw();
  const Array source = aliased ? contiguous_copy(x) : x;
  map_expression<T>(out, source, expression);
  const auto any_extreme = [&](const T* a, std::int64_t n) {
    int found = 0;
    for (std::int64_t i = 0; i < n; ++i) found |= extreme(a[i]);
    return found != 0;
  };
  if (source.is_contiguous() && !any_extreme(source.data<T>(), source.numel())) return;
  map_binary<T, T>(out, out, source, [&](T y, T v) { return extreme(v) ? exact(v) : y; });
}

template <class T>
void run_floating(Unary op, const Array& out, const Array& x) {
  using Limits = std::numeric_limits<T>;
  constexpr T exp_high = sizeof(T) == 4 ? T(88) : T(709), exp_low = sizeof(T) == 4 ? T(-87) : T(-708);
  switch (op) {
    case Unary::Sqrt:
      return map_unary<T, T>(out, x, [](T v) { return std::sqrt(v); });
    case Unary::Reciprocal:
      return map_unary<T, T>(out, x, [](T v) { return 1 / v; });
    case Unary::Exp:
      return map_expression_mending<T>(
          out, x, [](const auto& v) { return xt::exp(v); }, [](T v) { return !(v <= exp_high && v >= exp_low); },
          [](T v) { return std::exp(v); });
    case Unary::Log:
      return map_expression_mending<T>(
          out, x, [](const auto& v) { return xt::log(v); },
          [](T v) { return !(v >= Limits::min() && v <= Limits::max()); }, [](T v) { return std::log(v); });
    case Unary::Log1p:
      return map_unary<T, T>(out, x, [](T v) { return std::log1p(v); });
    case Unary::Sin:
      return map_unary<T, T>(out, x, [](T v) { return std::sin(v); });
    case Unary::Cos:
      return map_unary<T, T>(out, x, [](T v) { return std::cos(v); });
    case Unary::Sigmoid:
      return map_expression_mending<T>(
          out, x, [](const auto& v) { return T(1) / (T(1) + xt::exp(-v)); },
          [](T v) { return !(v <= -exp_low && v >= -exp_high); }, [](T v) { return 1 / (1 + std::exp(-v)); });
    case Unary::Tanh:
      return map_expression_mending<T>(
          out, x, [](const auto& v) { return xt::tanh(v); }, [](T v) { return !(v <= 20 && v >= -20); },
          [](T v) { return std::tanh(v); });
    default:
      break;
  }
  fail("internal error: no such elementwise function");
}

template <class T>
void run_any(Unary op, const Array& out, const Array& x) {
  switch (op) {
    case Unary::Neg:
      return map_unary<T, T>(out, x, [](T v) { return static_cast<T>(-v); });
    case Unary::Abs:
      if constexpr (std::is_unsigned_v<T>)
        return map_unary<T, T>(out, x, [](T v) { return v; });
      else
        return map_unary<T, T>(out, x, [](T v) { return static_cast<T>(std::abs(v)); });
    case Unary::Sign:
      return map_unary<T, T>(out, x, [](T v) { return static_cast<T>((T(0) < v) - (v < T(0))); });  // of NaN, 0
    case Unary::Square:
      return map_unary<T, T>(out, x, [](T v) { return static_cast<T>(v * v); });
    case Unary::Relu:
      return map_unary<T, T>(out, x, [](T v) { return v < T(0) ? T(0) : v; });
    default:
      break;
  }
  if constexpr (std::is_floating_point_v<T>) return run_floating<T>(op, out, x);
  fail("internal error: an irrational function of '{}'", dtype_of<T>());
}

}  // namespace

Array unary(Unary op, const Array& x, const Array* out) {
  const Array result = result_for({&x}, x.dtype(), out);
  dispatch(x.dtype(), [&]<class T>() { run_any<T>(op, result, x); });
  return result;
}

Array pow(const Array& x, Scalar exponent, const Array* out) {
  const Array result = result_for({&x}, x.dtype(), out);
  dispatch(x.dtype(), [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>) {
      const T p = exponent.to<T>();
      if (p == 2)
        map_unary<T, T>(result, x, [](T v) { return v * v; });
      else if (p == 3)
        map_unary<T, T>(result, x, [](T v) { return v * v * v; });
      else if (p == 1)
        copy(result, x);
      else if (p == T(0.5))
        map_unary<T, T>(result, x, [](T v) { return std::sqrt(v); });
      else if (p == -1)
        map_unary<T, T>(result, x, [](T v) { return 1 / v; });
      else if (p == T(-0.5))
        map_unary<T, T>(result, x, [](T v) { return 1 / std::sqrt(v); });
      else if (p == -2)
        map_unary<T, T>(result, x, [](T v) { return 1 / (v * v); });
      else
        map_unary<T, T>(result, x, [p](T v) { return std::pow(v, p); });
    } else {
      check(exponent.toLong() >= 0, "Integers to negative integer powers are not allowed.");
      const auto p = static_cast<std::uint64_t>(exponent.toLong());
      map_unary<T, T>(result, x, [p](T v) {  // by squaring; overflow wraps as in PyTorch
        std::uint64_t base = static_cast<std::uint64_t>(v), y = 1;
        for (std::uint64_t n = p; n; n >>= 1, base *= base) {
          if (n & 1) y *= base;
        }
        return static_cast<T>(y);
      });
    }
  });
  return result;
}

}  // namespace xgrad::kernels
