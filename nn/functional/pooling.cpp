#include <xgrad/nn/functional/pooling.hpp>

namespace xgrad::nn::functional {

namespace {

/// The sizes asked for, or the input's own.
template <std::size_t N>
Dims sizes_of(const AdaptivePoolOptions<N>& options, const Tensor& input) {
  Dims out;
  for (std::size_t i = 0; i < N; ++i) {
    const auto& size = options.output_size()[i];
    out.push_back(size ? *size : input.size(static_cast<std::int64_t>(i) - static_cast<std::int64_t>(N)));
  }
  return out;
}

}  // namespace

#define XGRAD_POOLS(N)                                                                                                 \
  ValuesIndices max_pool##N##d_with_indices(const Tensor& input, const MaxPool##N##dFuncOptions& o) {                  \
    return xgrad::max_pool##N##d_with_indices(input, o.kernel_size(), o.stride(), o.padding(), o.dilation(),           \
                                              o.ceil_mode());                                                          \
  }                                                                                                                    \
  Tensor max_pool##N##d(const Tensor& input, const MaxPool##N##dFuncOptions& o) {                                      \
    return max_pool##N##d_with_indices(input, o).values();                                                             \
  }                                                                                                                    \
  Tensor adaptive_avg_pool##N##d(const Tensor& input, const AdaptiveAvgPool##N##dFuncOptions& o) {                     \
    return xgrad::adaptive_avg_pool##N##d(input, sizes_of(o, input));                                                  \
  }                                                                                                                    \
  ValuesIndices adaptive_max_pool##N##d_with_indices(const Tensor& input, const AdaptiveMaxPool##N##dFuncOptions& o) { \
    return xgrad::adaptive_max_pool##N##d(input, sizes_of(o, input));                                                  \
  }                                                                                                                    \
  Tensor adaptive_max_pool##N##d(const Tensor& input, const AdaptiveMaxPool##N##dFuncOptions& o) {                     \
    return adaptive_max_pool##N##d_with_indices(input, o).values();                                                    \
  }

XGRAD_POOLS(1)
XGRAD_POOLS(2)
XGRAD_POOLS(3)

#undef XGRAD_POOLS

Tensor avg_pool1d(const Tensor& input, const AvgPool1dFuncOptions& o) {
  return xgrad::avg_pool1d(input, o.kernel_size(), o.stride(), o.padding(), o.ceil_mode(), o.count_include_pad());
}
Tensor avg_pool2d(const Tensor& input, const AvgPool2dFuncOptions& o) {
  return xgrad::avg_pool2d(input, o.kernel_size(), o.stride(), o.padding(), o.ceil_mode(), o.count_include_pad(),
                           o.divisor_override());
}
Tensor avg_pool3d(const Tensor& input, const AvgPool3dFuncOptions& o) {
  return xgrad::avg_pool3d(input, o.kernel_size(), o.stride(), o.padding(), o.ceil_mode(), o.count_include_pad(),
                           o.divisor_override());
}

}  // namespace xgrad::nn::functional
