/// Mean and variance in one pass over memory.
#include <xgrad/autograd/kernels/reduce_loops.hpp>
#include <xgrad/autograd/kernels/statistics.hpp>

#include <cmath>

namespace xgrad::kernels {
namespace {

/// n numbers' mean and Σ (x − mean)².
struct Moments {
  double n = 0, mean = 0, squares = 0;

  /// Of both sets together (Chan, Golub and LeVeque).
  void add(const Moments& b) {
    if (b.n == 0) return;
    const double total = n + b.n, delta = b.mean - mean;
    mean += delta * (b.n / total);
    squares += b.squares + delta * delta * (n * b.n / total);
    n = total;
  }
};

/// A block that stays in the nearest cache: d = x − c with c near the mean, then Σd and Σd², where nothing cancels.
template <class T>
Moments moments_of(const T* p, std::int64_t n) {
  constexpr auto kLanes = static_cast<std::int64_t>(sizeof(Lanes<T>) / sizeof(T));
  const T c = sum_block(p, n) / static_cast<T>(n);
  if (!std::isfinite(c)) return {static_cast<double>(n), static_cast<double>(c), std::nan("")};
  const Lanes<T> center = Lanes<T>{} + c;
  Lanes<T> sum[2] = {}, squares[2] = {};
  std::int64_t i = 0;
  for (; i + 2 * kLanes <= n; i += 2 * kLanes) {
    for (int k = 0; k < 2; ++k) {
      const Lanes<T> d = load_lanes(p + i + k * kLanes) - center;
      sum[k] += d;
      squares[k] += d * d;
    }
  }
  double s = 0, q = 0;
  for (int k = 0; k < 2; ++k) {
    for (std::int64_t l = 0; l < kLanes; ++l) {
      s += static_cast<double>(sum[k][l]);
      q += static_cast<double>(squares[k][l]);
    }
  }
  for (; i < n; ++i) {
    const double d = static_cast<double>(p[i] - c);
    s += d;
    q += d * d;
  }
  const auto count = static_cast<double>(n);
  return {count, static_cast<double>(c) + s / count, std::max(q - s * s / count, 0.)};
}

template <class T>
struct Variance {
  using Input = T;
  using Output = Moments;
  using Total = Moments;
  static Moments none() { return {}; }
  static Moments row(Moments total, const T* p, std::int64_t n, std::int64_t stride) {
    constexpr std::int64_t kBlock = 1024;
    T packed[kBlock];
    for (std::int64_t i = 0; i < n; i += kBlock) {
      const std::int64_t m = std::min(kBlock, n - i);
      const T* block = p + i * stride;
      if (stride != 1) {
        for (std::int64_t j = 0; j < m; ++j) packed[j] = block[j * stride];
        block = packed;
      }
      total.add(moments_of(block, m));
    }
    return total;
  }
  static Moments merge(Moments a, const Moments& b) { return a.add(b), a; }
  static Moments finish(const Moments& total) { return total; }

  /// Welford's update, a row at a time: the count is the same in every column.
  struct Columns {
    double count;
    double mean[kTile], squares[kTile];
    void start(std::int64_t width) {
      count = 0;
      std::fill_n(mean, width, 0.);
      std::fill_n(squares, width, 0.);
    }
    void take(const T* p, std::int64_t n, std::int64_t row_stride, std::int64_t stride, std::int64_t width) {
      for (std::int64_t i = 0; i < n; ++i) {
        const T* __restrict a = p + i * row_stride;
        const double share = 1 / ++count;
        for (std::int64_t j = 0; j < width; ++j) {
          const double x = static_cast<double>(a[j * stride]), delta = x - mean[j];
          mean[j] += delta * share;
          squares[j] += delta * (x - mean[j]);
        }
      }
    }
    Moments finish(std::int64_t j) const { return {count, mean[j], squares[j]}; }
  };
};

}  // namespace

std::pair<Array, Array> var_mean(const Array& x, IntArrayRef dims, bool keepdim, double correction) {
  const std::uint64_t mask = dimension_mask(x, dims);
  const Dims sizes = reduced_sizes(x, mask, keepdim);
  std::pair<Array, Array> out{Array::empty(sizes, x.dtype()), Array::empty(sizes, x.dtype())};
  const std::int64_t count = out.first.numel();
  const auto moments = Storage::create(static_cast<std::size_t>(count) * sizeof(Moments));
  auto* const m = static_cast<Moments*>(moments->data());
  dispatch_floating(x.dtype(), "var_mean", [&]<class T>() {
    run_reduction<Variance<T>>(x, mask, m, count);
    T* const var = out.first.data<T>();
    T* const mean = out.second.data<T>();
    for (std::int64_t i = 0; i < count; ++i) {
      const double rest = m[i].n - correction;
      var[i] = static_cast<T>(m[i].squares / std::max(rest, 0.));
      mean[i] = m[i].n > 0 ? static_cast<T>(m[i].mean) : std::numeric_limits<T>::quiet_NaN();
    }
  });
  return out;
}

}  // namespace xgrad::kernels
