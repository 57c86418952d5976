/// What must be in the op table: rules, each of which says what breaks it.
#pragma once

#include "op_table.hpp"

namespace xgrad::op_table {

/// A function that a header declares.
struct Declaration {
  std::string name, parameters;
  std::string letters = {};  ///< the parameters' types, as Row::signature
  std::size_t required = 0;  ///< how many of them have no default
  std::string header = {};
};
/// What the public headers of autograd/ops/ declare, every overload.
std::vector<Declaration> declared_operations();
/// The functions that return tensors or bools, among the declarations of one header.
std::vector<Declaration> declarations_in(const std::string& header);
/// The members that operations give to Tensor, every overload: those of the `...Methods` in the same headers. Their
/// letters begin with the tensor's own.
std::vector<Declaration> declared_members();
std::vector<Declaration> members_in(const std::string& header);
/// Whether a function of these parameters (Row::signature) is this declaration, but perhaps for some that have
/// defaults.
bool fits(const std::string& signature, const Declaration& d);
/// Whether the row's operation is declared as a function of its parameters.
bool is_declared(const Row& row, const std::vector<Declaration>& declared);
/// Names of the derivatives that the sources of autograd/ops/ record: "SigmoidBackward0".
std::set<std::string> written_derivatives();
/// The page that says why something differs from PyTorch.
std::string page_of_differences();

/// A sentence for everything that is wrong.
using Complaints = std::vector<std::string>;

/// Every declared operation has a row whose function takes what this overload takes.
Complaints without_row(const Rows& rows, const std::vector<Declaration>& declared);
/// No two rows have one name.
Complaints named_twice(const Rows& rows);
/// Samples show every kind that they must, but for those that the row says cannot be had, and none of those.
Complaints kinds_not_shown(const Row& row);
/// Where results depend on arguments differentiably, the derivatives are compared with numeric slopes at one sample at
/// least, but for rows that say why not.
Complaints slopes_not_asked(const Row& row);
/// A tolerance that is wider than usual says why; no other does.
Complaints tolerance_not_explained(const Row& row);
/// Every difference stands under its heading on the page; and a heading stands with every sample that is not compared.
Complaints not_explained(const Rows& rows, const std::string& page);
/// Every fingerprint belongs to a sample, and every sample has one.
Complaints fingerprints_astray(const Rows& rows, const std::map<std::string, std::string>& lines);

/// The derivatives that are recorded where they are checked against slopes or against PyTorch.
std::set<std::string> checked_derivatives(const Row& row);
/// Every one of these derivatives is reached by a sample whose gradient is checked, and none is that is not among them.
Complaints not_reached(const Rows& rows, const std::set<std::string>& written);

}  // namespace xgrad::op_table
