#include "samples.hpp"

namespace xgrad::op_table {

OP_FAMILY(comparison) {
  const Samples pairs = binary_samples() + Samples{rough({v({1, 2, 3}), v({1, 3, 2})})};
  const std::vector<Values> numbers{{0.5}, {1}, {true}};
#define COMPARE(NAME)                                                                             \
  row(                                                                                            \
      #NAME, [](T x, T y) { return NAME(x, y); }, pairs),                                         \
      row(                                                                                        \
          #NAME ".scalar", [](T x, Scalar y) { return x.NAME(y); }, with(few_samples(), numbers)) \
          .without(kError, "takes every dtype")
  const Samples close_pairs{{v({1, 2}), v({1, 2 + 1e-6})},
                            {v({1, 2}), v({1, 2.1})},
                            {v({kInf, 1}), v({kInf, 1})},
                            {v({kInf}), v({-kInf})},
                            {v({kNaN}), v({kNaN})},
                            {v({kInf}), v({1})},
                            {v({1}), v({kInf})},
                            {t({0}), t({0})},
                            {t({}), t({})},
                            {t({2, 3}), t({3})},
                            {t({31, 37}), t({31, 37})},
                            {t({3}, kFloat32), t({3}, kFloat32)},
                            {t({3}, kInt64), t({3}, kInt64, 2)},
                            {t({3}, kInt64), t({3}, kInt64)},
                            {t({3}, kBool), t({3}, kBool)},
                            {v({1}, kFloat32), v({1})}};
  const char* logic = "In-place logic";
  Samples compared = pairs, judged;
  for (Sample& s : compared) {
    if (!s.in[0].get<Tensor>().is_floating_point() && s.in[1].get<Tensor>().is_floating_point())
      s = differs(std::move(s), "Integers that require grad", Compared::Values);
  }
  judged = floats_differ(binary_samples(), logic, false, Compared::Values);
  // Where shapes do not fit both throw.
  for (Sample& s : judged) {
    const Tensor &x = s.in[0].get<Tensor>(), &y = s.in[1].get<Tensor>();
    try {
      if (broadcast_shapes(x.sizes(), y.sizes()) == x.sizes()) continue;
    } catch (const Error&) {
    }
    s.differs.clear();
  }
  return {
      COMPARE(eq),
      COMPARE(ne),
      COMPARE(lt),
      COMPARE(le),
      COMPARE(gt),
      COMPARE(ge),
      row(
          "logical_and", [](T x, T y) { return logical_and(x, y); }, binary_samples()),
      row(
          "logical_or", [](T x, T y) { return logical_or(x, y); }, binary_samples()),
      row(
          "logical_xor", [](T x, T y) { return x.logical_xor(y); }, binary_samples()),
      row(
          "logical_not", [](T x) { return !x; }, unary_samples())
          .without(kError, "takes every dtype"),
      in_place_row(
          "eq_", [](Tensor& x, T y) { x.eq_(y); }, compared),
      in_place_row(
          "eq_.scalar", [](Tensor& x, Scalar y) { eq_(x, y); }, with(few_samples(), numbers))
          .without(kError, "takes every dtype"),
      in_place_row(
          "ne_", [](Tensor& x, T y) { x.ne_(y); }, compared),
      in_place_row(
          "ne_.scalar", [](Tensor& x, Scalar y) { ne_(x, y); }, with(few_samples(), numbers))
          .without(kError, "takes every dtype"),
      in_place_row(
          "lt_", [](Tensor& x, T y) { x.lt_(y); }, compared),
      in_place_row(
          "lt_.scalar", [](Tensor& x, Scalar y) { lt_(x, y); }, with(few_samples(), numbers))
          .without(kError, "takes every dtype"),
      in_place_row(
          "le_", [](Tensor& x, T y) { x.le_(y); }, compared),
      in_place_row(
          "le_.scalar", [](Tensor& x, Scalar y) { le_(x, y); }, with(few_samples(), numbers))
          .without(kError, "takes every dtype"),
      in_place_row(
          "gt_", [](Tensor& x, T y) { x.gt_(y); }, compared),
      in_place_row(
          "gt_.scalar", [](Tensor& x, Scalar y) { gt_(x, y); }, with(few_samples(), numbers))
          .without(kError, "takes every dtype"),
      in_place_row(
          "ge_", [](Tensor& x, T y) { x.ge_(y); }, compared),
      in_place_row(
          "ge_.scalar", [](Tensor& x, Scalar y) { ge_(x, y); }, with(few_samples(), numbers))
          .without(kError, "takes every dtype"),
      in_place_row(
          "logical_and_", [](Tensor& x, T y) { x.logical_and_(y); }, judged),
      in_place_row(
          "logical_or_", [](Tensor& x, T y) { x.logical_or_(y); }, judged),
      in_place_row(
          "logical_xor_", [](Tensor& x, T y) { x.logical_xor_(y); }, judged),
      in_place_row(
          "logical_not_", [](Tensor& x) { logical_not_(x); },
          floats_differ(unary_samples(), logic, false, Compared::Values))
          .without(kError, "takes every dtype"),
      row(
          "isnan", [](T x) { return isnan(x); }, unary_samples())
          .without(kError, "takes every dtype"),
      row(
          "isinf", [](T x) { return isinf(x); }, unary_samples())
          .without(kError, "takes every dtype"),
      row(
          "isposinf", [](T x) { return x.isposinf(); }, unary_samples())
          .without(kError, "takes every dtype"),
      row(
          "isneginf", [](T x) { return x.isneginf(); }, unary_samples())
          .without(kError, "takes every dtype"),
      row(
          "isreal", [](T x) { return x.isreal(); }, unary_samples())
          .without(kError, "takes every dtype"),
      row(
          "isfinite", [](T x) { return x.isfinite(); }, unary_samples())
          .without(kError, "takes every dtype"),
      row(
          "signbit", [](T x) { return signbit(x); },
          unary_samples() + Samples{rough({v({-0.0, 0.0, -kNaN, kNaN, -kInf})})})
          .without(kError, "takes every dtype"),
      row(
          "isclose", [](T x, T y) { return isclose(x, y); }, close_pairs),
      row(
          "isclose.nan", [](T x, T y, double r, double a, bool nan) { return x.isclose(y, r, a, nan); },
          with(close_pairs, {{0.2, 0.0, true}, {0.0, 0.2, false}, {-1.0, 0.0, false}, {0.1, -0.5, true}})),
      row(
          "equal", [](T x, T y) { return equal(x, y); }, close_pairs + Samples{{t({3}), t({1, 3})}})
          .without(kError, "what does not fit is not equal"),
      row(
          "allclose", [](T x, T y) { return allclose(x, y); }, close_pairs),
      row(
          "allclose.nan", [](T x, T y, double r, double a, bool nan) { return x.allclose(y, r, a, nan); },
          with(close_pairs, {{0.2, 0.0, true}, {0.0, 0.2, false}})),
  };
}

OP_FAMILY(bits) {
  // Not more places than PyTorch defines.
  const Range small{0.6, 2.9};
  const Samples whole{{t({2, 3}, kInt64), t({3}, kInt64, 2)},    {t({}, kInt32), t({}, kInt32, 2)},
                      {t({2, 3}, kUInt8), t({2, 1}, kInt16, 2)}, {t({37, 31}, kInt32), t({31}, kInt32, 2)},
                      {t({0}, kInt64), t({0}, kInt64)},          {t({2, 3}, kBool), t({3}, kBool, 2)}};
  const Samples places{{t({2, 3}, kInt64), t({3}, kInt64, 2, small)},
                       {t({}, kInt32), t({}, kInt32, 2, small)},
                       {t({2, 3}, kUInt8), t({2, 1}, kInt16, 2, small)},
                       {t({37, 31}, kInt32), t({31}, kInt32, 2, small)},
                       {v({-9, 9, -1}, kInt8), v({1, 2, 3}, kInt8)}};
  // Signs, zeros, the lowest number, and multiples that do not fit.
  const Samples divisible{{v({-4, 0, -128, 100, 0, 12}, kInt8), v({6, 0, -128, 3, -5, 18}, kInt8)},
                          {v({-12, 7, 0}, kInt64), v({18, -21, 3}, kInt64)},
                          {v({255, 36}, kUInt8), v({5, 24}, kUInt8)}};
#define BITS(NAME, SAMPLES)                                                                                     \
  row(                                                                                                          \
      #NAME, [](T x, T y) { return NAME(x, y); }, [](Tensor& x, T y) { x.NAME##_(y); }, SAMPLES),               \
      row(                                                                                                      \
          #NAME ".scalar", [](T x, Scalar y) { return x.NAME(y); }, [](Tensor& x, Scalar y) { NAME##_(x, y); }, \
          with(few_samples(), {{3}, {1}, {1.5}})),                                                              \
      row(                                                                                                      \
          #NAME ".scalar_tensor", [](Scalar x, T y) { return NAME(x, y); },                                     \
          flipped(in_dtypes(few_samples(small), {kFloat32, kFloat64}), {3, 1}))
  const auto flipped = [](const Samples& samples, std::initializer_list<std::int64_t> numbers) {
    Samples out;
    for (const std::int64_t n : numbers) {
      for (const Sample& s : samples) out.push_back({n, s.in[0]});
    }
    return out;
  };
  return {
      row(
          "bitwise_not", [](T x) { return bitwise_not(x); }, [](Tensor& x) { x.bitwise_not_(); }, unary_samples()),
      BITS(bitwise_and, binary_samples() + whole),
      BITS(bitwise_or, binary_samples() + whole),
      BITS(bitwise_xor, binary_samples() + whole),
      row(
          "gcd", [](T x, T y) { return gcd(x, y); }, [](Tensor& x, T y) { x.gcd_(y); },
          binary_samples() + whole + divisible),
      row(
          "lcm", [](T x, T y) { return x.lcm(y); }, [](Tensor& x, T y) { lcm_(x, y); },
          binary_samples() + whole + divisible),
      BITS(bitwise_left_shift, binary_samples(small) + places),
      BITS(bitwise_right_shift, binary_samples(small) + places),
  };
}

}  // namespace xgrad::op_table
