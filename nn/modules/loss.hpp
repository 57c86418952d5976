/// Losses as modules: `nn::CrossEntropyLoss criterion; Tensor loss = criterion(output, labels);`
///
/// All take `reduction`: kMean or "mean" (the default), kSum or "sum", kNone or "none".
#pragma once

#include <xgrad/nn/modules/configured.hpp>

namespace xgrad::nn {

namespace detail {

/// A loss whose class or element weights are buffers, so that they convert and are saved with the module.
template <class Derived, class OptionsType>
class WeightedLoss : public Configured<Derived, OptionsType, ModuleBase> {
 public:
  WeightedLoss() { WeightedLoss::reset(); }
  template <class First, class... Rest>
  requires(!ModuleType<First>) explicit WeightedLoss(First&& first, Rest&&... rest)
      : Configured<Derived, OptionsType, ModuleBase>(std::forward<First>(first), std::forward<Rest>(rest)...) {
    WeightedLoss::reset();
  }

  void reset() override { weight = this->register_buffer("weight", this->options.weight()); }

  Tensor weight;  ///< undefined when none were given
};

}  // namespace detail

/// −log_softmax(x)[label] for scores x [N, C, ...] and labels [N, ...], or against probabilities of x's shape.
/// Options: weight [C], ignore_index = −100, reduction, label_smoothing = 0.
class CrossEntropyLossImpl : public detail::WeightedLoss<CrossEntropyLossImpl, CrossEntropyLossOptions> {
 public:
  using WeightedLoss::WeightedLoss;
  Tensor forward(const Tensor& input, const Tensor& target);
};
XGRAD_LAYER(CrossEntropyLoss);

/// −x[label] for log-probabilities x. Options: weight [C], ignore_index = −100, reduction.
class NLLLossImpl : public detail::WeightedLoss<NLLLossImpl, NLLLossOptions> {
 public:
  using WeightedLoss::WeightedLoss;
  Tensor forward(const Tensor& input, const Tensor& target);
};
XGRAD_LAYER(NLLLoss);

/// −(t·ln x + (1 − t)·ln(1 − x)) for probabilities x. Options: weight, reduction.
class BCELossImpl : public detail::WeightedLoss<BCELossImpl, BCELossOptions> {
 public:
  using WeightedLoss::WeightedLoss;
  Tensor forward(const Tensor& input, const Tensor& target);
};
XGRAD_LAYER(BCELoss);

/// BCELoss of sigmoid(x), stable for every x. Options: weight, reduction, pos_weight, which multiplies the positive
/// term.
class BCEWithLogitsLossImpl : public detail::WeightedLoss<BCEWithLogitsLossImpl, BCEWithLogitsLossOptions> {
 public:
  BCEWithLogitsLossImpl() { register_pos_weight(); }
  template <class First, class... Rest>
  requires(!detail::ModuleType<First>) explicit BCEWithLogitsLossImpl(First&& first, Rest&&... rest)
      : WeightedLoss(std::forward<First>(first), std::forward<Rest>(rest)...) {
    register_pos_weight();
  }
  void reset() override;
  Tensor forward(const Tensor& input, const Tensor& target);

  Tensor pos_weight;  ///< undefined when none were given

 private:
  void register_pos_weight() { pos_weight = register_buffer("pos_weight", options.pos_weight()); }
};
XGRAD_LAYER(BCEWithLogitsLoss);

/// (x − t)². Options: reduction.
class MSELossImpl : public Configured<MSELossImpl, MSELossOptions, ModuleBase> {
 public:
  using Configured::Configured;
  Tensor forward(const Tensor& input, const Tensor& target) { return functional::mse_loss(input, target, options); }
};
XGRAD_LAYER(MSELoss);

/// |x − t|. Options: reduction.
class L1LossImpl : public Configured<L1LossImpl, L1LossOptions, ModuleBase> {
 public:
  using Configured::Configured;
  Tensor forward(const Tensor& input, const Tensor& target) { return functional::l1_loss(input, target, options); }
};
XGRAD_LAYER(L1Loss);

}  // namespace xgrad::nn
