#include <xgrad/autograd/ops/statistics.hpp>

#include "samples.hpp"

namespace xgrad::op_table {

using Int = std::int64_t;
using Type = std::optional<ScalarType>;
using Dim = std::optional<Int>;

namespace {

/// Floating tensors to reduce, and one of each other kind, which most of these refuse.
Samples floats() {
  return {{t({3, 4})},
          {t({3, 4, 3}, Range{}, 2)},
          {t({3, 4}, kFloat32)},
          {t({0, 3})},
          rough({t({})}),  // a deviation of nothing, a norm that is |x|
          rough({t({2, 1})}),
          {t({2, 3}, kInt64)},
          {t({3}, kBool)},
          rough({m({{1, kNaN, 3}, {0.5, -1, 2}})}),
          rough({m({{1, kNaN, 3}, {kInf, -kInf, 2}}, kFloat32)}),
          rough({t({37, 41})}),
          rough({t({2, 3, 17}, kFloat32)})};
}

/// Rows with no zero, one, two and all of them.
Samples zeros_among() { return {{m({{2, -1.5, 3}, {0.5, 0, 2}, {0, 1.25, 0}, {0, 0, 0}})}, {v({2, 0, 3})}}; }

}  // namespace

/// Those that are not empty.
static Samples has_elements(Samples samples) {
  std::erase_if(samples, [](const Sample& s) { return s.in[0].get<Tensor>().numel() == 0; });
  return samples;
}

/// Of nothing, the biased forms have no derivative in PyTorch.
static Samples biased(Samples samples, Compared agrees) {
  const auto holds = [](const Sample& s) {
    const bool by_all = s.in[1].is<bool>() ? !s.in[1].get<bool>() : s.in[1].is<std::monostate>();
    return by_all && s.in[0].get<Tensor>().numel() == 0;
  };
  return differ_where(holds, std::move(samples), "Derivatives of empty tensors", agrees);
}

OP_FAMILY(statistics) {
  const Samples x = reduce_samples();
  const Samples product = x + zeros_among();
  const std::vector<Values> lists{{D{0}}, {D{1}}, {D{-1}, true}, {D{0, 1}}, {D{0, -1}, true}, {D{7}}, {D{0, 0}}};
  Rows rows;
  const auto add = [&](Row&& r) { rows.push_back(std::move(r)); };
  add(row(
          "prod", [](T x) { return x.prod(); },
          product + Samples{differs({v({0, 0, 3})}, "Products with two zeros", Compared::FirstDerivatives)})
          .without(kError, "takes every dtype"));
  add(row(
          "prod.dtype", [](T x, Type d) { return prod(x, d); },
          with(x, {{kFloat64}, {kFloat32}}) + Samples{{t({2, 3}, kInt32), kInt64}, {t({3}, kBool), kUInt8}})
          .without(kError, "takes every dtype"));
  add(row(
      "prod.dim", [](T x, Int dim, bool keepdim, Type d) { return x.prod(dim, keepdim, d); },
      with(product, {{0}, {1}, {-1, true}, {0, false, kFloat64}, {7}})));
  add(row(
      "nansum", [](T x, IntArrayRef dim, bool keepdim, Type d) { return x.nansum(dim, keepdim, d); },
      with(x, {{D{0}}, {D{-1}, true}, {D{}}, {D{1}, false, kFloat64}, {D{7}}}) +
          Samples{{t({3}), D{0}, false, kInt64}}));
  add(row(
      "nanmean", [](T x, IntArrayRef dim, bool keepdim, Type d) { return x.nanmean(dim, keepdim, d); },
      with(floats(), {{D{0}}, {D{-1}, true}, {D{}}, {D{0, 1}, false, kFloat64}, {D{7}}})));
#define VARIANCE(NAME)                                                                                                 \
  add(row(                                                                                                             \
      #NAME, [](T x, bool unbiased) { return x.NAME(unbiased); },                                                      \
      biased(with(floats(), {{true}, {false}}), Compared::Values)));                                                   \
  add(row(                                                                                                             \
      #NAME ".dim", [](T x, IntArrayRef dim, bool unbiased, bool keepdim) { return NAME(x, dim, unbiased, keepdim); }, \
      with(floats(), {{D{0}, true}, {D{-1}, false, true}, {D{0, 1}, true}, {D{7}, true}}) +                            \
          Samples{differs({t({2, 3}), D{}, false, true}, "Empty lists of dimensions", Compared::Values)}));            \
  add(row(                                                                                                             \
      #NAME ".correction",                                                                                             \
      [](T x, std::optional<IntArrayRef> dim, Dim c, bool keepdim) {                                                   \
        return NAME(x, dim.value_or(IntArrayRef()), c, keepdim);                                                       \
      },                                                                                                               \
      biased(with(floats(), {{D{1}, 0}, {D{1}, 2, true}, {none, 0}, {D{0}, none}, {D{7}, 1}}), Compared::Values)))
  VARIANCE(var);
  VARIANCE(std);
#undef VARIANCE
#define VARIANCE_AND_MEAN(NAME, PLAIN)                                                                                 \
  add(row(                                                                                                             \
      #NAME, [](T x, bool unbiased) { return NAME(x, unbiased); }, PLAIN(with(floats(), {{true}, {false}}))));         \
  add(row(                                                                                                             \
      #NAME ".dim", [](T x, IntArrayRef dim, bool unbiased, bool keepdim) { return NAME(x, dim, unbiased, keepdim); }, \
      with(floats(), {{D{0}, true}, {D{-1}, false, true}, {D{7}, true}})));                                            \
  add(row(                                                                                                             \
      #NAME ".correction",                                                                                             \
      [](T x, std::optional<IntArrayRef> dim, Dim c, bool keepdim) {                                                   \
        return NAME(x, dim.value_or(IntArrayRef()), c, keepdim);                                                       \
      },                                                                                                               \
      with(floats(), {{D{1}, 0}, {D{1}, 2, true}, {none, none}, {D{7}, 1}})))
  VARIANCE_AND_MEAN(var_mean, );
  VARIANCE_AND_MEAN(std_mean, [](Samples s) { return biased(std::move(s), Compared::FirstDerivatives); });
#undef VARIANCE_AND_MEAN
  add(row(
      "aminmax", [](T x, Dim dim, bool keepdim) { return x.aminmax(dim, keepdim); },
      with(floats_differ(has_elements(x), "Derivatives that PyTorch lacks", true, Compared::Values),
           {{none}, {0}, {-1}}) +
          Samples{{t({0, 3}), none}, {t({0, 3}), 0}, {t({2, 3}, kInt64), 1, true}, {t({3}), 7}}));
  const std::vector<Values> powers{{2}, {1}, {0}, {3}, {2.5}, {1.5}, {0.5}, {kInf}, {-kInf}, {-1.5}};
  const Samples at_zero{rough({m({{0, 0}, {0, 2}})})};
  add(row(
      "norm", [](T x, Scalar p) { return x.norm(p); }, with(floats() + at_zero, powers)));
  add(row(
      "norm.dim", [](T x, std::optional<Scalar> p, IntArrayRef dim, bool keepdim) { return x.norm(p, dim, keepdim); },
      with(floats() + at_zero,
           {{2, D{0}}, {1, D{-1}, true}, {kInf, D{0}}, {3, D{0, 1}}, {none, D{}}, {0, D{0}}, {2, D{7}}})));
  add(row(
      "norm.dtype", [](T x, std::optional<Scalar> p, ScalarType d) { return x.norm(p, d); },
      with(floats(), {{2, kFloat64}, {3, kFloat64}}) + Samples{{t({2, 3}), none, kFloat32}, {t({2, 3}), 2, kInt64}}));
  add(row(
      "norm.dim_dtype",
      [](T x, std::optional<Scalar> p, IntArrayRef dim, bool keepdim, ScalarType d) {
        return norm(x, p, dim, keepdim, d);
      },
      with(floats(), {{2, D{0}, true, kFloat64}, {1, D{-1}, false, kFloat64}}) +
          Samples{{t({2, 3}), 2, D{7}, false, kFloat64}, {t({2, 3}), 1, D{0}, false, kFloat32}}));
  const Samples all = floats() + at_zero;
  const Samples matrices{{t({2, 3})}, {t({3, 4, 3})}, {t({2, 3}, kFloat32)}, {t({3})}, {t({})}};
  add(row(
      "frobenius_norm", [](T x) { return frobenius_norm(x); }, all));
  add(row(
      "frobenius_norm.dim", [](T x, IntArrayRef dim, bool keepdim) { return frobenius_norm(x, dim, keepdim); },
      with(all, {{D{0}}, {D{-1}, true}, {D{}}, {D{7}}, {D{0, 1, 2}}}) +
          with(matrices, {{D{0, 1}}, {D{1, 0}, true}, {D{0, 0}}, {D{7, 0}}}) +
          Samples{differs({t({0, 3}), D{0, 1}}, "Derivatives of empty tensors", Compared::FirstDerivatives)}));
  add(row(
      "nuclear_norm", [](T x, bool keepdim) { return nuclear_norm(x, keepdim); }, with(floats(), {{false}, {true}})));
  add(row(
      "nuclear_norm.dim", [](T x, IntArrayRef dim, bool keepdim) { return nuclear_norm(x, dim, keepdim); },
      with(floats(), {{D{0, 1}}, {D{-1, 0}, true}, {D{0}}, {D{7, 0}}})));
  add(row(
      "dist", [](T x, T y, Scalar p) { return x.dist(y, p); },
      with({{t({2, 3}), t({2, 3}, kFloat64, 2)},
            {t({2, 3}), t({3}, kFloat64, 2)},
            {t({2, 3}), t({2}, kFloat64, 2)},
            {t({3}, kFloat32), t({3}, kFloat32, 2)},
            {t({3}, kFloat32), t({3}, kFloat64, 2)},
            {t({3}), t({3}, kInt64)},
            {t({3}, kInt64), t({3}, kInt64, 2)},
            {t({3}, kBool), t({3}, kBool, 2)},
            {t({0}), t({0})},
            rough({t({}), t({}, kFloat64, 2)}),
            rough({t({33, 31}), t({31}, kFloat64, 2)}),
            rough({v({kNaN, 1}), v({kInf, 2})})},
           {{2}, {1}, {3.5}})));
  add(row(
      "logsumexp", [](T x, IntArrayRef dim, bool keepdim) { return x.logsumexp(dim, keepdim); },
      with(floats(), lists)));
  add(row(
          "count_nonzero", [](T x) { return x.count_nonzero(); }, x)
          .without(kError, "takes every tensor"));
  add(row(
      "count_nonzero.along", [](T x, Int dim) { return x.count_nonzero(dim); }, with(x, {{0}, {7}})));
  add(row(
      "count_nonzero.dim", [](T x, IntArrayRef dim) { return x.count_nonzero(dim); },
      with(x, {{D{0}}, {D{0, 1}}, {D{}}, {D{7}}})));
  return rows;
}

}  // namespace xgrad::op_table
