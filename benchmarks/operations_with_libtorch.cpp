#include <torch/torch.h>

namespace lib = torch;
#include "operations_table.hpp"

namespace bench {

Side libtorch_operations() {
  return {"libtorch", operation_rows(), [](int n) { at::set_num_threads(n); }};
}

}  // namespace bench
