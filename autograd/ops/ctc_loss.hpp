/// The loss of a sequence of labels that is aligned with no frames of the input.
#pragma once

#include <xgrad/autograd/array/reduction.hpp>
#include <xgrad/autograd/tensor.hpp>

namespace xgrad {

/// −ln of the probability of all alignments of each sequence: frames that repeat a label or are `blank` do not count,
/// and a blank stands between equal labels. `log_probs` [T, N, C] ([T, C] for one sequence), `targets` [N, S], or all
/// of them in a row, int64 or int32. The mean is over the losses divided by their target's length.
///     dlog_probs[t, n, c] = −g[n]·P(frame t has label c | the sequence)
/// With `zero_infinity`, a sequence too long for its frames has a loss and a gradient of 0.
Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, IntArrayRef input_lengths, IntArrayRef target_lengths,
                std::int64_t blank = 0, Reduction reduction = Reduction::Mean, bool zero_infinity = false);
/// The same with the lengths in tensors of integers.
Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, std::int64_t blank = 0, Reduction reduction = Reduction::Mean,
                bool zero_infinity = false);

}  // namespace xgrad
