#include <xgrad/nn/functional.hpp>

#include "samples.hpp"

namespace xgrad::op_table {

namespace F = nn::functional;
using Int = std::int64_t;

OP_FAMILY(functional_losses) {
  const Range variance{0.2, 2};
  const auto gaussian = [&](const D& x, const D& target, const D& var, ScalarType dtype = kFloat64) {
    return Sample{t(x, dtype, 1), t(target, dtype, 2), t(var, dtype, 3, variance)};
  };
  const auto three = [](const D& shape, ScalarType dtype = kFloat64) {
    return Sample{t(shape, dtype, 1), t(shape, dtype, 2), t(shape, dtype, 3)};
  };
  const Tensor labels = m({{0, 1, 1}, {1, 0, 1}});
  const std::vector<Values> reductions{{Reduction::None}, {Reduction::Mean}, {Reduction::Sum}};
  const auto each = [&](const Samples& samples, const std::vector<Values>& more) {
    return with(with(samples, more), reductions);
  };
  return {
      row(
          "gaussian_nll_loss",
          [](T x, T target, T var, bool full, double eps, Reduction r) {
            return F::gaussian_nll_loss(x, target, var,
                                        F::GaussianNLLLossFuncOptions().full(full).eps(eps).reduction(r));
          },
          each({gaussian({2, 3}, {2, 3}, {2, 3}),
                gaussian({2, 3}, {2, 3}, {2, 1}),
                gaussian({2, 3}, {2, 3}, {2}),
                gaussian({3, 3}, {3, 3}, {3, 3}),
                gaussian({2, 3}, {2, 3}, {2, 3}, kFloat32),
                gaussian({0, 3}, {0, 3}, {0, 1}),
                gaussian({}, {}, {}),
                gaussian({2, 3}, {2, 3}, {3}),
                gaussian({2, 3}, {2, 3}, {2, 3}, kInt64),
                {t({2, 3}), t({2, 3}), t({2, 3}, kBool)},
                {t({2, 3}), t({2, 3}, kFloat32), t({2, 3}, kFloat64, 3, variance)},
                rough({t({2, 3}), t({2, 3}, kFloat64, 2), m({{0, 0, 1}, {1e-9, 1, 1}})}),
                {t({2, 3}), t({2, 3}), t({2, 3})},
                rough({m({{kNaN, kInf, 1}}), m({{1, 1, kInf}}), m({{1, 1, 1}})}),
                rough(gaussian({31, 37}, {31, 37}, {31, 37}))},
               {{false, 1e-6}, {true, 0.1}})),
      row(
          "triplet_margin_with_distance_loss",
          [](T anchor, T positive, T negative, bool absolute, double margin, bool swap, Reduction r) {
            F::TripletMarginWithDistanceLossFuncOptions o;
            if (absolute) o.distance_function([](T a, T b) { return abs(a - b).sum(-1); });
            return F::triplet_margin_with_distance_loss(anchor, positive, negative,
                                                        o.margin(margin).swap(swap).reduction(r));
          },
          each({three({2, 3}),
                three({3, 3}),
                three({3}),
                three({2, 3}, kFloat32),
                three({0, 3}),
                three({2, 3}, kInt64),
                three({2, 3}, kBool),
                rough(three({31, 37})),
                {t({2, 3}), t({3}), t({2, 3}, kFloat64, 3)},
                {t({2, 3}), t({2, 3}, kFloat32), t({2, 3}, kFloat64, 3)},
                {t({2, 3}), t({2}), t({2, 3})},
                three({}),
                rough({m({{kNaN, 1}, {1, kInf}}), m({{1, 2}, {1, 1}}), m({{0, 2}, {1, 3}})})},
               {{false, 1.0, false}, {false, 1.0, true}, {true, 2.5, true}})),
      row(
          "multilabel_soft_margin_loss",
          [](T x, T target, T weight, Reduction r) {
            return F::multilabel_soft_margin_loss(x, target,
                                                  F::MultilabelSoftMarginLossFuncOptions().weight(weight).reduction(r));
          },
          each({{t({2, 3}), labels},
                {t({3}), labels[0]},
                {t({2, 3}, kFloat32), labels.to(kFloat32)},
                {t({0, 3}), t({0, 3})},
                {t({2, 3}), t({2, 3}, Range{0, 1}, 2)},
                {t({2, 3}), labels.to(kInt64)},
                {t({2, 3}), labels.to(kFloat32)},
                {t({2, 3}, kInt64), labels},
                rough({t({31, 37}), t({31, 37}, Range{0, 1}, 2)}),
                rough({m({{kNaN, 1, 2}, {kInf, 1, -kInf}}), labels})},
               {{none}, {t({3}, kFloat64, 5)}}) +
              Samples{{t({2, 3}), labels.to(kBool), none, Reduction::Mean}, {t({}), t({}), none, Reduction::Mean}})
          .words(kInner, {"Subtraction"}),
  };
}

}  // namespace xgrad::op_table
