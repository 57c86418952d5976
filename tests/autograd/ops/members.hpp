/// Every operation that is a member of Tensor, called as one and as the function of that name.
///
/// A row calls an operation in one way. Here are both ways for all that have them, so that the page's columns
/// "function" and "method" say what was seen to work. A member that is not here fails a rule of the table.
#pragma once

#include "op_table.hpp"
#include "table_rules.hpp"

namespace xgrad::op_table {

/// One overload of a member. Arguments are those of a row of that name and signature, the tensor first.
struct Member {
  std::string name, signature;
  using Call = std::function<std::vector<Tensor>(const Values&)>;
  Call method;
  Call function;  ///< null where there is none of that name
  bool in_place() const { return name.ends_with('_'); }
};
const std::vector<Member>& members();

/// The row's operation as a member, or its twin in place; null where that is none.
const Member* member_of(const Row& row, bool in_place);
/// The row with its operation, or its twin, called in another way.
Row called_as(const Row& row, const Member& member, const Member::Call& call);

/// Every declared member is called, and with what some row has to give.
Complaints members_not_called(const Rows& rows, const std::vector<Member>& called,
                              const std::vector<Declaration>& declared);

}  // namespace xgrad::op_table
