#include <xgrad/autograd/ops/attention.hpp>

#include "samples.hpp"

namespace xgrad::op_table {

OP_FAMILY(attention) {
  const char* kScaledTwice = "PyTorch divides query and key each by the root of the scale, here the query takes it all";
  const Range wide{-1.5, 1.5};
  const auto three = [&](const D& q, const D& k, const D& v, ScalarType dtype = kFloat64) {
    return Sample{t(q, dtype, 1, wide), t(k, dtype, 2, wide), t(v, dtype, 3, wide)};
  };
  const Tensor sees = m({{1, 0, 1, 1}, {0, 0, 1, 0}, {1, 1, 1, 1}}).to(kBool);
  const Samples small{three({2, 3, 2}, {2, 4, 2}, {2, 4, 3}),
                      three({3, 2}, {4, 2}, {4, 2}),
                      three({2, 3, 2}, {1, 4, 2}, {4, 3}),
                      three({3, 3}, {3, 3}, {3, 3}),
                      three({1, 2, 3, 2}, {2, 1, 4, 2}, {2, 1, 4, 1}),
                      three({2, 3, 2}, {2, 4, 2}, {2, 4, 3}, kFloat32)};
  // Of several tiles.
  const Samples large{rough(three({2, 131, 5}, {2, 300, 5}, {2, 300, 3})),
                      rough(three({2, 131, 5}, {2, 300, 5}, {2, 300, 3}, kFloat32)),
                      rough(three({1, 1100, 2}, {1, 5, 2}, {1, 5, 2}))};
  const Samples others{three({0, 3, 2}, {0, 4, 2}, {0, 4, 3}),
                       three({2, 0, 2}, {2, 4, 2}, {2, 4, 3}),
                       three({2, 3, 2}, {2, 0, 2}, {2, 0, 3}),
                       rough({m({{kNaN, 1}, {1, 1}}), m({{1, 2}, {kInf, 1}}), m({{1, 2}, {1, kInf}})}),
                       three({2, 3, 2}, {2, 4, 3}, {2, 4, 3}),
                       three({2, 3, 2}, {2, 4, 2}, {2, 5, 3}),
                       three({3, 2}, {4, 2}, {4, 2}, kInt64),
                       three({3, 2}, {4, 2}, {4, 2}, kBool),
                       {t({3, 2}), t({4, 2}, kFloat32), t({4, 2})}};
  const auto plain = [](const Samples& s, Value mask, double p, bool causal) { return with(s, {{mask, p, causal}}); };
  Samples masked = plain({three({2, 3, 2}, {2, 4, 2}, {2, 4, 3}), three({3, 2}, {4, 2}, {4, 2})},
                         t({3, 4}, kFloat64, 5), 0.0, false) +
                   plain({three({2, 3, 2}, {2, 4, 2}, {2, 4, 3})}, t({2, 1, 4}, kFloat64, 5), 0.0, false) +
                   plain({three({2, 3, 2}, {2, 4, 2}, {2, 4, 3}), three({1, 2, 3, 2}, {2, 1, 4, 2}, {2, 1, 4, 1})},
                         sees, 0.0, false) +
                   plain({three({2, 3, 2}, {2, 4, 2}, {2, 4, 3})}, sees.logical_and(t({3, 1}) > 0), 0.0, false) +
                   plain({three({2, 3, 2}, {2, 4, 2}, {2, 4, 3})}, t({}, kFloat64, 5), 0.0, false);
  masked.back().rough = true;  // a constant changes nothing, and rounding errors have no slope
  const Samples all = plain(small + large + others, none, 0.0, false) + masked +
                      plain({small[0], small[1], small[3], large[0], large[1]}, none, 0.0, true) +
                      Samples{small[0].with({sees, 0.0, true})};
  const Samples dropped = plain({small[0], large[0], large[1]}, none, 0.3, false) + plain({small[3]}, none, 0.4, true) +
                          plain({small[0]}, none, 1.0, false) + plain({small[0]}, none, 1.5, false) +
                          Samples{{t({2, 2, 3}).transpose(-2, -1), t({2, 2, 4}, kFloat64, 2).transpose(-2, -1),
                                   t({2, 3, 4}, kFloat64, 3).transpose(-2, -1), none, 0.3, false}};
  const auto with_flag = [](Samples samples) {
    for (Sample& s : samples) s.in.insert(s.in.begin() + 5, Value(true));
    return samples;
  };
  const auto call = [](T q, T k, T v, T mask, double p, bool causal) {
    return scaled_dot_product_attention(q, k, v, mask, p, causal);
  };
  return {
      row("scaled_dot_product_attention", call, all)
          .words(kSooner,
                 {"Expected size for first two dimensions of batch", "expected scalar type Float but found Long",
                  "expected scalar type Float but found Bool", "expected scalar type Double but found Float"})
          .tolerance(1e-10, 2e-5, kScaledTwice)
          .in_any_layout(),
      // Masks that take no gradient.
      row("scaled_dot_product_attention.masked", call,
          masked + plain({large[0], large[1]}, t({131, 300}, kFloat64, 5), 0.0, false))
          .constants({3})
          .tolerance(1e-10, 2e-5, kScaledTwice)
          .in_any_layout()
          .without(kEmpty | kSpecial | kIntegers | kError, "stands in the row without a mask"),
      row("scaled_dot_product_attention.dropout", call, dropped)
          .tolerance(1e-10, 2e-5, kScaledTwice)
          .draws()
          .without(kEmpty | kZeroDim | kSpecial | kIntegers | kBools | kMixed, "stands in the row without dropout"),
      row(
          "_scaled_dot_product_attention",
          [](T q, T k, T v, T mask, double p, bool need, bool causal) {
            return _scaled_dot_product_attention(q, k, v, mask, p, need, causal);
          },
          with_flag(all + dropped))
          .words(kSooner,
                 {"Expected size for first two dimensions of batch", "expected scalar type Float but found Long",
                  "expected scalar type Float but found Bool", "expected scalar type Double but found Float"})
          .tolerance(1e-10, 2e-5, kScaledTwice)
          .draws()
          .in_any_layout(),
  };
}

}  // namespace xgrad::op_table
