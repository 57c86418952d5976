#include "samples.hpp"

namespace xgrad::op_table {

using Int = std::int64_t;
using Dim = std::optional<Int>;

namespace {

/// Rows of distinct elements, and integers and bools with ties.
Samples to_sort() {
  return {{t({2, 3})},
          {t({3, 4}, kFloat32)},
          {t({2, 4, 3}, Range{}, 2)},
          {t({2, 4, 3}, kFloat32).permute({2, 0, 1})},
          {t({3, 4}).slice(1, 0, 4, 2)},
          {t({0, 3})},
          {t({3, 0})},
          {t({})},
          {t({2, 5}, kInt64)},
          {t({2, 5}, kInt8)},
          {t({6}, kUInt8)},
          {t({6}, kInt32)},
          {t({6}, kInt16)},
          {t({2, 5}, kBool)},
          rough({m({{1, kNaN, 3, 0.0}, {kInf, -kInf, 2, -0.0}})}),
          rough({m({{1, kNaN, 3, 0.0}, {kInf, -kInf, 2, -0.0}}, kFloat32)}),
          rough({m({{2, 2, 1}, {0, 1, 1}})}),
          rough({t({37, 41})}),
          rough({t({3, 1500}, kFloat32)}),
          rough({t({5000})})};
}

/// Long rows with ties, whose order only a stable sort keeps.
Samples with_ties() {
  return {{t({3000}, kInt32, 1, {-300, 300})},
          {t({3000}, kInt64, 1, {-300, 300})},
          {t({3000}, kInt16, 1, {-300, 300})},
          {t({3000}, kUInt8, 1, {0, 100})}};
}

/// Those in which no two elements of a row are equal, so that there is no choice.
Samples without_ties() {
  Samples out{{t({2, 3})},
              {t({3, 4}, kFloat32)},
              {t({2, 4, 3}, Range{}, 2)},
              {t({0, 3})},
              {t({})},
              {v({3, 1, 5, 2, 4}, kInt64)},
              {v({3, 1, 5, 2, 4}, kInt8)},
              {v({1}, kBool)},
              rough({m({{1, kNaN, 3, 0.5}, {kInf, -kInf, 2, -0.5}})}),
              rough({m({{1, kNaN, 3, 0.5}, {kInf, -kInf, 2, -0.5}}, kFloat32)}),
              rough({t({37, 41})}),
              rough({t({3, 1500}, kFloat32)})};
  return out;
}

}  // namespace

/// PyTorch's derivative of the median of nothing is a NaN times no element.
static Samples nothing_apart(Samples samples) {
  const auto empty = [](const Sample& s) { return s.in[0].get<Tensor>().numel() == 0; };
  return differ_where(empty, std::move(samples), "Derivatives of empty tensors", Compared::FirstDerivatives);
}

OP_FAMILY(sorting) {
  Rows rows;
  const auto add = [&](Row&& r) { rows.push_back(std::move(r)); };
  const Samples x = to_sort(), distinct = without_ties();
  add(row(
      "sort", [](T x, Int dim, bool down) { return x.sort(dim, down); },
      with(x, {{-1, false}, {0, true}, {7, false}})));
  add(row(
      "sort.stable", [](T x, std::optional<bool> stable, Int dim, bool down) { return x.sort(stable, dim, down); },
      with(x + with_ties(), {{true, -1, true}}) + with(x, {{false, 0, false}, {true, 7, false}})));
  add(row(
      "argsort", [](T x, Int dim, bool down) { return x.argsort(dim, down); }, with(x, {{-1, true}, {7, false}})));
  add(row(
      "argsort.stable", [](T x, bool stable, Int dim, bool down) { return argsort(x, stable, dim, down); },
      with(x + with_ties(), {{true, 0, false}, {true, 7, false}})));
  add(row(
          "msort", [](T x) { return x.msort(); }, x)
          .without(kError, "takes every tensor"));
  add(row(
      "topk", [](T x, Int k, Int dim, bool largest, bool sorted) { return x.topk(k, dim, largest, sorted); },
      with(distinct, {{1, -1, true, true}, {2, 0, true, true}, {3, -1, false, true}, {2, 7, true, true}}) +
          Samples{rough({t({5000}, kFloat32), 7, 0, true, true}),
                  rough({t({5000}), 2000, 0, false, true}),
                  {t({4}), 0, 0, true, true},
                  {t({}), 0, 0, true, true},
                  {t({4}), -1, 0, true, true}}));
  add(row(
      "kthvalue", [](T x, Int k, Int dim, bool keepdim) { return x.kthvalue(k, dim, keepdim); },
      with(distinct, {{1, -1}, {2, 0, true}, {9, -1}, {0, 0}, {1, 7}})));
#define MEDIAN(NAME)                                                                                                \
  add(row(                                                                                                          \
      #NAME, [](T x) { return x.NAME(); }, nothing_apart(distinct) + Samples{rough({m({{2, 2, 1}, {0, 1, 1}})})})); \
  add(row(                                                                                                          \
      #NAME ".dim", [](T x, Int dim, bool keepdim) { return x.NAME(dim, keepdim); },                                \
      with(distinct + Samples{rough({m({{kNaN, kNaN}, {kNaN, 1}})})}, {{-1}, {0, true}, {7}})))
  MEDIAN(median);
  MEDIAN(nanmedian);
#undef MEDIAN
  const Samples repeated{{v({3, 1, 3, 2, 1, 3}, kInt64)},
                         {v({2, 1, 2, 1, 0}, kInt32)},
                         {m({{1, 1, 0}, {0, 1, 0}}, kBool)},
                         rough({m({{2, 2, 1}, {0, 1, 1}})}),
                         {t({2, 3})},
                         {t({0, 3})},
                         {t({})},
                         {t({3, 4}, kFloat32)},
                         rough({t({37, 41})})};
  add(row(
          "mode", [](T x, Int dim, bool keepdim) { return x.mode(dim, keepdim); },
          with(repeated, {{-1}, {0, true}, {7}}))
          .without(kSpecial, "a NaN equals nothing, so PyTorch's sort leaves it anywhere"));
  const Samples floats{{t({2, 3})},
                       {t({3, 4}, kFloat32)},
                       {t({2, 4, 3}, Range{}, 2)},
                       {t({0, 3})},
                       {t({})},
                       {t({3}, kInt64)},
                       {t({3}, kBool)},
                       rough({m({{1, kNaN, 3, 0.5}, {2.5, -1, 2, -0.5}})}),
                       rough({t({37, 41})})};
  const auto with_q = [&](const std::vector<Values>& more) {
    Samples out;
    for (const Sample& s : floats) {
      for (const Values& m : more) {
        Sample one = s;
        const ScalarType d = s.in[0].get<Tensor>().dtype() == kFloat32 ? kFloat32 : kFloat64;
        one.in.push_back(v({0.12, 0.57, 0.93}, d));
        one.in.insert(one.in.end(), m.begin(), m.end());
        out.push_back(one);
      }
    }
    out.push_back(rough({t({4}), v({0, 1}), 0, false, "linear"}));
    out.push_back({t({4}), v({0.5, 1.5}), 0, false, "linear"});
    out.push_back({t({4}), t({2, 2}, Range{0, 1}), 0, false, "linear"});
    out.push_back({t({4}), v({0.5}, kFloat32), 0, false, "linear"});
    out.push_back({t({2, 4}), t({}, Range{0.3, 0.9}), 1, false, "linear"});
    return out;
  };
#define QUANTILE(NAME)                                                                                             \
  add(row(                                                                                                         \
      #NAME, [](T x, T q, Dim dim, bool keepdim, const std::string& how) { return x.NAME(q, dim, keepdim, how); }, \
      with_q({{none, false, "linear"}, {0, true, "midpoint"}, {-1, false, "lower"}, {0, false, "linear"}})));      \
  add(row(                                                                                                         \
      #NAME ".scalar",                                                                                             \
      [](T x, double q, Dim dim, bool keepdim, const std::string& how) { return x.NAME(q, dim, keepdim, how); },   \
      with(floats, {{0.4, 0, false, "linear"},                                                                     \
                    {0.4, none, true, "higher"},                                                                   \
                    {0.7, -1, true, "nearest"},                                                                    \
                    {1.5, 0, false, "linear"},                                                                     \
                    {0.5, 0, false, "cubic"}})))
  QUANTILE(quantile);
  QUANTILE(nanquantile);
#undef QUANTILE
  const Samples uniques = repeated + Samples{{t({12}, kUInt8)}, {t({2, 5}, kInt8)}, {t({1500}, kInt64, 1, {-9, 9})}};
  add(row(
          "_unique2", [](T x, bool sorted, bool inverse, bool counts) { return _unique2(x, sorted, inverse, counts); },
          with(uniques, {{true, true, true}, {true, false, true}}))
          .without(kError | kSpecial, "takes every tensor; PyTorch leaves NaN anywhere")
          .constants({0}));
  add(row(
          "unique.flags", [](T x, bool sorted, bool inverse, bool counts) { return x.unique(sorted, inverse, counts); },
          with(uniques, {{true, true, false}}))
          .as("_unique2")
          .without(kError | kSpecial, "takes every tensor; PyTorch leaves NaN anywhere")
          .constants({0}));
  const Samples matrices{{m({{1, 2}, {0, 1}, {1, 2}}, kInt64)},
                         {m({{1, 1, 0, 1}, {0, 0, 0, 1}}, kBool)},
                         {m({{2, 1, 2}, {2, 1, 2}, {0, 3, 3}})},
                         {m({{2, 1, 2}, {2, 1, 2}, {0, 3, 3}}, kFloat32)},
                         {t({0, 3})},
                         {t({3, 0})},
                         {t({0, 0})},
                         rough({t({41, 37})}),
                         {t({3})}};
  add(row(
          "unique_dim",
          [](T x, Int dim, bool sorted, bool inverse, bool counts) {
            return unique_dim(x, dim, sorted, inverse, counts);
          },
          with(matrices, {{0, true, true, true}, {-1, true, false, true}, {7, true}}))
          .without(kZeroDim | kSpecial, "needs a dimension; NaN equals nothing")
          .constants({0}));
  add(row(
          "unique_consecutive",
          [](T x, bool inverse, bool counts, Dim dim) { return x.unique_consecutive(inverse, counts, dim); },
          with(uniques, {{true, true}, {false, true}}) +
              with(matrices, {{true, true, 0}, {false, true, 1}, {true, true, 7}}))
          .without(kSpecial, "a NaN equals nothing")
          .constants({0}));
  add(row("bincount", [](T x) { return bincount(x); },
          {{v({1, 0, 3, 1}, kInt64)},
           {v({2, 0, 1}, kUInt8)},
           {t({0}, kInt64)},
           {t({3})},
           {t({3}, kBool)},
           {t({}, kInt64)},
           {t({2, 2}, kUInt8)},
           {t({1500}, kInt64, 1, {0, 9})}})
          .without(kSpecial | kSingle, "counts integers"));
  add(row("bincount.weights", [](T x, T weights, Int minlength) { return bincount(x, weights, minlength); },
          {{v({1, 0, 3, 1}, kInt64), none, 0},
           {v({1, 0, 3, 1}, kUInt8), none, 6},
           {v({1, 0, 3, 1}, kInt32), t({4}), 0},
           {v({1, 0, 3, 1}, kInt64), t({4}, kFloat32), 2},
           {v({1, 0, 3, 1}, kInt64), t({4}, kInt64), 2},
           {v({1, 0, 3, 1}, kInt64), t({3}), 0},
           {v({1, -1}, kInt64), none, 0},
           {v({1, 2}, kInt64), none, -1},
           {t({0}, kInt64), none, 3},
           {t({3}), none, 0},
           {t({3}, kBool), none, 0},
           {t({}, kInt64), none, 0},
           {t({2, 2}, kUInt8), none, 0},
           {v({0, 1}, kInt64), rough({v({kNaN, kInf})}).in[0], 0},
           {t({1500}, kInt64, 1, {0, 9}), none, 0}})
          .without(kBroadcast, "weights have the shape of the numbers")
          .constants({1}));
  add(row(
          "histc", [](T x, Int bins, Scalar low, Scalar high) { return x.histc(bins, low, high); },
          with({{t({2, 3})},
                {t({3, 4}, kFloat32)},
                {t({0})},
                {t({})},
                {t({3}, kInt64)},
                {t({3}, kBool)},
                rough({t({37, 41})})},
               {{4, 0, 0}, {5, -1, 1}, {3, 2, 1}, {0, 0, 0}}) +
              Samples{rough({v({1, kInf}), 4, 0, 0}),
                      {t({3}, kFloat32), 4, -1e39, 1},
                      {t({3}, kFloat32), 4, 0, 1e39},
                      {t({3}, kUInt8), 4, 0, 300},
                      {t({3}, kUInt8), 4, -1, 3}})
          .without(kSpecial, "PyTorch counts a NaN in the first part"));
  return rows;
}

}  // namespace xgrad::op_table
