/// Folding, and pooling by norms and fractions, as modules.
#pragma once

#include <xgrad/nn/functional/sampling.hpp>
#include <xgrad/nn/modules/of_function.hpp>

namespace xgrad::nn {

namespace detail {
std::string repr(const UnfoldOptions& options);
std::string repr(const FoldOptions& options);
template <std::size_t N>
std::string repr(const LPPoolOptions<N>& options);
template <std::size_t N>
std::string repr(const FractionalMaxPoolOptions<N>&) {
  return {};
}
}  // namespace detail

/// Patches as columns, and back. Options as F::unfold's and F::fold's.
XGRAD_MODULE_OF(Unfold, unfold, FIRST);
XGRAD_MODULE_OF(Fold, fold, FIRST_TWO);
/// Options: norm_type, kernel_size, stride = kernel_size, ceil_mode = false.
XGRAD_MODULE_OF(LPPool1d, lp_pool1d, SECOND);
XGRAD_MODULE_OF(LPPool2d, lp_pool2d, SECOND);
/// Options: kernel_size, output_size or output_ratio, _random_samples. Windows are drawn in every call.
XGRAD_MODULE_WITH_INDICES(FractionalMaxPool2d, fractional_max_pool2d, FIRST);
XGRAD_MODULE_WITH_INDICES(FractionalMaxPool3d, fractional_max_pool3d, FIRST);

/// What max pooling's forward_with_indices took apart. Options: kernel_size, stride = kernel_size, padding = 0.
#define XGRAD_UNPOOL(NAME, FUNCTION)                                                                                \
  class NAME##Impl : public Configured<NAME##Impl, NAME##Options, ModuleBase> {                                     \
   public:                                                                                                          \
    using Configured::Configured;                                                                                   \
    Tensor forward(const Tensor& input, const Tensor& indices,                                                      \
                   const std::optional<std::vector<std::int64_t>>& output_size = {}) {                              \
      return functional::FUNCTION(input, indices, functional::NAME##FuncOptions(options).output_size(output_size)); \
    }                                                                                                               \
    using OutputSizeCall = detail::OutputSizeCall;                                                                  \
    XGRAD_FORWARD_HAS_DEFAULTS;                                                                                     \
    std::string extra_repr() const override;                                                                        \
  };                                                                                                                \
  XGRAD_SIZED_LAYER(NAME, FIRST)
XGRAD_UNPOOL(MaxUnpool1d, max_unpool1d);
XGRAD_UNPOOL(MaxUnpool2d, max_unpool2d);
XGRAD_UNPOOL(MaxUnpool3d, max_unpool3d);
#undef XGRAD_UNPOOL

}  // namespace xgrad::nn
