/// Dropout of elements and of whole channels, and alpha dropout; ChannelShuffle.
#pragma once

#include <xgrad/nn/functional/dropout.hpp>
#include <xgrad/nn/modules/configured.hpp>

namespace xgrad::nn {

// Options: p = 0.5, inplace = false.
#define XGRAD_DROPOUT(NAME, FUNCTION)                                                                                \
  class NAME##Impl : public Configured<NAME##Impl, NAME##Options> {                                                  \
   public:                                                                                                           \
    using Configured::Configured;                                                                                    \
    Tensor forward(Tensor input) override {                                                                          \
      return functional::FUNCTION(                                                                                   \
          input, functional::NAME##FuncOptions().p(options.p()).training(is_training()).inplace(options.inplace())); \
    }                                                                                                                \
    std::string extra_repr() const override { return detail::dropout_text(options); }                                \
  };                                                                                                                 \
  XGRAD_LAYER(NAME)

namespace detail {
std::string dropout_text(const DropoutOptions& options);
}

/// In training mode, zeroes elements with probability p and scales the others by 1/(1 − p). Throws ValueError for p
/// outside of [0, 1].
XGRAD_DROPOUT(Dropout, dropout);
/// Zeroes channels of [N, C, L] (of [C, L], too) with probability p while training.
XGRAD_DROPOUT(Dropout1d, dropout1d);
/// The same for [N, C, H, W].
XGRAD_DROPOUT(Dropout2d, dropout2d);
/// The same for [N, C, D, H, W].
XGRAD_DROPOUT(Dropout3d, dropout3d);
/// Sets elements to SELU's lowest value with probability p while training, so that mean and variance stay.
XGRAD_DROPOUT(AlphaDropout, alpha_dropout);
/// The same with whole channels.
XGRAD_DROPOUT(FeatureAlphaDropout, feature_alpha_dropout);
#undef XGRAD_DROPOUT

/// Channels of [N, C, ...] from groups in turn: (group, member) becomes (member, group).
class ChannelShuffleImpl : public Configured<ChannelShuffleImpl, ChannelShuffleOptions> {
 public:
  using Configured::Configured;
  Tensor forward(Tensor input) override { return functional::channel_shuffle(input, options.groups()); }
  std::string extra_repr() const override { return fmt::format("groups={}", options.groups()); }
};
XGRAD_LAYER(ChannelShuffle);

}  // namespace xgrad::nn
