/// Tests the tests: breaks derivatives on purpose, one at a time, and sees whether gradcheck notices.
///
/// The function under test is wrapped so that a node it records gets a hook which spoils one of the gradients the node
/// returns. Nothing of an operation's source is changed, so every operation with a derivative can be spoiled.
#pragma once

#include "op_table.hpp"

namespace xgrad::op_table {

enum class Mutation { Scaled, Negated, Transposed, MissingSum };
inline constexpr std::array<std::pair<Mutation, const char*>, 4> kMutations{
    {{Mutation::Scaled, "scaled by 1.001"},
     {Mutation::Negated, "negated"},
     {Mutation::Transposed, "transposed"},
     {Mutation::MissingSum, "missing its sum"}}};

struct MutationReport {
  std::map<Mutation, int> caught;
  int no_change = 0;  ///< the spoilt derivative is the same numbers: zero, or one element, at every sample
  std::vector<std::string> survived;
  bool has_derivative = false;  ///< some gradient at some sample is not zero
};

/// Spoils every gradient of every node that the row records, in every way, at every sample where derivatives are
/// checked: against slopes, or in float32 against PyTorch's fingerprint.
MutationReport mutate(const Row& row);

}  // namespace xgrad::op_table
