/// What must be in the op table: rules, each of which says what breaks it.
#pragma once

#include "op_table.hpp"

namespace xgrad::op_table {

/// Names of the functions that the public headers of autograd/ops/ declare, with the header of each.
std::map<std::string, std::string> declared_operations();
/// Names of the derivatives that the sources of autograd/ops/ record: "SigmoidBackward0".
std::set<std::string> written_derivatives();
/// The page that says why something differs from PyTorch.
std::string page_of_differences();

/// A sentence for everything that is wrong.
using Complaints = std::vector<std::string>;

/// Every declared operation has a row.
Complaints without_row(const Rows& rows, const std::map<std::string, std::string>& declared);
/// No two rows have one name.
Complaints named_twice(const Rows& rows);
/// Samples show every kind that they must, but for those that the row says cannot be had, and none of those.
Complaints kinds_not_shown(const Row& row);
/// Every difference stands under its heading on the page; and a heading stands with every sample that is not compared.
Complaints not_explained(const Rows& rows, const std::string& page);
/// Every fingerprint belongs to a sample, and every sample has one.
Complaints fingerprints_astray(const Rows& rows, const std::map<std::string, std::string>& lines);

/// The derivatives that are recorded where they are checked against slopes or against PyTorch.
std::set<std::string> checked_derivatives(const Row& row);
/// Every one of these derivatives is reached by a sample whose gradient is checked, and none is that is not among them.
Complaints not_reached(const Rows& rows, const std::set<std::string>& written);

}  // namespace xgrad::op_table
