/// Options of embeddings.
#pragma once

#include <xgrad/nn/options.hpp>

namespace xgrad::kwargs {
XGRAD_KEYWORD(_weight);
XGRAD_KEYWORD(embedding_dim);
XGRAD_KEYWORD(freeze);
XGRAD_KEYWORD(num_embeddings);
XGRAD_KEYWORD(padding_idx);
XGRAD_KEYWORD(scale_grad_by_freq);
XGRAD_KEYWORD(sparse);
}  // namespace xgrad::kwargs

namespace xgrad::nn {

class EmbeddingOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::num_embeddings, kwargs::key::embedding_dim, kwargs::key::padding_idx,
                                   kwargs::key::max_norm, kwargs::key::norm_type, kwargs::key::scale_grad_by_freq,
                                   kwargs::key::sparse, kwargs::key::_weight, kwargs::key::device, kwargs::key::dtype>;
  EmbeddingOptions() = default;
  EmbeddingOptions& device(Device) { return *this; }
  EmbeddingOptions(std::int64_t num_embeddings, std::int64_t embedding_dim)
      : num_embeddings_(num_embeddings), embedding_dim_(embedding_dim) {}
  XGRAD_OPTION(std::int64_t, num_embeddings, 0);
  XGRAD_OPTION(std::int64_t, embedding_dim, 0);
  XGRAD_OPTION(std::optional<std::int64_t>, padding_idx, {});
  XGRAD_OPTION(std::optional<double>, max_norm, {});
  XGRAD_OPTION(double, norm_type, 2.0);
  XGRAD_OPTION(bool, scale_grad_by_freq, false);
  XGRAD_OPTION(bool, sparse, false);  // gradients are dense all the same
  XGRAD_OPTION(Tensor, _weight, {});
  XGRAD_OPTION(std::optional<ScalarType>, dtype, {});  // of a table that is drawn
};

class EmbeddingFromPretrainedOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::freeze, kwargs::key::padding_idx, kwargs::key::max_norm,
                                   kwargs::key::norm_type, kwargs::key::scale_grad_by_freq, kwargs::key::sparse>;
  XGRAD_OPTION(bool, freeze, true);
  XGRAD_OPTION(std::optional<std::int64_t>, padding_idx, {});
  XGRAD_OPTION(std::optional<double>, max_norm, {});
  XGRAD_OPTION(double, norm_type, 2.0);
  XGRAD_OPTION(bool, scale_grad_by_freq, false);
  XGRAD_OPTION(bool, sparse, false);
};

namespace functional {

class EmbeddingFuncOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::padding_idx, kwargs::key::max_norm, kwargs::key::norm_type,
                                   kwargs::key::scale_grad_by_freq, kwargs::key::sparse>;
  XGRAD_OPTION(std::optional<std::int64_t>, padding_idx, {});
  XGRAD_OPTION(std::optional<double>, max_norm, {});
  XGRAD_OPTION(double, norm_type, 2.0);
  XGRAD_OPTION(bool, scale_grad_by_freq, false);
  XGRAD_OPTION(bool, sparse, false);
};

}  // namespace functional
}  // namespace xgrad::nn
