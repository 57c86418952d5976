#include "samples.hpp"

namespace xgrad::op_table {

using Type = std::optional<ScalarType>;
using Dim = std::optional<std::int64_t>;

OP_FAMILY(reductions) {
  const Samples x = reduce_samples();
  const std::vector<Values> lists{
      {D{0}}, {D{1}}, {D{-1}, true}, {D{0, 1}}, {D{0, -1}, true}, {D{0}, false, kFloat64}, {D{1}, true, kFloat32},
      {D{}},  {D{7}}, {D{0, 0}}};
  const std::vector<Values> one{{0}, {1}, {-1, true}, {7}};
  const Samples pairs = binary_samples();
  const Samples whole{{t({2, 3}, kInt32)}, {t({}, kInt64)}, {t({0}, kUInt8)}, {t({3}, kBool)}};
  Rows rows;
#define SUM(NAME, WAIVED)                                                                                \
  rows.push_back(row(                                                                                    \
                     #NAME, [](T x) { return NAME(x); }, x)                                              \
                     .without(WAIVED, "takes every dtype"));                                             \
  rows.push_back(row(                                                                                    \
                     #NAME ".dtype", [](T x, Type d) { return x.NAME(d); },                              \
                     with(x, {{kFloat64}, {kFloat32}}) + with(whole, {{kInt64}}))                        \
                     .without(WAIVED, "takes every dtype"));                                             \
  rows.push_back(row(                                                                                    \
      #NAME ".dim", [](T x, IntArrayRef dim, bool keepdim, Type d) { return NAME(x, dim, keepdim, d); }, \
      with(x, lists)))
  SUM(sum, kError);
  SUM(mean, 0);
#define EXTREME(NAME)                                                                                          \
  rows.push_back(row(                                                                                          \
      #NAME, [](T x) { return NAME(x); }, x));                                                                 \
  rows.push_back(row(                                                                                          \
      #NAME ".dim", [](T x, std::int64_t dim, bool keepdim) { return NAME(x, dim, keepdim); }, with(x, one))); \
  rows.push_back(row(                                                                                          \
      #NAME ".other", [](T x, T y) { return x.NAME(y); }, pairs));                                             \
  rows.push_back(row(                                                                                          \
      "a" #NAME, [](T x, IntArrayRef dim, bool keepdim) { return a##NAME(x, dim, keepdim); },                  \
      with(x, {{D{}}, {D{0}}, {D{0, 1}, true}, {D{-1}, true}, {D{7}}})));                                      \
  rows.push_back(row(                                                                                          \
      "arg" #NAME, [](T x, Dim dim, bool keepdim) { return arg##NAME(x, dim, keepdim); },                      \
      with(x, {{none}, {0}, {1, true}, {none, true}, {7}})))
  EXTREME(max);
  EXTREME(min);
#define TRUTH(NAME)                                          \
  rows.push_back(row(                                        \
                     #NAME, [](T x) { return x.NAME(); }, x) \
                     .without(kError, "takes every dtype")); \
  rows.push_back(row(                                        \
      #NAME ".dim", [](T x, std::int64_t dim, bool keepdim) { return NAME(x, dim, keepdim); }, with(x, one)))
  TRUTH(all);
  TRUTH(any);
  rows.push_back(row(
      "sum_to_size", [](T x, IntArrayRef size) { return sum_to_size(x, size); },
      with({{t({2, 3, 4})},
            {t({3, 4})},
            {t({3, 1})},
            {t({2, 4})},
            {t({3})},
            {t({})},
            {t({0, 3, 2})},
            {t({3, 4}, kFloat32)},
            {t({3, 4}, kInt64)},
            {t({3, 4}, kBool)},
            rough({t({11, 3, 41})}),
            rough({m({{kNaN, 1}, {kInf, 2}, {1, 1}})})},
           {{D{3, 1}}}) +
          Samples{{t({}), D{}}, {t({}, kBool), D{}}, {t({2}, kInt64), D{}}}));
  return rows;
}

}  // namespace xgrad::op_table
