/// Pooling as modules.
#pragma once

#include <xgrad/nn/functional/pooling.hpp>
#include <xgrad/nn/modules/configured.hpp>

namespace xgrad::nn {

namespace detail {
template <std::size_t N>
std::string repr(const MaxPoolOptions<N>& options);
template <std::size_t N>
std::string repr(const AvgPoolOptions<N>& options);
template <std::size_t N>
std::string repr(const AdaptivePoolOptions<N>& options);
}  // namespace detail

#define XGRAD_POOL(NAME, FUNCTION)                                                         \
  class NAME##Impl : public Configured<NAME##Impl, NAME##Options> {                        \
   public:                                                                                 \
    using Configured::Configured;                                                          \
    Tensor forward(Tensor input) override { return functional::FUNCTION(input, options); } \
    std::string extra_repr() const override { return detail::repr(options); }              \
  };                                                                                       \
  TORCH_MODULE(NAME)
// The same with forward_with_indices(x), what Python's return_indices=True gives.
#define XGRAD_POOL_WITH_INDICES(NAME, FUNCTION)                                            \
  class NAME##Impl : public Configured<NAME##Impl, NAME##Options> {                        \
   public:                                                                                 \
    using Configured::Configured;                                                          \
    Tensor forward(Tensor input) override { return functional::FUNCTION(input, options); } \
    ValuesIndices forward_with_indices(const Tensor& input) {                              \
      return functional::FUNCTION##_with_indices(input, options);                          \
    }                                                                                      \
    std::string extra_repr() const override { return detail::repr(options); }              \
  };                                                                                       \
  TORCH_MODULE(NAME)

/// The largest element of each window. Options: kernel_size, stride = kernel_size, padding = 0, dilation = 1,
/// ceil_mode = false.
XGRAD_POOL_WITH_INDICES(MaxPool1d, max_pool1d);
XGRAD_POOL_WITH_INDICES(MaxPool2d, max_pool2d);
XGRAD_POOL_WITH_INDICES(MaxPool3d, max_pool3d);
/// The mean of each window. Options: kernel_size, stride = kernel_size, padding = 0, ceil_mode = false,
/// count_include_pad = true, divisor_override (not for 1 dimension).
XGRAD_POOL(AvgPool1d, avg_pool1d);
XGRAD_POOL(AvgPool2d, avg_pool2d);
XGRAD_POOL(AvgPool3d, avg_pool3d);
/// Means, or largest elements, of as many equal parts as output_size says.
XGRAD_POOL(AdaptiveAvgPool1d, adaptive_avg_pool1d);
XGRAD_POOL(AdaptiveAvgPool2d, adaptive_avg_pool2d);
XGRAD_POOL(AdaptiveAvgPool3d, adaptive_avg_pool3d);
XGRAD_POOL_WITH_INDICES(AdaptiveMaxPool1d, adaptive_max_pool1d);
XGRAD_POOL_WITH_INDICES(AdaptiveMaxPool2d, adaptive_max_pool2d);
XGRAD_POOL_WITH_INDICES(AdaptiveMaxPool3d, adaptive_max_pool3d);

#undef XGRAD_POOL_WITH_INDICES
#undef XGRAD_POOL

}  // namespace xgrad::nn
