/// Products of two tensors whose dimensions have labels: what einsum is made of. Internal to ops/.
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <algorithm>
#include <bitset>
#include <vector>

namespace xgrad::ops::contraction {

/// A dimension's name: a letter's number (0 … 51), or 52 + k for the k-th of the dimensions behind `...`, counted from
/// the last.
using Label = int;
using Labels = std::vector<Label>;
/// 52 letters and at most 64 dimensions.
inline constexpr std::size_t kMostLabels = 128;
using LabelSet = std::bitset<kMostLabels>;

/// An operand on its way: every label once, in the order of its dimensions.
struct Factor {
  Tensor x;
  Labels labels;

  bool has(Label l) const { return std::find(labels.begin(), labels.end(), l) != labels.end(); }
  std::int64_t place(Label l) const { return std::find(labels.begin(), labels.end(), l) - labels.begin(); }
  std::int64_t size(Label l) const { return has(l) ? x.size(place(l)) : 1; }
  std::int64_t stride(Label l) const { return x.stride(place(l)); }
};

/// Sums over what nobody needs.
void sum_out(Factor& f, const LabelSet& needed);
/// The product of two operands, summed over what is not needed afterwards. Labels of the result that are in `output`
/// are in its order where that costs no copy.
Factor contract(Factor a, Factor b, const LabelSet& needed, const Labels& output);
/// x with its dimensions in this order, a new one of size 1 for each label that it lacks.
Factor arranged(const Factor& f, const Labels& order);

}  // namespace xgrad::ops::contraction
