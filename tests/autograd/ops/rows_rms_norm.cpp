#include <xgrad/autograd/ops/rms_norm.hpp>

#include "samples.hpp"

namespace xgrad::op_table {

OP_FAMILY(rms_norm) {
  const Range positive{0.4, 2};
  const auto weighted = [&](Tensor x, const D& shape) {
    const ScalarType dtype = x.dtype();
    return Sample{std::move(x), shape, t(shape, dtype, 3, positive)};
  };
  return {
      row(
          "rms_norm", [](T x, IntArrayRef shape, T w, std::optional<double> eps) { return rms_norm(x, shape, w, eps); },
          Samples{{t({2, 3}), D{3}},
                  {t({2, 3}, kFloat32), D{3}},
                  weighted(t({2, 3, 4}), {4}),
                  weighted(t({2, 3, 4}), {3, 4}).with({1e-3}),
                  weighted(t({2, 4}, kFloat32), {4}).with({1e-5}),
                  weighted(t({3}), {3}),
                  {t({0, 3}), D{3}},
                  weighted(t({0, 3}), {3}),
                  {t({}), D{1}},
                  {t({2, 3}), D{4}},
                  {t({2, 3}), D{}},
                  {t({2, 3}), D{3}, t({2})},
                  {t({2, 3}), D{3}, t({3}, kFloat32)},
                  {t({2, 3}, kInt64), D{3}},
                  {t({2, 3}, kBool), D{3}},
                  rough(weighted(t({31, 37}), {37})),
                  rough(weighted(t({600, 70}), {70})),
                  rough({m({{kNaN, 1, 2}, {kInf, 1, 0}, {1, 2, 4}}), D{3}})})
          .words(kInner, {"\"LayerNormKernelImpl\" not implemented for 'Long'",
                          "\"LayerNormKernelImpl\" not implemented for 'Bool'"}),
  };
}

}  // namespace xgrad::op_table
