#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/loops.hpp>

#include <cmath>

namespace xgrad::kernels {

Array compare(Compare op, const Array& a, const Array& b, ScalarType dtype) {
  const Array x = a.dtype() == dtype ? a : to_dtype(a, dtype), y = b.dtype() == dtype ? b : to_dtype(b, dtype);
  const Array result = result_for({&x, &y}, kBool, nullptr);
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
  return result;
}

Array logic(Logic op, const Array& a, const Array& b) {
  const Array x = to_dtype(a, kBool), y = to_dtype(b, kBool);
  const Array result = result_for({&x, &y}, kBool, nullptr);
  switch (op) {
    case Logic::And:
      map_binary<bool, bool>(result, x, y, [](bool p, bool q) { return p && q; });
      break;
    case Logic::Or:
      map_binary<bool, bool>(result, x, y, [](bool p, bool q) { return p || q; });
      break;
    case Logic::Xor:
      map_binary<bool, bool>(result, x, y, [](bool p, bool q) { return p != q; });
      break;
  }
  return result;
}

Array logical_not(const Array& x) {
  const Array result = result_for({&x}, kBool, nullptr);
  dispatch(x.dtype(), [&]<class T>() { map_unary<bool, T>(result, x, [](T v) { return v == T(0); }); });
  return result;
}

Array isnan(const Array& x) {
  const Array result = result_for({&x}, kBool, nullptr);
  dispatch(x.dtype(), [&]<class T>() { map_unary<bool, T>(result, x, [](T v) { return v != v; }); });
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
