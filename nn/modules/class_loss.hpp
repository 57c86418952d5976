/// Losses against classes by margins, CTC, and the triplet loss with a distance of one's own, as modules.
#pragma once

#include <xgrad/nn/functional/class_loss.hpp>
#include <xgrad/nn/modules/distance.hpp>
#include <xgrad/nn/modules/loss.hpp>

namespace xgrad::nn {

/// Options: p = 1, margin = 1, weight [C], reduction.
class MultiMarginLossImpl : public detail::WeightedLoss<MultiMarginLossImpl, MultiMarginLossOptions> {
 public:
  using WeightedLoss::WeightedLoss;
  Tensor forward(const Tensor& input, const Tensor& target);
};
XGRAD_LAYER(MultiMarginLoss);

/// Options: reduction.
class MultiLabelMarginLossImpl : public Configured<MultiLabelMarginLossImpl, MultiLabelMarginLossOptions, ModuleBase> {
 public:
  using Configured::Configured;
  Tensor forward(const Tensor& input, const Tensor& target);
};
XGRAD_LAYER(MultiLabelMarginLoss);

/// Options: weight [C], reduction.
class MultiLabelSoftMarginLossImpl
    : public detail::WeightedLoss<MultiLabelSoftMarginLossImpl, MultiLabelSoftMarginLossOptions> {
 public:
  using WeightedLoss::WeightedLoss;
  Tensor forward(const Tensor& input, const Tensor& target);
};
XGRAD_LAYER(MultiLabelSoftMarginLoss);

/// Of log-probabilities [T, N, C], targets and both lengths. Options: blank = 0, reduction, zero_infinity = false.
///
///     nn::CTCLoss criterion;
///     Tensor loss = criterion(log_softmax(scores, 2), targets, input_lengths, target_lengths);
class CTCLossImpl : public Configured<CTCLossImpl, CTCLossOptions, ModuleBase> {
 public:
  using Configured::Configured;
  Tensor forward(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                 const Tensor& target_lengths);
};
XGRAD_LAYER(CTCLoss);

/// Options: distance_function, a function of two tensors, margin = 1, swap = false, reduction.
class TripletMarginWithDistanceLossImpl
    : public Configured<TripletMarginWithDistanceLossImpl, TripletMarginWithDistanceLossOptions, ModuleBase> {
 public:
  TripletMarginWithDistanceLossImpl() { TripletMarginWithDistanceLossImpl::reset(); }
  template <class First, class... Rest>
  requires(!detail::ModuleType<First>) explicit TripletMarginWithDistanceLossImpl(First&& first, Rest&&... rest)
      : Configured(std::forward<First>(first), std::forward<Rest>(rest)...) {
    TripletMarginWithDistanceLossImpl::reset();
  }
  /// Without a function, the distance is a module, as in PyTorch.
  void reset() override;
  Tensor forward(const Tensor& anchor, const Tensor& positive, const Tensor& negative);
};
XGRAD_LAYER(TripletMarginWithDistanceLoss);

}  // namespace xgrad::nn
