/// Connectionist temporal classification: how likely a sequence is, over all alignments of it.
#pragma once

#include <xgrad/autograd/array/array.hpp>

#include <vector>

namespace xgrad::kernels {

/// A batch: log-probabilities [T, N, C], floating and packed, and each one's lengths and labels.
struct CtcBatch {
  const Array& log_probs;
  std::vector<std::vector<std::int64_t>> labels;  ///< of sequence n, each 0 … C−1
  std::vector<std::int64_t> frames;               ///< how many of the T it has
  std::int64_t blank;

  std::int64_t longest() const;
};

struct CtcForward {
  Array loss;       ///< [N]: −ln Σ over alignments of Π probability
  Array log_alpha;  ///< [N, T, 2·longest + 1]: of all beginnings of alignments that end in frame t at place s
};

CtcForward ctc_loss(const CtcBatch& batch);

/// −g[n]·(the probability that frame t's label is c, given the sequence): the loss's slope in log_probs. With
/// `zero_infinity`, 0 for a sequence that no alignment fits, else NaN.
Array ctc_loss_backward(const Array& g, const CtcBatch& batch, const CtcForward& forward, bool zero_infinity);

}  // namespace xgrad::kernels
