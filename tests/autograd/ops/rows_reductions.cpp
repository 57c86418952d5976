#include "op_table.hpp"

namespace xgrad::op_table {

using T = const Tensor&;

std::vector<Row> reduction_rows() {
  std::vector<Row> rows;
#define SUM(NAME)                                                                                        \
  rows.push_back(row(#NAME, [](T x) { return NAME(x); }));                                               \
  rows.push_back(row(#NAME ".0", [](T x) { return NAME(x, 0); }));                                       \
  rows.push_back(row(#NAME ".-1.keepdim", [](T x) { return x.NAME(-1, kw::keepdim = true); }));          \
  rows.push_back(row(#NAME ".0,1", [](T x) { return x.NAME({0, 1}); }));                                 \
  rows.push_back(row(#NAME ".0,-1.keepdim", [](T x) { return NAME(x, {0, -1}, true); }));                \
  rows.push_back(row(#NAME ".dtype", [](T x) { return NAME(x, kFloat64); }));                            \
  rows.push_back(row(#NAME ".1.dtype", [](T x) { return NAME(x, kw::dim = 1, kw::dtype = kFloat32); })); \
  rows.push_back(row(#NAME ".7", [](T x) { return NAME(x, 7); }))
  SUM(sum);
  SUM(mean);
#define EXTREME(NAME)                                                                           \
  rows.push_back(row(#NAME, [](T x) { return NAME(x); }));                                      \
  rows.push_back(row(#NAME ".0", [](T x) { return NAME(x, 0); }));                              \
  rows.push_back(row(#NAME ".1", [](T x) { return x.NAME(1); }));                               \
  rows.push_back(row(#NAME ".-1.keepdim", [](T x) { return x.NAME(-1, kw::keepdim = true); })); \
  rows.push_back(row(#NAME ".other", [](T x, T y) { return x.NAME(y); }));                      \
  rows.push_back(row("a" #NAME, [](T x) { return a##NAME(x); }));                               \
  rows.push_back(row("a" #NAME ".0", [](T x) { return a##NAME(x, 0); }));                       \
  rows.push_back(row("a" #NAME ".0,1.keepdim", [](T x) { return x.a##NAME({0, 1}, true); }));   \
  rows.push_back(row("arg" #NAME, [](T x) { return arg##NAME(x); }));                           \
  rows.push_back(row("arg" #NAME ".0", [](T x) { return arg##NAME(x, 0); }));                   \
  rows.push_back(row("arg" #NAME ".1.keepdim", [](T x) { return x.arg##NAME(1, true); }));      \
  rows.push_back(row("arg" #NAME ".keepdim", [](T x) { return arg##NAME(x, std::nullopt, true); }))
  EXTREME(max);
  EXTREME(min);
#define TRUTH(NAME)                                               \
  rows.push_back(row(#NAME, [](T x) { return NAME(x); }));        \
  rows.push_back(row(#NAME ".1", [](T x) { return x.NAME(1); })); \
  rows.push_back(row(#NAME ".0.keepdim", [](T x) { return NAME(x, 0, true); }))
  TRUTH(all);
  TRUTH(any);
  rows.push_back(row("sum.0,0", [](T x) { return sum(x, {0, 0}); }));
  rows.push_back(row("sum_to_size", [](T x) { return sum_to_size(x, {3, 1}); }));
  return rows;
}

}  // namespace xgrad::op_table
