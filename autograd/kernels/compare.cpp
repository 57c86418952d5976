#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/loops.hpp>

#include <cmath>

namespace xgrad::kernels {
namespace {

/// compute(target) for a bool target, which is the result unless `out` has another dtype.
template <class F>
Array bools(std::initializer_list<const Array*> inputs, const Array* out, F compute) {
  const Array result = result_for(inputs, kBool, out);
  if (result.dtype() == kBool) {
    compute(result);
    return result;
  }
  const Array temporary = Array::empty(result.sizes(), kBool);
  compute(temporary);
  copy(result, temporary);
  return result;
}

}  // namespace

Array compare(Compare op, const Array& a, const Array& b, ScalarType dtype, const Array* out) {
  const Array x = a.dtype() == dtype ? a : to_dtype(a, dtype), y = b.dtype() == dtype ? b : to_dtype(b, dtype);
  return bools({&a, &b}, out, [&](const Array& result) {
    dispatch(dtype, [&]<class T>() {
      switch (op) {
        case Compare::Eq:
          return map_binary<bool, T>(result, x, y, [](T p, T q) { return p == q; });
        case Compare::Ne:
          return map_binary<bool, T>(result, x, y, [](T p, T q) { return p != q; });
        case Compare::Lt:
          return map_binary<bool, T>(result, x, y, [](T p, T q) { return p < q; });
        case Compare::Le:
          return map_binary<bool, T>(result, x, y, [](T p, T q) { return p <= q; });
        case Compare::Gt:
          return map_binary<bool, T>(result, x, y, [](T p, T q) { return p > q; });
        case Compare::Ge:
          return map_binary<bool, T>(result, x, y, [](T p, T q) { return p >= q; });
      }
    });
  });
}

Array logic(Logic op, const Array& a, const Array& b, const Array* out) {
  const Array x = a.dtype() == kBool ? a : to_dtype(a, kBool), y = b.dtype() == kBool ? b : to_dtype(b, kBool);
  return bools({&a, &b}, out, [&](const Array& result) {
    using Byte = std::uint8_t;  // whose arithmetic vectorises, as that of bools does not
    switch (op) {
      case Logic::And:
        return map_binary<Byte, Byte>(result, x, y, [](Byte p, Byte q) -> Byte { return p & q; });
      case Logic::Or:
        return map_binary<Byte, Byte>(result, x, y, [](Byte p, Byte q) -> Byte { return p | q; });
      case Logic::Xor:
        return map_binary<Byte, Byte>(result, x, y, [](Byte p, Byte q) -> Byte { return p ^ q; });
    }
  });
}

Array logical_not(const Array& x, const Array* out) {
  return bools({&x}, out, [&](const Array& result) {
    if (x.dtype() == kBool)
      return map_unary<std::uint8_t, std::uint8_t>(result, x, [](std::uint8_t v) -> std::uint8_t { return v == 0; });
    dispatch(x.dtype(), [&]<class T>() { map_unary<bool, T>(result, x, [](T v) { return v == T(0); }); });
  });
}

Array isnan(const Array& x) {
  const Array result = result_for({&x}, kBool, nullptr);
  dispatch(x.dtype(), [&]<class T>() { map_unary<bool, T>(result, x, [](T v) { return v != v; }); });
  return result;
}

Array isclose(const Array& a, const Array& b, double rtol, double atol, bool equal_nan) {
  const Array result = result_for({&a, &b}, kBool, nullptr);
  dispatch(a.dtype(), [&]<class T>() {
    map_binary<bool, T>(result, a, b, [=](T p, T q) {
      const auto x = static_cast<double>(p), y = static_cast<double>(q);
      const double distance = std::abs(x - y), allowed = std::abs(y) * rtol + atol;
      const bool close = (distance <= allowed) & (std::abs(y) < std::numeric_limits<double>::infinity());
      return (x == y) | close | (equal_nan & (x != x) & (y != y));
    });
  });
  return result;
}

Array signbit(const Array& x) {
  const Array result = result_for({&x}, kBool, nullptr);
  dispatch(x.dtype(), [&]<class T>() {
    map_unary<bool, T>(result, x, [](T v) {
      if constexpr (std::is_floating_point_v<T>)
        return std::signbit(v);
      else
        return v < T(0);
    });
  });
  return result;
}

Array isinf(const Array& x) {
  const Array result = result_for({&x}, kBool, nullptr);
  dispatch(x.dtype(), [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>) {
      map_unary<bool, T>(result, x, [](T v) { return std::abs(v) == std::numeric_limits<T>::infinity(); });
    } else {
      map_unary<bool, T>(result, x, [](T) { return false; });
    }
  });
  return result;
}

}  // namespace xgrad::kernels
