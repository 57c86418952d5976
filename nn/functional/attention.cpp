#include <xgrad/autograd/ops/resampling.hpp>
#include <xgrad/nn/functional/attention.hpp>

#include <fmt/ranges.h>

#include <array>
#include <limits>

namespace xgrad::nn::functional {

namespace {

using Call = MultiheadAttentionForwardFuncOptions;

/// PyTorch's checks of shapes before anything is computed. Returns whether there is a batch.
bool check_shapes(const Tensor& query, const Tensor& key, const Tensor& value, const Call& o) {
  check(query.dim() == 3 || query.dim() == 2,
        "query should be unbatched 2D or batched 3D tensor but received {}-D query tensor", query.dim());
  const bool batched = query.dim() == 3;
  const std::int64_t dim = query.dim();
  check(key.dim() == dim && value.dim() == dim,
        "For {} (query is {}-D), expected `key` and `value` to be {}-D but found {}-D and {}-D tensors respectively",
        batched ? "batched (3-D) `query`" : "unbatched (2-D) `query`", dim, dim, key.dim(), value.dim());
  const std::int64_t of_padding = batched ? 2 : 1;
  const Tensor &padding = o.key_padding_mask(), &mask = o.attn_mask();
  check(!padding.defined() || padding.dim() == of_padding,
        "For {} `query`, expected `key_padding_mask` to be `None` or {}-D but found {}-D tensor instead",
        batched ? "batched (3-D)" : "unbatched (2-D)", of_padding, padding.defined() ? padding.dim() : 0);
  check(!mask.defined() || mask.dim() == 2 || mask.dim() == 3,
        "For {} `query`, expected `attn_mask` to be `None`, 2-D or 3-D but found {}-D tensor instead",
        batched ? "batched (3-D)" : "unbatched (2-D)", mask.defined() ? mask.dim() : 0);
  check(!padding.defined() || padding.dtype() == kBool || padding.is_floating_point(),
        "only bool and floating types of key_padding_mask are supported");
  check(!mask.defined() || mask.dtype() == kBool || mask.dtype() == kUInt8 || mask.is_floating_point(),
        "Only float, byte, and bool types are supported for attn_mask, not {}",
        info(mask.defined() ? mask.dtype() : kBool).name);
  return batched;
}

/// Query, key and value as the heads take them.
std::array<Tensor, 3> project(const Tensor& query, const Tensor& key, const Tensor& value, const Call& o) {
  const Tensor &w = o.in_proj_weight(), &b = o.in_proj_bias();
  if (o.use_separate_proj_weight()) {
    check(o.q_proj_weight().defined(), "use_separate_proj_weight is True but q_proj_weight is None");
    check(o.k_proj_weight().defined(), "use_separate_proj_weight is True but k_proj_weight is None");
    check(o.v_proj_weight().defined(), "use_separate_proj_weight is True but v_proj_weight is None");
    const std::vector<Tensor> part = b.defined() ? b.chunk(3) : std::vector<Tensor>(3);
    return {xgrad::linear(query, o.q_proj_weight(), part[0]), xgrad::linear(key, o.k_proj_weight(), part[1]),
            xgrad::linear(value, o.v_proj_weight(), part[2])};
  }
  check(w.defined(), "use_separate_proj_weight is False but in_proj_weight is None");
  if (query.is_same(key) && key.is_same(value)) {
    const std::vector<Tensor> all = xgrad::linear(query, w, b).chunk(3, -1);
    return {all[0], all[1], all[2]};
  }
  const std::int64_t e = query.size(-1);
  const auto bias = [&](std::int64_t from, std::int64_t to) { return b.defined() ? b.slice(0, from, to) : Tensor(); };
  const Tensor q = xgrad::linear(query, w.slice(0, 0, e), bias(0, e));
  if (key.is_same(value)) {
    const std::vector<Tensor> both = xgrad::linear(key, w.slice(0, e, 3 * e), bias(e, 3 * e)).chunk(2, -1);
    return {q, both[0], both[1]};
  }
  return {q, xgrad::linear(key, w.slice(0, e, 2 * e), bias(e, 2 * e)),
          xgrad::linear(value, w.slice(0, 2 * e, 3 * e), bias(2 * e, 3 * e))};
}

/// A mask as numbers to add: −∞ where bools say that nothing is seen.
Tensor additive(const Tensor& mask, ScalarType dtype) {
  if (mask.is_floating_point()) return mask.to(dtype);
  return where(mask.to(kBool), -std::numeric_limits<double>::infinity(), 0.).to(dtype);
}

/// One more column at the end, which everybody sees.
Tensor with_column(const Tensor& mask) { return mask.defined() ? constant_pad_nd(mask, {0, 1}, 0) : mask; }

/// Both masks in one that broadcasts to [N, heads, L, S]; undefined if there is none.
Tensor joined_mask(const Tensor& mask, const Tensor& padding, std::int64_t batch, std::int64_t heads,
                   ScalarType dtype) {
  Tensor out;
  if (mask.defined()) {
    out = additive(mask, dtype);
    if (mask.dim() == 3) out = out.reshape({batch, heads, mask.size(1), mask.size(2)});
  }
  if (!padding.defined()) return out;
  const Tensor unseen = additive(padding, dtype).reshape({batch, 1, 1, padding.size(-1)});
  return out.defined() ? out + unseen : unseen;
}

/// [S, N, E] as [N, heads, S, E / heads]
Tensor by_heads(const Tensor& x, std::int64_t heads) {
  return x.reshape({x.size(0), x.size(1), heads, x.size(2) / heads}).permute({1, 2, 0, 3});
}

/// Keys or values that were given instead of computed ones: [N·heads, S, E / heads].
Tensor given(const Tensor& x, const char* name, std::int64_t batch, std::int64_t heads, std::int64_t width) {
  check(x.size(0) == batch * heads, "expecting {}.size(0) of {}, but got {}", name, batch * heads, x.size(0));
  check(x.size(2) == width, "expecting {}.size(2) of {}, but got {}", name, width, x.size(2));
  return x.reshape({batch, heads, x.size(1), width});
}

void check_mask_sizes(const Tensor& mask, std::int64_t batch, std::int64_t heads, std::int64_t rows,
                      std::int64_t columns) {
  if (!mask.defined()) return;
  const Dims wanted = mask.dim() == 2 ? Dims{rows, columns} : Dims{batch * heads, rows, columns};
  check(mask.sizes() == wanted, "The shape of the {}D attn_mask is torch.Size({}), but should be ({}).", mask.dim(),
        mask.sizes(), fmt::join(wanted, ", "));
}

}  // namespace

Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const ScaledDotProductAttentionFuncOptions& o) {
  return xgrad::scaled_dot_product_attention(query, key, value, o.attn_mask(), o.p(), o.is_causal(), o.scale());
}

std::tuple<Tensor, Tensor> multi_head_attention_forward(const Tensor& query, const Tensor& key, const Tensor& value,
                                                        const MultiheadAttentionForwardFuncOptions& o) {
  const bool batched = check_shapes(query, key, value, o);
  if (!batched) {
    const Tensor q = query.unsqueeze(1), k = key.is_same(query) ? q : key.unsqueeze(1),
                 v = value.is_same(key) ? k : value.unsqueeze(1);
    Call one = o;
    if (o.key_padding_mask().defined()) one.key_padding_mask(o.key_padding_mask().unsqueeze(0));
    auto [out, weights] = multi_head_attention_forward(q, k, v, one);
    return {out.squeeze(1), weights.defined() ? weights.squeeze(0) : weights};
  }
  const std::int64_t rows = query.size(0), batch = query.size(1), width = query.size(2), heads = o.num_heads();
  check(width == o.embed_dim_to_check(), "was expecting embedding dimension of {}, but got {}", o.embed_dim_to_check(),
        width);
  check(heads > 0 && width % heads == 0, "embed_dim {} not divisible by num_heads {}", width, heads);
  if (o.use_separate_proj_weight()) {
    check(key.size(0) == value.size(0) && key.size(1) == value.size(1),
          "key's sequence and batch dims torch.Size([{}, {}]) do not match value's torch.Size([{}, {}])", key.size(0),
          key.size(1), value.size(0), value.size(1));
  } else {
    check(key.sizes() == value.sizes(), "key shape torch.Size({}) does not match value shape torch.Size({})",
          key.sizes(), value.sizes());
  }
  check_mask_sizes(o.attn_mask(), batch, heads, rows, key.size(0));
  auto [q, k, v] = project(query, key, value, o);
  Tensor mask = o.attn_mask(), padding = o.key_padding_mask();
  check(o.bias_k().defined() == o.bias_v().defined(), "bias_k and bias_v are given together or not at all");
  if (o.bias_k().defined()) {
    check(!o.static_k().defined(), "bias cannot be added to static key.");
    check(!o.static_v().defined(), "bias cannot be added to static value.");
    k = cat({k, o.bias_k().repeat({1, batch, 1})}, 0);
    v = cat({v, o.bias_v().repeat({1, batch, 1})}, 0);
    mask = with_column(mask);
    padding = with_column(padding);
  }
  const std::int64_t each = width / heads;
  q = by_heads(q, heads);
  k = o.static_k().defined() ? given(o.static_k(), "static_k", batch, heads, each) : by_heads(k, heads);
  v = o.static_v().defined() ? given(o.static_v(), "static_v", batch, heads, each) : by_heads(v, heads);
  if (o.add_zero_attn()) {
    const Tensor nothing = zeros({batch, heads, 1, each}, k.options());
    k = cat({k, nothing}, 2);
    v = cat({v, nothing}, 2);
    mask = with_column(mask);
    padding = with_column(padding);
  }
  if (padding.defined()) {
    check(padding.sizes() == Dims{batch, k.size(2)},
          "expecting key_padding_mask shape of ({}, {}), but got torch.Size({})", batch, k.size(2), padding.sizes());
  }
  auto [out, weights] =
      xgrad::_scaled_dot_product_attention(q, k, v, joined_mask(mask, padding, batch, heads, q.dtype()),
                                           o.training() ? o.dropout_p() : 0., o.need_weights());
  out = xgrad::linear(out.permute({2, 0, 1, 3}).reshape({rows, batch, width}), o.out_proj_weight(), o.out_proj_bias());
  if (weights.defined() && o.average_attn_weights()) weights = weights.sum(1) / static_cast<double>(heads);
  return {out, weights};
}

}  // namespace xgrad::nn::functional
