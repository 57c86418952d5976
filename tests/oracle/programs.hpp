/// Random programs: sequences of views, arithmetic and in-place operations on a few tensors, run by both libraries.
/// What one operation does alone the table says; these say how they get along: views of views changed in place, in
/// either order, with and without gradients, and what is refused.
#pragma once

#include "../autograd/ops/op_table.hpp"
#include "torch_oracle.hpp"

namespace xgrad::op_table {

/// One step: a row of the table, applied to tensors that are there already.
struct ProgramStep {
  const Row* row;
  bool in_place = false, no_grad = false;
  Values arguments;                                 ///< with undefined tensors where tensors are
  std::vector<std::optional<std::size_t>> tensors;  ///< for each argument: which one it is
};

struct RandomProgram {
  std::vector<Tensor> inputs;
  std::vector<ProgramStep> steps;

  /// "t3 = select(t0, 0, 1)", a line a step.
  std::string str() const;
};

const Row& row_called(const std::string& name);

/// The program of this number: always the same.
RandomProgram program_of(std::uint64_t number, std::size_t steps);
/// The same for libtorch.
oracle::Program for_torch(const RandomProgram& program);
/// Runs it here.
oracle::Trace run(const RandomProgram& program);
/// Errors, by how they begin ("" for none), that only one side throws; and the entry of docs/pytorch_names.md that says
/// why.
struct KnownDifference {
  std::string ours, theirs, heading;
  bool of_views = false;  ///< only where a view is changed
};
const std::vector<KnownDifference>& known_differences();
/// The program without the in-place steps that differ in a known way.
RandomProgram without_known_differences(RandomProgram program);

/// Where two traces of a program differ, or "". Errors count, their words do not.
std::string difference(const oracle::Trace& ours, const oracle::Trace& theirs);

}  // namespace xgrad::op_table
