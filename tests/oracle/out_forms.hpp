/// Forms with `out`, on our side and beside PyTorch's.
#pragma once

#include <xgrad/autograd/ops/out_call.hpp>

#include "compare.hpp"

namespace xgrad::op_table {

/// The row's operation with `outs`, by what all forms with `out` are made of; and how often it warns.
std::pair<Outcome, int> evaluate_into(const Row& row, const Values& in, const std::vector<Tensor>& outs);

/// An `out` that fits this result.
Tensor fitting_out(const Tensor& result);

/// Why rows whose PyTorch operation has a form with `out` have none, or another; see "Outs" in docs/pytorch_names.md.
const std::map<std::string, const char*>& out_exceptions();
/// The row's name is PyTorch's, so that its form with `out` is, too.
bool has_its_own_name(const Row& row);

/// A row's form with `out`, as it was seen to work at a few samples: the same as PyTorch's, or one where PyTorch has
/// none. Throws std::logic_error where its results are others than those without `out`.
struct OutForm {
  bool equal = false, more = false;
};
OutForm out_form(const Row& row);

}  // namespace xgrad::op_table
