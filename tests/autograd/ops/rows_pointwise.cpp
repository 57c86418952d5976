#include "samples.hpp"

namespace xgrad::op_table {

using Bound = std::optional<Scalar>;

static Samples where_samples() {
  Samples out;
  const std::vector<std::tuple<D, D, D>> shapes{
      {{2, 3}, {2, 3}, {2, 3}}, {{3}, {2, 3}, {1}}, {{2, 1}, {3}, {2, 3}}, {{}, {}, {}},
      {{0}, {0}, {0}},          {{2}, {}, {}},      {{2}, {3}, {3}},       {{3, 3}, {3, 3}, {3}}};
  for (const auto& [c, x, y] : shapes) out.push_back({t(c, kBool), t(x), t(y, kFloat64, 2)});
  for (const auto& [x, y] : {std::pair(kFloat32, kFloat32),
                             {kFloat32, kFloat64},
                             {kInt64, kFloat32},
                             {kInt8, kUInt8},
                             {kInt32, kInt32},
                             {kInt16, kInt64},
                             {kBool, kBool}}) {
    out.push_back({t({3}, kBool), t({3}, x), t({3}, y)});
  }
  out.push_back({t({3}, kInt64), t({3}), t({3})});
  out.push_back({v({0, 1, 2}, kUInt8), t({3}), t({3}, kFloat64, 2)});
  out.push_back({turned(t({2, 3}, kBool)), t({2, 3}), t({}, kFloat64, 2)});
  out.push_back({t({3}, kBool), turned(t({2, 3})), t({2, 3}, kFloat64, 2)});
  out.push_back({t({2, 1}, kBool), t({2, 3}), turned(t({2, 3}, kFloat64, 2))});
  out.push_back(rough({t({31, 37}, kBool), t({31, 37}), t({37}, kFloat64, 2)}));
  out.push_back(rough({t({3}, kBool), v({kNaN, 1, kInf}), v({1, kNaN, -kInf})}));
  return out;
}

OP_FAMILY(pointwise) {
  const Range positive{0.2, 2};
  const Samples few = in_dtypes({{t({2, 3}), t({3}, kFloat64, 2)}, {t({}), t({})}, {t({0}), t({})}},
                                {kFloat64, kFloat32, kInt64, kBool}) +
                      Samples{{t({3}, kBool), t({3}, kInt64)},
                              {t({2, 3}), t({2})},
                              rough({t({33, 31}), t({31})}),
                              rough({v({kNaN, kInf}), v({1, -kInf})})};
  const std::vector<Values> numbers{{1.5}, {3}, {true}, {-0.25}};
  // Factors that a dtype cannot hold, and negative ones that wrap in it.
  const Samples bytes{{t({3}, kUInt8), t({3}, kUInt8, 2)}, {t({0}, kUInt8), t({0}, kUInt8)}};
  const Samples words{{t({3}, kInt32), t({3}, kInt32, 2)}}, floats{{t({3}, kFloat32), t({3}, kFloat32, 2)}};
  constexpr std::int64_t kWide = std::int64_t{1} << 31;
  const Samples scaled = with(bytes, {{300}, {-1}, {-255}, {-256}}) + with(words, {{kWide}, {-kWide}, {-kWide - 1}}) +
                         with(floats, {{1e39}, {-1e39}});
  Rows rows{
      UNARY(neg),
      row(
          "positive", [](T x) { return x.positive(); }, unary_samples()),
      UNARY(abs),
      UNARY(sign).without(kError, "takes every dtype"),
      UNARY(square).without(kError, "takes every dtype"),
      UNARY(sqrt, {0.1, 3}).without(kError, "takes every dtype"),
      UNARY(reciprocal, {0.3, 3}).without(kError, "takes every dtype"),
      UNARY(exp).without(kError, "takes every dtype"),
      UNARY(log, {0.1, 3}).without(kError, "takes every dtype"),
      UNARY(log1p, {-0.8, 2}).without(kError, "takes every dtype"),
      UNARY(sin, {-3, 3}).without(kError, "takes every dtype"),
      UNARY(cos, {-3, 3}).without(kError, "takes every dtype"),
      BINARY(add),
      BINARY(sub),
      BINARY(mul),
      BINARY(div, {0.3, 2}),
      row(
          "maximum", [](T x, T y) { return maximum(x, y); },
          binary_samples() + Samples{rough({v({1, 2, 2}), v({2, 2, 1})})}),
      row(
          "minimum", [](T x, T y) { return x.minimum(y); },
          binary_samples() + Samples{rough({v({1, 2, 2}), v({2, 2, 1})})}),
      row(
          "add.alpha", [](T x, T y, Scalar a) { return add(x, y, a); }, [](Tensor& x, T y, Scalar a) { x.add_(y, a); },
          with(few, {{2.5}, {3}}) + scaled),
      row(
          "sub.alpha", [](T x, T y, Scalar a) { return x.sub(y, a); }, [](Tensor& x, T y, Scalar a) { sub_(x, y, a); },
          with(few, {{0.5}, {-3}}) + scaled),
      row(
          "add.scalar", [](T x, Scalar c) { return add(x, c); }, [](Tensor& x, Scalar c) { x.add_(c); },
          with(few_samples(), numbers))
          .without(kError, "takes every dtype"),
      row(
          "add.scalar_alpha", [](T x, Scalar c, Scalar a) { return x.add(c, a); },
          [](Tensor& x, Scalar c, Scalar a) { add_(x, c, a); },
          with(few_samples(), {{1.5, 2.0}, {3, -2}, {3, 2.5}}) + Samples{{t({3}, kUInt8), 2, 300}}),
      row(
          "sub.scalar", [](T x, Scalar c) { return x.sub(c); }, [](Tensor& x, Scalar c) { sub_(x, c); },
          with(few_samples(), numbers)),
      row(
          "sub.scalar_alpha", [](T x, Scalar c, Scalar a) { return x.sub(c, a); },
          [](Tensor& x, Scalar c, Scalar a) { sub_(x, c, a); },
          with(few_samples(), {{1.5, 2.0}, {3, -2}}) + Samples{{t({3}, kUInt8), 2, 300}}),
      row(
          "mul.scalar", [](T x, Scalar c) { return mul(x, c); }, [](Tensor& x, Scalar c) { x.mul_(c); },
          with(few_samples(), numbers))
          .without(kError, "takes every dtype"),
      row(
          "div.scalar", [](T x, Scalar c) { return x.div(c); }, [](Tensor& x, Scalar c) { div_(x, c); },
          with(few_samples(), numbers))
          .without(kError, "takes every dtype"),
      row(
          "rsub", [](T x, T y, Scalar a) { return rsub(x, y, a); }, with(few, {{1}, {0.5}, {-3}}) + scaled),
      row(
          "rsub.scalar", [](T x, Scalar c, Scalar a) { return rsub(x, c, a); },
          with(few_samples(), {{1.5, 1}, {3, 1}, {true, 1}, {-0.25, 2}, {3, -0.5}}) +
              Samples{{t({3}, kUInt8), 2, 300}}),
      row(
          "float_power", [](T x, T p) { return float_power(x, p); }, [](Tensor& x, T p) { x.float_power_(p); },
          in_dtypes({{t({2, 3}, positive), t({3}, kFloat64, 2)}, {t({}, positive), t({})}, {t({0}), t({0})}},
                    {kFloat64, kFloat32, kInt64, kBool}) +
              Samples{{t({3}, positive), t({3}, kInt64)},
                      {t({3}, kFloat32, 1, positive), t({3})},
                      {t({2, 3}, positive), t({2})},
                      rough({t({33, 31}, positive), t({31})}),
                      rough({v({kNaN, kInf, 2}), v({1, -2, kInf})})}),
      row(
          "float_power.scalar", [](T x, Scalar p) { return x.float_power(p); },
          [](Tensor& x, Scalar p) { float_power_(x, p); }, with(few_samples(positive), {{2}, {0.5}, {-1.5}}))
          .without(kError, "takes every dtype"),
      row("float_power.scalar_base", [](Scalar x, T p) { return float_power(x, p); },
          {{2, t({2, 3})},
           {0.5, t({})},
           {3, t({0})},
           {2, t({3}, kFloat32)},
           {2.5, t({3}, kInt64)},
           {true, t({3}, kBool)},
           rough({2, t({33, 31})}),
           rough({1.5, v({kNaN, kInf, -kInf})})})
          .without(kError, "takes every dtype"),
      row(
          "pow.scalar", [](T x, Scalar p) { return pow(x, p); }, [](Tensor& x, Scalar p) { x.pow_(p); },
          with(unary_samples(positive, {0.0, -0.0, kInf, -kInf, kNaN, -2.0, 1e200}),
               {{0}, {1}, {2}, {3}, {7}, {-1}, {-2}, {0.5}, {1.5}, {2.0}, {-0.5}}) +
              Samples{{t({3}, kUInt8), 300}, {t({3}, kUInt8), 200}, {t({3}, kBool), true}}),
      row(
          "clamp", [](T x, Bound lo, Bound hi) { return clamp(x, lo, hi); },
          [](Tensor& x, Bound lo, Bound hi) { x.clamp_(lo, hi); },
          with(few_samples() + Samples{rough({v({-1, -0.5, 0.5, 1, kNaN, kInf, -kInf})})},
               {{-0.5, 1.0}, {-1, 1}, {-0.5}, {none, 0.5}, {1.0, -1.0}}) +
              rough(with(few_samples(), {{kNaN, 1.0}, {1.0, kNaN}, {kNaN}, {none, kNaN}})) +
              Samples{{t({3}), none, none},
                      {t({3}, kUInt8), -1, 200},
                      {t({3}, kUInt8), -1, 300},
                      {t({3}, kUInt8), 300},
                      {t({3}, kUInt8), none, -256},
                      {t({3}, kFloat32), none, 1e39}}),
      row(
          "lerp", [](T a, T b, Scalar w) { return lerp(a, b, w); }, [](Tensor& a, T b, Scalar w) { a.lerp_(b, w); },
          with(binary_samples(), {{0.25}, {0.75}, {2}}) + with(floats, {{1e39}, {-1e39}})),
      row(
          "where", [](T c, T x, T y) { return where(c, x, y); }, where_samples()),
      row("where.scalar_self", [](T c, Scalar x, T y) { return where(c, x, y); },
          {{t({2, 3}, kBool), 1.5, t({3})},
           {t({0}, kBool), 1.5, t({0})},
           {t({}, kBool), 2, t({})},
           {t({3}, kBool), 2.5, t({3}, kFloat32)},
           {t({3}, kBool), 2, t({3}, kInt64)},
           {t({3}, kInt64), 2, t({3}, kInt64)},
           {t({3}, kBool), 300, t({3}, kUInt8)},
           {t({3}, kBool), -1, t({3}, kUInt8)},
           rough({t({31, 37}, kBool), 1.5, t({31, 37})}),
           rough({t({3}, kBool), 1.5, v({kNaN, kInf, 1})})}),
      row("where.scalar_other", [](T c, T x, Scalar y) { return where(c, x, y); },
          {{t({2, 3}, kBool), t({3}), 1.5},
           {t({0}, kBool), t({0}), 1.5},
           {t({3}, kBool), t({}), 1.5},
           {t({3}, kBool), t({3}, kFloat32), 2.5},
           {t({3}, kBool), t({3}, kInt64), 2},
           {t({3}, kInt64), t({3}), 2},
           {t({3}, kBool), t({3}, kUInt8), 300},
           {t({3}, kBool), t({3}, kUInt8), -1},
           {t({0}, kBool), t({0}, kUInt8), 300},
           rough({t({31, 37}, kBool), t({31, 37}), 1.5}),
           rough({t({3}, kBool), v({kNaN, kInf, 1}), 1.5})}),
      row(
          "where.scalars", [](T c, Scalar x, Scalar y) { return where(c, x, y); },
          with({{t({2, 3}, kBool)},
                {t({0}, kBool)},
                {t({}, kBool)},
                {t({31, 37}, kBool)},
                {t({3}, kInt64)},
                {t({3}, kFloat32)},
                {v({kNaN})}},
               {{1.5, 2.5}, {1, 2}, {true, false}, {1, 2.5}, {1e39, 1.5}, {2, -1e39}})),
      in_place_row(
          "fill_", [](Tensor& x, Scalar c) { fill_(x, c); },
          with(few_samples(), {{2.5}, {3}, {true}}) +
              with({{t({3}, kUInt8)}, {t({0}, kUInt8)}, {t({3}, kInt64)}}, {{300}, {-1}, {-256}, {1e30}, {kNaN}})),
      in_place_row("fill_.tensor", [](Tensor& x, T value) { x.fill_(value); },
                   {{t({2, 3}), t({})},
                    {t({}), t({}, kFloat64, 2)},
                    {t({0}), t({})},
                    {t({3}), t({}, kInt64)},
                    {t({3}), t({}, kFloat32)},
                    {t({3}, kFloat32), t({}, kFloat32)},
                    {t({3}, kInt64), t({}, kInt64)},
                    {t({3}, kBool), t({}, kBool)},
                    {t({3}, kUInt8), tensor(300)},
                    {t({3}, kUInt8), tensor(-1)},
                    {t({3}), t({1})},
                    {t({3}), t({3})},
                    rough({t({31, 37}), t({})}),
                    rough({v({kNaN, 1, kInf}), t({})})}),
      in_place_row(
          "zero_", [](Tensor& x) { x.zero_(); }, few_samples())
          .without(kError, "takes every dtype"),
      in_place_row("copy_", [](Tensor& x, T y) { copy_(x, y); },
                   {{t({2, 3}), t({2, 3}, kFloat64, 2)},
                    {t({2, 3}), t({3})},
                    {t({2, 3}), t({})},
                    {t({}), t({})},
                    {t({3}), t({2, 3})},
                    {t({3, 3}), t({3, 3}, kFloat64, 2)},
                    {t({3}), t({3}, kFloat32)},
                    {t({3}, kFloat32), t({3}, kFloat32)},
                    {t({3}, kInt64), t({3})},
                    {t({3}, kBool), v({0, 0.5, kNaN})},
                    {t({2}), v({300, -1}, kInt64)},
                    {t({2}, kUInt8), v({300, -1}, kInt64)},
                    {t({2}, kInt8), v({200, 3}, kInt64)},
                    {t({0, 3}), t({3})},
                    rough({t({31, 37}), t({37}, kFloat32)})}),
  };
  return rows;
}

OP_FAMILY(nonlinear) {
  const Samples soft{{t({2, 3})},
                     {t({3, 4}, kFloat32)},
                     rough({m({{1000, 0, -1000}, {1, kInf, 0}, {-kInf, -kInf, -kInf}, {kNaN, 0, 1}})}),
                     {t({2, 0})},
                     {t({0, 3})},
                     {t({1, 3}, kInt64)},
                     {t({1, 3}, kBool)},
                     {t({2, 3, 4})},
                     {t({})},
                     {t({4})},
                     rough({t({31, 37})}),
                     rough({t({31, 37}, kFloat32)})};
  const Range unit{0.1, 0.9};
  const auto pairs = [&](std::initializer_list<Values> more) {
    return with({{t({2, 3}), t({2, 3}, unit, 2)},
                 {t({}), t({}, unit)},
                 {t({0}), t({0})},
                 {t({3, 3}, kFloat32), t({3, 3}, kFloat32, 2, unit)},
                 rough({t({31, 37}), t({31, 37}, unit, 2)}),
                 rough({v({1, 2, 3, 4}), v({0, -1, kNaN, kInf})})},
                more);
  };
  const char* internal = "only called by derivatives, which have made sure of it";
  const unsigned unseen = kBroadcast | kMixed | kIntegers | kBools | kError;
  return {
      UNARY(relu),
      UNARY(sigmoid, {-3, 3}).without(kError, "takes every dtype"),
      UNARY(tanh).without(kError, "takes every dtype"),
      row(
          "sigmoid_backward", [](T g, T y) { return sigmoid_backward(g, y); }, pairs({{}}))
          .without(unseen, internal),
      row(
          "tanh_backward", [](T g, T y) { return tanh_backward(g, y); }, pairs({{}}))
          .without(unseen, internal),
      row(
          "relu_backward", [](T g, T y, Scalar) { return relu_backward(g, y); }, pairs({{0}}))
          .as("threshold_backward")
          .without(unseen, internal),
      row(
          "softmax_backward", [](T g, T y, std::int64_t dim, ScalarType) { return softmax_backward(g, y, dim); },
          with({{t({2, 3}), t({2, 3}, unit, 2)}, {t({0, 2}), t({0, 2})}, {t({}), t({}, unit)}}, {{-1, kFloat64}}) +
              Samples{{t({3, 3}, kFloat32), t({3, 3}, kFloat32, 2, unit), 0, kFloat32},
                      rough({t({31, 37}), t({31, 37}, unit), 1, kFloat64}),
                      rough({t({2}), v({kNaN, kInf}), 0, kFloat64})})
          .as("_softmax_backward_data")
          .without(unseen, internal),
      row(
          "log_softmax_backward",
          [](T g, T y, std::int64_t dim, ScalarType) { return log_softmax_backward(g, y, dim); },
          with({{t({2, 3}), t({2, 3}, unit, 2)}, {t({0, 2}), t({0, 2})}, {t({}), t({}, unit)}}, {{-1, kFloat64}}) +
              Samples{{t({3, 3}, kFloat32), t({3, 3}, kFloat32, 2, unit), 0, kFloat32},
                      rough({t({31, 37}), t({31, 37}, unit), 1, kFloat64}),
                      rough({t({2}), v({kNaN, kInf}), 0, kFloat64})})
          .as("_log_softmax_backward_data")
          .without(unseen, internal),
      row(
          "softmax", [](T x, std::int64_t dim) { return softmax(x, kw::dim = dim); }, with(soft, {{0}, {1}, {-1}})),
      row(
          "softmax.dtype", [](T x, std::int64_t dim, ScalarType dtype) { return softmax(x, dim, dtype); },
          with(soft, {{0, kFloat64}, {-1, kFloat32}, {3, kFloat32}})),
      row(
          "log_softmax", [](T x, std::int64_t dim) { return log_softmax(x, dim); }, with(soft, {{0}, {1}, {-1}})),
      row(
          "log_softmax.dtype", [](T x, std::int64_t dim, ScalarType dtype) { return x.log_softmax(dim, dtype); },
          with(soft, {{0, kFloat64}, {-1, kFloat32}, {3, kFloat32}})),
  };
}

}  // namespace xgrad::op_table
