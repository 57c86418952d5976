#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/reduce_loops.hpp>

namespace xgrad::kernels {

Array reduce(Reduce op, const Array& x, IntArrayRef dims, bool keepdim, ScalarType dtype) {
  const std::uint64_t mask = dimension_mask(x, dims);
  switch (op) {
    case Reduce::Sum:
      if (dtype != kBool) return reduce_sum(x, mask, keepdim, dtype);
      return to_dtype(reduce_logical(false, x, mask, keepdim), kBool);
    case Reduce::Max:
    case Reduce::Min:
      return reduce_extreme(op == Reduce::Max, x, mask, keepdim);
    case Reduce::All:
    case Reduce::Any:
      return reduce_logical(op == Reduce::All, x, mask, keepdim);
  }
  __builtin_unreachable();
}

}  // namespace xgrad::kernels
