#include <xgrad/nn/modules/transformer.hpp>

#include "layers.hpp"

namespace xgrad::test {
namespace {

using namespace kwargs;

/// The script's modules under masks.
struct MaskedImpl : nn::ModuleBase {
  MaskedImpl(bool weights_too, bool averaged) : weights(weights_too), average(averaged) {}
  std::tuple<Tensor, Tensor> forward(const Tensor& x) {
    const Tensor padding = tensor({{0, 0, 0}, {0, 0, 1}}).to(kBool), later = ones({3, 3}, kBool).triu(1);
    return attention(x, x, x, key_padding_mask = padding, attn_mask = later, need_weights = weights,
                     average_attn_weights = average);
  }
  nn::MultiheadAttention attention =
      register_module("attention", nn::MultiheadAttention(nn::MultiheadAttentionOptions(4, 2).batch_first(true)));
  bool weights, average;
};
TORCH_MODULE(Masked);

MakeLayer masked(bool weights, bool average) {
  return [=] {
    const Masked holder(weights, average);
    return Layer{holder.ptr(), {Shape{2, 3, 4}}, [=](const std::vector<Tensor>& x) {
                   const auto out = holder->forward(x.at(0));
                   return weights ? as_list(out) : as_list(std::get<0>(out));
                 }};
  };
}

struct MaskedTransformerImpl : nn::ModuleBase {
  Tensor forward(const Tensor& src, const Tensor& tgt) {
    return transformer(src, tgt, tgt_mask = nn::Transformer::generate_square_subsequent_mask(2),
                       src_key_padding_mask = tensor({{0, 0, 1}, {0, 0, 0}}).to(kBool));
  }
  nn::Transformer transformer = register_module(
      "transformer", nn::Transformer(4, 2, 1, 1, 8, kw::dropout = 0.0, activation = "gelu", norm_first = true));
};
TORCH_MODULE(MaskedTransformer);

template <class H>
MakeLayer made(std::vector<std::variant<Shape, Tensor>> inputs, H (*make)()) {
  return [=] {
    const H holder = make();
    return Layer{holder.ptr(), inputs, [holder](const std::vector<Tensor>& x) {
                   if constexpr (std::is_same_v<H, nn::TransformerEncoder>)
                     return as_list(holder->forward(x.at(0)));
                   else
                     return as_list(holder->forward(x.at(0), x.at(1)));
                 }};
  };
}

const std::vector<std::variant<Shape, Tensor>> kThree{Shape{3, 2, 4}, Shape{5, 2, 4}, Shape{5, 2, 4}};

[[maybe_unused]] const bool attention_added = add_layers({
    {"MultiheadAttention", several<3, nn::MultiheadAttention>(kThree, 4, 2)},
    {"MultiheadAttention_unbatched",
     several<3, nn::MultiheadAttention>({Shape{3, 4}, Shape{5, 4}, Shape{5, 4}}, 4, 1, bias = false)},
    {"MultiheadAttention_widths",
     several<3, nn::MultiheadAttention>({Shape{2, 3, 4}, Shape{2, 5, 3}, Shape{2, 5, 5}},
                                        nn::MultiheadAttentionOptions(4, 2).kdim(3).vdim(5).batch_first(true))},
    {"MultiheadAttention_more",
     several<3, nn::MultiheadAttention>(kThree, 4, 2, add_bias_kv = true, add_zero_attn = true)},
    {"MultiheadAttention_dropout", several<3, nn::MultiheadAttention>(kThree, 4, 2, 0.4)},
    {"MultiheadAttention_masked", masked(false, true)},
    {"MultiheadAttention_masked_weights", masked(true, false)},
    {"TransformerEncoderLayer", several<1, nn::TransformerEncoderLayer>({Shape{3, 2, 4}}, 4, 2, 8)},
    {"TransformerEncoderLayer_first", several<1, nn::TransformerEncoderLayer>(
                                          {Shape{2, 3, 4}}, nn::TransformerEncoderLayerOptions(4, 2)
                                                                .dim_feedforward(8)
                                                                .dropout(0.0)
                                                                .activation(kGELU)
                                                                .layer_norm_eps(1e-3)
                                                                .batch_first(true)
                                                                .norm_first(true))},
    {"TransformerDecoderLayer",
     several<2, nn::TransformerDecoderLayer>({Shape{3, 2, 4}, Shape{5, 2, 4}}, 4, 2, 8, 0.2)},
    {"TransformerEncoder", made<nn::TransformerEncoder>({Shape{3, 2, 4}},
                                                        [] {
                                                          const nn::TransformerEncoderLayer layer(4, 2, 8, 0.0);
                                                          return nn::TransformerEncoder(
                                                              layer, 2, nn::AnyModule(nn::LayerNorm(4)));
                                                        })},
    {"TransformerDecoder",
     made<nn::TransformerDecoder>({Shape{3, 2, 4}, Shape{5, 2, 4}},
                                  [] {
                                    return nn::TransformerDecoder(nn::TransformerDecoderOptions(
                                        nn::TransformerDecoderLayerOptions(4, 2).dim_feedforward(8).dropout(0.0), 2));
                                  })},
    {"Transformer",
     several<2, nn::Transformer>({Shape{2, 3, 4}, Shape{2, 2, 4}}, 4, 2, 1, 2, 8, 0.1, batch_first = true)},
    {"Transformer_masked", several<2, MaskedTransformer>({Shape{3, 2, 4}, Shape{2, 2, 4}})},
});

}  // namespace
}  // namespace xgrad::test
