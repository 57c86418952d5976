/// Losses against classes by margins, CTC, and the triplet loss with a distance of one's own.
#pragma once

#include <xgrad/autograd/ops/ctc_loss.hpp>
#include <xgrad/autograd/ops/margin_losses.hpp>
#include <xgrad/nn/options/class_loss.hpp>

namespace xgrad::nn::functional {

/// Σ_{c≠t} w[t]·max(0, margin − x[t] + x[c])^p / C for labels t. Options: p = 1, margin = 1, weight, reduction = mean.
Tensor multi_margin_loss(const Tensor& input, const Tensor& target, const MultiMarginLossFuncOptions& options = {});
XGRAD_LOOSE_OPTIONS(multi_margin_loss, MultiMarginLossFuncOptions, const Tensor& input XGRAD_COMMA const Tensor& target,
                    input, target)
/// Of every label of a row, up to the first −1, against the classes that are none of them. Options: reduction = mean.
Tensor multilabel_margin_loss(const Tensor& input, const Tensor& target,
                              const MultilabelMarginLossFuncOptions& options = {});
XGRAD_LOOSE_OPTIONS(multilabel_margin_loss, MultilabelMarginLossFuncOptions,
                    const Tensor& input XGRAD_COMMA const Tensor& target, input, target)
/// −(t·ln σ(x) + (1 − t)·ln σ(−x)), averaged over the last dimension. Options: weight, reduction = mean.
Tensor multilabel_soft_margin_loss(const Tensor& input, const Tensor& target,
                                   const MultilabelSoftMarginLossFuncOptions& options = {});
XGRAD_LOOSE_OPTIONS(multilabel_soft_margin_loss, MultilabelSoftMarginLossFuncOptions,
                    const Tensor& input XGRAD_COMMA const Tensor& target, input, target)

/// The loss of sequences that are not aligned with their frames (autograd/ops/ctc_loss.hpp). Options: blank = 0,
/// reduction = mean, zero_infinity = false.
Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, const CTCLossFuncOptions& options = {});
#define XGRAD_FOUR \
  const Tensor &log_probs, const Tensor &targets, const Tensor &input_lengths, const Tensor &target_lengths
XGRAD_LOOSE_OPTIONS(ctc_loss, CTCLossFuncOptions, XGRAD_FOUR, log_probs, targets, input_lengths, target_lengths)
#undef XGRAD_FOUR

/// max(0, d(anchor, positive) − d(anchor, negative) + margin) for a distance d, by default pairwise_distance. Options:
/// distance_function, margin = 1, swap = false, reduction = mean.
Tensor triplet_margin_with_distance_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                                         const TripletMarginWithDistanceLossFuncOptions& options = {});
#define XGRAD_THREE const Tensor &anchor, const Tensor &positive, const Tensor &negative
XGRAD_LOOSE_OPTIONS(triplet_margin_with_distance_loss, TripletMarginWithDistanceLossFuncOptions, XGRAD_THREE, anchor,
                    positive, negative)
#undef XGRAD_THREE

}  // namespace xgrad::nn::functional
