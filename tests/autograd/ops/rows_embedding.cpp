#include <xgrad/autograd/ops/embedding.hpp>

#include "samples.hpp"

namespace xgrad::op_table {

OP_FAMILY(embedding) {
  const Tensor some = m({{0, 4}, {4, 2}}, kInt64);
  const auto scaled = [](Sample s) {  // by frequency: no slope shows that
    return differs(rough(std::move(s)), "Embeddings scaled by frequency", Compared::FirstDerivatives);
  };
  return {
      row(
          "embedding",
          [](T w, T i, std::optional<std::int64_t> padding, bool scale) {
            return embedding(w, i, padding.value_or(-1), scale);
          },
          Samples{{t({5, 3}), some},
                  rough({t({5, 3}), some, 4}),  // the padding row gets no gradient
                  scaled({t({5, 3}), some, -1, true}),
                  scaled({t({5, 3}), some, 2, true}),
                  {t({5, 3}, kFloat32), some.to(kInt32)},
                  {t({5, 3}), v({1}, kInt64).view({})},
                  differs({t({5, 3}), t({0}, kInt64)}, "Derivatives of empty tensors", Compared::FirstDerivatives),
                  {t({5, 3}, kInt64), some},
                  {t({5, 3}, kBool), some},
                  {t({5, 3}), v({5}, kInt64)},
                  {t({5, 3}), v({-1}, kInt64)},
                  {t({5}), some},
                  {t({5, 3, 2}), some},
                  {t({}), some},
                  {t({5, 3}), v({1, 2})},
                  {t({5, 3}), t({2}, kUInt8)},
                  rough({t({31, 37}), some}),
                  rough({m({{kNaN, 1}, {kInf, 2}}), v({0, 1, 0}, kInt64)})})
          .words(kTypes, {"Expected tensor for argument #"}),
  };
}

}  // namespace xgrad::op_table
