#include <xgrad/autograd/ops/pairwise.hpp>

#include "samples.hpp"

namespace xgrad::op_table {

using Int = std::int64_t;

/// PyTorch has no second derivative of distances by differences.
static Samples no_second(Samples samples) {
  for (Sample& s : samples) {
    if (s.in[0].get<Tensor>().is_floating_point())
      s = differs(std::move(s), "Derivatives that PyTorch lacks", Compared::FirstDerivatives);
  }
  return samples;
}

OP_FAMILY(pairwise) {
  const Range wide{-2, 2};
  const auto pair = [&](const D& a, const D& b, ScalarType dtype = kFloat64) {
    return Sample{t(a, dtype, 1, wide), t(b, dtype, 2, wide)};
  };
  const std::vector<Values> powers{{2.0, 2}, {1.0, none}, {3.0, none}, {1.5, none}, {kInf, none}};
  const Samples small{pair({3, 2}, {4, 2}), pair({2, 3, 2}, {1, 4, 2}), pair({3, 2}, {2, 4, 2}),
                      pair({3, 2}, {4, 2}, kFloat32)};
  const Samples close{{m({{1, 2}, {3, 4.5}, {0, 1}}), m({{1, 2}, {3, 5}})}};
  const Samples refused{pair({3}, {4, 3}),
                        pair({3, 2}, {4}),
                        pair({3, 2}, {4, 3}),
                        pair({3, 2}, {4, 2}, kInt64),
                        pair({3, 2}, {4, 2}, kBool),
                        {t({3, 2}), t({4, 2}, kInt64)},
                        {t({3, 2}), t({4, 2}, kFloat32)},
                        {t({}), t({3, 2})}};
  const Samples empty{pair({0, 2}, {4, 2}), pair({3, 0}, {4, 0}), pair({0, 3, 2}, {1, 4, 2})};
  return {
      row(
          "cdist", [](T a, T b, double p, std::optional<Int> mode) { return cdist(a, b, p, mode); },
          no_second(with(small, powers)) + no_second(with({small[0]}, {{2.0, 0}})) +
              with({small[0], small[1], small[3]}, {{2.0, 1}}) +
              Samples{rough(pair({31, 37}, {40, 37}).with({2.0, none}))} +
              no_second(Samples{rough(pair({31, 37}, {5, 37}).with({1.0, none})),
                                rough(pair({31, 37}, {5, 37}).with({2.5, none}))}) +
              no_second(rough(with(small, {{0.0, none}, {0.5, none}}) + with(close, powers) +
                              with({{m({{kNaN, 1}, {kInf, 1}}), m({{1, 2}, {1, 1}})}}, {{2.0, 2}, {1.0, none}}))) +
              no_second(with(empty, {{2.0, none}, {1.0, none}})) + with(refused, {{2.0, none}}) +
              Samples{pair({3, 2}, {4, 2}).with({-1.0, none}), pair({3, 2}, {4, 2}).with({2.0, 3})}),
      row(
          "pdist", [](T x, double p) { return pdist(x, p); },
          no_second(with({{t({4, 3})}, {t({3, 2}, kFloat32)}}, {{2.0}, {1.0}, {3.0}, {1.5}}) +
                    Samples{rough({t({40, 27}), 2.0})} +
                    rough(with({{t({4, 3})}}, {{0.0}, {0.5}, {kInf}}) +
                          with({{m({{1, 2}, {1, 2}, {0, 3}})}}, {{2.0}, {1.0}, {3.0}, {kInf}}) +
                          with({{m({{kNaN, 1}, {kInf, 1}, {2, 0}})}}, {{2.0}, {1.0}}))) +
              no_second({{t({1, 3}), 2.0}, {t({3, 0}), 2.0}}) +  // the derivative at [0, 3] is too much for PyTorch
              with({{t({})}, {t({3})}, {t({3, 2}, kInt64)}, {t({3, 2}, kBool)}}, {{2.0}}) + Samples{{t({3, 2}), -1.0}}),
  };
}

}  // namespace xgrad::op_table
