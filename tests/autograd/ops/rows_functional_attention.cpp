#include <xgrad/nn/functional.hpp>

#include "samples.hpp"

namespace xgrad::op_table {

namespace F = nn::functional;
using Int = std::int64_t;

OP_FAMILY(functional_attention) {
  const auto small = [](const D& shape, std::int64_t seed, ScalarType dtype = kFloat64) {
    return t(shape, dtype, seed, {-0.9, 0.9});
  };
  // Of length 2 (keys: 3) and 2 features, which two heads share.
  const auto attention = [&](const D& q, const D& k, ScalarType dtype = kFloat64) {
    const Int e = q.back();
    return Sample{small(q, 1, dtype),          small(k, 2, dtype),      small(k, 3, dtype), 2,
                  small({3 * e, e}, 4, dtype), small({3 * e}, 5, dtype)};
  };
  const auto ways = [&](const Sample& s) {
    const Tensor q = s.in[0].get<Tensor>(), k = s.in[1].get<Tensor>();
    const Int e = q.size(-1), batch = q.size(1);
    const ScalarType d = q.dtype();
    const Tensor out = small({e, e}, 6, d), bias = small({e}, 7, d);
    const Tensor mask = small({q.size(0), k.size(0)}, 8, d), sees = mask > 0.5,
                 padding = small({batch, k.size(0)}, 9) > 0.5;
    const Values plain{none, none, none, none, none, false, out, bias};
    // Biases as matrices, since a transposed gradient of [1, 1, E] would be the same.
    const Values extended{none, none, none, small({2, e / 2}, 10, d), small({2, e / 2}, 11, d), true, out, bias};
    const auto masked = [&](Values v, Value m, Value p, bool weights, bool average) {
      for (const Value& x : {std::move(m), std::move(p), Value(weights), Value(average)}) v.push_back(x);
      return v;
    };
    return with({s}, {masked(plain, none, none, false, true), masked(plain, none, none, true, true),
                      masked(plain, mask, none, true, false), masked(plain, sees, padding, false, true),
                      masked(extended, none, padding, true, true), masked(extended, mask, none, false, true)});
  };
  Samples separate;  // widths of key and value of their own
  separate.push_back({small({2, 1, 2}, 1), small({3, 1, 2}, 2), small({3, 1, 2}, 3), 1, none, small({6}, 5),
                      small({2, 2}, 12), small({2, 2}, 13), small({2, 2}, 14), none, none, false, small({2, 2}, 6),
                      small({2}, 7), none, none, true, true});
  const Sample wrong = attention({2, 1, 3}, {3, 1, 3});
  const Sample whole = attention({2, 1, 2}, {3, 1, 2}, kInt64);
  const Values rest{none, none, none, none, none, false};
  const auto ending = [&](const Sample& s) {
    const Int e = s.in[0].get<Tensor>().size(-1);
    const ScalarType d = s.in[0].get<Tensor>().dtype();
    return s.with(rest).with({small({e, e}, 6, d), small({e}, 7, d), none, none, false, true});
  };
  Sample special = attention({2, 1, 2}, {3, 1, 2});
  special.in[0] = m({{kNaN, 1}, {1, kInf}}).view({2, 1, 2});
  return {
      row(
          "multi_head_attention_forward",
          [](T q, T k, T v, Int heads, T w, T b, T wq, T wk, T wv, T bias_k, T bias_v, bool zero, T out, T out_bias,
             T mask, T padding, bool weights, bool average) {
            const auto bias = [](T of) { return of.defined() ? of.reshape({1, 1, -1}) : of; };
            auto [y, seen] = F::multi_head_attention_forward(
                q, k, v,
                F::MultiheadAttentionForwardFuncOptions(q.size(-1), heads, w, b, bias(bias_k), bias(bias_v), zero, 0,
                                                        out, out_bias)
                    .training(false)
                    .use_separate_proj_weight(wq.defined())
                    .q_proj_weight(wq)
                    .k_proj_weight(wk)
                    .v_proj_weight(wv)
                    .attn_mask(mask)
                    .key_padding_mask(padding)
                    .need_weights(weights)
                    .average_attn_weights(average));
            return seen.defined() ? std::vector<Tensor>{y, seen} : std::vector<Tensor>{y};
          },
          ways(attention({2, 1, 2}, {3, 1, 2})) + ways(attention({2, 2, 4}, {3, 2, 4})) +
              ways(attention({2, 2, 4}, {3, 2, 4}, kFloat32)) + separate +
              Samples{ending(wrong), ending(whole), ending(attention({2, 1, 2}, {3, 1, 2}, kBool)),
                      ending(attention({0, 1, 2}, {3, 1, 2})), rough(ending(attention({19, 7, 8}, {23, 7, 8}))),
                      rough(ending(special))})
          .words(kInner, {"embed_dim must be", "expected scalar type"})
          .in_any_layout()
          .without(kZeroDim, "takes sequences"),
  };
}

}  // namespace xgrad::op_table
