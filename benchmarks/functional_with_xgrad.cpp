#include <xgrad/autograd/ops/recurrent.hpp>
#include <xgrad/xgrad.hpp>

namespace lib = xgrad;

namespace bench {
namespace {

/// F::embedding_bag, whose options libtorch writes another way.
lib::Tensor bag_of_rows(const lib::Tensor& indices, const lib::Tensor& table, const lib::Tensor& starts,
                        const char* mode, const lib::Tensor& weights) {
  auto options = lib::nn::functional::EmbeddingBagFuncOptions().offsets(starts).mode(mode);
  return lib::nn::functional::embedding_bag(indices, table, options.per_sample_weights(weights));
}

}  // namespace
}  // namespace bench

#include "functional_rows.hpp"

namespace bench {

Side xgrad_functional() { return {"xgrad", functional_rows(), use_threads}; }

}  // namespace bench
