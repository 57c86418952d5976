/// Options of transformers.
#pragma once

#include <xgrad/nn/any.hpp>
#include <xgrad/nn/init.hpp>
#include <xgrad/nn/options/attention.hpp>
#include <xgrad/nn/options/convolution.hpp>

#include <functional>
#include <string>
#include <utility>

namespace xgrad::kwargs {
XGRAD_KEYWORD(activation);
XGRAD_KEYWORD(custom_decoder);
XGRAD_KEYWORD(custom_encoder);
XGRAD_KEYWORD(d_model);
XGRAD_KEYWORD(dim_feedforward);
XGRAD_KEYWORD(layer_norm_eps);
XGRAD_KEYWORD(memory_key_padding_mask);
XGRAD_KEYWORD(memory_mask);
XGRAD_KEYWORD(nhead);
XGRAD_KEY(norm);  // kw::norm, below, since it is a function
XGRAD_KEYWORD(norm_first);
XGRAD_KEYWORD(num_decoder_layers);
XGRAD_KEYWORD(num_encoder_layers);
XGRAD_KEYWORD(src_key_padding_mask);
XGRAD_KEYWORD(src_mask);
XGRAD_KEYWORD(tgt_key_padding_mask);
XGRAD_KEYWORD(tgt_mask);
}  // namespace xgrad::kwargs

namespace xgrad::kw {
inline constexpr kwargs::key::norm norm{};
}

namespace xgrad {
inline constexpr Word kGELU{"gelu"};
}

namespace xgrad::nn {

/// What stands between the two linear maps of a transformer's layer: "relu", "gelu" or a function.
class TransformerActivation {
 public:
  using Function = std::function<Tensor(const Tensor&)>;
  TransformerActivation(const char* word) : TransformerActivation(std::string(word)) {}
  TransformerActivation(const std::string& word);
  TransformerActivation(init::NonlinearityType::Value value);                     ///< kReLU
  TransformerActivation(Word word) : TransformerActivation(std::string(word)) {}  ///< kGELU
  template <class F>
  requires(std::invocable<const F&, const Tensor&> && !std::convertible_to<F, std::string>)
      TransformerActivation(F function)
      : function_(std::move(function)) {}
  Tensor operator()(const Tensor& x) const { return function_(x); }

 private:
  Function function_;
};

// An option that is a module: a holder, a pointer, what else an AnyModule is made of, or None.
#define XGRAD_OPTION_MODULE(NAME)                               \
 public:                                                        \
  template <class M = AnyModule>                                \
  auto& NAME(M&& module) {                                      \
    return NAME##_ = AnyModule(std::forward<M>(module)), *this; \
  }                                                             \
  const AnyModule& NAME() const { return NAME##_; }             \
                                                                \
 private:                                                       \
  AnyModule NAME##_

/// Of encoder and decoder layers alike.
class TransformerLayerOptions {
 public:
  using Positional =
      kwargs::Order<kwargs::key::d_model, kwargs::key::nhead, kwargs::key::dim_feedforward, kwargs::key::dropout,
                    kwargs::key::activation, kwargs::key::layer_norm_eps, kwargs::key::batch_first,
                    kwargs::key::norm_first, kwargs::key::device, kwargs::key::dtype>;
  TransformerLayerOptions() = default;
  TransformerLayerOptions(std::int64_t d_model, std::int64_t nhead) : d_model_(d_model), nhead_(nhead) {}
  TransformerLayerOptions& device(Device) { return *this; }
  XGRAD_OPTION(std::int64_t, d_model, 0);
  XGRAD_OPTION(std::int64_t, nhead, 0);
  XGRAD_OPTION(std::int64_t, dim_feedforward, 2048);
  XGRAD_OPTION(double, dropout, 0.1);
  XGRAD_OPTION(TransformerActivation, activation, "relu");
  XGRAD_OPTION(double, layer_norm_eps, 1e-5);
  XGRAD_OPTION(bool, batch_first, false);
  XGRAD_OPTION(bool, norm_first, false);
  XGRAD_OPTION(std::optional<ScalarType>, dtype, {});
};
using TransformerEncoderLayerOptions = TransformerLayerOptions;
using TransformerDecoderLayerOptions = TransformerLayerOptions;

class TransformerOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::d_model, kwargs::key::nhead, kwargs::key::num_encoder_layers,
                                   kwargs::key::num_decoder_layers, kwargs::key::dim_feedforward, kwargs::key::dropout,
                                   kwargs::key::activation, kwargs::key::custom_encoder, kwargs::key::custom_decoder,
                                   kwargs::key::layer_norm_eps, kwargs::key::batch_first, kwargs::key::norm_first,
                                   kwargs::key::device, kwargs::key::dtype>;
  TransformerOptions() = default;
  TransformerOptions(std::int64_t d_model, std::int64_t nhead) : d_model_(d_model), nhead_(nhead) {}
  TransformerOptions(std::int64_t d_model, std::int64_t nhead, std::int64_t num_encoder_layers,
                     std::int64_t num_decoder_layers)
      : d_model_(d_model),
        nhead_(nhead),
        num_encoder_layers_(num_encoder_layers),
        num_decoder_layers_(num_decoder_layers) {}
  TransformerOptions& device(Device) { return *this; }
  XGRAD_OPTION(std::int64_t, d_model, 512);
  XGRAD_OPTION(std::int64_t, nhead, 8);
  XGRAD_OPTION(std::int64_t, num_encoder_layers, 6);
  XGRAD_OPTION(std::int64_t, num_decoder_layers, 6);
  XGRAD_OPTION(std::int64_t, dim_feedforward, 2048);
  XGRAD_OPTION(double, dropout, 0.1);
  XGRAD_OPTION(TransformerActivation, activation, "relu");
  XGRAD_OPTION_MODULE(custom_encoder);
  XGRAD_OPTION_MODULE(custom_decoder);
  XGRAD_OPTION(double, layer_norm_eps, 1e-5);
  XGRAD_OPTION(bool, batch_first, false);
  XGRAD_OPTION(bool, norm_first, false);
  XGRAD_OPTION(std::optional<ScalarType>, dtype, {});
};

}  // namespace xgrad::nn
