/// Sums of a function of each element, and the norms made of them.
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/reduce.hpp>
#include <xgrad/autograd/kernels/reduce_loops.hpp>
#include <xgrad/autograd/kernels/statistics.hpp>

#include <cmath>

namespace xgrad::kernels {
namespace {

// Functions of a number, or of each lane of a register.
struct Magnitude {
  template <class V>
  static V of(const V& x) {
    return x < V{} ? -x : x;
  }
};
struct SquareOf {
  template <class V>
  static V of(const V& x) {
    return x * x;
  }
};
struct WithoutNan {
  template <class V>
  static V of(const V& x) {
    return x == x ? x : V{};
  }
};

/// Σ F(p[i]) of a block, as sum_block.
template <class F, class T>
T mapped_block(const T* p, std::int64_t n) {
  constexpr auto kLanes = static_cast<std::int64_t>(sizeof(Lanes<T>) / sizeof(T));
  Lanes<T> a[4] = {};
  std::int64_t i = 0;
  for (; i + 4 * kLanes <= n; i += 4 * kLanes) {
    for (int k = 0; k < 4; ++k) a[k] += F::of(load_lanes(p + i + k * kLanes));
  }
  Lanes<T> sum = (a[0] + a[1]) + (a[2] + a[3]);
  for (; i + kLanes <= n; i += kLanes) sum += F::of(load_lanes(p + i));
  for (std::int64_t width = kLanes / 2; width > 0; width /= 2) {
    for (std::int64_t l = 0; l < width; ++l) sum[l] += sum[l + width];
  }
  T tail = 0;
  for (; i < n; ++i) tail += F::of(p[i]);
  return sum[0] + tail;
}

template <class F, class T, bool root = false>
struct MappedSum {
  using Input = T;
  using Output = T;
  using Total = double;
  static Total none() { return 0; }
  static Total step(Total total, T x) { return total + static_cast<Total>(F::of(x)); }
  static Total row(Total total, const T* p, std::int64_t n, std::int64_t stride) {
    constexpr std::int64_t kBlock = 1024;
    if (stride == 1) {
      for (std::int64_t i = 0; i < n; i += kBlock) total += mapped_block<F>(p + i, std::min(kBlock, n - i));
    } else {
      for (std::int64_t i = 0; i < n; ++i) total = step(total, p[i * stride]);
    }
    return total;
  }
  static Total merge(Total a, Total b) { return a + b; }
  static T finish(Total total) { return static_cast<T>(root ? std::sqrt(total) : total); }
  using Columns = StepColumns<MappedSum, Total>;
};

template <class T>
struct Count {
  using Input = T;
  using Output = std::int64_t;
  using Total = std::int64_t;
  static Total none() { return 0; }
  static Total step(Total total, T x) { return total + (x != T(0)); }
  static Total row(Total total, const T* p, std::int64_t n, std::int64_t stride) {
    constexpr std::int64_t kBlock = 1 << 20;  // counted in 32 bits, of which more fit a register
    for (std::int64_t i = 0; i < n; i += kBlock) {
      const std::int64_t end = std::min(n, i + kBlock);
      std::int32_t count = 0;
      if (stride == 1) {
        for (std::int64_t j = i; j < end; ++j) count += p[j] != T(0);
      } else {
        for (std::int64_t j = i; j < end; ++j) count += p[j * stride] != T(0);
      }
      total += count;
    }
    return total;
  }
  static Total merge(Total a, Total b) { return a + b; }
  static Output finish(Total total) { return total; }
  using Columns = StepColumns<Count, Total>;
};

/// The largest (smallest) |x|; NaN wins.
template <bool largest, class T>
struct ExtremeMagnitude {
  using Input = T;
  using Output = T;
  using Total = T;
  static T none() { return largest ? T(0) : std::numeric_limits<T>::infinity(); }
  static T step(T best, T x) {
    const T m = std::fabs(x);
    return beyond<largest>(m, best) ? m : best;
  }
  static T row(T best, const T* p, std::int64_t n, std::int64_t stride) {
    if (stride != 1) {
      for (std::int64_t i = 0; i < n; ++i) best = step(best, p[i * stride]);
      return best;
    }
    constexpr std::int64_t kBlock = 1024;  // stays in the nearest cache between the two loops
    T magnitude[kBlock];
    for (std::int64_t i = 0; i < n; i += kBlock) {
      const std::int64_t m = std::min(kBlock, n - i);
      for (std::int64_t j = 0; j < m; ++j) magnitude[j] = std::fabs(p[i + j]);
      best = extreme_row<largest>(magnitude, m, best);
    }
    return best;
  }
  static T merge(T a, T b) { return step(a, b); }
  static T finish(T best) { return best; }
  using Columns = StepColumns<ExtremeMagnitude, T>;
};

template <template <class> class Op>
Array reduce_floats(const Array& x, std::uint64_t mask, bool keepdim) {
  Array out = Array::empty(reduced_sizes(x, mask, keepdim), x.dtype());
  if (x.dtype() == kFloat32)
    run_reduction<Op<float>>(x, mask, out);
  else
    run_reduction<Op<double>>(x, mask, out);
  return out;
}

template <class T>
using NanSum = MappedSum<WithoutNan, T>;
template <class T>
using Norm1 = MappedSum<Magnitude, T>;
template <class T>
using Norm2 = MappedSum<SquareOf, T, true>;
template <class T>
using NormMax = ExtremeMagnitude<true, T>;
template <class T>
using NormMin = ExtremeMagnitude<false, T>;

}  // namespace

Array nansum(const Array& x, IntArrayRef dims, bool keepdim) {
  return reduce_floats<NanSum>(x, dimension_mask(x, dims), keepdim);
}

Array count_nonzero(const Array& x, IntArrayRef dims, bool keepdim, ScalarType dtype) {
  const std::uint64_t mask = dimension_mask(x, dims);
  Array out = Array::empty(reduced_sizes(x, mask, keepdim), kInt64);
  dispatch(x.dtype(), [&]<class T>() { run_reduction<Count<T>>(x, mask, out); });
  return dtype == kInt64 ? out : to_dtype(out, dtype);
}

Array norm(const Array& x, double p, IntArrayRef dims, bool keepdim) {
  const std::uint64_t mask = dimension_mask(x, dims);
  if (p == 0 || x.numel() == 0) return count_nonzero(x, dims, keepdim, x.dtype());
  if (p == 1) return reduce_floats<Norm1>(x, mask, keepdim);
  if (p == 2) return reduce_floats<Norm2>(x, mask, keepdim);
  if (std::isinf(p)) return p > 0 ? reduce_floats<NormMax>(x, mask, keepdim) : reduce_floats<NormMin>(x, mask, keepdim);
  const Array powers = pow(unary(Unary::Abs, x), p);
  const Array sum = reduce(Reduce::Sum, powers, dims, keepdim, x.dtype());
  return pow(sum, 1 / p, &sum);
}

}  // namespace xgrad::kernels
