#include <torch/torch.h>

namespace lib = torch;

namespace bench {
namespace {

lib::Tensor bag_of_rows(const lib::Tensor& indices, const lib::Tensor& table, const lib::Tensor& starts,
                        const std::string& mode, const lib::Tensor& weights) {
  auto options = lib::nn::functional::EmbeddingBagFuncOptions().offsets(starts).per_sample_weights(weights);
  if (mode == "sum") options.mode(lib::kSum);
  if (mode == "max") options.mode(lib::kMax);
  return lib::nn::functional::embedding_bag(indices, table, options);
}

}  // namespace
}  // namespace bench

#include "functional_rows.hpp"

namespace bench {

Side libtorch_functional() { return {"libtorch", functional_rows(), use_threads}; }

}  // namespace bench
