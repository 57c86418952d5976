/// Dropout of whole channels and alpha dropout as functions.
#pragma once

#include <xgrad/nn/options.hpp>

namespace xgrad::nn {

using Dropout1dOptions = DropoutOptions;
using Dropout2dOptions = DropoutOptions;
using Dropout3dOptions = DropoutOptions;
using AlphaDropoutOptions = DropoutOptions;
using FeatureAlphaDropoutOptions = DropoutOptions;

class ChannelShuffleOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::groups>;
  ChannelShuffleOptions(std::int64_t groups = 1) : groups_(groups) {}
  XGRAD_OPTION(std::int64_t, groups, 1);
};

namespace functional {

using FeatureAlphaDropoutFuncOptions = AlphaDropoutFuncOptions;
using Dropout1dFuncOptions = DropoutFuncOptions;
using Dropout2dFuncOptions = DropoutFuncOptions;
using Dropout3dFuncOptions = DropoutFuncOptions;

/// Whole channels of [N, C, L] become zero with probability p, the others grow by 1/(1 − p). Options: p = 0.5, training
/// = true, inplace = false.
XGRAD_FUNCTION(dropout1d, Dropout1dFuncOptions)
/// The same for [N, C, H, W] (or, in PyTorch's way and with its warning, the first dimension but one of any tensor).
XGRAD_FUNCTION(dropout2d, Dropout2dFuncOptions)
/// The same for [N, C, D, H, W] or [C, D, H, W].
XGRAD_FUNCTION(dropout3d, Dropout3dFuncOptions)
/// a·x + b for elements that stay, and a·(−1.7581) + b for those that do not, so that mean 0 and variance 1 stay.
/// Options: p = 0.5, training = false, inplace = false.
XGRAD_FUNCTION(alpha_dropout, AlphaDropoutFuncOptions)
/// The same with whole channels.
XGRAD_FUNCTION(feature_alpha_dropout, FeatureAlphaDropoutFuncOptions)

}  // namespace functional
}  // namespace xgrad::nn
