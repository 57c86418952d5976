/// Dropout of whole channels, alpha dropout, and shuffled channels, as functions.
#pragma once

#include <xgrad/nn/options.hpp>

namespace xgrad::nn {

using Dropout1dOptions = DropoutOptions;
using Dropout2dOptions = DropoutOptions;
using Dropout3dOptions = DropoutOptions;
using AlphaDropoutOptions = DropoutOptions;
using FeatureAlphaDropoutOptions = DropoutOptions;

namespace functional {

// Options: p = 0.5, training = true, inplace = false.
#define XGRAD_DROPOUT(NAME)                                                 \
  Tensor NAME(const Tensor& input, const DropoutFuncOptions& options = {}); \
  XGRAD_LOOSE_OPTIONS(NAME, DropoutFuncOptions, const Tensor& input, input)

/// Whole channels of [N, C, L] become zero with probability p, the others grow by 1/(1 − p).
XGRAD_DROPOUT(dropout1d)
/// The same for [N, C, H, W] (or, in PyTorch's way, the first dimension but one of any tensor).
XGRAD_DROPOUT(dropout2d)
XGRAD_DROPOUT(dropout3d)
/// a·x + b for elements that stay, and a·(−1.7581) + b for those that do not, so that mean 0 and variance 1 stay.
XGRAD_DROPOUT(alpha_dropout)
/// The same with whole channels.
XGRAD_DROPOUT(feature_alpha_dropout)
#undef XGRAD_DROPOUT

/// Channels of [N, C, ...] as [groups, C / groups] transposed.
Tensor channel_shuffle(const Tensor& input, std::int64_t groups);

}  // namespace functional
}  // namespace xgrad::nn
