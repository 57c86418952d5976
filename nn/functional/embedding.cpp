#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/nn/functional/embedding.hpp>

namespace xgrad::nn::functional {

namespace {

/// Shortens the rows that are used to `most`, in place and unrecorded.
void shorten_rows(Tensor weight, const Tensor& input, double most, double norm_type) {
  const NoGradGuard no_grad;
  const Tensor used = unique(input.to(kInt64));  // each row once
  check<IndexError>(
      used.numel() == 0 || (used[0].item<std::int64_t>() >= 0 && used[-1].item<std::int64_t>() < weight.size(0)),
      "index out of range in self");
  const Tensor rows = weight.index_select(0, used), length = norm(rows, norm_type, 1).to(kFloat64);
  const Tensor longer = length.gt(most).nonzero().view({-1});
  if (longer.numel() == 0) return;
  const Tensor factor = (most / (length.index_select(0, longer) + 1e-7)).to(weight.dtype());
  weight.index_copy_(0, used.index_select(0, longer), rows.index_select(0, longer) * factor.unsqueeze(1));
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
