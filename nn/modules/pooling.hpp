/// Pooling as modules.
#pragma once

#include <xgrad/nn/functional/pooling.hpp>
#include <xgrad/nn/modules/of_function.hpp>

namespace xgrad::nn {

namespace detail {
template <std::size_t N>
std::string repr(const MaxPoolOptions<N>& options);
template <std::size_t N>
std::string repr(const AvgPoolOptions<N>& options);
template <std::size_t N>
std::string repr(const AdaptivePoolOptions<N>& options);
}  // namespace detail

/// The largest element of each window. Options: kernel_size, stride = kernel_size, padding = 0, dilation = 1,
/// ceil_mode = false.
XGRAD_MODULE_WITH_INDICES(MaxPool1d, max_pool1d, FIRST);
XGRAD_MODULE_WITH_INDICES(MaxPool2d, max_pool2d, FIRST);
XGRAD_MODULE_WITH_INDICES(MaxPool3d, max_pool3d, FIRST);
/// The mean of each window. Options: kernel_size, stride = kernel_size, padding = 0, ceil_mode = false,
/// count_include_pad = true, divisor_override (not for 1 dimension).
XGRAD_MODULE_OF(AvgPool1d, avg_pool1d, FIRST);
XGRAD_MODULE_OF(AvgPool2d, avg_pool2d, FIRST);
XGRAD_MODULE_OF(AvgPool3d, avg_pool3d, FIRST);
/// Means, or largest elements, of as many equal parts as output_size says, or of the input's size where it is None.
XGRAD_MODULE_OF(AdaptiveAvgPool1d, adaptive_avg_pool1d, FIRST_OR_NONE);
XGRAD_MODULE_OF(AdaptiveAvgPool2d, adaptive_avg_pool2d, FIRST_OR_NONE);
XGRAD_MODULE_OF(AdaptiveAvgPool3d, adaptive_avg_pool3d, FIRST_OR_NONE);
XGRAD_MODULE_WITH_INDICES(AdaptiveMaxPool1d, adaptive_max_pool1d, FIRST_OR_NONE);
XGRAD_MODULE_WITH_INDICES(AdaptiveMaxPool2d, adaptive_max_pool2d, FIRST_OR_NONE);
XGRAD_MODULE_WITH_INDICES(AdaptiveMaxPool3d, adaptive_max_pool3d, FIRST_OR_NONE);

}  // namespace xgrad::nn
