/// Embedding: a table of vectors.
#pragma once

#include <xgrad/nn/functional/embedding.hpp>
#include <xgrad/nn/modules/configured.hpp>

namespace xgrad::nn {

namespace detail {

/// The table that options ask for: `given`, or one that is drawn. A negative padding_idx counts from the end, and is
/// changed to one that does not.
Tensor table_of(const Tensor& given, Dims sizes, std::optional<ScalarType> dtype, std::optional<std::int64_t>& padding);
void draw_table(const Tensor& table, const std::optional<std::int64_t>& padding);
/// Embeddings as they are taken over; throws Error unless they are a matrix.
const Tensor& checked_embeddings(const Tensor& embeddings);

/// What Embedding and EmbeddingBag have in common: `weight`, and options.
template <class Derived, class OptionsType, class Base>
class TableModule : public Cloneable<Derived, Base> {
 public:
  using Options = OptionsType;

  explicit TableModule(const Options& given) : options(given) { TableModule::reset(); }
  template <class First, class... Rest>
  requires(LooseArguments<Options, First, Rest...> && !ModuleType<First>) explicit TableModule(First&& first,
                                                                                               Rest&&... rest)
      : TableModule(options_of<Options>(std::forward<First>(first), std::forward<Rest>(rest)...)) {}

  void reset() override {
    std::optional<std::int64_t> padding = options.padding_idx();
    weight = this->register_parameter(
        "weight",
        table_of(options._weight(), {options.num_embeddings(), options.embedding_dim()}, options.dtype(), padding));
    options.padding_idx(padding);
  }
  /// Draws a new table.
  void reset_parameters() { draw_table(weight, options.padding_idx()); }

  Options options;
  Tensor weight;
};

/// Their holders, Self, which can be made of vectors that exist.
template <class Self, class ImplType, class Pretrained>
class TableHolder : public ModuleHolder<ImplType> {
 public:
  using ModuleHolder<ImplType>::ModuleHolder;
  using Impl = ImplType;

  /// A table of these vectors, which are not trained unless freeze = false.
  static Self from_pretrained(const Tensor& embeddings, const Pretrained& options = {}) {
    const Tensor& rows = checked_embeddings(embeddings);
    Self table(with_lookup(typename Impl::Options(rows.size(0), rows.size(1))._weight(rows), options));
    table->weight.requires_grad_(!options.freeze());
    return table;
  }
  template <class First, class... Rest>
  requires LooseArguments<Pretrained, First, Rest...>
  static Self from_pretrained(const Tensor& embeddings, First&& first, Rest&&... rest) {
    return from_pretrained(embeddings, options_of<Pretrained>(std::forward<First>(first), std::forward<Rest>(rest)...));
  }
};

}  // namespace detail

/// The rows that the input numbers: [...] integers to [..., embedding_dim]. The table starts normal with deviation 1,
/// but for row padding_idx, which is zero and gets no gradient. Options: num_embeddings, embedding_dim, padding_idx,
/// max_norm, norm_type = 2, scale_grad_by_freq = false, sparse.
///
///     nn::Embedding table(10000, 300, padding_idx = 0);
class EmbeddingImpl : public detail::TableModule<EmbeddingImpl, EmbeddingOptions, Module> {
 public:
  using TableModule::TableModule;
  Tensor forward(Tensor input) override;
  std::string extra_repr() const override;
};

XGRAD_COPIED(Embedding);
class Embedding : public detail::TableHolder<Embedding, EmbeddingImpl, EmbeddingFromPretrainedOptions> {
 public:
  using TableHolder::TableHolder;
};

}  // namespace xgrad::nn
