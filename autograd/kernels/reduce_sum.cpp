#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/reduce_loops.hpp>

namespace xgrad::kernels {
namespace {

template <class In, class Out>
struct Sum {
  using Input = In;
  using Output = Out;
  using Total = SumTotal<In>;
  static constexpr bool kQuickRows = true;
  static Total none() { return 0; }
  static Total row(Total total, const In* p, std::int64_t n, std::int64_t stride) {
    return total + (stride == 1 ? sum_row(p, n) : sum_strided(p, n, stride));
  }
  static Total merge(Total a, Total b) { return a + b; }
  static Out finish(Total total) { return static_cast<Out>(total); }

  struct Columns {
    // Floats are added in their own type for kRows rows, then go to the total.
    static constexpr std::int64_t kRows = 256;
    using Partial = std::conditional_t<std::is_floating_point_v<In>, In, std::uint64_t>;
    Total total[kTile];
    Partial partial[kTile];

    void start(std::int64_t width) { std::fill_n(total, width, Total(0)); }
    void take(const In* p, std::int64_t n, std::int64_t row_stride, std::int64_t stride, std::int64_t width) {
      for (std::int64_t i = 0; i < n; i += kRows) {
        const In* block = p + i * row_stride;
        if (stride == 1)
          add_block(block, std::min(kRows, n - i), row_stride, std::int64_t{1}, width);
        else
          add_block(block, std::min(kRows, n - i), row_stride, stride, width);
        for (std::int64_t j = 0; j < width; ++j) total[j] += static_cast<Total>(partial[j]);
      }
    }
    [[gnu::always_inline]] void add_block(const In* p, std::int64_t n, std::int64_t row_stride, std::int64_t stride,
                                          std::int64_t width) {
      const In* __restrict a = p;
      for (std::int64_t j = 0; j < width; ++j) partial[j] = static_cast<Partial>(a[j * stride]);
      std::int64_t i = 1;
      for (; i + 4 <= n; i += 4) {
        const In* __restrict b = p + i * row_stride;
        const In* __restrict c = b + row_stride;
        const In* __restrict d = c + row_stride;
        const In* __restrict e = d + row_stride;
        for (std::int64_t j = 0; j < width; ++j) {
          partial[j] += (static_cast<Partial>(b[j * stride]) + static_cast<Partial>(c[j * stride])) +
                        (static_cast<Partial>(d[j * stride]) + static_cast<Partial>(e[j * stride]));
        }
      }
      for (; i < n; ++i) {
        const In* __restrict b = p + i * row_stride;
        for (std::int64_t j = 0; j < width; ++j) partial[j] += static_cast<Partial>(b[j * stride]);
      }
    }
    Out finish(std::int64_t j) const { return Sum::finish(total[j]); }
  };
};

/// out = x + 0, where every sum has one summand: a batch of one. The zero is the sum's own, which makes -0 a 0.
template <class T>
void sums_of_one(const Array& x, const Array& out) {
  const T* __restrict p = x.data<T>();
  T* __restrict o = out.data<T>();
  for (std::int64_t i = 0, n = out.numel(); i < n; ++i) o[i] = p[i] + T(0);
}

}  // namespace

Array reduce_sum(const Array& x, std::uint64_t mask, bool keepdim, ScalarType dtype) {
  if (is_floating_point(dtype)) {
    const Array& in = x.dtype() == dtype ? x : to_dtype(x, dtype);
    Array out = Array::empty(reduced_sizes(x, mask, keepdim), dtype);
    if (in.numel() == out.numel() && in.is_contiguous())
      dtype == kFloat32 ? sums_of_one<float>(in, out) : sums_of_one<double>(in, out);
    else if (dtype == kFloat32)
      run_reduction<Sum<float, float>>(in, mask, out);
    else
      run_reduction<Sum<double, double>>(in, mask, out);
    return out;
  }
  // Wrapped to few bits before or after the sum, the result is the same; a float is cut to an integer before.
  const Array in = is_floating_point(x.dtype()) ? to_dtype(x, dtype) : x;
  Array out = Array::empty(reduced_sizes(x, mask, keepdim), kInt64);
  dispatch(in.dtype(), [&]<class T>() {
    if constexpr (!std::is_floating_point_v<T>) run_reduction<Sum<T, std::int64_t>>(in, mask, out);
  });
  return dtype == kInt64 ? out : to_dtype(out, dtype);
}

}  // namespace xgrad::kernels
