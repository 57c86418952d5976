// Comparisons, logic, bounds, and choices by them.
#include <xgrad/serialize/onnx_numbers.hpp>

#include <cmath>
#include <limits>

namespace xgrad::onnx::detail {
namespace comparison {  // files are compiled together
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void compare(Call& c, const char* op, bool negated = false) {
  const Pair p(c);
  const std::string y = c.node(op, {p.a, p.b});
  c.result_from(kBool, negated ? c.node("Not", {y}) : y);
}

void logic(Call& c, const char* op) { c.result_from(kBool, c.node(op, {c.in(0, kBool), c.in(1, kBool)})); }

/// Of bools; what integers need came with a later opset.
void bitwise(Call& c, const char* op) {
  c.require(c.common(0, 1) == kBool, "opset 17 has bitwise operations for bools only");
  logic(c, op);
}

void where_row(Call& c) {
  const ScalarType t = working_type(c.result_dtype());
  c.result_from(t, where(c, c.in(0), c.in(1, t), c.in(2, t)));
}

void masked_fill(Call& c) {
  const ScalarType t = working_type(c.dtype(0));
  c.result_from(t, where(c, c.in(1, kBool), c.in(2, t), c.in(0, t)));
}

void clamp(Call& c) {
  const ScalarType t = working_type(c.result_dtype());
  std::string y = c.in(0, t);
  if (c.count() == 3) return c.result_from(t, larger(c, larger(c, y, c.in(1, t), t, true), c.in(2, t), t, false));
  // A bound that is NaN bounds nothing, unless there is another one: then it is what comes out.
  const bool both = c.given(0) && c.given(1);
  const auto bounds = [&](std::size_t i) { return c.given(i) && (both || !std::isnan(c.real(i))); };
  // -1 is 255 among bytes.
  const bool bytes = c.result_dtype() == kUInt8;
  const auto bound = [&](std::size_t i) { return c.number(c.real(i) + (bytes && c.real(i) < 0 ? 256 : 0), t); };
  if (bounds(0)) y = larger(c, y, bound(0), t, true);
  if (bounds(1)) y = larger(c, y, bound(1), t, false);
  c.result_from(t, y);
}

void extremum(Call& c, bool max) {
  const Pair p(c);
  if (!is_floating_point(p.dtype)) return c.result_from(p.dtype, c.node(max ? "Max" : "Min", {p.a, p.b}));
  // Either may be NaN.
  const std::string y = larger(c, p.a, p.b, p.dtype, max);
  c.result_from(p.dtype, y);
}

/// The number where one of both is NaN.
void number_extremum(Call& c, bool max) {
  const Pair p(c);
  if (!is_floating_point(p.dtype)) return extremum(c, max);
  const std::string first =
      c.node("Or", {c.node(max ? "GreaterOrEqual" : "LessOrEqual", {p.a, p.b}), c.node("IsNaN", {p.b})});
  c.result_from(p.dtype, where(c, first, p.a, p.b));
}

/// In doubles, as the operation itself.
void isclose(Call& c) {
  const std::string a = c.in(0, kFloat64), b = c.in(1, kFloat64), size = c.node("Abs", {b});
  const std::string allowed =
      c.node("Add", {c.node("Mul", {size, c.number(c.real(0), kFloat64)}), c.number(c.real(1), kFloat64)});
  const std::string near = c.node("LessOrEqual", {c.node("Abs", {c.node("Sub", {a, b})}), allowed});
  const std::string finite = c.node("Less", {size, c.number(kInfinity, kFloat64)});
  std::string y = c.node("Or", {c.node("Equal", {a, b}), c.node("And", {near, finite})});
  if (c.flag(2)) y = c.node("Or", {y, c.node("And", {c.node("IsNaN", {a}), c.node("IsNaN", {b})})});
  c.result(y);
}

constexpr Row kRows[] = {
    {"clamp", clamp},
    {"clamp_min", [](Call& c) { extremum(c, true); }},
    {"clamp_max", [](Call& c) { extremum(c, false); }},
    {"maximum", [](Call& c) { extremum(c, true); }},
    {"minimum", [](Call& c) { extremum(c, false); }},
    {"fmax", [](Call& c) { number_extremum(c, true); }},
    {"fmin", [](Call& c) { number_extremum(c, false); }},
    {"eq", [](Call& c) { compare(c, "Equal"); }},
    {"ne", [](Call& c) { compare(c, "Equal", true); }},
    {"lt", [](Call& c) { compare(c, "Less"); }},
    {"le", [](Call& c) { compare(c, "LessOrEqual"); }},
    {"gt", [](Call& c) { compare(c, "Greater"); }},
    {"ge", [](Call& c) { compare(c, "GreaterOrEqual"); }},
    {"logical_and", [](Call& c) { logic(c, "And"); }},
    {"logical_or", [](Call& c) { logic(c, "Or"); }},
    {"logical_xor", [](Call& c) { logic(c, "Xor"); }},
    {"logical_not", [](Call& c) { c.result_from(kBool, c.node("Not", {c.in(0, kBool)})); }},
    {"bitwise_and", [](Call& c) { bitwise(c, "And"); }},
    {"bitwise_or", [](Call& c) { bitwise(c, "Or"); }},
    {"bitwise_xor", [](Call& c) { bitwise(c, "Xor"); }},
    {"bitwise_not",
     [](Call& c) {
       if (c.dtype(0) == kBool) return c.result(c.node("Not", {c.in(0)}));
       // −1 − x is all bits turned round, of unsigned ones 255 − x.
       const ScalarType t = working_type(c.dtype(0));
       const double ones = c.dtype(0) == kUInt8 ? 255 : -1;
       c.result_from(t, c.node("Sub", {c.number(ones, t), c.in(0, t)}));
     }},
    {"isnan",
     [](Call& c) {
       const bool real = is_floating_point(c.dtype(0));
       c.result(real ? c.node("IsNaN", {c.in(0)}) : c.node("Expand", {c.number(0, kBool), c.shape_of_result()}));
     }},
    {"isinf",
     [](Call& c) {
       const ScalarType t = c.dtype(0);
       if (!is_floating_point(t)) return c.result(c.node("Expand", {c.number(0, kBool), c.shape_of_result()}));
       c.result(c.node("Equal", {c.node("Abs", {c.in(0)}), c.number(kInfinity, t)}));
     }},
    {"isclose", isclose},
    {"signbit",
     [](Call& c) {
       const ScalarType t = working_type(c.dtype(0));
       c.result(sign_bit(c, c.in(0, t), t));
     }},
    {"where", where_row},
    {"masked_fill", masked_fill},
};

}  // namespace
}  // namespace comparison

std::span<const Row> comparison_rows() { return comparison::kRows; }

}  // namespace xgrad::onnx::detail
