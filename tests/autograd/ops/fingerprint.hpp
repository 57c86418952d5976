/// Results in one line of text: what PyTorch computed, kept in tests/data/ops_fingerprints.txt so that the table is
/// checked against it where PyTorch is not. A line holds the row, a hash of the arguments, dtype and shape of each
/// result with a weighted sum of its elements, and such sums of the first and the second derivatives; or the error.
#pragma once

#include "evaluate.hpp"

namespace xgrad::op_table {

/// What a line is found by: the row's name and a hash of the arguments' values.
std::string fingerprint_key(const Row& row, const Sample& sample);
/// Both forms of an operation. Where our error has other words than PyTorch's, ours stand in the line, after a star.
struct Outcomes {
  Outcome plain;
  std::optional<Outcome> in_place;  ///< nothing when there is no such form
  std::optional<std::string> own_words, own_words_in_place;
};
/// Those of our own operation.
Outcomes outcomes(const Row& row, const Sample& sample);
/// The rest of the line.
std::string fingerprint(const Sample& sample, const Outcomes& outcomes);
/// Says what differs between our outcomes and a line, or "".
std::string compare_fingerprint(const Row& row, const Sample& sample, const Outcomes& ours, const std::string& line);

/// The committed lines by key. Throws when the file is missing.
const std::map<std::string, std::string>& committed_fingerprints();
std::string fingerprint_path();

}  // namespace xgrad::op_table
