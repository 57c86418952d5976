/// Options of attention.
#pragma once

#include <xgrad/nn/options/rnn.hpp>

#include <utility>

namespace xgrad::kwargs {
XGRAD_KEYWORD(add_bias_kv);
XGRAD_KEYWORD(add_zero_attn);
XGRAD_KEYWORD(attn_mask);
XGRAD_KEYWORD(average_attn_weights);
XGRAD_KEYWORD(embed_dim);
XGRAD_KEYWORD(is_causal);
XGRAD_KEYWORD(kdim);
XGRAD_KEYWORD(key_padding_mask);
XGRAD_KEYWORD(need_weights);
XGRAD_KEYWORD(num_heads);
XGRAD_KEYWORD(scale);
XGRAD_KEYWORD(vdim);
}  // namespace xgrad::kwargs

namespace xgrad::nn {

class MultiheadAttentionOptions {
 public:
  using Positional =
      kwargs::Order<kwargs::key::embed_dim, kwargs::key::num_heads, kwargs::key::dropout, kwargs::key::bias,
                    kwargs::key::add_bias_kv, kwargs::key::add_zero_attn, kwargs::key::kdim, kwargs::key::vdim,
                    kwargs::key::batch_first, kwargs::key::device, kwargs::key::dtype>;
  MultiheadAttentionOptions() = default;
  MultiheadAttentionOptions(std::int64_t embed_dim, std::int64_t num_heads)
      : embed_dim_(embed_dim), num_heads_(num_heads) {}
  MultiheadAttentionOptions& device(Device) { return *this; }
  XGRAD_OPTION(std::int64_t, embed_dim, 0);
  XGRAD_OPTION(std::int64_t, num_heads, 0);
  XGRAD_OPTION(double, dropout, 0.0);
  XGRAD_OPTION(bool, bias, true);
  XGRAD_OPTION(bool, add_bias_kv, false);
  XGRAD_OPTION(bool, add_zero_attn, false);
  XGRAD_OPTION(std::optional<std::int64_t>, kdim, {});  // embed_dim, unless given
  XGRAD_OPTION(std::optional<std::int64_t>, vdim, {});
  XGRAD_OPTION(bool, batch_first, false);
  XGRAD_OPTION(std::optional<ScalarType>, dtype, {});
};

namespace functional {

/// What multi_head_attention_forward takes beside query, key and value: PyTorch's order.
struct MultiheadAttentionForwardFuncOptions {
  MultiheadAttentionForwardFuncOptions(std::int64_t embed_dim_to_check, std::int64_t num_heads, Tensor in_proj_weight,
                                       Tensor in_proj_bias, Tensor bias_k, Tensor bias_v, bool add_zero_attn,
                                       double dropout_p, Tensor out_proj_weight, Tensor out_proj_bias)
      : embed_dim_to_check_(embed_dim_to_check),
        num_heads_(num_heads),
        in_proj_weight_(std::move(in_proj_weight)),
        in_proj_bias_(std::move(in_proj_bias)),
        bias_k_(std::move(bias_k)),
        bias_v_(std::move(bias_v)),
        add_zero_attn_(add_zero_attn),
        dropout_p_(dropout_p),
        out_proj_weight_(std::move(out_proj_weight)),
        out_proj_bias_(std::move(out_proj_bias)) {}
  XGRAD_OPTION(std::int64_t, embed_dim_to_check, 0);
  XGRAD_OPTION(std::int64_t, num_heads, 0);
  XGRAD_OPTION(Tensor, in_proj_weight, {});
  XGRAD_OPTION(Tensor, in_proj_bias, {});
  XGRAD_OPTION(Tensor, bias_k, {});
  XGRAD_OPTION(Tensor, bias_v, {});
  XGRAD_OPTION(bool, add_zero_attn, false);
  XGRAD_OPTION(double, dropout_p, 0.0);
  XGRAD_OPTION(Tensor, out_proj_weight, {});
  XGRAD_OPTION(Tensor, out_proj_bias, {});
  XGRAD_OPTION(bool, training, true);
  XGRAD_OPTION(Tensor, key_padding_mask, {});
  XGRAD_OPTION(bool, need_weights, true);
  XGRAD_OPTION(Tensor, attn_mask, {});
  XGRAD_OPTION(bool, use_separate_proj_weight, false);
  XGRAD_OPTION(Tensor, q_proj_weight, {});
  XGRAD_OPTION(Tensor, k_proj_weight, {});
  XGRAD_OPTION(Tensor, v_proj_weight, {});
  XGRAD_OPTION(Tensor, static_k, {});
  XGRAD_OPTION(Tensor, static_v, {});
  XGRAD_OPTION(bool, average_attn_weights, true);
};

class ScaledDotProductAttentionFuncOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::attn_mask, kwargs::key::p, kwargs::key::is_causal, kwargs::key::scale>;
  XGRAD_OPTION(Tensor, attn_mask, {});
  XGRAD_OPTION(double, p, 0.0);
  XGRAD_OPTION(bool, is_causal, false);
  XGRAD_OPTION(std::optional<double>, scale, {});
};

}  // namespace functional
}  // namespace xgrad::nn
