#include "op_table.hpp"

namespace xgrad::op_table {

using T = const Tensor&;

std::vector<Row> linalg_rows() {
  return {
      row("mm", [](T a, T b) { return mm(a, b); }),
      row("mv", [](T a, T b) { return mv(a, b); }),
      row("dot", [](T a, T b) { return a.dot(b); }),
      row("outer", [](T a, T b) { return outer(a, b); }),
      row("bmm", [](T a, T b) { return a.bmm(b); }),
      row("addmm", [](T c, T a, T b) { return addmm(c, a, b); }),
      row("addmm.beta.alpha", [](T c, T a, T b) { return c.addmm(a, b, 0.5, -2); }),
      row("matmul", [](T a, T b) { return matmul(a, b); }),
      row("linear", [](T x, T w, T b) { return linear(x, w, b); }),
      row("linear.no_bias", [](T x, T w) { return linear(x, w); }),
  };
}

}  // namespace xgrad::op_table
