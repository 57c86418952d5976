#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/loops.hpp>
#include <xgrad/autograd/kernels/search.hpp>

#include <vector>

namespace xgrad::kernels {
namespace {

using Int = std::int64_t;

/// How many elements stand before v: those less than it, or, if `Right`, not greater. NaN is after all numbers.
template <bool Right, class T, class At>
Int place_of(T v, Int n, At at) {
  Int low = 0;
  while (n > 0) {
    const Int half = n / 2;
    const T x = at(low + half);
    const bool before = Right ? !(x > v) : !(x >= v);
    low = before ? low + half + 1 : low;
    n = before ? n - half - 1 : half;
  }
  return low;
}

template <bool Right, class T, class R>
void search_rows(const Array& sorted, const Array& values, const Array& out, const Array* sorter) {
  const Int n = sorted.sizes().back(), count = values.numel();
  const Int rows = sorted.dim() == 1 ? 1 : sorted.numel() / std::max<Int>(n, 1);
  const Int per_row = rows ? count / rows : 0;
  const T* const v = values.data<T>();
  R* const to = out.data<R>();
  for (Int i = 0; i < count; ++i) {
    const Int row = per_row ? i / per_row : 0;
    const T* const x = sorted.data<T>() + row * n;
    if (sorter) {
      const Int* const order = sorter->data<Int>() + row * n;
      to[i] = static_cast<R>(place_of<Right>(v[i], n, [&](Int k) { return x[order[k]]; }));
    } else {
      to[i] = static_cast<R>(place_of<Right>(v[i], n, [&](Int k) { return x[k]; }));
    }
  }
}

}  // namespace

Array search_sorted(const Array& sorted, const Array& values, bool right, ScalarType result, const Array* sorter) {
  const Array out = Array::empty(values.sizes(), result);
  dispatch(sorted.dtype(), [&]<class T>() {
    const auto search = [&]<class R>() {
      right ? search_rows<true, T, R>(sorted, values, out, sorter)
            : search_rows<false, T, R>(sorted, values, out, sorter);
    };
    result == kInt32 ? search.template operator()<std::int32_t>() : search.template operator()<Int>();
  });
  return out;
}

Array is_among(const Array& x, const Array& set, bool invert) {
  const Array out = Array::empty(x.sizes(), kBool);
  dispatch(x.dtype(), [&]<class T>() {
    const Array packed = contiguous_copy(set);
    std::vector<T> sorted(packed.data<T>(), packed.data<T>() + packed.numel());
    std::erase_if(sorted, [](T v) { return v != v; });  // NaN is equal to nothing
    std::sort(sorted.begin(), sorted.end());
    map_unary<bool, T>(out, x,
                       [&](T v) { return (v == v && std::binary_search(sorted.begin(), sorted.end(), v)) != invert; });
  });
  return out;
}

}  // namespace xgrad::kernels
