/// EmbeddingBag: sums, means or maxima of rows of a table.
#pragma once

#include <xgrad/nn/functional/embedding.hpp>
#include <xgrad/nn/modules/configured.hpp>

#include <string>

namespace xgrad::kwargs {
XGRAD_KEYWORD(include_last_offset);
XGRAD_KEYWORD(offsets);
XGRAD_KEYWORD(per_sample_weights);
}  // namespace xgrad::kwargs

namespace xgrad::nn {

/// `mode`: "sum", "mean" or "max".
class EmbeddingBagOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::num_embeddings, kwargs::key::embedding_dim, kwargs::key::max_norm,
                                   kwargs::key::norm_type, kwargs::key::scale_grad_by_freq, kwargs::key::mode,
                                   kwargs::key::sparse, kwargs::key::_weight, kwargs::key::include_last_offset,
                                   kwargs::key::padding_idx, kwargs::key::device, kwargs::key::dtype>;
  EmbeddingBagOptions() = default;
  EmbeddingBagOptions& device(Device) { return *this; }
  EmbeddingBagOptions(std::int64_t num_embeddings, std::int64_t embedding_dim)
      : num_embeddings_(num_embeddings), embedding_dim_(embedding_dim) {}
  XGRAD_OPTION(std::int64_t, num_embeddings, 0);
  XGRAD_OPTION(std::int64_t, embedding_dim, 0);
  XGRAD_OPTION(std::optional<double>, max_norm, {});
  XGRAD_OPTION(double, norm_type, 2.0);
  XGRAD_OPTION(bool, scale_grad_by_freq, false);
  XGRAD_OPTION(std::string, mode, "mean");

 public:
  auto& mode(Reduction reduction) { return mode(reduction == kSum ? "sum" : reduction == kMean ? "mean" : "none"); }
  XGRAD_OPTION(bool, sparse, false);  // gradients are dense all the same
  XGRAD_OPTION(Tensor, _weight, {});
  XGRAD_OPTION(bool, include_last_offset, false);
  XGRAD_OPTION(std::optional<std::int64_t>, padding_idx, {});
  XGRAD_OPTION(std::optional<ScalarType>, dtype, {});  // of a table that is drawn
};

class EmbeddingBagFromPretrainedOptions {
 public:
  using Positional =
      kwargs::Order<kwargs::key::freeze, kwargs::key::max_norm, kwargs::key::norm_type, kwargs::key::scale_grad_by_freq,
                    kwargs::key::mode, kwargs::key::sparse, kwargs::key::include_last_offset, kwargs::key::padding_idx>;
  XGRAD_OPTION(bool, freeze, true);
  XGRAD_OPTION(std::optional<double>, max_norm, {});
  XGRAD_OPTION(double, norm_type, 2.0);
  XGRAD_OPTION(bool, scale_grad_by_freq, false);
  XGRAD_OPTION(std::string, mode, "mean");

 public:
  auto& mode(Reduction reduction) { return mode(reduction == kSum ? "sum" : reduction == kMean ? "mean" : "none"); }
  XGRAD_OPTION(bool, sparse, false);
  XGRAD_OPTION(bool, include_last_offset, false);
  XGRAD_OPTION(std::optional<std::int64_t>, padding_idx, {});
};

namespace functional {

class EmbeddingBagFuncOptions {
 public:
  using Positional =
      kwargs::Order<kwargs::key::offsets, kwargs::key::max_norm, kwargs::key::norm_type,
                    kwargs::key::scale_grad_by_freq, kwargs::key::mode, kwargs::key::sparse,
                    kwargs::key::per_sample_weights, kwargs::key::include_last_offset, kwargs::key::padding_idx>;
  XGRAD_OPTION(Tensor, offsets, {});
  XGRAD_OPTION(std::optional<double>, max_norm, {});
  XGRAD_OPTION(double, norm_type, 2.0);
  XGRAD_OPTION(bool, scale_grad_by_freq, false);
  XGRAD_OPTION(std::string, mode, "mean");

 public:
  auto& mode(Reduction reduction) { return mode(reduction == kSum ? "sum" : reduction == kMean ? "mean" : "none"); }
  XGRAD_OPTION(bool, sparse, false);
  XGRAD_OPTION(Tensor, per_sample_weights, {});
  XGRAD_OPTION(bool, include_last_offset, false);
  XGRAD_OPTION(std::optional<std::int64_t>, padding_idx, {});
};

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
class EmbeddingBagImpl : public Cloneable<EmbeddingBagImpl> {
 public:
  explicit EmbeddingBagImpl(const EmbeddingBagOptions& given) : options(given) { EmbeddingBagImpl::reset(); }
  template <class First, class... Rest>
  requires(detail::LooseArguments<EmbeddingBagOptions, First, Rest...> &&
           !detail::ModuleType<First>) explicit EmbeddingBagImpl(First&& first, Rest&&... rest)
      : EmbeddingBagImpl(
            detail::options_of<EmbeddingBagOptions>(std::forward<First>(first), std::forward<Rest>(rest)...)) {}

  void reset() override;
  /// Draws a new table.
  void reset_parameters();
  Tensor forward(const Tensor& input, const Tensor& offsets = {}, const Tensor& per_sample_weights = {});
  XGRAD_FORWARD_HAS_DEFAULTS;
  std::string extra_repr() const override;

  EmbeddingBagOptions options;
  Tensor weight;
};

XGRAD_COPIED(EmbeddingBag);
class EmbeddingBag : public ModuleHolder<EmbeddingBagImpl> {
 public:
  using ModuleHolder::ModuleHolder;
  using Impl = EmbeddingBagImpl;

  /// A table of these vectors, which are not trained unless freeze = false.
  static EmbeddingBag from_pretrained(const Tensor& embeddings, const EmbeddingBagFromPretrainedOptions& options = {});
  template <class First, class... Rest>
  requires detail::LooseArguments<EmbeddingBagFromPretrainedOptions, First, Rest...>
  static EmbeddingBag from_pretrained(const Tensor& embeddings, First&& first, Rest&&... rest) {
    return from_pretrained(embeddings, detail::options_of<EmbeddingBagFromPretrainedOptions>(
                                           std::forward<First>(first), std::forward<Rest>(rest)...));
  }
};

}  // namespace xgrad::nn
