#include <xgrad/xgrad.hpp>

namespace lib = xgrad;
#include "operations_table.hpp"

namespace bench {

Side xgrad_operations() {
  return {"xgrad", operation_rows(), [](int n) { lib::set_num_threads(n); }};
}

}  // namespace bench
