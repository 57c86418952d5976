#include <xgrad/autograd/graph/differentiable.hpp>
#include <xgrad/autograd/graph/engine.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/kernels/attention.hpp>
#include <xgrad/autograd/ops/attention.hpp>
#include <xgrad/autograd/ops/losses.hpp>

#include <cmath>
#include <limits>
#include <memory>

namespace xgrad {
namespace {

/// What is no tensor of a call.
struct Settings {
  bool causal;
  double scale, dropout;
};

/// What nodes share of dropout's draws.
using Draws = std::shared_ptr<const kernels::DropoutDraws>;

/// The mask as numbers to add, in q's dtype; undefined if there is none.
Tensor additive(const Tensor& mask, ScalarType dtype) {
  if (!mask.defined()) return mask;
  if (mask.dtype() == kBool) return where(mask, 0., -std::numeric_limits<double>::infinity()).to(dtype);
  return mask.to(dtype);
}

Tensor causal_mask(std::int64_t rows, std::int64_t columns) { return ones({rows, columns}, kBool).tril(); }

struct Weighted {
  Tensor out, weights;
};

/// Attention step by step. `drop` maps the weights to what multiplies the values.
template <class Drop>
Weighted by_steps(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask, const Settings& how,
                  const Drop& drop) {
  const Tensor scaled = q * how.scale, keys = k.transpose(-2, -1);
  Tensor scores = matmul(scaled, keys);
  if (how.causal) scores = scores + additive(causal_mask(q.size(-2), k.size(-2)), q.dtype());
  if (mask.defined()) scores = scores + mask;
  const Tensor weights = drop(softmax(scores, -1));
  return {matmul(weights, v), weights};
}

kernels::Attention call_of(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask, const Settings& how) {
  return {q.array(),  k.array(), v.array(),  mask.defined() ? &mask.array() : nullptr,
          how.causal, how.scale, how.dropout};
}

/// The gradients in differentiable operations, for when they are differentiated themselves.
Grads gradients_by_steps(const Saved& s, const Tensor& g, const Tensor& mask, const Settings& how, const Draws& draws) {
  const Tensor &q = s.input(0), &k = s.input(1), &v = s.input(2);
  Tensor noise;
  if (how.dropout > 0) noise = Tensor(kernels::attention_noise(call_of(q, k, v, mask, how), *draws));
  const Tensor flat = mask.defined() ? mask.reshape({-1, mask.size(-2), mask.size(-1)}) : mask;
  const Tensor out = by_steps(q, k, v, flat, how, [&](const Tensor& w) { return noise.defined() ? w * noise : w; }).out;
  std::vector<Tensor> wanted;
  for (std::size_t i = 0; i < 3; ++i) {
    if (s.needs(i)) wanted.push_back(s.input(i));
  }
  const std::vector<Tensor> found = autograd::grad({out}, wanted, {g}, true, true, true);
  Grads grads(3);
  for (std::size_t i = 0, next = 0; i < 3; ++i) {
    if (s.needs(i)) grads[i] = found[next++];
  }
  return grads;
}

/// Of q [B, L, E], k [B, S, E], v [B, S, F] with packed rows, and a mask that broadcasts to [..., L, S].
Tensor fused(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask, const Settings& how) {
  Tensor lse;
  auto draws = std::make_shared<kernels::DropoutDraws>();
  return differentiable<"ScaledDotProductAttentionBackward0">(
      inputs(q, k, v), {},
      [&](const Array*) {
        kernels::AttentionForward result = kernels::attention(call_of(q, k, v, mask, how), default_generator());
        lse = Tensor(std::move(result.lse));
        *draws = std::move(result.draws);
        return std::move(result.out);
      },
      [&](Save& s) {
        for (std::size_t i = 0; i < 3; ++i) s.input(i);
        s.output();
        s.tensor(lse);
        if (mask.defined()) s.tensor(mask);
      },
      [how, draws = Draws(draws), masked = mask.defined()](const Saved& s, const Tensor& g) -> Grads {
        const Tensor seen = masked ? s.tensor(1) : Tensor();
        if (is_grad_enabled()) return gradients_by_steps(s, g, seen, how, draws);
        kernels::AttentionGrads d =
            kernels::attention_backward(g.array(), call_of(s.input(0), s.input(1), s.input(2), seen, how),
                                        {s.output().array(), s.tensor(0).array(), *draws});
        return {Tensor(std::move(d.q)), Tensor(std::move(d.k)), Tensor(std::move(d.v))};
      });
}

void check_call(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask, double dropout, bool causal) {
  check(!causal || !mask.defined(),
        "_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True");
  check(q.dim() >= 2 && k.dim() >= 2 && v.dim() >= 2,
        "scaled_dot_product_attention: query, key and value need at least 2 dimensions, but got {}, {} and {}", q.dim(),
        k.dim(), v.dim());
  check(q.dtype() == k.dtype() && q.dtype() == v.dtype(),
        "Expected query, key, and value to have the same dtype, but got query.dtype: {} key.dtype: {} and value.dtype: "
        "{} instead.",
        info(q.dtype()).cname, info(k.dtype()).cname, info(v.dtype()).cname);
  check<NotImplementedError>(q.is_floating_point(), "\"softmax_lastdim_kernel_impl\" not implemented for '{}'",
                             q.dtype());
  check(k.size(-1) == q.size(-1), "scaled_dot_product_attention: query has {} features, key has {}", q.size(-1),
        k.size(-1));
  check(v.size(-2) == k.size(-2), "scaled_dot_product_attention: there are {} keys and {} values", k.size(-2),
        v.size(-2));
  check(dropout >= 0 && dropout <= 1, "dropout probability has to be between 0 and 1, but got {}", dropout);
}

Dims leading(const Tensor& x) { return Dims(IntArrayRef(x.sizes().data(), x.sizes().size() - 2)); }

Dims joined(Dims batch, std::int64_t rows, std::int64_t columns) {
  batch.push_back(rows);
  batch.push_back(columns);
  return batch;
}

/// x with its leading dimensions broadcast to `batch` and then made one, and packed rows.
Tensor flattened(const Tensor& x, const Dims& batch) {
  const Tensor flat =
      x.expand(joined(batch, x.size(-2), x.size(-1))).reshape({count_elements(batch), x.size(-2), x.size(-1)});
  const bool packed_rows = flat.array().strides()[2] == 1 && flat.array().strides()[1] >= flat.size(2);
  return packed_rows ? flat : flat.contiguous();
}

Settings settings(const Tensor& q, bool causal, double dropout, std::optional<double> scale) {
  return {causal, scale.value_or(1 / std::sqrt(static_cast<double>(q.size(-1)))), dropout};
}

/// Attention by the kernel, or step by step where that cannot do it.
Tensor attention(const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& attn_mask,
                 const Settings& how) {
  const Tensor mask = additive(attn_mask, query.dtype());
  const Dims batch = broadcast_shapes(broadcast_shapes(leading(query), leading(key)), leading(value));
  const bool empty = count_elements(batch) * query.size(-2) * key.size(-2) * query.size(-1) * value.size(-1) == 0;
  if (empty || how.dropout == 1 || (mask.defined() && mask.requires_grad())) {
    return by_steps(query, key, value, mask, how, [&](const Tensor& w) { return dropout(w, how.dropout, true); }).out;
  }
  Tensor seen = mask;
  if (mask.defined()) seen = mask.expand(joined(batch, query.size(-2), key.size(-2)));
  if (batch.size() == 0 && seen.defined()) seen = seen.unsqueeze(0);
  const Tensor out = fused(flattened(query, batch), flattened(key, batch), flattened(value, batch), seen, how);
  return out.reshape(joined(batch, query.size(-2), value.size(-1)));
}

}  // namespace

Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const Tensor& attn_mask, double dropout_p, bool is_causal,
                                    std::optional<double> scale) {
  check_call(query, key, value, attn_mask, dropout_p, is_causal);
  const Settings how = settings(query, is_causal, dropout_p, scale);
  told(dropout_p, is_causal, how.scale);
  return as_one("scaled_dot_product_attention", {&query, &key, &value, &attn_mask},
                [&] { return attention(query, key, value, attn_mask, how); });
}

std::tuple<Tensor, Tensor> _scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                                         const Tensor& attn_mask, double dropout_p,
                                                         bool need_attn_weights, bool is_causal) {
  if (!need_attn_weights) {
    return {scaled_dot_product_attention(query, key, value, attn_mask, dropout_p, is_causal), Tensor()};
  }
  check_call(query, key, value, attn_mask, dropout_p, is_causal);
  const Weighted both =
      by_steps(query, key, value, additive(attn_mask, query.dtype()), settings(query, is_causal, dropout_p, {}),
               [&](const Tensor& w) { return dropout(w, dropout_p, true); });
  return {both.out, both.weights};
}

}  // namespace xgrad
