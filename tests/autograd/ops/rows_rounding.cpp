#include "samples.hpp"

namespace xgrad::op_table {

OP_FAMILY(rounding) {
  const std::initializer_list<double> halves{0.0, -0.0, 0.5, -0.5, 1.5, 2.5, -2.5, 1e20, kInf, -kInf, kNaN};
  const Range positive{0.6, 3};  // of integers, 1 to 5
  const Samples signs{{v({7, -7, 7, -7}, kInt64), v({2, 2, -2, -2}, kInt64)},
                      {v({7, -7, 6, -6}, kInt8), v({-1, -1, 3, 3}, kInt8)},
                      {v({-128, 127}, kInt8), v({-1, -1}, kInt8)},
                      {v({5.5, -5.5, 5.5, -5.5}), v({2, 2, -2, -2})},
                      rough({v({6, -6, 0, -0.0, 1e-30, -1e-30}), v({2, 2, -2, 3, 3, 3})}),
                      {t({2, 3}, kInt64), v({1, 0, 2}, kInt64)},
                      {t({2, 3}, kInt64), v({1, 3, 2}, kInt64)},
                      {t({2, 2}, kUInt8), v({1, 3}, kInt8)}};
  const Samples pairs = binary_samples(positive) + signs;
  const std::vector<Values> numbers{{2}, {-3}, {1.5}, {0}, {true}};
  using Mode = std::optional<std::string>;
  const auto mode = [](const Mode& m) { return m ? std::optional<std::string_view>(*m) : std::nullopt; };
#define ROUNDING(NAME) \
  row(                 \
      #NAME, [](T x) { return NAME(x); }, [](Tensor& x) { x.NAME##_(); }, unary_samples({}, halves))
#define DIVISION(NAME, SLOPES)                                                                                  \
  row(                                                                                                          \
      #NAME, [](T x, T y) { return NAME(x, y); }, [](Tensor& x, T y) { x.NAME##_(y); }, SLOPES(pairs)),         \
      row(                                                                                                      \
          #NAME ".scalar", [](T x, Scalar y) { return x.NAME(y); }, [](Tensor& x, Scalar y) { NAME##_(x, y); }, \
          SLOPES(with(few_samples(), numbers)))
  return {
      ROUNDING(floor),
      ROUNDING(ceil),
      ROUNDING(round),
      ROUNDING(trunc),
      ROUNDING(frac),
      row(
          "round.decimals", [](T x, std::int64_t d) { return round(x, d); },
          [](Tensor& x, std::int64_t d) { x.round_(d); },
          with(few_samples({-2000, 2000}) + Samples{rough({v({0.125, 0.375, 2.675, -0.5, 15, 25})})},
               {{2}, {-1}, {0}})),
      row(
          "nan_to_num",
          [](T x, std::optional<double> n, std::optional<double> p, std::optional<double> m) {
            return nan_to_num(x, n, p, m);
          },
          [](Tensor& x, std::optional<double> n, std::optional<double> p, std::optional<double> m) {
            x.nan_to_num_(n, p, m);
          },
          with(unary_samples(), {{none, none, none}, {1.5, 2.5, -3.5}, {none, 7.0, none}}))
          .without(kError, "takes every dtype"),
      row(
          "div.mode", [mode](T x, T y, Mode m) { return div(x, y, mode(m)); },
          [mode](Tensor& x, T y, Mode m) { x.div_(y, mode(m)); },
          with(pairs, {{"trunc"}, {"floor"}, {none}}) + Samples{{t({3}), t({3}), "bad"}}),
      row(
          "div.scalar_mode", [mode](T x, Scalar y, Mode m) { return x.div(y, mode(m)); },
          [mode](Tensor& x, Scalar y, Mode m) { div_(x, y, mode(m)); },
          with(with(few_samples(), numbers), {{"trunc"}, {"floor"}})),
      DIVISION(floor_divide, rough),
      DIVISION(fmod, Samples),
      DIVISION(remainder, Samples),
      row(
          "remainder.scalar_tensor", [](Scalar x, T y) { return remainder(x, y); },
          floats_differ({{7, t({2, 3})},
                         {-7.5, t({2, 3})},
                         {7, t({}, positive)},
                         {7, t({0})},
                         {7, t({3}, kFloat32)},
                         {7, t({3}, kInt64, 1, positive)},
                         {7.5, t({3}, kInt64, 1, positive)},
                         {7, v({0, 1}, kInt32)},
                         {true, t({3}, kBool)},
                         rough({7, t({31, 37})}),
                         rough({7, v({0.0, kNaN, kInf, -kInf})})},
                        "Derivatives that PyTorch lacks", true, Compared::Values)),
  };
}

}  // namespace xgrad::op_table
