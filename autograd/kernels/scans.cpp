#include <xgrad/autograd/kernels/rows.hpp>
#include <xgrad/autograd/kernels/scan_loops.hpp>
#include <xgrad/autograd/kernels/scans.hpp>

#include <cmath>
#include <cstring>
#include <vector>

namespace xgrad::kernels {
namespace {

template <class T>
struct RunningSum {
  using Total = SumTotal<T>;
  static std::tuple<Total> start() { return {0}; }
  static void step(std::int64_t, T x, Total& sum) { sum += static_cast<Total>(x); }
};

/// Of floats, whose parts join. Integers wait for one cycle an element only, less than reading parts twice would take.
template <class T>
struct JoinedSum : RunningSum<T> {
  using Total = SumTotal<T>;
  static void join(Total& left, Total right) { left += right; }
};

template <class T>
struct RunningProduct {
  using Total = SumTotal<T>;
  static std::tuple<Total> start() { return {1}; }
  static void step(std::int64_t, T x, Total& product) { product *= static_cast<Total>(x); }
};

/// log(e^sum + e^x), from the larger one.
template <class T>
struct RunningLogSumExp {
  static std::tuple<double> start() { return {-std::numeric_limits<double>::infinity()}; }
  static void step(std::int64_t, T value, double& sum) {
    const auto x = static_cast<double>(value);
    const double low = std::min(sum, x), high = std::max(sum, x);
    if (sum != sum || x != x)
      sum = std::numeric_limits<double>::quiet_NaN();
    else
      sum = low == high && std::isinf(low) ? low : high + std::log1p(std::exp(low - high));
  }
};

template <bool largest, class T>
struct RunningExtreme {
  static std::tuple<T, std::int64_t> start() { return {extreme_start<largest, T>(), 0}; }
  static bool still(const T* x, const std::tuple<T, std::int64_t>& state) {
    constexpr auto kLanes = static_cast<std::int64_t>(sizeof(Lanes<T>) / sizeof(T));
    const Lanes<T> best = std::get<0>(state) - Lanes<T>{};
    decltype(best == best) takes = {};  // NaN is not compared with: nothing takes over from it but NaN
    for (std::int64_t i = 0; i < scans::kStill; i += kLanes) {
      const Lanes<T> v = load_lanes(x + i);
      takes |= (v != v) | (largest ? v >= best : v <= best);
    }
    std::uint64_t bits[4];
    std::memcpy(bits, &takes, sizeof bits);
    return (bits[0] | bits[1] | bits[2] | bits[3]) == 0;
  }
  static void step(std::int64_t index, T x, T& best, std::int64_t& at) {
    const bool takes = (x != x) | ((best == best) & (largest ? x >= best : x <= best));
    best = takes ? x : best;
    at = takes ? index : at;
  }
};

template <class T>
void run(Scan op, const Array& x, std::int64_t dim, const Array& y, ScanOrder order) {
  using SumOf = std::conditional_t<std::is_floating_point_v<T>, JoinedSum<T>, RunningSum<T>>;
  if (op == Scan::Sum) return scan<T, T>(SumOf(), x, dim, {&y}, order);
  if (op == Scan::Prod) return scan<T, T>(RunningProduct<T>(), x, dim, {&y}, order);
  if constexpr (std::is_floating_point_v<T>) scan<T, T>(RunningLogSumExp<T>(), x, dim, {&y}, order);
}

/// A packed array as `outer` blocks of n rows of `inner` elements. The running values are doubles.
template <class T>
void recurrence_rows(T* y, const T* x, const T* c, std::int64_t outer, std::int64_t n, std::int64_t inner,
                     bool reverse) {
  std::vector<double> state(static_cast<std::size_t>(inner));
  double* const s = state.data();
  const std::int64_t block = n * inner;
  for (std::int64_t o = 0; o < outer; ++o, x += block, y += block, c += block) {
    for (std::int64_t step = 0; step < n; ++step) {
      const std::int64_t at = (reverse ? n - 1 - step : step) * inner;
      if (step == 0) {
        for (std::int64_t j = 0; j < inner; ++j) s[j] = static_cast<double>(x[at + j]);
      } else {
        const T* const factor = c + (reverse ? at + inner : at);
        for (std::int64_t j = 0; j < inner; ++j)
          s[j] = static_cast<double>(x[at + j]) + static_cast<double>(factor[j]) * s[j];
      }
      for (std::int64_t j = 0; j < inner; ++j) y[at + j] = static_cast<T>(s[j]);
    }
  }
}

}  // namespace

Array running(Scan op, const Array& x, std::int64_t dim, const Array* out, bool from_end) {
  const Array y = out ? *out : Array::empty(x.sizes(), x.dtype() == kBool ? kInt64 : x.dtype());
  const ScanOrder order = from_end ? ScanOrder::Backward : ScanOrder::Forward;
  if (x.dtype() == kBool && op == Scan::Sum)  // counts, without a copy in 64 bits
    scan<std::uint8_t, std::int64_t>(RunningSum<std::uint8_t>(), x, dim, {&y}, order);
  else if (x.dtype() == kInt64)
    run<std::int64_t>(op, x, dim, y, order);
  else
    dispatch_floating(x.dtype(), "scan", [&]<class T>() { run<T>(op, x, dim, y, order); });
  return y;
}

std::pair<Array, Array> running_extreme(bool largest, const Array& x, std::int64_t dim) {
  std::pair<Array, Array> y{Array::empty(x.sizes(), x.dtype()), Array::empty(x.sizes(), kInt64)};
  dispatch(x.dtype(), [&]<class Element>() {
    using T = std::conditional_t<std::is_same_v<Element, bool>, std::uint8_t, Element>;  // bools order as their bytes
    if (largest)
      scan<T, T, std::int64_t>(RunningExtreme<true, T>(), x, dim, {&y.first, &y.second});
    else
      scan<T, T, std::int64_t>(RunningExtreme<false, T>(), x, dim, {&y.first, &y.second});
  });
  return y;
}

Array linear_recurrence(const Array& x, const Array& c, std::int64_t dim, bool reverse) {
  const Array in = x.is_contiguous() ? x : contiguous_copy(x), factors = c.is_contiguous() ? c : contiguous_copy(c);
  Array y = Array::empty(x.sizes(), x.dtype());
  if (x.numel() == 0) return y;
  std::int64_t outer = 1, inner = 1;
  for (std::int64_t d = 0; d < x.dim(); ++d) {
    if (d != dim) (d < dim ? outer : inner) *= x.size(d);
  }
  dispatch_floating(x.dtype(), "linear_recurrence", [&]<class T>() {
    recurrence_rows(y.data<T>(), in.data<T>(), factors.data<T>(), outer, x.size(dim), inner, reverse);
  });
  return y;
}

}  // namespace xgrad::kernels
