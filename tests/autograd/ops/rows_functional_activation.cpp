// Functions of torch.nn.functional that are made of operations: tests/autograd/ops/functionals_test.cpp asks for a row
// of each.
#include <xgrad/nn/functional.hpp>

#include "samples.hpp"

namespace xgrad::op_table {

namespace F = nn::functional;
using Int = std::int64_t;

OP_FAMILY(functional_activation) {
  const Samples some = few_samples({-4, 4}) + Samples{rough({v({-4, -1, -0.0, 0, 0.5, 6})}),
                                                      rough({v({kNaN, kInf, -kInf, -0.0, 100, -100}, kFloat32)})};
  const Samples classes{{t({2, 3})},           {t({2, 3, 2})},
                        {t({3, 2}, kFloat32)}, {t({})},
                        {t({0, 3})},           {t({3, 0})},
                        {t({2, 3}, kInt64)},   {t({2, 3}, kBool)},
                        rough({t({31, 37})}),  rough({m({{1, kNaN, 2}, {kInf, -kInf, 0}})})};
  return {
      row(
          "softsign", [](T x) { return F::softsign(x); }, some),
      row(
          "tanhshrink", [](T x) { return F::tanhshrink(x); }, some),
      row(
          "softmin", [](T x, Int dim) { return F::softmin(x, dim); }, with(classes, {{0}, {-1}, {1}, {2}})),
      row(
          "gumbel_softmax",
          [](T x, double tau, bool hard, Int dim) {
            return F::gumbel_softmax(x, F::GumbelSoftmaxFuncOptions().tau(tau).hard(hard).dim(dim));
          },
          with(classes + Samples{{t({3, 2}).t()}}, {{1.0, false, -1}, {0.5, false, 0}, {2, false, 1}}) +
              with(rough(Samples{{t({2, 3})}, {t({3, 2}, kFloat32)}, {t({})}}), {{1.0, true, -1}, {0.5, true, 0}}))
          .draws(),
  };
}

OP_FAMILY(functional_dropout) {
  // Draws are for channels, the second dimension.
  const Samples channels{{t({2, 3, 2})},
                         {t({3, 4})},
                         {t({2, 3, 2, 2})},
                         {t({1, 2, 2, 2, 2})},
                         {t({2, 3, 4}, kFloat32)},
                         {t({0, 3, 4})},
                         {t({3, 0})},
                         {t({})},
                         {t({5})},
                         {t({2, 3, 2}, kInt64)},
                         {t({2, 3, 2}, kBool)},
                         {t({2, 4, 3}).transpose(0, 1)},
                         rough({t({31, 37, 5})}),
                         rough({v({kNaN, kInf, -kInf, 0, 1, 2}).view({1, 2, 3})})};
  Samples written = with(channels, {{0.3, true}}) + with({channels[0], channels[1], channels[4]}, {{1.0, true}});
  std::erase_if(written, [](const Sample& s) { return s.in[0].get<Tensor>().numel() == 0; });
  const Samples kept = with(channels, {{0.5, false}, {0.0, true}}) + with({channels[5], channels[6]}, {{0.3, true}}) +
                       Samples{channels[0].with({1.5, true})};
#define DROPOUT(NAME)                                                                                   \
  row(                                                                                                  \
      #NAME, [](T x, double p, bool training) { return F::NAME(x, p, training); },                      \
      [](Tensor& x, double p, bool training) { F::NAME(x, p, training, inplace = true); }, written)     \
      .draws()                                                                                          \
      .without(kEmpty, "nothing is written"),                                                           \
      row(                                                                                              \
          #NAME ".nothing", [](T x, double p, bool training) { return F::NAME(x, p, training); }, kept) \
          .draws()
  using kwargs::inplace;
  return {DROPOUT(dropout1d), DROPOUT(dropout2d), DROPOUT(dropout3d), DROPOUT(alpha_dropout),
          DROPOUT(feature_alpha_dropout)};
#undef DROPOUT
}

}  // namespace xgrad::op_table
