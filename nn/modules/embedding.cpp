#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/nn/init.hpp>
#include <xgrad/nn/modules/embedding.hpp>

namespace xgrad::nn {

namespace detail {

Tensor table_of(const Tensor& given, Dims sizes, std::optional<ScalarType> dtype,
                std::optional<std::int64_t>& padding) {
  const std::int64_t rows = sizes[0];
  if (padding) {
    check(*padding < rows && *padding >= -rows, "Padding_idx must be within num_embeddings");
    if (*padding < 0) *padding += rows;
  }
  check(!given.defined() || given.sizes() == sizes, "Shape of weight does not match num_embeddings and embedding_dim");
  if (given.defined()) return given;
  Tensor table = empty(sizes, of_dtype(dtype));
  draw_table(table, padding);
  return table;
}

void draw_table(const Tensor& table, const std::optional<std::int64_t>& padding) {
  init::normal_(table);
  if (!padding) return;
  const NoGradGuard no_grad;
  table.select(0, *padding).zero_();
}

const Tensor& checked_embeddings(const Tensor& embeddings) {
  check(embeddings.dim() == 2, "Embeddings parameter is expected to be 2-dimensional");
  return embeddings;
}

}  // namespace detail

Tensor EmbeddingImpl::forward(Tensor input) {
  return functional::embedding(input, weight, detail::with_lookup(functional::EmbeddingFuncOptions(), options));
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

}  // namespace xgrad::nn
