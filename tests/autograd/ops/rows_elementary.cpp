#include "samples.hpp"

namespace xgrad::op_table {

OP_FAMILY(elementary) {
  const auto lacking = [](Samples samples) {
    return floats_differ(std::move(samples), "Derivatives that PyTorch lacks", true, Compared::Values);
  };
  constexpr double kGamma = 2e-9;
  const char* kShortSeries = "PyTorch's trigamma stops its series early";
  const Range positive{0.2, 4};
  const Samples gamma = unary_samples(positive, {-1.5, -0.25, 0.3, 30, 1e4, kNaN});
  Samples orders;
  for (const std::int64_t n : {0, 1, 2, 3}) {
    for (const Sample& s : gamma) {
      const Tensor& x = s.in[0].get<Tensor>();
      orders.push_back({n, s.in[0]});
      orders.back().rough = s.rough;
      if (n == 1 && is_integral(x.dtype()) && x.dtype() != kUInt8) orders.back().differs = "Poles of trigamma";
    }
  }
  orders.push_back({-1, t({3})});
  return {
      row(
          "asinh", [](T x) { return asinh(x); }, unary_samples())
          .without(kError, "takes every dtype"),
      in_place_row(
          "asinh_", [](Tensor& x) { x.asinh_(); }, lacking(unary_samples())),
      row(
          "acosh", [](T x) { return acosh(x); }, unary_samples(Range{1.1, 4}))
          .without(kError, "takes every dtype"),
      in_place_row(
          "acosh_", [](Tensor& x) { x.acosh_(); }, lacking(unary_samples(Range{1.1, 4}))),
      row(
          "atanh", [](T x) { return atanh(x); }, unary_samples(Range{-0.9, 0.9}))
          .without(kError, "takes every dtype"),
      in_place_row(
          "atanh_", [](Tensor& x) { x.atanh_(); }, lacking(unary_samples(Range{-0.9, 0.9}))),
      UNARY(deg2rad, {-300, 300}).without(kError, "takes every dtype"),
      UNARY(rad2deg, {-3, 3}).without(kError, "takes every dtype"),
      UNARY(exp2).without(kError, "takes every dtype"),
      UNARY(expm1).without(kError, "takes every dtype"),
      UNARY(log2, {0.1, 3}).without(kError, "takes every dtype"),
      UNARY(log10, {0.1, 3}).without(kError, "takes every dtype"),
      UNARY(rsqrt, {0.1, 3}).without(kError, "takes every dtype"),
      UNARY(tan, {-1.4, 1.4}).without(kError, "takes every dtype"),
      UNARY(asin, {-0.9, 0.9}).without(kError, "takes every dtype"),
      UNARY(acos, {-0.9, 0.9}).without(kError, "takes every dtype"),
      UNARY(atan).without(kError, "takes every dtype"),
      UNARY(sinh).without(kError, "takes every dtype"),
      UNARY(cosh).without(kError, "takes every dtype"),
      UNARY(sinc, {-2.7, 2.7})
          .without(kError, "takes every dtype")
          .tolerance(1e-10, 5e-5, "the derivative (cos(πx) − sinc(x))/x is a difference of near numbers at small x"),
      UNARY(erf).without(kError, "takes every dtype"),
      UNARY(erfc).without(kError, "takes every dtype"),
      UNARY(erfinv, {-0.95, 0.95}, {0.0, -0.0, 1, -1, 1.5, kInf, -kInf, kNaN, 1e-9, 0.999, -0.5, 0.5})
          .without(kError, "takes every dtype"),
      UNARY(lgamma, {0.2, 4}, {0.0, -0.0, 1, 2, -1.5, -0.25, -20.3, 30, 1e10, kInf, kNaN})
          .without(kError, "takes every dtype")
          .tolerance(kGamma, 1e-5, kShortSeries),
      row(
          "digamma", [](T x) { return digamma(x); }, [](Tensor& x) { digamma_(x); },
          unary_samples(positive, {0.0, -0.0, 1, -1.5, -0.25, -20.3, 30, 1e10, kNaN}) +
              Samples{differs(rough({v({kInf, -kInf, -1, -2})}), "Poles of trigamma", Compared::Values)})
          .without(kError, "takes every dtype")
          .tolerance(kGamma, 1e-5, kShortSeries),
      row(
          "polygamma", [](std::int64_t n, T x) { return polygamma(n, x); }, orders)
          .tolerance(kGamma, 1e-5, kShortSeries),
      in_place_row(
          "polygamma_", [](Tensor& x, std::int64_t n) { x.polygamma_(n); }, with(gamma, {{0}, {1}, {2}}))
          .tolerance(kGamma, 1e-5, kShortSeries),
      row(
          "logit", [](T x, std::optional<double> eps) { return logit(x, eps); },
          [](Tensor& x, std::optional<double> eps) { x.logit_(eps); },
          with(unary_samples({0.05, 0.95}, {0.0, 1, -0.5, 1.5, kInf, -kInf, kNaN, 0.5}), {{none}, {0.2}}))
          .without(kError, "takes every dtype"),
  };
}

}  // namespace xgrad::op_table
