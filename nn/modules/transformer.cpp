#include <xgrad/nn/module_state.hpp>
#include <xgrad/nn/modules/transformer.hpp>

#include <limits>

namespace xgrad::nn {

TransformerActivation::TransformerActivation(const std::string& word) {
  check(word == "relu" || word == "gelu", "activation should be relu/gelu, not {}", word);
  if (word == "relu")
    function_ = [](const Tensor& x) { return xgrad::relu(x); };
  else
    function_ = [](const Tensor& x) { return functional::gelu(x); };
}
TransformerActivation::TransformerActivation(init::NonlinearityType::Value value)
    : TransformerActivation(value == init::NonlinearityType::ReLU ? "relu" : "another function") {}

namespace detail {

template <class Derived>
MultiheadAttention TransformerLayer<Derived>::new_attention(const char* name) {
  return this->register_module(name, MultiheadAttention(MultiheadAttentionOptions(options.d_model(), options.nhead())
                                                            .dropout(options.dropout())
                                                            .batch_first(options.batch_first())
                                                            .dtype(options.dtype())));
}

template <class Derived>
void TransformerLayer<Derived>::new_linears() {
  const auto linear = [&](std::int64_t in, std::int64_t out) {
    return Linear(LinearOptions(in, out).dtype(options.dtype()));
  };
  linear1 = this->register_module("linear1", linear(options.d_model(), options.dim_feedforward()));
  dropout = new_dropout("dropout");
  linear2 = this->register_module("linear2", linear(options.dim_feedforward(), options.d_model()));
}

template <class Derived>
LayerNorm TransformerLayer<Derived>::new_norm(const char* name) {
  return this->register_module(
      name, LayerNorm(LayerNormOptions({options.d_model()}).eps(options.layer_norm_eps()).dtype(options.dtype())));
}

template <class Derived>
Dropout TransformerLayer<Derived>::new_dropout(const char* name) {
  return this->register_module(name, Dropout(DropoutOptions(options.dropout())));
}

namespace {

/// x + f(x), normed before f or after the sum.
template <class F>
Tensor step(const Tensor& x, const LayerNorm& norm, bool norm_first, const F& f) {
  return norm_first ? x + f(norm(x)) : norm(x + f(x));
}

/// The output alone; weights are not wanted.
Tensor attend(const MultiheadAttention& attention, const Tensor& x, const Tensor& to, const Tensor& mask,
              const Tensor& padding) {
  return std::get<0>(attention(x, to, to, padding, false, mask, true));
}

/// Every module below draws its own weights anew.
void reset_all(ModuleBase& module) {
  module.apply([](ModuleBase& m) {
    if (auto* attention = m.as<MultiheadAttention>()) attention->_reset_parameters();
    if (auto* linear = m.as<Linear>()) linear->reset_parameters();
    if (auto* norm = m.as<LayerNorm>()) norm->reset_parameters();
  });
}

}  // namespace
}  // namespace detail

// Python's order: it is that of the draws and of prints.
void TransformerEncoderLayerImpl::reset() {
  self_attn = new_attention("self_attn");
  new_linears();
  norm1 = new_norm("norm1");
  norm2 = new_norm("norm2");
  dropout1 = new_dropout("dropout1");
  dropout2 = new_dropout("dropout2");
}

void TransformerEncoderLayerImpl::reset_parameters() { detail::reset_all(*this); }

Tensor TransformerEncoderLayerImpl::forward(const Tensor& src, const Tensor& src_mask,
                                            const Tensor& src_key_padding_mask) {
  const bool first = options.norm_first();
  const Tensor x = detail::step(src, norm1, first, [&](const Tensor& y) {
    return dropout1(detail::attend(self_attn, y, y, src_mask, src_key_padding_mask));
  });
  return detail::step(x, norm2, first, [&](const Tensor& y) { return dropout2(feed_forward(y)); });
}

void TransformerDecoderLayerImpl::reset() {
  self_attn = new_attention("self_attn");
  multihead_attn = new_attention("multihead_attn");
  new_linears();
  norm1 = new_norm("norm1");
  norm2 = new_norm("norm2");
  norm3 = new_norm("norm3");
  dropout1 = new_dropout("dropout1");
  dropout2 = new_dropout("dropout2");
  dropout3 = new_dropout("dropout3");
}

void TransformerDecoderLayerImpl::reset_parameters() { detail::reset_all(*this); }

Tensor TransformerDecoderLayerImpl::forward(const Tensor& tgt, const Tensor& memory, const Tensor& tgt_mask,
                                            const Tensor& memory_mask, const Tensor& tgt_key_padding_mask,
                                            const Tensor& memory_key_padding_mask) {
  const bool first = options.norm_first();
  Tensor x = detail::step(tgt, norm1, first, [&](const Tensor& y) {
    return dropout1(detail::attend(self_attn, y, y, tgt_mask, tgt_key_padding_mask));
  });
  x = detail::step(x, norm2, first, [&](const Tensor& y) {
    return dropout2(detail::attend(multihead_attn, y, memory, memory_mask, memory_key_padding_mask));
  });
  return detail::step(x, norm3, first, [&](const Tensor& y) { return dropout3(feed_forward(y)); });
}

namespace detail {

template <class Derived, class Layer>
TransformerStack<Derived, Layer>::TransformerStack(const Options& given) : options(given) {
  layers = this->register_module("layers", ModuleList());
  for (std::int64_t i = 0; i < options.num_layers(); ++i) layers->push_back(options.layer()->clone());
  if (options.norm().is_empty()) return;
  norm = options.norm();
  this->register_module("norm", norm.ptr());
}

template <class Derived, class Layer>
std::shared_ptr<ModuleBase> TransformerStack<Derived, Layer>::clone(const std::optional<Device>& device) const {
  const detail::Cloning cloning;
  auto copy = std::make_shared<Derived>(static_cast<const Derived&>(*this));
  copy->start_anew();
  copy->layers =
      copy->register_module("layers", ModuleList(std::static_pointer_cast<ModuleListImpl>(layers->clone(device))));
  if (norm.is_empty()) return copy;
  copy->norm = norm.clone(device);
  copy->register_module("norm", copy->norm.ptr());
  return copy;
}

template <class Derived, class Layer>
void TransformerStack<Derived, Layer>::reset_parameters() {
  reset_all(*this);
}

template class TransformerLayer<TransformerEncoderLayerImpl>;
template class TransformerLayer<TransformerDecoderLayerImpl>;
template class TransformerStack<TransformerEncoderImpl, TransformerEncoderLayer>;
template class TransformerStack<TransformerDecoderImpl, TransformerDecoderLayer>;

}  // namespace detail

Tensor TransformerEncoderImpl::forward(const Tensor& src, const Tensor& mask, const Tensor& src_key_padding_mask) {
  check(!layers->is_empty(), "TransformerEncoder should have at least one encoder layer.");
  Tensor x = src;
  for (std::size_t i = 0; i < layers->size(); ++i) {
    x = TransformerEncoderLayer(layers->ptr<TransformerEncoderLayerImpl>(i))(x, mask, src_key_padding_mask);
  }
  return normed(x);
}

Tensor TransformerDecoderImpl::forward(const Tensor& tgt, const Tensor& memory, const Tensor& tgt_mask,
                                       const Tensor& memory_mask, const Tensor& tgt_key_padding_mask,
                                       const Tensor& memory_key_padding_mask) {
  check(!layers->is_empty(), "TransformerDecoder should have at least one decoder layer.");
  Tensor x = tgt;
  for (std::size_t i = 0; i < layers->size(); ++i) {
    x = TransformerDecoderLayer(layers->ptr<TransformerDecoderLayerImpl>(i))(
        x, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask);
  }
  return normed(x);
}

TransformerImpl::TransformerImpl(const TransformerOptions& given) : options(given) {
  const auto layer = TransformerLayerOptions(options.d_model(), options.nhead())
                         .dim_feedforward(options.dim_feedforward())
                         .dropout(options.dropout())
                         .activation(options.activation())
                         .layer_norm_eps(options.layer_norm_eps())
                         .batch_first(options.batch_first())
                         .norm_first(options.norm_first())
                         .dtype(options.dtype());
  const auto norm = [&] {
    return AnyModule(
        LayerNorm(LayerNormOptions({options.d_model()}).eps(options.layer_norm_eps()).dtype(options.dtype())));
  };
  encoder = options.custom_encoder();
  if (encoder.is_empty()) {
    const TransformerEncoderLayer one(layer);
    encoder = AnyModule(TransformerEncoder(one, options.num_encoder_layers(), norm()));
  }
  register_module("encoder", encoder.ptr());
  decoder = options.custom_decoder();
  if (decoder.is_empty()) {
    const TransformerDecoderLayer one(layer);
    decoder = AnyModule(TransformerDecoder(one, options.num_decoder_layers(), norm()));
  }
  register_module("decoder", decoder.ptr());
  reset_parameters();
}

std::shared_ptr<ModuleBase> TransformerImpl::clone(const std::optional<Device>& device) const {
  const detail::Cloning cloning;
  auto copy = std::make_shared<TransformerImpl>(*this);
  copy->start_anew();
  copy->encoder = encoder.clone(device);
  copy->decoder = decoder.clone(device);
  copy->register_module("encoder", copy->encoder.ptr());
  copy->register_module("decoder", copy->decoder.ptr());
  return copy;
}

void TransformerImpl::reset_parameters() {
  for (const Tensor& p : parameters()) {
    if (p.dim() > 1) init::xavier_uniform_(p);
  }
}

Tensor TransformerImpl::forward(const Tensor& src, const Tensor& tgt, const Tensor& src_mask, const Tensor& tgt_mask,
                                const Tensor& memory_mask, const Tensor& src_key_padding_mask,
                                const Tensor& tgt_key_padding_mask, const Tensor& memory_key_padding_mask) {
  const std::int64_t batch_dim = options.batch_first() ? 0 : 1;
  check(src.dim() != 3 || tgt.dim() != 3 || src.size(batch_dim) == tgt.size(batch_dim),
        "the batch number of src and tgt must be equal");
  check(src.size(-1) == options.d_model() && tgt.size(-1) == options.d_model(),
        "the feature number of src and tgt must be equal to d_model");
  const Tensor memory = encoder.forward(src, src_mask, src_key_padding_mask);
  return decoder.forward(tgt, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask);
}

Tensor TransformerImpl::generate_square_subsequent_mask(std::int64_t size) {
  return full({size, size}, -std::numeric_limits<double>::infinity(), get_default_dtype()).triu(1);
}

}  // namespace xgrad::nn
