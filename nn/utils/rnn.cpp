#include <xgrad/autograd/ops/gather.hpp>
#include <xgrad/nn/utils/rnn.hpp>

#include <algorithm>
#include <numeric>

namespace xgrad::nn::utils::rnn {
namespace {

std::vector<std::int64_t> numbers(const Tensor& t) {
  const Tensor x = t.to(kInt64).contiguous();
  return {x.data_ptr<std::int64_t>(), x.data_ptr<std::int64_t>() + x.numel()};
}

/// The order that puts the longest first; equal lengths keep theirs.
std::vector<std::int64_t> by_length(const std::vector<std::int64_t>& lengths) {
  std::vector<std::int64_t> order(lengths.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return lengths[static_cast<std::size_t>(a)] > lengths[static_cast<std::size_t>(b)];
  });
  return order;
}

/// How many sequences reach each step, of lengths that do not grow.
std::vector<std::int64_t> steps_of(const std::vector<std::int64_t>& lengths) {
  std::vector<std::int64_t> out(static_cast<std::size_t>(lengths.empty() ? 0 : lengths.front()), 0);
  for (const std::int64_t n : lengths) {
    for (std::int64_t t = 0; t < n; ++t) ++out[static_cast<std::size_t>(t)];
  }
  return out;
}

}  // namespace

PackedSequence::PackedSequence(Tensor data, Tensor batch_sizes, Tensor sorted_indices, Tensor unsorted_indices)
    : data_(std::move(data)),
      batch_sizes_(std::move(batch_sizes)),
      sorted_indices_(std::move(sorted_indices)),
      unsorted_indices_(std::move(unsorted_indices)) {
  if (sorted_indices_.defined() && !unsorted_indices_.defined())
    unsorted_indices_ = invert_permutation(sorted_indices_);
}

Tensor invert_permutation(const Tensor& permutation) {
  if (!permutation.defined()) return {};
  std::vector<std::int64_t> out(static_cast<std::size_t>(permutation.numel()));
  const std::vector<std::int64_t> from = numbers(permutation);
  for (std::size_t i = 0; i < from.size(); ++i) out[static_cast<std::size_t>(from[i])] = static_cast<std::int64_t>(i);
  return tensor(out, kInt64);
}

PackedSequence pack_padded_sequence(const Tensor& input, const Tensor& lengths, bool batch_first, bool enforce_sorted) {
  check(lengths.dim() == 1, "`lengths` should be a 1D CPU int64 tensor, but got {}-D", lengths.dim());
  check(input.dim() >= 2 && input.numel() > 0, "Cannot pack empty tensors.");
  std::vector<std::int64_t> n = numbers(lengths);
  Tensor x = input, order;
  if (!enforce_sorted) {
    const std::vector<std::int64_t> sorted = by_length(n);
    order = tensor(sorted, kInt64);
    x = index_select(x, batch_first ? 0 : 1, order);
    std::sort(n.rbegin(), n.rend());
  }
  if (batch_first) x = x.transpose(0, 1);
  check(static_cast<std::int64_t>(n.size()) == x.size(1),
        "Expected `len(lengths)` to be equal to batch_size, but got {} (batch_size={})", n.size(), x.size(1));
  check(n.back() > 0, "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0");
  check(
      std::is_sorted(n.rbegin(), n.rend()),
      "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass "
      "`enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you do not "
      "need ONNX exportability.");
  check(n.front() <= x.size(0), "Expected every length to be at most {}, the input's, but got {}", x.size(0),
        n.front());
  const std::vector<std::int64_t> sizes = steps_of(n);
  std::vector<Tensor> steps;
  const std::vector<Tensor> rows = x.unbind(0);
  for (std::size_t t = 0; t < sizes.size(); ++t) steps.push_back(rows[t].narrow(0, 0, sizes[t]));
  return {cat(steps, 0), tensor(sizes, kInt64), order};
}

std::tuple<Tensor, Tensor> pad_packed_sequence(const PackedSequence& sequence, bool batch_first, double padding_value,
                                               std::optional<std::int64_t> total_length) {
  const std::vector<std::int64_t> sizes = numbers(sequence.batch_sizes());
  check(!sizes.empty(), "pad_packed_sequence: the packed sequence is empty");
  const auto longest = static_cast<std::int64_t>(sizes.size());
  const std::int64_t total = total_length.value_or(longest);
  check<ValueError>(total >= longest,
                    "Expected total_length to be at least the length of the longest sequence in input, but got "
                    "total_length={} and max sequence length being {}",
                    total, longest);
  std::vector<std::int64_t> lengths(static_cast<std::size_t>(sizes[0]), 0);
  std::vector<Tensor> steps;
  for (const Tensor& step : sequence.data().split_with_sizes(sizes, 0)) {
    const std::int64_t n = step.size(0);
    for (std::int64_t i = 0; i < n; ++i) ++lengths[static_cast<std::size_t>(i)];
    Dims missing(step.sizes());
    missing[0] = sizes[0] - n;
    steps.push_back(missing[0] ? cat({step, full(missing, padding_value, step.options())}, 0) : step);
  }
  while (static_cast<std::int64_t>(steps.size()) < total)
    steps.push_back(full(steps[0].sizes(), padding_value, steps[0].options()));
  Tensor x = stack(steps, batch_first ? 1 : 0), n = tensor(lengths, kInt64);
  if (const Tensor& back = sequence.unsorted_indices(); back.defined()) {
    x = index_select(x, batch_first ? 0 : 1, back);
    n = index_select(n, 0, back);
  }
  return {x, n};
}

Tensor pad_sequence(TensorList sequences, bool batch_first, double padding_value) {
  check(!sequences.empty(), "received an empty list of sequences");
  std::int64_t longest = 0;
  for (const Tensor& s : sequences) longest = std::max(longest, s.size(0));
  std::vector<Tensor> padded;
  for (const Tensor& s : sequences) {
    Dims missing(s.sizes());
    missing[0] = longest - s.size(0);
    padded.push_back(missing[0] ? cat({s, full(missing, padding_value, s.options())}, 0) : s);
  }
  return stack(padded, batch_first ? 0 : 1);
}

PackedSequence pack_sequence(TensorList sequences, bool enforce_sorted) {
  std::vector<std::int64_t> lengths;
  for (const Tensor& s : sequences) lengths.push_back(s.size(0));
  return pack_padded_sequence(pad_sequence(sequences), tensor(lengths, kInt64), false, enforce_sorted);
}

std::vector<Tensor> unpad_sequence(const Tensor& padded, const Tensor& lengths, bool batch_first) {
  const std::vector<Tensor> whole = padded.unbind(batch_first ? 0 : 1);
  const std::vector<std::int64_t> n = numbers(lengths);
  check(n.size() == whole.size(), "unpad_sequence: there are {} sequences and {} lengths", whole.size(), n.size());
  std::vector<Tensor> sequences;
  for (std::size_t i = 0; i < n.size(); ++i) sequences.push_back(whole[i].narrow(0, 0, n[i]));
  return sequences;
}

std::vector<Tensor> unpack_sequence(const PackedSequence& sequence) {
  const auto [padded, lengths] = pad_packed_sequence(sequence);
  return unpad_sequence(padded, lengths);
}

}  // namespace xgrad::nn::utils::rnn
