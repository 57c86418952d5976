#include "samples.hpp"

namespace xgrad::op_table {

/// Tensors of these shapes: each list of shapes a sample; the first few also in float32, int64 and bool.
static Samples products(const std::vector<std::vector<D>>& shapes) {
  Samples out, first;
  for (const auto& list : shapes) {
    Values in;
    std::int64_t seed = 1;
    for (const D& s : list) in.push_back(t(s, kFloat64, seed++));
    out.emplace_back(in);
    if (first.size() < 2) first.push_back(out.back());
  }
  return out + in_dtypes(first, {kFloat32}) + in_dtypes({first[0]}, {kInt64, kBool});
}

static Sample special(const std::vector<D>& shapes) {
  Values in;
  for (const D& s : shapes) {
    Tensor x = t(s).clone();
    x.view({-1})[0] = kNaN;
    if (x.numel() > 1) x.view({-1})[1] = kInf;
    in.push_back(x);
  }
  return rough(Sample(in));
}

static Sample big(const std::vector<D>& shapes, ScalarType dtype = kFloat64) {
  Values in;
  for (const D& s : shapes) in.push_back(t(s, dtype));
  return rough(Sample(in));
}

OP_FAMILY(linalg) {
  const char* fixed = "the numbers of dimensions are given";
  const Samples mixed{{t({2, 2}), t({2, 2}, kFloat32)}};
  const Samples addmm_x = products({{{2, 4}, {2, 3}, {3, 4}},
                                    {{4}, {2, 3}, {3, 4}},
                                    {{}, {2, 3}, {3, 4}},
                                    {{2, 1}, {2, 3}, {3, 4}},
                                    {{3, 3}, {3, 3}, {3, 3}},
                                    {{2, 4}, {2, 0}, {0, 4}},
                                    {{3}, {2, 3}, {3, 4}},
                                    {{4}, {2, 3}, {2, 4}}}) +
                          Samples{{t({2, 2}), t({2, 2}), t({2, 2}, kFloat32)},
                                  big({{37}, {35, 33}, {33, 37}}),
                                  special({{2, 2}, {2, 3}, {3, 2}})};
  return {
      row(
          "mm", [](T a, T b) { return mm(a, b); },
          products({{{2, 3}, {3, 4}},
                    {{1, 1}, {1, 2}},
                    {{3, 3}, {3, 3}},
                    {{2, 0}, {0, 3}},
                    {{0, 2}, {2, 3}},
                    {{2, 3}, {2, 3}},
                    {{3}, {3, 2}}}) +
              mixed +
              Samples{big({{35, 33}, {33, 37}}), big({{35, 33}, {33, 37}}, kFloat32), special({{2, 3}, {3, 2}})})
          .without(kZeroDim, fixed)
          .of_magnitudes(),
      row(
          "mv", [](T a, T b) { return mv(a, b); },
          products({{{2, 3}, {3}}, {{3, 3}, {3}}, {{2, 0}, {0}}, {{0, 2}, {2}}, {{2, 3}, {2}}, {{3}, {3}}}) +
              Samples{{t({2, 2}), t({2}, kFloat32)}, big({{35, 33}, {33}}), special({{2, 3}, {3}})})
          .without(kZeroDim, fixed),
      row(
          "dot", [](T a, T b) { return a.dot(b); },
          products({{{3}, {3}}, {{0}, {0}}, {{3}, {2}}, {{2, 2}, {2}}}) + Samples{{t({2}), t({2}, kFloat32)},
                                                                                  big({{1031}, {1031}}),
                                                                                  big({{1031}, {1031}}, kFloat32),
                                                                                  special({{3}, {3}})})
          .without(kZeroDim | kBroadcast, fixed),
      row(
          "outer", [](T a, T b) { return outer(a, b); },
          products({{{2}, {3}}, {{3}, {3}}, {{0}, {3}}, {{2, 2}, {2}}}) +
              Samples{{t({2}), t({2}, kFloat32)}, big({{33}, {35}}), special({{3}, {2}}), big({{1031}, {2}})})
          .without(kZeroDim, fixed),
      row(
          "bmm", [](T a, T b) { return a.bmm(b); },
          products({{{2, 2, 3}, {2, 3, 2}},
                    {{2, 2, 2}, {2, 2, 2}},
                    {{2, 3, 0}, {2, 0, 2}},
                    {{0, 3, 2}, {0, 2, 2}},
                    {{1, 2, 3}, {2, 3, 2}},
                    {{2, 3}, {3, 2}}}) +
              Samples{{t({2, 2, 2}), t({2, 2, 2}, kFloat32)},
                      big({{3, 21, 23}, {3, 23, 19}}),
                      special({{2, 2, 3}, {2, 3, 2}})})
          .without(kZeroDim, fixed),
      row(
          "addmm", [](T c, T a, T b) { return addmm(c, a, b); }, [](Tensor& c, T a, T b) { addmm_(c, a, b); }, addmm_x),
      row(
          "addmm.beta.alpha", [](T c, T a, T b, Scalar beta, Scalar alpha) { return c.addmm(a, b, beta, alpha); },
          [](Tensor& c, T a, T b, Scalar beta, Scalar alpha) { c.addmm_(a, b, beta, alpha); },
          with(addmm_x, {{0.5, -2}, {0, 1}}) + with(products({{{2, 4}, {2, 3}, {3, 4}}}), {{2, 0}}) +
              // factors that are no doubles
              with({{t({2, 2}, kInt64), t({2, 3}, kInt64), t({3, 2}, kInt64)}},
                   {{9007199254740993, 9007199254740995}}) +
              with({{t({2, 2}, kUInt8), t({2, 3}, kUInt8), t({3, 2}, kUInt8)},
                    {t({2, 2}, kUInt8), t({2, 0}, kUInt8), t({0, 2}, kUInt8)},
                    {t({0, 2}, kUInt8), t({0, 3}, kUInt8), t({3, 2}, kUInt8)}},
                   {{300, 1}, {1, 300}, {-1, 2}, {1e39, 1}, {1, kNaN}, {-0.5, 1}, {2.5, 1}, {0.0, 1}}) +
              with({{t({2, 2}, kFloat32), t({2, 3}, kFloat32), t({3, 2}, kFloat32)},
                    {t({2, 2}, kFloat32), t({2, 0}, kFloat32), t({0, 2}, kFloat32)}},
                   {{1e39, 1}, {1, -1e39}})),
      row(
          "matmul", [](T a, T b) { return matmul(a, b); },
          products({{{2, 3}, {3, 4}},
                    {{3}, {3}},
                    {{2, 3}, {3}},
                    {{3}, {3, 2}},
                    {{2, 2, 3}, {3, 2}},
                    {{2, 2, 3}, {2, 3, 2}},
                    {{2, 1, 2, 3}, {3, 3, 1}},
                    {{3}, {2, 3, 2}},
                    {{2, 2, 3}, {3}},
                    {{2, 3}, {2, 3, 2}},
                    {{3, 3}, {3, 3}},
                    {{0, 2, 3}, {3, 2}},
                    {{2, 2, 0}, {2, 0, 3}},
                    {{2, 2, 0}, {0, 3}},
                    {{2, 0, 3}, {3, 0}},
                    {{}, {3}},
                    {{2, 3}, {2, 4}},
                    {{2, 2, 3}, {3, 3, 2}},
                    {{2, 2, 3}, {2, 2}}}) +
              mixed + Samples{big({{5, 35, 33}, {33, 37}}), special({{2, 3}, {3, 2}})}),
      row(
          "linear", [](T x, T w, T b) { return linear(x, w, b); },
          products({{{2, 3}, {4, 3}, {4}},
                    {{3}, {4, 3}, {4}},
                    {{2, 2, 3}, {4, 3}, {4}},
                    {{3, 3}, {3, 3}, {3}},
                    {{0, 3}, {4, 3}, {4}},
                    {{2, 3}, {4, 2}, {4}}}) +
              Samples{{t({2, 2}), t({2, 2}, kFloat32), t({2})},
                      big({{35, 33}, {37, 33}, {37}}),
                      special({{2, 3}, {2, 3}, {2}})})
          .without(kZeroDim, fixed),
      row(
          "linear.no_bias", [](T x, T w) { return linear(x, w); },
          products({{{2, 3}, {4, 3}},
                    {{3}, {4, 3}},
                    {{2, 2, 3}, {4, 3}},
                    {{3, 3}, {3, 3}},
                    {{0, 3}, {4, 3}},
                    {{2, 3}, {4, 2}}}) +
              mixed + Samples{big({{35, 33}, {37, 33}}), special({{2, 3}, {2, 3}})})
          .without(kZeroDim, fixed),
  };
}

}  // namespace xgrad::op_table
