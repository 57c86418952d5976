#include <xgrad/autograd/ops/weight_norm.hpp>

#include "samples.hpp"

namespace xgrad::op_table {

using Int = std::int64_t;

/// Along the first and the last dimension PyTorch has a pass of its own.
static Samples fused(Samples samples) {
  return differ(std::move(samples), "Second derivatives of weight norm", Compared::FirstDerivatives);
}

OP_FAMILY(weight_norm) {
  const Samples weights{
      {t({2, 3})},           {t({2, 3, 4})},       {t({3})},
      {t({2, 3}, kFloat32)}, rough({t({31, 37})}), rough({m({{kNaN, 1, 2}, {kInf, 1, 0}, {1, 2, 4}})})};
  const Samples odd{{t({})}, {t({2, 3}, kInt64)}, {t({2, 3}, kBool)}, {t({0, 3})}};
  const auto with_lengths = [](const Samples& samples, const D& g, Int dim, ScalarType dtype = kFloat64) {
    return with(samples, {{t(g, dtype, 5, {0.4, 2}), dim}});
  };
  const char* lengths = "see norm_except_dim";
  return {
      row(
          "norm_except_dim", [](T v, Int p, Int dim) { return norm_except_dim(v, p, dim); },
          with(weights, {{2, 0}, {2, -1}}) + with({weights[0], weights[1], weights[3]}, {{1, 1}, {3, 1}}) +
              with({weights[1]}, {{2, 2}, {2, -2}}) + with(odd, {{2, -1}}) + Samples{{t({2, 3}), 2, 2}})
          .in_any_layout(),
      row(
          "_weight_norm", [](T v, T g, Int dim) { return _weight_norm(v, g, dim); },
          fused(with_lengths({weights[0]}, {2, 1}, 0) + with_lengths({weights[0]}, {1, 3}, 1) +
                with_lengths({weights[1]}, {2, 1, 1}, 0) + with_lengths({weights[1]}, {1, 1, 4}, 2) +
                with_lengths({weights[3]}, {2, 1}, 0, kFloat32) + with_lengths({weights[4]}, {31, 1}, 0) +
                with_lengths({weights[5]}, {3, 1}, 0)) +
              with_lengths({weights[1]}, {1, 3, 1}, 1) + with_lengths({weights[0], weights[1]}, {}, -1) +
              with_lengths({{t({3, 3})}}, {3, 3}, -1) + Samples{{t({2, 3}), t({2, 1}), 2}})
          .without(kEmpty | kIntegers | kBools | kMixed, lengths),
  };
}

}  // namespace xgrad::op_table
