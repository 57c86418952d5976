/// Sequences of different lengths: packed step by step, or padded to one length. (libtorch's nn::utils::rnn)
#pragma once

#include <xgrad/nn/option.hpp>

#include <vector>

namespace xgrad::kwargs {
XGRAD_KEYWORD(enforce_sorted);
XGRAD_KEYWORD(padding_value);
XGRAD_KEYWORD(total_length);
}  // namespace xgrad::kwargs

namespace xgrad::nn::utils::rnn {

/// All steps of all sequences without padding: first the first element of each sequence, longest sequences first, then
/// the second, and so on. Made by pack_padded_sequence and pack_sequence; recurrent layers take and return it.
class PackedSequence {
 public:
  PackedSequence() = default;
  PackedSequence(Tensor data, Tensor batch_sizes, Tensor sorted_indices = {}, Tensor unsorted_indices = {});

  const Tensor& data() const { return data_; }                ///< [Σ lengths, ...]
  const Tensor& batch_sizes() const { return batch_sizes_; }  ///< int64: how many sequences reach each step
  /// How the caller's sequences were sorted, and how to undo it; undefined when they came sorted.
  const Tensor& sorted_indices() const { return sorted_indices_; }
  const Tensor& unsorted_indices() const { return unsorted_indices_; }
  /// What a module's hooks see of it.
  friend void collect(std::vector<Tensor*>& into, PackedSequence& sequence) { into.push_back(&sequence.data_); }

 private:
  Tensor data_, batch_sizes_, sorted_indices_, unsorted_indices_;
};

/// Packs padded sequences [T, B, ...] ([B, T, ...] when batch_first) of these lengths (int64). They must come longest
/// first unless enforce_sorted = false.
PackedSequence pack_padded_sequence(const Tensor& input, const Tensor& lengths, bool batch_first = false,
                                    bool enforce_sorted = true);
/// The padded sequences, and their lengths; padded to `total_length` if it is given.
std::tuple<Tensor, Tensor> pad_packed_sequence(const PackedSequence& sequence, bool batch_first = false,
                                               double padding_value = 0.0,
                                               std::optional<std::int64_t> total_length = std::nullopt);
/// Sequences [length, ...] as one tensor [T, B, ...] ([B, T, ...] when batch_first).
Tensor pad_sequence(TensorList sequences, bool batch_first = false, double padding_value = 0.0);
/// Packs sequences [length, ...].
PackedSequence pack_sequence(TensorList sequences, bool enforce_sorted = true);
/// Undoes pad_sequence: each sequence [length, ...] of padded ones [T, B, ...] ([B, T, ...] when batch_first).
std::vector<Tensor> unpad_sequence(const Tensor& padded, const Tensor& lengths, bool batch_first = false);
/// Undoes pack_sequence.
std::vector<Tensor> unpack_sequence(const PackedSequence& sequence);

// By keyword: `pack_padded_sequence(x, lengths, batch_first = true)`.
XGRAD_BY_KEYWORD(pack_padded_sequence, const Tensor&, by_keyword::Given,
                 by_keyword::Or<kwargs::key::batch_first, false>, kwargs::key::enforce_sorted)
XGRAD_BY_KEYWORD(pad_packed_sequence, const PackedSequence&, by_keyword::Or<kwargs::key::batch_first, false>,
                 by_keyword::Or<kwargs::key::padding_value, 0>, kwargs::key::total_length)
XGRAD_BY_KEYWORD(pad_sequence, TensorList, by_keyword::Or<kwargs::key::batch_first, false>, kwargs::key::padding_value)
XGRAD_BY_KEYWORD(pack_sequence, TensorList, kwargs::key::enforce_sorted)
XGRAD_BY_KEYWORD(unpad_sequence, const Tensor&, by_keyword::Given, kwargs::key::batch_first)

/// The inverse of a permutation; undefined for an undefined one.
Tensor invert_permutation(const Tensor& permutation);

}  // namespace xgrad::nn::utils::rnn
