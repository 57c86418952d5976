#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/reduce_loops.hpp>
#include <xgrad/autograd/kernels/statistics.hpp>

namespace xgrad::kernels {
namespace {

/// Π p[i]: four registers of partial products, so that one multiplication need not wait for the one before.
template <class T>
T product_of(const T* p, std::int64_t n) {
  constexpr auto kLanes = static_cast<std::int64_t>(sizeof(Lanes<T>) / sizeof(T));
  T total = 1;
  std::int64_t i = 0;
  if (n >= 4 * kLanes) {
    Lanes<T> a[4];
    for (int k = 0; k < 4; ++k) a[k] = load_lanes(p + k * kLanes);
    for (i = 4 * kLanes; i + 4 * kLanes <= n; i += 4 * kLanes) {
      for (int k = 0; k < 4; ++k) a[k] *= load_lanes(p + i + k * kLanes);
    }
    a[0] = (a[0] * a[1]) * (a[2] * a[3]);
    for (std::int64_t l = 0; l < kLanes; ++l) total *= a[0][l];
  }
  for (; i < n; ++i) total *= p[i];
  return total;
}

/// T is float, double or a wrapping 64-bit integer.
template <class T>
struct Product {
  using Input = T;
  using Output = T;
  using Total = T;
  static T none() { return 1; }
  static T step(T total, T x) { return total * x; }
  static T row(T total, const T* p, std::int64_t n, std::int64_t stride) {
    if (stride == 1) return total * product_of(p, n);
    for (std::int64_t i = 0; i < n; ++i) total *= p[i * stride];
    return total;
  }
  static T merge(T a, T b) { return a * b; }
  static T finish(T total) { return total; }
  using Columns = StepColumns<Product, T>;
};

template <class T>
Array product(const Array& x, std::uint64_t mask, bool keepdim, ScalarType dtype) {
  Array out = Array::empty(reduced_sizes(x, mask, keepdim), dtype);
  // An int64 array is read and written as uint64, whose overflow is defined.
  run_reduction<Product<T>>(x, mask, static_cast<T*>(out.raw()), out.numel());
  return out;
}

}  // namespace

Array prod(const Array& x, IntArrayRef dims, bool keepdim, ScalarType dtype) {
  const std::uint64_t mask = dimension_mask(x, dims);
  // Integers wrapped to few bits before or after the product give the same; bool is whether all are true.
  const ScalarType computed = is_floating_point(dtype) ? dtype : kInt64;
  const Array of_dtype = x.dtype() == dtype ? x : to_dtype(x, dtype);
  const Array in = dtype == computed ? of_dtype : to_dtype(of_dtype, computed);
  if (computed == kFloat32) return product<float>(in, mask, keepdim, computed);
  if (computed == kFloat64) return product<double>(in, mask, keepdim, computed);
  const Array out = product<std::uint64_t>(in, mask, keepdim, computed);
  return dtype == computed ? out : to_dtype(out, dtype);
}

}  // namespace xgrad::kernels
