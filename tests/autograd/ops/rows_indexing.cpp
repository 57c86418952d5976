#include <xgrad/autograd/ops/gather.hpp>

#include "samples.hpp"

namespace xgrad::op_table {

using Int = std::int64_t;

/// Places 0 … n−1 in a scrambled order, in a shape of this many elements; n is no multiple of 7.
static Tensor places(const D& shape, Int n, Int step = 7) {
  Int count = 1;
  for (const Int s : shape) count *= s;
  Tensor out = empty({count}, kInt64);
  for (Int i = 0; i < count; ++i) out.data_ptr<Int>()[i] = i * step % n;
  return out.view(shape);
}

OP_FAMILY(gather) {
  const auto index = [](std::initializer_list<double> values) { return v(values, kInt64); };
  const Samples gathers{{t({3, 4}), 1, m({{0, 3, 3}, {1, 0, 2}}).to(kInt64)},
                        {t({3, 4}), 0, m({{2, 1, 0, 1}}).to(kInt64)},
                        {t({5}), -1, index({4, 0, 0})},
                        {t({5}, kFloat32), 0, index({4, 0, 1})},
                        {t({5}, kInt32), 0, index({4, 0, 1})},
                        {t({5}, kBool), 0, index({4, 0, 1})},
                        {t({2, 3, 2}), 1, places({2, 2, 2}, 3)},
                        {t({}), 0, index({0, 0})},
                        {t({3}), 0, tensor(2, kInt64)},
                        {t({3}), 0, t({0}, kInt64)},
                        {t({3}), 0, index({3})},
                        {t({3}), 0, index({-1})},
                        {t({3}), 1, index({0})},
                        {t({3}), 0, v({0, 1})},
                        {t({3, 2}), 0, index({0})},
                        {t({2, 3}), 1, places({3, 1}, 3)},
                        rough({t({37, 41}), 1, places({37, 30}, 41)}),
                        rough({v({kNaN, kInf, 1}), 0, index({1, 0})})};
  const Samples scatters{{t({3, 4}), 1, m({{0, 3}, {1, 0}, {3, 2}}).to(kInt64), t({3, 2}, kFloat64, 2)},
                         {t({3, 4}), 0, m({{2, 1, 0, 1}}).to(kInt64), t({1, 4}, kFloat64, 2)},
                         {t({5}), -1, index({4, 0}), t({2}, kFloat64, 2)},
                         {t({5}, kFloat32), 0, index({4, 0}), t({2}, kFloat32, 2)},
                         {t({5}, kInt32), 0, index({4, 0}), t({2}, kInt32, 2)},
                         {t({5}, kBool), 0, index({4, 0}), t({2}, kBool, 2)},
                         {t({}), 0, tensor(0, kInt64), t({}, kFloat64, 2)},
                         value_only({t({3}), 0, t({0}, kInt64), t({2})}),  // PyTorch's gradient has a wrong shape
                         {t({3}), 0, index({3}), t({1})},
                         {t({3}), 0, index({-1}), t({1})},
                         {t({3}), 1, index({0}), t({1})},
                         {t({3}), 0, v({0, 1}), t({2})},
                         {t({3}), 0, index({0, 1}), t({1})},
                         {t({3}), 0, index({0, 1}), t({2}, kFloat32)},
                         {t({3, 2}), 0, index({0}), t({1})},
                         value_only({t({3}), 0, index({2, 0}), t({3}, kFloat64, 2)}),
                         rough({t({37, 41}), 1, places({37, 41}, 41), t({37, 41}, kFloat64, 2)}),
                         rough({v({kNaN, kInf, 1}), 0, index({1}), v({kNaN})})};
  const Samples selects{{t({3, 4}), 1, index({3, 0, 0})},
                        {t({3, 4}), 0, index({2})},
                        {t({2, 3, 2}), -2, v({2, 0}, kInt32)},
                        {t({5}, kFloat32), 0, index({4, 0, 1})},
                        {t({5}, kInt16), 0, index({4, 0, 1})},
                        {t({5}, kBool), 0, index({4, 0, 1})},
                        {t({}), 0, index({0})},
                        {t({3}), 0, tensor(2, kInt64)},
                        {t({3, 2}), 0, t({0}, kInt64)},
                        {t({3}), 0, index({3})},
                        {t({3}), 0, index({-1})},
                        {t({3}), 1, index({0})},
                        {t({3}), 0, v({0, 1})},
                        {t({3}), 0, places({2, 1}, 3)},
                        differs({t({}), 0, index({0, 0})}, "Rows of a number"),
                        rough({t({37, 41}), 1, places({60}, 41)}),
                        rough({t({37, 41}), 0, places({60}, 37)}),
                        rough({v({kNaN, kInf, 1}), 0, index({1, 0})})};
  const Samples adds{{t({3, 4}), 1, index({3, 0, 0}), t({3, 3}, kFloat64, 2)},
                     {t({3, 4}), 0, index({2}), t({1, 4}, kFloat64, 2)},
                     {t({2, 3, 2}), -2, v({2, 0}, kInt32), t({2, 2, 2}, kFloat64, 2)},
                     {t({5}, kFloat32), 0, index({4, 0}), t({2}, kFloat32, 2)},
                     {t({5}, kInt16), 0, index({4, 0}), t({2}, kInt16, 2)},
                     {t({5}, kBool), 0, index({4, 0}), t({2}, kBool, 2)},
                     {t({}), 0, index({0}), t({}, kFloat64, 2)},
                     {t({3, 2}), 0, t({0}, kInt64), t({0, 2})},
                     {t({3}), 0, index({3}), t({1})},
                     {t({3}), 1, index({0}), t({1})},
                     {t({3}), 0, v({0, 1}), t({2})},
                     {t({3}), 0, index({0, 1}), t({3})},
                     {t({3}), 0, index({0, 1}), t({2}, kFloat32)},
                     {t({3, 2}), 0, index({0}), t({1, 3})},
                     rough({t({37, 41}), 1, places({60}, 41), t({37, 60}, kFloat64, 2)}),
                     rough({v({kNaN, kInf, 1}), 0, index({1, 0}), v({kNaN, 1})})};
  const Samples masks{{t({2, 3}), t({2, 3}, kBool)},
                      {t({2, 3}), t({3}, kBool)},
                      {t({3}), t({2, 3}, kBool)},
                      {t({3}), t({2}, kBool)},
                      {t({}), t({}, kBool)},
                      {t({0}), t({0}, kBool)},
                      {t({3}, kFloat32), t({3}, kBool)},
                      {t({3}, kInt64), t({3}, kBool)},
                      {t({3}, kBool), t({3}, kBool)},
                      {t({3}), t({3}, kInt64)},
                      rough({t({37, 41}), t({37, 41}, kBool)}),
                      rough({v({kNaN, kInf, 1}), t({3}, kBool)})};
  return {
      row(
          "gather", [](T x, Int d, T i) { return gather(x, d, i); }, gathers),
      row(
          "scatter", [](T x, Int d, T i, T y) { return scatter(x, d, i, y); },
          [](Tensor& x, Int d, T i, T y) { scatter_(x, d, i, y); }, scatters),
      row(
          "scatter_add", [](T x, Int d, T i, T y) { return scatter_add(x, d, i, y); },
          [](Tensor& x, Int d, T i, T y) { scatter_add_(x, d, i, y); }, scatters),
      row(
          "index_select", [](T x, Int d, T i) { return index_select(x, d, i); }, selects),
      row(
          "index_add", [](T x, Int d, T i, T y) { return index_add(x, d, i, y); },
          [](Tensor& x, Int d, T i, T y) { index_add_(x, d, i, y); }, adds)
          .words(kInner),
      row(
          "masked_fill", [](T x, T m, Scalar y) { return masked_fill(x, m, y); },
          [](Tensor& x, T m, Scalar y) { masked_fill_(x, m, y); }, with(masks, {{2.5}, {3}}))
          .words(kInner),
  };
}

}  // namespace xgrad::op_table
