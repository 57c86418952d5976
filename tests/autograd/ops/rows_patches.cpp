#include <xgrad/autograd/ops/bilinear.hpp>
#include <xgrad/autograd/ops/patches.hpp>

#include "samples.hpp"

namespace xgrad::op_table {

OP_FAMILY(patches) {
  Tensor special = t({1, 1, 4, 5});
  Tensor flat = special.view({-1});
  flat[1] = kNaN;
  flat[7] = kInf;
  const Samples images{{t({1, 2, 4, 5})},          {t({2, 4, 5})},    {t({2, 3, 4, 5}, kFloat32)},
                       {t({0, 2, 4, 5})},          {t({2, 0, 4, 5})}, {t({1, 2, 4, 5}, kInt64)},
                       {t({1, 2, 4, 5}, kBool)},   {t({})},           {t({4, 5})},
                       rough({t({5, 7, 13, 11})}), rough({special})};
  // Columns of 2 × 2 patches of a 3 × 4 image.
  const Samples columns{{t({2, 8, 6})},
                        {t({8, 6})},
                        {t({1, 4, 6}, kFloat32)},
                        {t({0, 8, 6})},
                        {t({2, 8, 6}, kInt64)},
                        {t({2, 8, 6}, kBool)},
                        {t({})},
                        {t({2, 7, 6})},
                        {t({2, 8, 5})},
                        rough({t({31, 8, 6})}),
                        rough({where(t({1, 4, 6}) > 1.5, kNaN, 1.)})};
  const auto vectors = [](std::initializer_list<Tensor> more, Value bias) {
    Values v;
    for (const Tensor& x : more) v.push_back(x);
    v.push_back(bias);
    return Sample(v);
  };
  return {
      row(
          "im2col",
          [](T x, IntArrayRef k, IntArrayRef d, IntArrayRef p, IntArrayRef s) { return im2col(x, k, d, p, s); },
          with(images, {{D{2, 2}, D{1, 1}, D{0, 0}, D{1, 1}},
                        {D{3, 2}, D{1, 2}, D{1, 0}, D{2, 1}},
                        {D{2, 2}, D{1, 1}, D{1, 2}, D{3, 3}},
                        {D{6, 2}, D{1, 1}, D{0, 0}, D{1, 1}},
                        {D{0, 2}, D{1, 1}, D{0, 0}, D{1, 1}}}))
          .words(kSooner, {"Dimension specified as", "Dimension out of range (expected to be in range of"})
          .words(kWrong, {"Given input with spatial size"}),
      row(
          "col2im",
          [](T x, IntArrayRef o, IntArrayRef k, IntArrayRef d, IntArrayRef p, IntArrayRef s) {
            return col2im(x, o, k, d, p, s);
          },
          with(columns, {{D{3, 4}, D{2, 2}, D{1, 1}, D{0, 0}, D{1, 1}}}) +
              Samples{{t({1, 6, 8}), D{5, 4}, D{3, 2}, D{1, 2}, D{1, 1}, D{2, 1}},
                      {t({1, 6, 8}), D{5, 4}, D{3, 2}, D{1, 2}, D{1, 1}, D{2, 0}},
                      {t({1, 4, 4}), D{4, 4}, D{2, 2}, D{1, 1}, D{0, 0}, D{2, 2}}}),
      row("bilinear", [](T a, T b, T w, T bias) { return bilinear(a, b, w, bias); },
          {vectors({t({2, 3}), t({2, 4}, Range{}, 2), t({2, 3, 4}, Range{}, 3)}, t({2}, Range{}, 4)),
           vectors({t({3, 3}), t({3, 3}, Range{}, 2), t({3, 3, 3}, Range{}, 3)}, t({3}, Range{}, 4)),
           vectors({t({2, 2, 3}), t({2, 2, 2}, Range{}, 2), t({1, 3, 2}, Range{}, 3)}, none),
           vectors({t({3}), t({2}, Range{}, 2), t({4, 3, 2}, Range{}, 3)}, none),
           vectors({t({0, 3}), t({0, 4}), t({2, 3, 4}, Range{}, 3)}, none),
           vectors({t({2, 3}, kFloat32), t({2, 4}, kFloat32, 2), t({2, 3, 4}, kFloat32, 3)}, t({2}, kFloat32)),
           rough(vectors({t({37, 5}), t({37, 7}, Range{}, 2), t({31, 5, 7}, Range{}, 3)}, t({31}))),
           rough(vectors({m({{kNaN, 1}, {kInf, 1}}), m({{1, 1}, {1, 2}}), t({1, 2, 2})}, none)),
           vectors({t({2, 3}), t({3, 4}), t({2, 3, 4})}, none), vectors({t({2, 3}), t({2, 4}), t({2, 4, 4})}, none),
           vectors({t({2, 3}), t({2, 4}), t({2, 3, 3})}, none), vectors({t({2, 3}), t({2, 4}), t({2, 3, 4})}, t({3})),
           vectors({t({2, 3}), t({1, 2, 4}), t({2, 3, 4})}, none), vectors({t({}), t({}), t({2, 3, 4})}, none),
           vectors({t({2, 3}, kInt64), t({2, 4}, kInt64), t({2, 3, 4}, kInt64)}, none),
           vectors({t({2, 3}, kBool), t({2, 4}), t({2, 3, 4})}, none)})
          .words(kSooner, {"Dimension specified as -"})
          .words(kInner, {"\"bmm\" not implemented for 'Bool'"})
          .in_any_layout(),
  };
}

}  // namespace xgrad::op_table
