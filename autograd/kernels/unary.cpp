#include <xgrad/autograd/kernels/element.hpp>
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/gamma.hpp>
#include <xgrad/autograd/kernels/levels.hpp>
#include <xgrad/autograd/kernels/loops.hpp>
#include <xgrad/autograd/kernels/special.hpp>
#include <xgrad/autograd/kernels/xtensor.hpp>

#include <cmath>

namespace xgrad::kernels {
namespace {

/// out = f(x) for `row(y, x, n)`, which does packed memory. Strided rows go through a small packed buffer.
template <class T, class Row>
void map_rows(const Array& out, const Array& x, Row row) {
  constexpr std::int64_t kCost = 4;  // of an element, in additions
  if (out.numel() == 0) return;
  if (same_packed(out, x)) {
    T* const y = out.data<T>();
    const T* const v = x.data<T>();
    return split(out.numel(), kCost, split_limits.elements,
                 [=](std::int64_t i, std::int64_t end) { row(y + i, v + i, end - i); });
  }
  const auto plan = plan_rows<2>({&out, &x});
  const auto s = plan.row_stride;
  split_rows(plan, kCost, [&](const auto& p, std::int64_t length) {
    if (s[0] == sizeof(T) && s[1] == sizeof(T)) {
      return row(reinterpret_cast<T*>(p[0]), reinterpret_cast<const T*>(p[1]), length);
    }
    constexpr std::int64_t kBlock = 256;
    T from[kBlock], to[kBlock];
    for (std::int64_t at = 0; at < length; at += kBlock) {
      const std::int64_t n = std::min(kBlock, length - at);
      for (std::int64_t i = 0; i < n; ++i) from[i] = *reinterpret_cast<const T*>(p[1] + (at + i) * s[1]);
      row(to, from, n);
      for (std::int64_t i = 0; i < n; ++i) *reinterpret_cast<T*>(p[0] + (at + i) * s[0]) = to[i];
    }
  });
}

/// out = expression(x), where `expression` maps a one-dimensional xtensor adaptor to an xtensor expression: a whole
/// formula in one vectorised pass.
template <class T, class Expression>
void map_expression(const Array& out, const Array& x, Expression expression) {
  map_rows<T>(out, x, [&](T* r, const T* a, std::int64_t n) {
    const std::array<std::size_t, 1> shape{static_cast<std::size_t>(n)};
    const auto in = xt::adapt(a, shape[0], xt::no_ownership(), shape);
    auto result = xt::adapt(r, shape[0], xt::no_ownership(), shape);
    xt::noalias(result) = expression(in);
  });
}

/// The functions that are compiled for each level of the processor.
constexpr std::pair<Unary, Function> kLevelled[] = {
    {Unary::Exp, Function::Exp},         {Unary::Log, Function::Log},     {Unary::Log1p, Function::Log1p},
    {Unary::Sin, Function::Sin},         {Unary::Cos, Function::Cos},     {Unary::Tanh, Function::Tanh},
    {Unary::Sigmoid, Function::Sigmoid}, {Unary::Expm1, Function::Expm1}, {Unary::Erf, Function::Erf},
    {Unary::Exp2, Function::Exp2},       {Unary::Log2, Function::Log2},   {Unary::Log10, Function::Log10},
    {Unary::Tan, Function::Tan},         {Unary::Asin, Function::Asin},   {Unary::Acos, Function::Acos},
    {Unary::Atan, Function::Atan},       {Unary::Sinh, Function::Sinh},   {Unary::Cosh, Function::Cosh},
    {Unary::Atanh, Function::Atanh},     {Unary::Erfc, Function::Erfc}};

constexpr std::int64_t kCallCost = 32;  // of a function that is called, in additions

template <class T, double (*f)(double)>
T in_double(T x) {
  return static_cast<T>(f(static_cast<double>(x)));
}

/// The functions that are called one number at a time.
template <class T>
constexpr std::pair<Unary, T (*)(T)> kCalled[] = {{Unary::Asinh, [](T x) { return std::asinh(x); }},
                                                  {Unary::Acosh, [](T x) { return std::acosh(x); }}};

/// log(x / (1 - x))
template <class T>
void rows_logit(T* y, const T* x, std::int64_t n) {
  constexpr std::int64_t kBlock = 512;
  const auto log = row_functions<T>().of[static_cast<int>(Function::Log)];
  for (; n > 0; n -= kBlock, y += kBlock, x += kBlock) {
    const std::int64_t m = std::min(n, kBlock);
    XGRAD_INDEPENDENT
    for (std::int64_t i = 0; i < m; ++i) y[i] = x[i] / (1 - x[i]);
    log(y, y, m);
  }
}

/// Blocks of which all is in the range of the level's function go there; near its zeros below 0 that one has few
/// digits.
template <class T>
void rows_lgamma(T* y, const T* x, std::int64_t n) {
  constexpr std::int64_t kBlock = 512;
  const auto of_positive = row_functions<T>().lgamma_of_positive;
  for (; n > 0; n -= kBlock, y += kBlock, x += kBlock) {
    const std::int64_t m = std::min(n, kBlock);
    int others = of_positive == nullptr;
    for (std::int64_t i = 0; i < m; ++i) others |= !(x[i] > 0 && x[i] < T(1e36));
    if (others) {
      for (std::int64_t i = 0; i < m; ++i) y[i] = in_double<T, special::lgamma>(x[i]);
    } else {
      of_positive(y, x, m);
    }
  }
}

/// sin(πx) / (πx), and 1 at 0.
template <class T>
void rows_sinc(T* y, const T* x, std::int64_t n) {
  constexpr std::int64_t kBlock = 512;
  const auto sin = row_functions<T>().of[static_cast<int>(Function::Sin)];
  T angle[kBlock], sine[kBlock];
  for (; n > 0; n -= kBlock, y += kBlock, x += kBlock) {
    const std::int64_t m = std::min(n, kBlock);
    for (std::int64_t i = 0; i < m; ++i) angle[i] = static_cast<T>(special::kPi) * x[i];
    sin(sine, angle, m);
    for (std::int64_t i = 0; i < m; ++i) y[i] = angle[i] == 0 ? T(1) : sine[i] / angle[i];
  }
}

/// block(to, from, m) over blocks of doubles, of any n numbers.
template <class T, class Block>
void rows_in_double(T* y, const T* x, std::int64_t n, std::int64_t length, Block block) {
  constexpr std::int64_t kMost = 256;
  double in[kMost], out[kMost];
  for (; n > 0; n -= length, y += length, x += length) {
    const std::int64_t m = std::min(n, length);
    for (std::int64_t i = 0; i < m; ++i) in[i] = static_cast<double>(x[i]);
    block(out, in, m);
    for (std::int64_t i = 0; i < m; ++i) y[i] = static_cast<T>(out[i]);
  }
}

auto double_row(Function f) { return row_functions<double>().of[static_cast<int>(f)]; }

template <class T>
void rows_erfinv(T* y, const T* x, std::int64_t n) {
  const special::ErfinvRows functions{double_row(Function::Log1p), double_row(Function::Exp), double_row(Function::Erf),
                                      double_row(Function::Erfc)};
  rows_in_double(y, x, n, special::kErfinvBlock, [&](double* out, const double* in, std::int64_t m) {
    special::erfinv(out, in, m, std::is_same_v<T, float>, functions);
  });
}

template <class T>
void rows_digamma(T* y, const T* x, std::int64_t n) {
  constexpr int kPairs = std::is_same_v<T, float> ? 3 : 5;
  const special::DigammaRows functions{double_row(Function::Log), double_row(Function::Tan)};
  rows_in_double(y, x, n, special::kGammaBlock, [&](double* out, const double* in, std::int64_t m) {
    special::digamma<kPairs>(out, in, m, functions);
  });
}

template <class T>
void run_floating(Unary op, const Array& out, const Array& x) {
  if (op == Unary::Sqrt) return map_expression<T>(out, x, [](const auto& v) { return xt::sqrt(v); });
  if (op == Unary::Reciprocal) return map_expression<T>(out, x, [](const auto& v) { return T(1) / v; });
  if (op == Unary::Rsqrt) return map_expression<T>(out, x, [](const auto& v) { return T(1) / xt::sqrt(v); });
  if (op == Unary::Logit) return map_rows<T>(out, x, rows_logit<T>);
  if (op == Unary::Lgamma) return map_rows<T>(out, x, rows_lgamma<T>);
  if (op == Unary::Erfinv) return map_rows<T>(out, x, rows_erfinv<T>);
  if (op == Unary::Digamma) return map_rows<T>(out, x, rows_digamma<T>);
  if (op == Unary::Sinc) return map_rows<T>(out, x, rows_sinc<T>);
  for (const auto& [name, function] : kCalled<T>) {
    if (name == op) return map_unary<T, T>(out, x, function, kCallCost);
  }
  for (const auto& [name, function] : kLevelled) {
    if (name == op) return map_rows<T>(out, x, row_functions<T>().of[static_cast<int>(function)]);
  }
  fail("internal error: no such elementwise function");
}

/// f(x); integers are whole already.
template <class T, class F>
void round_to(const Array& out, const Array& x, F f) {
  if constexpr (std::is_floating_point_v<T>)
    map_unary<T, T>(out, x, f);
  else if (out.raw() != x.raw())
    copy(out, x);
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
    case Unary::Floor:
      return round_to<T>(out, x, [](auto v) { return std::floor(v); });
    case Unary::Ceil:
      return round_to<T>(out, x, [](auto v) { return std::ceil(v); });
    case Unary::Round:
      return round_to<T>(out, x, [](auto v) { return std::nearbyint(v); });
    case Unary::Trunc:
      return round_to<T>(out, x, [](auto v) { return std::trunc(v); });
    case Unary::Frac:
      return round_to<T>(out, x, [](auto v) { return v - std::trunc(v); });
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

Array bitwise_not(const Array& x, const Array* out) {
  const Array result = result_for({&x}, x.dtype(), out);
  dispatch(x.dtype(), [&]<class T>() {
    if constexpr (std::is_same_v<T, bool>)
      map_unary<T, T>(result, x, [](T v) { return !v; });
    else if constexpr (std::is_integral_v<T>)
      map_unary<T, T>(result, x, [](T v) { return static_cast<T>(~v); });
  });
  return result;
}

Array polygamma(std::int64_t n, const Array& x, const Array* out) {
  if (n == 0) return unary(Unary::Digamma, x, out);
  const Array result = result_for({&x}, x.dtype(), out);
  dispatch(x.dtype(), [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>) {
      map_rows<T>(result, x, [n](T* y, const T* v, std::int64_t count) {
        rows_in_double(y, v, count, special::kGammaBlock, [&](double* out_row, const double* in, std::int64_t m) {
          special::polygamma(n, out_row, in, m, std::is_same_v<T, float>);
        });
      });
    }
  });
  return result;
}

Array round(const Array& x, std::int64_t decimals, const Array* out) {
  const Array result = result_for({&x}, x.dtype(), out);
  dispatch(x.dtype(), [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>) {
      const T scale = static_cast<T>(std::pow(10.0, static_cast<double>(std::abs(decimals))));
      if (decimals < 0)
        map_unary<T, T>(result, x, [scale](T v) { return std::nearbyint(v / scale) * scale; });
      else
        map_unary<T, T>(result, x, [scale](T v) { return std::nearbyint(v * scale) / scale; });
    }
  });
  return result;
}

Array nan_to_num(const Array& x, std::optional<double> nan, std::optional<double> positive,
                 std::optional<double> negative, const Array* out) {
  const Array result = result_for({&x}, x.dtype(), out);
  dispatch(x.dtype(), [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>) {
      using L = std::numeric_limits<T>;
      const T a = static_cast<T>(nan.value_or(0)), b = static_cast<T>(positive.value_or(L::max())),
              c = static_cast<T>(negative.value_or(L::lowest()));
      map_unary<T, T>(result, x, [a, b, c](T v) {
        return v != v ? a : v == L::infinity() ? b : v == -L::infinity() ? c : v;
      });
    } else if (result.raw() != x.raw()) {
      copy(result, x);
    }
  });
  return result;
}

Array pow(const Array& x, Scalar exponent, const Array* out) {
  const Array result = result_for({&x}, x.dtype(), out);
  dispatch(x.dtype(), [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>) {
      const T p = exponent.to_unchecked<T>();
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
        map_rows<T>(result, x, [p](T* y, const T* v, std::int64_t n) { row_functions<T>().pow(y, v, p, n); });
    } else {
      check(exponent.toLong() >= 0, "Integers to negative integer powers are not allowed.");
      check_held(exponent, x.dtype());
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
