#include <xgrad/autograd/ops/normalization.hpp>

#include "samples.hpp"

namespace xgrad::op_table {

using Int = std::int64_t;

/// Running statistics are changed, so that each call gets its own.
static Tensor copy_of(T t) { return t.defined() ? t.clone() : t; }

static Samples with_channels(Int least = 0) {
  const Range positive{0.4, 2};
  const Values off{none, none, none, none};
  const auto all = [&](Int c, ScalarType dtype = kFloat64) {
    return Values{t({c}, dtype, 1, positive), t({c}, dtype, 2), t({c}, dtype, 3), t({c}, dtype, 4, positive)};
  };
  return with({{t({2, 3, 4})},
               {t({3, 2, 2, 2})},
               {t({0, 3, 2})},
               {
                   t({}),
               },
               {t({3})},
               {t({2, 3, 4}, kInt64)},
               {t({2, 3, 4}, kBool)}},
              {off}) +
         with({{t({2, 3, 4})}, {t({2, 3, 2, 3})}, {t({least, 3, 2})}}, {all(3)}) +
         with({{t({2, 3, 4}, kFloat32)}}, {all(3, kFloat32), all(3)}) +
         Samples{{t({2, 3, 4}), t({2}), none, none, none},
                 {t({2, 3, 4}), none, t({4}), none, none},
                 {t({2, 3, 4}), none, none, t({2}), none},
                 rough(Sample{t({4, 6, 50})}.with(all(6))),
                 rough({v({1, kNaN, 2, 3}).view({1, 2, 2}), none, none, none, none})};
}

OP_FAMILY(normalization) {
  const std::vector<Values> modes{{true, 0.1, 1e-5, false}, {false, 0.3, 1e-3, false}};
  const Range positive{0.4, 2};
  const auto same = [&](const D& shape, ScalarType dtype = kFloat64) {
    return Values{t(shape, dtype, 1, positive), t(shape, dtype, 2)};
  };
  return {
      row(
          "batch_norm",
          [](T x, T w, T b, T m, T v, bool training, double momentum, double eps, bool) {
            return batch_norm(x, w, b, copy_of(m), copy_of(v), training, momentum, eps);
          },
          with(with_channels() + Samples{{t({4, 3}), t({3}, positive), t({3}), none, none}}, modes))
          .constants({3, 4}),
      row(
          "instance_norm",
          [](T x, T w, T b, T m, T v, bool training, double momentum, double eps, bool) {
            return instance_norm(x, w, b, copy_of(m), copy_of(v), training, momentum, eps);
          },
          with(with_channels(1), modes))
          .constants({3, 4})
          .words(kSooner, {"Dimension specified as"}),
      row(
          "layer_norm",
          [](T x, IntArrayRef shape, T w, T b, std::optional<double> eps) {
            return layer_norm(x, shape, w, b, eps.value_or(1e-5));
          },
          Samples{{t({2, 3}), D{3}},
                  Sample{t({2, 3, 4}), D{4}}.with(same({4})),
                  Sample{t({2, 3, 4}), D{3, 4}}.with(same({3, 4})).with({1e-3}),
                  {t({2, 3, 4}), D{4}, t({4}, positive)},
                  differs({t({2, 3, 4}), D{4}, none, t({4})}, "Bias without weight", Compared::FirstDerivatives),
                  Sample{t({2, 4}, kFloat32), D{4}}.with(same({4}, kFloat32)),
                  {t({0, 3}), D{3}},
                  {t({}), D{1}},
                  {t({2, 3}), D{4}},
                  {t({2, 3}), D{}},
                  {t({2, 3}), D{3}, t({2})},
                  {t({2, 3}), D{3}, none, t({2})},
                  {t({2, 3}), D{3}, t({3}, kFloat32)},
                  {t({2, 3}, kInt64), D{3}},
                  {t({2, 3}, kBool), D{3}},
                  rough(Sample{t({31, 37}), D{37}}.with(same({37}))),
                  rough({m({{kNaN, 1, 2}, {kInf, 1, 0}, {1, 2, 4}}), D{3}})}),
      row(
          "group_norm",
          [](T x, Int groups, T w, T b, std::optional<double> eps) {
            return group_norm(x, groups, w, b, eps.value_or(1e-5));
          },
          Samples{{t({2, 4, 3}), 2},
                  Sample{t({2, 4, 3}), 2}.with(same({4})),
                  Sample{t({2, 4}), 2}.with(same({4})).with({1e-3}),
                  Sample{t({2, 4, 2, 2}), 1}.with(same({4})),
                  Sample{t({2, 4, 2}, kFloat32), 4}.with(same({4}, kFloat32)),
                  {t({0, 4, 3}), 2},
                  {t({}), 2},
                  {t({2, 4, 3}), 3},
                  {t({2, 4, 3}), 0},
                  {t({2, 4, 3}), 2, t({3})},
                  {t({2, 4, 3}), 2, none, t({3})},
                  {t({2, 4, 3}), 2, t({4}, kFloat32)},
                  {t({2, 4, 3}, kInt64), 2},
                  {t({2, 4, 3}, kBool), 2},
                  rough(Sample{t({4, 6, 50}), 3}.with(same({6}))),
                  rough({v({1, kNaN, 2, 3}).view({1, 2, 2}), 2})})
          .words(kWrong, {"Expected bias to be a vector of size equal to the number of channels in"})
          .tolerance(1e-10, 5e-5, "gradients are differences of sums over a group, in which much cancels"),
  };
}

}  // namespace xgrad::op_table
