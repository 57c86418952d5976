#include <xgrad/autograd/kernels/reduce_loops.hpp>
#include <xgrad/autograd/kernels/statistics.hpp>

namespace xgrad::kernels {
namespace {

template <class T, bool largest>
struct Extreme {
  using Input = T;
  using Output = T;
  using Total = T;
  static T none() { return extreme_start<largest, T>(); }
  static T step(T best, T x) { return beyond<largest>(x, best) ? x : best; }
  static T row(T best, const T* p, std::int64_t n, std::int64_t stride) {
    if (stride == 1) return extreme_row<largest>(p, n, best);
    for (std::int64_t i = 0; i < n; ++i) best = step(best, p[i * stride]);
    return best;
  }
  static T merge(T a, T b) { return step(a, b); }
  static T finish(T best) { return best; }
  using Columns = StepColumns<Extreme, T>;
};

/// Both extremes; NaN makes both of them NaN.
template <class T>
struct BothExtremes {
  struct Pair {
    T low = extreme_start<false, T>(), high = extreme_start<true, T>();
  };
  using Input = T;
  using Output = Pair;
  using Total = Pair;
  static Pair none() { return {}; }
  static Pair step(Pair best, T x) {
    return {beyond<false>(x, best.low) ? x : best.low, beyond<true>(x, best.high) ? x : best.high};
  }
  static Pair row(Pair best, const T* p, std::int64_t n, std::int64_t stride) {
    constexpr std::int64_t kBlock = 2048;  // read twice, the second time from the nearest cache
    if (stride != 1) {
      for (std::int64_t i = 0; i < n; ++i) best = step(best, p[i * stride]);
      return best;
    }
    for (std::int64_t i = 0; i < n; i += kBlock) {
      const std::int64_t m = std::min(kBlock, n - i);
      best = {extreme_row<false>(p + i, m, best.low), extreme_row<true>(p + i, m, best.high)};
    }
    return best;
  }
  static Pair merge(Pair a, Pair b) {
    return {beyond<false>(b.low, a.low) ? b.low : a.low, beyond<true>(b.high, a.high) ? b.high : a.high};
  }
  static Pair finish(Pair best) { return best; }
  using Columns = StepColumns<BothExtremes, Pair>;
};

/// PyTorch's errors for an extreme of nothing. `name` is the operation's without the parentheses.
void check_not_empty(const Array& x, std::uint64_t mask, std::string_view name) {
  if (x.numel() != 0) return;
  check(static_cast<std::size_t>(std::popcount(mask)) < x.sizes().size(),
        "{}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' "
        "argument.",
        name);
  for (std::size_t d = 0; d < x.sizes().size(); ++d) {
    check<IndexError>(!(mask >> d & 1) || x.sizes()[d] != 0, "{}(): Expected reduction dim {} to have non-zero size.",
                      name, d);
  }
}

}  // namespace

Array reduce_extreme(bool largest, const Array& x, std::uint64_t mask, bool keepdim) {
  check_not_empty(x, mask, largest ? "max" : "min");
  Array out = Array::empty(reduced_sizes(x, mask, keepdim), x.dtype());
  dispatch(x.dtype(), [&]<class T>() {
    if (largest)
      run_reduction<Extreme<T, true>>(x, mask, out);
    else
      run_reduction<Extreme<T, false>>(x, mask, out);
  });
  return out;
}

std::pair<Array, Array> minimum_and_maximum(const Array& x, IntArrayRef dims, bool keepdim) {
  const std::uint64_t mask = dimension_mask(x, dims);
  const Dims sizes = reduced_sizes(x, mask, keepdim);
  std::pair<Array, Array> out{Array::empty(sizes, x.dtype()), Array::empty(sizes, x.dtype())};
  const std::int64_t count = out.first.numel();
  dispatch(x.dtype(), [&]<class T>() {
    using Pair = typename BothExtremes<T>::Pair;
    const auto pairs = Storage::create(static_cast<std::size_t>(count) * sizeof(Pair));
    auto* const both = static_cast<Pair*>(pairs->data());
    run_reduction<BothExtremes<T>>(x, mask, both, count);
    for (std::int64_t i = 0; i < count; ++i) {
      out.first.data<T>()[i] = both[i].low;
      out.second.data<T>()[i] = both[i].high;
    }
  });
  return out;
}

}  // namespace xgrad::kernels
