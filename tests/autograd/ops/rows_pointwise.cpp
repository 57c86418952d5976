#include "op_table.hpp"

namespace xgrad::op_table {
namespace {

using T = const Tensor&;

// What most functions are: f(x) with a twin f_(x), and f(x, y) with a twin f_(x, y).
#define UNARY(NAME) \
  row(              \
      #NAME, [](T x) { return NAME(x); }, [](Tensor& x) { NAME##_(x); })
#define BINARY(NAME) \
  row(               \
      #NAME, [](T x, T y) { return NAME(x, y); }, [](Tensor& x, T y) { NAME##_(x, y); })

template <class Number>
void scalar_rows(std::vector<Row>& rows, const std::string& suffix, Number c) {
  rows.push_back(row(
      "add." + suffix, [c](T x) { return add(x, c); }, [c](Tensor& x) { add_(x, c); }));
  rows.push_back(row(
      "sub." + suffix, [c](T x) { return x - c; }, [c](Tensor& x) { x -= c; }));
  rows.push_back(row(
      "mul." + suffix, [c](T x) { return c * x; }, [c](Tensor& x) { x.mul_(c); }));
  rows.push_back(row(
      "div." + suffix, [c](T x) { return x.div(c); }, [c](Tensor& x) { x /= c; }));
}

template <class Number>
Row pow_row(const std::string& suffix, Number p) {
  return row(
      "pow." + suffix, [p](T x) { return pow(x, p); }, [p](Tensor& x) { pow_(x, p); });
}

}  // namespace

std::vector<Row> pointwise_rows() {
  std::vector<Row> rows{
      UNARY(neg),
      UNARY(abs),
      UNARY(sign),
      UNARY(square),
      UNARY(sqrt),
      UNARY(reciprocal),
      UNARY(exp),
      UNARY(log),
      UNARY(log1p),
      UNARY(sin),
      UNARY(cos),
      BINARY(add),
      BINARY(sub),
      BINARY(mul),
      BINARY(div),
      row("maximum", [](T x, T y) { return maximum(x, y); }),
      row("minimum", [](T x, T y) { return minimum(x, y); }),
      row(
          "add.alpha", [](T x, T y) { return add(x, y, 2.5); }, [](Tensor& x, T y) { x.add_(y, 2.5); }),
      row(
          "add.int_alpha", [](T x, T y) { return x.add(y, 3); }, [](Tensor& x, T y) { add_(x, y, 3); }),
      row(
          "sub.alpha", [](T x, T y) { return sub(x, y, 0.5); }, [](Tensor& x, T y) { x.sub_(y, 0.5); }),
      row(
          "sub.int_alpha", [](T x, T y) { return x.sub(y, -3); }, [](Tensor& x, T y) { sub_(x, y, -3); }),
      row("rsub.float", [](T x) { return rsub(x, 1.5); }),
      row("rsub.int", [](T x) { return 3 - x; }),
      row("rdiv.float", [](T x) { return 1.5 / x; }),
      row("rdiv.int", [](T x) { return 3 / x; }),
      row("operators", [](T x, T y) { return -(x + y) * 2 - x / (y * y + 2) + (1 - x) * (3 / (y * y + 1)); }),
      row(
          "clamp", [](T x) { return clamp(x, -0.5, 1.0); }, [](Tensor& x) { clamp_(x, -0.5, 1.0); }),
      row(
          "clamp.int", [](T x) { return x.clamp(-1, 1); }, [](Tensor& x) { x.clamp_(-1, 1); }),
      row(
          "clamp.min", [](T x) { return clamp(x, -0.5); }, [](Tensor& x) { clamp_(x, -0.5); }),
      row(
          "clamp.max", [](T x) { return clamp(x, std::nullopt, 0.5); },
          [](Tensor& x) { clamp_(x, std::nullopt, 0.5); }),
      row(
          "clamp.crossed", [](T x) { return clamp(x, 1.0, -1.0); }, [](Tensor& x) { clamp_(x, 1.0, -1.0); }),
      row("where", [](T c, T x, T y) { return where(c, x, y); }),
      row("where.scalar_self", [](T c, T y) { return where(c, 1.5, y); }),
      row("where.scalar_other", [](T c, T x) { return where(c, x, 1.5); }),
      row(
          "fill_", [](T x) { return x.clone().fill_(2.5); }, [](Tensor& x) { fill_(x, 2.5); }),
      row(
          "zero_", [](T x) { return x.clone().zero_(); }, [](Tensor& x) { zero_(x); }),
      row("copy_", [](T x, T y) { return x.clone().copy_(y); }),
  };
  scalar_rows(rows, "float", 1.5);
  scalar_rows(rows, "int", 3);
  scalar_rows(rows, "bool", true);
  for (const int p : {0, 1, 2, 3, 7, -1, -2}) rows.push_back(pow_row(std::to_string(p), p));
  for (const auto& [name, p] : {std::pair("0.5", 0.5), {"1.5", 1.5}, {"2.0", 2.0}, {"-0.5", -0.5}}) {
    rows.push_back(pow_row(name, p));
  }
  return rows;
}

std::vector<Row> nonlinear_rows() {
  std::vector<Row> rows{
      UNARY(relu),
      UNARY(sigmoid),
      UNARY(tanh),
      row("sigmoid_backward", [](T g, T y) { return sigmoid_backward(g, y); }),
      row("tanh_backward", [](T g, T y) { return tanh_backward(g, y); }),
      row("relu_backward", [](T g, T y) { return relu_backward(g, y); }),
      row("softmax_backward", [](T g, T y) { return softmax_backward(g, y, 1); }),
      row("log_softmax_backward", [](T g, T y) { return log_softmax_backward(g, y, 1); }),
      row("softmax.dtype", [](T x) { return softmax(x, 0, kFloat64); }),
      row("log_softmax.dtype", [](T x) { return x.log_softmax(0, kFloat64); }),
  };
  for (const std::int64_t d : {0, 1, -1}) {
    rows.push_back(row("softmax." + std::to_string(d), [d](T x) { return softmax(x, kw::dim = d); }));
    rows.push_back(row("log_softmax." + std::to_string(d), [d](T x) { return log_softmax(x, d); }));
  }
  return rows;
}

#define COMPARE(NAME)                                                                                     \
  row(#NAME, [](T x, T y) { return NAME(x, y); }), row(#NAME ".float", [](T x) { return NAME(x, 0.5); }), \
      row(#NAME ".int", [](T x) { return x.NAME(1); })

std::vector<Row> comparison_rows() {
  return {
      COMPARE(eq),
      COMPARE(ne),
      COMPARE(lt),
      COMPARE(le),
      COMPARE(gt),
      COMPARE(ge),
      row("logical_and", [](T x, T y) { return logical_and(x, y); }),
      row("logical_or", [](T x, T y) { return logical_or(x, y); }),
      row("logical_xor", [](T x, T y) { return logical_xor(x, y); }),
      row("logical_not", [](T x) { return !x; }),
      row("isnan", [](T x) { return isnan(x); }),
      row("isinf", [](T x) { return isinf(x); }),
      row("isfinite", [](T x) { return isfinite(x); }),
      row("equal", [](T x, T y) { return equal(x, y); }),
      row("allclose", [](T x, T y) { return allclose(x, y); }),
      row("allclose.nan", [](T x, T y) { return x.allclose(y, 0.2, 0.0, true); }),
  };
}

}  // namespace xgrad::op_table
