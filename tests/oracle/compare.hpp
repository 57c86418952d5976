/// The op table against real PyTorch.
#pragma once

#include "../autograd/ops/fingerprint.hpp"

namespace xgrad::op_table {

/// What PyTorch makes of the sample.
Outcome ask_pytorch(const Row& row, const Values& in, Twin twin = Twin::OutOfPlace);

/// Where results are to go: tensors of these contents, or memory of the first tensor among the arguments.
struct Outs {
  std::vector<Tensor> tensors;
  bool is_argument = false;
};
/// What PyTorch makes of the arguments as they are when results go there, and how often it warns.
std::pair<Outcome, int> ask_pytorch(const Row& row, const Values& in, const Outs& outs);
/// Whether PyTorch has a form for these arguments that writes into so many tensors.
bool pytorch_has_out_form(const Row& row, const Values& in, std::size_t results);

/// One sample, both sides.
struct Comparison {
  const Sample* sample;
  Outcome ours;
  Outcomes theirs;
  Difference difference, in_place;  ///< of the two forms; none where words may be other ones
  /// How far both forms are the same.
  Compared agree() const { return std::min(difference.agree, in_place.agree); }
  /// Both throw, and the row says that ours are other words.
  bool other_words() const { return theirs.own_words || theirs.own_words_in_place; }
};
/// Every sample of the row; computed once.
const std::vector<Comparison>& compare(const Row& row);

/// docs/ops.md, from what was measured.
std::string ops_page();
/// tests/data/ops_fingerprints.txt, from what PyTorch said.
std::string fingerprints_file();

}  // namespace xgrad::op_table
