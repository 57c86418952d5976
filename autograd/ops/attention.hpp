/// Attention: averages of values, weighted by how well their keys fit a query.
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <tuple>

namespace xgrad {

/// softmax(scale·q·kᵀ + mask)·v for queries [..., L, E], keys [..., S, E] and values [..., S, F], whose leading
/// dimensions broadcast. `attn_mask` broadcasts to [..., L, S]: floating numbers are added, bools say what is seen.
/// `is_causal`: row i sees columns up to i. Each weight is dropped with probability `dropout_p`, whenever that is not
/// 0. `scale` is 1/√E unless given.
///
/// The weights are never there as a whole, so that memory grows with L + S, in backward too; only a second derivative
/// and the derivative of the mask make them.
Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const Tensor& attn_mask = {}, double dropout_p = 0, bool is_causal = false,
                                    std::optional<double> scale = {});
/// PyTorch 1.13's form: with `need_attn_weights` the weights come second, after dropout; else an undefined tensor.
std::tuple<Tensor, Tensor> _scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                                         const Tensor& attn_mask = {}, double dropout_p = 0,
                                                         bool need_attn_weights = false, bool is_causal = false);

}  // namespace xgrad
