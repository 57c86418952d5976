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

/// What became of the mutants that spoil the gradient of one argument of the function.
struct SpoiltArgument {
  std::set<Mutation> caught;
  bool has_derivative = false;  ///< some gradient at some sample is not zero
  bool varied = false;          ///< some gradient has two dimensions or more, is no symmetric matrix, and varies
  bool sums = false;            ///< some gradient is a sum over a dimension of a result
};

struct MutationReport {
  std::map<Mutation, int> caught;
  int caught_of_second = 0;  ///< how many of those were second derivatives
  int no_change = 0;         ///< the spoilt derivative is the same numbers: zero, or one element, at every sample
  std::vector<std::string> survived;
  std::map<std::size_t, SpoiltArgument> arguments;  ///< by position; those that may require grad
};

/// Spoils every gradient of every node that the row records at any sample, in every way, and sees whether that is
/// noticed at some sample where derivatives are checked: against slopes, or against PyTorch's fingerprint. A mutant
/// that makes a difference only where nothing is checked survives. Sums that an operation takes inside its derivative,
/// as linear does for its weight, are left out too; and the nodes that only second derivatives have are scaled,
/// and held against those.
MutationReport mutate(const Row& row);
/// What a row's mutants say against it, in sentences: those that survive, and arguments with a derivative of which
/// some kind of mutant could not even be made.
std::vector<std::string> complaints(const Row& row, const MutationReport& report);

}  // namespace xgrad::op_table
