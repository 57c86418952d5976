#include <xgrad/xgrad.hpp>

namespace lib = xgrad;
#include "operations_table.hpp"

namespace bench {

Side xgrad_operations() { return {"xgrad", operation_rows(), use_threads}; }

}  // namespace bench
