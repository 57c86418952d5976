#include "samples.hpp"

namespace xgrad::op_table {

using Entries = std::span<const TensorIndex>;

/// A vector of places.
static Tensor places(std::initializer_list<double> values) { return v(values, kInt64); }

/// Tensors and bools among the entries.
static std::vector<Values> advanced() {
  const Tensor column = m({{2}, {0}}).to(kInt64), row = places({1, -1, 0});
  const Tensor mask = v({1, 0, 1}, kBool), across = t({3, 4}, kBool);
  return {{at({places({2, 0, 2})})},
          {at({places({-1, 0})})},
          {at({Slice(), places({1, 3})})},
          {at({places({0, 1}), places({3, 2})})},
          {at({column, row})},
          {at({1, places({1, 0})})},
          {at({places({1, 0}), 1})},
          {at({Slice(1, 3), places({1, 0})})},
          {at({places({1, 0}), Slice(0, 4, 2)})},
          {at({None, places({1, 0})})},
          {at({places({1, 0}), None, places({2, 1})})},
          {at({Ellipsis, places({1, 0})})},
          {at({places({1, 0}), Ellipsis})},
          {at({mask})},
          {at({mask, places({1, 2})})},
          {at({mask, 1})},
          {at({Slice(), v({1, 0, 0, 1}, kBool)})},
          {at({across})},
          {at({tensor(1, kInt64)})},
          {at({tensor(-1, kInt64), places({0})})},
          {at({t({0}, kInt64)})},
          {at({v({0, 0, 0}, kBool)})},
          {at({true})},
          {at({true, places({0, 2})})},
          {at({tensor(true)})},
          {at({tensor(false), 0})},
          {at({column})},
          {at({places({3})})},
          {at({places({-4})})},
          {at({places({0, 1}), places({0, 1, 2})})},
          {at({v({1, 0}, kBool)})},
          {at({v({0., 1})})},
          {at({v({0, 1}, kInt32)})},
          {at({places({0}), places({0}), places({0}), places({0})})}};
}

static Samples indexed() {
  return {{t({3, 4})}, {t({3, 4, 2})}, {t({3, 4}, kInt64)}, {t({3, 4}, kBool)}, {t({3, 4}, kFloat32)}};
}

OP_FAMILY(indexing) {
  const Samples x =
      indexed() +
      Samples{
          {t({5})}, {t({})}, {t({0, 4})}, rough({t({37, 41})}), rough({m({{kNaN, 1, 1}, {kInf, 1, 1}, {1, 2, 3}})})};
  const Samples several{{t({2, 3, 4, 2}), at({Slice(), places({0, 2}), Slice(), places({1, 0})})},
                        {t({2, 3, 4, 2}), at({places({0, 1}), Slice(), places({1, 3})})},
                        {t({2, 3, 4, 2}), at({Slice(), places({0, 2}), places({1, 3})})},
                        {t({2, 3, 4, 2}), at({Slice(), m({{0, 2}}).to(kInt64), m({{1}, {3}}).to(kInt64)})},
                        {t({2, 3, 4, 2}), at({1, places({0, 2}), None, Slice(1, 3), places({1, 0})})},
                        {t({2, 3, 4, 2}), at({Slice(), t({3, 4}, kBool)})},
                        {t({2, 3, 4, 2}), at({Slice(), t({3, 4}, kBool), places({0})})},
                        {t({2, 3, 4, 2}), at({t({2, 3}, kBool), Slice(0, 1)})},
                        {t({2, 3, 4, 2}), at({places({0, 1}), Ellipsis, places({1, 0})})},
                        {t({2, 3, 4, 2}), at({places({0, 1}), 2, places({1, 0})})},
                        {t({3, 0}), at({places({0, 2})})},
                        {t({3, 0}), at({Slice(), places({0})})},
                        {t({3, 0}), at({Slice(), t({0}, kInt64)})},
                        {t({}), at({tensor(true)})},
                        {t({}), at({tensor(0, kInt64)})},
                        {t({}), at({places({0})})},
                        {t({}), at({true})},
                        {t({4, 4}).t(), at({places({3, 0, 3})})},
                        rough({t({37, 41}), at({t({37, 41}, kBool)})}),
                        rough({t({37, 41}), at({places({36, 0, -1}), places({40, -41, 7})})})};
  return {
      row(
          "index", [](T x, Entries i) { return index(x, i); },
          with(x, {{at({1})},
                   {at({-1})},
                   {at({Slice(0, 2)})},
                   {at({Slice(None, None, 2)})},
                   {at({None})},
                   {at({Ellipsis})},
                   {at({1, 2})},
                   {at({Slice(), 1})},
                   {at({Ellipsis, 0})},
                   {at({None, Slice(1, None), None})},
                   {at({Ellipsis, None, 1})},
                   {at({Ellipsis, Ellipsis})},
                   {at({0, Ellipsis, Ellipsis})},
                   {at({Ellipsis, 0, Ellipsis})},
                   {at({Ellipsis, Ellipsis, 0})},
                   {at({false})},
                   {at({Slice(2, 1)})},
                   {at({Slice(-1)})},
                   {at({7})},
                   {at({Slice(0, 3, 0)})},
                   {at({0, 0, 0, 0})}}))
          .as("getitem"),
      row(
          "index.tensors", [](T x, Entries i) { return x.index(i); },
          with(indexed() + Samples{rough({m({{kNaN, 1, 1, 1}, {kInf, 1, 1, 1}, {1, 2, 3, 4}})})}, advanced()) + several)
          .as("getitem"),
      in_place_row(
          "index_put_.tensor", [](Tensor& x, Entries i, T y) { index_put_(x, i, y); },
          with({{t({3, 4})}, {t({3, 4}, kFloat32)}}, {{at({Slice(), Slice(1, 3)}), t({3, 2}, kFloat64, 2)},
                                                      {at({Slice(), Slice(1, 3)}), t({2})},
                                                      {at({1}), t({})},
                                                      {at({1, Ellipsis}), t({3})},
                                                      {at({Slice(2, 1)}), t({4}, kFloat32)}}) +
              Samples{{t({0, 4}), at({Ellipsis}), t({4})},
                      {t({}), at({Ellipsis}), t({})},
                      {t({3, 4}), at({Slice(0, 2)}), t({1, 1, 4})},
                      {t({3, 4}, kInt64), at({1}), t({4}, kInt32)},
                      {t({3, 4}, kInt64), at({Slice(0, 2)}), t({4})},
                      {t({3, 4}, kBool), at({Slice(), 1}), t({3}, kInt64)},
                      rough({t({37, 41}), at({Slice(None, None, 2)}), t({41})}),
                      rough({t({3}), at({Slice(1)}), v({kNaN, kInf})})})
          .as("setitem_"),
      in_place_row(
          "index_put_.tensors", [](Tensor& x, Entries i, T y) { index_put_(x, i, y); },
          with({{t({3, 4})}, {t({3, 4}, kFloat32)}},
               {{at({places({2, 0})}), t({2, 4}, kFloat64, 2)},
                {at({places({2, 0})}), t({4}, kFloat64, 2)},
                {at({places({2, 0})}), t({}, kFloat64, 2)},
                {at({places({2, 0})}), t({1, 1, 2, 4}, kFloat64, 2)},
                {at({places({2, 0})}), t({3}, kFloat64, 2)},
                {at({Slice(), places({1, 3})}), t({3, 2}, kFloat64, 2)},
                {at({places({2, 0}), places({1, -1})}), t({2}, kFloat64, 2)},
                {at({Slice(0, 2), v({1, 0, 0, 1}, kBool)}), t({2, 2}, kFloat64, 2)},
                {at({v({1, 0, 1}, kBool)}), t({4}, kFloat64, 2)},
                {at({t({3, 4}, kBool)}), t({8}, kFloat64, 2)},
                {at({t({3, 4}, kBool)}), t({}, kFloat64, 2)},
                {at({t({3, 4}, kBool)}), t({5}, kFloat64, 2)},
                {at({1, places({1, 0})}), t({2}, kFloat64, 2)},
                {at({places({3})}), t({}, kFloat64, 2)},
                {at({true}), t({4}, kFloat64, 2)},
                {at({true, 0}), t({4}, kFloat64, 2)}}) +
              Samples{{t({3, 4}), at({t({0}, kInt64)}), t({4})},
                      {t({0, 4}), at({t({0}, kInt64)}), t({4})},
                      {t({}), at({tensor(true)}), t({1})},
                      {t({3, 4}, kInt64), at({places({1})}), t({4}, kInt64)},
                      {t({3, 4}, kInt64), at({places({1})}), t({4}, kInt32)},
                      {t({3, 4}, kBool), at({places({1, 2})}), t({4}, kBool)},
                      rough({t({37, 41}), at({places({36, 0, -1})}), t({41})}),
                      rough({t({3}), at({places({1, 0})}), v({kNaN, kInf})})})
          .as("setitem_"),
      in_place_row(
          "index_put_.scalar", [](Tensor& x, Entries i, double y) { index_put_(x, i, y); },
          with({{t({3, 4})},
                {t({3})},
                {t({3}, kInt64)},
                {t({3}, kBool)},
                {t({3, 4}, kFloat32)},
                {t({0, 2})},
                {t({})},
                rough({t({37, 41})}),
                rough({v({kNaN, kInf})})},
               {{at({1, Ellipsis}), 2.5},
                {at({Slice(0, 2)}), -1.5},
                {at({Ellipsis}), 3.0},
                {at({places({0, 1})}), 2.5},
                {at({v({0, 1, 1}, kBool)}), 2.5}}) +
              with({{t({3}, kUInt8)}}, {{at({1}), 300.0},
                                        {at({Slice(0, 2)}), -0.5},
                                        {at({Slice(0, 0)}), 300.0},
                                        {at({places({0, 1})}), 300.0},
                                        {at({v({0, 1, 1}, kBool)}), kNaN}}))
          .as("setitem_"),
      row(
          "index_put",
          [](T x, TensorList i, T y, bool accumulate) {
            return index_put(x, std::vector<TensorIndex>(i.begin(), i.end()), y, accumulate);
          },
          [](Tensor& x, TensorList i, T y, bool accumulate) {
            index_put_(x, std::vector<TensorIndex>(i.begin(), i.end()), y, accumulate);
          },
          with({{t({3, 4}), list({places({2, 0})}), t({2, 4}, kFloat64, 2)},
                {t({3, 4}), list({places({2, 0}), places({1, 3})}), t({2}, kFloat64, 2)},
                {t({3, 4}), list({v({1, 0, 1}, kBool)}), t({4}, kFloat64, 2)},
                {t({3, 4}), list({t({3, 4}, kBool)}), t({}, kFloat64, 2)},
                {t({3, 4}), list({places({2, 0})}), t({3}, kFloat64, 2)},
                {t({3, 4}), list({places({3})}), t({4}, kFloat64, 2)},
                {t({3, 4}, kInt64), list({places({2, 0})}), t({4}, kInt64, 2)},
                {t({3, 4}, kBool), list({places({2, 0})}), t({4}, kBool, 2)},
                {t({3, 4}, kFloat32), list({places({2, 0})}), t({4}, kFloat32, 2)},
                {t({3, 4}, kFloat32), list({places({2, 0})}), t({4}, kFloat64, 2)},
                {t({0, 4}), list({t({0}, kInt64)}), t({4})},
                rough({t({37, 41}), list({places({36, 0, -1})}), t({41})}),
                rough({t({3}), list({places({1, 0})}), v({kNaN, kInf})})},
               {{false}, {true}}) +
              Samples{{t({3, 4}), list({places({2, 0, 2})}), t({3, 4}, kFloat64, 2), true},
                      {t({3, 4}, kInt32), list({places({2, 2}), places({1, 1})}), t({2}, kInt32, 2), true}}),
  };
}

static Samples any_shape() {
  return {{t({3, 4})},
          {t({3, 4}, kInt64)},
          {t({3, 4}, kBool)},
          {t({3, 4}, kFloat32)},
          {t({2, 3, 2}, kInt8)},
          {t({5}, kUInt8)},
          {t({})},
          {tensor(0., kFloat64)},
          {t({0})},
          {t({0, 3})},
          {t({3, 0})},
          rough({t({37, 41}, kBool)}),
          rough({t({37, 41})}),
          rough({t({37, 41}, kInt16)}),
          rough({v({kNaN, 0, kInf, -0.})})};
}

OP_FAMILY(nonzero) {
  const char* any = "takes every tensor";
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
                      {t({3}), v({0, 1, 1}, kUInt8)},
                      {t({3}), v({0, 1, 2}, kUInt8)},
                      rough({t({37, 41}), t({37, 41}, kBool)}),
                      rough({v({kNaN, kInf, 1}), t({3}, kBool)})};
  return {
      row(
          "nonzero", [](T x) { return nonzero(x); }, any_shape())
          .without(kError, any),
      row(
          "argwhere", [](T x) { return argwhere(x); }, any_shape())
          .without(kError, any),
      row(
          "nonzero_numpy", [](T x) { return nonzero_numpy(x); }, any_shape())
          .without(kError, any),
      row(
          "where.condition", [](T x) { return where(x); }, any_shape())
          .without(kError, any),
      row(
          "masked_select", [](T x, T mask) { return masked_select(x, mask); }, masks),
  };
}

}  // namespace xgrad::op_table
