/// Embeddings as functions.
#pragma once

#include <xgrad/autograd/ops/embedding.hpp>
#include <xgrad/nn/options/embedding.hpp>

namespace xgrad::nn::functional {

/// The rows of `weight` that `input` numbers. Options: padding_idx, whose row gets no gradient (negative: from the
/// end), max_norm, to which the rows used are shortened in place first, norm_type = 2, scale_grad_by_freq = false.
Tensor embedding(const Tensor& input, const Tensor& weight, const EmbeddingFuncOptions& options = {});
XGRAD_LOOSE_OPTIONS(embedding, EmbeddingFuncOptions, const Tensor& input XGRAD_COMMA const Tensor& weight, input,
                    weight)

}  // namespace xgrad::nn::functional
