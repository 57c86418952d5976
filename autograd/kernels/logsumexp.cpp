#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/reduce.hpp>
#include <xgrad/autograd/kernels/statistics.hpp>

#include <cmath>

namespace xgrad::kernels {

/// log Σ e^(x − m) + m with the largest element m, or 0 where that is infinite.
Array logsumexp(const Array& x, IntArrayRef dims, bool keepdim) {
  if (x.numel() == 0) {
    const Array sum = reduce(Reduce::Sum, x, dims, keepdim, x.dtype());
    return unary(Unary::Log, sum, &sum);
  }
  const Array largest = reduce(Reduce::Max, x, dims, true, x.dtype());
  dispatch_floating(x.dtype(), "logsumexp", [&]<class T>() {
    T* const m = largest.data<T>();
    for (std::int64_t i = 0; i < largest.numel(); ++i) m[i] = std::isinf(m[i]) ? T(0) : m[i];
  });
  const Array powers = binary(Binary::Sub, x, largest, x.dtype());  // in x's layout
  unary(Unary::Exp, powers, &powers);
  const Array sum = reduce(Reduce::Sum, powers, dims, keepdim, x.dtype());
  unary(Unary::Log, sum, &sum);
  return binary(Binary::Add, sum, *largest.try_view(sum.sizes()), x.dtype(), &sum);
}

}  // namespace xgrad::kernels
