/// Dropout of whole channels, and alpha dropout; ChannelShuffle.
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
class ChannelShuffleImpl : public Cloneable<ChannelShuffleImpl, Module> {
 public:
  explicit ChannelShuffleImpl(std::int64_t groups) : groups_(groups) {}
  Tensor forward(Tensor input) override { return functional::channel_shuffle(input, groups_); }
  std::string extra_repr() const override { return fmt::format("groups={}", groups_); }

 private:
  std::int64_t groups_;
};
XGRAD_LAYER(ChannelShuffle);

}  // namespace xgrad::nn
