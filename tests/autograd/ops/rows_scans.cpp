#include <xgrad/autograd/ops/scans.hpp>

#include "samples.hpp"

namespace xgrad::op_table {

using Int = std::int64_t;
using Type = std::optional<ScalarType>;

OP_FAMILY(scans) {
  const Samples x = reduce_samples();
  const auto divides = [](const Sample& s) {
    return !isfinite(s.in[0].get<Tensor>()).all().item<bool>() && s.in[1].get<Int>() != 7;
  };
  const Samples long_rows = rough(Samples{{t({2500}, kFloat32)}, {t({2, 2500})}, {t({2500}, kInt32)}});
  const Samples zeros{{m({{2, -1.5, 3}, {0.5, 0, 2}, {0, 1.25, 0}, {0, 0, 0}})}};
  const Samples whole{{t({2, 3}, kInt32)}, {t({3}, kInt64)}, {t({3}, kBool)}, {t({0}, kUInt8)}};
  const Samples wrong{{t({2, 3}), 7}, {t({2, 3}, kInt64), -3}};
  const std::vector<Values> dims{{0}, {-1}};
  const std::vector<Values> typed{{0}, {-1}, {1, kFloat64}, {0, kFloat32}, {7}};
  return {
      row(
          "cumsum", [](T x, Int dim, Type d) { return x.cumsum(dim, d); },
          [](Tensor& x, Int dim, Type d) { x.cumsum_(dim, d); },
          with(x, typed) + with(long_rows, {{0}, {-1}}) + with(whole, {{0, kInt64}, {-1, kInt32}})),
      row(
          "cumprod", [](T x, Int dim, Type d) { return x.cumprod(dim, d); },
          [](Tensor& x, Int dim, Type d) { x.cumprod_(dim, d); },
          differ_where(divides, with(x + zeros, typed), "Products with infinity", Compared::Values) +
              with(whole, {{0, kInt64}, {-1, kInt32}}))
          .tolerance(1e-10, 5e-5, "PyTorch's derivative divides by the elements, here a recurrence multiplies"),
      row(
          "cummax", [](T x, Int dim) { return x.cummax(dim); }, with(x, dims) + wrong),
      row(
          "cummin", [](T x, Int dim) { return x.cummin(dim); }, with(x, dims) + wrong),
      row(
          "logcumsumexp", [](T x, Int dim) { return x.logcumsumexp(dim); },
          differ_where(divides, with(x, dims), "Second derivatives at NaN", Compared::FirstDerivatives) + wrong),
      row(
          "diff", [](T x, Int n, Int dim) { return x.diff(n, dim); },
          with(x, {{1, 0}, {2, -1}, {0, 0}, {9, 0}, {1, 7}}) +
              Samples{differs({t({2, 3}), -1, 0}, "Differences of a negative order")}),
      row(
          "diff.ends", [](T x, Int n, Int dim, T before, T after) { return x.diff(n, dim, before, after); },
          with(x, {{1, 0, none, none}, {1, 7, none, none}}) +
              Samples{{t({2, 3}), 1, 1, t({2, 1}, kFloat64, 2), none},
                      {t({2, 3}), 2, 0, t({2, 3}, kFloat64, 2), t({1, 3}, kFloat64, 3)},
                      {t({2, 3}), 1, 1, none, t({2, 2}, kFloat32, 2)},
                      {t({2, 3}), 1, 1, t({3, 1}), none},
                      {t({2, 3}), 1, 1, t({1}), none}}),
  };
}

}  // namespace xgrad::op_table
