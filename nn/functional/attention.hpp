/// Attention as functions.
#pragma once

#include <xgrad/autograd/ops/attention.hpp>
#include <xgrad/nn/options/attention.hpp>

#include <tuple>

namespace xgrad::nn::functional {

/// softmax(q·kᵀ·scale + mask)·v (autograd/ops/attention.hpp). Options: attn_mask, p = 0, the probability of dropping a
/// weight, is_causal = false, scale = 1/√E.
Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const ScaledDotProductAttentionFuncOptions& options = {});
#define XGRAD_THREE const Tensor &query, const Tensor &key, const Tensor &value
XGRAD_LOOSE_OPTIONS(scaled_dot_product_attention, ScaledDotProductAttentionFuncOptions, XGRAD_THREE, query, key, value)
#undef XGRAD_THREE

/// Attention of several heads: query [L, N, E], key and value [S, N, E] (without N for one sequence) are mapped to
/// heads, attended to and mapped back. Gives the output [L, N, E] and, with need_weights, the weights [N, L, S],
/// averaged over the heads or [N, heads, L, S]; else an undefined tensor, and then they are never made.
/// A true element of key_padding_mask [N, S] or attn_mask [L, S], [N·heads, L, S] is not seen; floating masks are
/// added.
std::tuple<Tensor, Tensor> multi_head_attention_forward(const Tensor& query, const Tensor& key, const Tensor& value,
                                                        const MultiheadAttentionForwardFuncOptions& options);

}  // namespace xgrad::nn::functional
