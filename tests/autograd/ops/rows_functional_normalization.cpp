#include <xgrad/nn/functional.hpp>

#include "samples.hpp"

namespace xgrad::op_table {

namespace F = nn::functional;
using Int = std::int64_t;

OP_FAMILY(functional_normalization) {
  const auto integers = [](Samples samples) {
    return differ_where([](const Sample& s) { return s.in[0].get<Tensor>().dtype() == kInt64; }, std::move(samples),
                        "Averages of integers");
  };
  Tensor special = t({1, 3, 2});
  special.view({-1})[0] = kNaN;
  special.view({-1})[3] = kInf;
  return {
      row(
          "local_response_norm",
          [](T x, Int size, double alpha, double beta, double k) {
            return F::local_response_norm(x, F::LocalResponseNormFuncOptions(size).alpha(alpha).beta(beta).k(k));
          },
          integers(with({{t({1, 4, 3})},
                         {t({2, 3, 2, 2})},
                         {t({1, 3, 2, 1, 2})},
                         {t({2, 4, 3}, kFloat32)},
                         {t({0, 4, 3})},
                         {t({})},
                         {t({3, 4})},
                         {t({1, 4, 3}, kInt64)},
                         {t({1, 4, 3}, kBool)},
                         rough({t({5, 7, 6, 9})}),
                         rough({special})},
                        {{3, 1e-4, 0.75, 1.0}, {2, 0.5, 0.6, 2.0}, {5, 1.0, 1.5, 0.5}})))
          .words(kInner, {"Expected 3D or higher dimensionality   "}),
      row(
          "normalize",
          [](T x, double p, Int dim, double eps) {
            return F::normalize(x, F::NormalizeFuncOptions().p(p).dim(dim).eps(eps));
          },
          with({{t({2, 3})},
                {t({2, 3, 2})},
                {t({3, 3})},
                {t({3, 2}, kFloat32)},
                {t({0, 3})},
                {t({3, 0})},
                rough({t({})}),  // one number, whatever its length
                {t({4})},
                {t({2, 3}, kInt64)},
                {t({2, 3}, kBool)},
                rough({m({{0, 0, 0}, {1, 0, -1}})}),
                rough({m({{kNaN, 1, 2}, {kInf, 1, 0}})}),
                rough({t({31, 37})})},
               {{2.0, 1, 1e-12}, {1.0, -1, 1e-12}, {3.0, 0, 1e-12}, {kInf, 0, 1e-12}, {2.0, 0, 1.7}})),
  };
}

}  // namespace xgrad::op_table
