#include "samples.hpp"

namespace xgrad::op_table {

/// Three tensors: shapes that broadcast, well and badly, and pairs of dtypes.
static Samples ternary_samples(Range range = {}, const char* mixed = "", bool integers = true, const char* wide = "") {
  const auto three = [&](const D& a, const D& b, const D& c, ScalarType d = kFloat64, ScalarType e = kFloat64,
                         ScalarType f = kFloat64) {
    return Sample{t(a, d, 1, range), t(b, e, 2, range), t(c, f, 3, range)};
  };
  Samples out{three({2, 3}, {2, 3}, {2, 3}),
              three({2, 3}, {3}, {2, 1}),
              differs(three({3}, {2, 3}, {}), wide, Compared::Values),
              three({}, {}, {}),
              three({0, 3}, {3}, {3}),
              three({2, 3}, {3, 2}, {2, 3}),
              three({3}, {3}, {3}, kFloat32, kFloat32, kFloat32),
              differs(three({3}, {3}, {3}, kFloat32, kFloat64, kFloat32), mixed),
              three({3}, {3}, {}, kFloat32, kFloat32, kFloat64),
              three({3}, {3}, {3}, kInt64, kInt64, kInt64),
              differs(three({3}, {3}, {3}, kInt8, kInt32, kUInt8), integers ? mixed : ""),
              three({3}, {3}, {3}, kInt64, kInt64, kFloat32),
              three({3}, {3}, {3}, kFloat64, kInt64, kBool),
              three({3}, {3}, {3}, kBool, kBool, kBool)};
  for (const std::size_t first : {0u, 1u, 2u}) {  // which of them are turned
    Sample s = three({2, 3}, {2, 3}, {2, 3});
    for (std::size_t i = first; i < 3; ++i) s.in[i] = turned(s.in[i].get<Tensor>());
    out.push_back(std::move(s));
  }
  out.push_back(rough(three({31, 37}, {37}, {31, 1})));
  out.push_back(rough(three({1031}, {1031}, {1031}, kFloat32, kFloat32, kFloat32)));
  out.push_back(rough({v({kNaN, 1, 1, kInf, 0}), v({1, kNaN, 1, -kInf, 0}), v({2, 2, kNaN, 1, 0})}));
  return out;
}
/// Three of one dtype.
static Samples alike(ScalarType dtype) {
  return {{t({3}, dtype), t({3}, dtype, 2), t({3}, dtype, 3)}, {t({0}, dtype), t({0}, dtype), t({0}, dtype)}};
}
/// The number first.
static Samples flipped(const Samples& samples, const std::vector<Value>& numbers) {
  Samples out;
  for (const Value& n : numbers) {
    for (const Sample& s : samples) {
      out.push_back({n, s.in[0]});
      out.back().rough = s.rough;
    }
  }
  return out;
}

/// Where one is floating and `apart(dtype of a, dtype of b)`.
static Samples beside_integers(Samples samples, bool (*apart)(ScalarType, ScalarType)) {
  const auto holds = [apart](const Sample& s) {
    const ScalarType a = s.in[0].get<Tensor>().dtype(), b = s.in[1].get<Tensor>().dtype();
    return (is_floating_point(a) || is_floating_point(b)) && apart(a, b);
  };
  return differ_where(holds, std::move(samples), "Derivatives beside integers", Compared::Values);
}

OP_FAMILY(binary) {
  const char* mixed = "Mixed dtypes in addcmul_";
  const Range positive{0.2, 2};
  const auto either_bool = [](ScalarType a, ScalarType b) { return a == kBool || b == kBool; };
  Samples powers = beside_integers(binary_samples(positive),
                                   [](ScalarType a, ScalarType b) { return !is_floating_point(a) || b == kBool; });
  for (Sample& s : powers) {
    const Tensor& x = s.in[0].get<Tensor>();
    // Beside integers, what is beside a bool or of two shapes is wrong from the first derivative on.
    if (x.is_floating_point() && x.dim() == 1 && x.size(0) == 7)
      s = differs(std::move(s), "Powers of zero", Compared::FirstDerivatives);
    else if (!x.is_floating_point() && (x.dtype() == kBool || s.in[1].get<Tensor>().dim() > 0))
      s.agrees = Compared::FirstDerivatives;
  }
  const Samples few = few_samples(positive);
  const Samples ties{rough({v({1, 2, 2}), v({2, 2, 1})})};
  const Samples zeros{rough({v({0, 0, 0, -0.0, 2, -2}), v({0, 1, -1, 2, 0, 0})})};
  return {
      row(
          "pow", [](T x, T p) { return pow(x, p); }, [](Tensor& x, T p) { x.pow_(p); },
          powers + Samples{differs(zeros[0], "Powers of zero", Compared::FirstDerivatives)} +
              Samples{{v({-1, 1, 2, -2, 3}, kInt64), v({-3, -1, -1, 3, 4}, kInt64)},
                      {v({-1, -1, 2, -2, 3}, kInt8), v({-2, 3, 9, 3, 4}, kInt8)}}),
      row(
          "pow.scalar_tensor", [](Scalar x, T p) { return pow(x, p); },
          flipped(few, {2, 1.5, 1}) +
              floats_differ(flipped(few, {0, 0.0}), "Powers of zero", false, Compared::FirstDerivatives) +
              Samples{{false, t({3}, kBool)}})
          .in_any_layout(),
      row(
          "fmax", [](T x, T y) { return fmax(x, y); }, binary_samples() + ties),
      row(
          "fmin", [](T x, T y) { return x.fmin(y); }, binary_samples() + ties),
      row(
          "atan2", [](T x, T y) { return atan2(x, y); }, [](Tensor& x, T y) { atan2_(x, y); },
          beside_integers(binary_samples(), [](ScalarType a, ScalarType) { return a == kBool || a == kUInt8; })),
      BINARY(hypot),
      BINARY(xlogy, positive),
      row(
          "xlogy.scalar", [](T x, Scalar y) { return x.xlogy(y); }, [](Tensor& x, Scalar y) { xlogy_(x, y); },
          with(few, {{2}, {0.5}, {0}}))
          .without(kError, "takes every dtype"),
      row(
          "xlogy.scalar_tensor", [](Scalar x, T y) { return xlogy(x, y); }, flipped(few, {2, 0.5, 0}))
          .without(kError, "takes every dtype"),
      row(
          "logaddexp", [](T x, T y) { return logaddexp(x, y); }, beside_integers(binary_samples(), either_bool)),
      row(
          "logaddexp2", [](T x, T y) { return x.logaddexp2(y); }, beside_integers(binary_samples(), either_bool)),
      row(
          "copysign", [](T x, T y) { return copysign(x, y); }, [](Tensor& x, T y) { x.copysign_(y); },
          binary_samples(positive) + zeros + Samples{{v({-1.5, 2.5, -0.5}), v({1, -2, 3})}}),
      row(
          "copysign.scalar", [](T x, Scalar y) { return x.copysign(y); }, [](Tensor& x, Scalar y) { copysign_(x, y); },
          with(few_samples(), {{2}, {-0.5}, {-0.0}}))
          .without(kError, "takes every dtype"),
      row(
          "heaviside", [](T x, T y) { return heaviside(x, y); }, [](Tensor& x, T y) { x.heaviside_(y); },
          rough(binary_samples() + zeros)),
      row(
          "addcmul", [](T x, T a, T b, Scalar c) { return addcmul(x, a, b, c); },
          [](Tensor& x, T a, T b, Scalar c) { x.addcmul_(a, b, c); },
          with(ternary_samples({}, mixed), {{1}, {2.5}}) +
              with(alike(kUInt8), {{300}, {-1}, {-256}, {kNaN}, {-0.5}, {2.5}}) +
              with(alike(kInt32), {{std::int64_t{1} << 40}, {kInf}}) + with(alike(kFloat32), {{1e39}})),
      row(
          "addcdiv", [](T x, T a, T b, Scalar c) { return addcdiv(x, a, b, c); },
          [](Tensor& x, T a, T b, Scalar c) { x.addcdiv_(a, b, c); },
          with(ternary_samples(positive, mixed, false), {{1}, {2.5}}) + with(alike(kFloat32), {{1e39}, {-1e39}})),
      row(
          "lerp.tensor", [](T x, T y, T w) { return lerp(x, y, w); }, [](Tensor& x, T y, T w) { x.lerp_(y, w); },
          ternary_samples()),
      row(
          "clamp.tensor", [](T x, T lo, T hi) { return clamp(x, lo, hi); },
          [](Tensor& x, T lo, T hi) { x.clamp_(lo, hi); },
          ternary_samples({}, "", false, "Wide bounds") + Samples{{t({2, 3}), t({3}), none},
                                                                  {t({3}), t({2, 3}, kFloat64, 2), none},
                                                                  {t({2, 3}), none, t({3})},
                                                                  {t({2, 3}), none, none},
                                                                  {t({3}, kBool), t({3}, kBool), none}}),
      row(
          "clamp_min", [](T x, Scalar y) { return clamp_min(x, y); }, [](Tensor& x, Scalar y) { x.clamp_min_(y); },
          with(few_samples(), {{0.5}, {1}, {true}}) + rough(with(few_samples(), {{kNaN}}))),
      row(
          "clamp_max", [](T x, Scalar y) { return x.clamp_max(y); }, [](Tensor& x, Scalar y) { clamp_max_(x, y); },
          with(few_samples(), {{0.5}, {1}, {true}}) + rough(with(few_samples(), {{kNaN}}))),
      row(
          "clamp_min.tensor", [](T x, T y) { return clamp_min(x, y); }, [](Tensor& x, T y) { x.clamp_min_(y); },
          binary_samples() + ties),
      row(
          "clamp_max.tensor", [](T x, T y) { return x.clamp_max(y); }, [](Tensor& x, T y) { clamp_max_(x, y); },
          binary_samples() + ties),
  };
}

}  // namespace xgrad::op_table
