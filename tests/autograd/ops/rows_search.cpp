#include "samples.hpp"

namespace xgrad::op_table {

using Side = std::optional<std::string>;

static std::optional<std::string_view> view_of(const Side& side) {
  return side ? std::optional<std::string_view>(*side) : std::nullopt;
}

OP_FAMILY(search) {
  const Tensor ends = v({-1.5, -0.5, 0, 0, 1});
  const Tensor rows = m({{-2, -1, 0, 1}, {-1, 0, 0, 2}});
  const Samples searches{{ends, t({2, 3})},
                         {ends, v({0, 0.5, -0.5, kNaN, kInf, -kInf})},
                         {rows, t({2, 5})},
                         {rows.to(kFloat32), t({2, 5}, kFloat32)},
                         {rows.to(kInt64), t({2, 5}, kInt64)},
                         {rows.to(kInt16), t({2, 5}, kInt16)},
                         {ends, t({})},
                         {ends, t({0})},
                         {t({0}), t({3})},
                         {ends, t({3}, kInt64)},
                         {ends, t({3}, kFloat32)},
                         {rows, t({3, 5})},
                         {rows, t({})},
                         {t({}), t({2})},
                         {v({0, 1}, kBool), t({3}, kBool)},
                         {ends, t({31, 37})},
                         {t({1}), t({2})}};
  const Samples buckets{{t({2, 3}), ends},
                        {v({0, 0.5, -0.5, kNaN, kInf, -kInf}), ends},
                        {t({2, 3}, kInt64), ends},
                        {t({2, 3}, kFloat32), ends.to(kFloat32)},
                        {t({}), ends},
                        {t({0}), ends},
                        {t({3}), t({0})},
                        {t({3}), rows},
                        {t({3}, kBool), v({0, 1}, kBool)},
                        {t({31, 37}), ends}};
  const Samples sets{{t({2, 3}, kInt64), v({1, 2, -3}, kInt64)},
                     {t({2, 3}, kInt64), m({{1, 2}, {2, 2}}).to(kInt64)},
                     {v({0, 1.5, kNaN, kInf, 2}), v({1.5, kNaN, kInf})},
                     {t({2, 3}, kInt32), v({1, 2.5})},
                     {t({3}, kFloat32), v({1, 2}, kFloat32)},
                     {t({}), t({})},
                     {t({0}), v({1, 2})},
                     {t({3}, kInt64), t({0}, kInt64)},
                     {t({3}, kBool), t({3}, kBool)},
                     {t({31, 37}, kInt64), t({60}, kInt64)},
                     {t({31, 37}), t({31, 37})}};
  const char* bool_only = "has no order, says PyTorch";
  return {
      row(
          "searchsorted",
          [](T s, T x, bool small, bool right, Side side, T sorter) {
            return searchsorted(s, x, small, right, view_of(side), sorter);
          },
          with(searches, {{}, {true, true}, {false, false, "right"}, {false, true, "left"}, {false, false, "up"}}) +
              Samples{{v({3, 1, 2}), v({2.5, 1}), false, false, none, v({1, 2, 0}, kInt64)},
                      {v({3, 1, 2}), v({2.5, 1}), false, false, none, v({1, 2}, kInt64)},
                      {v({3, 1, 2}), v({2.5, 1}), false, false, none, v({1, 2, 0})}}),
      row(
          "searchsorted.scalar", [](T s, Scalar x, bool small, bool right) { return searchsorted(s, x, small, right); },
          with({{ends},
                {t({3}, kInt64).mul(0) + 1},
                {t({0})},
                {rows},
                {t({})},
                {ends.to(kFloat32)},
                {t({1031}) * 0},
                {v({-kInf, 0, kNaN})}},
               {{0.5}, {-1, true, true}}))
          .without(kBools, bool_only),
      row(
          "bucketize", [](T x, T ends, bool small, bool right) { return x.bucketize(ends, small, right); },
          with(buckets, {{}, {true, true}})),
      row(
          "bucketize.scalar", [](Scalar x, T ends, bool small, bool right) { return bucketize(x, ends, small, right); },
          Samples{{0.5, ends, false, false},
                  {1, t({3}, kInt64).mul(0) + 1, true, true},
                  {0.5, t({0}), false, false},
                  {0.5, rows, false, false},
                  {0.5, t({}), false, false},
                  {0.5, ends.to(kFloat32), true, false},
                  {0, t({1031}) * 0, false, true},
                  {0.5, v({-kInf, 0, kNaN}), false, false}})
          .without(kBools, bool_only),
      row(
          "isin.of_scalar", [](Scalar x, T set, bool unique, bool invert) { return isin(x, set, unique, invert); },
          Samples{{2, t({2, 3}, kInt64), false, false},
                  {0.5, t({}), false, false},
                  {1, t({0}), false, true},
                  {1.5, v({1.5, 2}, kFloat32), true, false},
                  {1, t({3}, kBool), false, false},
                  {1, t({31, 37}), false, true},
                  {1, v({kNaN, kInf, 1}), false, false}}),
      row(
          "isin", [](T x, T set, bool unique, bool invert) { return isin(x, set, unique, invert); },
          with(sets, {{}, {false, true}})),
      row(
          "isin.scalar", [](T x, Scalar y, bool unique, bool invert) { return isin(x, y, unique, invert); },
          with({{t({2, 3}, kInt64)},
                {t({})},
                {t({0})},
                {t({3}, kFloat32)},
                {t({3}, kBool)},
                {t({31, 37})},
                {v({kNaN, kInf, 1})}},
               {{1}, {1.0, false, true}})),
  };
}

}  // namespace xgrad::op_table
