#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/nn/functional/embedding.hpp>

#include <cmath>

namespace xgrad::nn::functional {

namespace {

/// Shortens the rows that are used to `most`, in place and unrecorded.
void shorten_rows(const Tensor& weight, const Tensor& input, double most, double norm_type) {
  const NoGradGuard no_grad;
  const Tensor index = input.to(kInt64).contiguous();
  for (std::int64_t i = 0; i < index.numel(); ++i) {
    const std::int64_t r = index.data_ptr<std::int64_t>()[i];
    check<IndexError>(r >= 0 && r < weight.size(0), "index out of range in self");
    const Tensor row = weight.select(0, r);
    const double norm = std::pow(abs(row).pow(norm_type).sum().item<double>(), 1 / norm_type);
    if (norm > most) row.mul_(most / (norm + 1e-7));
  }
}

}  // namespace

Tensor embedding(const Tensor& input, const Tensor& weight, const EmbeddingFuncOptions& options) {
  std::int64_t padding = options.padding_idx().value_or(-1);
  if (options.padding_idx()) {
    check(padding < weight.size(0) && padding >= -weight.size(0), "Padding_idx must be within num_embeddings");
    if (padding < 0) padding += weight.size(0);
  }
  if (options.max_norm()) shorten_rows(weight, input, *options.max_norm(), options.norm_type());
  return xgrad::embedding(weight, input, padding, options.scale_grad_by_freq(), options.sparse());
}

}  // namespace xgrad::nn::functional
