/// Pooling as functions. The formulas stand in autograd/ops/pooling.hpp.
#pragma once

#include <xgrad/autograd/ops/pooling.hpp>
#include <xgrad/nn/options/pooling.hpp>

namespace xgrad::nn::functional {

// With the other forms of XGRAD_LOOSE_OPTIONS, for functions that return values and indices too.
#define XGRAD_POOL(RESULT, NAME, OPTIONS)                                                                         \
  RESULT NAME(const Tensor& input, const OPTIONS& options);                                                       \
  template <class First, class... Rest>                                                                           \
  requires nn::detail::LooseArguments<OPTIONS, First, Rest...> RESULT NAME(const Tensor& input, First&& first,    \
                                                                           Rest&&... rest) {                      \
    return NAME(input, nn::detail::options_of<OPTIONS>(std::forward<First>(first), std::forward<Rest>(rest)...)); \
  }                                                                                                               \
  XGRAD_BRACED_OPTIONS(RESULT, NAME, OPTIONS, const Tensor& input, input)
#define XGRAD_POOLS(N)                                                             \
  XGRAD_POOL(Tensor, max_pool##N##d, MaxPool##N##dFuncOptions)                     \
  XGRAD_POOL(ValuesIndices, max_pool##N##d_with_indices, MaxPool##N##dFuncOptions) \
  XGRAD_POOL(Tensor, avg_pool##N##d, AvgPool##N##dFuncOptions)                     \
  XGRAD_POOL(Tensor, adaptive_avg_pool##N##d, AdaptiveAvgPool##N##dFuncOptions)    \
  XGRAD_POOL(Tensor, adaptive_max_pool##N##d, AdaptiveMaxPool##N##dFuncOptions)    \
  XGRAD_POOL(ValuesIndices, adaptive_max_pool##N##d_with_indices, AdaptiveMaxPool##N##dFuncOptions)

/// Options of max pooling: kernel_size, stride = kernel_size, padding = 0, dilation = 1, ceil_mode = false. Of average
/// pooling: kernel_size, stride = kernel_size, padding = 0, ceil_mode = false, count_include_pad = true,
/// divisor_override. Of adaptive pooling: output_size.
XGRAD_POOLS(1)
XGRAD_POOLS(2)
XGRAD_POOLS(3)

#undef XGRAD_POOLS
#undef XGRAD_POOL

}  // namespace xgrad::nn::functional
