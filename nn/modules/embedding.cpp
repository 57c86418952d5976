#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/nn/init.hpp>
#include <xgrad/nn/modules/embedding.hpp>

namespace xgrad::nn {

EmbeddingImpl::EmbeddingImpl(const EmbeddingOptions& given) : options(given) { EmbeddingImpl::reset(); }

void EmbeddingImpl::reset() {
  const std::int64_t rows = options.num_embeddings(), length = options.embedding_dim();
  if (auto padding = options.padding_idx()) {
    check(*padding < rows && *padding >= -rows, "Padding_idx must be within num_embeddings");
    if (*padding < 0) options.padding_idx(*padding + rows);
  }
  if (options._weight().defined()) {
    check(options._weight().sizes() == Dims{rows, length},
          "Shape of weight does not match num_embeddings and embedding_dim");
    weight = register_parameter("weight", options._weight());
    return;
  }
  weight = register_parameter("weight", empty({rows, length}, detail::of_dtype(options.dtype())));
  reset_parameters();
}

void EmbeddingImpl::reset_parameters() {
  init::normal_(weight);
  if (!options.padding_idx()) return;
  const NoGradGuard no_grad;
  weight.select(0, *options.padding_idx()).zero_();
}

Tensor EmbeddingImpl::forward(Tensor input) {
  return functional::embedding(input, weight,
                               functional::EmbeddingFuncOptions()
                                   .padding_idx(options.padding_idx())
                                   .max_norm(options.max_norm())
                                   .norm_type(options.norm_type())
                                   .scale_grad_by_freq(options.scale_grad_by_freq()));
}

std::string EmbeddingImpl::extra_repr() const {
  std::string text = fmt::format("{}, {}", options.num_embeddings(), options.embedding_dim());
  if (options.padding_idx()) text += fmt::format(", padding_idx={}", *options.padding_idx());
  if (options.max_norm()) text += ", max_norm=" + detail::python(*options.max_norm());
  if (options.norm_type() != 2) text += ", norm_type=" + detail::python(options.norm_type());
  if (options.scale_grad_by_freq()) text += ", scale_grad_by_freq=True";
  if (options.sparse()) text += ", sparse=True";
  return text;
}

Embedding Embedding::from_pretrained(const Tensor& embeddings, const EmbeddingFromPretrainedOptions& options) {
  check(embeddings.dim() == 2, "Embeddings parameter is expected to be 2-dimensional");
  Embedding table(EmbeddingOptions(embeddings.size(0), embeddings.size(1))
                      ._weight(embeddings)
                      .padding_idx(options.padding_idx())
                      .max_norm(options.max_norm())
                      .norm_type(options.norm_type())
                      .scale_grad_by_freq(options.scale_grad_by_freq())
                      .sparse(options.sparse()));
  table->weight.requires_grad_(!options.freeze());
  return table;
}

}  // namespace xgrad::nn
