/// EmbeddingBag: sums, means or maxima of rows of a table.
#pragma once

#include <xgrad/nn/modules/embedding.hpp>

namespace xgrad::nn {

namespace functional {

/// The rows of `weight` that `input` numbers, reduced over bags: the rows of a matrix [bags, n], or the parts of a
/// vector that begin at `offsets`. An empty bag is zero. Indices that are padding_idx do not count. Options: offsets,
/// max_norm, norm_type = 2, scale_grad_by_freq = false, mode = "mean", per_sample_weights (with "sum"),
/// include_last_offset = false, with which the last offset is the end, padding_idx.
Tensor embedding_bag(const Tensor& input, const Tensor& weight, const EmbeddingBagFuncOptions& options = {});
XGRAD_LOOSE_OPTIONS(embedding_bag, EmbeddingBagFuncOptions, const Tensor& input XGRAD_COMMA const Tensor& weight, input,
                    weight)

}  // namespace functional

/// A table whose rows are summed up, averaged or compared by bags (F::embedding_bag). It starts normal with deviation
/// 1, but for row padding_idx, which is zero.
///
///     nn::EmbeddingBag bag(10, 3, kw::mode = "sum");
///     Tensor y = bag(tensor({1, 2, 4, 5}), tensor({0, 3}));   // rows 1 + 2 + 4 and row 5
class EmbeddingBagImpl : public detail::TableModule<EmbeddingBagImpl, EmbeddingBagOptions, ModuleBase> {
 public:
  using TableModule::TableModule;
  Tensor forward(const Tensor& input, const Tensor& offsets = {}, const Tensor& per_sample_weights = {});
  XGRAD_FORWARD_HAS_DEFAULTS;
  std::string extra_repr() const override;
};

XGRAD_COPIED(EmbeddingBag);
class EmbeddingBag : public detail::TableHolder<EmbeddingBag, EmbeddingBagImpl, EmbeddingBagFromPretrainedOptions> {
 public:
  using TableHolder::TableHolder;
};

}  // namespace xgrad::nn
