#include <torch/torch.h>

namespace lib = torch;
#include "operations_table.hpp"

namespace bench {

Side libtorch_operations() { return {"libtorch", operation_rows(), use_threads}; }

}  // namespace bench
