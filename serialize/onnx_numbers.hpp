/// What rows of several families are made of.
#pragma once

#include <xgrad/serialize/onnx_graph.hpp>

namespace xgrad::onnx::detail {

/// Both arguments in the common dtype, or in what runtimes compute it in.
struct Pair {
  ScalarType dtype;
  std::string a, b;
  explicit Pair(Call& c) : Pair(c, c.common(0, 1)) {}
  Pair(Call& c, ScalarType t) : dtype(working_type(t)) {
    // Through the dtype itself, which wraps what does not fit.
    a = t == dtype ? c.in(0, t) : wrapped(c, 0, t);
    b = t == dtype ? c.in(1, t) : wrapped(c, 1, t);
  }

 private:
  std::string wrapped(Call& c, std::size_t i, ScalarType t) const {
    return c.dtype(i) == t || c.dtype(i) == kBool ? c.in(i, dtype) : c.cast(c.in(i, t), dtype);
  }
};

/// Where `condition` holds a, elsewhere b.
inline std::string where(Call& c, const std::string& condition, const std::string& a, const std::string& b) {
  return c.node("Where", {condition, a, b});
}

inline std::string is_zero(Call& c, const std::string& x, ScalarType t) { return c.node("Equal", {x, c.number(0, t)}); }
inline std::string is_negative(Call& c, const std::string& x, ScalarType t) {
  return c.node("Less", {x, c.number(0, t)});
}

/// max and min that give NaN where there is one, as a condition that holds for NaN too.
inline std::string larger(Call& c, const std::string& a, const std::string& b, ScalarType t, bool max) {
  if (!is_floating_point(t)) return c.node(max ? "Max" : "Min", {a, b});
  const std::string first = c.node("Or", {c.node(max ? "Greater" : "Less", {a, b}), c.node("IsNaN", {a})});
  return where(c, first, a, b);
}

inline std::string sign_bit(Call& c, const std::string& x, ScalarType t) {
  if (!is_floating_point(t)) return is_negative(c, x, t);
  return c.node("Or", {is_negative(c, x, t), is_negative(c, c.node("Reciprocal", {x}), t)});
}

}  // namespace xgrad::onnx::detail
