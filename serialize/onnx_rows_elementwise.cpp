// Arithmetic and functions of each element.
#include <xgrad/serialize/onnx_numbers.hpp>

#include <cmath>
#include <limits>
#include <numbers>

namespace xgrad::onnx::detail {
namespace elementwise {  // files are compiled together
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// f(x) of floating elements; integers are converted.
std::string floating(Call& c, std::size_t i = 0) {
  return c.in(i, is_floating_point(c.dtype(i)) ? c.dtype(i) : c.result_dtype());
}

#define XGRAD_UNARY(NAME, OP)                                     \
  {                                                               \
#NAME, [](Call & c) { c.result(c.node(#OP, {floating(c)})); } \
  }

/// A function that exists for numbers of every kind.
template <std::size_t N>
void any_number(Call& c, const char (&op)[N]) {
  const ScalarType t = working_type(c.dtype(0));
  c.result_from(t, c.node(op, {c.in(0, t)}));
}

void binary(Call& c, const char* op) {
  const Pair p(c);
  c.result_from(p.dtype, c.node(op, {p.a, p.b}));
}

void scaled_sum(Call& c, const char* op) {
  // Bools and integers: alpha is one of them too.
  if (c.common(0, 1) == kBool) {
    const std::string a = c.in(0, kBool), b = c.in(1, kBool);
    return c.result_from(kBool, c.node("Or", {a, c.real(0) != 0 ? b : c.node("And", {b, c.number(0, kBool)})}));
  }
  Pair p(c);
  if (c.real(0) != 1) p.b = c.node("Mul", {p.b, c.number(c.real(0), p.dtype)});
  c.result_from(p.dtype, c.node(op, {p.a, p.b}));
}

void mul(Call& c) {
  if (!c.has(1)) {
    const ScalarType t = c.dtype(0);
    return c.result(c.node("Mul", {c.in(0), c.number(c.real(0), t)}));
  }
  if (c.common(0, 1) == kBool) return c.result(c.node("And", {c.in(0), c.in(1)}));
  binary(c, "Mul");
}

/// a − b·⌊a/b⌋ from C's fmod: moved by b where the signs differ.
std::string remainder_of(Call& c, const Pair& p) {
  if (!is_floating_point(p.dtype)) return c.node("Mod", {p.a, p.b});
  const std::string rest = c.node("Mod", {p.a, p.b}, {{"fmod", std::int64_t{1}}});
  const std::string other_sign = c.node("Xor", {is_negative(c, rest, p.dtype), is_negative(c, p.b, p.dtype)});
  const std::string moves = c.node("And", {other_sign, c.node("Not", {is_zero(c, rest, p.dtype)})});
  return c.node("Where", {moves, c.node("Add", {rest, p.b}), rest});
}

std::string truncated(Call& c, const std::string& x, ScalarType t) {
  return c.node("Where", {is_negative(c, x, t), c.node("Ceil", {x}), c.node("Floor", {x})});
}

std::string floor_of_quotient(Call& c, const Pair& p) {
  const std::string rest = remainder_of(c, p);
  const std::string q = c.node("Div", {c.node("Sub", {p.a, rest}), p.b});
  if (!is_floating_point(p.dtype)) return q;
  // What is left of rounding: q is a whole number but for that.
  const std::string whole = c.node("Round", {q}), by_zero = c.node("Div", {p.a, p.b});
  return c.node("Where", {is_zero(c, p.b, p.dtype), by_zero, whole});
}

void div(Call& c) {
  if (!c.given(0)) {
    const ScalarType t = c.result_dtype();
    return c.result(c.node("Div", {c.in(0, t), c.in(1, t)}));
  }
  const Pair p(c);
  if (c.text(0) == "floor") return c.result_from(p.dtype, floor_of_quotient(c, p));
  const std::string q = c.node("Div", {p.a, p.b});
  c.result_from(p.dtype, is_floating_point(p.dtype) ? truncated(c, q, p.dtype) : q);
}

/// x to the power of p ≥ 2 by squaring, which wraps as integers do; Pow may go through floats.
std::string whole_power(Call& c, const std::string& x, std::uint64_t p) {
  std::string square = x, y;
  for (;; square = c.node("Mul", {square, square})) {
    if (p % 2 == 1) y = y.empty() ? square : c.node("Mul", {y, square});
    if ((p /= 2) == 0) return y;
  }
}

void pow(Call& c) {
  if (c.has(1)) {
    const ScalarType t = c.common(0, 1);
    if (is_floating_point(t)) return c.result(c.node("Pow", {c.in(0, t), c.in(1, t)}));
    const Tensor p = c.constant(1);
    c.require(p.defined() && (p.numel() == 0 || p.min().item<double>() >= 0),
              "integers to powers that may be negative");
    const Pair pair(c);
    return c.result_from(pair.dtype, c.node("Pow", {pair.a, pair.b}));
  }
  const double p = c.real(0);
  const ScalarType t = working_type(c.dtype(0));
  c.require(is_floating_point(t) || p >= 0, "integers to a negative power");
  const std::string x = c.in(0, t);
  if (p == 0.5) return c.result_from(t, c.node("Sqrt", {x}));
  if (p == -0.5) return c.result_from(t, c.node("Reciprocal", {c.node("Sqrt", {x})}));
  if (p == 2 || (p > 2 && !is_floating_point(t)))
    return c.result_from(t, whole_power(c, x, static_cast<std::uint64_t>(p)));
  c.result_from(t, c.node("Pow", {x, c.number(p, t)}));
}

std::string log1p_of(Call& c, const std::string& x, ScalarType t) {
  // Near 0 through artanh, which loses no digits there.
  const std::string ratio = c.node("Div", {x, c.node("Add", {x, c.number(2, t)})});
  const std::string near = c.node("Mul", {c.node("Atanh", {ratio}), c.number(2, t)});
  const std::string small = c.node("Less", {c.node("Abs", {x}), c.number(0.5, t)});
  return where(c, small, near, c.node("Log", {c.node("Add", {x, c.number(1, t)})}));
}

std::string expm1_of(Call& c, const std::string& x, ScalarType t) {
  const std::string half = c.node("Tanh", {c.node("Mul", {x, c.number(0.5, t)})});
  const std::string near = c.node("Mul", {half, c.node("Add", {c.node("Exp", {x}), c.number(1, t)})});
  return near;
}

void scaled_log(Call& c, double base) {
  const ScalarType t = c.result_dtype();
  c.result(c.node("Div", {c.node("Log", {floating(c)}), c.number(std::log(base), t)}));
}

void nan_to_num(Call& c) {
  const ScalarType t = c.dtype(0);
  if (!is_floating_point(t)) return c.same_as_input(0);
  const double most =
      t == kFloat32 ? static_cast<double>(std::numeric_limits<float>::max()) : std::numeric_limits<double>::max();
  const std::string x = c.in(0);
  std::string y = where(c, c.node("IsNaN", {x}), c.number(c.given(0) ? c.real(0) : 0, t), x);
  y = where(c, c.node("Equal", {x, c.number(kInfinity, t)}), c.number(c.given(1) ? c.real(1) : most, t), y);
  y = where(c, c.node("Equal", {x, c.number(-kInfinity, t)}), c.number(c.given(2) ? c.real(2) : -most, t), y);
  c.result(y);
}

void add_product(Call& c, const char* op) {
  const ScalarType t = working_type(c.result_dtype());
  std::string y = c.node(op, {c.in(1, t), c.in(2, t)});
  if (c.real(0) != 1) {
    c.require(is_floating_point(t) || std::string_view(op) == "Mul", "a quotient of integers");
    y = c.node("Mul", {y, c.number(c.real(0), t)});
  }
  c.result_from(t, c.node("Add", {c.in(0, t), y}));
}

void lerp(Call& c) {
  const ScalarType t = c.dtype(0);
  const std::string a = c.in(0), b = c.in(1), w = c.has(2) ? c.in(2) : c.number(c.real(0), t);
  // From the nearer end.
  const std::string span = c.node("Sub", {b, a});
  const std::string from_a = c.node("Add", {a, c.node("Mul", {w, span})});
  const std::string from_b = c.node("Sub", {b, c.node("Mul", {c.node("Sub", {c.number(1, t), w}), span})});
  if (!c.has(2)) return c.result(c.real(0) < 0.5 ? from_a : from_b);
  c.result(where(c, c.node("Less", {c.node("Abs", {w}), c.number(0.5, t)}), from_a, from_b));
}

/// y/x's angle moved into the quadrant of (x, y).
void atan2(Call& c) {
  const ScalarType t = c.result_dtype();
  std::string y = c.in(0, t), x = c.in(1, t);
  // Of two infinities the quotient is no number, so they count as ones.
  const auto infinite = [&](const std::string& v) {
    return c.node("Equal", {c.node("Abs", {v}), c.number(kInfinity, t)});
  };
  const std::string both = c.node("And", {infinite(y), infinite(x)});
  y = where(c, both, c.node("Sign", {y}), y);
  x = where(c, both, c.node("Sign", {x}), x);
  const std::string pi = c.number(std::numbers::pi, t), zero = c.number(0, t);
  const std::string y_negative = sign_bit(c, y, t), x_negative = sign_bit(c, x, t);
  const std::string turn = where(c, y_negative, c.node("Neg", {pi}), pi);
  const std::string angle = c.node("Atan", {c.node("Div", {y, x})});
  const std::string moved = where(c, is_negative(c, x, t), c.node("Add", {angle, turn}), angle);
  // On the axis y = 0 the quotient of two zeros is no number.
  const std::string flat = where(c, x_negative, turn, where(c, y_negative, c.number(-0.0, t), zero));
  const std::string on_axis = c.node("And", {is_zero(c, y, t), is_zero(c, x, t)});
  c.result(where(c, on_axis, flat, moved));
}

void xlogy(Call& c) {
  const ScalarType t = c.result_dtype();
  const std::string a = c.in(0, t), b = c.in(1, t);
  const std::string product = c.node("Mul", {a, c.node("Log", {b})});
  c.result(where(c, c.node("IsNaN", {b}), b, where(c, is_zero(c, a, t), c.number(0, t), product)));
}

void log_add_exp(Call& c) {
  const Pair p(c);
  const ScalarType t = p.dtype;
  const std::string most = larger(c, p.a, p.b, t, true);
  const std::string apart = c.node("Neg", {c.node("Abs", {c.node("Sub", {p.a, p.b})})});
  const std::string tail = log1p_of(c, c.node("Exp", {apart}), t);
  const std::string same = c.node("Add", {p.a, c.number(std::numbers::ln2, t)});
  c.result(where(c, c.node("Equal", {p.a, p.b}), same, c.node("Add", {most, tail})));
}

void fill(Call& c) {
  const std::string shape = c.shape_of_result();
  c.result(c.node("Expand", {c.number(c.given(0) ? c.real(0) : 0, c.result_dtype()), shape}));
}

void copy(Call& c) { c.result(c.node("Expand", {c.in(1, c.result_dtype()), c.shape_of_result()})); }

constexpr Row kRows[] = {
    {"add", [](Call& c) { scaled_sum(c, "Add"); }},
    {"sub", [](Call& c) { scaled_sum(c, "Sub"); }},
    {"mul", mul},
    {"div", div},
    {"pow", pow},
    {"floor_divide",
     [](Call& c) {
       const Pair p(c);
       c.result_from(p.dtype, floor_of_quotient(c, p));
     }},
    {"remainder",
     [](Call& c) {
       const Pair p(c);
       c.result_from(p.dtype, remainder_of(c, p));
     }},
    {"fmod",
     [](Call& c) {
       const Pair p(c);
       c.result_from(p.dtype, c.node("Mod", {p.a, p.b}, {{"fmod", std::int64_t{1}}}));
     }},
    {"neg", [](Call& c) { any_number(c, "Neg"); }},
    {"abs", [](Call& c) { any_number(c, "Abs"); }},
    {"sign",
     [](Call& c) {
       if (c.dtype(0) == kBool) return c.same_as_input(0);
       if (!is_floating_point(c.dtype(0))) return any_number(c, "Sign");
       const std::string x = c.in(0);
       c.result(where(c, c.node("IsNaN", {x}), c.number(0, c.dtype(0)), c.node("Sign", {x})));
     }},
    XGRAD_UNARY(sqrt, Sqrt),
    XGRAD_UNARY(reciprocal, Reciprocal),
    XGRAD_UNARY(exp, Exp),
    XGRAD_UNARY(log, Log),
    XGRAD_UNARY(sin, Sin),
    XGRAD_UNARY(cos, Cos),
    XGRAD_UNARY(tan, Tan),
    XGRAD_UNARY(asin, Asin),
    XGRAD_UNARY(acos, Acos),
    XGRAD_UNARY(atan, Atan),
    XGRAD_UNARY(sinh, Sinh),
    XGRAD_UNARY(cosh, Cosh),
    XGRAD_UNARY(asinh, Asinh),
    XGRAD_UNARY(acosh, Acosh),
    XGRAD_UNARY(atanh, Atanh),
    XGRAD_UNARY(erf, Erf),
    {"floor",
     [](Call& c) {
       if (!is_floating_point(c.dtype(0))) return c.same_as_input(0);
       c.result(c.node("Floor", {c.in(0)}));
     }},
    {"ceil",
     [](Call& c) {
       if (!is_floating_point(c.dtype(0))) return c.same_as_input(0);
       c.result(c.node("Ceil", {c.in(0)}));
     }},
    {"round",
     [](Call& c) {
       if (!is_floating_point(c.dtype(0))) return c.same_as_input(0);
       c.require(!c.given(0) || c.integer(0) == 0, "ONNX rounds to whole numbers only");
       c.result(c.node("Round", {c.in(0)}));
     }},
    {"trunc",
     [](Call& c) {
       if (!is_floating_point(c.dtype(0))) return c.same_as_input(0);
       c.result(truncated(c, c.in(0), c.dtype(0)));
     }},
    {"frac",
     [](Call& c) {
       c.result(c.node("Sub", {c.in(0), truncated(c, c.in(0), c.dtype(0))}));
     }},
    {"rsqrt", [](Call& c) { c.result(c.node("Reciprocal", {c.node("Sqrt", {floating(c)})})); }},
    {"exp2",
     [](Call& c) {
       c.result(c.node("Pow", {c.number(2, c.result_dtype()), floating(c)}));
     }},
    {"expm1", [](Call& c) { c.result(expm1_of(c, floating(c), c.result_dtype())); }},
    {"log1p", [](Call& c) { c.result(log1p_of(c, floating(c), c.result_dtype())); }},
    {"log2", [](Call& c) { scaled_log(c, 2); }},
    {"log10", [](Call& c) { scaled_log(c, 10); }},
    {"erfc",
     [](Call& c) {
       c.result(c.node("Sub", {c.number(1, c.result_dtype()), c.node("Erf", {floating(c)})}));
     }},
    {"sinc",
     [](Call& c) {
       const ScalarType t = c.result_dtype();
       const std::string x = floating(c), a = c.node("Mul", {x, c.number(std::numbers::pi, t)});
       c.result(where(c, is_zero(c, x, t), c.number(1, t), c.node("Div", {c.node("Sin", {a}), a})));
     }},
    {"logit",
     [](Call& c) {
       const ScalarType t = c.result_dtype();
       std::string x = floating(c);
       if (c.given(0)) {
         x = larger(c, x, c.number(c.real(0), t), t, true);
         x = larger(c, x, c.number(1 - c.real(0), t), t, false);
       }
       c.result(c.node("Log", {c.node("Div", {x, c.node("Sub", {c.number(1, t), x})})}));
     }},
    {"nan_to_num", nan_to_num},
    {"atan2", atan2},
    {"hypot",
     [](Call& c) {
       const ScalarType t = c.result_dtype();
       const std::string a = c.in(0, t), b = c.in(1, t);
       c.result(c.node("Sqrt", {c.node("Add", {c.node("Mul", {a, a}), c.node("Mul", {b, b})})}));
     }},
    {"xlogy", xlogy},
    {"copysign",
     [](Call& c) {
       const ScalarType t = c.result_dtype();
       const std::string size = c.node("Abs", {c.in(0, t)});
       c.result(where(c, sign_bit(c, c.in(1, t), t), c.node("Neg", {size}), size));
     }},
    {"logaddexp", log_add_exp},
    {"addcmul", [](Call& c) { add_product(c, "Mul"); }},
    {"addcdiv", [](Call& c) { add_product(c, "Div"); }},
    {"lerp", lerp},
    {"heaviside",
     [](Call& c) {
       const Pair p(c, c.dtype(0));
       const std::string zero = c.number(0, p.dtype), one = c.number(1, p.dtype);
       const std::string step = where(c, c.node("Greater", {p.a, zero}), one, zero);
       c.result_from(p.dtype, where(c, is_zero(c, p.a, p.dtype), p.b, step));
     }},
    {"fill", fill},
    {"copy", copy},
    {"full_like", fill},
    {"empty_like", fill},
};

#undef XGRAD_UNARY

}  // namespace
}  // namespace elementwise

std::span<const Row> elementwise_rows() { return elementwise::kRows; }

}  // namespace xgrad::onnx::detail
