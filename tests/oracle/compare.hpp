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

/// Which entry of the row says that the words of an error are others, if one does, and whether they are the same.
struct WordsOfForm {
  const OtherWords* other = nullptr;
  bool same = false;
};

/// One sample, both sides.
struct Comparison {
  const Sample* sample;
  Outcome ours;
  Outcomes theirs;
  Difference difference, in_place;  ///< of the two forms; none where words may be other ones
  WordsOfForm words, words_in_place;
  Measured measured;  ///< how close numbers are
  /// How far both forms are the same.
  Compared agree() const { return std::min(difference.agree, in_place.agree); }
};
/// Every sample of the row, which has to live as long as what this says of it.
std::vector<Comparison> compare_samples(const Row& row);
/// The same of a row of the table; computed once.
const std::vector<Comparison>& compare(const Row& row);

/// Errors that have PyTorch's words, though the row says that they have others; and entries of the row that no error
/// needs. Samples where the table claims that nothing agrees do not count.
std::vector<std::string> words_not_other(const Row& row, const std::vector<Comparison>& all);

/// Tolerances that are wider than they need to be: of rows whose results agree within the usual ones, by a margin that
/// leaves room for other processors, which round sums in other orders.
std::vector<std::string> tolerance_not_needed(const Row& row, const Measured& measured);
/// The most of all samples.
Measured measured(const std::vector<Comparison>& all);

/// docs/ops.md, from what was measured; written once.
const std::string& ops_page();
/// tests/data/ops_fingerprints.txt, from what PyTorch said.
std::string fingerprints_file();

}  // namespace xgrad::op_table
