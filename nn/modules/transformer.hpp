/// Transformers: encoder and decoder layers, stacks of them, and both together.
///
/// Inputs are [length, batch, d_model], or [batch, length, d_model] when batch_first, or without a batch. Masks are
/// those of MultiheadAttention.
#pragma once

#include <xgrad/nn/modules/activation.hpp>
#include <xgrad/nn/modules/attention.hpp>
#include <xgrad/nn/modules/dropout.hpp>
#include <xgrad/nn/modules/module_list.hpp>
#include <xgrad/nn/modules/normalization.hpp>
#include <xgrad/nn/options/transformer.hpp>

namespace xgrad::nn {

namespace detail {

// The keywords of calls.
class EncoderLayerCall {
 public:
  XGRAD_OPTION(Tensor, src_mask, {});
  XGRAD_OPTION(Tensor, src_key_padding_mask, {});
};
class EncoderCall {
 public:
  XGRAD_OPTION(Tensor, mask, {});
  XGRAD_OPTION(Tensor, src_key_padding_mask, {});
};
class DecoderCall {
 public:
  XGRAD_OPTION(Tensor, tgt_mask, {});
  XGRAD_OPTION(Tensor, memory_mask, {});
  XGRAD_OPTION(Tensor, tgt_key_padding_mask, {});
  XGRAD_OPTION(Tensor, memory_key_padding_mask, {});
};
class TransformerCall {
 public:
  XGRAD_OPTION(Tensor, src_mask, {});
  XGRAD_OPTION(Tensor, tgt_mask, {});
  XGRAD_OPTION(Tensor, memory_mask, {});
  XGRAD_OPTION(Tensor, src_key_padding_mask, {});
  XGRAD_OPTION(Tensor, tgt_key_padding_mask, {});
  XGRAD_OPTION(Tensor, memory_key_padding_mask, {});
};

/// What encoder and decoder layers share: two linear maps, and how they are constructed.
template <class Derived>
class TransformerLayer : public Cloneable<Derived> {
 public:
  explicit TransformerLayer(const TransformerLayerOptions& given) : options(given) {}

  TransformerLayerOptions options;
  Linear linear1 = nullptr, linear2 = nullptr;
  Dropout dropout = nullptr, dropout1 = nullptr, dropout2 = nullptr;
  LayerNorm norm1 = nullptr, norm2 = nullptr;

 protected:
  MultiheadAttention new_attention(const char* name);
  void new_linears();
  LayerNorm new_norm(const char* name);
  Dropout new_dropout(const char* name);
  /// Without the last dropout.
  Tensor feed_forward(const Tensor& x) { return linear2(dropout(options.activation()(linear1(x)))); }
};

}  // namespace detail

/// Self-attention and two linear maps, each with a shortcut and a LayerNorm behind it, or with norm_first before it.
/// Options: d_model, nhead, dim_feedforward = 2048, dropout = 0.1, activation = "relu", "gelu" or a function,
/// layer_norm_eps = 1e-5, batch_first = false, norm_first = false, dtype.
class TransformerEncoderLayerImpl : public detail::TransformerLayer<TransformerEncoderLayerImpl> {
 public:
  explicit TransformerEncoderLayerImpl(const TransformerEncoderLayerOptions& given) : TransformerLayer(given) {
    TransformerEncoderLayerImpl::reset();
  }
  template <class First, class... Rest>
  requires(detail::LooseArguments<TransformerEncoderLayerOptions, First, Rest...> &&
           !detail::ModuleType<First>) explicit TransformerEncoderLayerImpl(First&& first, Rest&&... rest)
      : TransformerEncoderLayerImpl(detail::options_of<TransformerEncoderLayerOptions>(std::forward<First>(first),
                                                                                       std::forward<Rest>(rest)...)) {}
  void reset() override;
  /// Draws new weights, each part as it does itself.
  void reset_parameters();
  Tensor forward(const Tensor& src, const Tensor& src_mask = {}, const Tensor& src_key_padding_mask = {});
  XGRAD_FORWARD_HAS_DEFAULTS;

  MultiheadAttention self_attn = nullptr;
};
XGRAD_COPIED(TransformerEncoderLayer);
class TransformerEncoderLayer : public ModuleHolder<TransformerEncoderLayerImpl> {
 public:
  using ModuleHolder::ModuleHolder;
  using ModuleHolder::operator();
  using Impl = TransformerEncoderLayerImpl;
  template <kwargs::Keyworded... K>
  requires(sizeof...(K) > 0) Tensor operator()(const Tensor& src, K... keywords) const {
    const auto o = kwargs::apply(detail::EncoderLayerCall(), keywords...);
    return ModuleHolder::operator()(src, o.src_mask(), o.src_key_padding_mask());
  }
};

/// The same with attention to an encoder's result (memory) between the two.
class TransformerDecoderLayerImpl : public detail::TransformerLayer<TransformerDecoderLayerImpl> {
 public:
  explicit TransformerDecoderLayerImpl(const TransformerDecoderLayerOptions& given) : TransformerLayer(given) {
    TransformerDecoderLayerImpl::reset();
  }
  template <class First, class... Rest>
  requires(detail::LooseArguments<TransformerDecoderLayerOptions, First, Rest...> &&
           !detail::ModuleType<First>) explicit TransformerDecoderLayerImpl(First&& first, Rest&&... rest)
      : TransformerDecoderLayerImpl(detail::options_of<TransformerDecoderLayerOptions>(std::forward<First>(first),
                                                                                       std::forward<Rest>(rest)...)) {}
  void reset() override;
  void reset_parameters();
  Tensor forward(const Tensor& tgt, const Tensor& memory, const Tensor& tgt_mask = {}, const Tensor& memory_mask = {},
                 const Tensor& tgt_key_padding_mask = {}, const Tensor& memory_key_padding_mask = {});
  XGRAD_FORWARD_HAS_DEFAULTS;

  MultiheadAttention self_attn = nullptr, multihead_attn = nullptr;
  LayerNorm norm3 = nullptr;
  Dropout dropout3 = nullptr;
};

namespace detail {
/// Calls with tgt, memory and keywords.
template <class Impl>
class DecoderHolder : public ModuleHolder<Impl> {
 public:
  using ModuleHolder<Impl>::ModuleHolder;
  using ModuleHolder<Impl>::operator();
  template <kwargs::Keyworded... K>
  requires(sizeof...(K) > 0) Tensor operator()(const Tensor& tgt, const Tensor& memory, K... keywords) const {
    const auto o = kwargs::apply(DecoderCall(), keywords...);
    return ModuleHolder<Impl>::operator()(tgt, memory, o.tgt_mask(), o.memory_mask(), o.tgt_key_padding_mask(),
                                          o.memory_key_padding_mask());
  }
};
}  // namespace detail

XGRAD_COPIED(TransformerDecoderLayer);
class TransformerDecoderLayer : public detail::DecoderHolder<TransformerDecoderLayerImpl> {
 public:
  using DecoderHolder::DecoderHolder;
  using Impl = TransformerDecoderLayerImpl;
};

namespace detail {
/// A layer (copied num_layers times), and a norm for the end if there is one.
template <class Layer>
class TransformerStackOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::num_layers, kwargs::key::norm>;
  TransformerStackOptions(Layer layer, std::int64_t num_layers) : layer_(std::move(layer)), num_layers_(num_layers) {}
  TransformerStackOptions(const TransformerLayerOptions& layer, std::int64_t num_layers)
      : TransformerStackOptions(Layer(layer), num_layers) {}
  XGRAD_OPTION(Layer, layer, nullptr);
  XGRAD_OPTION(std::int64_t, num_layers, 0);
  XGRAD_OPTION_MODULE(norm);
};

template <class Derived, class Layer>
class TransformerStack : public Cloneable<Derived> {
 public:
  using Options = TransformerStackOptions<Layer>;
  explicit TransformerStack(const Options& given);
  /// Of a layer, and by position or by keyword: num_layers, norm.
  template <class... Args>
  requires(sizeof...(Args) > 0) explicit TransformerStack(Layer layer, Args&&... args)
      : TransformerStack(kwargs::apply(Options(std::move(layer), 0), std::forward<Args>(args)...)) {}
  std::shared_ptr<ModuleBase> clone(const std::optional<Device>& device = std::nullopt) const override;
  /// Draws new weights for every layer.
  void reset_parameters();

  Options options;
  ModuleList layers = nullptr;
  AnyModule norm;

 protected:
  Tensor normed(Tensor x) { return norm.is_empty() ? x : norm(std::move(x)); }
};
}  // namespace detail

using TransformerEncoderOptions = detail::TransformerStackOptions<TransformerEncoderLayer>;
using TransformerDecoderOptions = detail::TransformerStackOptions<TransformerDecoderLayer>;

/// Copies of an encoder layer, one after the other, and then `norm`.
///
///     nn::TransformerEncoder encoder(nn::TransformerEncoderLayer(512, 8), 6);
class TransformerEncoderImpl : public detail::TransformerStack<TransformerEncoderImpl, TransformerEncoderLayer> {
 public:
  using TransformerStack::TransformerStack;
  Tensor forward(const Tensor& src, const Tensor& mask = {}, const Tensor& src_key_padding_mask = {});
  XGRAD_FORWARD_HAS_DEFAULTS;
};
XGRAD_COPIED(TransformerEncoder);
class TransformerEncoder : public ModuleHolder<TransformerEncoderImpl> {
 public:
  using ModuleHolder::ModuleHolder;
  using ModuleHolder::operator();
  using Impl = TransformerEncoderImpl;
  template <kwargs::Keyworded... K>
  requires(sizeof...(K) > 0) Tensor operator()(const Tensor& src, K... keywords) const {
    const auto o = kwargs::apply(detail::EncoderCall(), keywords...);
    return ModuleHolder::operator()(src, o.mask(), o.src_key_padding_mask());
  }
};

/// Copies of a decoder layer, one after the other, and then `norm`.
class TransformerDecoderImpl : public detail::TransformerStack<TransformerDecoderImpl, TransformerDecoderLayer> {
 public:
  using TransformerStack::TransformerStack;
  Tensor forward(const Tensor& tgt, const Tensor& memory, const Tensor& tgt_mask = {}, const Tensor& memory_mask = {},
                 const Tensor& tgt_key_padding_mask = {}, const Tensor& memory_key_padding_mask = {});
  XGRAD_FORWARD_HAS_DEFAULTS;
};
XGRAD_COPIED(TransformerDecoder);
class TransformerDecoder : public detail::DecoderHolder<TransformerDecoderImpl> {
 public:
  using DecoderHolder::DecoderHolder;
  using Impl = TransformerDecoderImpl;
};

/// An encoder of src, and a decoder of tgt that attends to it. Options: d_model = 512, nhead = 8, num_encoder_layers =
/// 6, num_decoder_layers = 6, dim_feedforward = 2048, dropout = 0.1, activation = "relu", custom_encoder,
/// custom_decoder, layer_norm_eps = 1e-5, batch_first = false, norm_first = false, dtype.
class TransformerImpl : public Cloneable<TransformerImpl> {
 public:
  TransformerImpl() : TransformerImpl(TransformerOptions()) {}
  explicit TransformerImpl(const TransformerOptions& given);
  template <class First, class... Rest>
  requires(detail::LooseArguments<TransformerOptions, First, Rest...> &&
           !detail::ModuleType<First>) explicit TransformerImpl(First&& first, Rest&&... rest)
      : TransformerImpl(
            detail::options_of<TransformerOptions>(std::forward<First>(first), std::forward<Rest>(rest)...)) {}
  std::shared_ptr<ModuleBase> clone(const std::optional<Device>& device = std::nullopt) const override;
  /// Draws every matrix anew, uniform by its fans.
  void reset_parameters();
  Tensor forward(const Tensor& src, const Tensor& tgt, const Tensor& src_mask = {}, const Tensor& tgt_mask = {},
                 const Tensor& memory_mask = {}, const Tensor& src_key_padding_mask = {},
                 const Tensor& tgt_key_padding_mask = {}, const Tensor& memory_key_padding_mask = {});
  XGRAD_FORWARD_HAS_DEFAULTS;
  /// [size, size] with −∞ above the diagonal: each place sees itself and what is before it.
  static Tensor generate_square_subsequent_mask(std::int64_t size);

  TransformerOptions options;
  AnyModule encoder, decoder;
};
XGRAD_COPIED(Transformer);
class Transformer : public ModuleHolder<TransformerImpl> {
 public:
  using ModuleHolder::ModuleHolder;
  using ModuleHolder::operator();
  using Impl = TransformerImpl;
  template <kwargs::Keyworded... K>
  requires(sizeof...(K) > 0) Tensor operator()(const Tensor& src, const Tensor& tgt, K... keywords) const {
    const auto o = kwargs::apply(detail::TransformerCall(), keywords...);
    return ModuleHolder::operator()(src, tgt, o.src_mask(), o.tgt_mask(), o.memory_mask(), o.src_key_padding_mask(),
                                    o.tgt_key_padding_mask(), o.memory_key_padding_mask());
  }
  static Tensor generate_square_subsequent_mask(std::int64_t size) {
    return Impl::generate_square_subsequent_mask(size);
  }
};

}  // namespace xgrad::nn
