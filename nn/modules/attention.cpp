#include <xgrad/nn/init.hpp>
#include <xgrad/nn/modules/attention.hpp>

namespace xgrad::nn {

std::shared_ptr<ModuleBase> NonDynamicallyQuantizableLinearImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<NonDynamicallyQuantizableLinearImpl>(*this);
  static_cast<LinearImpl&>(*copy) = static_cast<const LinearImpl&>(*LinearImpl::clone(device));
  return copy;
}

MultiheadAttentionImpl::MultiheadAttentionImpl(const MultiheadAttentionOptions& given) : options(given) {
  check(options.num_heads() > 0 && options.embed_dim() % options.num_heads() == 0,
        "embed_dim must be divisible by num_heads");
  MultiheadAttentionImpl::reset();
}

void MultiheadAttentionImpl::reset() {
  const std::int64_t e = options.embed_dim(), kdim = options.kdim().value_or(e), vdim = options.vdim().value_or(e);
  const bool same = kdim == e && vdim == e;
  const TensorOptions of = detail::of_dtype(options.dtype());
  const auto make = [&](bool wanted, IntArrayRef sizes) { return wanted ? empty(sizes, of) : Tensor(); };
  // In Python's order, which is that of state_dict.
  q_proj_weight = register_parameter("q_proj_weight", make(!same, {e, e}));
  k_proj_weight = register_parameter("k_proj_weight", make(!same, {e, kdim}));
  v_proj_weight = register_parameter("v_proj_weight", make(!same, {e, vdim}));
  in_proj_weight = register_parameter("in_proj_weight", make(same, {3 * e, e}));
  in_proj_bias = register_parameter("in_proj_bias", make(options.bias(), {3 * e}));
  bias_k = register_parameter("bias_k", make(options.add_bias_kv(), {1, 1, e}));
  bias_v = register_parameter("bias_v", make(options.add_bias_kv(), {1, 1, e}));
  const std::shared_ptr<LinearImpl> linear = std::make_shared<NonDynamicallyQuantizableLinearImpl>(
      LinearOptions(e, e).bias(options.bias()).dtype(options.dtype()));
  out_proj = register_module("out_proj", Linear(linear));
  _reset_parameters();
}

void MultiheadAttentionImpl::_reset_parameters() {
  for (const Tensor& w : {in_proj_weight, q_proj_weight, k_proj_weight, v_proj_weight}) {
    if (w.defined()) init::xavier_uniform_(w);
  }
  if (in_proj_bias.defined()) {
    init::zeros_(in_proj_bias);
    init::zeros_(out_proj->bias);
  }
  if (bias_k.defined()) init::xavier_normal_(bias_k);
  if (bias_v.defined()) init::xavier_normal_(bias_v);
}

std::tuple<Tensor, Tensor> MultiheadAttentionImpl::forward(const Tensor& query, const Tensor& key, const Tensor& value,
                                                           const Tensor& key_padding_mask, bool need_weights,
                                                           const Tensor& attn_mask, bool average_attn_weights) {
  const auto of = functional::MultiheadAttentionForwardFuncOptions(
                      options.embed_dim(), options.num_heads(), in_proj_weight, in_proj_bias, bias_k, bias_v,
                      options.add_zero_attn(), options.dropout(), out_proj->weight, out_proj->bias)
                      .training(is_training())
                      .key_padding_mask(key_padding_mask)
                      .need_weights(need_weights)
                      .attn_mask(attn_mask)
                      .use_separate_proj_weight(!in_proj_weight.defined())
                      .q_proj_weight(q_proj_weight)
                      .k_proj_weight(k_proj_weight)
                      .v_proj_weight(v_proj_weight)
                      .average_attn_weights(average_attn_weights);
  if (!options.batch_first() || query.dim() != 3) {
    return functional::multi_head_attention_forward(query, key, value, of);
  }
  // One tensor stays one, so that its maps are one product.
  const auto turned = [](const Tensor& x) { return x.dim() == 3 ? x.transpose(0, 1) : x; };
  const Tensor q = turned(query), k = key.is_same(query) ? q : turned(key), v = value.is_same(key) ? k : turned(value);
  auto [out, weights] = functional::multi_head_attention_forward(q, k, v, of);
  return {out.transpose(0, 1), weights};
}

}  // namespace xgrad::nn
