/// The same elements in other places of memory.
#pragma once

#include "op_table.hpp"

namespace xgrad::op_table {

struct Layout {
  const char* name;
  Tensor (*of)(const Tensor&);
};

/// Reversed dimensions, gaps and an offset, an expanded first row, a negative step.
extern const std::array<Layout, 4> kLayouts;

/// The arguments with every tensor laid out like this.
Values laid_out(const Values& in, const Layout& layout);
/// The same elements, each tensor packed and at the start of memory of its own.
Values packed(const Values& in);

}  // namespace xgrad::op_table
