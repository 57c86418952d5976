/// Embedding: a table of vectors.
#pragma once

#include <xgrad/nn/functional/embedding.hpp>
#include <xgrad/nn/modules/configured.hpp>

namespace xgrad::nn {

/// The rows that the input numbers: [...] integers to [..., embedding_dim]. The table starts normal with deviation 1,
/// but for row padding_idx, which is zero and gets no gradient. Options: num_embeddings, embedding_dim, padding_idx,
/// max_norm, norm_type = 2, scale_grad_by_freq = false, sparse.
///
///     nn::Embedding table(10000, 300, padding_idx = 0);
class EmbeddingImpl : public Cloneable<EmbeddingImpl, Module> {
 public:
  explicit EmbeddingImpl(const EmbeddingOptions& given);
  template <class First, class... Rest>
  requires(detail::LooseArguments<EmbeddingOptions, First, Rest...> &&
           !detail::ModuleType<First>) explicit EmbeddingImpl(First&& first, Rest&&... rest)
      : EmbeddingImpl(detail::options_of<EmbeddingOptions>(std::forward<First>(first), std::forward<Rest>(rest)...)) {}

  void reset() override;
  /// Draws a new table.
  void reset_parameters();
  Tensor forward(Tensor input) override;
  std::string extra_repr() const override;

  EmbeddingOptions options;
  Tensor weight;
};

XGRAD_COPIED(Embedding);
class Embedding : public ModuleHolder<EmbeddingImpl> {
 public:
  using ModuleHolder::ModuleHolder;
  using Impl = EmbeddingImpl;

  /// A table of these vectors, which are not trained unless freeze = false.
  static Embedding from_pretrained(const Tensor& embeddings, const EmbeddingFromPretrainedOptions& options = {});
  template <class First, class... Rest>
  requires detail::LooseArguments<EmbeddingFromPretrainedOptions, First, Rest...>
  static Embedding from_pretrained(const Tensor& embeddings, First&& first, Rest&&... rest) {
    return from_pretrained(embeddings, detail::options_of<EmbeddingFromPretrainedOptions>(std::forward<First>(first),
                                                                                          std::forward<Rest>(rest)...));
  }
};

}  // namespace xgrad::nn
