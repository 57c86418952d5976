#include <xgrad/autograd/ops/activations.hpp>

#include "samples.hpp"

namespace xgrad::op_table {

using Int = std::int64_t;

/// A NaN in a tensor that is shorter than two vectors, so that PyTorch's loops of single elements meet it.
static bool lonely_nan(const Sample& s) {
  const Tensor& x = s.in[0].get<Tensor>();
  return x.is_floating_point() && x.nbytes() < 64 && isnan(x).any().item<bool>();
}
static Samples other_slope_at_nan(Samples samples) {
  return differ_where(lonely_nan, std::move(samples), "Slopes at NaN", Compared::Values);
}

/// A row for f(x) with its twin, at `few_samples` and at what is special.
#define ACTIVATION(NAME, ...) \
  row(                        \
      #NAME, [](T x) { return NAME(x); }, [](Tensor& x) { NAME##_(x); }, __VA_ARGS__(samples({{}})))

OP_FAMILY(activations) {
  const char* kFloatSixth = "PyTorch's slope has the float next to 1/6, in doubles too";
  const Samples special{rough({v({-4, -3, -1, -0.5, 0, 0.5, 1, 3, 6, 7})}),
                        rough({v({kNaN, kInf, -kInf, -0.0, 100, -100, 30, -30})}),
                        rough({v({kNaN, kInf, -kInf, -0.0, 100, -100, 30, -30}, kFloat32)})};
  const auto samples = [&](const std::vector<Values>& more) { return with(few_samples({-4, 4}) + special, more); };
  // Which slope is drawn for which element depends on the element.
  const auto slopes = [&](const std::vector<Values>& more) {
    return with({{t({2, 3})},
                 {t({})},
                 {t({0})},
                 {t({3, 3}, kFloat32)},
                 {t({3}, kInt64)},
                 {t({3}, kBool)},
                 rough({t({31, 37})}),
                 rough({v({kNaN, -kInf, 0, 1})})},
                more);
  };
  // Where a dtype cannot hold the numbers.
  const Samples narrow{{t({3}, kFloat32)}, {t({0}, kFloat32)}, {t({3}, kInt64)}};
  const std::vector<Values> beyond{{1e39}, {-1e39}};
  return {
      ACTIVATION(relu6, other_slope_at_nan),
      row(
          "hardtanh", [](T x, Scalar low, Scalar high) { return hardtanh(x, low, high); },
          [](Tensor& x, Scalar low, Scalar high) { hardtanh_(x, low, high); },
          other_slope_at_nan(samples({{-1, 1}, {-0.5, 1.25}, {1, -1}})) +
              with({{t({3}, kFloat32)}}, {{1e39, 1}, {-1, -1e39}, {-kInf, kInf}}) +
              differ(with({{t({3}, kFloat32)}, {t({3})}}, {{kNaN, 1}, {-1, kNaN}}), "Slopes at NaN", Compared::Values) +
              with({{t({3}, kUInt8)}, {t({3}, kInt32)}},
                   {{0, 300}, {-1, 3}, {0, kNaN}, {-kInf, 3}, {0.5, 2.5}, {0, std::int64_t{1} << 40}})),
      row(
          "leaky_relu", [](T x, Scalar slope) { return leaky_relu(x, slope); },
          [](Tensor& x, Scalar slope) { leaky_relu_(x, slope); }, samples({{0.01}, {0.3}, {0}}) + with(narrow, beyond)),
      row(
          "prelu", [](T x, T w) { return prelu(x, w); },
          Samples{{t({2, 3, 4}), t({3}, {0.1, 0.4})},
                  {t({2, 3}), t({3}, {0.1, 0.4})},
                  {t({2, 3}), t({1}, {0.1, 0.4})},
                  {t({4}), t({1}, {0.1, 0.4})},
                  {t({}), t({1}, {0.1, 0.4})},
                  {t({0, 3}), t({3}, {0.1, 0.4})},
                  {t({3, 3}, kFloat32), t({3}, kFloat32, 2, {0.1, 0.4})},
                  {t({3}, kInt64), t({1}, kInt64)},
                  {t({3}, kBool), t({1}, kBool)},
                  {t({2, 4}), t({3})},
                  {t({4}), t({2})},
                  {t({2, 3}), t({1, 3})},
                  {t({2, 3}), t({3}, kFloat32)},
                  rough({t({31, 37}), t({37}, {0.1, 0.4})}),
                  differs(rough({v({kNaN, kInf, -kInf, 0}), t({1}, {0.1, 0.4})}), "Second derivatives at NaN",
                          Compared::FirstDerivatives)}),
      row(
          "rrelu", [](T x, Scalar low, Scalar high, bool training) { return rrelu(x, low, high, training); },
          [](Tensor& x, Scalar low, Scalar high, bool training) { rrelu_(x, low, high, training); },
          slopes({{0.125, 0.25, false}, {0.125, 0.25, true}, {0.0, 1.0, true}}) +
              Samples{{t({3, 4}).t(), 0.125, 0.25, true}} +
              with(narrow, {{1e39, 1e39, false}, {0, 1e39, false}, {0, 1e39, true}, {-1e39, 0, true}}))
          .draws(),
      row(
          "elu", [](T x, Scalar a, Scalar s, Scalar i) { return elu(x, a, s, i); },
          [](Tensor& x, Scalar a, Scalar s, Scalar i) { elu_(x, a, s, i); },
          other_slope_at_nan(samples({{1, 1, 1}, {0.7, 1.3, 0.9}})) +
              with(narrow, {{1e39, 1, 1}, {1, -1e39, 1}, {1, 1, 1e39}})),
      ACTIVATION(selu, other_slope_at_nan),
      row(
          "celu", [](T x, Scalar a) { return celu(x, a); }, [](Tensor& x, Scalar a) { celu_(x, a); },
          other_slope_at_nan(samples({{1}, {0.5}})) + Samples{{t({3}), 0}} + with(narrow, beyond) +
              Samples{{t({3}, kFloat32), 1e-50}}),
      row(
          "gelu", [](T x, const std::string& how) { return gelu(x, how); },
          [](Tensor& x, const std::string& how) { gelu_(x, how); },
          samples({{"none"}, {"tanh"}}) + Samples{{t({3}), "sigmoid"}}),
      ACTIVATION(silu),
      ACTIVATION(mish,
                 [](Samples all) {
                   const auto far = [](const Sample& s) {
                     return s.in[0].get<Tensor>().dtype() == kFloat32 && s.rough;
                   };
                   return differ_where(far, std::move(all), "Second derivatives at NaN", Compared::FirstDerivatives);
                 }),
      row(
          "softplus", [](T x, Scalar beta, Scalar limit) { return softplus(x, beta, limit); },
          samples({{1, 20}, {2.5, 3}}) + with(narrow, {{1e39, 20}, {1, -1e39}})),
      row(
          "log_sigmoid", [](T x) { return log_sigmoid(x); }, samples({{}}))
          .in_any_layout(),
      row(
          "softshrink", [](T x, Scalar l) { return softshrink(x, l); },
          other_slope_at_nan(samples({{0.5}, {1.2}})) + Samples{{t({3}), -1.0}} + with(narrow, beyond)),
      row(
          "hardshrink", [](T x, Scalar l) { return hardshrink(x, l); },
          other_slope_at_nan(samples({{0.5}, {1.2}})) + with(narrow, beyond)),
      row(
          "hardsigmoid", [](T x) { return hardsigmoid(x); }, [](Tensor& x) { hardsigmoid_(x); },
          floats_differ(few_samples({-4, 4}) + Samples{special[0]}, "Derivatives that PyTorch lacks", true,
                        Compared::FirstDerivatives))
          .tolerance(1e-7, 1e-5, kFloatSixth),
      ACTIVATION(hardswish, other_slope_at_nan).tolerance(1e-7, 1e-5, kFloatSixth),
      row(
          "threshold", [](T x, Scalar l, Scalar value) { return threshold(x, l, value); },
          [](Tensor& x, Scalar l, Scalar value) { threshold_(x, l, value); },
          samples({{0.7, -3}, {-1, 20}}) + Samples{{t({3}, kUInt8), 300, 1}, {t({3}, kUInt8), 1, 300}} +
              with(narrow, {{1e39, 1}, {1, -1e39}, {1, kNaN}})),
      row(
          "glu", [](T x, Int dim) { return glu(x, dim); },
          with({{t({4, 6})},
                {t({2, 3, 4})},
                {t({4, 2}, kFloat32)},
                {t({2, 0})},
                {t({})},
                {t({3, 3})},
                {t({4, 2}, kInt64)},
                {t({4, 2}, kBool)},
                rough({t({32, 38})}),
                rough({m({{kNaN, kInf}, {-kInf, 1}})})},
               {{0}, {-1}, {1}})),
  };
}

}  // namespace xgrad::op_table
