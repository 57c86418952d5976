#include <xgrad/autograd/ops/distances.hpp>

#include "samples.hpp"

namespace xgrad::op_table {

using Int = std::int64_t;

/// Every sample with every reduction and these arguments before or after it.
static Samples reduced(const Samples& samples, const Values& before, const Values& after = {}) {
  std::vector<Values> more;
  for (const Reduction r : {Reduction::Mean, Reduction::Sum, Reduction::None}) {
    more.push_back(before);
    more.back().push_back(r);
    more.back().insert(more.back().end(), after.begin(), after.end());
  }
  return with(samples, more);
}

/// Two tensors, whole, broadcast, of other dtypes.
static Samples pairs(Range x, Range y) {
  return {{t({2, 3}, x), t({2, 3}, y, 2)},
          {t({}, x), t({}, y, 2)},
          {t({0, 3}), t({0, 3})},
          {t({2, 3}, kFloat32, 1, x), t({2, 3}, kFloat32, 2, y)},
          rough({t({31, 37}, x), t({31, 37}, y, 2)}),
          rough({v({kNaN, kInf, 1, -kInf}), v({1, 1, 1, 1})})};
}
static Samples more_pairs(Range x, Range y) {
  return {{t({2, 3}, x), t({3}, y, 2)},
          {t({2, 3}, x), t({2, 2}, y, 2)},
          {t({3}, kInt64), t({3}, kInt64, 2)},
          {t({3}, kBool), t({3}, kBool, 2)},
          {t({3}, x), t({3}, kFloat32, 2, y)}};
}
/// −1 and 1 for each element of the first tensor of a sample.
static Samples with_signs(Samples samples) {
  for (Sample& s : samples) {
    Tensor& y = s.in[1].get<Tensor>();
    const Tensor positive = y > 0.1;
    y = where(positive, 1., -1.).to(y.dtype() == kBool ? kInt64 : y.dtype());
  }
  return samples;
}

/// Those of a floating or bool tensor.
static Samples floating(Samples samples) {
  std::erase_if(samples, [](const Sample& s) { return is_integral(s.in[0].get<Tensor>().dtype()); });
  for (Sample& s : samples) {
    Tensor& y = s.in[1].get<Tensor>();
    if (!y.is_floating_point()) y = y.to(kFloat64) * 2 - 1;
  }
  return samples;
}

/// What PyTorch's own derivatives of smooth_l1_loss and huber_loss get wrong; those that are made of other operations
/// are right.
static Samples own_derivative(Samples samples, bool two_dtypes) {
  for (Sample& s : samples) {
    const Tensor &x = s.in[0].get<Tensor>(), &y = s.in[1].get<Tensor>();
    const bool mean = s.in[2].get<Int>() == static_cast<Int>(Reduction::Mean);
    if (!x.is_floating_point() || !y.is_floating_point()) continue;
    if (mean && y.dim() < x.dim())
      s = differs(std::move(s), "Means over broadcast targets", Compared::Values);
    else if (two_dtypes && x.dtype() != y.dtype())
      s = differs(std::move(s), "Losses of two dtypes", Compared::Values);
  }
  return samples;
}

OP_FAMILY(distances) {
  const Range wide{-2, 2}, positive{0.2, 2};
  const Samples plain = pairs(wide, wide), all = plain + more_pairs(wide, wide);
  const Tensor signs = v({1, -1}, kInt64);
  const char* refused = "tested with other rows' samples";
  const auto vectors = [&](std::initializer_list<Values> more) {
    return with({{t({2, 3}), t({2, 3}, wide, 2)},
                 {t({2, 3}), t({1, 3}, wide, 2)},
                 {t({2, 3}, kFloat32), t({2, 3}, kFloat32, 2)},
                 {t({0, 3}), t({0, 3})},
                 {t({2, 3}), t({2, 4})},
                 rough({t({31, 37}), t({31, 37}, wide, 2)}),
                 rough({m({{kNaN, 1}, {kInf, 1}}), m({{1, 2}, {1, 2}})})},
                more);
  };
  return {
      row(
          "cosine_similarity", [](T a, T b, Int dim, double eps) { return cosine_similarity(a, b, dim, eps); },
          vectors({{1, 1e-8}, {5, 1e-8}}) + Samples{{t({2, 3}), t({2, 3}, wide, 2), 0, 1e-8}} +
              Samples{{t({3, 2}, kInt64), t({3, 2}, kInt64), 1, 1e-8},
                      {t({2}), t({3, 2}, kFloat64, 2), 1, 1e-8},
                      {t({3, 2}, kBool), t({3, 2}, kBool), 1, 1e-8},
                      {t({3, 2}), t({3, 2}, kFloat32, 2), 1, 1e-8},
                      {t({2, 3}), t({2, 3}, kFloat32, 3), 0, 1e-8},
                      rough({t({}), t({}), 0, 1e-8})}),
      row(
          "pairwise_distance",
          [](T a, T b, double p, double eps, bool keep) { return pairwise_distance(a, b, p, eps, keep); },
          vectors({{2.0, 1e-6, false}, {1.0, 1e-6, true}, {3.0, 1e-6, false}}) +
              Samples{{t({3, 2}, kInt64), t({3, 2}, kInt64), 2.0, 1e-6},
                      {t({2}), t({3, 2}, kFloat64, 2), 2.0, 1e-6},
                      {t({3, 2}, kBool), t({3, 2}, kBool), 2.0, 1e-6},
                      {t({3, 2}), t({3, 2}, kFloat32, 2), 2.0, 1e-6}})
          .without(kZeroDim, "takes vectors"),
      row(
          "smooth_l1_loss", [](T x, T y, Reduction r, double b) { return smooth_l1_loss(x, y, r, b); },
          own_derivative(reduced(all, {}, {1.0}) + reduced(plain, {}, {0.3}), false) +
              Samples{{t({3}), t({3}), Reduction::Mean, -1.0}}),
      row(
          "huber_loss", [](T x, T y, Reduction r, double d) { return huber_loss(x, y, r, d); },
          own_derivative(reduced(all, {}, {1.0}) + reduced(plain, {}, {0.3}), true) +
              Samples{{t({3}), t({3}), Reduction::Mean, 0.0}}),
      row(
          "kl_div", [](T x, T y, Reduction r, bool log) { return kl_div(x, y, r, log); },
          reduced(pairs(wide, positive) + more_pairs(wide, positive), {}, {false}) + reduced(plain, {}, {true})),
      row(
          "poisson_nll_loss",
          [](T x, T y, bool log, bool full, double eps, Reduction r) {
            return poisson_nll_loss(x, y, log, full, eps, r);
          },
          reduced(pairs(wide, positive) + more_pairs(wide, positive), {true, false, 1e-8}) +
              reduced(pairs(positive, positive), {false, false, 1e-8})),
      row(
          "hinge_embedding_loss", [](T x, T y, double m, Reduction r) { return hinge_embedding_loss(x, y, m, r); },
          reduced(with_signs(floating(all)), {1.0}) + reduced(with_signs(plain), {0.3}))
          .constants({1})
          .words(kWrong, {"Subtraction, the `-` operator, with two bool tensors is not supported."})
          .without(kIntegers, "of integers PyTorch gives integers, unless they have a mean"),
      row(
          "soft_margin_loss", [](T x, T y, Reduction r) { return soft_margin_loss(x, y, r); },
          reduced(with_signs(all), {}))
          .constants({1})
          .words(kInner, {"result type Float can't be cast to the desired output type Long",
                          "Negation, the `-` operator, on a bool tensor is not supported. If you"}),
      row(
          "margin_ranking_loss",
          [](T a, T b, T y, double m, Reduction r) { return margin_ranking_loss(a, b, y, m, r); },
          reduced({{t({2, 3}), t({2, 3}, wide, 2), where(t({2, 3}) > 0, 1., -1.)},
                   {t({}), t({}), ones({}, kFloat64)},
                   {t({0}), t({0}), t({0})},
                   {t({3}, kFloat32), t({3}, kFloat32, 2), v({1, -1, 1}, kFloat32)},
                   {t({2, 3}), t({3}, wide, 2), v({1, -1, 1})},
                   {t({3}, kInt64), t({3}, kInt64, 2), v({1, -1, 1}, kInt64)},
                   {t({3}, kBool), t({3}, kBool, 2), v({1, -1, 1})},
                   {t({3}), t({2}), v({1, -1, 1})},
                   rough({t({31, 37}), t({31, 37}, wide, 2), where(t({31, 37}) > 0, 1., -1.)}),
                   rough({v({kNaN, 1}), v({1, kInf}), v({1, -1})})},
                  {0.3}))
          .constants({2}),
      row(
          "cosine_embedding_loss",
          [](T a, T b, T y, double m, Reduction r) { return cosine_embedding_loss(a, b, y, m, r); },
          reduced({{t({2, 3}), t({2, 3}, wide, 2), signs},
                   {t({3}), t({3}, wide, 2), v({1}, kInt64).view({})},
                   {t({0, 3}), t({0, 3}), t({0}, kInt64)},
                   {t({2, 3}, kFloat32), t({2, 3}, kFloat32, 2), signs},
                   {t({2, 3}), t({2, 3}), signs.view({1, 2})},
                   {t({3}), t({3}), signs},
                   rough({t({2, 1031}), t({2, 1031}, wide, 2), signs}),
                   rough({m({{kNaN, 1}, {1, kInf}}), m({{1, 2}, {3, 4}}), signs})},
                  {0.1}))
          .constants({2})
          .without(kBools, refused),
      row(
          "triplet_margin_loss",
          [](T a, T p, T n, double margin, double power, double eps, bool swap, Reduction r) {
            return triplet_margin_loss(a, p, n, margin, power, eps, swap, r);
          },
          reduced({{t({2, 3}), t({2, 3}, wide, 2), t({2, 3}, wide, 3)},
                   {t({3}), t({3}, wide, 2), t({3}, wide, 3)},
                   {t({0, 3}), t({0, 3}), t({0, 3})},
                   {t({2, 3}, kFloat32), t({2, 3}, kFloat32, 2), t({2, 3}, kFloat32, 3)},
                   {t({2, 3}), t({3}), t({2, 3})},
                   {t({2, 3}), t({2, 4}), t({2, 3})},
                   {t({2, 3}), t({1, 3}, wide, 2), t({2, 3}, wide, 3)},
                   {t({3, 2}, kInt64), t({3, 2}, kInt64, 2), t({3, 2}, kInt64, 3)},
                   {t({3, 2}), t({3, 2}, kFloat32, 2), t({3, 2}, wide, 3)},
                   rough({t({31, 37}), t({31, 37}, wide, 2), t({31, 37}, wide, 3)}),
                   rough({m({{kNaN, 1}, {1, kInf}}), m({{1, 2}, {3, 4}}), m({{1, 2}, {3, 4}})})},
                  {2.0, 2.0, 1e-6, false}) +
              reduced({{t({2, 3}), t({2, 3}, wide, 2), t({2, 3}, wide, 3)}}, {2.0, 3.0, 1e-6, true}))
          .without(kZeroDim | kBools, refused),
  };
}

}  // namespace xgrad::op_table
