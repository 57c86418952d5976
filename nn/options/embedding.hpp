/// Options of embeddings.
#pragma once

#include <xgrad/nn/options.hpp>

#include <string>

namespace xgrad::kwargs {
XGRAD_KEYWORD(_weight);
XGRAD_KEYWORD(embedding_dim);
XGRAD_KEYWORD(freeze);
XGRAD_KEYWORD(include_last_offset);
XGRAD_KEYWORD(num_embeddings);
XGRAD_KEYWORD(offsets);
XGRAD_KEYWORD(padding_idx);
XGRAD_KEYWORD(per_sample_weights);
XGRAD_KEYWORD(scale_grad_by_freq);
XGRAD_KEYWORD(sparse);
}  // namespace xgrad::kwargs

namespace xgrad::nn {

namespace detail {

/// How rows of a table are taken.
template <class Self>
class LookupOptions {
  XGRAD_SHARED_OPTION(Self, std::optional<std::int64_t>, padding_idx, {});
  XGRAD_SHARED_OPTION(Self, std::optional<double>, max_norm, {});
  XGRAD_SHARED_OPTION(Self, double, norm_type, 2.0);
  XGRAD_SHARED_OPTION(Self, bool, scale_grad_by_freq, false);
  XGRAD_SHARED_OPTION(Self, bool, sparse, false);  // gradients are dense all the same
};

/// And how they become one row. `mode`: "sum", "mean" or "max".
template <class Self>
class BagLookupOptions : public LookupOptions<Self> {
  XGRAD_SHARED_OPTION(Self, std::string, mode, "mean");
  XGRAD_SHARED_OPTION(Self, bool, include_last_offset, false);

 public:
  Self& mode(Reduction reduction) { return mode(reduction == kSum ? "sum" : reduction == kMean ? "mean" : "none"); }
};

/// A table itself.
template <class Self, class Lookup>
class TableOptions : public Lookup {
 public:
  TableOptions() = default;
  TableOptions(std::int64_t num_embeddings, std::int64_t embedding_dim)
      : num_embeddings_(num_embeddings), embedding_dim_(embedding_dim) {}
  Self& device(Device) { return static_cast<Self&>(*this); }
  XGRAD_SHARED_OPTION(Self, std::int64_t, num_embeddings, 0);
  XGRAD_SHARED_OPTION(Self, std::int64_t, embedding_dim, 0);
  XGRAD_SHARED_OPTION(Self, Tensor, _weight, {});
  XGRAD_SHARED_OPTION(Self, std::optional<ScalarType>, dtype, {});  // of a table that is drawn
};

/// `to`, with the lookup of `from`.
template <class To, class From>
To with_lookup(To to, const From& from) {
  to.padding_idx(from.padding_idx()).max_norm(from.max_norm()).norm_type(from.norm_type());
  to.scale_grad_by_freq(from.scale_grad_by_freq()).sparse(from.sparse());
  if constexpr (requires { to.mode(from.mode()); })
    to.mode(from.mode()).include_last_offset(from.include_last_offset());
  return to;
}

}  // namespace detail

class EmbeddingOptions : public detail::TableOptions<EmbeddingOptions, detail::LookupOptions<EmbeddingOptions>> {
 public:
  using Positional = kwargs::Order<kwargs::key::num_embeddings, kwargs::key::embedding_dim, kwargs::key::padding_idx,
                                   kwargs::key::max_norm, kwargs::key::norm_type, kwargs::key::scale_grad_by_freq,
                                   kwargs::key::sparse, kwargs::key::_weight, kwargs::key::device, kwargs::key::dtype>;
  using TableOptions::TableOptions;
};

class EmbeddingFromPretrainedOptions : public detail::LookupOptions<EmbeddingFromPretrainedOptions> {
 public:
  using Positional = kwargs::Order<kwargs::key::freeze, kwargs::key::padding_idx, kwargs::key::max_norm,
                                   kwargs::key::norm_type, kwargs::key::scale_grad_by_freq, kwargs::key::sparse>;
  XGRAD_OPTION(bool, freeze, true);
};

class EmbeddingBagOptions
    : public detail::TableOptions<EmbeddingBagOptions, detail::BagLookupOptions<EmbeddingBagOptions>> {
 public:
  using Positional = kwargs::Order<kwargs::key::num_embeddings, kwargs::key::embedding_dim, kwargs::key::max_norm,
                                   kwargs::key::norm_type, kwargs::key::scale_grad_by_freq, kwargs::key::mode,
                                   kwargs::key::sparse, kwargs::key::_weight, kwargs::key::include_last_offset,
                                   kwargs::key::padding_idx, kwargs::key::device, kwargs::key::dtype>;
  using TableOptions::TableOptions;
};

class EmbeddingBagFromPretrainedOptions : public detail::BagLookupOptions<EmbeddingBagFromPretrainedOptions> {
 public:
  using Positional =
      kwargs::Order<kwargs::key::freeze, kwargs::key::max_norm, kwargs::key::norm_type, kwargs::key::scale_grad_by_freq,
                    kwargs::key::mode, kwargs::key::sparse, kwargs::key::include_last_offset, kwargs::key::padding_idx>;
  XGRAD_OPTION(bool, freeze, true);
};

namespace functional {

class EmbeddingFuncOptions : public nn::detail::LookupOptions<EmbeddingFuncOptions> {
 public:
  using Positional = kwargs::Order<kwargs::key::padding_idx, kwargs::key::max_norm, kwargs::key::norm_type,
                                   kwargs::key::scale_grad_by_freq, kwargs::key::sparse>;
};

class EmbeddingBagFuncOptions : public nn::detail::BagLookupOptions<EmbeddingBagFuncOptions> {
 public:
  using Positional =
      kwargs::Order<kwargs::key::offsets, kwargs::key::max_norm, kwargs::key::norm_type,
                    kwargs::key::scale_grad_by_freq, kwargs::key::mode, kwargs::key::sparse,
                    kwargs::key::per_sample_weights, kwargs::key::include_last_offset, kwargs::key::padding_idx>;
  XGRAD_OPTION(Tensor, offsets, {});
  XGRAD_OPTION(Tensor, per_sample_weights, {});
};

}  // namespace functional
}  // namespace xgrad::nn
