/// MultiheadAttention.
#pragma once

#include <xgrad/nn/functional/attention.hpp>
#include <xgrad/nn/modules/linear.hpp>

#include <tuple>

namespace xgrad::nn {

/// A Linear under the name that Python gives MultiheadAttention's.
class NonDynamicallyQuantizableLinearImpl : public LinearImpl {
 public:
  using LinearImpl::LinearImpl;
  std::shared_ptr<ModuleBase> clone(const std::optional<Device>& device = std::nullopt) const override;
};

namespace detail {
/// The keywords of a call of MultiheadAttention.
class AttentionCall {
 public:
  XGRAD_OPTION(Tensor, key_padding_mask, {});
  XGRAD_OPTION(bool, need_weights, true);
  XGRAD_OPTION(Tensor, attn_mask, {});
  XGRAD_OPTION(bool, average_attn_weights, true);
};
}  // namespace detail

/// Attention of several heads between query [L, N, E], key [S, N, kdim] and value [S, N, vdim] ([N, L, E] and so on
/// when batch_first; without N for one sequence). Options: embed_dim, num_heads, dropout = 0, bias = true, add_bias_kv
/// = false, add_zero_attn = false, kdim, vdim, batch_first = false, dtype.
///
///     nn::MultiheadAttention attention(512, 8, batch_first = true);
///     auto [y, weights] = attention(x, x, x);
///     auto [z, none] = attention(x, x, x, need_weights = false);   // memory linear in the lengths
class MultiheadAttentionImpl : public Cloneable<MultiheadAttentionImpl> {
 public:
  explicit MultiheadAttentionImpl(const MultiheadAttentionOptions& given);
  template <class First, class... Rest>
  requires(detail::LooseArguments<MultiheadAttentionOptions, First, Rest...> &&
           !detail::ModuleType<First>) explicit MultiheadAttentionImpl(First&& first, Rest&&... rest)
      : MultiheadAttentionImpl(
            detail::options_of<MultiheadAttentionOptions>(std::forward<First>(first), std::forward<Rest>(rest)...)) {}

  void reset() override;
  /// Draws new weights for the heads' maps; that of the output keeps its own.
  void _reset_parameters();
  /// The output, and the weights if they are wanted (F::multi_head_attention_forward).
  std::tuple<Tensor, Tensor> forward(const Tensor& query, const Tensor& key, const Tensor& value,
                                     const Tensor& key_padding_mask = {}, bool need_weights = true,
                                     const Tensor& attn_mask = {}, bool average_attn_weights = true);
  XGRAD_FORWARD_HAS_DEFAULTS;

  MultiheadAttentionOptions options;
  /// [3·E, E], or undefined where key or value have another width; then there are three of them.
  Tensor in_proj_weight, q_proj_weight, k_proj_weight, v_proj_weight;
  Tensor in_proj_bias, bias_k, bias_v;
  Linear out_proj = nullptr;
};

XGRAD_COPIED(MultiheadAttention);
class MultiheadAttention : public ModuleHolder<MultiheadAttentionImpl> {
 public:
  using ModuleHolder::ModuleHolder;
  using ModuleHolder::operator();
  using Impl = MultiheadAttentionImpl;

  template <kwargs::Keyworded... K>
  requires(sizeof...(K) > 0) std::tuple<Tensor, Tensor>
  operator()(const Tensor& query, const Tensor& key, const Tensor& value, K... keywords) const {
    const auto o = kwargs::apply(detail::AttentionCall(), keywords...);
    return ModuleHolder::operator()(query, key, value, o.key_padding_mask(), o.need_weights(), o.attn_mask(),
                                    o.average_attn_weights());
  }
};

}  // namespace xgrad::nn
